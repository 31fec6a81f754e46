//! Recorded exchanges and what the same requests are answered now: every difference by its place, clustered by cause.
//! Refuses to know who is asked and how, and to tell anything that was said.

mod binding;
mod body;
mod header;
mod kind;
mod sent;
mod trial;
mod volatile;

pub use sent::{is_secret, unsendable};
pub use trial::{Trial, is_awaited};
pub use volatile::{Patterns, VOLATILE};

use crate::model::replayed::{Answers, Cluster, Clusters, Departure, Difference, Span, Specimen};
use crate::model::{HttpRequest, HttpResponse, Place, digest};
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
    /// back whether it does.
    pub fn compare(
        &self,
        recorded: &Recorded,
        answer: &HttpResponse,
        clusters: &mut Clusters<Difference, Answers>,
    ) -> bool {
        let spots = self.spots(&recorded.answer, answer);
        let operation = self.operation(&recorded.request);
        let body = &recorded.answer.body;
        let smallest = Specimen {
            bytes: recorded.request.body.len() + body.len(),
            place: recorded.place.clone(),
            recorded: Answers {
                exchange: recorded.number,
                was: recorded.answer.status,
                now: answer.status,
                given: digest(&self.still(&answer.body)),
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
    fn still(&self, bytes: &[u8]) -> Vec<u8> {
        match Form::of(bytes) {
            Form::None => Vec::new(),
            Form::Json(value) | Form::Lines(value) => body::still(self, &value).into_bytes(),
            Form::Other => bytes.to_vec(),
        }
    }

    /// Another status is told alone: whatever else differs follows from it.
    fn spots(&self, was: &HttpResponse, now: &HttpResponse) -> Vec<Spot> {
        if was.status != now.status {
            return vec![Spot {
                departure: Departure::Status,
                at: "status".to_owned(),
                was: was.status.to_string(),
                now: now.status.to_string(),
            }];
        }
        let mut spots = header::differences(self, was, now);
        spots.extend(self.of_bodies(&was.body, &now.body));
        spots
    }

    fn of_bodies(&self, was: &[u8], now: &[u8]) -> Vec<Spot> {
        let spot = |departure, was: &Form, now: &Form| Spot {
            departure,
            at: String::new(),
            was: was.word().to_owned(),
            now: now.word().to_owned(),
        };
        let (one, other) = (Form::of(was), Form::of(now));
        match (&one, &other) {
            (Form::None, Form::None) => Vec::new(),
            (_, Form::None) => vec![spot(Departure::BodyMissing, &one, &other)],
            (Form::None, _) => vec![spot(Departure::BodyAdded, &one, &other)],
            (Form::Json(old), Form::Json(new)) | (Form::Lines(old), Form::Lines(new)) => {
                body::differences(self, old, new)
            }
            (Form::Other, Form::Other) if was == now => Vec::new(),
            _ => vec![spot(Departure::BodyChanged, &one, &other)],
        }
    }
}

/// What a body is.
enum Form {
    None,
    Json(Value),
    /// One document a line, as a list.
    Lines(Value),
    Other,
}

impl Form {
    fn of(bytes: &[u8]) -> Self {
        if bytes.trim_ascii().is_empty() {
            return Self::None;
        }
        let document = |bytes: &[u8]| {
            let document = Document::parse(bytes, &Limits::PAYLOAD).ok()?;
            Some(document.into_value())
        };
        if let Some(value) = document(bytes.trim_ascii()) {
            return Self::Json(value);
        }
        let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        let lines: Option<Vec<Value>> = lines
            .filter(|line| !line.is_empty())
            .map(document)
            .collect();
        lines.map_or(Self::Other, |lines| Self::Lines(lines.into()))
    }

    fn word(&self) -> &'static str {
        match self {
            Self::None => ABSENT,
            Self::Json(_) => "JSON",
            Self::Lines(_) => "lines of JSON",
            Self::Other => "no JSON",
        }
    }
}

#[cfg(test)]
mod tests;
