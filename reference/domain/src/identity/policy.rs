//! The matching policy: which attributes may be read, how candidates are found, when a match needs no person, and who
//! wins a tie. Refuses to be changed under its number, and to allow what it does not say.

use super::{Attribute, Level};
use crate::ids::DocumentNumber;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

vocabulary! {
    /// What the answer will be used for, the least sensitive first.
    Sensitivity {
        CoverageCheck = "coverage-check",
        ClinicalHistory = "clinical-history",
        PriorAuthorization = "prior-authorization",
        Bulk = "bulk",
    }
}

vocabulary! {
    /// What two records must share to be compared at all.
    BlockingKey {
        MemberId = "member-id",
        SubscriberId = "subscriber-id",
        BirthDate = "birth-date",
        /// Sound of family and given name, in either order.
        NameSounds = "name-sounds",
        FamilySoundPlace = "family-sound-place",
        GivenSoundPlace = "given-sound-place",
        FamilySoundYear = "family-sound-year",
        GivenSoundYear = "given-sound-year",
        /// House number and sound of the street.
        House = "house",
        StreetSoundPlace = "street-sound-place",
        Phone = "phone",
        Email = "email",
    }
}

vocabulary! {
    /// What decides between two persons who fit alike.
    TieBreaker {
        PersonSuffixAndRelationship = "person-suffix-and-relationship",
        CoveragePeriod = "coverage-period",
        NewestVerified = "newest-verified",
    }
}

vocabulary! {
    /// What becomes of a tie that nothing breaks.
    Fallback {
        /// A person decides.
        Review = "review",
        /// The request is refused as a multiple match.
        Refuse = "refuse",
    }
}

/// How a plan writes the person behind the number of the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PersonSuffix {
    pub separator: char,
    pub digits: u8,
}

/// When a scored match needs no person, and when it is worth the time of one.
///
/// Units:  millionths of a probability
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Threshold {
    pub automatic: u32,
    pub review: u32,
    /// Must an identifier agree, and none contradict?
    pub identifier: bool,
    /// How many people have to agree before a review discloses a person.
    #[serde(default)]
    pub approvals: Approvals,
}

vocabulary! {
    /// How many people a match needs that the rules did not make.
    Approvals {
        One = "one",
        /// Two different persons.
        Two = "two",
    }
}

impl Default for Approvals {
    /// A policy that says nothing asks for two.
    fn default() -> Self {
        Self::Two
    }
}

/// The second and third tier: scores. A policy without it knows the first tier only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Scoring {
    /// Number of the model whose weights are used.
    pub model: DocumentNumber,
    /// Number of the table of nicknames and spellings.
    pub aliases: DocumentNumber,
    /// How many persons a request might mean: the odds that one of them, taken at random, is meant.
    pub population: u32,
    /// How far the first must be ahead of the second, in hundredths of a bit.
    pub lead: i64,
    pub blocking: BTreeSet<BlockingKey>,
    pub thresholds: BTreeMap<Sensitivity, Threshold>,
    /// At which levels an attribute must stand for a match that no person sees; others send it to review.
    #[serde(default)]
    pub automatic: BTreeMap<Attribute, BTreeSet<Level>>,
}

/// One numbered document of the control plane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MatchingPolicy {
    pub number: DocumentNumber,
    pub title: String,
    /// Version of the rules in [`super::normalise`].
    pub normaliser: u32,
    /// An attribute that is not listed is never read.
    pub attributes: BTreeSet<Attribute>,
    /// May a request do without any identifier? Not where members are matched for a partner.
    ///
    /// Source: HRex 1.2.0 `$member-match` notes, us-core-15
    #[serde(default)]
    pub without_identifier: bool,
    #[serde(default)]
    pub person_suffix: Option<PersonSuffix>,
    #[serde(default)]
    pub tie_breakers: Vec<TieBreaker>,
    #[serde(default = "refuse")]
    pub fallback: Fallback,
    #[serde(default)]
    pub scoring: Option<Scoring>,
}

const fn refuse() -> Fallback {
    Fallback::Refuse
}

/// A policy that contradicts itself or what it builds on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnsoundPolicy {
    #[error("the normaliser is none of ours")]
    Normaliser,
    #[error("the model is another one than the policy names")]
    Model,
    #[error("the table of aliases is another one than the policy names")]
    Aliases,
    #[error("{0} is listed and the model does not weigh it")]
    Unweighed(Attribute),
    #[error("{0} has no threshold")]
    NoThreshold(Sensitivity),
    #[error("the review of {0} begins above its automatic match")]
    Threshold(Sensitivity),
    #[error("the population is none")]
    Population,
    #[error("{0} must stand at a level and is not listed")]
    Unlisted(Attribute),
}

impl MatchingPolicy {
    /// A policy of the first tier only.
    #[must_use]
    pub fn deterministic(number: DocumentNumber, attributes: BTreeSet<Attribute>) -> Self {
        Self {
            number,
            title: "Deterministic tier only".to_owned(),
            normaliser: 1,
            attributes,
            without_identifier: false,
            person_suffix: None,
            tie_breakers: Vec::new(),
            fallback: Fallback::Refuse,
            scoring: None,
        }
    }

    /// How many people have to agree, for this use of the answer.
    #[must_use]
    pub fn approvals(&self, use_of_it: Sensitivity) -> Approvals {
        let scoring = self.scoring.as_ref();
        let threshold = scoring.and_then(|scoring| scoring.thresholds.get(&use_of_it));
        threshold.map_or_else(Approvals::default, |threshold| threshold.approvals)
    }

    #[must_use]
    pub fn reads(&self, attribute: Attribute) -> bool {
        self.attributes.contains(&attribute)
    }

    /// Errors: what of it cannot be meant
    pub fn check(&self, knowledge: &super::Knowledge) -> Result<(), UnsoundPolicy> {
        if !(1..=super::normalise::VERSION).contains(&self.normaliser) {
            return Err(UnsoundPolicy::Normaliser);
        }
        let Some(scoring) = &self.scoring else {
            return Ok(());
        };
        if scoring.model != knowledge.model.number {
            return Err(UnsoundPolicy::Model);
        }
        if scoring.aliases != knowledge.aliases.number {
            return Err(UnsoundPolicy::Aliases);
        }
        if scoring.population == 0 {
            return Err(UnsoundPolicy::Population);
        }
        let unlisted = scoring.automatic.keys().find(|one| !self.reads(**one));
        if let Some(attribute) = unlisted {
            return Err(UnsoundPolicy::Unlisted(*attribute));
        }
        let weighed = |attribute: &&Attribute| !knowledge.model.weighs(**attribute);
        let only_breaks_ties = |attribute: &&Attribute| **attribute != Attribute::Relationship;
        let mut unweighed = self
            .attributes
            .iter()
            .filter(weighed)
            .filter(only_breaks_ties);
        if let Some(attribute) = unweighed.next() {
            return Err(UnsoundPolicy::Unweighed(*attribute));
        }
        Sensitivity::ALL.iter().try_for_each(|&use_of_it| {
            match scoring.thresholds.get(&use_of_it) {
                None => Err(UnsoundPolicy::NoThreshold(use_of_it)),
                Some(one) if one.review > one.automatic => Err(UnsoundPolicy::Threshold(use_of_it)),
                Some(_) => Ok(()),
            }
        })
    }
}
