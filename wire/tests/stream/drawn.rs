//! Any bytes as a schema of the repository and a payload: the one judgement of the fuzz target and of the test on its seeds.
//! Refuses to say where the bytes come from.

use crate::both::{Both, Said};
use crate::shipped::{Shipped, versions};
use wire::json::Limits;
use wire::stream::Runner;

/// Every schema of the repository, ready to judge.
pub struct Drawn {
    pub all: Vec<(Shipped, Both)>,
    runner: Runner,
}

impl Drawn {
    pub fn new() -> Self {
        let ready = |version: Shipped| {
            let both = Both::new(&version.schema).expect("a schema of ours");
            (version, both)
        };
        Self {
            all: versions().into_iter().map(ready).collect(),
            runner: Runner::new(Limits::FILE),
        }
    }

    /// What both ways say of the payload behind the first byte, which draws the schema; `None` of no bytes at all. Panics
    /// when one of them says what it must not.
    pub fn judge(&mut self, input: &[u8]) -> Option<Said> {
        let (first, payload) = input.split_first()?;
        let drawn = usize::from(*first) % self.all.len();
        let (version, both) = self.all.get(drawn)?;
        let limits = Limits::FILE;
        Some(both.judge(&mut self.runner, &limits, payload, &version.schema))
    }
}
