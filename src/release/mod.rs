//! What a release says of itself and whether it may go out: its notes, the number that it needs, the evidence for it.
//! Refuses to know files, git, and how a change was computed.

mod amend;
mod can_release;
mod fresh;
mod line;
mod manifest;
mod notes;
mod number;
pub mod readiness;
mod seal;
mod unnoted;
mod wording;

pub use amend::amended;
pub use can_release::{
    Candidate, Elder, Exception, Facts, Promise, Served, elders, judge, owed, recorded,
};
pub use fresh::{Unproven, fresh, proven};
pub use line::Line;
pub use manifest::{Damage, Mark, marked};
pub use notes::{Step, text};
pub use number::{Weighed, next};
pub use unnoted::{owes_notes, unnamed, unnoted};
pub use wording::is_same;
