//! The record of one identity decision: which policy, which evidence, which outcome.
//! Refuses to hold a value of a person; candidates are opaque ids.

use super::{Attribute, MatchingPolicy};
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

vocabulary! {
    /// How two values of one attribute compare.
    Level {
        Exact = "exact",
        Alias = "alias",
        Differ = "differ",
        Absent = "absent",
    }
}

/// One attribute of one candidate, compared.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// What was compared; an attribute that the policy does not list never stands here.
    pub attribute: Attribute,
    /// How the two values compare; the values themselves are not kept.
    pub level: Level,
    /// The part of the request that said it, as opposed to our member store, which said the other side.
    pub source: Part,
}

impl Evidence {
    /// The comparison of an attribute that the request gave in its usual part.
    #[must_use]
    pub const fn of(attribute: Attribute, level: Level) -> Self {
        Self {
            attribute,
            level,
            source: attribute.source(),
        }
    }
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
            Self::MissingIdentifier { .. } => Some(Code::MissingIdentifier),
            Self::ConflictingField { .. } => Some(Code::ConflictingField),
        }
    }

    /// The elements of the request that the outcome is about.
    #[must_use]
    pub fn expressions(&self, parts: &MemberMatch<'_>) -> Vec<String> {
        match self {
            Self::Matched { .. } | Self::NoMatch {} | Self::MultipleMatch {} => Vec::new(),
            Self::MissingIdentifier { attributes } | Self::ConflictingField { attributes } => {
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
    /// The path by which the decision came about.
    tier: Tier,
    /// Confidence in steps, as telemetry tells it.
    band: Band,
    /// Probability in millionths that the right person was found; null where a rule decided that needs none.
    #[serde(deserialize_with = "crate::record::told")]
    #[schemars(range(max = 1_000_000))]
    score: Option<u32>,
    /// What was decided, with the reason when nobody was found.
    outcome: Outcome,
    /// Everybody who shared an identifier with the request, by opaque ids, in the order of the ids.
    candidates: Vec<MemberRef>,
    /// The comparison that decided, attribute by attribute; empty when no single candidate decided.
    evidence: Vec<Evidence>,
}

impl Decision {
    pub(super) fn new(policy: &MatchingPolicy, outcome: Outcome) -> Self {
        let (tier, band) = match outcome {
            Outcome::Matched { .. } => (Tier::Deterministic, Band::Exact),
            Outcome::NoMatch {}
            | Outcome::MultipleMatch {}
            | Outcome::MissingIdentifier { .. }
            | Outcome::ConflictingField { .. } => (Tier::Unmatched, Band::None),
        };
        Self {
            policy: policy.number,
            normaliser: policy.normaliser,
            tier,
            band,
            score: None,
            outcome,
            candidates: Vec::new(),
            evidence: Vec::new(),
        }
    }

    pub(super) fn with_evidence(
        mut self,
        mut candidates: Vec<MemberRef>,
        evidence: Vec<Evidence>,
    ) -> Self {
        candidates.sort();
        self.candidates = candidates;
        self.evidence = evidence;
        self
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

    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The comparison that decided, attribute by attribute; empty when no single candidate decided.
    #[must_use]
    pub fn evidence(&self) -> &[Evidence] {
        &self.evidence
    }
}
