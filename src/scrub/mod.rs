//! What of a payload may be said of nobody real, and what still looks like somebody.
//! Refuses to know versions of schemas, files, and why a payload is kept.

mod address;
mod date;
mod key;
mod line;
mod made_up;
mod member;
mod number;
mod pseudonym;
mod rewrite;
mod scan;
mod vocabulary;

pub use key::Key;
pub use line::Scrubber;
pub use scan::{Kind, Scanner, Suspicion};
pub use vocabulary::Vocabulary;

#[cfg(test)]
mod tests;
