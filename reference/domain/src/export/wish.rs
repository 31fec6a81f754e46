//! What a caller wants of an export, read from a question that has met its schema.
//! Refuses a wish that it cannot follow; none is passed over in silence.

use super::CLAIMS;
use crate::Timestamp;
use crate::failure::Code;
use crate::ids::MemberRef;
use crate::message::envelope::read;
use crate::message::export::{PublishedWish, Question, Wish, WishedMember};
use crate::record::ResourceType;
use chrono::DateTime;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Kinds of records that payers exchange, whether or not our source holds them.
///
/// Source: US Core 6.1.0 and PDex 2.2.0, the resources that they profile
const KINDS: [&str; 27] = [
    "AllergyIntolerance",
    "CarePlan",
    "CareTeam",
    "Condition",
    "Coverage",
    "Device",
    "DiagnosticReport",
    "DocumentReference",
    "Encounter",
    "ExplanationOfBenefit",
    "Goal",
    "Immunization",
    "Location",
    "Media",
    "MedicationDispense",
    "MedicationRequest",
    "Observation",
    "Organization",
    "Patient",
    "Practitioner",
    "PractitionerRole",
    "Procedure",
    "Provenance",
    "QuestionnaireResponse",
    "RelatedPerson",
    "ServiceRequest",
    "Specimen",
];

/// The wishes of a question.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wishes {
    /// Local ids of the members that are named; none means everybody on the list.
    #[serde(skip)]
    pub members: Vec<(usize, String)>,
    /// The same, as persons of our member store, once they are known to stand on the list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub persons: Vec<MemberRef>,
    /// Only what was changed after it.
    pub since: Option<Timestamp>,
    /// Only what was changed before it.
    pub until: Option<Timestamp>,
    /// None means every kind that may be given.
    pub kinds: Option<Vec<ResourceType>>,
}

/// A wish that is not followed, with the path of its element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    pub code: Code,
    pub expression: String,
}

impl Wishes {
    /// Reads the wishes.
    ///
    /// Errors: the first wish that cannot be followed
    /// Source: PDex 2.2.0 pdex-171, 176, 179, 180a to 180d
    pub fn read(question: &Value) -> Result<Self, Unfit> {
        let unfit = |code, expression| Unfit { code, expression };
        let question: Question = read(question.clone())
            .map_err(|_| unfit(Code::ExportTypeUnknown, "Parameters.parameter".to_owned()))?;
        let mut wishes = Self::default();
        for (index, wish) in question.parameter.iter().enumerate() {
            // A parameter of Bulk Data that Da Vinci does not name changes the form of files at most.
            let Wish::Published(wish) = wish else {
                continue;
            };
            if let Err((code, element)) = wishes.take(index, wish) {
                let expression = format!("Parameters.parameter[{index}].{element}");
                return Err(unfit(code, expression));
            }
        }
        Ok(wishes)
    }

    fn take(&mut self, index: usize, wish: &PublishedWish) -> Result<(), (Code, &'static str)> {
        match wish {
            PublishedWish::Patient(member) => {
                let id = local_id(member)
                    .ok_or((Code::MissingIdentifier, "valueReference.reference"))?;
                self.members.push((index, id.to_owned()));
            }
            PublishedWish::Use(_) => {}
            PublishedWish::Since(bound) => self.since = Some(instant(&bound.value_instant)?),
            PublishedWish::Until(bound) => self.until = Some(instant(&bound.value_instant)?),
            PublishedWish::Kinds(list) => {
                let kinds = list.value_string.split(',').map(|kind| known(kind.trim()));
                let kinds: Option<Vec<ResourceType>> = kinds.collect();
                self.kinds = Some(kinds.ok_or((Code::ExportTypeUnknown, "valueString"))?);
            }
            PublishedWish::Searches(_) => {
                return Err((Code::UnsupportedTypeFilter, "valueString"));
            }
        }
        Ok(())
    }

    /// Is this person of the list wanted?
    #[must_use]
    pub fn want(&self, person: &MemberRef) -> bool {
        self.persons.is_empty() || self.persons.contains(person)
    }

    /// Are claims among the kinds that are wanted?
    #[must_use]
    pub fn claims(&self) -> bool {
        let kinds = self.kinds.as_ref();
        kinds.is_none_or(|kinds| kinds.iter().any(|kind| kind.as_str() == CLAIMS))
    }

    /// Kinds that are wanted and that our source does not hold, each once. What tells of the exchange itself always
    /// comes along.
    #[must_use]
    pub fn unheld(&self) -> Vec<ResourceType> {
        let given = [CLAIMS, "Provenance"];
        let kinds = self.kinds.iter().flatten();
        let mut unheld: Vec<ResourceType> = kinds
            .filter(|kind| !given.contains(&kind.as_str()))
            .cloned()
            .collect();
        unheld.sort_unstable();
        unheld.dedup();
        unheld
    }

    /// Is a record that was changed at this moment wanted?
    #[must_use]
    pub fn cover(&self, changed: Timestamp) -> bool {
        self.since.is_none_or(|since| changed > since)
            && self.until.is_none_or(|until| changed < until)
    }
}

/// The id behind `Patient/`; a reference without one names nobody.
fn local_id(member: &WishedMember) -> Option<&str> {
    let reference = member.value_reference.reference.as_deref()?;
    let (_, id) = reference.rsplit_once("Patient/")?;
    (!id.is_empty()).then_some(id)
}

/// A word outside the list is not kept: it may be any text.
fn known(kind: &str) -> Option<ResourceType> {
    let found = KINDS.iter().find(|known| **known == kind)?;
    found.parse().ok()
}

fn instant(text: &str) -> Result<Timestamp, (Code, &'static str)> {
    let read = DateTime::parse_from_rfc3339(text);
    read.map(|at| at.to_utc())
        .map_err(|_| (Code::SchemaInvalid, "valueInstant"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use serde_json::json;

    fn wishes(parameters: Value) -> Result<Wishes, Unfit> {
        Wishes::read(&json!({"resourceType": "Parameters", "parameter": parameters}))
    }

    fn refused(parameter: Value) -> (Code, String) {
        let unfit = wishes(json!([parameter])).unwrap_err();
        (unfit.code, unfit.expression)
    }

    #[test]
    fn without_wishes_everything_is_wanted() {
        let wishes = Wishes::read(&json!({"resourceType": "Parameters"})).unwrap();
        assert!(wishes.claims() && wishes.unheld().is_empty());
        assert!(wishes.cover("2026-10-01T12:00:00Z".parse().unwrap()));
    }

    #[test]
    fn a_member_without_an_id_and_a_search_are_refused_with_their_place() {
        let nobody = json!({"name": "patient", "valueReference": {"reference": "Patient/"}});
        let place = "Parameters.parameter[0].valueReference.reference";
        assert_eq!(refused(nobody), (Code::MissingIdentifier, place.to_owned()));
        let search = json!({"name": "_typeFilter", "valueString": "Coverage?status=active"});
        assert_eq!(refused(search).0, Code::UnsupportedTypeFilter);
        let used = json!({"name": "exportType", "valueCanonical": "x"});
        assert_eq!(refused(used).0, Code::ExportTypeUnknown);
        let kind = json!({"name": "_type", "valueString": "ExplanationOfBenefit,Somebody"});
        assert_eq!(refused(kind).0, Code::ExportTypeUnknown);
        let day = json!({"name": "_since", "valueInstant": "2026-13-01T00:00:00Z"});
        assert_eq!(refused(day).0, Code::SchemaInvalid);
    }

    #[test]
    fn bounds_are_of_the_last_change_and_kinds_we_lack_are_named() {
        let wishes = wishes(json!([
            {"name": "_since", "valueInstant": "2026-01-01T00:00:00+01:00"},
            {"name": "_until", "valueInstant": "2026-02-01T00:00:00Z"},
            {"name": "_type", "valueString": "Condition, ExplanationOfBenefit,Condition,Provenance"},
            {"name": "patient", "valueReference": {"reference": "Patient/pat-1"}},
            {"name": "_outputFormat", "valueString": "ndjson"},
        ]))
        .unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        assert!(!wishes.cover(at("2025-12-31T23:00:00Z")));
        assert!(wishes.cover(at("2025-12-31T23:00:01Z")));
        assert!(!wishes.cover(at("2026-02-01T00:00:00Z")));
        assert_eq!(wishes.unheld(), ["Condition".parse().unwrap()]);
        assert_eq!(wishes.members, [(3, "pat-1".to_owned())]);
        assert!(wishes.claims());
    }
}
