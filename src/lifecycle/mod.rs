//! What time does to versions and waivers: windows, sunsets, expiry, all at a given instant.
//! Refuses to know the clock and git: the instant is an argument.

mod announced;
mod approvable;
mod before;
mod course;
mod ending;
mod expiry;
mod major;
mod moves;
mod quorum;
mod rule;
mod unapproved;
mod unguarded;
mod waiver;
mod weakened;
mod window;

pub use announced::{is_acknowledged, notice_digest, sunset_digest};
pub use approvable::{BOARD, approvable, ending, ending_on};
pub use before::Before;
pub use course::course;
pub use ending::{Use, Uses, endings};
pub use expiry::Expiry;
pub use major::{Deciders, early_sunset, is_major, major_release, release_subject, sunset_subject};
pub use moves::{Move, Refusal, decide};
pub use quorum::{Given, Lacking, Matter, Matters, Quorum, quorum, roles};
pub use rule::removed_rules;
pub use unapproved::{MajorRelease, major_releases, unapproved_releases};
pub use unguarded::{CODEOWNERS, unguarded};
pub use waiver::{
    ANNOUNCED_DAYS, Allowance, Demand, EMERGENCY_HOURS, MOST_RENEWALS, Present, SHORTEST_REASON,
    Standing, State, Terms, covers, standings, waivers, working_days_after,
};
pub use weakened::{
    RuleTerms, StageTerms, Weakening, lost_stage, softer_board, softer_rule, softer_stage,
    stricter_board,
};
pub use window::{Window, affected, required_days, unsaid, windows};
