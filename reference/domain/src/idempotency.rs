//! One effect per key: what a repeated request is, and the key under which we ask partners.
//! Refuses to know where answers are kept.

use crate::Timestamp;
use crate::ids::{ExchangeId, PartnerId};
use crate::masked::Masked;
use crate::workflow::Work;
use serde_json::Value;
use sha2::{Digest, Sha256};
use wire::json::Document;

/// What makes two requests the same request.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub method: &'a str,
    pub path: &'a str,
    /// The headers that change the answer, lower-case name and value.
    pub headers: &'a [(&'a str, &'a str)],
    pub body: &'a Document,
}

/// The digest of a request: equal for the same JSON in another order or layout, not for a number written otherwise.
#[must_use]
pub fn fingerprint(asked: &Asked<'_>) -> String {
    let mut text = format!("{} {}\n", asked.method, asked.path);
    let mut headers = asked.headers.to_vec();
    headers.sort_unstable();
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\n"));
    }
    write_canonical(asked.body, asked.body.value(), "", &mut text);
    hex(&Sha256::digest(text.as_bytes()))
}

/// Whose key it is, and for what.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    pub client: &'a str,
    pub operation: &'static str,
    pub key: &'a str,
}

/// A request that wants to be the first under its key.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    pub scope: Scope<'a>,
    pub fingerprint: &'a str,
    pub expires_at: Timestamp,
    /// Until when the first request of its kind is waited for. One that is later has died with its process.
    pub held_until: Timestamp,
}

/// An answer to be given again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub status: u16,
    /// Lower-case name and value.
    pub headers: Vec<(String, String)>,
    pub body: Masked<Vec<u8>>,
}

/// What is known about a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known<A> {
    pub fingerprint: String,
    /// The kept answer, once there is one.
    pub answer: Option<A>,
    pub expires_at: Timestamp,
}

/// What a request with a key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup<A> {
    /// The first of its kind.
    New,
    /// A repetition: the kept answer is given again.
    Repeated(A),
    /// A repetition while the first is still at work.
    InFlight,
    /// Another request under a used key.
    Reused,
}

impl<A> Lookup<A> {
    /// Judges a request against what is known about its key. After the window a key is new again.
    #[must_use]
    pub fn of(known: Option<Known<A>>, fingerprint: &str, now: Timestamp) -> Self {
        match known {
            None => Self::New,
            Some(known) if known.expires_at <= now => Self::New,
            Some(known) if known.fingerprint != fingerprint => Self::Reused,
            Some(Known {
                answer: Some(answer),
                ..
            }) => Self::Repeated(answer),
            Some(Known { answer: None, .. }) => Self::InFlight,
        }
    }
}

/// The key under which a partner sees a call: the same over retries, crashes and replay.
#[must_use]
pub fn outbound_key(
    partner: &PartnerId,
    exchange: &ExchangeId,
    work: Work,
    generation: u32,
) -> String {
    let text = format!("{partner}\n{exchange}\n{work}\n{generation}");
    base32(&Sha256::digest(text.as_bytes()))
}

fn write_canonical(document: &Document, value: &Value, pointer: &str, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut keys: Vec<&String> = members.keys().collect();
            keys.sort_unstable();
            text.push('{');
            for key in keys {
                text.push_str(&Value::String(key.clone()).to_string());
                text.push(':');
                let below = format!("{pointer}/{}", wire::json::pointer_escape(key));
                if let Some(member) = members.get(key) {
                    write_canonical(document, member, &below, text);
                }
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                write_canonical(document, item, &format!("{pointer}/{index}"), text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Number(number) => match document.number_text(pointer) {
            Some(written) => text.push_str(written),
            None => text.push_str(&number.to_string()),
        },
        Value::Null | Value::Bool(_) | Value::String(_) => text.push_str(&value.to_string()),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Source: RFC 4648 section 6, without padding, lower case
fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut text = String::new();
    let (mut pending, mut bits) = (0u32, 0u32);
    for byte in bytes {
        pending = (pending << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(letter(LETTERS, pending >> bits));
        }
    }
    if bits > 0 {
        text.push(letter(LETTERS, pending << (5 - bits)));
    }
    text
}

fn letter(letters: &[u8; 32], five_bits: u32) -> char {
    let index = usize::try_from(five_bits & 31).unwrap_or_default();
    letters.get(index).copied().map_or('a', char::from)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use wire::json::Limits;

    fn print(path: &str, body: &str) -> String {
        let body = Document::parse(body.as_bytes(), &Limits::default()).unwrap();
        fingerprint(&Asked {
            method: "POST",
            path,
            headers: &[("x-pdex-spec-version", "2.2")],
            body: &body,
        })
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn known(answer: Option<u16>) -> Option<Known<u16>> {
        Some(Known {
            fingerprint: "f1".to_owned(),
            answer,
            expires_at: at("2026-10-08T00:00:00Z"),
        })
    }

    #[test]
    fn order_and_layout_do_not_matter_and_everything_else_does() {
        let one = print("/exchanges", r#"{"a":1,"b":[true,null]}"#);
        assert_eq!(
            one,
            print("/exchanges", "{ \"b\": [true, null],\n \"a\": 1 }")
        );
        for other in [
            r#"{"a":1,"b":[null,true]}"#,
            r#"{"a":"1","b":[true,null]}"#,
            "{}",
        ] {
            assert_ne!(one, print("/exchanges", other));
        }
        assert_ne!(one, print("/other", r#"{"a":1,"b":[true,null]}"#));
    }

    #[test]
    fn a_number_written_otherwise_is_another_request() {
        assert_ne!(print("/x", r#"{"a":1.0}"#), print("/x", r#"{"a":1.00}"#));
    }

    #[test]
    fn a_key_is_new_repeated_in_flight_or_reused() {
        let now = at("2026-10-02T00:00:00Z");
        assert_eq!(Lookup::<u16>::of(None, "f1", now), Lookup::New);
        assert_eq!(
            Lookup::of(known(Some(202)), "f1", now),
            Lookup::Repeated(202)
        );
        assert_eq!(Lookup::of(known(None), "f1", now), Lookup::InFlight);
        assert_eq!(Lookup::of(known(Some(202)), "f2", now), Lookup::Reused);
        let later = at("2026-10-08T00:00:00Z");
        assert_eq!(Lookup::of(known(Some(202)), "f2", later), Lookup::New);
    }

    #[test]
    fn the_outbound_key_depends_on_exactly_its_four_parts() {
        let key = |partner: &str, exchange: &str, step, generation| {
            outbound_key(
                &PartnerId::new(partner),
                &ExchangeId::new(exchange),
                step,
                generation,
            )
        };
        let one = key("northwind", "x1", Work::Submit, 0);
        assert_eq!(one, key("northwind", "x1", Work::Submit, 0));
        assert_eq!(one.len(), 52);
        for other in [
            key("contoso", "x1", Work::Submit, 0),
            key("northwind", "x2", Work::Submit, 0),
            key("northwind", "x1", Work::Monitor, 0),
            key("northwind", "x1", Work::Submit, 1),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn base32_agrees_with_the_published_vectors() {
        let cases = [
            ("f", "my"),
            ("fo", "mzxq"),
            ("foo", "mzxw6"),
            ("foobar", "mzxw6ytboi"),
        ];
        for (text, written) in cases {
            assert_eq!(base32(text.as_bytes()), written);
        }
    }
}
