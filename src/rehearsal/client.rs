//! One HTTP call, as sent and as answered.

use crate::model::{HttpRequest, HttpResponse};
use std::net::SocketAddr;

/// Sends `request` to `address`, with `extra` headers that the request itself does not show.
pub(super) async fn send(
    http: &reqwest::Client,
    address: SocketAddr,
    request: &HttpRequest,
    extra: &[(String, String)],
) -> Result<HttpResponse, reqwest::Error> {
    let url = format!("http://{address}{}", request.path);
    let verb = request.method.parse().unwrap_or(reqwest::Method::POST);
    let mut call = http.request(verb, url).body(request.body.clone());
    for (name, value) in request.headers.iter().chain(extra) {
        call = call.header(name.as_str(), value.as_str());
    }
    let answer = call.send().await?;
    let status = answer.status().as_u16();
    let headers = answer
        .headers()
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            (name.as_str().to_owned(), value.into_owned())
        })
        .collect();
    Ok(HttpResponse {
        status,
        headers,
        body: answer.bytes().await?.to_vec(),
    })
}
