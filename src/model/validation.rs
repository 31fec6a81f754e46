//! What `validate` says of payloads: problems built from kinds and schemas, never from a value.

use super::Verdict;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What became of one payload.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum PayloadState {
    Valid,
    Invalid,
    /// It meets its schema, but a rule that applies to it gave no usable answer.
    Undecided,
    /// The file could not be opened, or nothing says which schema it should meet.
    Unreadable,
}

/// One place where a payload departs from its schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PayloadProblem {
    /// `payload/required-missing`.
    pub rule: String,
    pub line: u32,
    pub column: u32,
    /// JSON pointer; a name that no schema declares stands as `{key#1}`.
    pub pointer: String,
    /// The same path as FHIR writes it, up to the first masked name.
    pub expression: String,
    pub message: String,
    /// Kind, length and shape of what stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub want: Option<String>,
    /// What the field is, in the words of its schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub means: Option<String>,
    /// Which branch of an alternative was judged, and how many were folded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<String>,
    /// The published statement behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// Bound outcome code that the receiver answers for it.
    pub code: String,
}

/// What the receiver would answer to a payload that is not valid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExpectedAnswer {
    pub status: u16,
    /// Bound outcome code.
    pub code: String,
    /// Whether and when to send it again, as a half-sentence.
    pub retry: String,
}

/// A rule that could not look at what it asks about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct NotJudged {
    /// `payload/consent-party-other`.
    pub rule: String,
    pub why: String,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde asks it")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

/// One judged payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ValidatedPayload {
    /// As it was named on the command line; `-` for standard input.
    pub file: String,
    /// Line of a file that holds one payload a line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
    pub state: PayloadState,
    /// `id@version` that it was judged against.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
    /// By place: first what its schema says, then what the payload rules say.
    pub problems: Vec<PayloadProblem>,
    /// Problems that are counted and not listed.
    #[serde(default, skip_serializing_if = "is_none")]
    pub more_problems: u64,
    /// Rules that found nothing because something that they ask about is not known, and what that is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_judged: Vec<NotJudged>,
    /// Why it could not be judged, without a word of its content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub obstacle: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<ExpectedAnswer>,
    /// Newer versions that will refuse what the recognised one takes.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub refused_by: Vec<VersionVerdict>,
    /// What the versions say that were asked for beside the one that judged.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub versions: Vec<VersionVerdict>,
}

/// What one version says of a payload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VersionVerdict {
    /// `id@version`.
    pub version: String,
    pub state: PayloadState,
    /// Problems by rule.
    pub problems: BTreeMap<String, u64>,
}

/// Payloads that came to each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PayloadCount {
    pub valid: u64,
    pub invalid: u64,
    #[serde(default)]
    pub undecided: u64,
    #[serde(default)]
    pub unreadable: u64,
}

impl PayloadCount {
    pub fn add(&mut self, state: PayloadState) {
        *match state {
            PayloadState::Valid => &mut self.valid,
            PayloadState::Invalid => &mut self.invalid,
            PayloadState::Undecided => &mut self.undecided,
            PayloadState::Unreadable => &mut self.unreadable,
        } += 1;
    }

    #[must_use]
    pub fn all(&self) -> u64 {
        self.valid + self.invalid + self.undecided + self.unreadable
    }
}

/// Problems that share schema, rule and place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProblemCause {
    /// `id@version` that was not met; none where the text could not be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
    /// `payload/required-missing`.
    pub rule: String,
    /// JSON pointer with `*` for positions in arrays.
    pub pointer: String,
    pub problems: u64,
    /// Where the first one is: file, and line where it holds one payload a line.
    pub first: String,
}

/// What one version says of all payloads that it was asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VersionCount {
    #[serde(flatten)]
    pub payloads: PayloadCount,
    /// Problems by rule.
    pub problems: BTreeMap<String, u64>,
}

/// What holds for all payloads, however many are listed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ValidationSummary {
    /// By the `id@version` that judged.
    pub schemas: BTreeMap<String, PayloadCount>,
    /// The most frequent first; `more_causes` counts the problems of those that are left out.
    pub causes: Vec<ProblemCause>,
    pub more_causes: u64,
    /// What receivers will answer, as `422 bad-bundle; not retryable`, with the number of payloads.
    pub answers: BTreeMap<String, u64>,
    /// Rules that could not look at what they ask about, and why, with the number of payloads.
    pub not_judged: BTreeMap<String, u64>,
    /// The versions that were asked for beside those that judged.
    pub versions: BTreeMap<String, VersionCount>,
    /// Payloads that are valid and that a newer version will refuse.
    #[serde(default)]
    pub warned: u64,
}

/// The result of one `validate`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Validation {
    pub verdict: Verdict,
    pub exit_code: u8,
    pub valid: u64,
    pub invalid: u64,
    #[serde(default)]
    pub undecided: u64,
    pub unreadable: u64,
    /// Whether it ended before the last payload, because so many were invalid.
    #[serde(default)]
    pub stopped: bool,
    #[serde(default)]
    pub summary: ValidationSummary,
    /// In the order in which they were named. Of a long run those that are valid are not all here, and of very many
    /// problems not all.
    pub payloads: Vec<ValidatedPayload>,
    /// Payloads that are counted and not listed.
    #[serde(default)]
    pub not_listed: u64,
}
