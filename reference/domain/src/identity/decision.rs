//! The record of one identity decision: which policy, which evidence, which outcome.
//! Refuses to hold a value of a person; candidates are opaque ids.

use super::decide::Question;
use super::policy::{Sensitivity, TieBreaker};
use super::{Attribute, Comparison, Level, Model, Provenance};
use crate::failure::Code;
use crate::ids::{DocumentNumber, MemberRef};
use crate::member_match::{MemberMatch, Part};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// How sure a decision is of the person.
    Tier {
        Deterministic = "deterministic",
        Probabilistic = "probabilistic",
        Review = "review",
        ApprovedReview = "approved-review",
        Unmatched = "unmatched",
    }
}

impl Tier {
    /// Does the tier name one person without a further word?
    #[must_use]
    pub const fn is_settled(self) -> bool {
        match self {
            Self::Deterministic | Self::Probabilistic | Self::ApprovedReview => true,
            Self::Review | Self::Unmatched => false,
        }
    }
}

vocabulary! {
    /// The confidence of a decision, as telemetry tells it.
    Band {
        Exact = "exact",
        High = "high",
        Review = "review",
        Low = "low",
        None = "none",
    }
}

/// One attribute of one candidate, compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What was compared; an attribute that the policy does not list never stands here.
    pub attribute: Attribute,
    /// How the two values compare; the values themselves are not kept.
    pub level: Level,
    /// What the level is worth, in hundredths of a bit; null where a rule decided and nothing was weighed.
    #[serde(deserialize_with = "crate::record::told")]
    pub weight: Option<i64>,
    /// The part of the request that said it, as opposed to our member store, which said the other side.
    pub source: Part,
    /// Where the value of our member store comes from, and when it held; null where one side is silent.
    #[serde(deserialize_with = "crate::record::told")]
    pub held: Option<Provenance>,
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Outcome {
    /// One person is meant.
    Matched {
        /// The person of our member store, by an opaque id that no partner is told.
        person: MemberRef,
    },
    /// Nobody is meant.
    NoMatch {},
    /// Several persons fit equally well, and none was chosen.
    MultipleMatch {},
    /// A person has to decide.
    UnderReview {
        /// What the request would have to say to make it plain.
        missing: Vec<Attribute>,
        /// What speaks against the person who fits best.
        conflicting: Vec<Attribute>,
    },
    /// The request lacks these attributes; any one of them, if they are identifiers.
    MissingIdentifier {
        /// What the request would have to say; any one of them is enough where they are identifiers.
        attributes: Vec<Attribute>,
    },
    /// A person is meant, but these attributes contradict.
    ConflictingField {
        /// What speaks against the person who is otherwise meant.
        attributes: Vec<Attribute>,
    },
}

impl Outcome {
    /// The failure code, unless one person was found.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Matched { .. } => None,
            Self::NoMatch {} => Some(Code::NoMatch),
            Self::MultipleMatch {} => Some(Code::MultipleMatch),
            Self::UnderReview { .. } => Some(Code::LowConfidence),
            Self::MissingIdentifier { .. } => Some(Code::MissingIdentifier),
            Self::ConflictingField { .. } => Some(Code::ConflictingField),
        }
    }

    /// The elements of the request that the outcome is about. Of a review only what is missing is told: what speaks
    /// against a person would tell something of that person.
    #[must_use]
    pub fn expressions(&self, parts: &MemberMatch<'_>) -> Vec<String> {
        match self {
            Self::Matched { .. } | Self::NoMatch {} | Self::MultipleMatch {} => Vec::new(),
            Self::UnderReview {
                missing: attributes,
                ..
            }
            | Self::MissingIdentifier { attributes }
            | Self::ConflictingField { attributes } => {
                attributes.iter().map(|a| a.expression(parts)).collect()
            }
        }
    }
}

/// A decision. It cannot be made without a policy, whose number it carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Number of the matching policy that decided; the policy under this number never changes.
    policy: DocumentNumber,
    /// Version of the rules by which names and identifiers were made comparable.
    normaliser: u32,
    /// Number of the model that weighed; null where the policy has the first tier only.
    #[serde(deserialize_with = "crate::record::told")]
    model: Option<DocumentNumber>,
    /// Number of the snapshot under which it was decided.
    snapshot: u64,
    /// What the answer was wanted for.
    sensitivity: Sensitivity,
    /// The path by which the decision came about.
    tier: Tier,
    /// Confidence in steps, as telemetry tells it.
    band: Band,
    /// Probability in millionths that the right person was found; null where a rule decided that needs none.
    #[serde(deserialize_with = "crate::record::told")]
    #[schemars(range(max = 1_000_000))]
    score: Option<u32>,
    /// How far the first was ahead of the second, in hundredths of a bit; null where there was no second.
    #[serde(deserialize_with = "crate::record::told")]
    lead: Option<i64>,
    /// What decided between persons who fitted alike; null where nothing had to.
    #[serde(deserialize_with = "crate::record::told")]
    tie_breaker: Option<TieBreaker>,
    /// What was decided, with the reason when nobody was found.
    outcome: Outcome,
    /// Everybody who was compared and not plainly somebody else, by opaque ids, in the order of the ids.
    candidates: Vec<MemberRef>,
    /// The comparison that decided, attribute by attribute; empty when no single candidate decided.
    evidence: Vec<Evidence>,
}

impl Decision {
    /// Only the procedure of this room decides, and only with a policy.
    pub(super) fn new(question: &Question<'_>, tier: Tier, band: Band, outcome: Outcome) -> Self {
        let policy = question.policy;
        Self {
            policy: policy.number,
            normaliser: policy.normaliser,
            model: policy.scoring.as_ref().map(|scoring| scoring.model),
            snapshot: question.snapshot,
            sensitivity: question.sensitivity,
            tier,
            band,
            score: None,
            lead: None,
            tie_breaker: None,
            outcome,
            candidates: Vec::new(),
            evidence: Vec::new(),
        }
    }

    pub(super) fn unmatched(question: &Question<'_>, outcome: Outcome) -> Self {
        Self::new(question, Tier::Unmatched, Band::None, outcome)
    }

    pub(super) fn among(mut self, candidates: impl Iterator<Item = MemberRef>) -> Self {
        self.candidates = candidates.collect();
        self.candidates.sort();
        self
    }

    pub(super) fn because(mut self, comparison: &Comparison, model: Option<&Model>) -> Self {
        let told = comparison.each().map(|(attribute, compared)| Evidence {
            attribute,
            level: compared.level,
            weight: model.map(|model| model.weight(attribute, compared.level)),
            source: attribute.source(),
            held: compared.held,
        });
        self.evidence = told.collect();
        self
    }

    pub(super) fn scored(mut self, score: u32, lead: Option<i64>) -> Self {
        self.score = Some(score);
        self.lead = lead;
        self
    }

    pub(super) fn by(mut self, tie_breaker: TieBreaker) -> Self {
        self.tie_breaker = Some(tie_breaker);
        self
    }

    /// The same decision after a person has approved one of its candidates. None for somebody else.
    #[must_use]
    pub fn approved(&self, person: &MemberRef) -> Option<Self> {
        let known = self.tier == Tier::Review && self.candidates.contains(person);
        known.then(|| Self {
            tier: Tier::ApprovedReview,
            band: Band::High,
            outcome: Outcome::Matched {
                person: person.clone(),
            },
            ..self.clone()
        })
    }

    /// The same decision after a person has found that none of its candidates is meant.
    #[must_use]
    pub fn rejected(&self) -> Option<Self> {
        (self.tier == Tier::Review).then(|| Self {
            tier: Tier::Unmatched,
            band: Band::None,
            outcome: Outcome::NoMatch {},
            ..self.clone()
        })
    }

    #[must_use]
    pub fn policy(&self) -> DocumentNumber {
        self.policy
    }

    #[must_use]
    pub fn tier(&self) -> Tier {
        self.tier
    }

    #[must_use]
    pub fn band(&self) -> Band {
        self.band
    }

    /// What the answer was wanted for.
    #[must_use]
    pub fn sensitivity(&self) -> Sensitivity {
        self.sensitivity
    }

    /// Probability in millionths, where one was computed.
    #[must_use]
    pub fn score(&self) -> Option<u32> {
        self.score
    }

    #[must_use]
    pub fn tie_breaker(&self) -> Option<TieBreaker> {
        self.tie_breaker
    }

    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Everybody who might have been meant.
    #[must_use]
    pub fn candidates(&self) -> &[MemberRef] {
        &self.candidates
    }

    /// The comparison that decided, attribute by attribute; empty when no single candidate decided.
    #[must_use]
    pub fn evidence(&self) -> &[Evidence] {
        &self.evidence
    }
}
