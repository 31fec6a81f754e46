//! Who is calling, and what the caller may do.
//! Refuses to know what is being asked.

pub mod caller;
pub mod token;
