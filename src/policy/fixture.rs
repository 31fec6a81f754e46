//! Cases of a rule: facts, and exactly what the rule must say of them.
//! Refuses cases that hold more facts than the rule reads, or that say nothing.

use super::denial::Denial;
use super::range::Range;
use super::{input, judge, neutral, path};
use crate::catalogue::{RuleFamily, Source};
use crate::model::Place;
use crate::payload::{Circumstances, Organisation, Parties, facts};
use chrono::{DateTime, FixedOffset, Offset, Utc};
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
    /// Of a payload rule: what the facts were computed from.
    pub payload: Option<Specimen>,
}

/// A synthetic payload in its circumstances.
#[derive(Clone, Debug, PartialEq)]
pub struct Specimen {
    pub payload: Value,
    pub circumstances: Circumstances,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FixtureFile {
    note: String,
    input: Map<String, Value>,
    #[serde(default)]
    findings: Vec<Value>,
}

/// A case of a payload rule: no facts, but what they are computed from.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PayloadFixtureFile {
    note: String,
    /// `id@version` that the payload is judged as.
    schema: String,
    #[serde(default)]
    as_of: Option<DateTime<Utc>>,
    /// Offset in which dates without one are read; UTC where it is left out.
    #[serde(default)]
    zone: Option<String>,
    /// Identifiers of the caller and of the payer that answers, each as `system|value`.
    #[serde(default)]
    caller: Option<String>,
    #[serde(default)]
    payer: Option<String>,
    payload: Value,
    #[serde(default)]
    findings: Vec<Value>,
}

impl Fixture {
    /// The case in `source`, its parameters laid over those of the rule.
    ///
    /// Errors: where and why the file is no case
    pub fn read(
        family: RuleFamily,
        source: &Source,
        params: &Map<String, Value>,
    ) -> Result<Self, (Place, String)> {
        let document = Document::parse(&source.bytes, &Limits::FILE)
            .map_err(|fault| (Place::at(&source.path, fault.position), fault.to_string()))?;
        let read = match family {
            RuleFamily::Policy => of_facts(document.value(), params),
            RuleFamily::Payload => of_payload(document.value(), params),
        };
        let wrong = |reason: String| (Place::start(&source.path), reason);
        let case = read.map_err(wrong)?;
        if case.note.trim().is_empty() {
            return Err(wrong("the note is empty".to_owned()));
        }
        Ok(Self {
            path: source.path.clone(),
            ..case
        })
    }

    /// Whether it is about something in these ranges; a case of facts is about everything.
    pub(super) fn is_within(&self, ranges: &[Range]) -> bool {
        let Some(specimen) = &self.payload else {
            return true;
        };
        let version = specimen.circumstances.schema.split_once('@');
        version.is_some_and(|(entry, version)| {
            let version = version.parse();
            version.is_ok_and(|version| ranges.iter().any(|range| range.holds(entry, &version)))
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

fn of_facts(document: &Value, params: &Map<String, Value>) -> Result<Fixture, String> {
    let file: FixtureFile =
        serde_json::from_value(document.clone()).map_err(|error| error.to_string())?;
    let mut params = params.clone();
    if let Some(Value::Object(own)) = file.input.get("params") {
        params.extend(own.clone());
    }
    let input = neutral::complete(&file.input, params);
    if let Some(fault) = input::fault(&input) {
        return Err(format!("the completed input is not valid: {fault}"));
    }
    Ok(Fixture {
        path: String::new(),
        note: file.note,
        input,
        findings: findings(&file.findings)?,
        holds: path::leaves(&Value::Object(file.input)),
        payload: None,
    })
}

fn of_payload(document: &Value, params: &Map<String, Value>) -> Result<Fixture, String> {
    let file: PayloadFixtureFile =
        serde_json::from_value(document.clone()).map_err(|error| error.to_string())?;
    let zone: Option<FixedOffset> = match &file.zone {
        Some(zone) => Some(
            zone.parse()
                .map_err(|_| "the zone is no offset from UTC".to_owned())?,
        ),
        None => None,
    };
    let circumstances = Circumstances {
        schema: file.schema,
        as_of: file.as_of,
        zone: zone.unwrap_or(Utc.fix()),
        parties: parties(file.caller.as_deref(), file.payer.as_deref())?,
    };
    let mut facts = facts(&file.payload, &circumstances);
    facts.params.clone_from(params);
    let input = facts.to_value();
    if let Some(fault) = judge::fault(&input) {
        return Err(format!("the computed facts are not valid: {fault}"));
    }
    Ok(Fixture {
        path: String::new(),
        note: file.note,
        input,
        findings: findings(&file.findings)?,
        holds: BTreeSet::new(),
        payload: Some(Specimen {
            payload: file.payload,
            circumstances,
        }),
    })
}

fn findings(listed: &[Value]) -> Result<BTreeSet<Denial>, String> {
    listed.iter().map(Denial::read).collect()
}

fn parties(caller: Option<&str>, payer: Option<&str>) -> Result<Option<Parties>, String> {
    let organisation = |named: &str| match named.split_once('|') {
        Some((system, value)) => Ok(Organisation::known_as(system, value)),
        None => Err("`caller` and `payer` are written as system|value".to_owned()),
    };
    match (caller, payer) {
        (Some(caller), Some(payer)) => Ok(Some(Parties {
            caller: organisation(caller)?,
            payer: organisation(payer)?,
            either_way: false,
        })),
        (None, None) => Ok(None),
        _ => Err("`caller` and `payer` are known together or not at all".to_owned()),
    }
}
