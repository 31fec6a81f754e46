//! Two versions of an entry: does the new one still accept, and still only send, what the old one did? And why not?
//! Refuses to know partners and severities; whether a value is accepted is the engine's word.

mod batch;
mod compare;
mod delta;
mod explain;
mod families;
mod finding;
mod remark;
mod sentence;
mod side;

pub use batch::{Answered, answer};
pub use compare::{Comparison, Strict, compare, explained, weigh};
pub use explain::Explanation;
pub use finding::{Pair, findings};
pub use side::Side;
