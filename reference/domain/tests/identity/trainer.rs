//! Counts comparisons of two lists of records and learns a model from them, with a seed of its own.
//! Refuses labels: who is the same person is not looked at.

use domain::identity::em::{Patterns, Sample, Settings, digest, learn};
use domain::identity::model::{Model, Training};
use domain::identity::policy::Scoring;
use domain::identity::{
    Aliases, Attribute, Comparison, MatchingPolicy, PersonRecord, Profile, keys,
};
use std::collections::{BTreeMap, BTreeSet};

/// A source of numbers that repeats itself: splitmix64.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// True `share` times of one hundred.
    pub fn hits(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Persons by the keys under which they are found.
pub struct Index<'a> {
    pub profiles: BTreeMap<u32, Profile>,
    by_key: BTreeMap<String, Vec<u32>>,
    scoring: &'a Scoring,
}

impl<'a> Index<'a> {
    pub fn of(policy: &'a MatchingPolicy, records: &BTreeMap<u32, PersonRecord>) -> Self {
        let scoring = policy.scoring.as_ref().unwrap();
        let profiles: BTreeMap<u32, Profile> = records
            .iter()
            .map(|(id, record)| (*id, Profile::read(policy, record)))
            .collect();
        let mut by_key: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (id, profile) in &profiles {
            for key in keys(&scoring.blocking, profile) {
                by_key.entry(key).or_default().push(*id);
            }
        }
        Self {
            profiles,
            by_key,
            scoring,
        }
    }

    pub fn candidates(&self, asked: &Profile) -> BTreeSet<u32> {
        let keys = keys(&self.scoring.blocking, asked);
        let found = keys.iter().filter_map(|key| self.by_key.get(key));
        found.flatten().copied().collect()
    }
}

pub struct Lesson<'a> {
    pub policy: &'a MatchingPolicy,
    pub aliases: &'a Aliases,
    pub asked: &'a BTreeMap<u32, PersonRecord>,
    pub known: &'a BTreeMap<u32, PersonRecord>,
    pub random_pairs: u64,
    pub seed: u64,
    pub source: &'a str,
    /// Are there households among the records?
    pub households: bool,
}

/// Learns a model. Nothing of the records is in it.
pub fn train(lesson: &Lesson<'_>) -> Model {
    let sample = sample(lesson);
    let relatives = if lesson.households { 0.1 } else { 0.0 };
    let settings = Settings {
        relatives,
        ..Settings::default()
    };
    let learned = learn(&sample, &settings);
    let count = |patterns: &Patterns| patterns.values().sum();
    Model {
        number: lesson.policy.scoring.as_ref().unwrap().model,
        title: "Learned by expectation and maximisation".to_owned(),
        training: Training {
            digest: digest(&sample, &settings, lesson.seed).unwrap(),
            source: lesson.source.to_owned(),
            seed: lesson.seed,
            blocked_pairs: count(&sample.blocked),
            random_pairs: count(&sample.random),
            iterations: learned.iterations,
            matched_share: rounded(learned.matched_share),
            log_likelihood: rounded(learned.log_likelihood),
        },
        weights: learned.weights,
    }
}

fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

fn sample(lesson: &Lesson<'_>) -> Sample {
    let index = Index::of(lesson.policy, lesson.known);
    let asked: Vec<Profile> = lesson
        .asked
        .values()
        .map(|record| Profile::read(lesson.policy, record))
        .collect();
    let attributes: Vec<Attribute> = lesson
        .policy
        .attributes
        .iter()
        .copied()
        .filter(|attribute| *attribute != Attribute::Relationship)
        .collect();
    let pattern = |one: &Profile, other: &Profile| {
        let comparison = Comparison::of(lesson.policy, lesson.aliases, one, other);
        attributes
            .iter()
            .map(|it| comparison.level(*it))
            .collect::<Vec<_>>()
    };
    let mut sample = Sample {
        attributes: attributes.clone(),
        random_share: 1.0 / lesson.known.len() as f64,
        ..Sample::default()
    };
    for profile in &asked {
        for id in index.candidates(profile) {
            *sample
                .blocked
                .entry(pattern(profile, &index.profiles[&id]))
                .or_default() += 1;
        }
    }
    let known: Vec<Profile> = index.profiles.values().cloned().collect();
    let mut dice = Dice::new(lesson.seed);
    for _ in 0..lesson.random_pairs {
        let pair = pattern(dice.pick(&asked), dice.pick(&known));
        *sample.random.entry(pair).or_default() += 1;
    }
    sample
}
