//! One line of a batch: an expectation and what was seen as JSON in, the verdict as JSON out.
//! Refuses to fail, to remember anything between two lines, and to tell a value.

mod told;

use super::interaction::Edition;
use super::matching::{Judged, Payload, Seal, Target, View};
use super::read::{SeenBody, read_event, read_request, read_response, read_seen, unreadable};
use super::terms::Terms;
use crate::model::{Finding, Place};
use serde_json::Value;
use wire::json::{Document, Limits, Position};

/// Most levels of a line: those of a body, and the question around it.
const LINE: Limits = Limits {
    depth: 134,
    ..Limits::FILE
};

const EDITIONS: [(&str, Edition); 5] = [
    ("1", Edition::V1),
    ("1.1", Edition::V1_1),
    ("2", Edition::V2),
    ("3", Edition::V3),
    ("4", Edition::V4),
];

/// The answer to one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// One JSON object, without a line end.
    pub text: String,
    /// Whether there is a verdict, rather than an error.
    pub is_verdict: bool,
}

impl Answered {
    /// The answer to a line that is too long to be held.
    #[must_use]
    pub fn too_long() -> Self {
        told::error(&Value::Null, "contract/not-json", Position::START)
    }
}

/// Why a line has no verdict: the id of a finding, and where in the line.
type Refused = (String, Position);

/// Answers one line: does what was seen fit what is expected?
///
/// Source: contract specification, section 12
#[must_use]
pub fn answer(line: &[u8], seal: &Seal) -> Answered {
    let document = match Document::parse(line, &LINE) {
        Ok(document) => document,
        Err(fault) => {
            let id = unreadable("", fault).rule;
            return told::error(&told::number_of(line), &id, fault.position);
        }
    };
    let number = document.value().get("n").unwrap_or(&Value::Null);
    match judged(&document, seal) {
        Ok(judged) => told::verdict(number, &judged, &document),
        Err((id, position)) => told::error(number, &id, position),
    }
}

fn judged(document: &Document, seal: &Seal) -> Result<Judged, Refused> {
    let kind = word(document, "kind", &KINDS, WRONG_TYPE)?;
    let edition = word(document, "spec", &EDITIONS, "contract/version-unsupported")?;
    let seen = read_seen(document, "/actual", edition).map_err(first)?;
    let view = View {
        terms: &Terms::default(),
        pointer: "/expected",
        seal: Some(seal),
    };
    let body = payload(&seen.body);
    Ok(match kind {
        Kind::Request => {
            let expected = read_request(document, "/expected", edition).map_err(first)?;
            let target = Target {
                method: &seen.method,
                path: &seen.path,
                query: seen.query.clone(),
            };
            view.request(&expected, &target, &seen.headers, body)
        }
        Kind::Response => {
            let expected = read_response(document, "/expected", edition).map_err(first)?;
            view.response(&expected, &seen.status.to_string(), &seen.headers, body)
        }
        Kind::Message => {
            let expected = read_event(document, "/expected", edition).map_err(first)?;
            let mut headers = seen.headers.iter();
            let media = headers.find(|(name, _)| name == "content-type");
            let media = media.map(|(_, value)| value.as_str());
            view.event(&expected, seen.metadata.as_ref(), media, body)
        }
    })
}

const WRONG_TYPE: &str = "contract/wrong-type";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Request,
    Response,
    Message,
}

const KINDS: [(&str, Kind); 3] = [
    ("request", Kind::Request),
    ("response", Kind::Response),
    ("message", Kind::Message),
];

/// One of a closed list of words; `id` is what another word is called.
fn word<T: Copy>(
    document: &Document,
    key: &str,
    words: &[(&str, T)],
    id: &str,
) -> Result<T, Refused> {
    let pointer = format!("/{key}");
    let refused = |id: &str| (id.to_owned(), document.nearest(&pointer));
    let value = document.value().get(key).and_then(Value::as_str);
    let text = value.ok_or_else(|| refused(WRONG_TYPE))?;
    let found = words.iter().find(|(word, _)| *word == text);
    found.map(|(_, value)| *value).ok_or_else(|| refused(id))
}

fn payload(body: &SeenBody) -> Payload<'_> {
    match body {
        SeenBody::Absent => Payload::Absent,
        SeenBody::Json(json) => Payload::Json(json),
        SeenBody::Encoded => Payload::Encoded,
    }
}

/// The first rejection, in the order of the line.
fn first(findings: Vec<Finding>) -> Refused {
    let first = findings.into_iter().next();
    first.map_or_else(
        || (WRONG_TYPE.to_owned(), Position::START),
        |finding| {
            let Place { line, column, .. } = finding.place;
            (finding.rule, Position { line, column })
        },
    )
}

#[cfg(test)]
mod tests;
