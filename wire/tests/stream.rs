//! The fast way accepts nothing that the full way does not, and accepts most of what is fine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout
)]

#[path = "stream/both.rs"]
mod both;
#[path = "stream/bounds.rs"]
mod bounds;
#[path = "stream/drawn.rs"]
mod drawn;
#[path = "stream/mutant.rs"]
mod mutant;
#[path = "stream/random.rs"]
mod random;
#[path = "stream/repository.rs"]
mod repository;
#[path = "stream/seeds.rs"]
mod seeds;
#[path = "stream/shipped.rs"]
mod shipped;
#[path = "stream/suite.rs"]
mod suite;
#[path = "stream/traps.rs"]
mod traps;
