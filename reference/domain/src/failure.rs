//! Everything that can go wrong, as codes: how each is retried, answered, told to a partner, and how an exchange ends by it.
//! Refuses to know any message text: a code is all that a reader gets.

use crate::UnknownWord;
use crate::consent::Refusal;
use crate::workflow::{Disposition, Hold};
use std::fmt;
use std::str::FromStr;
use wire::outcome::Code as Outcome;

vocabulary! {
    /// How often, and after what wait, a failure may be tried again.
    RetryClass {
        Transient = "transient",
        Throttled = "throttled",
        AuthRefresh = "auth-refresh",
        Permanent = "permanent",
        Hold = "hold",
        Escalate = "escalate",
        None = "none",
    }
}

/// What a failure does to the exchange that it happens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    As(Disposition),
    Held(Hold),
    /// The request never became an exchange.
    NotCreated,
}

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    pub class: RetryClass,
    /// Status of our own answer when the failure happens while we answer.
    pub status: u16,
    /// The word that partners see.
    pub outcome: Outcome,
    pub ending: Ending,
}

macro_rules! codes {
    ($($variant:ident = $word:literal, $class:ident $status:literal $outcome:ident $ending:expr;)+) => {
        /// An internal failure code. Its word is `<family>/<what>`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $($variant,)+
            /// The consent does not allow it.
            Consent(Refusal),
        }

        impl Code {
            /// Every code but those of consent, in the order of the table.
            pub const PLAIN: &'static [Self] = &[$(Self::$variant,)+];

            /// The row of this code.
            #[must_use]
            pub const fn meaning(self) -> Meaning {
                let (class, status, outcome, ending) = match self {
                    $(Self::$variant => (RetryClass::$class, $status, Outcome::$outcome, $ending),)+
                    Self::Consent(_) => {
                        (RetryClass::Permanent, 422, Outcome::ConsentConstraint, REJECTED)
                    }
                };
                Meaning { class, status, outcome, ending }
            }

            const fn plain_word(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => Some($word),)+
                    Self::Consent(_) => None,
                }
            }
        }
    };
}

const REJECTED: Ending = Ending::As(Disposition::Rejected);
const EXHAUSTED: Ending = Ending::As(Disposition::Exhausted);
const PARTIAL: Ending = Ending::As(Disposition::Partial);
const REVIEW: Ending = Ending::Held(Hold::Review);
const NOT_CREATED: Ending = Ending::NotCreated;

codes! {
    TokenExpired = "auth/token-expired", AuthRefresh 401 Auth REJECTED;
    TokenInvalid = "auth/token-invalid", AuthRefresh 401 Auth REJECTED;
    AssertionReplayed = "auth/assertion-replayed", Permanent 401 Auth REJECTED;
    CertificateUnbound = "auth/certificate-unbound", Permanent 403 Auth REJECTED;
    ScopeMissing = "auth/scope-missing", Permanent 403 Auth REJECTED;
    NotYourResource = "auth/not-your-resource", Permanent 404 Auth REJECTED;
    NotJson = "schema/not-json", Permanent 400 Malformed REJECTED;
    TooDeep = "schema/too-deep", Permanent 400 Malformed REJECTED;
    DuplicateKey = "schema/duplicate-key", Permanent 400 Malformed REJECTED;
    SchemaInvalid = "schema/invalid", Permanent 422 BadBundle REJECTED;
    BadBundle = "schema/bad-bundle", Permanent 422 BadBundle REJECTED;
    ReferenceMismatch = "schema/reference-mismatch", Permanent 422 BadBundle REJECTED;
    ExportTypeUnknown = "export/type-unknown", Permanent 422 BadBundle REJECTED;
    MissingIdentifier = "schema/missing-identifier", Permanent 422 MissingIdentifier REJECTED;
    AttestationMissing = "schema/attestation-missing", Permanent 422 AttestationMissing REJECTED;
    ConflictingField = "identity/conflicting-field", Permanent 422 ConflictingField REJECTED;
    NoMatch = "identity/no-match", Permanent 422 NoMatch REJECTED;
    MultipleMatch = "identity/multiple-match", Permanent 422 MultipleMatch REJECTED;
    LowConfidence = "identity/low-confidence", Hold 422 MatchUnderReview REVIEW;
    BruteForce = "identity/brute-force", Permanent 429 Throttled REJECTED;
    NoRoute = "routing/no-route", Permanent 422 NoRoute REJECTED;
    PartnerDisabled = "routing/partner-disabled", Transient 503 Transient REJECTED;
    UnsupportedTypeFilter = "export/unsupported-type-filter", Permanent 422 UnsupportedTypeFilter REJECTED;
    ExportPartial = "export/partial", None 200 Partial PARTIAL;
    TransportRefused = "transport/refused", Transient 502 Transient EXHAUSTED;
    TransportReset = "transport/reset", Transient 502 Transient EXHAUSTED;
    TransportTimeout = "transport/timeout", Transient 504 Transient EXHAUSTED;
    TransportTruncated = "transport/truncated", Transient 502 Transient EXHAUSTED;
    TransportGarbage = "transport/garbage", Transient 502 Transient EXHAUSTED;
    TransportTls = "transport/tls", Permanent 502 Transient EXHAUSTED;
    PartnerThrottled = "partner/throttled", Throttled 503 Throttled EXHAUSTED;
    PartnerUnavailable = "partner/unavailable", Transient 503 Transient EXHAUSTED;
    BreakerOpen = "partner/breaker-open", Transient 503 Transient EXHAUSTED;
    PartnerRejected = "partner/rejected", Permanent 502 PartnerError REJECTED;
    BadResponse = "partner/bad-response", Permanent 502 PartnerError REJECTED;
    JobFailed = "partner/job-failed", Permanent 502 PartnerError REJECTED;
    Unmapped = "partner/unmapped", Permanent 502 PartnerError REJECTED;
    CompletionMissing = "partner/completion-missing", Escalate 504 PartnerTimeout EXHAUSTED;
    JobLost = "partner/job-lost", Escalate 504 PartnerTimeout EXHAUSTED;
    KeyMissing = "idempotency/key-missing", Permanent 400 KeyMissing NOT_CREATED;
    InFlight = "idempotency/in-flight", Hold 409 Duplicate NOT_CREATED;
    KeyReused = "idempotency/key-reused", Permanent 422 Duplicate NOT_CREATED;
    Rate = "capacity/rate", Throttled 429 Throttled NOT_CREATED;
    QueueFull = "capacity/queue-full", Throttled 503 Throttled NOT_CREATED;
    TooLarge = "capacity/too-large", Permanent 413 TooLarge NOT_CREATED;
    AuditUnavailable = "audit/unavailable", Transient 503 Transient EXHAUSTED;
    StoreUnavailable = "store/unavailable", Transient 503 Transient EXHAUSTED;
}

impl Code {
    /// Every code of the taxonomy.
    pub fn all() -> impl Iterator<Item = Self> {
        let consent = Refusal::all().map(Self::Consent);
        Self::PLAIN.iter().copied().chain(consent)
    }

    /// May it ever be tried again? Whether and when, a policy says.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(
            self.meaning().class,
            RetryClass::Transient | RetryClass::Throttled | RetryClass::AuthRefresh
        )
    }

    /// Is it about who the member is?
    #[must_use]
    pub const fn is_identity(self) -> bool {
        matches!(
            self,
            Self::NoMatch | Self::MultipleMatch | Self::ConflictingField | Self::LowConfidence
        )
    }

    /// May the partner have acted, although we have no answer?
    #[must_use]
    pub const fn leaves_outcome_unknown(self) -> bool {
        matches!(
            self,
            Self::TransportReset
                | Self::TransportTimeout
                | Self::TransportTruncated
                | Self::TransportGarbage
        )
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, self.plain_word()) {
            (Self::Consent(refusal), _) => write!(f, "consent/{refusal}"),
            (_, word) => f.write_str(word.unwrap_or_default()),
        }
    }
}

impl FromStr for Code {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        if let Some(refusal) = word.strip_prefix("consent/") {
            return refusal.parse().map(Self::Consent);
        }
        Self::PLAIN
            .iter()
            .copied()
            .find(|code| code.plain_word() == Some(word))
            .ok_or(UnknownWord("Code"))
    }
}

impl serde::Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let word = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        word.parse().map_err(serde::de::Error::custom)
    }
}

impl schemars::JsonSchema for Code {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let words: Vec<String> = Self::all().map(|code| code.to_string()).collect();
        schemars::json_schema!({ "type": "string", "enum": words })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_has_its_own_word_and_reads_back() {
        let words: BTreeSet<String> = Code::all().map(|code| code.to_string()).collect();
        assert_eq!(words.len(), Code::all().count());
        for code in Code::all() {
            assert_eq!(code.to_string().parse::<Code>(), Ok(code));
        }
    }

    #[test]
    fn business_errors_are_never_tried_again() {
        for code in Code::all() {
            let word = code.to_string();
            let business = ["identity/", "consent/", "schema/"]
                .iter()
                .any(|family| word.starts_with(family));
            if business {
                assert!(
                    matches!(
                        code.meaning().class,
                        RetryClass::Permanent | RetryClass::Hold
                    ),
                    "{word}"
                );
            }
        }
    }

    #[test]
    fn every_status_is_one_that_the_bound_word_allows() {
        for code in Code::all() {
            let meaning = code.meaning();
            assert!(
                meaning.outcome.statuses().contains(&meaning.status),
                "{code} answers {}",
                meaning.status
            );
        }
    }

    #[test]
    fn an_unknown_outcome_is_one_after_sending() {
        assert!(Code::TransportTimeout.leaves_outcome_unknown());
        assert!(!Code::TransportRefused.leaves_outcome_unknown());
        assert!(!Code::PartnerUnavailable.leaves_outcome_unknown());
    }
}
