//! The one value that every report format is made from.

use super::{
    Bump, Cell, Direction, Effect, Excerpt, Finding, Governance, Hurt, Note, Place, Severity,
    Verdict, Witness,
};
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
    /// Which of the six checks it is.
    pub name: CheckName,
    /// False when it was left out or could not run.
    pub ran: bool,
    /// How many subjects it judged; the unit is in `unit`.
    pub subjects: u64,
    /// What a subject is: `versions`, `rules`, `pairs`, `interactions`, `envelopes`, `versions and waivers`.
    pub unit: String,
    /// One line for people: what was judged and how it came out.
    pub summary: String,
    /// How many findings it gave, waived ones too.
    pub findings: u64,
    /// What the run would come to if there were this check alone; older reports do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// What this check leaves unproved, in whole sentences.
    pub not_proved: Vec<String>,
}

/// A waiver that covers a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AppliedWaiver {
    /// Identifier of the waiver's own file.
    pub id: String,
    /// The team that answers for the exception.
    pub owner: String,
    /// Last day or instant at which it still counts.
    pub expires: String,
}

/// A finding with its severity: what the report shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Judged {
    /// Identifier of the rule that was broken; `matchmark explain` tells more.
    pub rule: String,
    /// Weight that was decided for it once, by rule, policy or profile.
    pub severity: Severity,
    /// What it speaks of: an entry, a version, a partner, a waiver, a file.
    pub subject: String,
    /// Where to look first.
    pub location: Place,
    /// JSON pointer into the subject's document; empty for the whole.
    pub pointer: String,
    /// What tells two findings of one rule at one pointer apart.
    pub kind: String,
    /// One sentence that says what is wrong, without any payload value.
    pub message: String,
    /// One remedy, with the command where there is one.
    pub remedy: String,
    /// Sixteen hex digits that waivers match; the wording does not change them.
    pub fingerprint: String,
    /// The line of one of our own files that the location names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<Excerpt>,
    /// A payload that proves the break.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub witness: Option<Witness>,
    /// Everyone whom it hurts.
    pub hurts: Vec<Hurt>,
    /// Further labelled lines for people.
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
            excerpt: None,
            witness: finding.witness,
            hurts: finding.hurts,
            notes: finding.notes,
            waived,
        }
    }

    /// The check in whose name it speaks, which the first part of the rule's id tells; none for the gate's own.
    #[must_use]
    pub fn check(&self) -> Option<CheckName> {
        let room = self.rule.split('/').next();
        // What a recorded payload is told by.
        let room = room.map(|room| if room == "payload" { "replay" } else { room });
        CheckName::ALL
            .into_iter()
            .find(|name| room == Some(name.word()))
    }

    /// The same finding with the line that its location names.
    #[must_use]
    pub fn quoting(mut self, excerpt: Option<Excerpt>) -> Self {
        self.excerpt = excerpt;
        self
    }
}

/// One step from a version to another, as the compatibility check computed it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// Entry of the catalogue that changed.
    pub entry: String,
    /// Version before the change.
    pub from: String,
    /// Version after the change.
    pub to: String,
    /// Whether this change is new against the base, or part of the released history.
    pub new: bool,
    /// Who reads and who writes payloads of this schema, which decides what a narrower or wider one costs.
    pub direction: Direction,
    /// What it does to the set of accepted payloads.
    pub effect: Effect,
    /// Part of the version number that the author moved.
    pub declared: Bump,
    /// Part of the version number that the effect demands to be moved.
    pub required: Bump,
    /// How the answer was reached, forth and back.
    pub proof: String,
    /// What changed, one sentence each; none for a step of the released history whose number fits, which `diff` explains.
    pub details: Vec<Mention>,
    /// The changed lines of the schema file with their neighbours, as `diff -u` writes them; none for a step of the released history.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
}

/// One detail of a change: where and what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Mention {
    /// Identifier of the kind of change.
    pub rule: String,
    /// What this detail alone does to the set of accepted payloads.
    pub effect: Effect,
    /// JSON pointer into the schema.
    pub pointer: String,
    /// Where it stands in the newer file, or its nearest surviving parent.
    pub location: Place,
    /// One sentence that says what changed.
    pub message: String,
}

/// The semantic changelog of two versions: the answer to `diff`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Diff {
    /// What the command comes to, for its exit code.
    pub verdict: Verdict,
    /// The process exit code of this run.
    pub exit_code: u8,
    /// Who reads and who writes payloads of this schema.
    pub direction: Direction,
    /// The step from the old version to the new one.
    pub change: Change,
    /// What breaks, with one witness each, and what could not be settled.
    pub findings: Vec<Judged>,
    /// What this comparison leaves open.
    pub not_proved: Vec<String>,
}

/// Who judged what, when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReportHeader {
    /// Name and version of the program that judged.
    pub tool: String,
    /// The instant that was taken for now.
    pub as_of: String,
    /// How far the change has come, which decides how strict the gate is.
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
    /// Files of ours that could not be used.
    pub faults: u64,
    /// Findings that fail the gate at every stage.
    pub errors: u64,
    /// Questions that could not be settled.
    pub undecided: u64,
    /// Findings that fail only a strict stage.
    pub warnings: u64,
    /// Findings that are only worth knowing.
    pub infos: u64,
    /// Findings that a valid waiver covers.
    pub waived: u64,
}

impl Summary {
    /// Counts `findings` by what they weigh.
    #[must_use]
    pub fn of(findings: &[Judged]) -> Self {
        let mut summary = Self::default();
        for finding in findings {
            let count = match finding.severity {
                _ if finding.waived.is_some() => &mut summary.waived,
                Severity::Fault => &mut summary.faults,
                Severity::Error => &mut summary.errors,
                Severity::Undecided => &mut summary.undecided,
                Severity::Warning => &mut summary.warnings,
                Severity::Info => &mut summary.infos,
            };
            *count += 1;
        }
        summary
    }
}

/// The result of a run. Every output format is a function of this value alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// What the whole run comes to.
    pub verdict: Verdict,
    /// The process exit code of this run.
    pub exit_code: u8,
    #[serde(flatten)]
    pub header: ReportHeader,
    /// Counts over all findings.
    pub summary: Summary,
    /// The six checks, in the order in which they are shown; only its own where one part ran by itself.
    pub checks: Vec<Check>,
    /// Worst first, then by rule, file, line and column.
    pub findings: Vec<Judged>,
    /// Every step between versions that was judged.
    pub changes: Vec<Change>,
    /// Every partner against every version that it lives with, by entry, version and partner.
    pub matrix: Vec<Cell>,
    /// What the board has to know and to decide.
    #[serde(flatten)]
    pub governance: Governance,
    /// What this verdict does not prove, over all checks.
    pub not_proved: Vec<String>,
    /// Digest of every file that was read, by path.
    pub inputs: BTreeMap<String, String>,
    /// Digest of this report without this key, in canonical form; `evidence::seal` writes it.
    pub digest: String,
}
