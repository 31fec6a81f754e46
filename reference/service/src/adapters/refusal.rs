//! What a partner's refusal means in our own codes, whatever dialect it is written in.
//! Refuses to read free text: status, bound code and issue type are all that counts.

use domain::consent::Refusal;
use domain::failure::Code;
use domain::ports::{Failure, WireResponse};
use serde_json::Value;
use wire::outcome::{CODE_SYSTEM, Code as Outcome};

/// The failure that an answer other than 200 stands for.
pub(super) fn read(response: &WireResponse) -> Failure {
    let code = match response.status {
        429 => Code::PartnerThrottled,
        502..=504 => Code::PartnerUnavailable,
        status => {
            let outcome = serde_json::from_slice(response.body.expose()).unwrap_or(Value::Null);
            said(&outcome, status).unwrap_or(unsaid(status))
        }
    };
    Failure {
        code,
        retry_after: response.retry_after,
    }
}

fn said(outcome: &Value, status: u16) -> Option<Code> {
    let issue = outcome.pointer("/issue/0")?;
    let bound = issue
        .pointer("/details/coding")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter(|coding| {
            coding
                .get("system")
                .is_some_and(|system| system == CODE_SYSTEM)
        })
        .find_map(|coding| coding.get("code")?.as_str()?.parse::<Outcome>().ok());
    match bound {
        Some(word) => Some(of_bound(word, status)),
        None => of_issue(issue.get("code")?.as_str()?),
    }
}

const fn of_bound(word: Outcome, status: u16) -> Code {
    match word {
        Outcome::MissingIdentifier => Code::MissingIdentifier,
        Outcome::AttestationMissing => Code::AttestationMissing,
        Outcome::ConflictingField => Code::ConflictingField,
        Outcome::NoMatch => Code::NoMatch,
        Outcome::MultipleMatch => Code::MultipleMatch,
        Outcome::MatchUnderReview => Code::LowConfidence,
        Outcome::ConsentConstraint => Code::Consent(Refusal::ByPartner),
        Outcome::Auth => unauthorised(status),
        Outcome::Throttled => Code::PartnerThrottled,
        Outcome::Transient => Code::PartnerUnavailable,
        Outcome::PartnerTimeout => Code::CompletionMissing,
        Outcome::Partial => Code::Unmapped,
        Outcome::Malformed
        | Outcome::BadBundle
        | Outcome::UnsupportedTypeFilter
        | Outcome::NoRoute
        | Outcome::Duplicate
        | Outcome::TooLarge
        | Outcome::KeyMissing
        | Outcome::PartnerError => Code::PartnerRejected,
    }
}

/// Source: FHIR R4 value set issue-type
fn of_issue(word: &str) -> Option<Code> {
    match word {
        "not-found" => Some(Code::NoMatch),
        "multiple-matches" => Some(Code::MultipleMatch),
        "conflict" => Some(Code::ConflictingField),
        "required" => Some(Code::MissingIdentifier),
        "suppressed" => Some(Code::Consent(Refusal::ByPartner)),
        "transient" | "timeout" | "lock-error" => Some(Code::PartnerUnavailable),
        "throttled" => Some(Code::PartnerThrottled),
        "login" | "expired" | "unknown" => Some(Code::TokenInvalid),
        "forbidden" => Some(Code::ScopeMissing),
        "invalid" | "structure" | "value" | "invariant" | "processing" | "not-supported"
        | "business-rule" | "too-long" | "duplicate" => Some(Code::PartnerRejected),
        _ => None,
    }
}

const fn unsaid(status: u16) -> Code {
    match status {
        401 | 403 => unauthorised(status),
        _ => Code::Unmapped,
    }
}

const fn unauthorised(status: u16) -> Code {
    match status {
        401 => Code::TokenInvalid,
        403 => Code::ScopeMissing,
        _ => Code::NotYourResource,
    }
}
