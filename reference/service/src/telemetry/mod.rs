//! Spans and log lines of one call or exchange, with the ids that tie them together.
//! Refuses text from outside: every attribute comes from a closed vocabulary or is an id of ours.

mod collector;
pub mod metrics;
mod ship;
mod trace;

pub use collector::CollectorError;

pub(crate) use domain::record::RequestType;
pub(crate) use domain::trace::{Dependency, Stage};
pub(crate) use ship::{Traces, run as ship};
pub(crate) use trace::{Call, Recorder};

use crate::id;
use crate::store::Seen;
use domain::Timestamp;
use domain::consent::{ConsentStatus, Grant, Refused};
use domain::failure::Code;
use domain::identity::Band;
use domain::ids::{BusinessTransactionId, CorrelationId};
use domain::trace::Said;
use domain::workflow::Disposition;
use tracing::Span;
use tracing::field::Empty;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

/// The ids of one call.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub business_transaction: BusinessTransactionId,
    pub correlation: CorrelationId,
    /// Notes for the trace of an exchange, when somebody collects it.
    pub recorder: Option<Recorder>,
}

impl Context {
    /// The ids of a call: those that the caller sent, if they have the shape of ours, else new ones.
    pub(crate) fn of_call(
        transaction: Option<&str>,
        correlation: Option<&str>,
        now: Timestamp,
    ) -> Self {
        let or_new = |sent: Option<&str>| {
            sent.and_then(|text| uuid::Uuid::try_parse(text).ok())
                .map_or_else(|| id::fresh(now), |id| id.to_string())
        };
        Self {
            business_transaction: BusinessTransactionId::new(or_new(transaction)),
            correlation: CorrelationId::new(or_new(correlation)),
            recorder: None,
        }
    }

    /// The ids under which an exchange goes on.
    pub(crate) fn of_exchange(business_transaction: BusinessTransactionId, now: Timestamp) -> Self {
        Self {
            business_transaction,
            correlation: CorrelationId::new(id::fresh(now)),
            recorder: None,
        }
    }

    /// The ids of the next call to a partner: the same transaction, a correlation of its own.
    pub(crate) fn next_attempt(&self, now: Timestamp) -> Self {
        Self {
            recorder: self.recorder.clone(),
            ..Self::of_exchange(self.business_transaction.clone(), now)
        }
    }

    /// The same ids, where a call only asks how far the partner is.
    pub(crate) fn polling(&self) -> Self {
        Self {
            recorder: self.recorder.as_ref().map(Recorder::polling),
            ..self.clone()
        }
    }

    /// A call goes out under these ids.
    pub(crate) fn call(&self, now: Timestamp) -> Option<Call> {
        let recorder = self.recorder.as_ref()?;
        Some(recorder.call(&self.correlation, now))
    }

    /// The last call failed by this, as its answer was read.
    pub(crate) fn call_failed(&self, code: Code) {
        if let Some(recorder) = &self.recorder {
            recorder.call_failed(code);
        }
    }

    /// A stage is over.
    pub(crate) fn passed(&self, stage: Stage, time: (Timestamp, Timestamp), code: Option<Code>) {
        if let Some(recorder) = &self.recorder {
            recorder.stage(stage, time, code);
        }
    }

    /// A stage is not over after all.
    pub(crate) fn forget(&self, stage: Stage) {
        if let Some(recorder) = &self.recorder {
            recorder.forget(stage);
        }
    }

    /// What the last stage has found.
    pub(crate) fn says(&self, said: Said) {
        if let Some(recorder) = &self.recorder {
            recorder.says(said);
        }
    }

    /// What was seen until now; only the calls where the exchange stays in its stage.
    pub(crate) fn seen(&self, moves: bool) -> Option<Seen> {
        self.recorder.as_ref().map(|recorder| recorder.seen(moves))
    }
}

/// The root span of an exchange. Its attributes are recorded as they become known.
pub(crate) fn root(context: &Context, request: RequestType) -> Span {
    tracing::info_span!(
        "exchange",
        business_transaction_id = %context.business_transaction,
        correlation_id = %context.correlation,
        matchmark.request_type = request.word(),
        matchmark.partner = Empty,
        matchmark.schema_version = Empty,
        matchmark.consent_status = ConsentStatus::NotNeeded.word(),
        matchmark.match_confidence = Band::None.word(),
        matchmark.dependency = Dependency::None.word(),
        matchmark.retry_count = 0u32,
        matchmark.disposition = Disposition::Queued.word(),
        matchmark.code = Empty,
        otel.status_code = Empty,
    )
}

macro_rules! stage_span {
    ($name:literal, $context:expr) => {
        tracing::info_span!(
            $name,
            business_transaction_id = %$context.business_transaction,
            correlation_id = %$context.correlation,
            matchmark.code = Empty,
            otel.status_code = Empty,
        )
    };
}

/// The span of one stage, below the current one.
pub(crate) fn stage(stage: Stage, context: &Context) -> Span {
    match stage {
        Stage::Ingestion => stage_span!("ingestion", context),
        Stage::SchemaValidation => stage_span!("schema-validation", context),
        Stage::IdentityResolution => stage_span!("identity-resolution", context),
        Stage::AccessPolicy => stage_span!("access-policy", context),
        Stage::SourceRetrieval => stage_span!("source-retrieval", context),
        Stage::Transformation => stage_span!("transformation", context),
        Stage::Egress => stage_span!("egress", context),
    }
}

/// Marks a span as the place of a failure.
pub(crate) fn failed(span: &Span, code: Code) {
    span.record("matchmark.code", tracing::field::display(code));
    span.record("otel.status_code", "ERROR");
}

/// Records how the consent of an exchange stands.
pub(crate) fn consent(root: &Span, judged: &Result<Grant, Refused>) {
    let status = match judged {
        Ok(_) => ConsentStatus::Granted,
        Err(refused) => refused.status(),
    };
    root.record("matchmark.consent_status", status.word());
}

/// Writes log lines as JSON. `RUST_LOG` chooses levels; the default is our own lines.
///
/// Errors: a subscriber has been set before
pub fn log_json<W>(writer: W) -> Result<(), TryInitError>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter =
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,reference=info"));
    let lines = tracing_subscriber::fmt::layer().json().with_writer(writer);
    tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .try_init()
}
