//! Many members in one question: each is placed on its own, and the answer is the same in every published form.
//! Refuses to let members touch each other, and to tell why somebody stands on a list.

mod form;
mod judge;
mod line;
mod list;
mod read;
mod roster;
mod settle;
mod told;

pub use form::{Form, Overlap};
pub use judge::{Cleared, Judged, Sides, judge};
pub use line::{Found, Line, line};
pub use list::{Heading, LISTS, Lists, envelope, group};
pub use read::{LARGEST, Submission, Unfit, read};
pub use roster::{MemberOutcome, Roster, Seat};
pub use settle::{Known, Settlement, record_id, settle};
pub use told::{Told, told, told_in};

#[cfg(test)]
mod any_json;
#[cfg(test)]
mod tests;
