//! Where requests go and what travels around bodies: paths, queries and headers without anybody's data.
//! Refuses every segment, name and value that is no word of the catalogue or of a published standard.

use super::guard::Guard;
use super::synthetic::Shape;
use super::traffic::{Cargo, Taken};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use wire::outcome::Code;

/// Source: RFC 9110, section 9; RFC 5789
const METHODS: [&str; 8] = [
    "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE",
];

/// Source: FHIR R4, search parameters for all resources and of results; Bulk Data Access 2.0
const QUERY: [&str; 24] = [
    "_contained",
    "_containedType",
    "_content",
    "_count",
    "_elements",
    "_format",
    "_has",
    "_id",
    "_include",
    "_lastUpdated",
    "_list",
    "_outputFormat",
    "_pretty",
    "_profile",
    "_revinclude",
    "_security",
    "_since",
    "_sort",
    "_summary",
    "_tag",
    "_text",
    "_total",
    "_type",
    "_typeFilter",
];

/// Source: the media types that the catalogue's guides name
const MEDIA: [&str; 7] = [
    "application/fhir+json",
    "application/json",
    "application/problem+json",
    "application/fhir+ndjson",
    "application/ndjson",
    "application/x-www-form-urlencoded",
    "text/plain",
];

/// What exchanges of one group share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route {
    pub method: String,
    /// Segments of the path; nothing where one is data.
    pub path: Vec<Option<String>>,
    /// Names of the query that are words of a standard.
    pub query: BTreeSet<String>,
    /// Whether the query has other names too.
    pub foreign_query: bool,
    pub status: u16,
    /// What a refusal says that it means.
    pub codes: BTreeSet<Code>,
}

impl Route {
    /// The route of an exchange; `words` are segments that the catalogue knows.
    ///
    /// Errors: the method is none of the published ones
    pub fn of(taken: &Taken, words: &BTreeSet<String>) -> Result<Self, &'static str> {
        let method = taken.method.to_ascii_uppercase();
        if !METHODS.contains(&method.as_str()) {
            return Err("the method is none of HTTP");
        }
        let is_word = |segment: &&String| segment.is_empty() || words.contains(*segment);
        let named = taken.query.iter().map(|(name, _)| name.clone());
        let (known, foreign): (Vec<String>, Vec<String>) =
            named.partition(|name| QUERY.contains(&name.as_str()));
        Ok(Self {
            method,
            path: taken
                .path
                .iter()
                .map(|segment| Some(segment).filter(is_word).cloned())
                .collect(),
            query: known.into_iter().collect(),
            foreign_query: !foreign.is_empty(),
            status: taken.status,
            codes: match taken.status {
                ..400 => BTreeSet::new(),
                _ => codes(&taken.response.body).into_iter().collect(),
            },
        })
    }

    /// The path for a person: `/Patient/{}`.
    #[must_use]
    pub fn shown(&self) -> String {
        let segments = self.path.iter();
        segments
            .map(|segment| format!("/{}", segment.as_deref().unwrap_or("{}")))
            .collect()
    }

    /// What the answer is: its status, and its meaning where it tells one.
    #[must_use]
    pub fn answer(&self) -> String {
        let codes: Vec<String> = self.codes.iter().map(|code| format!(" {code}")).collect();
        format!("{}{}", self.status, codes.concat())
    }

    /// An example of the path, and the rule that the other ones meet.
    #[must_use]
    pub fn drafted(&self, guard: &Guard) -> (String, Option<Value>) {
        let made = Shape::Text.example(guard).unwrap_or_else(|| "-".to_owned());
        let example = self.path.iter();
        let example = example.map(|segment| format!("/{}", segment.as_deref().unwrap_or(&made)));
        if self.path.iter().all(Option::is_some) {
            return (example.collect(), None);
        }
        let regex: String = self
            .path
            .iter()
            .map(|segment| match segment {
                Some(word) => format!("/{}", regex::escape(word)),
                None => "/[^/]+".to_owned(),
            })
            .collect();
        let list = json!({ "matchers": [{ "match": "regex", "regex": regex }] });
        (example.collect(), Some(list))
    }
}

/// Names of a part to examples, and their rules.
#[derive(Debug, Default)]
pub struct Around {
    pub examples: Map<String, Value>,
    pub rules: Map<String, Value>,
    /// How many names were left out or replaced.
    pub foreign: usize,
}

impl Around {
    fn put(&mut self, name: &str, shape: &Shape, guard: &Guard) {
        let Some(example) = shape.example(guard) else {
            self.foreign += 1;
            return;
        };
        self.examples.insert(name.to_owned(), json!([example]));
        let list = json!({ "matchers": [shape.matcher()] });
        self.rules.insert(name.to_owned(), list);
    }

    fn fix(&mut self, name: &str, value: &str) {
        self.examples.insert(name.to_owned(), json!([value]));
    }
}

/// The query of a group.
#[must_use]
pub fn query(group: &[&Taken], guard: &Guard) -> Around {
    let mut around = Around::default();
    let mut values: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut foreign = BTreeSet::new();
    for (name, value) in group.iter().flat_map(|taken| &taken.query) {
        let known = QUERY.iter().find(|known| *known == name);
        if known.is_none() {
            foreign.insert(name);
        }
        values
            .entry(known.copied().unwrap_or(super::body::UNKNOWN))
            .or_default()
            .push(value);
    }
    for (name, values) in &values {
        around.put(name, &Shape::common(values.iter().copied()), guard);
    }
    around.foreign = foreign.len();
    around
}

/// The headers of one side of a group: those of a short list, and of their values only published words.
#[must_use]
pub fn headers(sides: &[&[(String, String)]], guard: &Guard) -> Around {
    let mut around = Around::default();
    let mut left_out = BTreeSet::new();
    let mut values: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (name, value) in sides.iter().flat_map(|side| side.iter()) {
        values
            .entry(name.to_ascii_lowercase())
            .or_default()
            .push(value);
    }
    for (name, values) in &values {
        let always = values.len() >= sides.len();
        let shape = || Shape::common(values.iter().copied());
        match name.as_str() {
            "content-type" | "accept" => match media(values) {
                Some(media) if always => around.fix(&titled(name), media),
                _ => {
                    left_out.insert(name);
                }
            },
            "prefer" if always && values.iter().all(|value| *value == "respond-async") => {
                around.fix("Prefer", "respond-async");
            }
            "idempotency-key" | "content-location" | "location" if always => {
                around.put(&titled(name), &shape(), guard);
            }
            "retry-after" if always => retry_after(&mut around, guard),
            _ => {
                left_out.insert(name);
            }
        }
    }
    around.foreign += left_out.len();
    around
}

fn retry_after(around: &mut Around, guard: &Guard) {
    if let Some(seconds) = guard.first(1_u32..) {
        around.fix("Retry-After", &seconds.to_string());
        let list = json!({ "matchers": [{ "match": "integer" }] });
        around.rules.insert("Retry-After".to_owned(), list);
    }
}

/// The media type that all values name, without its parameters, when it is a published one.
fn media(values: &[&str]) -> Option<&'static str> {
    let essence = |value: &str| {
        value
            .split(';')
            .next()
            .unwrap_or("")
            .trim()
            .to_ascii_lowercase()
    };
    let first = essence(values.first()?);
    let same = values.iter().all(|value| essence(value) == first);
    MEDIA.into_iter().find(|known| same && *known == first)
}

/// `content-type` as people write it.
fn titled(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    name.split('-').map(word).collect::<Vec<_>>().join("-")
}

/// Codes of the outcome table that an answer names.
fn codes(body: &Cargo) -> Vec<Code> {
    let Cargo::Json(value) = body else {
        return Vec::new();
    };
    let issues = value.get("issue").and_then(Value::as_array);
    let codings = issues
        .into_iter()
        .flatten()
        .filter_map(|issue| issue.pointer("/details/coding")?.as_array())
        .flatten();
    codings
        .filter_map(|coding| coding.get("code")?.as_str()?.parse().ok())
        .collect()
}
