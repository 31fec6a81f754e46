//! `matchmark scrub`: what is asked, and what is said of the lines that became nobody's. Never a value.

use super::{Repository, Show, Target, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::PathBuf;

/// `matchmark scrub FILE... --key-file FILE`.
#[derive(Clone, Debug, PartialEq)]
pub struct ScrubRequest {
    pub repository: Repository,
    /// Files and folders as they were named, seen from the root; `-` for standard input.
    pub files: Vec<PathBuf>,
    /// File of the secret, ready to be opened.
    pub key: PathBuf,
    /// Make that file where there is none.
    pub new_key: bool,
    /// Where the lines of nobody go.
    pub out: Target,
    /// Threads; the machine's where it is left out.
    pub jobs: Option<NonZeroUsize>,
    pub allow_empty: bool,
    pub exit_zero: bool,
    /// What is said of them; nothing of it goes to standard output when the lines do.
    pub show: Show,
}

/// Values by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScrubTally {
    /// Words of the schemas, small counts and marks of structure.
    pub kept: u64,
    pub pseudonyms: u64,
    pub dates: u64,
    /// Birth dates of people over 89, and ages over that.
    pub ages: u64,
    pub names: u64,
    pub addresses: u64,
    pub contacts: u64,
    pub texts: u64,
    /// Attachments and other data in base64.
    pub data: u64,
    pub numbers: u64,
    /// Keys that no schema names.
    pub keys: u64,
}

impl ScrubTally {
    /// Adds what became of other values.
    pub fn add(&mut self, other: &Self) {
        for ((_, count), (_, more)) in self.counts_mut().into_iter().zip(other.counts()) {
            *count += more;
        }
    }

    /// Each count with its words.
    #[must_use]
    pub fn counts(&self) -> [(&'static str, u64); 11] {
        let mut own = *self;
        own.counts_mut().map(|(words, count)| (words, *count))
    }

    fn counts_mut(&mut self) -> [(&'static str, &mut u64); 11] {
        [
            ("pseudonyms", &mut self.pseudonyms),
            ("dates moved", &mut self.dates),
            ("ages over 89", &mut self.ages),
            ("names", &mut self.names),
            ("addresses", &mut self.addresses),
            ("contacts", &mut self.contacts),
            ("texts dropped", &mut self.texts),
            ("data dropped", &mut self.data),
            ("numbers blunted", &mut self.numbers),
            ("unknown keys", &mut self.keys),
            ("kept", &mut self.kept),
        ]
    }
}

/// A line that was not given out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScrubRefusal {
    pub rule: String,
    /// As it was named on the command line; `-` for standard input.
    pub file: String,
    pub line: u64,
    pub column: u32,
    pub message: String,
}

/// The result of one `scrub`, without its product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Scrubbed {
    pub verdict: Verdict,
    pub exit_code: u8,
    /// Lines that were given out.
    pub lines: u64,
    /// Lines that were not.
    pub refused: u64,
    pub values: ScrubTally,
    /// The first of the lines that were not given out.
    pub refusals: Vec<ScrubRefusal>,
    /// How many more there are.
    pub not_listed: u64,
    /// Files that could not be read to their end, and why.
    pub unreadable: BTreeMap<String, String>,
}
