//! What a level is worth: log-odds learned offline from `m` (how often the same person shows it) and `u` (how often two
//! persons taken at random do). Refuses to learn: a model is a numbered document with the digest of what it learned from.

use super::{Attribute, Level};
use crate::ids::DocumentNumber;
use crate::record::Digest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How often a level was seen among pairs of the same person, and among pairs of two.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chances {
    pub m: f64,
    pub u: f64,
}

impl Chances {
    /// The evidence of the level, in hundredths of a bit; whole numbers add up alike on every machine.
    #[must_use]
    pub fn weight(self) -> i64 {
        #[allow(
            clippy::cast_possible_truncation,
            reason = "a model's chances are bounded, so its weights are below 100 bits"
        )]
        let weight = ((self.m / self.u).log2() * 100.0).round() as i64;
        weight
    }
}

/// What the model was learned from, and how well it did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Training {
    /// Of the counted patterns and settings, so that the same training can be told from another.
    pub digest: Digest,
    pub source: String,
    pub seed: u64,
    pub blocked_pairs: u64,
    pub random_pairs: u64,
    pub iterations: u32,
    /// Share of the blocked pairs that are the same person, as learned.
    pub matched_share: f64,
    /// Mean log-likelihood of a blocked pair, in bits.
    pub log_likelihood: f64,
}

/// `reference/config/models/<n>.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Model {
    pub number: DocumentNumber,
    pub title: String,
    pub training: Training,
    pub weights: BTreeMap<Attribute, BTreeMap<Level, Chances>>,
}

/// A model that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnsoundModel {
    #[error("{0} at {1} has a chance that is none")]
    Chance(Attribute, Level),
    #[error("{0} has no weight for values that differ")]
    NoDiffer(Attribute),
    #[error("{0} would speak for a person because it differs")]
    DifferSpeaksFor(Attribute),
}

/// The smallest chance that a model may hold: one in a hundred million pairs.
pub const SMALLEST: f64 = 1e-8;

impl Model {
    /// A model that has learned nothing and weighs nothing.
    #[must_use]
    pub fn unlearned(number: DocumentNumber) -> Self {
        Self {
            number,
            title: String::new(),
            training: Training {
                digest: Digest::none(),
                source: String::new(),
                seed: 0,
                blocked_pairs: 0,
                random_pairs: 0,
                iterations: 0,
                matched_share: 0.0,
                log_likelihood: 0.0,
            },
            weights: BTreeMap::new(),
        }
    }

    /// Errors: a chance outside of its bounds, an attribute without a weight for values that differ
    pub fn check(&self) -> Result<(), UnsoundModel> {
        for (&attribute, levels) in &self.weights {
            match levels.get(&Level::Differ) {
                None => return Err(UnsoundModel::NoDiffer(attribute)),
                Some(differ) if differ.m > differ.u => {
                    return Err(UnsoundModel::DifferSpeaksFor(attribute));
                }
                Some(_) => {}
            }
            let fits = |chance: f64| (SMALLEST..=1.0).contains(&chance);
            for (&level, chances) in levels {
                if !fits(chances.m) || !fits(chances.u) {
                    return Err(UnsoundModel::Chance(attribute, level));
                }
            }
        }
        Ok(())
    }

    /// Does it know what the attribute is worth?
    #[must_use]
    pub fn weighs(&self, attribute: Attribute) -> bool {
        self.weights.contains_key(&attribute)
    }

    /// Evidence of an attribute at a level, in hundredths of a bit. Silence is none; a level that training has never
    /// seen is worth no more than a difference.
    #[must_use]
    pub fn weight(&self, attribute: Attribute, level: Level) -> i64 {
        if level == Level::Absent {
            return 0;
        }
        let levels = self.weights.get(&attribute);
        let chances = levels.and_then(|levels| levels.get(&level).or(levels.get(&Level::Differ)));
        chances.map_or(0, |chances| chances.weight())
    }
}
