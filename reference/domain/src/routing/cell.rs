//! Which combinations of the five inputs a row covers, as a box of five sets, and what boxes leave uncovered.
//! Refuses to know what a row leads to.

use super::input::{
    DataType, IdentifierProvenance, Inputs, LineOfBusiness, PlanRelationship, Region,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a row asks of a request. An input that is not named may be anything, unstated included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct When {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provenance: Option<BTreeSet<IdentifierProvenance>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relationship: Option<BTreeSet<PlanRelationship>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<BTreeSet<Region>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line_of_business: Option<BTreeSet<LineOfBusiness>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data_type: Option<BTreeSet<DataType>>,
}

/// Five sets, each as bits: place n is the n-th word of the vocabulary. The longest has 57 words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell([u64; 5]);

impl Cell {
    /// Every combination there is.
    pub(super) const ALL: Self = Self([
        all(IdentifierProvenance::ALL.len()),
        all(PlanRelationship::ALL.len()),
        all(Region::ALL.len()),
        all(LineOfBusiness::ALL.len()),
        all(DataType::ALL.len()),
    ]);

    pub(super) fn of(when: &When) -> Self {
        let Self([provenance, relationship, region, line, data]) = Self::ALL;
        Self([
            bits(when.provenance.as_ref(), |one| one as u32, provenance),
            bits(when.relationship.as_ref(), |one| one as u32, relationship),
            bits(when.region.as_ref(), |one| one as u32, region),
            bits(when.line_of_business.as_ref(), |one| one as u32, line),
            bits(when.data_type.as_ref(), |one| one as u32, data),
        ])
    }

    /// The one combination that a request is.
    pub(super) const fn at(inputs: &Inputs) -> Self {
        Self([
            bit(inputs.provenance as u32),
            bit(inputs.relationship as u32),
            bit(inputs.region as u32),
            bit(inputs.line_of_business as u32),
            bit(inputs.data_type as u32),
        ])
    }

    /// What both cover.
    pub(super) fn and(self, other: Self) -> Option<Self> {
        let mut both = self.0;
        for (mine, theirs) in both.iter_mut().zip(other.0) {
            *mine &= theirs;
        }
        both.iter().all(|set| *set != 0).then_some(Self(both))
    }

    /// What this covers and the other does not, in boxes that share nothing.
    fn without(self, other: Self) -> Vec<Self> {
        let Some(shared) = self.and(other) else {
            return vec![self];
        };
        let mut rest = Vec::new();
        let mut left = self;
        for place in 0..self.0.len() {
            let (Some(set), Some(common)) = (left.0.get_mut(place), shared.0.get(place)) else {
                continue;
            };
            let outside = *set & !common;
            *set = *common;
            if outside != 0 {
                let mut beside = left;
                if let Some(set) = beside.0.get_mut(place) {
                    *set = outside;
                }
                rest.push(beside);
            }
        }
        rest
    }

    /// How many combinations.
    pub(super) fn size(self) -> u64 {
        self.0
            .iter()
            .map(|set| u64::from(set.count_ones()))
            .product()
    }

    /// One combination of these, the first of each vocabulary, as words.
    pub(super) fn example(self) -> Combination {
        let Self([provenance, relationship, region, line, data]) = self;
        Combination {
            provenance: first(IdentifierProvenance::ALL, provenance),
            relationship: first(PlanRelationship::ALL, relationship),
            region: first(Region::ALL, region),
            line_of_business: first(LineOfBusiness::ALL, line),
            data_type: first(DataType::ALL, data),
        }
    }
}

/// One combination of the five inputs; an input is missing only from a box that covers nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Combination {
    pub provenance: Option<IdentifierProvenance>,
    pub relationship: Option<PlanRelationship>,
    pub region: Option<Region>,
    pub line_of_business: Option<LineOfBusiness>,
    pub data_type: Option<DataType>,
}

/// What no box covers.
pub(super) fn uncovered(boxes: impl IntoIterator<Item = Cell>) -> Vec<Cell> {
    boxes.into_iter().fold(vec![Cell::ALL], |left, covered| {
        left.into_iter()
            .flat_map(|cell| cell.without(covered))
            .collect()
    })
}

fn bits<T: Copy>(named: Option<&BTreeSet<T>>, place: impl Fn(T) -> u32, any: u64) -> u64 {
    named.map_or(any, |words| {
        words.iter().fold(0, |set, word| set | bit(place(*word)))
    })
}

const fn bit(place: u32) -> u64 {
    1u64 << place
}

const fn all(words: usize) -> u64 {
    (1u64 << words) - 1
}

fn first<T: Copy>(words: &[T], set: u64) -> Option<T> {
    words
        .get(usize::try_from(set.trailing_zeros()).ok()?)
        .copied()
}
