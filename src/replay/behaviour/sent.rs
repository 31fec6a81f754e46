//! What of a recorded request is sent again.
//! Refuses to send what lets somebody in, and what belongs to the connection of then.

use crate::model::HttpRequest;

/// Headers that a client writes for each call, or that change how an answer travels.
///
/// Source: RFC 9110, sections 7.6.1, 7.2, 8.6 and 12.5.3; RFC 9112
const OF_THE_CALL: &[&str] = &[
    "accept-encoding",
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "via",
];

/// Parts of names by which headers that let somebody in are known.
const SECRET: &[&str] = &[
    "auth",
    "cert",
    "cookie",
    "credential",
    "dpop",
    "jwt",
    "key",
    "password",
    "secret",
    "session",
    "signature",
    "token",
];

/// Whether a header may let somebody in.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name != "idempotency-key" && SECRET.iter().any(|part| name.contains(part))
}

/// The request as far as it may be sent again.
pub(super) fn sendable(recorded: &HttpRequest) -> HttpRequest {
    let is_sent = |name: &str| {
        let is_of_the_call = OF_THE_CALL
            .iter()
            .any(|known| name.eq_ignore_ascii_case(known));
        !is_of_the_call && !name.starts_with(':') && !is_secret(name)
    };
    let headers = recorded.headers.iter().filter(|(name, _)| is_sent(name));
    HttpRequest {
        headers: headers.cloned().collect(),
        ..recorded.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_lets_somebody_in_is_sent() {
        let names = [
            "Authorization",
            "Cookie",
            "X-Api-Key",
            "X-Amz-Security-Token",
            "X-Forwarded-Client-Cert",
            "Host",
            ":authority",
            "Accept-Encoding",
            "Accept",
            "Content-Type",
            "Idempotency-Key",
            "Prefer",
        ];
        let sent = sendable(&HttpRequest {
            method: "GET".to_owned(),
            path: "/".to_owned(),
            headers: names.map(|name| (name.to_owned(), String::new())).into(),
            body: Vec::new(),
        });
        let sent: Vec<&str> = sent.headers.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            sent,
            ["Accept", "Content-Type", "Idempotency-Key", "Prefer"]
        );
    }
}
