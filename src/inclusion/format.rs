//! Formats as assertions: which lies within which, which exclude each other, and texts whose formats are settled.
//! Refuses to parse: of any other text it cannot tell.

use super::dialect::Dialect;

/// A format of the drafts.
struct Format {
    name: &'static str,
    /// The draft from which on it restricts.
    from: Dialect,
    within: &'static [&'static str],
}

const fn format(name: &'static str, from: Dialect, within: &'static [&'static str]) -> Format {
    Format { name, from, within }
}

/// Every format that restricts, from the draft on from which the first validator asserts it.
///
/// Source: section 7.3 of the validation specifications; the subset table of the compatibility specification
const FORMATS: &[Format] = &[
    format("date", Dialect::Draft4, &[]),
    format("date-time", Dialect::Draft4, &[]),
    format("duration", Dialect::Draft2019, &[]),
    format("email", Dialect::Draft4, &["idn-email"]),
    format("hostname", Dialect::Draft4, &["idn-hostname"]),
    format("idn-email", Dialect::Draft7, &[]),
    format("idn-hostname", Dialect::Draft7, &[]),
    format("ipv4", Dialect::Draft4, &[]),
    format("ipv6", Dialect::Draft4, &[]),
    format("iri", Dialect::Draft7, &["iri-reference"]),
    format("iri-reference", Dialect::Draft7, &[]),
    format("json-pointer", Dialect::Draft6, &[]),
    format("regex", Dialect::Draft4, &[]),
    format("relative-json-pointer", Dialect::Draft7, &[]),
    format("time", Dialect::Draft4, &[]),
    format(
        "uri",
        Dialect::Draft4,
        &["uri-reference", "iri", "iri-reference"],
    ),
    format("uri-reference", Dialect::Draft6, &["iri-reference"]),
    format("uri-template", Dialect::Draft6, &[]),
    format("uuid", Dialect::Draft2019, &[]),
];

/// No text is in two of these.
///
/// Source: the subset table of the compatibility specification
const DISJOINT: &[&str] = &["ipv4", "ipv6", "date", "date-time", "uuid"];

/// Formats that the first validator does not assert: a text is only known to be in them.
const OPEN: &[&str] = &["idn-email", "idn-hostname"];

/// Texts with every format that they are in; the plain ones first.
///
/// Source: RFC 3339, RFC 3986, RFC 3987, RFC 4122, RFC 5321, RFC 6570, RFC 6901, RFC 1123
const TEXTS: &[(&str, &str)] = &[
    ("", "uri-reference uri-template json-pointer regex"),
    ("a", "hostname uri-reference uri-template regex"),
    ("b", "hostname uri-reference uri-template regex"),
    ("A", "hostname uri-reference uri-template regex"),
    ("aa", "hostname uri-reference uri-template regex"),
    (
        "0",
        "hostname uri-reference uri-template relative-json-pointer regex",
    ),
    (
        "1",
        "hostname uri-reference uri-template relative-json-pointer regex",
    ),
    ("00", "hostname uri-reference uri-template regex"),
    (" ", "regex"),
    ("\n", "regex"),
    ("-", "uri-reference uri-template regex"),
    ("/", "uri-reference uri-template json-pointer regex"),
    ("/a", "uri-reference uri-template json-pointer regex"),
    ("#", "uri-reference uri-template regex"),
    ("(", "uri-reference uri-template"),
    ("{a}", "uri-template"),
    ("a b", "regex"),
    ("\u{e4}", "idn-hostname iri-reference uri-template regex"),
    (
        "\u{e4}.example",
        "idn-hostname iri-reference uri-template regex",
    ),
    (
        "2020-01-01",
        "date hostname uri-reference uri-template regex",
    ),
    ("2020-13-01", "hostname uri-reference uri-template regex"),
    ("2020-01-01T00:00:00Z", "date-time uri-template regex"),
    ("2020-01-01T00:00:00", "uri-template regex"),
    ("00:00:00Z", "time uri-template regex"),
    ("25:00:00Z", "uri-template regex"),
    ("P1D", "duration hostname uri-reference uri-template regex"),
    ("P", "hostname uri-reference uri-template regex"),
    ("a@b.example", "email uri-reference uri-template regex"),
    (
        "\u{e4}@b.example",
        "idn-email iri-reference uri-template regex",
    ),
    ("b.example", "hostname uri-reference uri-template regex"),
    (
        "127.0.0.1",
        "hostname ipv4 uri-reference uri-template regex",
    ),
    ("256.0.0.1", "hostname uri-reference uri-template regex"),
    ("::1", "ipv6 uri-template regex"),
    (":::", "uri-template regex"),
    ("http://b.example", "uri uri-template regex"),
    ("urn:a:b", "uri uri-template regex"),
    ("http://b.example/\u{e4}", "iri uri-template regex"),
    ("http://[", "uri-template"),
    (
        "//b.example",
        "uri-reference uri-template json-pointer regex",
    ),
    (
        "0/a",
        "uri-reference uri-template relative-json-pointer regex",
    ),
    (
        "00000000-0000-4000-8000-000000000000",
        "hostname uri-reference uri-template regex uuid",
    ),
    (
        "00000000-0000-4000-8000-00000000000g",
        "hostname uri-reference uri-template regex",
    ),
];

fn named(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// Whether the format `name` restricts in `dialect`; any other name says nothing.
pub(super) fn restricts(dialect: Dialect, name: &str) -> bool {
    named(name).is_some_and(|format| format.from <= dialect)
}

/// Whether every text in `one` is in `other` too.
pub(super) fn is_within(one: &str, other: &str) -> bool {
    let narrower = |format: &Format| format.within.contains(&other);
    one == other || named(other).is_none() || named(one).is_some_and(narrower)
}

/// Whether no text is in both.
pub(super) fn are_disjoint(one: &str, other: &str) -> bool {
    one != other && DISJOINT.contains(&one) && DISJOINT.contains(&other)
}

/// Whether `text` is in the format `name`; `None` where that is not settled.
pub(super) fn judge(name: &str, text: &str) -> Option<bool> {
    if named(name).is_none() {
        return Some(true);
    }
    let (_, formats) = TEXTS.iter().find(|(known, _)| *known == text)?;
    let is_in = formats.split(' ').any(|format| is_within(format, name));
    (is_in || !OPEN.contains(&name)).then_some(is_in)
}

/// Texts that are in all of `wanted` and in none of `unwanted`, plain ones first.
pub(super) fn samples(wanted: &[&str], unwanted: &[&str]) -> Vec<&'static str> {
    let all = |text: &str, names: &[&str], wish: bool| {
        let mut names = names.iter();
        names.all(|name| judge(name, text) == Some(wish))
    };
    let texts = TEXTS.iter().map(|(text, _)| *text);
    texts
        .filter(|text| all(text, wanted, true) && all(text, unwanted, false))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::inclusion::{
        Answer, Budget, Code, Formats, Prover as _, Reading, Schema, Stop, Why, engine,
    };
    use serde_json::json;

    fn reading(dialect: Dialect) -> Reading {
        Reading {
            dialect: Some(dialect),
            formats: Formats::Assertion,
        }
    }

    fn read(dialect: Dialect, name: &str) -> Schema {
        let schema = json!({"format": name});
        Schema::read(&schema, reading(dialect), &Stop::default()).unwrap()
    }

    #[test]
    fn the_first_validator_agrees_with_every_settled_text() {
        for dialect in Dialect::ALL {
            for format in FORMATS {
                let schema = read(dialect, format.name);
                for (text, _) in TEXTS {
                    let wanted = judge(format.name, text).filter(|_| {
                        restricts(dialect, format.name) && !OPEN.contains(&format.name)
                    });
                    let accepted = schema.accepts(&json!(text));
                    let what = format!("{} {} {text:?}", dialect.word(), format.name);
                    assert_eq!(accepted, wanted.unwrap_or(true), "{what}");
                }
            }
        }
    }

    #[test]
    fn no_settled_text_contradicts_the_relations() {
        for one in FORMATS {
            assert!(!samples(&[one.name], &[]).is_empty(), "{}", one.name);
            for other in FORMATS {
                let lost = samples(&[one.name], &[other.name]);
                let both = samples(&[one.name, other.name], &[]);
                let within = is_within(one.name, other.name);
                assert!(!within || lost.is_empty(), "{} {lost:?}", one.name);
                let disjoint = are_disjoint(one.name, other.name);
                assert!(!disjoint || both.is_empty(), "{} {both:?}", one.name);
            }
        }
    }

    #[test]
    fn a_format_that_is_not_inside_another_shows_it() {
        for (one, other) in [
            ("uri-reference", "uri"),
            ("iri", "uri"),
            ("iri-reference", "iri"),
            ("iri-reference", "uri-reference"),
            ("hostname", "ipv4"),
            ("hostname", "email"),
            ("email", "hostname"),
            ("date-time", "date"),
            ("uuid", "ipv6"),
            ("uri-template", "regex"),
            ("regex", "json-pointer"),
        ] {
            let lost = samples(&[one], &[other]);
            assert!(!lost.is_empty() && !is_within(one, other), "{one} {other}");
        }
    }

    #[test]
    fn a_name_that_the_draft_does_not_know_says_nothing() {
        let unknown = read(Dialect::Draft7, "uuid");
        assert_eq!(unknown.flat().document, json!({}));
        assert_eq!(judge("house-rule", "x"), Some(true));
        let known = read(Dialect::Draft2019, "uuid");
        assert_eq!(known.flat().document, json!({"format": "uuid"}));
        assert_eq!(judge("uuid", "x"), None);
    }

    #[test]
    fn formats_that_restrict_are_told_apart_by_a_text() {
        let ask = |left: &str, right: &str| {
            let ready = |name: &str| {
                let schema = json!({"properties": {"a": {"format": name}}});
                Schema::read(&schema, reading(Dialect::Draft2020), &Stop::default()).unwrap()
            };
            engine().includes(&ready(left), &[ready(right)], &[], &Budget::default())
        };
        for (left, right) in [
            ("uri-reference", "uri"),
            ("date", "uuid"),
            ("house", "email"),
        ] {
            assert!(ask(left, right).is_breaking(), "{left} {right}");
        }
        assert!(ask("date", "house").is_compatible());
        let why = Why::at_pointer(Code::Format, "/properties/a/format");
        assert_eq!(ask("duration", "regex"), Answer::Unknown { why });
    }
}
