//! Recorded lines that are fine, known by one pass over their bytes.
//! Refuses to find fault: whatever is not written plainly, or not surely fine, goes the whole way.

use crate::catalogue::EnvelopeOutcome;
use crate::model::Direction;
use serde::Deserialize;
use serde::de::IntoDeserializer as _;
use wire::json::{Limits, is_blank};

/// An envelope as recorders write it: plain texts first, the payload last.
#[derive(Debug, PartialEq, Eq)]
pub struct Plain<'a> {
    pub partner: &'a str,
    pub schema: &'a str,
    pub version: &'a str,
    pub payload: &'a [u8],
}

/// The names before the payload, each of which stands there once.
const NAMES: [&str; 8] = [
    "id",
    "recorded_at",
    "partner",
    "direction",
    "schema",
    "version",
    "outcome",
    "correlation_id",
];

/// What a payload may hold, so that the whole line keeps within the limits of a line.
#[must_use]
pub fn limits() -> Limits {
    let whole = Limits::default();
    Limits {
        depth: whole.depth - 1,
        // Nine members with their values, and the envelope itself.
        nodes: whole.nodes - 32,
        ..whole
    }
}

/// The envelope of an accepted payload, if the line is written plainly. Its payload is any text.
#[must_use]
pub fn plain(line: &[u8]) -> Option<Plain<'_>> {
    if line.len() > Limits::default().bytes {
        return None;
    }
    let mut rest = solid(line).strip_prefix(b"{")?;
    rest = trailed(rest).strip_suffix(b"}")?;
    let mut texts: [Option<&str>; NAMES.len()] = [None; NAMES.len()];
    loop {
        let (name, after) = text(rest)?;
        let value = solid(after).strip_prefix(b":")?;
        if name == "payload" {
            return envelope(&texts, value);
        }
        let (value, after) = text(value)?;
        let index = NAMES.iter().position(|known| *known == name)?;
        let place = texts.get_mut(index)?;
        if place.replace(value).is_some() {
            return None;
        }
        rest = solid(after).strip_prefix(b",")?;
    }
}

fn envelope<'a>(texts: &[Option<&'a str>; NAMES.len()], payload: &'a [u8]) -> Option<Plain<'a>> {
    let [
        _id,
        _recorded_at,
        partner,
        direction,
        schema,
        version,
        outcome,
        _correlation,
    ] = texts.map(|text| text.unwrap_or_default());
    let is_whole = texts.iter().all(Option::is_some);
    let is_directed = word::<Direction>(direction).is_some();
    let is_accepted = word::<EnvelopeOutcome>(outcome) == Some(EnvelopeOutcome::Accepted);
    (is_whole && is_directed && is_accepted).then_some(Plain {
        partner,
        schema,
        version,
        payload,
    })
}

/// The value that a word stands for.
fn word<'de, T: Deserialize<'de>>(text: &'de str) -> Option<T> {
    let text: serde::de::value::StrDeserializer<'_, serde::de::value::Error> =
        text.into_deserializer();
    T::deserialize(text).ok()
}

/// The text from its first byte that JSON does not take for white space.
fn solid(text: &[u8]) -> &[u8] {
    let blank = text.iter().take_while(|byte| is_blank(**byte)).count();
    text.get(blank..).unwrap_or_default()
}

/// The text up to its last byte that JSON does not take for white space.
fn trailed(text: &[u8]) -> &[u8] {
    let blank = text.iter().rev().take_while(|byte| is_blank(**byte));
    let end = text.len() - blank.count();
    text.get(..end).unwrap_or_default()
}

/// A text without escapes, and what follows it.
fn text(rest: &[u8]) -> Option<(&str, &[u8])> {
    let rest = solid(rest).strip_prefix(b"\"")?;
    let end = rest
        .iter()
        .position(|byte| *byte == b'"' || *byte == b'\\' || *byte < b' ')?;
    let (text, after) = rest.split_at_checked(end)?;
    let after = after.strip_prefix(b"\"")?;
    Some((std::str::from_utf8(text).ok()?, after))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const LINE: &str = r#"{"id":"a","recorded_at":"2026-08-01T00:00:00Z","partner":"north","direction":"request","schema":"s","version":"1.0.0","outcome":"accepted","correlation_id":"c","payload":{"x":1}}"#;

    #[test]
    fn a_plain_line_is_read_and_its_payload_is_cut_out() {
        let spaced = LINE.replace(':', " : ").replace(",\"", " ,\t\"");
        let spaced = spaced.replace("2026-08-01T00 : 00 : 00Z", "2026-08-01T00:00:00Z");
        for line in [LINE, &spaced, &format!(" {LINE}\r")] {
            let plain = plain(line.as_bytes()).unwrap();
            assert_eq!(
                (plain.partner, plain.schema, plain.version),
                ("north", "s", "1.0.0")
            );
            let payload: serde_json::Value = serde_json::from_slice(plain.payload).unwrap();
            assert_eq!(payload, serde_json::json!({"x": 1}));
        }
    }

    #[test]
    fn a_line_that_is_written_otherwise_goes_the_whole_way() {
        for line in [
            LINE.replace("accepted", "rejected"),
            LINE.replace("request", "sideways"),
            LINE.replace("\"id\":\"a\",", ""),
            LINE.replace("\"id\"", "\"partner\""),
            LINE.replace("\"id\"", "\"other\""),
            LINE.replace("\"a\"", "1"),
            LINE.replace("\"a\"", "\"\\u0061\""),
            LINE.replace("\"a\"", "\"\t\""),
            LINE.replace("{\"x\":1}}", "{\"x\":1},\"more\":1}"),
            LINE.replace(",\"payload\"", ",,\"payload\""),
            LINE.trim_end_matches('}').to_owned(),
            format!("\u{c}{LINE}"),
            format!("{LINE}\u{c}"),
            LINE.replace(",\"payload\"", ",\u{c}\"payload\""),
            LINE.replace("\"payload\":", "\"payload\"\u{c}:"),
            String::new(),
            "{}".to_owned(),
        ] {
            let is_cut = plain(line.as_bytes()).is_some_and(|plain| {
                serde_json::from_slice::<serde_json::Value>(plain.payload).is_ok()
            });
            assert!(!is_cut, "{line}");
        }
    }
}
