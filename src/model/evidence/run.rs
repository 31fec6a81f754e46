//! What is kept of one run of the gate: what was judged, by which rules, what it came to, and which run came before.
//! Refuses to hold a value of a payload, a message or a clock: names, counts, digests and one instant only.

use super::super::{ApprovedBy, CheckName, Mismatch, RulesRun, Severity, Stage, Verdict};
use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One run of the gate: `.matchmark/evidence/<sha256>.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunRecord {
    /// Place in the chain, counted from 1.
    pub number: u64,
    /// Digest of the record before it, as `sha256:` and hex digits; the first has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// The program that judged.
    pub tool: Judge,
    /// What was judged.
    pub head: JudgedTree,
    /// What it was compared with, where there was something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<JudgedTree>,
    /// Digest of the file that leads approvals to those who give them, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code_owners: Option<String>,
    /// The instant that the run took for now.
    #[schemars(with = "String", extend("format" = "date-time"))]
    pub as_of: DateTime<Utc>,
    /// How far the change had come, which decides how strict the gate is.
    pub stage: Stage,
    /// What was asked that can change the verdict.
    pub asked: Asked,
    /// Digest of the facts that the rules were asked about; absent where no rule was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy_input: Option<String>,
    /// Which rules were asked, and which of them gave no answer.
    pub rules: RulesRun,
    /// Digest over the files of each rule that decide, by finding id.
    pub rule_versions: BTreeMap<String, String>,
    /// How each of the six checks came out.
    pub checks: Vec<CheckState>,
    /// Every finding by its fingerprint, as the report orders them.
    pub findings: Vec<FindingMark>,
    /// Waivers that covered something, with everybody who approved them.
    pub waivers: Vec<WaiverUse>,
    /// Recorded payloads by partner and by the version that judged them.
    pub replays: Vec<ReplayRate>,
    /// The same by partner, each payload counted once.
    pub replayed: BTreeMap<String, Mismatch>,
    /// Interactions of contracts by partner and version.
    pub contracts: Vec<ContractRate>,
    /// What the run came to.
    pub verdict: Verdict,
    /// The process exit code of the run.
    pub exit_code: u8,
    /// Digest of the report, which names everything else that was said.
    pub report: String,
}

/// The program that judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Judge {
    /// Its number.
    pub version: String,
    /// Digest of its file; absent where the system does not tell which file it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// The files of one side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JudgedTree {
    /// All digits of the git commit; absent outside a repository and before its first commit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// Whether the files are those of the commit.
    pub clean: bool,
    /// Digest over the paths and digests of all files that were read: it names what was judged.
    pub digest: String,
    /// Digest of every file that was read, by path; for the base its commit tells them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub inputs: BTreeMap<String, String>,
}

/// What was asked of a run that can change its verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The checks that ran; all six unless `--only` or `--skip` was given.
    pub checks: Vec<CheckName>,
    /// Lightest severity that fails the gate, when it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_on: Option<Severity>,
    /// Revision to compare with, when it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// Whether the instant was given by hand rather than taken from the clock.
    pub as_of: bool,
    /// Whether a run with nothing to check was allowed.
    pub allow_empty: bool,
    /// Whether the exit code was to be 0 whatever was found.
    pub exit_zero: bool,
    /// Longest time for the rehearsal in milliseconds, when it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
}

impl Asked {
    /// Whether all six checks were asked for.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        CheckName::ALL.iter().all(|name| self.checks.contains(name))
    }
}

/// How one check came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckState {
    /// Which of the six checks it is.
    pub name: CheckName,
    /// False when it was left out or could not run.
    pub ran: bool,
    /// How many subjects it judged.
    pub subjects: u64,
    /// How many findings it gave, waived ones too.
    pub findings: u64,
}

/// A finding without its words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FindingMark {
    /// Sixteen hex digits that stay the same for as long as rule, subject, pointer and kind do.
    pub fingerprint: String,
    /// Identifier of the rule that was broken.
    pub rule: String,
    /// Weight that was decided for it.
    pub severity: Severity,
    /// Identifier of the waiver that covers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waiver: Option<String>,
}

/// A waiver that covered something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiverUse {
    /// Identifier of the waiver's own file.
    pub id: String,
    /// How many findings it covered.
    pub findings: u64,
    /// Day on which it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// Decisions that count, by role.
    pub approved: Vec<ApprovedBy>,
}

/// Recorded payloads of one partner, judged by one version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayRate {
    /// Whose payloads they are.
    pub partner: String,
    /// `id@version` that judged them.
    pub version: String,
    /// How many were judged.
    pub replayed: u64,
    /// How many of them were judged otherwise than recorded.
    pub mismatched: u64,
}

/// Interactions of one partner's contracts under one version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ContractRate {
    /// Whose contracts they are.
    pub partner: String,
    /// `id@version` that they speak of.
    pub version: String,
    /// Interactions that nothing speaks against.
    pub passed: u64,
    /// All of them.
    pub total: u64,
}
