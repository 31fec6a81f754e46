//! A collector of traces on loopback, and what it was told, read from the bytes.
//! Refuses the library that wrote them: it reads the wire format by itself.

use reference::domain::Timestamp;
use reference::domain::trace::{Further, Span};
use std::collections::BTreeMap;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// A span with the trace that it belongs to.
#[derive(Clone, Debug)]
pub struct Told {
    pub trace: String,
    pub span: Span,
}

/// A collector that takes everything.
pub async fn collector() -> MockServer {
    let collector = MockServer::start().await;
    answers(&collector, 200).await;
    collector
}

pub async fn answers(collector: &MockServer, status: u16) {
    Mock::given(method("POST"))
        .and(path("/v1/traces"))
        .respond_with(ResponseTemplate::new(status))
        .mount(collector)
        .await;
}

/// Every span that came, in its order.
pub async fn told(collector: &MockServer) -> Vec<Told> {
    let requests = collector.received_requests().await.unwrap();
    requests
        .iter()
        .flat_map(|request| spans(&request.body))
        .collect()
}

/// The whole trace of a business transaction: waits for its root. A replay has a root of its own, so that many.
///
/// A collector that did not answer within its time is told again, by the clock on the wall: hence the patience.
pub async fn traces(collector: &MockServer, transaction: &str, roots: usize) -> Vec<Vec<Span>> {
    let whole = arrived(collector, transaction, roots);
    let whole = tokio::time::timeout(PATIENCE, whole).await;
    whole.expect("the trace came to the collector")
}

const PATIENCE: std::time::Duration = std::time::Duration::from_secs(120);

async fn arrived(collector: &MockServer, transaction: &str, roots: usize) -> Vec<Vec<Span>> {
    loop {
        let mut told = told(collector).await;
        let name = Further::BusinessTransaction.word();
        told.retain(|told| told.span.attributes[name] == transaction);
        let is_root = |told: &&Told| told.span.parent.is_none();
        if told.iter().filter(is_root).count() >= roots {
            let mut traces: BTreeMap<String, Vec<Span>> = BTreeMap::new();
            for Told { trace, span } in told {
                traces.entry(trace).or_default().push(span);
            }
            let mut traces: Vec<Vec<Span>> = traces.into_values().collect();
            traces.sort_by_key(|trace| trace.iter().map(|span| span.start).min());
            return traces;
        }
        tokio::task::yield_now().await;
    }
}

pub async fn trace(collector: &MockServer, transaction: &str) -> Vec<Span> {
    let mut traces = traces(collector, transaction, 1).await;
    assert_eq!(traces.len(), 1);
    traces.remove(0)
}

/// The spans of one export request.
///
/// Source: opentelemetry-proto v1: resource_spans 1, scope_spans 2, spans 2
pub fn spans(request: &[u8]) -> Vec<Told> {
    let of = |message: &[u8], number| {
        let found = fields(message).into_iter();
        let found = found.filter(move |field| field.0 == number);
        found.map(|field| field.1.bytes()).collect::<Vec<_>>()
    };
    let resources = of(request, 1);
    let scopes = resources.iter().flat_map(|resource| of(resource, 2));
    let spans: Vec<Vec<u8>> = scopes.flat_map(|scope| of(&scope, 2)).collect();
    spans.iter().map(|span| read(span)).collect()
}

/// Source: opentelemetry-proto v1, message Span
fn read(message: &[u8]) -> Told {
    let mut trace = String::new();
    let epoch: Timestamp = "1970-01-01T00:00:00Z".parse().unwrap();
    let mut span = Span {
        id: String::new(),
        parent: None,
        name: String::new(),
        attributes: BTreeMap::new(),
        is_error: false,
        start: epoch,
        end: epoch,
    };
    for (number, value) in fields(message) {
        match number {
            1 => trace = hex(&value.bytes()),
            2 => span.id = hex(&value.bytes()),
            4 => span.parent = Some(hex(&value.bytes())).filter(|id| !id.is_empty()),
            5 => span.name = value.text(),
            7 => span.start = at(value.number()),
            8 => span.end = at(value.number()),
            9 => span.attributes.extend([attribute(&value.bytes())]),
            15 => {
                let status = fields(&value.bytes());
                span.is_error = status
                    .iter()
                    .any(|field| field.0 == 3 && field.1.number() == 2);
            }
            _ => {}
        }
    }
    Told { trace, span }
}

fn attribute(message: &[u8]) -> (String, String) {
    let (mut name, mut word) = (String::new(), String::new());
    for (number, value) in fields(message) {
        match number {
            1 => name = value.text(),
            2 => {
                for (kind, value) in fields(&value.bytes()) {
                    word = if kind == 1 {
                        value.text()
                    } else {
                        value.number().to_string()
                    };
                }
            }
            _ => {}
        }
    }
    (name, word)
}

fn at(nanoseconds: u64) -> Timestamp {
    let epoch: Timestamp = "1970-01-01T00:00:00Z".parse().unwrap();
    epoch + std::time::Duration::from_nanos(nanoseconds)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

enum Value {
    Number(u64),
    Bytes(Vec<u8>),
}

impl Value {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes.clone(),
            Self::Number(number) => panic!("a number: {number}"),
        }
    }

    fn text(&self) -> String {
        String::from_utf8(self.bytes()).unwrap()
    }

    fn number(&self) -> u64 {
        match self {
            Self::Number(number) => *number,
            Self::Bytes(bytes) => panic!("no number: {bytes:?}"),
        }
    }
}

/// The fields of a message.
///
/// Source: Protocol Buffers encoding: a tag of number and wire type; 0 varint, 1 eight bytes, 2 length, 5 four bytes
fn fields(mut message: &[u8]) -> Vec<(u64, Value)> {
    let mut fields = Vec::new();
    while !message.is_empty() {
        let tag = varint(&mut message);
        let value = match tag & 7 {
            0 => Value::Number(varint(&mut message)),
            1 => Value::Number(fixed::<8>(&mut message)),
            2 => {
                let length = usize::try_from(varint(&mut message)).unwrap();
                let (value, rest) = message.split_at(length);
                message = rest;
                Value::Bytes(value.to_vec())
            }
            5 => Value::Number(fixed::<4>(&mut message)),
            other => panic!("wire type {other}"),
        };
        fields.push((tag >> 3, value));
    }
    fields
}

fn fixed<const N: usize>(message: &mut &[u8]) -> u64 {
    let (value, rest) = message.split_at(N);
    *message = rest;
    let bytes = value.iter().rev();
    bytes.fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn varint(message: &mut &[u8]) -> u64 {
    let mut number = 0;
    for place in 0.. {
        let (byte, rest) = message.split_first().unwrap();
        *message = rest;
        number |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            break;
        }
    }
    number
}
