//! A claim as the payer settled it, and the parts that it shares with decisions made in advance.
//! Refuses to know amounts: the exchange reads none, and a rule of its own keeps them out.

use super::datatype::{Concept, Identifier, Meta, Period, Reference};
use super::envelope::Other;
use serde::{Deserialize, Serialize};
use serde_json::Number;

/// Source: FHIR R4 code system claim-type
const KINDS: &str = "http://terminology.hl7.org/CodeSystem/claim-type";
/// Source: CARIN BB 2.1.0 C4BBInstitutionalClaimSubType
const STAYS: &str = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBInstitutionalClaimSubType";
/// Source: CARIN BB 2.1.0 C4BBIdentifierType
const NUMBERS: &str = "http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBIdentifierType";
/// Source: CARIN BB 2.1.0 C4BBIdentifierType
const UNIQUE: &str = "uc";

vocabulary! {
    /// Source: FHIR R4 ExplanationOfBenefit
    ExplanationWord { ExplanationOfBenefit = "ExplanationOfBenefit", }
}

vocabulary! {
    /// Source: CARIN BB 2.1.0 C4BB-ExplanationOfBenefit
    ClaimUse { Claim = "claim", }
}

vocabulary! {
    /// State of the record.
    ///
    /// Source: FHIR R4 value set explanationofbenefit-status
    RecordStatus {
        Active = "active",
        Cancelled = "cancelled",
        Draft = "draft",
        EnteredInError = "entered-in-error",
    }
}

vocabulary! {
    /// How far processing has come.
    ///
    /// Source: FHIR R4 value set remittance-outcome
    Outcome {
        Queued = "queued",
        Complete = "complete",
        Error = "error",
        Partial = "partial",
    }
}

vocabulary! {
    /// Kind of claim.
    ///
    /// Source: FHIR R4 code system claim-type
    ClaimWord {
        Institutional = "institutional",
        Oral = "oral",
        Pharmacy = "pharmacy",
        Professional = "professional",
        Vision = "vision",
    }
}

vocabulary! {
    /// Whether the patient stayed overnight in an institution.
    ///
    /// Source: CARIN BB 2.1.0 C4BBInstitutionalClaimSubType
    StayWord {
        Inpatient = "inpatient",
        Outpatient = "outpatient",
    }
}

/// Which of the five Basis profiles a claim belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Care {
    Inpatient,
    Outpatient,
    /// With glasses and lenses.
    Professional,
    Oral,
    Pharmacy,
}

/// A settled claim.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    pub resource_type: ExplanationWord,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub meta: Meta,
    pub identifier: Vec<Identifier>,
    pub status: RecordStatus,
    #[serde(rename = "type")]
    pub kind: Concept,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_type: Option<Concept>,
    #[serde(rename = "use")]
    pub usage: ClaimUse,
    pub patient: Reference,
    pub billable_period: Period,
    /// When the claim was settled.
    pub created: String,
    pub insurer: Reference,
    pub provider: Reference,
    pub outcome: Outcome,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub care_team: Vec<Participant>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supporting_info: Vec<Fact>,
    pub insurance: Vec<Cover>,
    pub item: Vec<Line>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjudication: Vec<Statement>,
    #[serde(flatten)]
    pub other: Other,
}

/// Who took part in the care.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Participant {
    pub sequence: u32,
    pub provider: Reference,
    pub role: Concept,
    #[serde(flatten)]
    pub other: Other,
}

/// A numbered fact that lines may name.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fact {
    pub sequence: u32,
    pub category: Concept,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_reference: Option<Reference>,
    #[serde(flatten)]
    pub other: Other,
}

/// A cover that bears on the claim.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Cover {
    /// Whether this cover settled the claim.
    pub focal: bool,
    pub coverage: Reference,
    #[serde(flatten)]
    pub other: Other,
}

/// A line of the claim.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    pub sequence: u32,
    /// The facts that the line rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub information_sequence: Vec<u32>,
    pub product_or_service: Concept,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serviced_date: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serviced_period: Option<Period>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub adjudication: Vec<Statement>,
    #[serde(flatten)]
    pub other: Other,
}

/// One thing that the payer states about a claim or a line.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    pub category: Concept,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Concept>,
    /// Units, visits or days; never money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Number>,
    #[serde(flatten)]
    pub other: Other,
}

impl Statement {
    /// Whether it is of the kind that the list `system` calls `word`.
    #[must_use]
    pub fn states(&self, system: &str, word: &str) -> bool {
        self.category.words(system).any(|found| found == word)
    }
}

impl Explanation {
    /// The Basis profile whose rules apply; none when the kind or the stay is not known.
    #[must_use]
    pub fn care(&self) -> Option<Care> {
        match known::<ClaimWord>(Some(&self.kind), KINDS)? {
            ClaimWord::Oral => Some(Care::Oral),
            ClaimWord::Pharmacy => Some(Care::Pharmacy),
            ClaimWord::Professional | ClaimWord::Vision => Some(Care::Professional),
            ClaimWord::Institutional => match known::<StayWord>(self.sub_type.as_ref(), STAYS)? {
                StayWord::Inpatient => Some(Care::Inpatient),
                StayWord::Outpatient => Some(Care::Outpatient),
            },
        }
    }

    /// The payer's own, unique number of the claim.
    #[must_use]
    pub fn number(&self) -> Option<&str> {
        let is_unique = |kind: &Concept| kind.words(NUMBERS).any(|word| word == UNIQUE);
        self.identifier
            .iter()
            .find(|number| number.kind.as_ref().is_some_and(is_unique))?
            .value
            .as_deref()
    }

    /// Numbers of facts that a line names and the claim does not hold, line by line.
    ///
    /// Source: CARIN BB 2.1.0, item.informationSequence
    pub fn dangling_facts(&self) -> impl Iterator<Item = u32> {
        self.item
            .iter()
            .flat_map(|line| line.information_sequence.iter().copied())
            .filter(|number| {
                self.supporting_info
                    .iter()
                    .all(|fact| fact.sequence != *number)
            })
    }
}

fn known<W: std::str::FromStr>(concept: Option<&Concept>, system: &str) -> Option<W> {
    concept?.words(system).find_map(|word| word.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::envelope::read;
    use serde_json::json;

    fn claim(kind: &str, stay: Option<&str>) -> Explanation {
        let mut claim: Explanation = read(json!({
            "resourceType": "ExplanationOfBenefit", "meta": {}, "status": "active", "use": "claim",
            "identifier": [{ "value": "1" }, { "type": { "coding": [{ "system": NUMBERS, "code": UNIQUE }] }, "value": "NW-C-0001" }],
            "type": { "coding": [{ "system": KINDS, "code": kind }] },
            "patient": {}, "billablePeriod": { "start": "2026-03-10" }, "created": "2026-04-01", "insurer": {}, "provider": {}, "outcome": "complete",
            "supportingInfo": [{ "sequence": 2, "category": {} }], "insurance": [{ "focal": true, "coverage": {} }],
            "item": [{ "sequence": 1, "informationSequence": [2, 7], "productOrService": {} }],
        }))
        .unwrap();
        claim.sub_type = stay
            .map(|stay| read(json!({ "coding": [{ "system": STAYS, "code": stay }] })).unwrap());
        claim
    }

    #[test]
    fn the_kind_of_claim_chooses_the_profile() {
        assert_eq!(claim("vision", None).care(), Some(Care::Professional));
        assert_eq!(
            claim("institutional", Some("outpatient")).care(),
            Some(Care::Outpatient)
        );
        assert_eq!(claim("institutional", None).care(), None);
        assert_eq!(claim("transport", None).care(), None);
    }

    #[test]
    fn the_unique_number_is_told_from_others() {
        assert_eq!(claim("oral", None).number(), Some("NW-C-0001"));
    }

    #[test]
    fn a_line_that_names_a_missing_fact_is_told() {
        let missing: Vec<u32> = claim("oral", None).dangling_facts().collect();
        assert_eq!(missing, [7]);
    }
}
