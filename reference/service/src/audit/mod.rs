//! The audit log as a service of its own: signs its heads, copies them to where the database does not reach, proves, answers.
//! Refuses to change what was written, and to know any exchange beyond its metadata.

mod answer;
pub mod head;
mod keeper;
mod prove;
pub(crate) mod retention;
pub mod verify;

pub(crate) use answer::answer;
pub(crate) use keeper::{Keeper, keep};
pub(crate) use prove::{consistency, inclusion};
