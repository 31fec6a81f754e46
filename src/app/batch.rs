//! `compat --batch`: one question a line in, one answer a line out, in order, each shown at once.

use super::AppError;
use super::answer::{Answer, Sink};
use crate::compat::answer;
use crate::inclusion::{Budget, Formats, Stop};
use crate::load;
use crate::model::{BatchRequest, Verdict};
use std::sync::mpsc;
use std::time::Duration;

/// Answers standard input until it ends.
///
/// Errors: it cannot be read, or nobody reads the answers
pub(super) fn batch(request: &BatchRequest, sink: &mut dyn Sink) -> Result<Answer, AppError> {
    let formats = if request.formats_asserted {
        Formats::Assertion
    } else {
        Formats::Annotation
    };
    let mut verdict = Verdict::Go;
    for line in load::questions() {
        let line = line?;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let budget = Budget::default();
        let begun = sink.elapsed();
        let answered = watched(request.budget, &budget.stop, || {
            let elapsed = || micros(sink.elapsed().saturating_sub(begun));
            answer(&line, formats, &budget, elapsed)
        });
        if !answered.was_readable {
            verdict = Verdict::Error;
        }
        let text = format!("{}\n", answered.text);
        sink.result(&text).map_err(AppError::Unread)?;
    }
    Ok(Answer::said(verdict))
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// Does the work; when it takes longer than `limit`, its stop flag is set.
fn watched<T>(limit: Duration, stop: &Stop, work: impl FnOnce() -> T) -> T {
    let (done, waiting) = mpsc::channel::<()>();
    let stop = stop.clone();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            if waiting.recv_timeout(limit) == Err(mpsc::RecvTimeoutError::Timeout) {
                stop.set();
            }
        });
        let result = work();
        drop(done);
        result
    })
}
