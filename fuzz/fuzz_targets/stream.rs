//! The streaming program beside the full validator, on whatever bytes a fuzzer makes up.
//! Refuses to judge by itself: what is asked of both ways is asked by the test of `wire` on stable, too.
#![no_main]
#![allow(dead_code, reason = "the test of `wire` asks its modules for more")]

#[path = "../../wire/tests/stream/both.rs"]
mod both;
#[path = "../../wire/tests/stream/drawn.rs"]
mod drawn;
#[path = "../../wire/tests/stream/mutant.rs"]
mod mutant;
#[path = "../../wire/tests/stream/shipped.rs"]
mod shipped;

use drawn::Drawn;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};
use proptest::test_runner::{RngAlgorithm, TestRng};
use std::cell::RefCell;

thread_local! {
    static DRAWN: RefCell<Drawn> = RefCell::new(Drawn::new());
}

fuzz_target!(|input: &[u8]| {
    DRAWN.with_borrow_mut(|drawn| drawn.judge(input));
});

// One time in eight a change is one that a partner's program might make, and the text changed is an example of the
// schema: bytes alone seldom come to look like one.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let changed = match seed.is_multiple_of(8) {
        true => DRAWN.with_borrow(|drawn| example(drawn, &data[..size], seed)),
        false => None,
    };
    match changed.filter(|changed| changed.len() <= max_size) {
        Some(changed) => {
            data[..changed.len()].copy_from_slice(&changed);
            changed.len()
        }
        None => fuzzer_mutate(data, size, max_size),
    }
});

/// A broken example of the schema that the input draws, with the byte that draws it.
fn example(drawn: &Drawn, input: &[u8], seed: u32) -> Option<Vec<u8>> {
    let first = *input.first()?;
    let (version, _) = drawn.all.get(usize::from(first) % drawn.all.len())?;
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&seed.to_le_bytes());
    let mut random = TestRng::from_seed(RngAlgorithm::XorShift, &bytes);
    let index = mutant::below(&mut random, version.examples.len());
    let text = mutant::broken(&mut random, version.examples.get(index)?);
    Some([&[first], text.as_slice()].concat())
}
