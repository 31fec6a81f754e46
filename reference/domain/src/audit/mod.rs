//! The audit log as a transparency log: leaves, subtrees, roots, proofs, tree heads, and what an exported log must satisfy.
//! Refuses to know where events are stored, who signs, and what time it is.

mod entry;
mod hash;
mod head;
mod proof;
mod retention;
mod tree;
mod verify;

pub use entry::{Entry, Kept, Removal, Tombstone};
pub use hash::Hash;
pub use head::{TreeHead, Unfollowed};
pub use proof::{Shape, verify_consistency, verify_inclusion};
pub use retention::{Class, Scope};
pub use tree::{Frontier, Node, Range};
pub use verify::{Broken, Verified, Verifier, Why};
