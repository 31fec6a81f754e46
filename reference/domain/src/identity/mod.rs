//! Who is meant: compares what a request says about a member with what the member store says.
//! Refuses to decide without a numbered policy, and keeps no value in a decision.

mod aliases;
mod asked;
mod attribute;
mod blocking;
mod compare;
mod decide;
mod decision;
mod deterministic;
pub mod dispute;
pub mod em;
pub mod model;
pub mod normalise;
pub mod policy;
pub mod profile;
mod record;
pub mod review;
mod tie;
mod turnaround;

pub use aliases::Aliases;
pub use asked::{Asked, Candidate, NamedPayer};
pub use attribute::{Attribute, Level};
pub use blocking::keys;
pub use compare::{Compared, Comparison};
pub use decide::{Knowledge, Question, decide};
pub use decision::{Band, Decision, Evidence, Outcome, Tier};
pub use model::Model;
pub use policy::{Approvals, MatchingPolicy, Sensitivity};
pub use profile::{Origin, Profile, Provenance};
pub use record::{Entry, PersonRecord, Raw, Unheld};
pub use turnaround::Turnaround;

#[cfg(test)]
mod tests;
