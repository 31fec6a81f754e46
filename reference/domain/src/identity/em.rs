//! Learns a model from counted comparisons: `u` from pairs taken at random, `m` by expectation and maximisation over
//! pairs that blocking brought together: the same person, two of one household, or strangers.
//! Refuses labels, clocks and chance: the same counts give the same model.

use super::model::{Chances, SMALLEST};
use super::{Attribute, Level};
use crate::record::Digest;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// How many pairs compare alike, by the levels of the attributes in their order.
pub type Patterns = BTreeMap<Vec<Level>, u64>;

/// What there is to learn from.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    pub attributes: Vec<Attribute>,
    /// Pairs that share a blocking key.
    pub blocked: Patterns,
    /// Pairs taken at random.
    pub random: Patterns,
    /// How many of the random pairs are the same person, of all of them.
    pub random_share: f64,
}

/// How to learn.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    pub most_iterations: u32,
    /// Ends when no chance moves by more.
    pub tolerance: f64,
    /// Pairs that each level is given beforehand, so that none is impossible.
    pub smoothing: f64,
    /// Share of the blocked pairs that are the same person, to begin with.
    pub start: f64,
    /// Share of the blocked pairs that are two of one household, to begin with; none where there are no households.
    /// Without this class a household would be learned as if it were one person.
    pub relatives: f64,
}

/// Source: splink 5.0.0 defaults (25 iterations, 1e-4), tightened, since this runs offline
impl Default for Settings {
    fn default() -> Self {
        Self {
            most_iterations: 200,
            tolerance: 1e-6,
            smoothing: 0.5,
            start: 0.1,
            relatives: 0.1,
        }
    }
}

/// What was learned.
#[derive(Clone, Debug, PartialEq)]
pub struct Learned {
    pub weights: BTreeMap<Attribute, BTreeMap<Level, Chances>>,
    pub iterations: u32,
    pub matched_share: f64,
    pub log_likelihood: f64,
}

/// Chances of each level, attribute by attribute.
type Table = Vec<BTreeMap<Level, f64>>;

/// What a blocked pair may be, with the share of each among them.
struct Classes {
    same: Class,
    relatives: Class,
    strangers: Class,
}

struct Class {
    share: f64,
    chances: Table,
}

impl Classes {
    fn each(&self) -> [&Class; 3] {
        [&self.same, &self.relatives, &self.strangers]
    }

    fn likelihood(&self, pattern: &[Level]) -> f64 {
        let parts = self.each().map(|class| class.likelihood(pattern));
        parts.iter().sum()
    }

    /// The classes that make the pairs likeliest, each pair counted as much as it is thought to belong.
    fn next(&self, levels: &[Vec<Level>], sample: &Sample, settings: &Settings) -> Self {
        let next = |class: &Class| {
            let belongs = |pattern: &[Level]| {
                let all = self.likelihood(pattern);
                if all > 0.0 {
                    class.likelihood(pattern) / all
                } else {
                    0.0
                }
            };
            Class {
                share: mean(&sample.blocked, belongs),
                chances: table(levels, &sample.blocked, settings, belongs),
            }
        };
        let [same, relatives, strangers] = self.each().map(next);
        Self {
            same,
            relatives,
            strangers,
        }
    }
}

impl Class {
    fn likelihood(&self, pattern: &[Level]) -> f64 {
        self.share * likelihood(pattern, &self.chances)
    }
}

/// Learns from a sample. The order of attributes and patterns is fixed, so sums come out alike.
#[must_use]
pub fn learn(sample: &Sample, settings: &Settings) -> Learned {
    let levels = levels(sample);
    let mut other = table(&levels, &sample.random, settings, |_| 1.0);
    let mut classes = begin(sample, &levels, settings, &other);
    let mut iterations = 0;
    while iterations < settings.most_iterations {
        iterations += 1;
        let next = classes.next(&levels, sample, settings);
        let by_chance =
            |it: &[Level]| 1.0 - chance(it, &classes.same.chances, &other, sample.random_share);
        let next_other = table(&levels, &sample.random, settings, by_chance);
        let moved =
            furthest(&classes.same.chances, &next.same.chances).max(furthest(&other, &next_other));
        (classes, other) = (next, next_other);
        if moved < settings.tolerance {
            break;
        }
    }
    Learned {
        weights: weights(&sample.attributes, &levels, &classes.same.chances, &other),
        iterations,
        matched_share: classes.same.share,
        log_likelihood: mean(&sample.blocked, |pattern| {
            classes.likelihood(pattern).log2()
        }),
    }
}

/// To begin with, relatives agree as the same person does in what a household shares, and as strangers do in the rest.
/// Strangers begin as pairs taken at random: where most blocked pairs are the same person, the two would change places.
fn begin(sample: &Sample, levels: &[Vec<Level>], settings: &Settings, other: &Table) -> Classes {
    let same = hopeful(levels);
    let tables = sample.attributes.iter().zip(same.iter().zip(other));
    let relatives = tables.map(|(attribute, (same, other))| {
        let begins = if attribute.is_shared_by_a_household() {
            same
        } else {
            other
        };
        begins.clone()
    });
    let class = |share, chances| Class { share, chances };
    Classes {
        relatives: class(settings.relatives, relatives.collect()),
        same: class(settings.start, same),
        strangers: class(1.0 - settings.start - settings.relatives, other.clone()),
    }
}

/// The digest of what a model is learned from.
#[must_use]
pub fn digest(sample: &Sample, settings: &Settings, seed: u64) -> Option<Digest> {
    let mut hash = Sha256::new();
    hash.update(format!("{seed}\n{settings:?}\n{:?}\n", sample.attributes));
    hash.update(format!("{}\n", sample.random_share));
    for patterns in [&sample.blocked, &sample.random] {
        for (pattern, count) in patterns {
            hash.update(format!("{pattern:?} {count}\n"));
        }
        hash.update("\n");
    }
    let hex: String = hash
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256:{hex}").parse().ok()
}

/// The levels that were seen of each attribute, and that values differ, whether seen or not.
fn levels(sample: &Sample) -> Vec<Vec<Level>> {
    let mut found: Vec<Vec<Level>> = vec![vec![Level::Differ]; sample.attributes.len()];
    for pattern in sample.blocked.keys().chain(sample.random.keys()) {
        for (levels, level) in found.iter_mut().zip(pattern) {
            if *level != Level::Absent && !levels.contains(level) {
                levels.push(*level);
            }
        }
    }
    for levels in &mut found {
        levels.sort();
    }
    found
}

/// To begin with, the same person is thought to agree nine times out of ten, the nearer the likelier.
fn hopeful(levels: &[Vec<Level>]) -> Table {
    let share = |levels: &Vec<Level>| {
        let mut left = 1.0;
        let mut shares = BTreeMap::new();
        for level in levels {
            shares.insert(*level, left * 0.9);
            left *= 0.1;
        }
        shares
    };
    levels.iter().map(share).collect()
}

/// Chances of the levels among the pairs, each counted as much as `worth` says.
fn table(
    levels: &[Vec<Level>],
    patterns: &Patterns,
    settings: &Settings,
    worth: impl Fn(&[Level]) -> f64,
) -> Table {
    let beforehand = |levels: &Vec<Level>| -> BTreeMap<Level, f64> {
        levels
            .iter()
            .map(|level| (*level, settings.smoothing))
            .collect()
    };
    let mut counts: Table = levels.iter().map(beforehand).collect();
    for (pattern, count) in patterns {
        let worth = worth(pattern) * number(*count);
        for (counts, level) in counts.iter_mut().zip(pattern) {
            if let Some(count) = counts.get_mut(level) {
                *count += worth;
            }
        }
    }
    for counts in &mut counts {
        let total: f64 = counts.values().sum();
        for count in counts.values_mut() {
            *count /= total;
        }
    }
    counts
}

fn likelihood(pattern: &[Level], table: &Table) -> f64 {
    let chances = pattern.iter().zip(table);
    chances
        .map(|(level, chances)| chances.get(level).copied().unwrap_or(1.0))
        .product()
}

/// The chance that a pair of this pattern is the same person.
fn chance(pattern: &[Level], same: &Table, other: &Table, share: f64) -> f64 {
    let one = share * likelihood(pattern, same);
    let two = (1.0 - share) * likelihood(pattern, other);
    if one + two > 0.0 {
        one / (one + two)
    } else {
        0.0
    }
}

fn mean(patterns: &Patterns, of: impl Fn(&[Level]) -> f64) -> f64 {
    let all: f64 = patterns.values().map(|count| number(*count)).sum();
    let sum: f64 = patterns
        .iter()
        .map(|(pattern, count)| of(pattern) * number(*count))
        .sum();
    if all > 0.0 { sum / all } else { 0.0 }
}

fn furthest(before: &Table, after: &Table) -> f64 {
    before
        .iter()
        .zip(after)
        .flat_map(|(before, after)| before.values().zip(after.values()))
        .map(|(before, after)| (before - after).abs())
        .fold(0.0, f64::max)
}

fn weights(
    attributes: &[Attribute],
    levels: &[Vec<Level>],
    same: &Table,
    other: &Table,
) -> BTreeMap<Attribute, BTreeMap<Level, Chances>> {
    // Three digits of the smallest are more than any sample tells, and a file that a person can read.
    let short = |chance: f64| ((chance * 1e10).round() / 1e10).clamp(SMALLEST, 1.0);
    let of =
        |table: &BTreeMap<Level, f64>, level| short(table.get(level).copied().unwrap_or(SMALLEST));
    let tables = attributes.iter().zip(levels).zip(same.iter().zip(other));
    tables
        .map(|((attribute, levels), (same, other))| {
            let chances = levels.iter().map(|level| {
                let (m, u) = (of(same, level), of(other, level));
                // That values differ never speaks for a person, however rarely they do.
                let m = if *level == Level::Differ { m.min(u) } else { m };
                (*level, Chances { m, u })
            });
            (*attribute, chances.collect())
        })
        .collect()
}

#[allow(
    clippy::cast_precision_loss,
    reason = "counts of pairs stay far below 2^52"
)]
fn number(count: u64) -> f64 {
    count as f64
}
