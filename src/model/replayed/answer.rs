//! The result of `replay`: a part of a history, what was asked of it, and the verdict.

use super::partial::{numbered, partial};
use super::{BaseDoubt, HISTORY, Loosened, Part, Shift};
use crate::model::{Verdict, VersionId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// One of several runs that share a history, written `2/4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    /// Counted from 1.
    pub number: u32,
    pub of: u32,
}

impl Shard {
    /// The only one.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// Whether a line is its to judge.
    #[must_use]
    pub fn takes(self, line: u64) -> bool {
        line % u64::from(self.of.max(1)) == u64::from(self.number.saturating_sub(1))
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/');
        let numbers =
            numbers.and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((number, of)) if (1..=of).contains(&number) => Ok(Self { number, of }),
            _ => Err("write which of how many, as in 2/4".to_owned()),
        }
    }
}

/// A share of the lines, chosen by a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sample {
    /// One line in so many is judged.
    pub one_in: u64,
    pub seed: u64,
}

impl Sample {
    /// Whether a line is chosen: the same ones for the same seed, wherever they are judged.
    ///
    /// Source: the mixing steps of splitmix64
    #[must_use]
    pub fn takes(self, line: u64) -> bool {
        let mut mixed = self.seed ^ line.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)).is_multiple_of(self.one_in.max(1))
    }
}

/// What was asked: the same for every shard of one replay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReplayAsked {
    /// Digest of the repository's files.
    pub head: String,
    /// Commit that the head is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// The version that judges every payload of its entry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidate: Option<VersionId>,
    /// Files and patterns, as they were named.
    pub histories: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sample: Option<Sample>,
    /// Payloads that may be newly rejected.
    pub budget: u64,
    /// Keys of `[replay]` that are softer here than in the base.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loosened: Vec<Loosened>,
    /// What the choice of the base leaves open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<BaseDoubt>,
    /// Runs that share the history.
    pub shards: u32,
}

/// Why results are not those of one replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unmergeable {
    /// They were asked something else, or saw other files.
    Other,
    /// A shard is there twice.
    Twice(u32),
}

impl fmt::Display for Unmergeable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other => f.write_str("it is of another replay: repository, base, history, candidate, sample, budget or number of shards differ"),
            Self::Twice(number) => write!(f, "shard {number} is there twice"),
        }
    }
}

/// The result of `replay`, of the whole history or of some shards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Replayed {
    pub verdict: Verdict,
    pub exit_code: u8,
    pub asked: ReplayAsked,
    /// The shards that are in here.
    pub shards: BTreeSet<u32>,
    /// What part of the history this is, in words; none where it is all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partial: Option<String>,
    pub newly_rejected: u64,
    pub newly_accepted: u64,
    pub part: Part,
    /// Files that could not be read to their end, and why.
    pub unreadable: BTreeMap<String, String>,
}

impl Replayed {
    /// The result with its verdict.
    #[must_use]
    pub fn of(
        asked: ReplayAsked,
        shard: u32,
        part: Part,
        unreadable: BTreeMap<String, String>,
    ) -> Self {
        let mut replayed = Self {
            verdict: Verdict::Error,
            exit_code: Verdict::Error.exit_code(),
            asked,
            shards: BTreeSet::from([shard]),
            partial: None,
            newly_rejected: 0,
            newly_accepted: 0,
            part,
            unreadable,
        };
        replayed.judge();
        replayed
    }

    /// Adds another shard.
    ///
    /// Errors: it is of another replay, or in here already
    pub fn merge(&mut self, other: Self) -> Result<(), Unmergeable> {
        if other.asked != self.asked {
            return Err(Unmergeable::Other);
        }
        if let Some(twice) = self.shards.intersection(&other.shards).next() {
            return Err(Unmergeable::Twice(*twice));
        }
        self.shards.extend(other.shards);
        self.part.merge(other.part);
        self.unreadable.extend(other.unreadable);
        Ok(())
    }

    /// Gives the verdict anew. Shards that are all there are one run like any other.
    pub fn judge(&mut self) {
        if self.is_whole() {
            self.asked.shards = 1;
            self.shards = BTreeSet::from([1]);
        }
        self.partial = self.portion();
        self.newly_rejected = self.part.clusters.shifted(Shift::NewlyRejected);
        self.newly_accepted = self.part.clusters.shifted(Shift::NewlyAccepted);
        self.verdict = self.ruled();
        self.exit_code = self.verdict.exit_code();
    }

    /// Whether no shard is missing.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        (1..=self.asked.shards).all(|number| self.shards.contains(&number))
    }

    fn portion(&self) -> Option<String> {
        let shards = (!self.is_whole()).then(|| {
            let shards = numbered("shard", self.shards.iter().copied().map(u64::from));
            format!("{shards} of {}", self.asked.shards)
        });
        let sample = self.asked.sample;
        let sample = sample.map(|it| format!("one line in {} by seed {}", it.one_in, it.seed));
        let chosen: Vec<String> = shards.into_iter().chain(sample).collect();
        partial(&chosen)
    }

    /// Whether less may have been replayed, or more let pass, than the base asks for.
    #[must_use]
    pub fn is_unproved(&self) -> bool {
        let asked = &self.asked;
        let mut doubts = asked.doubts.iter();
        doubts.any(|doubt| doubt.leaves_open(self.newly_rejected))
            || asked.loosened.iter().any(|one| one.key == HISTORY)
    }

    fn ruled(&self) -> Verdict {
        let part = &self.part;
        let is_decided = self.is_whole()
            && self.asked.sample.is_none()
            && part.unknown.is_empty()
            && part.not_evaluated.count == 0;
        if !self.unreadable.is_empty() {
            Verdict::Error
        } else if part.malformed.count > 0 || self.newly_rejected > self.asked.budget {
            Verdict::NoGo
        } else if !is_decided {
            Verdict::Undecided
        } else if part.envelopes == 0 {
            Verdict::Empty
        } else if self.is_unproved() {
            Verdict::Undecided
        } else {
            Verdict::Go
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_line_is_taken_by_one_shard() {
        let shards: Vec<Shard> = ["1/3", "2/3", "3/3"]
            .map(|text| text.parse().unwrap())
            .into();
        for line in 0..100 {
            let takers = shards.iter().filter(|shard| shard.takes(line)).count();
            assert_eq!(takers, 1);
            assert!(Shard::WHOLE.takes(line));
        }
        for text in ["", "1", "0/2", "3/2", "1/0", "a/b", "1/2/3"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_sample_is_the_share_that_was_asked_for_and_another_one_for_another_seed() {
        let chosen = |seed| {
            let sample = Sample { one_in: 10, seed };
            (0..100_000)
                .filter(|line| sample.takes(*line))
                .collect::<Vec<u64>>()
        };
        let (one, other) = (chosen(1), chosen(2));
        assert!((9_500..10_500).contains(&one.len()), "{}", one.len());
        assert_ne!(one, other);
        assert_eq!(one, chosen(1));
    }
}
