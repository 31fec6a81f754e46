//! A replay as pages and build services show it: verdict, counts, what was found, what was not proved.
//! Refuses to know formats. No value of a payload is ever at hand here.

mod exchanges;
mod open;
mod payloads;

use crate::model::{Judged, Verdict};

pub(super) use exchanges::exchanges;
pub(super) use payloads::payloads;

/// One line of the count.
pub(super) struct Count {
    pub what: &'static str,
    pub count: u64,
    /// Of all, ready to be read.
    pub share: String,
    /// What it means.
    pub said: String,
    /// Whether it makes the run a red.
    pub fails: bool,
}

/// The result of a replay, of whatever was recorded.
pub(super) struct Ledger {
    /// What was done, as a heading.
    pub title: &'static str,
    /// The words of the command.
    pub verb: &'static str,
    /// What one thing is that was replayed.
    pub noun: &'static str,
    pub verdict: Verdict,
    pub exit_code: u8,
    /// What the verdict rests on.
    pub sentence: String,
    /// What was replayed, against what.
    pub heading: String,
    pub counts: Vec<Count>,
    pub found: Vec<Judged>,
    /// What is left unproved, in whole sentences.
    pub limits: Vec<String>,
    /// What became of the values.
    pub privacy: &'static str,
}
