//! Recorded exchanges and what the same requests are answered now: every difference by its place, clustered by cause.
//! Refuses to know who is asked and how, and to tell anything that was said.

mod binding;
mod body;
mod header;
mod kind;
mod pairs;
mod renamed;
mod sent;
mod trial;
mod volatile;

pub use sent::{is_secret, unsendable};
pub use trial::{Trial, is_awaited};
pub use volatile::Patterns;

use crate::model::replayed::{Answers, Cluster, Clusters, Departure, Difference, Span, Specimen};
use crate::model::{HttpRequest, HttpResponse, Place, digest};
use binding::Bindings;
use body::Spot;
use chrono::{DateTime, Utc};
use kind::ABSENT;
use sent::METHODS;
use serde_json::Value;
use std::collections::BTreeSet;
use wire::json::{Document, Limits};

/// One exchange as it was recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Number in its file, counted from 1.
    pub number: u64,
    pub place: Place,
    pub partner: String,
    pub at: Option<DateTime<Utc>>,
    pub request: HttpRequest,
    pub answer: HttpResponse,
    pub access: Access,
    /// Whether states were named that make its members and jobs: the same ones each time.
    pub is_staged: bool,
    /// Why it cannot be sent again, or why no answer can be held against it.
    pub lost: Option<&'static str>,
}

/// With what right a recorded request is sent again: credentials themselves never are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// A state says which.
    Named,
    /// Without any, as it was recorded and refused.
    None,
    /// With our own, in the place of what was not recorded.
    Ours,
}

/// By what two answers are held against each other.
#[derive(Clone, Debug, Default)]
pub struct Manner {
    /// Places whose value is another one each time.
    pub volatile: Patterns,
    /// Places of lists whose order means nothing.
    pub unordered: Patterns,
    /// Names of headers, in lower case, whose value is another one each time.
    pub volatile_headers: BTreeSet<String>,
    /// Names of members that schemas declare: others are data, and are not told.
    pub declared: BTreeSet<String>,
    /// Segments of paths that are no data.
    pub words: BTreeSet<String>,
}

impl Manner {
    /// The path of an address, with `{id}` for what is no word of ours. Queries are left out.
    #[must_use]
    pub fn route(&self, address: &str) -> String {
        let after = address.split_once("://").map(|(_, rest)| rest);
        let path = after.map_or(address, |rest| {
            rest.find('/').and_then(|at| rest.get(at..)).unwrap_or("/")
        });
        let path = path.split(['?', '#']).next().unwrap_or_default();
        let segment = |segment: &str| match segment.is_empty() || self.words.contains(segment) {
            true => segment.to_owned(),
            false => "{id}".to_owned(),
        };
        path.split('/').map(segment).collect::<Vec<_>>().join("/")
    }

    /// Method and route of a request; a method that is none of HTTP's is data too.
    fn operation(&self, request: &HttpRequest) -> String {
        let known = METHODS
            .iter()
            .find(|known| request.method.eq_ignore_ascii_case(known));
        format!("{} {}", known.unwrap_or(&"?"), self.route(&request.path))
    }

    /// Adds the exchange to the cluster of everything in which `answer` departs from what was recorded, and hands
    /// back whether it does. `bindings` say what stands for the ids of then.
    fn compare(
        &self,
        recorded: &Recorded,
        answer: &HttpResponse,
        bindings: &Bindings,
        clusters: &mut Clusters<Difference, Answers>,
    ) -> bool {
        let spots = self.spots(recorded, answer, bindings);
        let operation = self.operation(&recorded.request);
        let body = &recorded.answer.body;
        let smallest = Specimen {
            bytes: recorded.request.body.len() + body.len(),
            place: recorded.place.clone(),
            recorded: Answers {
                exchange: recorded.number,
                was: recorded.answer.status,
                now: answer.status,
                given: digest(&self.still(&answer.body, is_lines(answer))),
            },
            digest: digest(body),
        };
        let is_changed = !spots.is_empty();
        for spot in spots {
            clusters.add(Cluster {
                cause: Difference {
                    partner: recorded.partner.clone(),
                    operation: operation.clone(),
                    departure: spot.departure,
                    at: spot.at,
                    was: spot.was,
                    now: spot.now,
                },
                count: 1,
                first: recorded.place.clone(),
                recorded: recorded.at.map(|at| Span {
                    first: at,
                    last: at,
                }),
                smallest: smallest.clone(),
            });
        }
        is_changed
    }

    /// A body without what is another one each time.
    fn still(&self, bytes: &[u8], is_lines: bool) -> Vec<u8> {
        match Form::of(bytes, is_lines) {
            Form::None => Vec::new(),
            Form::Json(value) | Form::Lines(value) => body::still(self, &value).into_bytes(),
            Form::Other(text) => text.into_bytes(),
        }
    }

    /// Another status is told alone: whatever else differs follows from it.
    fn spots(&self, recorded: &Recorded, now: &HttpResponse, bindings: &Bindings) -> Vec<Spot> {
        let was = &recorded.answer;
        if was.status != now.status {
            return vec![Spot {
                departure: Departure::Status,
                at: "status".to_owned(),
                was: was.status.to_string(),
                now: now.status.to_string(),
            }];
        }
        let mut spots = header::differences(self, was, now);
        let forms = (
            Form::of(&was.body, is_lines(was)),
            Form::of(&now.body, is_lines(now)),
        );
        spots.extend(self.of_bodies(&forms.0, &forms.1));
        if let (Form::Json(old) | Form::Lines(old), Form::Json(new) | Form::Lines(new)) = &forms {
            let ids = renamed::Ids::of(self, &recorded.request, bindings);
            spots.extend(ids.misplaced(old, new));
        }
        spots
    }

    fn of_bodies(&self, one: &Form, other: &Form) -> Vec<Spot> {
        let spot = |departure, was: &Form, now: &Form| Spot {
            departure,
            at: String::new(),
            was: was.word().to_owned(),
            now: now.word().to_owned(),
        };
        match (one, other) {
            (Form::None, Form::None) => Vec::new(),
            (_, Form::None) => vec![spot(Departure::BodyMissing, one, other)],
            (Form::None, _) => vec![spot(Departure::BodyAdded, one, other)],
            (Form::Json(old), Form::Json(new)) | (Form::Lines(old), Form::Lines(new)) => {
                body::differences(self, old, new)
            }
            (Form::Other(old), Form::Other(new)) if old == new => Vec::new(),
            _ => vec![spot(Departure::BodyChanged, one, other)],
        }
    }
}

/// What a body is.
enum Form {
    None,
    Json(Value),
    /// One document a line, as a list.
    Lines(Value),
    /// A text without its UUIDs and digests.
    Other(String),
}

/// Whether an answer says that it is one document a line.
fn is_lines(answer: &HttpResponse) -> bool {
    let media = header::value(&answer.headers, "content-type").unwrap_or_default();
    media.to_ascii_lowercase().contains("ndjson")
}

impl Form {
    /// One document is a list of one where the answer says that it is of lines.
    fn of(bytes: &[u8], is_lines: bool) -> Self {
        if bytes.trim_ascii().is_empty() {
            return Self::None;
        }
        let document = |bytes: &[u8]| {
            let document = Document::parse(bytes, &Limits::PAYLOAD).ok()?;
            Some(document.into_value())
        };
        match document(bytes.trim_ascii()) {
            Some(value) if is_lines => return Self::Lines(vec![value].into()),
            Some(value) => return Self::Json(value),
            None => {}
        }
        let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        // All lines together hold no more values than one document may.
        let mut left = Limits::PAYLOAD.nodes;
        let within = |line: &[u8]| {
            let value = document(line)?;
            left = left.checked_sub(values(&value))?;
            Some(value)
        };
        let lines: Option<Vec<Value>> = lines.filter(|line| !line.is_empty()).map(within).collect();
        match lines {
            Some(lines) => Self::Lines(lines.into()),
            None => Self::Other(kind::settled(&String::from_utf8_lossy(bytes))),
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::None => ABSENT,
            Self::Json(_) => "JSON",
            Self::Lines(_) => "lines of JSON",
            Self::Other(_) => "no JSON",
        }
    }
}

/// How many values a value holds, itself among them.
fn values(value: &Value) -> usize {
    let mut open = vec![value];
    let mut count = 0;
    while let Some(value) = open.pop() {
        count += 1;
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(members) => open.extend(members.values()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    count
}

#[cfg(test)]
mod tests;
