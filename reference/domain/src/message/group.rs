//! The lists in which a payer sorts the members that it was asked for.
//! Refuses to know why somebody is on a list: no reason ever travels.

use super::datatype::{Concept, Extension, Identifier, Meta, Period, Reference};
use super::envelope::{Other, says};
use super::patient::Patient;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// Source: PDex 2.2.0 PdexMultiMemberMatchResultCS
pub const OUTCOMES: &str =
    "http://hl7.org/fhir/us/davinci-pdex/CodeSystem/PdexMultiMemberMatchResultCS";
/// Source: PDex 2.2.0 base-ext-match-parameters
pub(crate) const SUBMITTED_PERSON: &str =
    "http://hl7.org/fhir/us/davinci-pdex/StructureDefinition/base-ext-match-parameters";
/// Source: PDex 2.2.0 base-ext-match-coverage
pub(crate) const SUBMITTED_COVER: &str =
    "http://hl7.org/fhir/us/davinci-pdex/StructureDefinition/base-ext-match-coverage";

vocabulary! {
    /// Source: FHIR R4 Group
    GroupWord { Group = "Group", }
}

vocabulary! {
    /// What stands on a list.
    ///
    /// Source: FHIR R4 value set group-type; PDex 2.2.0 fixes `person`
    GroupKind {
        Person = "person",
        Animal = "animal",
        Practitioner = "practitioner",
        Device = "device",
        Medication = "medication",
        Substance = "substance",
    }
}

vocabulary! {
    /// What all those on a list have in common.
    ///
    /// Source: PDex 2.2.0 PdexMultiMemberMatchResultCS
    MatchOutcome {
        Match = "match",
        NoMatch = "nomatch",
        ConsentConstraint = "consentconstraint",
    }
}

/// A list of members with one outcome.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    pub resource_type: GroupWord,
    /// The export of those who were found starts with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contained: Vec<Contained>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifier: Vec<Identifier>,
    #[serde(rename = "type")]
    pub kind: GroupKind,
    pub actual: bool,
    pub code: Concept,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managing_entity: Option<Reference>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub characteristic: Vec<Characteristic>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub member: Vec<Member>,
    #[serde(flatten)]
    pub other: Other,
}

impl Group {
    /// The outcome that all those on the list share; none when the list says nothing that is known, or two things.
    #[must_use]
    pub fn outcome(&self) -> Option<MatchOutcome> {
        let words = self.code.words(OUTCOMES);
        let mut known = words.filter_map(|word| word.parse().ok());
        let one = known.next()?;
        known.all(|other| other == one).then_some(one)
    }

    /// The ids of the persons on the list, as submitted.
    #[must_use]
    pub fn persons(&self) -> BTreeSet<&str> {
        let ids = self.contained.iter().filter_map(|record| match record {
            Contained::Person(person) => person.id.as_deref(),
            Contained::Record(_) => None,
        });
        ids.collect()
    }

    /// The person whom `member` is about, as submitted; none when the link leads to nobody on the list.
    #[must_use]
    pub fn submitted(&self, member: &Member) -> Option<&Patient> {
        let id = member.entity.submitted_person()?;
        self.contained.iter().find_map(|record| match record {
            Contained::Person(person) => {
                (person.id.as_deref() == Some(id)).then_some(person.as_ref())
            }
            Contained::Record(_) => None,
        })
    }
}

/// A record that was submitted, copied into the list.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Other", untagged)]
pub enum Contained {
    Person(Box<Patient>),
    /// The cover of the person, or what else a payer put there.
    Record(Other),
}

impl TryFrom<Other> for Contained {
    type Error = serde_json::Error;

    fn try_from(record: Other) -> Result<Self, Self::Error> {
        if says(&record, "resourceType", "Patient") {
            return serde_json::from_value(Value::Object(record)).map(Self::Person);
        }
        Ok(Self::Record(record))
    }
}

/// By what a list can be searched.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Characteristic {
    pub code: Concept,
    /// The payer that asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_reference: Option<Reference>,
    pub exclude: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub period: Option<Period>,
    #[serde(flatten)]
    pub other: Other,
}

/// One line of a list.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    pub entity: Entity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inactive: Option<bool>,
    #[serde(flatten)]
    pub other: Other,
}

/// The person on a line, with links to what was submitted.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extension: Vec<Extension>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identifier: Option<Identifier>,
    #[serde(flatten)]
    pub other: Other,
}

impl Entity {
    /// The id under which the person was submitted.
    #[must_use]
    pub fn submitted_person(&self) -> Option<&str> {
        self.link(SUBMITTED_PERSON)?.strip_prefix('#')
    }

    /// Where the answering payer keeps the person. Who was not found has no record: a link into the list itself is one
    /// form of saying so.
    #[must_use]
    pub fn record(&self) -> Option<&str> {
        let to = self.reference.as_deref();
        to.filter(|to| !to.starts_with('#'))
    }

    /// Under which number the answering payer knows the person.
    #[must_use]
    pub fn number(&self) -> Option<&str> {
        self.identifier.as_ref()?.value.as_deref()
    }

    /// Where the cover stands with which the person was submitted; told when one person came with several.
    #[must_use]
    pub fn submitted_cover(&self) -> Option<&str> {
        self.link(SUBMITTED_COVER)
    }

    fn link(&self, url: &str) -> Option<&str> {
        let mut links = self
            .extension
            .iter()
            .filter(|extension| extension.url == url);
        links.next()?.value_reference.as_ref()?.reference.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::super::envelope::read;
    use super::*;
    use serde_json::json;

    fn group(code: &str) -> Group {
        read(json!({
            "resourceType": "Group", "type": "person", "actual": true,
            "code": { "coding": [{ "system": OUTCOMES, "code": code }] },
            "contained": [{ "resourceType": "Coverage", "id": "a" }, { "resourceType": "Patient", "id": "b" }],
            "member": [
                { "entity": { "extension": [
                    { "url": SUBMITTED_PERSON, "valueReference": { "reference": "#b" } },
                    { "url": SUBMITTED_COVER, "valueReference": { "reference": "#a" } },
                ] } },
                { "entity": { "extension": [{ "url": SUBMITTED_PERSON, "valueReference": { "reference": "#a" } }] } },
            ],
        }))
        .unwrap()
    }

    #[test]
    fn a_list_tells_the_outcome_of_those_on_it() {
        assert_eq!(
            group("consentconstraint").outcome(),
            Some(MatchOutcome::ConsentConstraint)
        );
        assert_eq!(group("maybe").outcome(), None);
    }

    #[test]
    fn a_list_with_two_outcomes_has_none() {
        let mut two = group("nomatch");
        let mut more = group("match").code.coding;
        two.code.coding.append(&mut more);
        assert_eq!(two.outcome(), None);
        let mut twice = group("match");
        let mut more = group("match").code.coding;
        twice.code.coding.append(&mut more);
        assert_eq!(twice.outcome(), Some(MatchOutcome::Match));
    }

    #[test]
    fn a_line_leads_to_the_person_as_submitted() {
        let group = group("match");
        let found = group
            .submitted(&group.member[0])
            .and_then(|person| person.id.as_deref());
        assert_eq!(found, Some("b"));
        assert_eq!(group.member[0].entity.submitted_cover(), Some("#a"));
    }

    #[test]
    fn a_line_that_leads_to_no_person_leads_nowhere() {
        let group = group("match");
        assert!(group.submitted(&group.member[1]).is_none());
        assert_eq!(group.member[1].entity.submitted_cover(), None);
    }
}
