//! The one value that every report format is made from.

use super::{Bump, Effect, Finding, Hurt, Note, Place, Severity, Verdict, Witness};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The six checks of the gate, in the order in which they are shown.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum CheckName {
    Catalogue,
    Policy,
    Compat,
    Contract,
    Replay,
    Lifecycle,
}

impl CheckName {
    pub const ALL: [Self; 6] = [
        Self::Catalogue,
        Self::Policy,
        Self::Compat,
        Self::Contract,
        Self::Replay,
        Self::Lifecycle,
    ];

    /// The word that stands on the command line and in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Policy => "policy",
            Self::Compat => "compat",
            Self::Contract => "contract",
            Self::Replay => "replay",
            Self::Lifecycle => "lifecycle",
        }
    }
}

/// What one check looked at and what it did not prove.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    pub name: CheckName,
    /// False when it was left out or could not run.
    pub ran: bool,
    /// How many subjects it judged; the unit is in `unit`.
    pub subjects: u64,
    /// What a subject is: `versions`, `rules`, `pairs`, `interactions`, `envelopes`, `versions and waivers`.
    pub unit: String,
    /// One line for people: what was judged and how it came out.
    pub summary: String,
    pub findings: u64,
    /// What this check leaves unproved, in whole sentences.
    pub not_proved: Vec<String>,
}

/// A waiver that covers a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AppliedWaiver {
    pub id: String,
    pub owner: String,
    pub expires: String,
}

/// A finding with its severity: what the report shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Judged {
    pub rule: String,
    pub severity: Severity,
    pub subject: String,
    pub location: Place,
    pub pointer: String,
    pub kind: String,
    pub message: String,
    pub remedy: String,
    pub fingerprint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<Witness>,
    pub hurts: Vec<Hurt>,
    pub notes: Vec<Note>,
    /// Present when a valid waiver covers it: shown, but it does not fail the gate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waived: Option<AppliedWaiver>,
}

impl Judged {
    /// A finding with the severity and waiver that were decided for it.
    #[must_use]
    pub fn new(finding: Finding, severity: Severity, waived: Option<AppliedWaiver>) -> Self {
        Self {
            fingerprint: finding.fingerprint(),
            rule: finding.rule,
            severity,
            subject: finding.subject,
            location: finding.place,
            pointer: finding.pointer,
            kind: finding.kind,
            message: finding.message,
            remedy: finding.remedy,
            witness: finding.witness,
            hurts: finding.hurts,
            notes: finding.notes,
            waived,
        }
    }
}

/// One step from a version to another, as the compatibility check computed it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    pub entry: String,
    pub from: String,
    pub to: String,
    /// Whether this change is new against the base, or part of the released history.
    pub new: bool,
    pub effect: Effect,
    pub declared: Bump,
    pub required: Bump,
    /// How the answer was reached, forth and back.
    pub proof: String,
    /// What changed, one sentence each.
    pub details: Vec<Mention>,
}

/// One detail of a change: where and what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Mention {
    pub rule: String,
    pub effect: Effect,
    pub pointer: String,
    pub location: Place,
    pub message: String,
}

/// Who judged what, when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportHeader {
    pub tool: String,
    pub as_of: String,
    pub stage: String,
    /// Commit of the judged tree, or `working tree`.
    pub head: String,
    /// Commit it was compared with, when there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
}

/// Counts over all findings. A waived finding counts as waived only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    pub faults: u64,
    pub errors: u64,
    pub undecided: u64,
    pub warnings: u64,
    pub infos: u64,
    pub waived: u64,
}

/// The result of a run. Every output format is a function of this value alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    pub verdict: Verdict,
    pub exit_code: u8,
    #[serde(flatten)]
    pub header: ReportHeader,
    pub summary: Summary,
    pub checks: Vec<Check>,
    /// Worst first, then by rule, file, line and column.
    pub findings: Vec<Judged>,
    pub changes: Vec<Change>,
    /// What this verdict does not prove, over all checks.
    pub not_proved: Vec<String>,
    /// Digest of every file that was read, by path.
    pub inputs: BTreeMap<String, String>,
}
