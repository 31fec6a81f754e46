//! The one place that sends to partners: one call, one outcome.
//! Refuses to try again, and to keep anything of an error but its kind.

use domain::failure::Code;
use domain::masked::Masked;
use domain::ports::{Failure, WireRequest, WireResponse};
use reqwest::redirect;
use std::error::Error;
use std::io::ErrorKind;
use std::time::Duration;

/// The largest answer that is read, in bytes (ours: a match answer has a few hundred).
const LARGEST_ANSWER: usize = 1024 * 1024;

/// Where a request goes, and what goes with it beside the message.
#[derive(Clone, Debug)]
pub(crate) struct Delivery<'a> {
    pub base_url: &'a str,
    pub timeout: Duration,
    pub bearer: Option<&'a Masked<String>>,
    pub idempotency_key: &'a str,
    pub business_transaction: &'a str,
    pub correlation: &'a str,
}

/// A client that follows no redirect and asks no proxy.
#[derive(Clone, Debug)]
pub(crate) struct Transport(reqwest::Client);

impl Transport {
    pub(crate) fn new() -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .build()?;
        Ok(Self(client))
    }

    /// Sends once.
    ///
    /// Errors: how the call failed on its way, by kind
    pub(crate) async fn send(
        &self,
        delivery: &Delivery<'_>,
        request: &WireRequest,
    ) -> Result<WireResponse, Failure> {
        let url = format!("{}{}", delivery.base_url, request.path);
        let mut call = self
            .0
            .post(url)
            .timeout(delivery.timeout)
            .header("idempotency-key", delivery.idempotency_key)
            .header("x-business-transaction-id", delivery.business_transaction)
            .header("x-correlation-id", delivery.correlation)
            .body(request.body.expose().clone());
        for (name, value) in &request.headers {
            call = call.header(*name, value);
        }
        if let Some(bearer) = delivery.bearer {
            call = call.bearer_auth(bearer.expose());
        }
        let answer = call.send().await.map_err(|error| failed(&error))?;
        read(answer).await
    }
}

async fn read(mut answer: reqwest::Response) -> Result<WireResponse, Failure> {
    let status = answer.status().as_u16();
    let header = |name: &str| answer.headers().get(name)?.to_str().ok();
    let seconds = header("retry-after").and_then(|value| value.trim().parse().ok());
    let retry_after = seconds.map(Duration::from_secs);
    let media = header("content-type").and_then(|value| value.split(';').next());
    let media = media.map(|media| media.trim().to_ascii_lowercase());
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| failed(&error))? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST_ANSWER {
            return Err(Failure::new(Code::BadResponse));
        }
    }
    Ok(WireResponse {
        status,
        media,
        retry_after,
        body: Masked::new(body),
    })
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
