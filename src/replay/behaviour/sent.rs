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

/// Methods that are known.
///
/// Source: RFC 9110, section 9.3; RFC 5789
pub(super) const METHODS: &[&str] = &["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];

/// Why a request cannot be sent to the provider that is meant, and to no other.
#[must_use]
pub fn unsendable(request: &HttpRequest) -> Option<&'static str> {
    let is_method = |known: &&str| request.method.eq_ignore_ascii_case(known);
    let is_plain = |byte: u8| byte.is_ascii_graphic();
    let is_told = |value: &str| value.bytes().all(|byte| byte == b' ' || is_plain(byte));
    let sent = sendable(request).headers;
    let mut headers = sent.iter();
    if !METHODS.iter().any(is_method) {
        Some("its method is none of HTTP's")
    } else if !request.path.starts_with('/') || !request.path.bytes().all(is_plain) {
        // What follows the host must not become a part of it.
        Some("its address is no path")
    } else if headers.any(|(name, value)| !is_name(name) || !is_told(value)) {
        Some("one of its headers cannot be sent")
    } else {
        None
    }
}

/// Source: RFC 9110, section 5.6.2
fn is_name(name: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_token)
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
    fn what_would_go_elsewhere_or_break_the_call_is_not_sent() {
        let request = |method: &str, path: &str, header: &str| HttpRequest {
            method: method.to_owned(),
            path: path.to_owned(),
            headers: vec![(header.to_owned(), "a b".to_owned())],
            body: Vec::new(),
        };
        assert_eq!(unsendable(&request("get", "/a?b=c%20d", "Accept")), None);
        for odd in [
            request("BREW", "/a", "Accept"),
            request("GET", "@other.example/a", "Accept"),
            request("GET", ".other.example/a", "Accept"),
            request("GET", "", "Accept"),
            request("GET", "/a b", "Accept"),
            request("GET", "/a", "Ac cept"),
        ] {
            assert!(unsendable(&odd).is_some(), "{odd:?}");
        }
    }

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
