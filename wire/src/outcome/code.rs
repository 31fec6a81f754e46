//! The bound codes: the one table that says what each word means for status, issue and retry.
//! Refuses to know why a service chose a code.

use super::IssueType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Why a request was refused or answered in part: the words of our code system.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[schemars(inline)]
pub enum Code {
    Malformed,
    BadBundle,
    MissingIdentifier,
    AttestationMissing,
    ConflictingField,
    NoMatch,
    MultipleMatch,
    MatchUnderReview,
    ConsentConstraint,
    UnsupportedTypeFilter,
    NoRoute,
    Auth,
    Duplicate,
    Partial,
    TooLarge,
    KeyMissing,
    Throttled,
    Transient,
    PartnerError,
    PartnerTimeout,
}

/// How a client has to treat a code: the word that contracts use.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Never again with the same bytes.
    Permanent,
    /// Once, with a new token.
    AuthRefresh,
    /// Later: somebody or something still works on it.
    Hold,
    /// After the time that the answer names.
    Throttled,
    /// With growing pauses.
    Transient,
}

/// When the same request may be sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Retry {
    Never,
    AfterRepair,
    Later,
    OnceAfterTokenRefresh,
    WhileInFlight,
    AfterRetryAfter,
    WithBackoff,
}

/// A word that is none of our codes; the word itself may come from a partner and is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a code of the outcome table")]
pub struct UnknownCode;

/// One line of the table. The first pair of status and issue type is the one to use when nothing else is known.
struct Row {
    code: Code,
    word: &'static str,
    statuses: &'static [u16],
    issues: &'static [IssueType],
    retry: Retry,
}

const fn row(
    code: Code,
    word: &'static str,
    statuses: &'static [u16],
    issues: &'static [IssueType],
    retry: Retry,
) -> Row {
    Row {
        code,
        word,
        statuses,
        issues,
        retry,
    }
}

/// One line a code, in the order of [`Code::ALL`]; a list of issue types is by status, the last one serves the rest.
///
/// Source: HRex 1.2.0 mm-9 to mm-12 and PDex 2.2.0 pdex-161, 180d, 203, 207 give the statuses and bind no code; the
///         words are ours. HTTP statuses: RFC 9110; issue types: FHIR R4 value set issue-type
#[rustfmt::skip]
const TABLE: &[Row] = {
    use {Code as C, IssueType as I, Retry as R};
    &[
        row(C::Malformed,             "malformed",               &[400],           &[I::Structure],       R::Never),
        row(C::BadBundle,             "bad-bundle",              &[422],           &[I::Invalid],         R::AfterRepair),
        row(C::MissingIdentifier,     "missing-identifier",      &[422],           &[I::Required],        R::AfterRepair),
        row(C::AttestationMissing,    "attestation-missing",     &[422],           &[I::Required],        R::AfterRepair),
        row(C::ConflictingField,      "conflicting-field",       &[422],           &[I::Conflict],        R::AfterRepair),
        row(C::NoMatch,               "no-match",                &[422],           &[I::NotFound],        R::Never),
        row(C::MultipleMatch,         "multiple-match",          &[422],           &[I::MultipleMatches], R::Never),
        row(C::MatchUnderReview,      "match-under-review",      &[422],           &[I::Incomplete],      R::Later),
        row(C::ConsentConstraint,     "consent-constraint",      &[422],           &[I::Suppressed],      R::Never),
        row(C::UnsupportedTypeFilter, "unsupported-type-filter", &[422],           &[I::NotSupported],    R::AfterRepair),
        row(C::NoRoute,               "no-route",                &[422],           &[I::Processing],      R::Never),
        row(C::Auth,                  "auth",                    &[401, 403, 404], &[I::Login, I::Forbidden, I::NotFound], R::OnceAfterTokenRefresh),
        row(C::Duplicate,             "duplicate",               &[409, 422],      &[I::Duplicate],       R::WhileInFlight),
        row(C::Partial,               "partial",                 &[200],           &[I::Incomplete],      R::Never),
        row(C::TooLarge,              "too-large",               &[413],           &[I::TooLong],         R::AfterRepair),
        row(C::KeyMissing,            "key-missing",             &[400],           &[I::Required],        R::AfterRepair),
        row(C::Throttled,             "throttled",               &[429, 503],      &[I::Throttled],       R::AfterRetryAfter),
        row(C::Transient,             "transient",               &[503, 502, 504], &[I::Transient],       R::WithBackoff),
        row(C::PartnerError,          "partner-error",           &[502],           &[I::Processing],      R::Never),
        row(C::PartnerTimeout,        "partner-timeout",         &[504],           &[I::Timeout],         R::Never),
    ]
};

/// Stands in for a line that is missing, which a test rules out.
const NO_ROW: Row = row(
    Code::BadBundle,
    "bad-bundle",
    &[422],
    &[IssueType::Invalid],
    Retry::AfterRepair,
);

impl Code {
    /// Every code, in the order of the published table.
    pub const ALL: [Self; 20] = [
        Self::Malformed,
        Self::BadBundle,
        Self::MissingIdentifier,
        Self::AttestationMissing,
        Self::ConflictingField,
        Self::NoMatch,
        Self::MultipleMatch,
        Self::MatchUnderReview,
        Self::ConsentConstraint,
        Self::UnsupportedTypeFilter,
        Self::NoRoute,
        Self::Auth,
        Self::Duplicate,
        Self::Partial,
        Self::TooLarge,
        Self::KeyMissing,
        Self::Throttled,
        Self::Transient,
        Self::PartnerError,
        Self::PartnerTimeout,
    ];

    fn row(self) -> &'static Row {
        TABLE.iter().find(|row| row.code == self).unwrap_or(&NO_ROW)
    }

    /// The word that travels.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.row().word
    }

    /// The HTTP statuses that may carry it; the first is the usual one.
    #[must_use]
    pub fn statuses(self) -> &'static [u16] {
        self.row().statuses
    }

    /// The usual HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        self.statuses().first().copied().unwrap_or(422)
    }

    /// The FHIR issue type that goes with it when it is carried by `status`.
    #[must_use]
    pub fn issue_code(self, status: u16) -> IssueType {
        let row = self.row();
        let at = row.statuses.iter().position(|known| *known == status);
        at.and_then(|index| row.issues.get(index))
            .or(row.issues.first())
            .copied()
            .unwrap_or(IssueType::Invalid)
    }

    /// When the request may be sent again.
    #[must_use]
    pub fn retry(self) -> Retry {
        self.row().retry
    }

    /// How contracts call that.
    #[must_use]
    pub fn class(self) -> Class {
        match self.retry() {
            Retry::Never | Retry::AfterRepair => Class::Permanent,
            Retry::OnceAfterTokenRefresh => Class::AuthRefresh,
            Retry::Later | Retry::WhileInFlight => Class::Hold,
            Retry::AfterRetryAfter => Class::Throttled,
            Retry::WithBackoff => Class::Transient,
        }
    }

    /// Whether the same bytes may ever succeed after this code with this status.
    #[must_use]
    pub fn is_retryable(self, status: u16) -> bool {
        match self.retry() {
            Retry::Never | Retry::AfterRepair => false,
            Retry::Later | Retry::AfterRetryAfter | Retry::WithBackoff => true,
            Retry::OnceAfterTokenRefresh => status == 401,
            Retry::WhileInFlight => status == 409,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(word: &str) -> Result<Self, UnknownCode> {
        Self::ALL
            .into_iter()
            .find(|code| code.word() == word)
            .ok_or(UnknownCode)
    }
}

impl Class {
    /// The word that stands in contracts.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Permanent => "permanent",
            Self::AuthRefresh => "auth-refresh",
            Self::Hold => "hold",
            Self::Throttled => "throttled",
            Self::Transient => "transient",
        }
    }
}

impl Retry {
    /// What a person reads behind the code.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Never => "not retryable",
            Self::AfterRepair => "not retryable unchanged, only after repair",
            Self::Later => "retryable later",
            Self::OnceAfterTokenRefresh => "retryable once, with a new token, after 401 only",
            Self::WhileInFlight => "retryable while the first request is in flight",
            Self::AfterRetryAfter => "retryable after the time in Retry-After",
            Self::WithBackoff => "retryable with growing pauses",
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_table_has_one_line_for_every_code_in_order() {
        let codes: Vec<_> = TABLE.iter().map(|row| row.code).collect();
        assert_eq!(codes, Code::ALL);
        for row in TABLE {
            assert!(!row.statuses.is_empty() && !row.issues.is_empty());
            assert!(row.issues.len() == 1 || row.issues.len() == row.statuses.len());
        }
    }

    #[test]
    fn a_word_reads_back_as_its_code_and_equals_what_serde_writes() {
        for code in Code::ALL {
            assert_eq!(code.word().parse(), Ok(code));
            assert_eq!(serde_json::to_value(code).unwrap(), code.word());
        }
        assert_eq!("Malformed".parse::<Code>(), Err(UnknownCode));
    }

    #[test]
    fn classes_are_written_as_contracts_write_them() {
        for code in Code::ALL {
            let class = code.class();
            assert_eq!(serde_json::to_value(class).unwrap(), class.word());
        }
    }

    #[test]
    fn the_status_decides_issue_type_and_retry_where_a_code_has_several() {
        assert_eq!(Code::Auth.issue_code(401), IssueType::Login);
        assert_eq!(Code::Auth.issue_code(403), IssueType::Forbidden);
        assert_eq!(Code::Auth.issue_code(404), IssueType::NotFound);
        assert_eq!(Code::Transient.issue_code(504), IssueType::Transient);
        assert!(Code::Auth.is_retryable(401) && !Code::Auth.is_retryable(403));
        assert!(Code::Duplicate.is_retryable(409) && !Code::Duplicate.is_retryable(422));
        assert!(!Code::ConsentConstraint.is_retryable(422));
    }

    #[test]
    fn permanent_codes_are_never_retryable() {
        for code in Code::ALL {
            let ever = code
                .statuses()
                .iter()
                .any(|status| code.is_retryable(*status));
            assert_eq!(ever, code.class() != Class::Permanent, "{code}");
        }
    }
}
