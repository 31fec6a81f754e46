//! What travels between payers, seen the same way by the harness and by the reference service.
//! Refuses to know files, networks and clocks.

mod annotation;
pub mod date;
mod dialect;
pub mod json;
pub mod outcome;
pub mod payload;
pub mod stream;
pub mod transform;
