//! A diagnosis from what the store keeps of an exchange: its row, its last call, how often it was called in vain.
//! Refuses to read logs, spans or bodies: an exchange is explained as long as its row is there.

use super::{Dependency, Diagnosis, Stage};
use crate::consent::Refusal;
use crate::failure::Code;
use crate::workflow::{Disposition, State};

/// How a call to the partner ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallEnd {
    /// None when no answer of the partner came.
    pub status: Option<u16>,
    pub code: Option<Code>,
}

/// What the store keeps of an exchange, as far as a diagnosis asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub state: State,
    pub disposition: Disposition,
    /// Why it failed or is dead.
    pub code: Option<Code>,
    /// The state that it failed or died in.
    pub left: Option<State>,
    /// Calls that submit it, since it was started or started again.
    pub calls: u32,
    pub last_call: Option<CallEnd>,
    /// Calls in a row that failed after the partner took it on.
    pub failures: u32,
    /// Is everything there, and on its way out?
    pub is_delivering: bool,
}

impl Account {
    /// Where it stalled, on what, and after how many retries.
    #[must_use]
    pub fn diagnosis(&self) -> Diagnosis {
        let stage = self.stage();
        let code = self.code.or_else(|| self.last_code());
        let failed = match self.disposition {
            Disposition::Rejected | Disposition::TimedOut | Disposition::Exhausted => true,
            Disposition::Queued
            | Disposition::Complete
            | Disposition::Partial
            | Disposition::Cancelled => false,
        };
        Diagnosis {
            stage: Some(stage),
            dependency: Some(self.dependency(stage, code)),
            retries: Some(self.retries()),
            code,
            failed,
        }
    }

    /// One sentence for whoever is on call. It holds words of ours only.
    #[must_use]
    pub fn sentence(&self) -> String {
        let found = self.diagnosis();
        let stage = self.stage();
        let tries = match self.retries() {
            0 => "without a retry".to_owned(),
            1 => "after 1 retry".to_owned(),
            many => format!("after {many} retries"),
        };
        let on = match found.dependency.unwrap_or(Dependency::None) {
            Dependency::None => String::new(),
            needed => format!(", where it depends on the {needed}"),
        };
        let why = found.code.map_or_else(String::new, |code| {
            let why = phrase(code);
            format!(": {why} ({code})")
        });
        match (self.state, self.disposition) {
            (_, Disposition::Cancelled) => "It was taken back; nothing failed.".to_owned(),
            (State::Fulfilled, _) => format!("It is fulfilled, {tries}."),
            (State::Failed, _) => format!("It failed at {stage}{on}, {tries}{why}."),
            (State::DeadLettered, _) => {
                format!("It is a dead letter of {stage}{on}, {tries}{why}.")
            }
            (
                State::Created
                | State::Validated
                | State::Matched
                | State::Routed
                | State::Acknowledged,
                _,
            ) => format!("It is at {stage}{on}, {tries}{why}."),
        }
    }

    fn stage(&self) -> Stage {
        match self.left.unwrap_or(self.state) {
            State::Created => Stage::SchemaValidation,
            State::Validated => match self.code {
                Some(Code::Consent(_)) => Stage::AccessPolicy,
                Some(_) | None => Stage::IdentityResolution,
            },
            // The call went well, and what it brought could not be used.
            State::Routed if self.code.is_some() && self.is_answered() => Stage::Transformation,
            State::Acknowledged if self.is_delivering => Stage::Transformation,
            State::Matched | State::Routed | State::Acknowledged => Stage::SourceRetrieval,
            State::Fulfilled | State::Failed | State::DeadLettered => Stage::Egress,
        }
    }

    fn is_answered(&self) -> bool {
        let good = |call: CallEnd| call.code.is_none() && call.status.is_some();
        self.last_call.is_some_and(good)
    }

    /// How the last call failed, while the exchange waits to call again.
    fn last_code(&self) -> Option<Code> {
        let waits = self.state == State::Routed;
        self.last_call.filter(|_| waits)?.code
    }

    fn retries(&self) -> u32 {
        // An exchange that is open has not made the retry that its last failure led to.
        let pending = u32::from(self.state.is_open());
        let later = self.failures.saturating_sub(pending);
        self.calls.saturating_sub(1).saturating_add(later)
    }

    fn dependency(&self, stage: Stage, code: Option<Code>) -> Dependency {
        let asks_partner = match stage {
            Stage::SourceRetrieval => self.calls > 0,
            Stage::Transformation => true,
            Stage::Ingestion
            | Stage::SchemaValidation
            | Stage::IdentityResolution
            | Stage::AccessPolicy
            | Stage::Egress => false,
        };
        let Some(code) = code else {
            let open = self.state.is_open() && asks_partner;
            return if open {
                Dependency::Partner
            } else {
                Dependency::None
            };
        };
        match own(code) {
            Some(dependency) => dependency,
            None if !asks_partner => Dependency::None,
            None if self.was_refused_a_token(code) => Dependency::TokenService,
            None => Dependency::Partner,
        }
    }

    /// A code that only an answer gives, and no answer of the partner: the answer was that of its token endpoint.
    fn was_refused_a_token(&self, code: Code) -> bool {
        let unanswered = |call: CallEnd| call.status.is_none() && call.code == Some(code);
        let by_answer = matches!(
            code,
            Code::TokenInvalid
                | Code::TokenExpired
                | Code::ScopeMissing
                | Code::NotYourResource
                | Code::PartnerThrottled
                | Code::PartnerUnavailable
        );
        by_answer && self.last_call.is_some_and(unanswered)
    }
}

/// What fails by this code whoever is called; none where that depends on who was.
const fn own(code: Code) -> Option<Dependency> {
    if matches!(code, Code::AuditUnavailable) {
        return Some(Dependency::Audit);
    }
    if matches!(code, Code::StoreUnavailable) {
        return Some(Dependency::PayloadStore);
    }
    if matches!(code, Code::Consent(Refusal::ByPartner)) {
        return None;
    }
    let ours = matches!(
        code,
        Code::NoRoute | Code::PartnerDisabled | Code::Consent(_)
    );
    if ours { Some(Dependency::None) } else { None }
}

/// What a code means to somebody who has not read the table.
const fn phrase(code: Code) -> &'static str {
    match code {
        Code::TransportRefused => "no connection could be made",
        Code::TransportReset | Code::TransportTruncated => "the connection broke off",
        Code::TransportTimeout => "no answer came in time",
        Code::TransportGarbage => "what came back is no HTTP",
        Code::TransportTls => "the TLS handshake failed",
        Code::PartnerThrottled => "it asks to be called less often",
        Code::PartnerUnavailable => "it says that it is unavailable",
        Code::BreakerOpen => "it has failed too often to be called now",
        Code::BadResponse => "its answer cannot be read",
        Code::JobFailed => "its job failed",
        Code::JobLost => "it knows its job no more",
        Code::CompletionMissing => "nothing was completed by the deadline",
        Code::Unmapped => "it answered in words that no rule explains",
        Code::NoMatch => "no member was found",
        Code::MultipleMatch => "more than one member was found",
        Code::LowConfidence => "the match needs a review",
        Code::ConflictingField => "two fields contradict each other",
        Code::Consent(_) => "the consent does not allow it",
        Code::NoRoute => "no route leads to the partner",
        Code::PartnerDisabled => "the partner is switched off",
        Code::AuditUnavailable => "the audit log could not be written",
        Code::StoreUnavailable => "the store could not be used",
        Code::ExportPartial => "a part is missing",
        Code::BruteForce | Code::Rate | Code::QueueFull => "too much was asked at once",
        Code::TokenExpired
        | Code::TokenInvalid
        | Code::AssertionReplayed
        | Code::CertificateUnbound
        | Code::ScopeMissing
        | Code::NotYourResource => "access was refused",
        Code::PartnerRejected
        | Code::ExportTypeUnknown
        | Code::UnsupportedTypeFilter
        | Code::KeyMissing
        | Code::KeyReused
        | Code::InFlight
        | Code::TooLarge => "the request was refused",
        Code::NotJson
        | Code::TooDeep
        | Code::DuplicateKey
        | Code::SchemaInvalid
        | Code::BadBundle
        | Code::ReferenceMismatch
        | Code::MissingIdentifier
        | Code::AttestationMissing => "the request has not the form that is asked for",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dead(code: Code, status: Option<u16>, calls: u32) -> Account {
        Account {
            state: State::DeadLettered,
            disposition: Disposition::Exhausted,
            code: Some(code),
            left: Some(State::Routed),
            calls,
            last_call: Some(CallEnd {
                status,
                code: Some(code),
            }),
            failures: 0,
            is_delivering: false,
        }
    }

    #[test]
    fn a_partner_that_is_down_is_told_from_its_token_endpoint() {
        let partner = dead(Code::PartnerUnavailable, Some(503), 6).diagnosis();
        assert_eq!(partner.stage, Some(Stage::SourceRetrieval));
        assert_eq!(partner.dependency, Some(Dependency::Partner));
        assert_eq!(partner.retries, Some(5));
        assert!(partner.failed);
        let token = dead(Code::PartnerUnavailable, None, 6);
        assert_eq!(token.diagnosis().dependency, Some(Dependency::TokenService));
        assert_eq!(
            token.sentence(),
            "It is a dead letter of source-retrieval, where it depends on the token-service, after 5 retries: it says that \
             it is unavailable (partner/unavailable)."
        );
    }

    #[test]
    fn what_waits_for_its_next_call_has_not_made_that_retry_yet() {
        let waiting = Account {
            state: State::Acknowledged,
            disposition: Disposition::Queued,
            code: None,
            left: None,
            failures: 2,
            ..dead(Code::TransportTimeout, None, 1)
        };
        assert_eq!(waiting.diagnosis().retries, Some(1));
        assert!(!waiting.diagnosis().failed);
    }

    #[test]
    fn a_request_that_called_nobody_depends_on_nobody() {
        for (left, code, stage) in [
            (State::Created, Code::BadBundle, Stage::SchemaValidation),
            (
                State::Validated,
                Code::Consent(Refusal::Absent),
                Stage::AccessPolicy,
            ),
            (
                State::Validated,
                Code::MissingIdentifier,
                Stage::IdentityResolution,
            ),
            (State::Matched, Code::NoRoute, Stage::SourceRetrieval),
        ] {
            let account = Account {
                state: State::Failed,
                disposition: Disposition::Rejected,
                left: Some(left),
                last_call: None,
                ..dead(code, None, 0)
            };
            let found = account.diagnosis();
            assert_eq!(found.stage, Some(stage), "{code}");
            assert_eq!(found.dependency, Some(Dependency::None), "{code}");
            assert_eq!(found.retries, Some(0));
            assert_eq!(found.code, Some(code));
        }
    }

    #[test]
    fn every_code_is_told_in_one_sentence() {
        for code in Code::all() {
            let sentence = dead(code, Some(500), 1).sentence();
            assert_eq!(sentence.matches('.').count(), 1, "{sentence}");
            assert!(sentence.contains(&format!("({code})")), "{sentence}");
        }
    }
}
