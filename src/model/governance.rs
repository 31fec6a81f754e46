//! What a board reads beside the findings: waivers, decisions that wait for it, rules and their sources, replay causes.
//! Refuses to hold a payload value: names, counts, dates, places.

use super::{Letterhead, Place, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything of a report that is about deciding rather than about one finding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Governance {
    /// Ids of emergency waivers that are in force: every format shows them first.
    pub emergency: Vec<String>,
    /// What waits for the board, most urgent first.
    pub decisions: Vec<DecisionNeeded>,
    /// Seats of the board whose signatures a printed report has room for, as matchmark.toml lists them.
    pub sign_off: Vec<String>,
    /// Every waiver of the repository, whatever its state, by id.
    pub waivers: Vec<WaiverLine>,
    /// Which rules were asked, and which of them gave no answer.
    pub rules: RulesRun,
    /// Every rule with the published statement behind it and how it came out, by rule.
    pub trace: Vec<TraceLine>,
    /// Why recorded payloads are judged otherwise than before, largest first.
    pub clusters: Vec<ReplayCluster>,
    /// The period of a packet that is made from evidence; absent for one run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    /// Earlier runs of that period, oldest first.
    pub trend: Vec<TrendPoint>,
    /// The board's own words and style for the page, where matchmark.toml names a folder of templates.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub letterhead: Option<Letterhead>,
}

/// Something that the board has to decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DecisionNeeded {
    /// A waiver, a version, a rule, a partner.
    pub subject: String,
    /// What is asked, as one sentence.
    pub question: String,
    /// The team that answers for the subject.
    pub owner: String,
    /// Roles whose word is missing.
    pub roles: Vec<String>,
    /// What can be decided, with the command where there is one.
    pub options: Vec<String>,
    /// Day by which it has to be decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<String>,
    /// What happens when nobody decides.
    pub otherwise: String,
    /// The file that it is about.
    pub location: Place,
}

/// How a waiver stands at the instant of the run.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum WaiverState {
    /// In force: what it covers is shown and does not fail the gate.
    Active,
    /// It ends within fourteen days.
    Expiring,
    /// Its last day is over: what it covered counts again.
    Expired,
    /// It says too little to count.
    Incomplete,
    /// A role that has to agree did not.
    Unapproved,
    /// A role rejected it.
    Rejected,
    /// It covers nothing that the run found.
    Unused,
}

impl WaiverState {
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expiring => "expiring",
            Self::Expired => "expired",
            Self::Incomplete => "incomplete",
            Self::Unapproved => "unapproved",
            Self::Rejected => "rejected",
            Self::Unused => "unused",
        }
    }
}

/// An approval that counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApprovedBy {
    /// Seat on the board.
    pub role: String,
    /// Account that decided.
    pub approver: String,
    /// Day of the decision.
    pub date: String,
}

/// One waiver as the register shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WaiverLine {
    /// Identifier of the waiver's own file.
    pub id: String,
    /// Finding id that it covers.
    pub rule: String,
    /// Subjects of the findings that it covers in this run.
    pub subjects: Vec<String>,
    /// `standard`, `migration` or `emergency`.
    pub class: String,
    /// Ground as a word that can be counted.
    pub why: String,
    /// Ground for people.
    pub reason: String,
    /// The team that answers for it.
    pub owner: String,
    /// Who asked for it.
    pub requested_by: String,
    /// Partners that are hurt by what it covers in this run.
    pub hurt: Vec<String>,
    /// Decisions that count, by role.
    pub approved: Vec<ApprovedBy>,
    /// Roles whose word is missing, each with the reason.
    pub lacking: Vec<String>,
    /// Day on which it was granted.
    pub created: String,
    /// Last day or instant at which the exception still counts.
    pub expires: String,
    /// Whole days left; negative when it is over.
    pub days_left: i64,
    /// How often it was extended.
    pub renewals: u32,
    /// How it stands at the instant of the run.
    pub state: WaiverState,
    /// The waiver's own file.
    pub location: Place,
}

/// Which rules were asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RulesRun {
    /// Rules that had to be asked: those of the base and of the head.
    pub expected: Vec<String>,
    /// Rules that gave an answer.
    pub evaluated: Vec<String>,
    /// Rules that had nothing to judge.
    pub not_applicable: Vec<String>,
    /// Rules that are tried out and never fail the gate.
    pub draft: Vec<String>,
    /// Rules that raised, ran out of time or pointed nowhere.
    pub not_evaluated: Vec<String>,
    /// Digest of the page that publishes the rules.
    pub page: String,
}

/// A rule, where it comes from, what it serves and how it came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TraceLine {
    /// Finding id of the rule.
    pub rule: String,
    /// What must hold.
    pub title: String,
    /// Document, section and requirement behind it.
    pub source: String,
    /// Rows of the mission that it serves.
    pub rows: Vec<String>,
    /// Cases that show when it fires and when it stays quiet.
    pub cases: u64,
    /// Findings that it gave, waived ones too.
    pub findings: u64,
    /// `holds`, `broken`, `waived`, `not-applicable`, `draft` or `not-evaluated`.
    pub result: String,
}

/// Recorded payloads that are judged otherwise for one cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReplayCluster {
    /// Whose payloads they are.
    pub partner: String,
    /// Version that judges otherwise.
    pub version: String,
    /// `newly-rejected` or `newly-accepted`.
    pub shift: String,
    /// Finding id of the first problem.
    pub rule: String,
    /// Where, with `*` for array positions.
    pub pointer: String,
    /// How many payloads.
    pub count: u64,
    /// The first of them.
    pub first: Place,
}

/// The days that a packet is about, both included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Period {
    /// First day of the packet, counted in UTC.
    pub since: String,
    /// Last day of the packet, counted in UTC.
    pub until: String,
}

/// One earlier run, as its evidence tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrendPoint {
    /// The instant that the run took for now.
    pub as_of: String,
    /// Digest that names the record.
    pub record: String,
    /// What the run came to.
    pub verdict: Verdict,
    /// Findings at or above `error` that no waiver covered.
    pub errors: u64,
    /// Findings that fail only a strict stage.
    pub warnings: u64,
    /// Exceptions that counted at that instant, emergency ones too.
    pub waivers: u64,
    /// Whole days between asking for a waiver and its last approval, over the waivers in force; none without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days_to_approve: Option<u64>,
    /// Partner to how many of its replayed payloads were judged otherwise than recorded.
    pub mismatches: BTreeMap<String, Mismatch>,
}

/// Payloads of one partner that did not fit, of those that were replayed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Mismatch {
    /// How many recorded payloads were judged once more.
    pub replayed: u64,
    /// How many of them came out otherwise than when they were recorded.
    pub mismatched: u64,
}
