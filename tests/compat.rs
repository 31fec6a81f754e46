//! What a stranger would check of the compatibility engine: labelled pairs, hand-written families, the shipped history.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr
)]

#[path = "compat/family.rs"]
mod family;
#[path = "compat/history.rs"]
mod history;
#[path = "compat/random.rs"]
mod random;
#[path = "compat/scoring.rs"]
mod scoring;
#[path = "compat/third.rs"]
mod third;
