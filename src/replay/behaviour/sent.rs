//! What of a recorded request is sent again.
//! Refuses to send what lets somebody in, and what belongs to the connection of then.

use super::header::lines;
use crate::model::HttpRequest;

/// Headers that say what is asked for and in which form; no other is sent, whatever it was called.
///
/// Source: RFC 9110, sections 8, 12 and 13; RFC 7240; FHIR R4, RESTful API; W3C Trace Context; PDex member match; the
/// ids that the reference service reads
const SENT: &[&str] = &[
    "accept",
    "accept-charset",
    "accept-language",
    "content-language",
    "content-location",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-modified-since",
    "if-none-exist",
    "if-none-match",
    "if-unmodified-since",
    "prefer",
    "traceparent",
    "tracestate",
    "x-business-transaction-id",
    "x-correlation-id",
    "x-pdex-spec-version",
    "x-request-id",
];
/// How names of headers begin that are ours.
const OURS: &str = "x-matchmark-";

/// Names of parameters and fields that let somebody in.
///
/// Source: RFC 6749, sections 2.3.1, 4.1.3 and 6; RFC 7521, section 4; RFC 6750, section 2.3
const SECRET_FIELDS: &[&str] = &[
    "access_token",
    "api_key",
    "apikey",
    "assertion",
    "client_assertion",
    "client_secret",
    "id_token",
    "password",
    "refresh_token",
    "sig",
    "signature",
    "token",
];

/// The same of a form alone: in a query it is a search parameter of FHIR.
const OF_FORMS: &str = "code";

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
    } else if is_packed(request) {
        Some("its body travelled in an encoding of its own")
    } else if lets_in(request) {
        Some("a parameter or field of it is named like what lets somebody in")
    } else {
        None
    }
}

/// Whether the body is not there as it travelled.
///
/// Source: RFC 9110, section 8.4
fn is_packed(request: &HttpRequest) -> bool {
    let is_plain = |value: &str| value.is_empty() || value.eq_ignore_ascii_case("identity");
    lines(&request.headers, "content-encoding").any(|value| !is_plain(value))
}

/// Whether the address or a form carries what lets somebody in.
fn lets_in(request: &HttpRequest) -> bool {
    const FORM: &str = "application/x-www-form-urlencoded";
    let (_, query) = request.path.split_once('?').unwrap_or_default();
    let is_form = |value: &str| value.to_ascii_lowercase().starts_with(FORM);
    has_secret(query, |_| false)
        || lines(&request.headers, "content-type").any(is_form)
            && has_secret(&String::from_utf8_lossy(&request.body), |name| {
                name.eq_ignore_ascii_case(OF_FORMS)
            })
}

/// Whether one of `name=value&name=value` has the name of a secret, or one that `more` knows.
fn has_secret(pairs: &str, more: impl Fn(&str) -> bool) -> bool {
    let mut names = pairs
        .split(['&', ';', '#'])
        .map(|pair| pair.split('=').next().unwrap_or_default());
    names.any(|name| {
        let name = decoded(name);
        let name = name.trim();
        let mut secrets = SECRET_FIELDS.iter();
        more(name) || secrets.any(|known| name.eq_ignore_ascii_case(known))
    })
}

/// Source: RFC 3986, section 2.1; in forms a plus stands for a blank
fn decoded(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        let mut ahead = bytes.clone();
        match (byte, digit(ahead.next()), digit(ahead.next())) {
            (b'%', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                bytes = ahead;
            }
            (b'+', _, _) => out.push(b' '),
            (other, _, _) => out.push(other),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn digit(byte: Option<u8>) -> Option<u8> {
    let digit = char::from(byte?).to_digit(16)?;
    u8::try_from(digit).ok()
}

/// Source: RFC 9110, section 5.6.2
fn is_name(name: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_token)
}

/// The request as far as it may be sent again.
pub(super) fn sendable(recorded: &HttpRequest) -> HttpRequest {
    let is_sent = |name: &str| {
        let name = name.to_ascii_lowercase();
        let is_known = SENT.contains(&name.as_str()) || name.starts_with(OURS);
        is_known && !is_secret(&name)
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
            request("GET", "/a", "X-Matchmark-Run no"),
            request("GET", "/a", "Content-Encoding"),
        ] {
            assert!(unsendable(&odd).is_some(), "{odd:?}");
        }
    }

    #[test]
    fn what_lets_somebody_in_by_address_or_form_is_not_sent() {
        let request = |path: &str, media: &str, body: &str| HttpRequest {
            method: "POST".to_owned(),
            path: path.to_owned(),
            headers: vec![("Content-Type".to_owned(), media.to_owned())],
            body: body.as_bytes().to_vec(),
        };
        let form = "application/x-www-form-urlencoded; charset=utf-8";
        for fine in [
            request("/a?_count=1&tokens=2", "text/plain", "token=canary"),
            request("/token", form, "grant_type=client_credentials&scope=a"),
            request("/a?x=token", form, "y=code"),
            request("/Observation?code=canary", form, "y=1"),
        ] {
            assert_eq!(unsendable(&fine), None, "{fine:?}");
        }
        for odd in [
            request("/a?Access_Token=canary", form, ""),
            request("/a?b=c&%61pi%5fkey=canary", "text/plain", ""),
            request("/a?sig", "text/plain", ""),
            request("/token", form, "a=b&client_assertion=canary"),
            request("/token", form, "a=b&code=canary"),
            request("/token", form, "+password+=canary"),
        ] {
            let why = unsendable(&odd);
            assert!(why.is_some_and(|why| !why.contains("canary")), "{odd:?}");
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
            "X-Forwarded-User",
            "X-Matchmark-Token",
            "X-Unknown",
            "Referer",
            "Forwarded",
            "Host",
            ":authority",
            "Accept-Encoding",
            "Content-MD5",
            "Digest",
            "Content-Digest",
            "Repr-Digest",
            "Accept",
            "Content-Type",
            "Idempotency-Key",
            "Prefer",
            "X-Matchmark-Run",
            "X-PDex-Spec-Version",
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
            [
                "Accept",
                "Content-Type",
                "Idempotency-Key",
                "Prefer",
                "X-Matchmark-Run",
                "X-PDex-Spec-Version",
            ]
        );
    }
}
