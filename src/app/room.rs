//! What one check hands back, before it is weighed.

use crate::model::{Check, CheckName, Finding, Verdict};
use crate::policy::Outcome;
use serde_json::Value;

/// The result of one check.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Room {
    pub name: CheckName,
    pub ran: bool,
    pub subjects: u64,
    pub unit: &'static str,
    pub summary: String,
    pub not_proved: Vec<String>,
    pub findings: Vec<Finding>,
    /// Which rules were asked; only the policy check asks any.
    pub rules: Outcome,
    /// What those rules were asked about.
    pub facts: Value,
}

impl Room {
    /// A check that ran over `subjects` things.
    pub(super) fn ran(name: CheckName, subjects: u64, unit: &'static str) -> Self {
        Self {
            name,
            ran: true,
            subjects,
            unit,
            summary: String::new(),
            not_proved: Vec::new(),
            findings: Vec::new(),
            rules: Outcome::default(),
            facts: Value::Null,
        }
    }

    /// A check that was left out or could not run, and why.
    pub(super) fn skipped(name: CheckName, why: impl Into<String>) -> Self {
        let why = why.into();
        Self {
            ran: false,
            summary: why.clone(),
            not_proved: vec![format!("The {} check did not run: {why}.", name.word())],
            ..Self::ran(name, 0, "")
        }
    }

    pub(super) fn summary(mut self, summary: impl Into<String>) -> Self {
        self.summary = summary.into();
        self
    }

    pub(super) fn findings(mut self, findings: Vec<Finding>) -> Self {
        self.findings = findings;
        self
    }

    pub(super) fn rules(mut self, rules: Outcome, facts: Value) -> Self {
        self.rules = rules;
        self.facts = facts;
        self
    }

    pub(super) fn not_proved(mut self, limits: Vec<String>) -> Self {
        self.not_proved = limits;
        self
    }

    /// As the report shows it; `findings` counts what was judged in its name, and `verdict` is what that comes to.
    pub(super) fn shown(&self, findings: u64, verdict: Verdict) -> Check {
        Check {
            name: self.name,
            ran: self.ran,
            subjects: self.subjects,
            unit: self.unit.to_owned(),
            summary: self.summary.clone(),
            findings,
            verdict: Some(verdict),
            not_proved: self.not_proved.clone(),
        }
    }
}
