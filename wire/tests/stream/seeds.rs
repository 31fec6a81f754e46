//! The seeds of the fuzz target through its judgement: as they are, and broken.

use crate::both::full;
use crate::drawn::Drawn;
use proptest::test_runner::{RngAlgorithm, TestRng};
use std::path::{Path, PathBuf};

/// Broken seeds of a run at full size.
const FULL: usize = 1_000_000;

/// How often each seed is broken in the suite.
const SLICE: usize = 100;

/// Every seed: its name and its bytes.
fn seeds() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds/stream");
    let entries = std::fs::read_dir(folder).expect("the seeds");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a seed").path()).collect();
    paths.sort();
    let named = |path: PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy();
        (name.into_owned(), std::fs::read(&path).expect("a seed"))
    };
    let seeds: Vec<_> = paths.into_iter().map(named).collect();
    assert!(seeds.len() > 40, "the seeds are missing");
    seeds
}

/// The first byte that draws the schema at `index`.
fn drawing(index: usize) -> u8 {
    u8::try_from(index).expect("no more schemas than a byte can draw")
}

/// The first schema that the quick way settles this seed by.
fn settling(drawn: &mut Drawn, seed: &[u8]) -> Option<usize> {
    let mut seed = seed.to_vec();
    (0..drawn.all.len()).find(|index| {
        if let Some(first) = seed.first_mut() {
            *first = drawing(*index);
        }
        drawn.judge(&seed).is_some_and(|said| said.fast)
    })
}

#[test]
fn every_seed_is_judged_alike_by_every_schema() {
    let mut drawn = Drawn::new();
    assert!(drawn.judge(b"").is_none(), "nothing draws nothing");
    let mut fine = 0;
    for (name, mut seed) in seeds() {
        let is_fine = name.starts_with("fine-");
        let mut fits = 0;
        for index in 0..drawn.all.len() {
            *seed.first_mut().expect("a byte that draws") = drawing(index);
            let said = drawn.judge(&seed).expect("what both ways say");
            fits += usize::from(said.fast);
        }
        assert_eq!(fits > 0, is_fine, "{name} is settled by {fits} schemas");
        fine += usize::from(is_fine);
    }
    assert!(fine > 3, "{fine} seeds are settled by a schema");
}

#[test]
fn prove_stream_accepts_no_broken_seed() {
    let mut random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut drawn = Drawn::new();
    let seeds = seeds();
    let times = match full() {
        true => FULL.div_ceil(seeds.len()),
        false => SLICE,
    };
    let (mut judged, mut wrong, mut settled) = (0_usize, 0_usize, 0_usize);
    for (_, seed) in &seeds {
        let settling = settling(&mut drawn, seed);
        // What was never fine says little when it is broken: the others are broken more often, and mostly judged by a
        // schema that they fit.
        let times = if settling.is_some() { times * 5 } else { times };
        for _ in 0..times {
            let mut broken = crate::mutant::broken(&mut random, seed);
            let any = crate::mutant::below(&mut random, drawn.all.len());
            let index = match crate::mutant::below(&mut random, 4) {
                0 => any,
                _ => settling.unwrap_or(any),
            };
            match broken.first_mut() {
                Some(first) => *first = drawing(index),
                None => broken.push(drawing(index)),
            }
            let said = drawn.judge(&broken).expect("what both ways say");
            judged += 1;
            wrong += usize::from(!said.full);
            settled += usize::from(said.fast);
        }
    }
    println!("broken seeds: {judged} judged, {wrong} wrong, {settled} settled, no disagreement");
    assert!(wrong > 1000, "{wrong} of {judged} wrong");
    assert!(
        settled > 100,
        "{settled} of {judged} settled by the quick way"
    );
}
