//! A payload of one version as a payload of another, by a list of maps that is data.
//! Refuses to invent: a leaf of the result stood in the source, is a constant of the target, or comes out of a table
//! of codes; what the target requires and the source lacks is refused by the meaning of the missing fact.

mod file;
mod map;
mod path;
mod refusal;
mod run;
mod tree;

pub use file::{Inner, MapFault, MapFile, Read, TransformFile, Unlisted, Via};
pub use map::{Map, Op};
pub use path::{Filter, Path, PathFault, Step, Want};
pub use refusal::{Refusal, RefusalKind};

use serde_json::Value;

/// A transform, ready to run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Transform {
    /// In the order of the file; later maps see what earlier ones did.
    pub maps: Vec<Map>,
    /// One result for each value here, instead of one for the whole payload.
    pub each: Option<Path>,
}

impl Transform {
    /// What `source` turns into: one payload, or one for each value at `each`.
    ///
    /// Whether a result fits the target is for the caller to ask: a transform knows no schema.
    /// Errors: every fact that is missing or cannot be carried over, by place
    pub fn apply(&self, source: &Value) -> Result<Vec<Value>, Vec<Refusal>> {
        run::run(self, source)
    }
}
