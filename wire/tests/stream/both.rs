//! One payload through both ways.

use serde_json::Value;
use std::cell::Cell;
use wire::json::{Document, Limits};
use wire::payload::{Problem, Schema};
use wire::stream::{Runner, Settled};

/// Tells a proof how much of itself to run; absent in the suite.
const SCALE: &str = "MATCHMARK_PROVE";

/// What is said of a name that is refused.
const NAME: &str = "payload/unknown-name";

/// Whether a proof runs at full size.
pub fn full() -> bool {
    std::env::var(SCALE).is_ok_and(|scale| scale == "full")
}

/// A schema that judges both ways.
pub struct Both {
    pub schema: Schema,
    /// Of how many invalid documents a walk told what is wrong, and of how many it gave up.
    pub walked: Cell<(usize, usize)>,
}

/// Of a name that a schema behind a reference refuses, the validator does not tell where that schema stands.
fn comparable(mut problems: Vec<Problem>) -> Vec<Problem> {
    if problems.iter().any(|problem| problem.id == NAME) {
        for problem in problems.iter_mut().filter(|it| it.id == NAME) {
            problem.schema_pointer.clear();
        }
        problems.sort_by_cached_key(|problem| format!("{problem:?}"));
    }
    problems
}

/// Whether a walk explains an invalid document. Panics when it does not say what the validator does.
pub fn explained_alike(schema: &Schema, document: &Document, bundle: &Value) -> bool {
    let Some(walked) = schema.explained_by_walk(document) else {
        return false;
    };
    let told = schema.explained_by_validator(document);
    let (walked, told) = (comparable(walked), comparable(told));
    assert_eq!(walked, told, "{} for {bundle}", document.value());
    true
}

/// What the two ways said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    pub full: bool,
    pub fast: bool,
}

impl Both {
    /// `None` when the document is no schema.
    pub fn new(bundle: &Value) -> Option<Self> {
        Some(Self {
            schema: Schema::published(bundle.clone()).ok()?,
            walked: Cell::default(),
        })
    }

    /// Panics when the fast way accepts or refuses what the full one does not, or accepts a name that it rules out, or when what a walk finds is
    /// not what the validator does.
    pub fn judge(
        &self,
        runner: &mut Runner,
        limits: &Limits,
        bytes: &[u8],
        bundle: &Value,
    ) -> Said {
        let document = Document::parse(bytes, limits);
        let full = document.is_ok_and(|document| {
            let fits = self.schema.accepts(document.value());
            if !fits {
                let (walked, left) = self.walked.get();
                let is_walked = explained_alike(&self.schema, &document, bundle);
                self.walked.set(match is_walked {
                    true => (walked + 1, left),
                    false => (walked, left + 1),
                });
            }
            fits
        });
        let settled = self.schema.settled(runner, bytes);
        let contradicts = match settled {
            Settled::Accepted => !full,
            Settled::Refused => full,
            Settled::Unsettled => false,
        };
        assert!(
            !contradicts,
            "{settled:?}, but not: {} for {bundle}",
            String::from_utf8_lossy(bytes)
        );
        let fast = settled == Settled::Accepted;
        if fast && let Ok(Value::Object(members)) = serde_json::from_slice(bytes) {
            let may = |name: &String| self.schema.may_have(name);
            assert!(members.keys().all(may), "ruled out too much for {bundle}");
        }
        Said { full, fast }
    }
}
