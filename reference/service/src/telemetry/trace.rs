//! What a step sees of its stages and calls, noted for the trace of its exchange.
//! Refuses to tell a collector: what was seen is written down with the step, and told from there.

use crate::store::Seen;
use domain::Timestamp;
use domain::failure::Code;
use domain::ids::{CorrelationId, ExchangeId};
use domain::trace::{Noted, Said, SpanId, SpanKind, Stage, TraceId};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Notes for one trace. Copies write to the same notes.
#[derive(Clone, Debug)]
pub(crate) struct Recorder {
    trace: TraceId,
    replays: u32,
    /// What a call is, at this point of the exchange.
    calls: SpanKind,
    noted: Arc<Mutex<Vec<Noted>>>,
}

impl Recorder {
    pub(crate) fn new(exchange: &ExchangeId, replays: u32) -> Self {
        Self {
            trace: TraceId::of_exchange(exchange, replays),
            replays,
            calls: SpanKind::Attempt,
            noted: Arc::default(),
        }
    }

    /// The same notes, where a call only asks how far the partner is.
    pub(super) fn polling(&self) -> Self {
        Self {
            calls: SpanKind::Poll,
            ..self.clone()
        }
    }

    /// A stage is over. A second time of the same stage in one step is the same stage. How long the one lasts that
    /// retrieves is known when the exchange has ended, and told from its calls.
    pub(super) fn stage(
        &self,
        stage: Stage,
        (start, end): (Timestamp, Timestamp),
        code: Option<Code>,
    ) {
        if stage == Stage::SourceRetrieval {
            return;
        }
        let id = self.trace.stage(stage);
        let mut noted = self.held();
        if !noted.iter().any(|noted| noted.id == id) {
            noted.push(Noted {
                id,
                kind: SpanKind::of(stage),
                start,
                end,
                correlation: None,
                is_error: code.is_some(),
                code,
                said: None,
            });
        }
    }

    /// What the last stage has found.
    pub(super) fn says(&self, said: Said) {
        if let Some(last) = self.held().last_mut() {
            last.said = Some(said);
        }
    }

    /// The stage is not over after all.
    pub(super) fn forget(&self, stage: Stage) {
        let id = self.trace.stage(stage);
        self.held().retain(|noted| noted.id != id);
    }

    /// A call goes out.
    pub(super) fn call(&self, correlation: &CorrelationId, now: Timestamp) -> Call {
        let same = |noted: &&Noted| noted.correlation.as_ref() == Some(correlation);
        let before = self.held().iter().filter(same).count();
        let before = u32::try_from(before).unwrap_or(u32::MAX);
        Call {
            id: self.trace.call(correlation, before),
            recorder: self.clone(),
            correlation: correlation.clone(),
            start: now,
        }
    }

    /// The last call failed by this, as its answer was read.
    pub(super) fn call_failed(&self, code: Code) {
        let mut noted = self.held();
        let last = noted.last_mut().filter(|last| last.kind.stage().is_none());
        if let Some(last) = last {
            last.is_error = true;
            last.code = Some(code);
        }
    }

    /// A partner called us.
    pub(crate) fn called_back(&self, correlation: &CorrelationId, now: Timestamp) -> Seen {
        let mut call = self.call(correlation, now);
        call.recorder.calls = SpanKind::Callback;
        call.ended(now, false, None);
        self.seen(true)
    }

    /// What was seen until now; only the calls where the exchange stays in its stage.
    pub(super) fn seen(&self, moves: bool) -> Seen {
        let mut noted = std::mem::take(&mut *self.held());
        noted.retain(|noted| moves || noted.kind.stage().is_none());
        Seen {
            replays: self.replays,
            noted,
        }
    }

    fn held(&self) -> MutexGuard<'_, Vec<Noted>> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call under way.
#[derive(Debug)]
pub(crate) struct Call {
    recorder: Recorder,
    id: SpanId,
    correlation: CorrelationId,
    start: Timestamp,
}

impl Call {
    /// What the partner is told to put its spans below.
    pub(crate) fn parent(&self) -> String {
        self.recorder.trace.parent(self.id)
    }

    pub(crate) fn ended(self, now: Timestamp, is_error: bool, code: Option<Code>) {
        let noted = Noted {
            id: self.id,
            kind: self.recorder.calls,
            start: self.start,
            end: now,
            correlation: Some(self.correlation),
            is_error,
            code,
            said: None,
        };
        self.recorder.held().push(noted);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn a_call_that_is_made_again_is_another_span_and_stages_wait_for_the_move() {
        let now = "2026-10-01T12:00:00Z".parse::<Timestamp>().unwrap();
        let recorder = Recorder::new(&ExchangeId::new("e1"), 0);
        let id = CorrelationId::new("c1");
        recorder.stage(Stage::Ingestion, (now, now), None);
        let first = recorder.call(&id, now);
        assert!(first.parent().contains(&first.id.to_string()));
        first.ended(now, false, None);
        recorder.polling().call(&id, now).ended(now, true, None);
        recorder.call_failed(Code::TransportTimeout);
        let seen = recorder.seen(false).noted;
        assert_eq!(seen.len(), 2);
        assert_ne!(seen[0].id, seen[1].id);
        assert_eq!(seen[1].kind, SpanKind::Poll);
        assert_eq!(seen[1].code, Some(Code::TransportTimeout));
        assert!(recorder.seen(true).noted.is_empty());
        recorder.stage(Stage::Transformation, (now, now), None);
        recorder.stage(Stage::Transformation, (now, now), Some(Code::BadResponse));
        recorder.says(Said::Confidence(domain::identity::Band::Exact));
        let seen = recorder.seen(true).noted;
        assert_eq!((seen.len(), seen[0].code), (1, None));
        recorder.stage(Stage::Transformation, (now, now), None);
        recorder.forget(Stage::Transformation);
        assert!(recorder.seen(true).noted.is_empty());
    }
}
