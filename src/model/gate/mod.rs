//! What `contract can-release` and `contract owed` answer: verdict, questions, pairs, open points.
//! Refuses to know how they are judged and how they are shown.

mod doubt;
mod owed;

pub use doubt::Doubt;
pub use owed::{Owed, OwedPair};

use super::{Party, Problem, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// May this be released?
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReleaseAnswer {
    /// What it comes to.
    pub verdict: Verdict,
    /// The process exit code of this run.
    pub exit_code: u8,
    /// What is to be released.
    pub subject: Party,
    /// Where.
    pub environment: String,
    /// The instant that was taken for now.
    pub as_of: String,
    /// Where evidence was looked up.
    pub store: String,
    /// Records that cannot be trusted; any of them makes the verdict `error`.
    pub faults: Vec<Fault>,
    /// The seven questions, in their order.
    pub questions: Vec<Question>,
    /// Every counterpart that is live there with every contract between the two.
    pub pairs: Vec<Pair>,
    /// Counterparts that would break.
    pub would_break: Vec<String>,
    /// Counterparts of which nothing valid is known.
    pub not_verified: Vec<String>,
    /// What keeps it waiting: whose turn it is, and the one command that settles it.
    pub open: Vec<OpenPoint>,
    /// Stored results that passed among all, by partner and version.
    pub rates: Vec<Rate>,
    /// What this verdict does not prove.
    pub not_proved: Vec<String>,
}

/// A record that cannot be trusted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Fault {
    /// Identifier of the rule that was broken.
    pub rule: String,
    /// Path in the store.
    pub path: String,
    /// One sentence that says what is wrong.
    pub message: String,
}

/// How a question is answered.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    Yes,
    No,
    /// Something is missing for an answer.
    Open,
    /// There is nothing that the question could be about.
    Nothing,
}

impl Reply {
    /// The word that people are shown.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "NO",
            Self::Open => "open",
            Self::Nothing => "-",
        }
    }
}

/// One of the seven questions with its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Question {
    /// 1 to 7.
    pub number: u8,
    /// What is asked.
    pub asks: String,
    /// How it is answered.
    pub reply: Reply,
    /// Why, one sentence each.
    pub reasons: Vec<String>,
}

/// What a pair comes to.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum PairState {
    Proven,
    /// What fails is covered by valid waivers.
    Waived,
    /// What fails is new and never passed: it does not stop the provider.
    Pending,
    Undecided,
    Failed,
}

impl PairState {
    /// The word that people are shown.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Waived => "waived",
            Self::Pending => "pending",
            Self::Undecided => "undecided",
            Self::Failed => "FAILED",
        }
    }
}

/// Why a pair is undecided.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// Which of the sixteen reasons it is.
    pub doubt: Doubt,
    /// What of this pair it is about, in a few words.
    pub detail: String,
}

/// The subject and one live counterpart, under one contract.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pair {
    pub consumer: Party,
    pub provider: Party,
    /// Which instance of the counterpart, and what it is there for.
    pub instance: String,
    pub role: String,
    /// Path of the contract; empty where none is known.
    pub contract: String,
    /// Digest of the contract that counts.
    pub digest: String,
    pub state: PairState,
    /// Why it is undecided.
    pub reasons: Vec<Reason>,
    /// What failed and is neither waived nor pending.
    pub failures: Vec<Failure>,
    /// Path of the record that decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
}

/// One interaction that failed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// Key of the interaction; empty where the failure belongs to none.
    pub interaction: String,
    /// By which rule, and where.
    pub problem: Problem,
}

/// Something that keeps the release waiting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct OpenPoint {
    /// What it is about.
    pub subject: String,
    /// What is open, one sentence.
    pub what: String,
    /// Who settles it.
    pub owner: String,
    /// The one command that does.
    pub command: String,
}

/// How often the contracts between two versions held.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Rate {
    pub provider: Party,
    pub consumer: Party,
    /// Stored results that passed.
    pub passed: u64,
    /// All stored results: interactions and variants of every record.
    pub total: u64,
}
