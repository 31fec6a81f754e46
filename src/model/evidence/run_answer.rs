//! What `evidence verify` and `evidence list` answer about kept runs.
//! Refuses to know how the chain is read and how a run is judged again.

use super::super::{Stage, Verdict};
use super::run::{ContractRate, ReplayRate, WaiverUse};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A file among kept runs that cannot be trusted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct RunFault {
    /// Its place in the chain, counted from 1; absent where nothing tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u64>,
    /// Path in the folder of runs.
    pub path: String,
    /// One sentence that says what is wrong.
    pub message: String,
}

/// A run that was judged once more from its commits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rederived {
    /// Digest that names the record.
    pub record: String,
    /// Place in the chain, counted from 1.
    pub number: u64,
    /// `go` when everything came out as recorded, `error` when not, `undecided` when it could not be judged again.
    pub verdict: Verdict,
    /// What came out otherwise, or why it could not be judged again; one sentence each.
    pub because: Vec<String>,
    /// What the comparison does not show.
    pub notes: Vec<String>,
}

/// What the chain of kept runs is worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunsVerified {
    /// What it comes to.
    pub verdict: Verdict,
    /// The process exit code of this run.
    pub exit_code: u8,
    /// The folder that was looked at.
    pub folder: String,
    /// How many records stand in the chain.
    pub records: u64,
    /// How many of them have their report beside them.
    pub reports: u64,
    /// Digest of the newest record: keep it elsewhere, since nothing here shows that newer ones were removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// Records that came after the one that was named with `--head`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since_head: Option<u64>,
    /// What cannot be trusted, in the order of the chain.
    pub faults: Vec<RunFault>,
    /// The run that was judged again, when it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rederived: Option<Rederived>,
    /// What this does not show.
    pub not_proved: Vec<String>,
}

/// One kept run as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunLine {
    /// Place in the chain, counted from 1.
    pub number: u64,
    /// Digest that names the record.
    pub record: String,
    /// The instant that the run took for now.
    pub as_of: String,
    /// How strict it was.
    pub stage: Stage,
    /// What it came to.
    pub verdict: Verdict,
    /// Whether all six checks were asked for.
    pub whole: bool,
    /// Commit of the judged files; absent outside a repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head: Option<String>,
    /// Whether the files were those of the commit.
    pub clean: bool,
    /// Findings that no waiver covered.
    pub findings: u64,
    /// Waivers in force, with everybody who approved them.
    pub waivers: Vec<WaiverUse>,
    /// Recorded payloads by partner and version.
    pub replays: Vec<ReplayRate>,
    /// Interactions by partner and version.
    pub contracts: Vec<ContractRate>,
}

/// Every kept run, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunList {
    /// `go`, or `error` when something in the folder cannot be trusted, or `empty`.
    pub verdict: Verdict,
    /// The process exit code of this run.
    pub exit_code: u8,
    /// The folder that was looked at.
    pub folder: String,
    pub runs: Vec<RunLine>,
    /// What cannot be trusted, in the order of the chain.
    pub faults: Vec<RunFault>,
}
