//! Where exchanged records came from, and who passed them on.
//! Refuses to know the records themselves, and whether every exchange carries one.

use super::datatype::{Concept, Meta, Reference};
use super::envelope::{Other, says};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Source: US Core 6.1.0 us-core-provenance-participant-type
const PARTS: &str = "http://hl7.org/fhir/us/core/CodeSystem/us-core-provenance-participant-type";
/// Source: US Core 6.1.0 us-core-provenance-participant-type
const TRANSMITTER: &str = "transmitter";
/// Source: PDex 2.2.0 ProvenanceSourceFrom
const SOURCE_FORMAT: &str =
    "http://hl7.org/fhir/us/davinci-pdex/StructureDefinition/ProvenanceSourceFrom";

vocabulary! {
    /// Source: FHIR R4 Provenance
    ProvenanceWord { Provenance = "Provenance", }
}

vocabulary! {
    /// How an earlier item was used to make the records.
    ///
    /// Source: FHIR R4 value set provenance-entity-role
    Use {
        Derivation = "derivation",
        Revision = "revision",
        Quotation = "quotation",
        Source = "source",
        Removal = "removal",
    }
}

/// The origin of some records.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Provenance {
    pub resource_type: ProvenanceWord,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meta: Option<Meta>,
    pub target: Vec<Reference>,
    /// When the step was written down.
    pub recorded: String,
    pub agent: Vec<Agent>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entity: Vec<Origin>,
    #[serde(flatten)]
    pub other: Other,
}

/// Who took part, and as what.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Agent {
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Concept>,
    pub who: Reference,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<Reference>,
    #[serde(flatten)]
    pub other: Other,
}

/// An earlier item that the records were made from.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Origin {
    pub role: Use,
    pub what: Reference,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extension: Vec<Other>,
    #[serde(flatten)]
    pub other: Other,
}

impl Provenance {
    /// Who passed the data on; none when the record only tells where they began.
    ///
    /// Source: PDex 2.2.0 pdex-127
    #[must_use]
    pub fn transmitter(&self) -> Option<&Reference> {
        let passed_on = |agent: &&Agent| {
            let part = agent.part.as_ref();
            part.is_some_and(|part| part.words(PARTS).any(|word| word == TRANSMITTER))
        };
        self.agent.iter().find(passed_on).map(|agent| &agent.who)
    }
}

impl Origin {
    /// The format from which the payer made the records, as a coded idea; none when it is not told.
    #[must_use]
    pub fn format(&self) -> Option<&Value> {
        self.extension
            .iter()
            .find(|extension| says(extension, "url", SOURCE_FORMAT))?
            .get("valueCodeableConcept")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::envelope::read;
    use serde_json::json;

    fn record(part: &str) -> Provenance {
        read(json!({
            "resourceType": "Provenance", "target": [{ "reference": "Encounter/1" }], "recorded": "2026-06-02T08:15:00Z",
            "agent": [{ "type": { "coding": [{ "system": PARTS, "code": part }] }, "who": { "reference": "Organization/northwind" } }],
            "entity": [{ "role": "source", "what": { "display": "claim" }, "extension": [{ "url": SOURCE_FORMAT, "valueCodeableConcept": { "text": "claim" } }] }],
        }))
        .unwrap()
    }

    #[test]
    fn only_who_passed_the_data_on_is_the_transmitter() {
        let passed_on = record(TRANSMITTER);
        let who = passed_on.transmitter().unwrap();
        assert_eq!(who.reference.as_deref(), Some("Organization/northwind"));
        assert!(record("author").transmitter().is_none());
    }

    #[test]
    fn the_format_stands_in_its_own_extension() {
        let record = record(TRANSMITTER);
        assert_eq!(record.entity[0].format(), Some(&json!({ "text": "claim" })));
    }
}
