//! What time does to versions and waivers: windows, sunsets, expiry, all at a given instant.
//! Refuses to know the clock and git: the instant is an argument.

mod approvable;
mod expiry;
mod quorum;
mod rule;
mod version;
mod waiver;

pub use approvable::{BOARD, approvable};
pub use expiry::Expiry;
pub use quorum::{Given, Lacking, Matter, Matters, Quorum, quorum, roles};
pub use rule::removed_rules;
pub use version::versions;
pub use waiver::{Allowance, Standing, State, standings, waivers};
