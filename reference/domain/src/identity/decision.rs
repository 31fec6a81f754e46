//! The record of one identity decision: which policy, which evidence, which outcome.
//! Refuses to hold a value of a person; candidates are opaque ids.

use super::{Attribute, MatchingPolicy};
use crate::failure::Code;
use crate::ids::{DocumentNumber, MemberRef};
use crate::member_match::MemberMatch;
use serde::Serialize;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Evidence {
    pub attribute: Attribute,
    pub level: Level,
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Outcome {
    Matched {
        person: MemberRef,
    },
    NoMatch,
    MultipleMatch,
    /// The request lacks these attributes; any one of them, if they are identifiers.
    MissingIdentifier {
        attributes: Vec<Attribute>,
    },
    /// A person is meant, but these attributes contradict.
    ConflictingField {
        attributes: Vec<Attribute>,
    },
}

impl Outcome {
    /// The failure code, unless one person was found.
    #[must_use]
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Matched { .. } => None,
            Self::NoMatch => Some(Code::NoMatch),
            Self::MultipleMatch => Some(Code::MultipleMatch),
            Self::MissingIdentifier { .. } => Some(Code::MissingIdentifier),
            Self::ConflictingField { .. } => Some(Code::ConflictingField),
        }
    }

    /// The elements of the request that the outcome is about.
    #[must_use]
    pub fn expressions(&self, parts: &MemberMatch<'_>) -> Vec<String> {
        match self {
            Self::Matched { .. } | Self::NoMatch | Self::MultipleMatch => Vec::new(),
            Self::MissingIdentifier { attributes } | Self::ConflictingField { attributes } => {
                attributes.iter().map(|a| a.expression(parts)).collect()
            }
        }
    }
}

/// A decision. It cannot be made without a policy, whose number it carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Decision {
    policy: DocumentNumber,
    normaliser: u32,
    tier: Tier,
    band: Band,
    outcome: Outcome,
    candidates: Vec<MemberRef>,
    evidence: Vec<Evidence>,
}

impl Decision {
    pub(super) fn new(policy: &MatchingPolicy, outcome: Outcome) -> Self {
        let (tier, band) = match outcome {
            Outcome::Matched { .. } => (Tier::Deterministic, Band::Exact),
            Outcome::NoMatch
            | Outcome::MultipleMatch
            | Outcome::MissingIdentifier { .. }
            | Outcome::ConflictingField { .. } => (Tier::Unmatched, Band::None),
        };
        Self {
            policy: policy.number,
            normaliser: policy.normaliser,
            tier,
            band,
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
