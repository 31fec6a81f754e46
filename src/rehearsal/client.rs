//! One HTTP call, as sent and as answered.

use crate::model::{HttpRequest, HttpResponse};
use wire::json::Limits;

/// Longest body of an answer that is read.
///
/// Units:  bytes
/// Source: the limit of a payload, which is what an answer is judged as
const LONGEST: usize = Limits::PAYLOAD.bytes;

/// Sends `request` to the service at `base`, with `extra` headers that the request itself does not show.
///
/// Errors: what kept an answer from coming, by kind
pub(super) async fn send(
    http: &reqwest::Client,
    base: &str,
    request: &HttpRequest,
    extra: &[(String, String)],
) -> Result<HttpResponse, String> {
    let url = format!("{base}{}", request.path);
    let verb = request.method.parse::<reqwest::Method>();
    let verb = verb.map_err(|_| "the method is none".to_owned())?;
    let mut call = http.request(verb, url).body(request.body.clone());
    for (name, value) in request.headers.iter().chain(extra) {
        call = call.header(name.as_str(), value.as_str());
    }
    let mut answer = call.send().await.map_err(failure)?;
    let status = answer.status().as_u16();
    let headers = answer
        .headers()
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.as_str().to_owned(), value.into_owned())
        })
        .collect();
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(failure)? {
        if body.len() + chunk.len() > LONGEST {
            return Err(format!("the answer is longer than {} MiB", LONGEST >> 20));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(HttpResponse {
        status,
        headers,
        body,
    })
}

/// How a call failed, by kind; the error's own text may hold an address.
fn failure(error: reqwest::Error) -> String {
    let kind = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the answer broke off"
    };
    kind.to_owned()
}
