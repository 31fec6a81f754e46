//! What a release says of itself: the notes that lead from one version to the next, and the number that it needs.
//! Refuses to know files, git, and how a change was computed.

mod line;
mod manifest;
mod notes;
mod number;
mod seal;
mod unnoted;
mod wording;

pub use line::Line;
pub use manifest::{Damage, Mark, marked};
pub use notes::{Step, text};
pub use number::{Weighed, next};
pub use unnoted::{owes_notes, unnamed, unnoted};
pub use wording::is_same;
