//! The lists of an answer as FHIR Groups, and the envelope of 2.1.0 around the same Groups.
//! Refuses to say more of somebody who was not found, or may not be disclosed, than what was submitted.

use super::Line;
use crate::consent::Identifier;
use crate::masked::Masked;
use crate::message::group::{MatchOutcome, OUTCOMES, SUBMITTED_COVER, SUBMITTED_PERSON};
use crate::record::Instant;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const PROFILES: &str = "http://hl7.org/fhir/us/davinci-pdex/StructureDefinition";
/// The system of our numbers of lists (ours).
pub const LISTS: &str = "https://payer-exchange.example/lists";
/// The system of our numbers of persons (ours).
const UNIQUE_NUMBERS: &str = "https://payer-exchange.example/unique-ids";

/// What all lists of one answer say.
#[derive(Clone, Debug)]
pub struct Heading<'a> {
    /// Id of the list of those who were found; exports start with it. The others have none, since they are not kept.
    pub id: &'a str,
    /// Who answers.
    pub us: &'a Identifier,
    /// Who asked.
    pub caller: &'a Identifier,
    /// When it asked.
    pub at: Instant,
}

/// The members of an answer by outcome.
#[derive(Clone, Debug, Default)]
pub struct Lists {
    pub found: Vec<Line>,
    pub not_found: Vec<Line>,
    pub constrained: Vec<Line>,
}

impl Lists {
    pub fn add(&mut self, outcome: MatchOutcome, line: Line) {
        match outcome {
            MatchOutcome::Match => self.found.push(line),
            MatchOutcome::NoMatch => self.not_found.push(line),
            MatchOutcome::ConsentConstraint => self.constrained.push(line),
        }
    }

    /// The Groups of the answer. That of those who were found is always there; an empty one of the others is not.
    ///
    /// Source: PDex 2.2.0 `$bulk-member-match`, response; pdex-154b
    #[must_use]
    pub fn groups(&self, heading: &Heading<'_>) -> Vec<Value> {
        [
            (MatchOutcome::Match, &self.found),
            (MatchOutcome::NoMatch, &self.not_found),
            (MatchOutcome::ConsentConstraint, &self.constrained),
        ]
        .into_iter()
        .filter(|(outcome, lines)| *outcome == MatchOutcome::Match || !lines.is_empty())
        .map(|(outcome, lines)| group(outcome, lines, heading))
        .collect()
    }
}

/// One list as a Group.
///
/// Source: PDex 2.2.0 pdex-member-match-group, pdex-member-no-match-group
#[must_use]
pub fn group(outcome: MatchOutcome, lines: &[Line], heading: &Heading<'_>) -> Value {
    let code = json!({"coding": [{"system": OUTCOMES, "code": outcome.word()}]});
    let caller = reference(heading.caller);
    let mut group = json!({
        "resourceType": "Group",
        "meta": {"profile": [format!("{PROFILES}/{}", profile(outcome))]},
        "identifier": [heading.caller],
        "type": "person",
        "actual": true,
        "code": code,
        "quantity": lines.len(),
        "managingEntity": reference(heading.us),
    });
    let mut put = |name: &str, value: Value| {
        if let Some(members) = group.as_object_mut() {
            members.insert(name.to_owned(), value);
        }
    };
    if outcome == MatchOutcome::Match {
        put("id", heading.id.into());
        put(
            "identifier",
            json!([heading.caller, {"system": LISTS, "value": heading.id}]),
        );
        put(
            "characteristic",
            json!([{
                "code": code,
                "valueReference": caller,
                "exclude": false,
                "period": {"start": heading.at.to_string()},
            }]),
        );
    }
    if !lines.is_empty() {
        put("contained", contained(lines));
        put("member", lines.iter().map(member).collect());
    }
    group
}

/// The envelope of PDex 2.1.0 around the Groups of an answer.
///
/// Source: PDex 2.1.0 pdex-parameters-multi-member-match-bundle-out; PDex 2.2.0 pdex-138a
#[must_use]
pub fn envelope(groups: &[Value]) -> Value {
    let part = |group: &Value| {
        let name = match outcome_of(group)? {
            MatchOutcome::Match => "MatchedMembers",
            MatchOutcome::NoMatch => "NonMatchedMembers",
            MatchOutcome::ConsentConstraint => "ConsentConstrainedMembers",
        };
        Some(json!({"name": name, "resource": group}))
    };
    let parts: Vec<Value> = groups.iter().filter_map(part).collect();
    json!({
        "resourceType": "Parameters",
        "meta": {"profile": [format!("{PROFILES}/pdex-parameters-multi-member-match-bundle-out")]},
        "parameter": parts,
    })
}

fn outcome_of(group: &Value) -> Option<MatchOutcome> {
    let code = group.pointer("/code/coding/0/code")?.as_str()?;
    code.parse().ok()
}

const fn profile(outcome: MatchOutcome) -> &'static str {
    match outcome {
        MatchOutcome::Match => "pdex-member-match-group",
        MatchOutcome::NoMatch | MatchOutcome::ConsentConstraint => "pdex-member-no-match-group",
    }
}

fn reference(organisation: &Identifier) -> Value {
    json!({"identifier": organisation})
}

/// Each person once, and every cover.
fn contained(lines: &[Line]) -> Value {
    let mut ids = BTreeSet::new();
    let persons = lines
        .iter()
        .map(|line| line.person.expose())
        .filter(|person| ids.insert(id(person)));
    let persons: Vec<Value> = persons.cloned().collect();
    let covers = lines.iter().filter_map(|line| line.cover.as_ref());
    let covers = covers.map(Masked::expose).cloned();
    persons.into_iter().chain(covers).collect()
}

fn member(line: &Line) -> Value {
    let person = format!("#{}", id(line.person.expose()));
    let mut links = vec![link(SUBMITTED_PERSON, &person)];
    if let Some(cover) = &line.cover {
        links.push(link(SUBMITTED_COVER, &format!("#{}", id(cover.expose()))));
    }
    let entity = match &line.found {
        None => json!({"extension": links, "reference": person}),
        Some(found) => json!({
            "extension": links,
            "reference": format!("Patient/{}", found.patient.expose()),
            "identifier": {"system": UNIQUE_NUMBERS, "value": found.umb.expose()},
        }),
    };
    json!({"entity": entity})
}

fn link(url: &str, to: &str) -> Value {
    json!({"url": url, "valueReference": {"reference": to}})
}

fn id(resource: &Value) -> &str {
    let id = resource.get("id").and_then(Value::as_str);
    id.unwrap_or_default()
}
