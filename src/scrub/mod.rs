//! What of a payload may be said of nobody real, and what still looks like somebody.
//! Refuses to know versions of schemas, files, and why a payload is kept.

mod scan;

pub use scan::{Kind, Scanner, Suspicion};
