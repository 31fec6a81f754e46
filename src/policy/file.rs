//! `rule.toml`: what a board says about a rule beside the rule itself.
//! Refuses to know whether the rule keeps what its file promises.

use crate::catalogue::RuleFamily;
use crate::model::Severity;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use wire::outcome::Code;

/// How heavy a rule weighs at least. A profile may raise it, never lower it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Floor {
    Info,
    Warning,
    Error,
}

impl From<Floor> for Severity {
    fn from(floor: Floor) -> Self {
        match floor {
            Floor::Info => Self::Info,
            Floor::Warning => Self::Warning,
            Floor::Error => Self::Error,
        }
    }
}

/// How far a rule has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RuleStatus {
    /// Runs and is shown, but never gates.
    Draft,
    Active,
    /// Runs no more; its id stays taken.
    Retired,
}

/// Where a rule comes from. No source, no rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RuleSource {
    pub document: String,
    pub section: String,
    /// Number or name of the requirement in that document.
    pub requirement: String,
}

/// What `matchmark explain` shows of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RuleExample {
    pub bad: String,
    pub good: String,
}

/// `policies/rules/<name>/rule.toml` and `policies/payload/<name>/rule.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RuleFile {
    /// `policy/<name>` or `payload/<name>`, where `<name>` is the folder.
    pub id: String,
    /// What must hold, as one sentence with "must".
    pub title: String,
    pub severity: Floor,
    /// Heavier or lighter floors for single kinds of finding.
    #[serde(default)]
    pub severity_by_kind: BTreeMap<String, Floor>,
    pub status: RuleStatus,
    /// Version of matchmark's policies that brought it.
    pub since: String,
    /// Team that answers for the rule.
    pub owner: String,
    /// Of a policy: collections of facts that it walks; when all are empty it does not apply.
    /// Of a payload rule: entries and ranges of their versions, `hrex-consent@^2`.
    pub applies: Vec<String>,
    /// Of a payload rule: the bound code with which a service refuses what breaks it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Code>,
    /// Of a payload rule: entries in whose payloads it concerns one member only, so that the others go on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub per_member: Vec<String>,
    /// Every path of facts that it uses, `[]` for the items of a collection.
    pub reads: Vec<String>,
    /// Capabilities that it serves.
    pub rows: Vec<String>,
    pub source: RuleSource,
    /// Templates; `{name}` takes `subject`, `version`, `pointer` or an entry of `args`.
    pub message: String,
    pub remedy: String,
    pub waivable: bool,
    /// Longest time that a waiver may last; 0 where the rule cannot be waived.
    #[serde(default)]
    pub max_waiver_days: u32,
    /// Roles that must agree to a waiver.
    #[serde(default)]
    pub approvers: Vec<String>,
    pub why: String,
    pub example: RuleExample,
    /// Thresholds and tables that the board may tune, handed over as `input.params`.
    #[serde(default)]
    pub params: serde_json::Map<String, serde_json::Value>,
}

impl RuleFile {
    /// The weight of a finding of this kind.
    ///
    /// A draft is shown but never gates.
    #[must_use]
    pub fn severity_of(&self, kind: &str) -> Severity {
        match self.status {
            RuleStatus::Draft => Severity::Info,
            RuleStatus::Active | RuleStatus::Retired => self
                .severity_by_kind
                .get(kind)
                .copied()
                .unwrap_or(self.severity)
                .into(),
        }
    }

    /// What is wrong with the file beyond its shape: the key and why.
    #[must_use]
    pub fn flaws(&self, family: RuleFamily, name: &str) -> Vec<(&'static str, String)> {
        let mut flaws = Vec::new();
        let mut demand = |holds: bool, key: &'static str, why: String| {
            if !holds {
                flaws.push((key, why));
            }
        };
        let id = format!("{}/{name}", family.room());
        demand(
            self.id == id,
            "id",
            format!("the id must be `{id}`, after the folder"),
        );
        let of_payload = family == RuleFamily::Payload;
        demand(
            self.outcome.is_some() == of_payload,
            "outcome",
            "a payload rule has an `outcome`, any other has none".to_owned(),
        );
        demand(
            of_payload || self.per_member.is_empty(),
            "per-member",
            "only a payload rule has `per-member`".to_owned(),
        );
        let all_errors = self
            .severity_by_kind
            .values()
            .chain([&self.severity])
            .all(|floor| *floor == Floor::Error);
        demand(
            !of_payload || all_errors,
            "severity",
            "a payload fits or does not: the severity of a payload rule is `error`".to_owned(),
        );
        demand(
            is_kebab(name),
            "id",
            "a rule's folder must be named in kebab-case".to_owned(),
        );
        demand(
            self.title.contains("must"),
            "title",
            "the title must be a sentence with \"must\"".to_owned(),
        );
        for (key, text) in [
            ("title", &self.title),
            ("since", &self.since),
            ("owner", &self.owner),
            ("document", &self.source.document),
            ("section", &self.source.section),
            ("requirement", &self.source.requirement),
            ("message", &self.message),
            ("remedy", &self.remedy),
            ("why", &self.why),
            ("bad", &self.example.bad),
            ("good", &self.example.good),
        ] {
            demand(!text.trim().is_empty(), key, format!("`{key}` is empty"));
        }
        for (key, list) in [
            ("applies", &self.applies),
            ("reads", &self.reads),
            ("rows", &self.rows),
        ] {
            demand(!list.is_empty(), key, format!("`{key}` is empty"));
        }
        demand(
            self.waivable == (self.max_waiver_days > 0)
                && self.waivable != self.approvers.is_empty(),
            "waivable",
            "a waivable rule has `max-waiver-days` and `approvers`, any other has neither"
                .to_owned(),
        );
        flaws
    }
}

/// Lower-case words joined by single hyphens.
pub(super) fn is_kebab(name: &str) -> bool {
    !name.is_empty()
        && name.split('-').all(|word| {
            word.starts_with(|first: char| first.is_ascii_lowercase())
                && word
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        })
}
