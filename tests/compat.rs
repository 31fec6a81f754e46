//! What a stranger would check of the compatibility engine: labelled pairs, hand-written families, the shipped history.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr
)]

#[path = "compat/ask.rs"]
mod ask;
#[path = "compat/case.rs"]
mod case;
#[path = "compat/dice.rs"]
mod dice;
#[path = "compat/evolution.rs"]
mod evolution;
#[path = "compat/explained.rs"]
mod explained;
#[path = "compat/family.rs"]
mod family;
#[path = "compat/generator.rs"]
mod generator;
#[path = "compat/history.rs"]
mod history;
#[path = "compat/metamorphic.rs"]
mod metamorphic;
#[path = "compat/random.rs"]
mod random;
#[path = "compat/respelling.rs"]
mod respelling;
#[path = "compat/scalar.rs"]
mod scalar;
#[path = "compat/scoring.rs"]
mod scoring;
#[path = "compat/tally.rs"]
mod tally;
#[path = "compat/third.rs"]
mod third;
#[path = "compat/value.rs"]
mod value;
