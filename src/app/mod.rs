//! The order of the hops: one file a verb.
//! Refuses to know how a check works.

mod check;
mod error;
mod facts;
mod judge;
mod recognise;
mod room;
mod validate;

pub use error::AppError;

use crate::model::Verdict;

/// The process exit code: an empty run may be allowed, and a trial never fails but for an error.
fn exit_code(verdict: Verdict, allow_empty: bool, exit_zero: bool) -> u8 {
    match verdict {
        Verdict::Error => Verdict::Error.exit_code(),
        Verdict::Empty if allow_empty => 0,
        _ if exit_zero => 0,
        verdict => verdict.exit_code(),
    }
}
