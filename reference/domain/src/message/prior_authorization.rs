//! A payer's decision on a service that was asked for in advance.
//! Refuses to know which decisions are sent: the rules of the exchange say so.

use super::datatype::{Concept, Meta, Period, Reference};
use super::envelope::{Other, says};
use super::eob::{Cover, ExplanationWord, Fact, Outcome, RecordStatus, Statement};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Source: PDex 2.2.0 PDexAdjudicationDiscriminator
const STATEMENTS: &str =
    "http://hl7.org/fhir/us/davinci-pdex/CodeSystem/PDexAdjudicationDiscriminator";
/// Source: PDex 2.2.0 extension-reviewAction
const REVIEW: &str =
    "http://hl7.org/fhir/us/davinci-pdex/StructureDefinition/extension-reviewAction";

vocabulary! {
    /// Source: PDex 2.2.0 pdex-priorauthorization
    AdvanceUse { Preauthorization = "preauthorization", }
}

vocabulary! {
    /// What an entry of a decision states, where it states no amount.
    ///
    /// Source: PDex 2.2.0 PDexAdjudicationDiscriminator
    DecisionWord {
        AllowedUnits = "allowedunits",
        ConsumedUnits = "consumedunits",
        DenialReason = "denialreason",
    }
}

/// The decision: whom and what it is about, and how it fell.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PriorAuthorization {
    pub resource_type: ExplanationWord,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub meta: Meta,
    /// State of the record; no decision can be read from it.
    pub status: RecordStatus,
    #[serde(rename = "type")]
    pub kind: Concept,
    #[serde(rename = "use")]
    pub usage: AdvanceUse,
    pub patient: Reference,
    pub created: String,
    pub insurer: Reference,
    pub provider: Reference,
    pub outcome: Outcome,
    /// The days on which it holds; at most one span.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pre_auth_ref_period: Vec<Period>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supporting_info: Vec<Fact>,
    pub insurance: Vec<Cover>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub item: Vec<Line>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjudication: Vec<Statement>,
    #[serde(flatten)]
    pub other: Other,
}

/// A service of the request.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    pub sequence: u32,
    pub product_or_service: Concept,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjudication: Vec<Statement>,
    #[serde(flatten)]
    pub other: Other,
}

impl PriorAuthorization {
    /// Whether some entry gives a reason of denial, on a line or on the whole.
    ///
    /// Source: CMS-0057-F: denied authorizations are left out of the exchange
    #[must_use]
    pub fn tells_a_denial(&self) -> bool {
        let lines = self.item.iter().flat_map(|line| &line.adjudication);
        self.adjudication
            .iter()
            .chain(lines)
            .any(|statement| statement.states(STATEMENTS, DecisionWord::DenialReason.word()))
    }

    /// Documents that the provider handed in, by the address of their record.
    ///
    /// Source: PDex 2.2.0 pdex-133, pdex-134
    pub fn documents(&self) -> impl Iterator<Item = &str> {
        self.supporting_info
            .iter()
            .filter_map(|fact| fact.value_reference.as_ref()?.reference.as_deref())
    }
}

impl Line {
    /// Units, visits or days that were allowed.
    #[must_use]
    pub fn allowed(&self) -> Option<&serde_json::Number> {
        let word = DecisionWord::AllowedUnits.word();
        self.adjudication
            .iter()
            .find(|statement| statement.states(STATEMENTS, word))?
            .value
            .as_ref()
    }

    /// The reviews behind the decision on this line.
    pub fn reviews(&self) -> impl Iterator<Item = &Other> {
        self.adjudication
            .iter()
            .filter_map(|statement| statement.other.get("extension").and_then(Value::as_array))
            .flatten()
            .filter_map(Value::as_object)
            .filter(|extension| says(extension, "url", REVIEW))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::envelope::read;
    use serde_json::json;

    fn decision(word: &str) -> PriorAuthorization {
        read(json!({
            "resourceType": "ExplanationOfBenefit", "meta": { "profile": ["x"] }, "status": "active", "type": {}, "use": "preauthorization",
            "patient": { "reference": "Patient/p01" }, "created": "2026-03-03", "insurer": {}, "provider": {}, "outcome": "queued",
            "supportingInfo": [{ "sequence": 1, "category": {}, "valueReference": { "reference": "DocumentReference/1" } }],
            "insurance": [{ "focal": true, "coverage": {} }],
            "item": [{ "sequence": 1, "productOrService": {}, "adjudication": [{
                "extension": [{ "url": REVIEW, "extension": [] }], "category": { "coding": [{ "system": STATEMENTS, "code": word }] }, "value": 8,
            }] }],
        }))
        .unwrap()
    }

    #[test]
    fn a_denial_on_one_line_is_a_denial() {
        assert!(decision("denialreason").tells_a_denial());
        assert!(!decision("allowedunits").tells_a_denial());
    }

    #[test]
    fn used_units_are_not_allowed_units() {
        assert!(decision("allowedunits").item[0].allowed().is_some());
        assert!(decision("consumedunits").item[0].allowed().is_none());
    }

    #[test]
    fn documents_and_reviews_are_found() {
        let decision = decision("allowedunits");
        let documents: Vec<&str> = decision.documents().collect();
        assert_eq!(documents, ["DocumentReference/1"]);
        assert_eq!(decision.item[0].reviews().count(), 1);
    }
}
