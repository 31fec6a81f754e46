//! One question to the engine, within the time that a line of a batch has.
//! Refuses to judge the answer.

use matchmark::inclusion::{
    Answer, Budget, Dialect, Formats, Prover, Reading, Schema, Stop, Why, engine,
};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

/// What a question may take.
///
/// Source: the budget table of the compatibility specification
const BUDGET: Duration = Duration::from_millis(2_000);
/// When a question has gone on although it was told to stop; an idle machine needs 250 ms more than the budget.
pub const LIMIT: Duration = Duration::from_millis(10_000);

/// An answer, and how long it took.
pub struct Asked {
    pub answer: Answer,
    pub elapsed: Duration,
}

/// Whether the long proofs run at full size.
pub fn is_full() -> bool {
    std::env::var_os("MATCHMARK_PROVE").is_some()
}

pub fn reading(draft: &str) -> Reading {
    Reading {
        dialect: Dialect::named(draft),
        formats: Formats::Annotation,
    }
}

/// The schema made ready.
///
/// Errors: why no question about it can be answered
pub fn open(schema: &serde_json::Value, draft: &str) -> Result<Schema, Why> {
    Schema::read(schema, reading(draft), &Stop::default())
}

/// Is everything that `left` accepts accepted by `right`?
pub fn ask(left: &Schema, right: &Schema) -> Asked {
    union(left, std::slice::from_ref(right))
}

/// Is everything that `left` accepts accepted by one of `right`?
#[allow(
    clippy::disallowed_methods,
    reason = "how long an answer takes is part of what is held here"
)]
pub fn union(left: &Schema, right: &[Schema]) -> Asked {
    let budget = Budget::default();
    let stop = budget.stop.clone();
    let (done, waiting) = channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            if waiting.recv_timeout(BUDGET) == Err(RecvTimeoutError::Timeout) {
                stop.set();
            }
        });
        let start = Instant::now();
        let answer = engine().includes(left, right, &[], &budget);
        let elapsed = start.elapsed();
        drop(done);
        Asked { answer, elapsed }
    })
}
