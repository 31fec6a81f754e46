//! Every schema of the repository with its examples, as they are and broken.

use crate::both::{Both, full};
use crate::shipped::{Shipped, versions};
use proptest::test_runner::{RngAlgorithm, TestRng};
use std::collections::BTreeSet;
use wire::json::Limits;
use wire::stream::Runner;

/// Versions with accepted examples that the fast way does not settle, and how many. May only shrink.
const NOT_SETTLED: &[(&str, usize)] = &[];

/// Broken payloads of a run at full size.
const FULL: usize = 1_000_000;

/// How often each example is broken in the suite.
const SLICE: usize = 6;

#[test]
fn examples_of_the_repository_are_settled() {
    let mut runner = Runner::new(Limits::FILE);
    let (mut settled, mut unsettled) = (0, BTreeSet::new());
    for Shipped {
        name,
        schema,
        examples,
    } in versions()
    {
        let both = Both::new(&schema).expect("a schema of ours");
        let mut missed = 0;
        for example in examples {
            let said = both.judge(&mut runner, &Limits::FILE, &example, &schema);
            settled += usize::from(said.fast);
            missed += usize::from(said.full && !said.fast);
        }
        if missed > 0 {
            unsettled.insert((name, missed));
        }
    }
    let unsettled: Vec<_> = unsettled
        .iter()
        .map(|(name, missed)| (name.as_str(), *missed))
        .collect();
    assert_eq!(unsettled, NOT_SETTLED, "{settled} settled");
}

#[test]
fn prove_stream_accepts_no_broken_example() {
    let mut runner = Runner::new(Limits::FILE);
    let mut random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let (mut fine, mut settled, mut wrong) = (0_usize, 0_usize, 0_usize);
    let versions = versions();
    let examples: usize = versions.iter().map(|version| version.examples.len()).sum();
    let times = if full() {
        FULL.div_ceil(examples)
    } else {
        SLICE
    };
    for Shipped {
        name,
        schema,
        examples,
    } in versions
    {
        let both = Both::new(&schema).expect("a schema of ours");
        for example in examples {
            for _ in 0..times {
                let mutant = crate::mutant::broken(&mut random, &example);
                let said = both.judge(&mut runner, &Limits::FILE, &mutant, &schema);
                fine += usize::from(said.full);
                wrong += usize::from(!said.full);
                settled += usize::from(said.fast);
            }
        }
        let (walked, left) = both.walked.get();
        assert!(walked > 0 && left == 0, "{name}: {left} beyond a walk");
    }
    println!(
        "broken examples: {} judged, {settled} settled of {fine} fine, {wrong} wrong, no disagreement",
        fine + wrong
    );
    assert!(
        wrong > 1000 && settled * 4 > fine * 3,
        "{settled} of {fine} settled, {wrong} wrong"
    );
}
