//! The fast way to know that a payload is fine: one pass over its bytes, no tree, no allocation per payload.
//! Refuses to say what is wrong: what it does not accept goes to `json` and `payload`, and what it refuses is told there.

mod branch;
mod compile;
mod gather;
mod jump;
mod members;
mod numeral;
mod object;
mod pattern;
mod program;
mod reach;
mod run;
mod scan;
mod sources;

pub use program::Program;
pub use run::{Runner, Settled};
