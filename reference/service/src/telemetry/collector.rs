//! Hands finished spans to a collector, as OTLP over HTTP, on a thread of its own.
//! Refuses to hold up anybody who exchanges: a collector that fails is told of again later, by whoever keeps the spans.

use domain::trace::{Attribute, Span, SpanId, SpanKind, TraceId};
use opentelemetry::trace::{
    SpanContext, SpanId as OtelSpan, SpanKind as OtelKind, Status, TraceFlags,
    TraceId as OtelTrace, TraceState,
};
use opentelemetry::{InstrumentationScope, KeyValue};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanExporter as _, SpanLinks};
use reqwest::Url;
use std::future::Future;
use std::pin::pin;
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, SystemTime};
use tokio::sync::oneshot;

/// The longest that a collector may take for one batch (ours).
const TIMEOUT: Duration = Duration::from_secs(5);

/// Who says what a span tells.
const SCOPE: &str = "matchmark.reference";

/// Why spans cannot be handed to anybody.
#[derive(Debug, thiserror::Error)]
pub enum CollectorError {
    #[error("a collector has an address that begins with http:// or https://")]
    Address,
    #[error("the collector's client cannot be built")]
    Client,
}

/// One batch on its way to the thread, and whether the collector took it on its way back.
struct Batch {
    spans: Vec<SpanData>,
    taken: oneshot::Sender<bool>,
}

/// A collector that is reached by HTTP.
#[derive(Debug)]
pub(crate) struct Collector {
    batches: mpsc::Sender<Batch>,
}

impl Collector {
    /// Starts the thread. The client blocks, so it has to be built and used outside the runtime.
    ///
    /// Errors: an address of no collector; a client that cannot be built
    pub(crate) fn open(url: &Url) -> Result<Self, CollectorError> {
        let endpoint = endpoint(url)?;
        let (batches, queue) = mpsc::channel::<Batch>();
        let (built, ready) = mpsc::channel();
        let run = move || match exporter(&endpoint) {
            None => {
                let _ = built.send(false);
            }
            Some(exporter) => {
                let _ = built.send(true);
                for batch in queue {
                    let taken = wait(exporter.export(batch.spans)).is_ok();
                    // Whoever asked may have gone: it asks again.
                    let _ = batch.taken.send(taken);
                }
            }
        };
        let thread = thread::Builder::new().name("collector".to_owned());
        thread.spawn(run).map_err(|_| CollectorError::Client)?;
        match ready.recv() {
            Ok(true) => Ok(Self { batches }),
            Ok(false) | Err(mpsc::RecvError) => Err(CollectorError::Client),
        }
    }

    /// Hands spans over, and says whether the collector took them.
    pub(crate) async fn send(&self, spans: impl IntoIterator<Item = (TraceId, Span)>) -> bool {
        let spans = spans.into_iter().map(|(trace, span)| data(trace, span));
        let (taken, answer) = oneshot::channel();
        let batch = Batch {
            spans: spans.collect(),
            taken,
        };
        self.batches.send(batch).is_ok() && answer.await.unwrap_or_default()
    }
}

/// Where traces go under the address of a collector.
///
/// Source: OTLP/HTTP: the path of traces is v1/traces below the base address
fn endpoint(url: &Url) -> Result<String, CollectorError> {
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(CollectorError::Address);
    }
    let base = url.as_str().trim_end_matches('/');
    match base.ends_with("/v1/traces") {
        true => Ok(base.to_owned()),
        false => Ok(format!("{base}/v1/traces")),
    }
}

fn exporter(endpoint: &str) -> Option<SpanExporter> {
    let client = reqwest::blocking::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(TIMEOUT)
        .build()
        .ok()?;
    let mut exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(client)
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(endpoint)
        .with_timeout(TIMEOUT)
        .build()
        .ok()?;
    let resource = Resource::builder_empty()
        .with_service_name("matchmark-reference")
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    exporter.set_resource(&resource);
    Some(exporter)
}

fn data(trace: TraceId, span: Span) -> SpanData {
    let id = |text: &str| text.parse::<SpanId>().map(|id| OtelSpan::from_bytes(id.0));
    let own = id(&span.id).unwrap_or(OtelSpan::INVALID);
    let parent = span.parent.as_deref().and_then(|text| id(text).ok());
    let flags = TraceFlags::SAMPLED;
    let trace = OtelTrace::from_bytes(trace.0);
    let kind = span.name.parse::<SpanKind>();
    SpanData {
        span_context: SpanContext::new(trace, own, flags, false, TraceState::default()),
        parent_span_id: parent.unwrap_or(OtelSpan::INVALID),
        parent_span_is_remote: false,
        span_kind: kind.map_or(OtelKind::Internal, of),
        name: span.name.into(),
        start_time: SystemTime::from(span.start),
        end_time: SystemTime::from(span.end),
        attributes: span.attributes.into_iter().map(attribute).collect(),
        dropped_attributes_count: 0,
        events: SpanEvents::default(),
        links: SpanLinks::default(),
        status: match span.is_error {
            true => Status::error(""),
            false => Status::Unset,
        },
        instrumentation_scope: InstrumentationScope::builder(SCOPE).build(),
    }
}

const fn of(kind: SpanKind) -> OtelKind {
    match kind {
        SpanKind::Attempt | SpanKind::Poll => OtelKind::Client,
        SpanKind::Callback => OtelKind::Server,
        SpanKind::Exchange
        | SpanKind::Ingestion
        | SpanKind::SchemaValidation
        | SpanKind::IdentityResolution
        | SpanKind::AccessPolicy
        | SpanKind::SourceRetrieval
        | SpanKind::Transformation
        | SpanKind::Egress => OtelKind::Internal,
    }
}

/// A count is told as a number, so that it can be compared; everything else is a word.
fn attribute((name, word): (String, String)) -> KeyValue {
    let count = Some(Attribute::RetryCount) == name.parse().ok();
    match word.parse::<i64>() {
        Ok(number) if count => KeyValue::new(name, number),
        Ok(_) | Err(_) => KeyValue::new(name, word),
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// Waits on this thread.
fn wait<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        thread::park();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn traces_go_to_their_path_below_the_base_and_nowhere_that_is_no_collector() {
        let at = |text: &str| endpoint(&text.parse().unwrap()).ok();
        let local = Some("http://127.0.0.1:4318/v1/traces".to_owned());
        assert_eq!(at("http://127.0.0.1:4318"), local);
        assert_eq!(at("http://127.0.0.1:4318/"), local);
        assert_eq!(at("http://127.0.0.1:4318/v1/traces"), local);
        let below = "https://collector.example/tenant/v1/traces".to_owned();
        assert_eq!(at("https://collector.example/tenant"), Some(below));
        assert_eq!(at("file:///spans"), None);
    }

    #[test]
    fn waiting_ends_when_another_thread_has_what_is_waited_for() {
        let (told, answer) = oneshot::channel();
        let other = thread::spawn(move || told.send(7));
        assert_eq!(wait(answer), Ok(7));
        other.join().unwrap().unwrap();
    }
}
