//! Checks that go the whole way with a member who does not exist: what each asks, what it must be answered, how it stands.
//! Refuses to know how an exchange is carried out: it is an exchange as any other, and counted nowhere.

mod document;
mod request;
mod standing;

pub use document::{
    Check, Checks, Expected, Fixture, Known, LONGEST, MOST_CHECKS, Numbered, Parse, Refused,
};
pub use request::request;
pub use standing::{Outcome, Run, Standing, Verdict, failed_stage, slot};

use crate::Timestamp;
use crate::ids::DocumentNumber;

/// What makes an exchange a synthetic one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Marked {
    /// Number of the check.
    pub check: DocumentNumber,
    /// When it is over, whatever has come of it.
    pub ends: Timestamp,
}
