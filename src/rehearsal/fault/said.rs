//! What a stub says instead of its normal answer, by fault.
//! Refuses to know when it says it.

use super::drift::{Drift, drifted};
use super::script::FaultScript;
use crate::contract::FaultKind;
use crate::model::HttpResponse;
use reqwest::header::{HeaderName, HeaderValue};
use std::time::Duration;
use wiremock::ResponseTemplate;

/// What the mock server sets by itself. A length of our own that lies would panic hyper in debug builds.
const SET_BY_THE_SERVER: [&str; 2] = ["content-length", "transfer-encoding"];
/// What a gateway sends instead of an answer.
const PAGE: &str = "<!doctype html><title>502</title><h1>Bad gateway</h1>";

/// An answer that no server can give.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsayable {
    #[error("{0} is no HTTP status")]
    Status(u16),
    #[error("header {0} cannot be written")]
    Header(String),
}

/// The answer as the mock server gives it; it alone says how long the body is.
///
/// Errors: the status or a header is none
pub fn template(answer: &HttpResponse) -> Result<ResponseTemplate, Unsayable> {
    if !(200..=999).contains(&answer.status) {
        return Err(Unsayable::Status(answer.status));
    }
    let mut template = ResponseTemplate::new(answer.status).set_body_bytes(answer.body.clone());
    for (name, value) in &answer.headers {
        if SET_BY_THE_SERVER.contains(&name.to_ascii_lowercase().as_str()) {
            continue;
        }
        let written = HeaderName::try_from(name)
            .ok()
            .zip(HeaderValue::try_from(value).ok());
        let (key, value) = written.ok_or_else(|| Unsayable::Header(name.clone()))?;
        template = template.append_header(key, value);
    }
    Ok(template)
}

/// An answer without a body.
#[must_use]
pub fn bare(status: u16, headers: &[(&str, &str)]) -> HttpResponse {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    HttpResponse {
        status,
        headers: headers.iter().map(owned).collect(),
        body: Vec::new(),
    }
}

/// 429, and when to come back.
#[must_use]
pub fn throttled(after: Duration) -> HttpResponse {
    let whole = after.as_secs() + u64::from(after.subsec_nanos() > 0);
    bare(429, &[("retry-after", &whole.to_string())])
}

/// 500 with the page of a gateway instead of an outcome.
#[must_use]
pub fn page() -> HttpResponse {
    HttpResponse {
        body: PAGE.as_bytes().to_vec(),
        ..bare(500, &[("content-type", "text/html")])
    }
}

/// What stands in for `normal` at a call that is hit; the same for the same seed.
#[must_use]
pub fn instead(normal: &HttpResponse, script: &FaultScript, seed: u64) -> HttpResponse {
    match script.kind {
        FaultKind::MalformedJson => with_body(normal, malformed(&normal.body)),
        FaultKind::SchemaDrift => with_body(normal, shifted(&normal.body, seed)),
        FaultKind::WrongContentType => retitled(normal, "text/html; charset=utf-8"),
        FaultKind::Status => bare(503, &[]),
        FaultKind::TokenExpired => bare(
            401,
            &[("www-authenticate", "Bearer error=\"invalid_token\"")],
        ),
        FaultKind::PollNeverEnds => bare(202, &[("x-progress", "in progress")]),
        FaultKind::PollThrottled => throttled(script.pause()),
        FaultKind::JobExpired => bare(404, &[]),
        FaultKind::Delay
        | FaultKind::EmptyReply
        | FaultKind::Timeout
        | FaultKind::Refused
        | FaultKind::ResetOnAccept
        | FaultKind::ResetAfterRequest
        | FaultKind::TruncatedBody
        | FaultKind::ResetMidBody
        | FaultKind::StallMidBody
        | FaultKind::Drip
        | FaultKind::Garbage
        | FaultKind::DuplicateRequest
        | FaultKind::CallbackDuplicate
        | FaultKind::CallbackOutOfOrder
        | FaultKind::CallbackEarly
        | FaultKind::CallbackMissing
        | FaultKind::CallbackWrongId
        | FaultKind::TlsUntrusted
        | FaultKind::TlsExpired
        | FaultKind::TlsWrongHost
        | FaultKind::MtlsRefused
        | FaultKind::DnsFailure
        | FaultKind::BlackHole => normal.clone(),
    }
}

fn with_body(normal: &HttpResponse, body: Vec<u8>) -> HttpResponse {
    HttpResponse {
        body,
        ..normal.clone()
    }
}

/// The body without its last sign, which no JSON object or array can lack.
fn malformed(body: &[u8]) -> Vec<u8> {
    match body.trim_ascii_end().split_last() {
        Some((b'}' | b']', rest)) => rest.to_vec(),
        Some(_) | None => b"{".to_vec(),
    }
}

/// The body in another shape: the seed's drift, or the next one that it can take.
fn shifted(body: &[u8], seed: u64) -> Vec<u8> {
    let first = Drift::ALL
        .iter()
        .position(|drift| *drift == Drift::of(seed));
    let order = Drift::ALL.iter().cycle().skip(first.unwrap_or(0)).take(4);
    let mut shapes = order.filter_map(|drift| drifted(body, *drift, seed));
    // What holds no object at all is answered with one.
    shapes.next().unwrap_or_else(|| b"{}".to_vec())
}

fn retitled(normal: &HttpResponse, title: &str) -> HttpResponse {
    let others = normal.headers.iter();
    let others = others.filter(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
    let mut headers: Vec<(String, String)> = others.cloned().collect();
    headers.push(("content-type".to_owned(), title.to_owned()));
    HttpResponse {
        headers,
        ..normal.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn malformed_json_is_never_json() {
        for body in ["{\"a\":1}", "[] \n", "", "7", "\"x\"", "{}"] {
            let body = malformed(body.as_bytes());
            assert!(serde_json::from_slice::<serde_json::Value>(&body).is_err());
        }
    }

    #[test]
    fn an_answer_that_nobody_can_give_is_refused_and_panics_nowhere() {
        assert_eq!(template(&bare(0, &[])).unwrap_err(), Unsayable::Status(0));
        assert_eq!(
            template(&bare(101, &[])).unwrap_err(),
            Unsayable::Status(101)
        );
        for (name, value) in [("a b", "c"), ("a", "b\nc"), ("", "")] {
            let refused = template(&bare(200, &[(name, value)])).unwrap_err();
            assert_eq!(refused, Unsayable::Header(name.to_owned()));
        }
        template(&bare(200, &[("content-length", "7")])).unwrap();
    }

    #[test]
    fn an_answer_comes_back_in_whole_seconds_that_are_not_too_short() {
        let after = |ms| throttled(Duration::from_millis(ms)).headers.remove(0).1;
        assert_eq!([after(20), after(1000), after(1001)], ["1", "1", "2"]);
    }
}
