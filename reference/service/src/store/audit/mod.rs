//! The audit log as it is stored: appended to in the transaction of the act, searched, read, proved; never changed.
//! Refuses a match that a person made alone, and to remove a record other than by leaving a tombstone in its place.

mod append;
mod export;
mod head;
mod read;
mod remove;
mod told;

#[allow(
    unused_imports,
    reason = "acts of other parts of the service are written down with it"
)]
pub(crate) use append::{act, append};
pub(super) use export::{Deed, exported};
pub(crate) use head::{SignedHead, When};
pub(crate) use read::Search;
pub(crate) use remove::Due;
pub(super) use remove::held;
pub(crate) use told::Told;
pub(super) use told::{called_back, created, linked, moved};

/// The log of this service, as heads name it and its edge is stored.
pub(crate) const LOG: &str = "exchanges";

/// Events after which a head is signed.
///
/// Source: ours; REFERENCE.md section 14
const EVERY: u64 = 1000;

/// How long events stay without a head.
///
/// Source: ours; REFERENCE.md section 14
const LONGEST_SILENCE: chrono::TimeDelta = chrono::TimeDelta::seconds(10);
