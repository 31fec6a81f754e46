//! Bodies by the language that they are written in: JSON, text, forms; the rest is told to be out of reach.
//! Refuses to know what travels around a body.

use super::super::interaction::{Body, Content, Edition, Json, Query};
use super::super::language::Language;
use super::super::matcher::Matcher;
use super::super::path::Key;
use super::super::rule::{Part, RuleSet};
use super::super::terms::Optional;
use super::mismatch::Mismatch;
use super::scalar::Habitat;
use super::seal::Seal;
use super::walk::{Extra, Origin, Pair, Trail, Walk};
use super::{Judge, Judged, Payload, extra, http};
use serde_json::Value;
use std::borrow::Cow;
use wire::json::{Document, Limits};

/// What stands in the answer of a batch where nothing could be said.
const LANGUAGE: &str = "the body is in a language that is not judged";
const ENCODING: &str = "the body is in an encoding that is not judged";
const MAGIC: &str = "the first bytes of a body are not judged";

/// Every difference between one JSON value and an example under rules, in document order.
pub fn json(
    expected: &Json,
    rules: &RuleSet,
    optional: &[&Optional],
    extra: Extra,
    seal: Option<&Seal>,
    actual: &Json,
) -> Vec<Mismatch> {
    let mut walk = Walk {
        part: Part::Body,
        rules,
        extra,
        optional,
        habitat: Habitat::Json,
        example: Origin::Json(expected),
        actual: Origin::Json(actual),
        seal,
        prefix: Vec::new(),
        keys: Vec::new(),
        trail: Trail::default(),
        found: Vec::new(),
    };
    walk.value(Pair {
        example: expected.value(),
        actual: actual.value(),
    });
    walk.found
}

impl Payload<'_> {
    fn is_absent(self) -> bool {
        match self {
            Self::Absent => true,
            Self::Bytes(bytes) => bytes.trim_ascii().is_empty(),
            Self::Json(json) => matches!(json.value(), Value::String(text) if text.is_empty()),
            Self::Encoded => false,
        }
    }

    fn is_null(self) -> bool {
        match self {
            Self::Bytes(bytes) => bytes.trim_ascii() == b"null",
            Self::Json(json) => json.value().is_null(),
            Self::Absent | Self::Encoded => false,
        }
    }

    /// As text; a string that was read already stands for its content.
    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Bytes(bytes) => String::from_utf8_lossy(bytes.trim_ascii()),
            Self::Json(json) => match json.value() {
                Value::String(text) => Cow::Borrowed(text),
                other => Cow::Owned(other.to_string()),
            },
            Self::Absent | Self::Encoded => Cow::Borrowed(""),
        }
    }
}

impl Judge<'_> {
    /// The body; `typed` says whether its media type was judged with the headers already, `given` is that of the
    /// actual one, and `member` is the name that bodies have here.
    pub fn content(
        &self,
        typed: bool,
        content: &Content,
        given: Option<&str>,
        payload: Payload<'_>,
        member: &str,
    ) -> Judged {
        let whole = |rule, expected, actual| {
            let mismatch = self.whole(rule, expected, actual, payload, member);
            Judged {
                mismatches: vec![mismatch],
                unsupported: None,
            }
        };
        match &content.body {
            Body::Absent => Judged::default(),
            Body::Empty if payload.is_absent() || payload.is_null() => Judged::default(),
            Body::Empty => whole("presence", "absent", "present"),
            _ if payload.is_absent() => whole("presence", "present", "absent"),
            _ if !typed && !self.media_agree(content.media.as_deref(), given) => {
                whole("media-type", "text", "text")
            }
            Body::Unsupported => unsupported(LANGUAGE),
            body => self.present(body, content.media.is_none(), given, payload, member),
        }
    }

    /// A body that both sides have, in the language of the expected one or else of the actual one.
    fn present(
        &self,
        expected: &Body,
        untyped: bool,
        given: Option<&str>,
        payload: Payload<'_>,
        member: &str,
    ) -> Judged {
        if matches!(payload, Payload::Encoded) {
            return unsupported(ENCODING);
        }
        let own = match (expected, given.filter(|_| untyped).map(Language::of)) {
            (_, None | Some(Language::Json)) => Cow::Borrowed(expected),
            (_, Some(Language::Other)) => return unsupported(LANGUAGE),
            (Body::Json(json), Some(language)) => match json.value() {
                Value::String(text) => Cow::Owned(spoken(language, text)),
                _ => Cow::Borrowed(expected),
            },
            (_, Some(Language::Text | Language::Form)) => Cow::Borrowed(expected),
        };
        let rules = self.rules.of(Part::Body);
        let mismatches = match own.as_ref() {
            Body::Json(example) => self.json(example, payload, member),
            Body::Text(example) => {
                let stand = self.stand(Part::Body);
                let text = payload.text();
                http::text(&stand, example, &text, rules)
                    .into_iter()
                    .collect()
            }
            Body::Form(example) => {
                let stand = self.stand(Part::Body);
                let actual = Query::of_text(&payload.text(), Edition::V4);
                http::query(&stand, &Query::ByKey(example.clone()), &actual, rules)
            }
            Body::Absent | Body::Empty | Body::Unsupported => Vec::new(),
        };
        let looks_inside = |rule: &super::super::rule::PathRule| {
            let mut matchers = rule.list.matchers.iter();
            matchers.any(|matcher| matches!(matcher, Matcher::ContentType))
        };
        Judged {
            mismatches,
            unsupported: rules.iter().any(looks_inside).then_some(MAGIC),
        }
    }

    fn json(&self, example: &Json, payload: Payload<'_>, member: &str) -> Vec<Mismatch> {
        let rules = self.rules.of(Part::Body);
        let compare = |actual: &Json| {
            json(
                example,
                rules,
                &self.optional,
                extra(self.side),
                self.seal,
                actual,
            )
        };
        match payload {
            Payload::Json(actual) => compare(actual),
            Payload::Bytes(bytes) => match Document::parse(bytes.trim_ascii(), &Limits::PAYLOAD) {
                Ok(document) => compare(&Json::whole(document)),
                Err(_) => {
                    vec![self.whole("json", "present", "text that is not JSON", payload, member)]
                }
            },
            Payload::Absent | Payload::Encoded => Vec::new(),
        }
    }

    /// Whether both media types agree where both are given; a rule on the header decides alone.
    fn media_agree(&self, expected: Option<&str>, actual: Option<&str>) -> bool {
        let (Some(expected), Some(actual)) = (expected, actual) else {
            return true;
        };
        let part = match self.rules.of(Part::Metadata).is_empty() {
            true => Part::Header,
            false => Part::Metadata,
        };
        let key = |name: &str| Key::Name(name.to_owned());
        let names = [key("content-type"), key("contentType")];
        let rules = self.rules.of(part);
        let force = names
            .iter()
            .find_map(|name| rules.in_force(std::slice::from_ref(name)));
        if let Some(force) = force {
            return http::broken(force, &Value::from(expected), &Value::from(actual)).is_none();
        }
        let essence = |media: &str| media.split(';').next().unwrap_or("").to_owned();
        http::media_fits(&essence(expected), &essence(actual))
    }

    fn whole(
        &self,
        rule: &'static str,
        expected: &'static str,
        actual: &'static str,
        payload: Payload<'_>,
        member: &str,
    ) -> Mismatch {
        let mark = |seal: &Seal| match payload {
            Payload::Json(json) => Some(seal.mark(json.value())),
            Payload::Bytes(_) if !payload.is_absent() => Some(seal.mark_text(&payload.text())),
            Payload::Absent | Payload::Bytes(_) | Payload::Encoded => None,
        };
        Mismatch {
            part: Part::Body,
            pointer: String::new(),
            rule,
            expected,
            actual,
            mark: self.seal.and_then(mark),
            at: format!("{}/{member}", self.pointer),
            rule_at: None,
        }
    }
}

/// A text that stands in a file without a media type, in the language of what was seen.
fn spoken(language: Language, text: &str) -> Body {
    match (language, Query::of_text(text, Edition::V4)) {
        (Language::Form, Query::ByKey(keys)) => Body::Form(keys),
        _ => Body::Text(text.to_owned()),
    }
}

fn unsupported(why: &'static str) -> Judged {
    Judged {
        mismatches: Vec::new(),
        unsupported: Some(why),
    }
}
