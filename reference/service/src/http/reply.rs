//! Answers as values: status, headers, body; and the ids of the call on every one of them.
//! Refuses to write an answer without a correlation id.

use crate::data::once::Answered;
use crate::store::Kept;
use crate::telemetry::Context;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use domain::Timestamp;
use domain::failure::Code;
use domain::masked::Masked;
use domain::record::{AsyncStatus, Seconds};
use serde::Serialize;
use std::time::Duration;

pub(super) const CORRELATION: &str = "x-correlation-id";
pub(super) const TRANSACTION: &str = "x-business-transaction-id";

/// Tells the witness of the call by which code it was refused; nobody outside sees it.
pub(super) const REFUSED: &str = "x-refused";

/// An answer that can be kept and given again.
pub(super) fn reply(status: u16, media: &str, body: &impl Serialize) -> Kept {
    // Our own types always serialise; should one not, the status still tells the truth.
    let body = serde_json::to_vec(body).unwrap_or_default();
    Kept {
        status,
        headers: vec![("content-type".to_owned(), media.to_owned())],
        body: Masked::new(body),
    }
}

pub(super) fn with_header(mut kept: Kept, name: &str, value: impl Into<String>) -> Kept {
    kept.headers.push((name.to_owned(), value.into()));
    kept
}

pub(super) fn with_retry_after(kept: Kept, wait: Option<Duration>) -> Kept {
    let later = wait.map(|wait| AsyncStatus::AskLater {
        retry_after: Seconds::of(wait),
    });
    let headers = later.iter().flat_map(AsyncStatus::headers);
    headers.fold(kept, |kept, (name, value)| with_header(kept, name, value))
}

/// The ids of a call, from its headers.
pub(super) fn context(headers: &HeaderMap, now: Timestamp) -> Context {
    Context::of_call(text(headers, TRANSACTION), text(headers, CORRELATION), now)
}

pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// The longest key (ours): it is part of what rows are found by.
const LONGEST_KEY: usize = 255;

/// The key under which a call is answered once, or an event is heard once: visible ASCII of a bounded length.
///
/// Errors: it is empty, too long, or has other characters
pub(super) fn key<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, Code> {
    let Some(value) = headers.get(name) else {
        return Ok(None);
    };
    let key = value.to_str().map_err(|_| Code::KeyMissing)?;
    let fits =
        (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    if fits {
        Ok(Some(key))
    } else {
        Err(Code::KeyMissing)
    }
}

/// The answer to a call under a key; one that was given before says so.
///
/// Errors: nothing is carried out under this key now, or ever
pub(super) fn given(answered: Answered) -> Result<Kept, Code> {
    match answered {
        Answered::First(kept) => Ok(kept),
        Answered::Again(kept) => Ok(again(kept)),
        Answered::Refused(code) => Err(code),
    }
}

pub(super) fn again(kept: Kept) -> Kept {
    with_header(kept, "idempotency-replayed", "true")
}

/// Writes an answer to the wire.
pub(super) fn write(kept: Kept, context: &Context) -> Response {
    let mut response = Response::new(Body::from(kept.body.into_exposed()));
    *response.status_mut() =
        StatusCode::from_u16(kept.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let ids = [
        (CORRELATION.to_owned(), context.correlation.to_string()),
        (
            TRANSACTION.to_owned(),
            context.business_transaction.to_string(),
        ),
    ];
    for (name, value) in kept.headers.into_iter().chain(ids) {
        let name = HeaderName::try_from(name);
        let value = HeaderValue::try_from(value);
        if let (Ok(name), Ok(value)) = (name, value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
