//! What a person is told of the rules of a repository: what is published, what was tried, what no case reaches.
//! Refuses to judge; the rules and their trials did.

use super::{Place, Severity, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The rules as they are published.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RulesPage {
    /// Digest of everything below: another page, another digest.
    pub page: String,
    /// Those over repositories first, then those over payloads, by id.
    pub rules: Vec<PublishedRule>,
}

/// One rule as it is published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PublishedRule {
    pub id: String,
    /// What must hold.
    pub title: String,
    /// `draft`, `active` or `retired`.
    pub status: String,
    pub since: String,
    /// The team that answers for it.
    pub owner: String,
    pub severity: Severity,
    /// Kinds of finding that weigh otherwise.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub severity_by_kind: BTreeMap<String, Severity>,
    /// How it weighs at each stage, the least strict first.
    pub stages: Vec<StageWeight>,
    /// Collections of facts, or entries with their ranges.
    pub applies: Vec<String>,
    /// Rows of the mission that it serves.
    pub rows: Vec<String>,
    /// Document, section and requirement behind it.
    pub source: String,
    pub message: String,
    pub remedy: String,
    pub why: String,
    pub waivable: bool,
    /// Longest time that a waiver may last.
    pub max_waiver_days: u32,
    /// Roles that must agree to a waiver.
    pub approvers: Vec<String>,
    /// Thresholds and tables, each as JSON.
    #[serde(skip_serializing_if = "BTreeMap::is_empty", default)]
    pub params: BTreeMap<String, String>,
    /// Cases that must fire, and cases that must stay quiet.
    pub fires: usize,
    pub quiet: usize,
    /// Its own file.
    pub file: String,
}

/// How a rule weighs at a stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StageWeight {
    pub stage: String,
    pub severity: Severity,
    /// Whether a finding of it fails the gate there.
    pub fails: bool,
}

/// What trying out rules came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyTrial {
    pub verdict: Verdict,
    pub exit_code: u8,
    /// By family and id.
    pub rules: Vec<TriedRule>,
    /// What is wrong with a rule or not proven by its cases.
    pub flaws: Vec<RuleFlaw>,
}

/// One thing that is wrong with a rule or its cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleFlaw {
    /// Id of the finding.
    pub rule: String,
    /// The rule that it is about.
    pub subject: String,
    /// `case`, `mutant`, `idle-read`, `line`, `cross`, or what keeps it from running.
    pub kind: String,
    pub severity: Severity,
    pub location: Place,
    pub message: String,
    pub remedy: String,
}

/// What was tried with one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TriedRule {
    pub id: String,
    /// Cases that must fire, and cases that must stay quiet.
    pub fires: usize,
    pub quiet: usize,
    /// Names misspelt, and how many of those some case noticed.
    pub mutants: usize,
    pub killed: usize,
    /// Facts deleted, and how many of those some case noticed.
    pub reads: usize,
    pub needed: usize,
    /// Lines of code, and how many of those some case reached.
    pub lines: usize,
    pub reached: usize,
    /// Other rules that were asked about its cases and must say nothing.
    pub others: usize,
    /// Whether nothing is left to prove.
    pub proven: bool,
}

/// Which lines of which rules some case reaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyCoverage {
    pub verdict: Verdict,
    pub exit_code: u8,
    /// Over all files, those that cannot run among them.
    pub lines: usize,
    pub reached: usize,
    pub files: Vec<CoveredFile>,
}

/// One text of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CoveredFile {
    pub rule: String,
    pub file: String,
    pub lines: usize,
    pub reached: usize,
    /// Lines that no case reaches; the whole file where it is missing.
    pub unreached: Vec<u32>,
    /// Why nothing of it was reached, where the rule cannot run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub obstacle: Option<String>,
}
