//! The one place that sends to partners: one call, one outcome.
//! Refuses to try again, and to keep anything of an error but its kind.

mod body;
mod identity;

use crate::security::secrets::SecretError;
use arc_swap::ArcSwap;
use body::Sink;
use domain::failure::Code;
use domain::masked::Masked;
use domain::ports::{Failure, READ_HEADERS, Verb, WireRequest, WireResponse};
pub use identity::ClientFiles;
use identity::Contents;
use reqwest::Method;
use std::collections::BTreeMap;
use std::error::Error;
use std::io::ErrorKind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The largest answer that is read, in bytes (ours: a match answer has a few hundred).
const LARGEST_ANSWER: usize = 1024 * 1024;

/// Where a request goes, and what goes with it beside the message.
#[derive(Clone, Debug)]
pub(crate) struct Delivery<'a> {
    pub base_url: &'a str,
    pub timeout: Duration,
    pub bearer: Option<&'a Masked<String>>,
    /// Only for calls that change something.
    pub idempotency_key: Option<&'a str>,
    pub business_transaction: &'a str,
    pub correlation: &'a str,
    /// Under which span of ours the partner may put its own.
    pub traceparent: Option<&'a str>,
}

/// The way to partners, with what we show them.
#[derive(Debug)]
pub(crate) struct Transport {
    client: ArcSwap<reqwest::Client>,
    files: Option<ClientFiles>,
    taken_up: Mutex<[u8; 32]>,
    /// Counts what we have shown so far.
    shown: AtomicU64,
}

impl Transport {
    /// Errors: files that cannot be read, or do not fit together
    pub(crate) fn new(files: Option<ClientFiles>) -> Result<Self, SecretError> {
        let shown = files.as_ref().map(Contents::read).transpose()?;
        let digest = shown.as_ref().map(Contents::digest);
        Ok(Self {
            client: ArcSwap::from_pointee(identity::client(shown.as_ref())?),
            files,
            taken_up: Mutex::new(digest.unwrap_or_default()),
            shown: AtomicU64::default(),
        })
    }

    /// Are there files that may change?
    pub(crate) const fn shows_something(&self) -> bool {
        self.files.is_some()
    }

    /// Takes up what is in the files now; says whether anything has changed. Calls under way end as they began.
    ///
    /// Errors: files that do not fit together; what was in use stays in use
    pub(crate) fn reload(&self) -> Result<bool, SecretError> {
        let Some(files) = &self.files else {
            return Ok(false);
        };
        let mut taken_up = self.taken_up.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = Contents::read(files)?;
        let digest = shown.digest();
        if *taken_up == digest {
            return Ok(false);
        }
        self.client.store(Arc::new(identity::client(Some(&shown))?));
        *taken_up = digest;
        self.shown.fetch_add(1, Ordering::SeqCst);
        tracing::info!("our certificate as a client is taken up");
        Ok(true)
    }

    /// Which of the certificates that we have shown so far is the present one.
    pub(crate) fn shown(&self) -> u64 {
        self.shown.load(Ordering::SeqCst)
    }

    /// Sends once.
    ///
    /// Errors: how the call failed on its way, by kind
    pub(crate) async fn send(
        &self,
        delivery: &Delivery<'_>,
        request: &WireRequest,
    ) -> Result<WireResponse, Failure> {
        self.send_checked(delivery, request, &mut |_: &[u8]| Ok(()))
            .await
    }

    /// Sends once, and lets `check` see the body of a success while it arrives, within the usual bound.
    ///
    /// Errors: how the call failed on its way, by kind; what `check` says
    pub(crate) async fn send_checked(
        &self,
        delivery: &Delivery<'_>,
        request: &WireRequest,
        check: &mut (dyn FnMut(&[u8]) -> Result<(), Code> + Send),
    ) -> Result<WireResponse, Failure> {
        self.receive(delivery, request, LARGEST_ANSWER, check).await
    }

    /// Sends once, and lets `check` see the body of a success piece by piece while it arrives. A piece that it
    /// refuses ends the call.
    ///
    /// Errors: how the call failed on its way, by kind; a body over `largest` bytes; what `check` says
    pub(crate) async fn receive(
        &self,
        delivery: &Delivery<'_>,
        request: &WireRequest,
        largest: usize,
        check: &mut (dyn FnMut(&[u8]) -> Result<(), Code> + Send),
    ) -> Result<WireResponse, Failure> {
        let answer = self.call(delivery, request).send().await;
        let answer = answer.map_err(|error| failed(&error))?;
        let mut response = head(&answer);
        let mut body = Sink::new(largest);
        let mut answer = answer;
        while let Some(chunk) = answer.chunk().await.map_err(|error| failed(&error))? {
            body.take(&chunk)?;
            if response.status == 200 {
                check(&chunk).map_err(Failure::new)?;
            }
        }
        response.body = Masked::new(body.whole());
        Ok(response)
    }

    fn call(&self, delivery: &Delivery<'_>, request: &WireRequest) -> reqwest::RequestBuilder {
        let method = match request.verb {
            Verb::Get => Method::GET,
            Verb::Post => Method::POST,
            Verb::Delete => Method::DELETE,
        };
        let url = format!("{}{}", delivery.base_url, request.path);
        let mut call = self
            .client
            .load()
            .request(method, url)
            .timeout(delivery.timeout)
            .header("x-business-transaction-id", delivery.business_transaction)
            .header("x-correlation-id", delivery.correlation);
        if request.verb == Verb::Post {
            call = call.body(request.body.expose().clone());
        }
        if let Some(parent) = delivery.traceparent {
            call = call.header("traceparent", parent);
        }
        if let Some(key) = delivery.idempotency_key {
            call = call.header("idempotency-key", key);
        }
        for (name, value) in &request.headers {
            call = call.header(*name, value);
        }
        if let Some(bearer) = delivery.bearer {
            call = call.bearer_auth(bearer.expose());
        }
        call
    }
}

/// What an answer says before its body.
fn head(answer: &reqwest::Response) -> WireResponse {
    let header = |name: &str| answer.headers().get(name)?.to_str().ok();
    let mut response = WireResponse::new(answer.status().as_u16(), Masked::new(Vec::new()));
    response.retry_after = header("retry-after").and_then(|told| body::wait(told, header("date")));
    let media = header("content-type").and_then(|value| value.split(';').next());
    response.media = media.map(|media| media.trim().to_ascii_lowercase());
    let read = |name: &'static str| Some((name, header(name)?.to_owned()));
    response.headers = READ_HEADERS
        .into_iter()
        .filter_map(read)
        .collect::<BTreeMap<_, _>>();
    response
}

fn failed(error: &reqwest::Error) -> Failure {
    Failure::new(classify(error))
}

/// The kind of a failure, found along the chain of its causes: the outer error calls a broken body a decoding error.
fn classify(error: &(dyn Error + 'static)) -> Code {
    let mut cause = Some(error);
    let mut found = None;
    let mut phase = Phase::Connected;
    while let Some(error) = cause {
        let known = error.downcast_ref::<reqwest::Error>();
        if known.is_some_and(reqwest::Error::is_connect) {
            phase = Phase::Connecting;
        }
        found = kind(error, phase).or(found);
        cause = error.source();
    }
    found.unwrap_or(Code::TransportReset)
}

/// Whether anything can have been sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Connecting,
    Connected,
}

fn kind(error: &(dyn Error + 'static), phase: Phase) -> Option<Code> {
    if error.is::<rustls::Error>() {
        return Some(Code::TransportTls);
    }
    if let Some(error) = error.downcast_ref::<std::io::Error>() {
        return of_io(error, phase);
    }
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return of_hyper(error);
    }
    let error = error.downcast_ref::<reqwest::Error>()?;
    error.is_timeout().then_some(Code::TransportTimeout)
}

fn of_io(error: &std::io::Error, phase: Phase) -> Option<Code> {
    // What an io error wraps is none of its sources.
    let inner = error.get_ref();
    if inner.is_some_and(|inner| inner.is::<rustls::Error>()) {
        return Some(Code::TransportTls);
    }
    if let Some(error) = inner.and_then(|inner| inner.downcast_ref::<std::io::Error>()) {
        return of_io(error, phase);
    }
    match error.kind() {
        ErrorKind::ConnectionRefused | ErrorKind::NotFound | ErrorKind::HostUnreachable => {
            Some(Code::TransportRefused)
        }
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe => {
            Some(Code::TransportReset)
        }
        ErrorKind::UnexpectedEof => Some(Code::TransportTruncated),
        ErrorKind::TimedOut => Some(Code::TransportTimeout),
        ErrorKind::Other | ErrorKind::InvalidData | ErrorKind::InvalidInput => None,
        // A name that does not resolve: no kind that can be named, no number of the system.
        _ => {
            let unresolved = phase == Phase::Connecting && error.raw_os_error().is_none();
            unresolved.then_some(Code::TransportRefused)
        }
    }
}

fn of_hyper(error: &hyper::Error) -> Option<Code> {
    if error.is_parse() {
        Some(Code::TransportGarbage)
    } else if error.is_incomplete_message() {
        Some(Code::TransportTruncated)
    } else if error.is_timeout() {
        Some(Code::TransportTimeout)
    } else {
        None
    }
}

#[cfg(test)]
mod tests;
