//! Cases of a rule: facts, and exactly what the rule must say of them.
//! Refuses cases that hold more facts than the rule reads, or that say nothing.

use super::denial::Denial;
use super::{neutral, path};
use crate::catalogue::Source;
use crate::model::Place;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use wire::json::{Document, Limits};

/// One case.
#[derive(Clone, Debug)]
pub struct Fixture {
    pub path: String,
    /// What the case is about.
    pub note: String,
    /// The completed document.
    pub input: Value,
    /// What the rule must say: all of it, and nothing else.
    pub findings: BTreeSet<Denial>,
    /// Paths of the facts that the file itself holds.
    pub holds: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FixtureFile {
    note: String,
    input: Map<String, Value>,
    #[serde(default)]
    findings: Vec<Value>,
}

impl Fixture {
    /// The case in `source`, its parameters laid over those of the rule.
    ///
    /// Errors: where and why the file is no case
    pub fn read(source: &Source, params: &Map<String, Value>) -> Result<Self, (Place, String)> {
        let wrong = |reason: String| (Place::start(&source.path), reason);
        let document = Document::parse(&source.bytes, &Limits::FILE)
            .map_err(|fault| (Place::at(&source.path, fault.position), fault.to_string()))?;
        let file: FixtureFile = serde_json::from_value(document.value().clone())
            .map_err(|error| wrong(error.to_string()))?;
        if file.note.trim().is_empty() {
            return Err(wrong("the note is empty".to_owned()));
        }
        let findings = file
            .findings
            .iter()
            .map(Denial::read)
            .collect::<Result<_, _>>()
            .map_err(wrong)?;
        let mut params = params.clone();
        if let Some(Value::Object(own)) = file.input.get("params") {
            params.extend(own.clone());
        }
        let input = neutral::complete(&file.input, params);
        if let Some(fault) = super::input::fault(&input) {
            return Err(wrong(format!("the completed input is not valid: {fault}")));
        }
        Ok(Self {
            path: source.path.clone(),
            note: file.note,
            input,
            findings,
            holds: path::leaves(&Value::Object(file.input)),
        })
    }

    /// Facts in the file that the rule does not read.
    pub fn idle<'a>(&'a self, reads: &'a [String]) -> impl Iterator<Item = &'a String> {
        self.holds.iter().filter(|held| {
            !reads
                .iter()
                .any(|read| path::within(held, read) || path::within(read, held))
        })
    }
}
