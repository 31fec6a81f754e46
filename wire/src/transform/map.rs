//! One map, ready to run: what it does to each value where it applies.

use super::file::Unlisted;
use super::path::Path;
use serde_json::Value;
use std::collections::BTreeMap;

/// What is done to each value at `within`; the paths of `op` are seen from there.
#[derive(Clone, Debug, PartialEq)]
pub struct Map {
    pub within: Path,
    pub op: Op,
}

/// What a map does. A `tag` is the meaning of the place that it speaks of.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    Move {
        from: Path,
        to: Path,
        /// Whether the value also stays where it was.
        stays: bool,
        tag: String,
    },
    Constant {
        to: Path,
        value: Value,
        tag: String,
    },
    Code {
        from: Path,
        table: BTreeMap<String, String>,
        unlisted: Unlisted,
        tag: String,
    },
    Drop {
        from: Path,
    },
    Single {
        /// Values at all of these together.
        any: Vec<Path>,
        remedy: String,
        tag: String,
    },
    Refuse {
        from: Path,
        remedy: String,
        tag: String,
    },
    Needs {
        /// One of these is enough; the first is the one that is asked for.
        any: Vec<Path>,
        remedy: String,
        tag: String,
    },
}

impl Map {
    /// The same map, applied inside each value at `outer`.
    #[must_use]
    pub fn inside(&self, outer: &Path) -> Self {
        Self {
            within: outer.join(&self.within),
            op: self.op.clone(),
        }
    }
}
