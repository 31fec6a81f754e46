//! How interactions came out: passed, failed or open, and by which rules.
//! Refuses to hold messages: they are for people, and a rule and a place say the same for ever.

use super::super::gate::Doubt;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How one thing came out.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    Passed,
    /// Something was not settled.
    Undecided,
    Failed,
}

/// One rule that was broken, or a question that stayed open.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Problem {
    /// Identifier of the rule; `matchmark explain` tells more.
    pub rule: String,
    /// Whether it failed or stayed open.
    pub standing: Standing,
    /// Pointer of what it speaks of; keys that only a payload has are masked.
    pub pointer: String,
    /// What tells two problems of one rule at one pointer apart.
    pub kind: String,
    /// What waivers match.
    pub fingerprint: String,
    /// Place in the contract, as `file:line:column`.
    pub contract_at: String,
}

/// One interaction, or one variant of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InteractionResult {
    /// Key of the interaction in its contract.
    pub interaction: String,
    /// Which of its variants; none for the example as it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// How it came out.
    pub standing: Standing,
    /// Announced as new in the contract.
    pub pending: bool,
    /// Whether the provider must refuse.
    pub negative: bool,
    /// The code by which it must refuse.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Edge cases that it exercises.
    pub edges: Vec<String>,
    /// Last day on which it gates.
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sunset: Option<chrono::NaiveDate>,
    /// What broke or stayed open.
    pub problems: Vec<Problem>,
}

impl InteractionResult {
    /// What of the open problems keeps a release waiting.
    pub fn doubts(&self) -> impl Iterator<Item = Doubt> {
        let open = self
            .problems
            .iter()
            .filter(|p| p.standing == Standing::Undecided);
        open.map(Problem::doubt)
    }
}

impl Problem {
    /// What an open problem means for a release.
    #[must_use]
    pub fn doubt(&self) -> Doubt {
        match self.rule.strip_prefix("contract/").unwrap_or_default() {
            "edge-uncovered" => Doubt::EdgeUncovered,
            "state-handler-missing" => Doubt::StateHandlerMissing,
            "variant-unproven" => Doubt::VariantUnproven,
            "static-undecided" => Doubt::StaticUndecided,
            "unsupported-content" => Doubt::UnsupportedContent,
            _ => Doubt::NeverVerified,
        }
    }
}

/// A schema that a contract speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SchemaProof {
    /// Entry of the catalogue.
    pub id: String,
    /// Versions that the consumer lives with.
    pub range: String,
    /// Digest of each version in the range that was judged, with everything it refers to.
    pub versions: BTreeMap<String, String>,
    /// The last day on which a contract that names this range gates, when it has one.
    #[schemars(with = "Option<String>")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<chrono::NaiveDate>,
}

/// What was proved of one interaction against one version without any provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StaticProof {
    /// Key of the interaction.
    pub interaction: String,
    /// `id@version`.
    pub schema: String,
    /// `passed` is a proof, `failed` has a witness.
    pub standing: Standing,
}

/// What the recorded payloads showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayProof {
    /// Digest over every recorded payload.
    pub corpus: String,
    /// How many were replayed.
    pub envelopes: u64,
    /// Whether they were accepted as before.
    pub standing: Standing,
    /// What broke or stayed open.
    pub problems: Vec<Problem>,
}
