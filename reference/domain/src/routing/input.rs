//! The five things that a route depends on, as closed vocabularies, and how a request says them.
//! Refuses free text: a word outside its vocabulary is "unstated", and no value of a person is kept.

use crate::ids::PartnerId;
use crate::member_match::MemberMatch;
use serde::{Deserialize, Serialize};
use serde_json::Value;

vocabulary! {
    /// Who gave out the strongest identifier of the request, strongest first.
    ///
    /// Source: HL7 v2-0203 (MB, SN, MC, MA); HRex hrex-temp#UMB
    IdentifierProvenance {
        /// The partner, in answer to an earlier match.
        UniqueMember = "unique-member",
        MemberNumber = "member-number",
        SubscriberNumber = "subscriber-number",
        Medicare = "medicare-number",
        Medicaid = "medicaid-number",
        Unstated = "unstated",
    }
}

vocabulary! {
    /// What the member is to the subscriber of the plan.
    ///
    /// Source: HL7 code system subscriber-relationship
    PlanRelationship {
        Self_ = "self",
        Spouse = "spouse",
        Child = "child",
        Parent = "parent",
        Common = "common",
        Other = "other",
        Injured = "injured",
        Unstated = "unstated",
    }
}

vocabulary! {
    /// The state or territory in which the member lives now.
    ///
    /// Source: USPS Publication 28, appendix B
    Region {
        Al = "AL", Ak = "AK", As = "AS", Az = "AZ", Ar = "AR", Ca = "CA", Co = "CO", Ct = "CT", De = "DE", Dc = "DC",
        Fl = "FL", Ga = "GA", Gu = "GU", Hi = "HI", Id = "ID", Il = "IL", In = "IN", Ia = "IA", Ks = "KS", Ky = "KY",
        La = "LA", Me = "ME", Md = "MD", Ma = "MA", Mi = "MI", Mn = "MN", Ms = "MS", Mo = "MO", Mt = "MT", Ne = "NE",
        Nv = "NV", Nh = "NH", Nj = "NJ", Nm = "NM", Ny = "NY", Nc = "NC", Nd = "ND", Mp = "MP", Oh = "OH", Ok = "OK",
        Or = "OR", Pa = "PA", Pr = "PR", Ri = "RI", Sc = "SC", Sd = "SD", Tn = "TN", Tx = "TX", Ut = "UT", Vt = "VT",
        Va = "VA", Vi = "VI", Wa = "WA", Wv = "WV", Wi = "WI", Wy = "WY",
        Unstated = "unstated",
    }
}

vocabulary! {
    /// The programme under which the plan runs.
    ///
    /// Source: 42 CFR 422.121, 431.61, 438.242, 457.731, 457.1233; 45 CFR 156.222
    LineOfBusiness {
        MedicareAdvantage = "medicare-advantage",
        MedicaidManagedCare = "medicaid-managed-care",
        MedicaidFeeForService = "medicaid-ffs",
        ChipManagedCare = "chip-managed-care",
        ChipFeeForService = "chip-ffs",
        QualifiedHealthPlan = "qhp",
        Commercial = "commercial",
        Unstated = "unstated",
    }
}

vocabulary! {
    /// What an exchange is meant to bring, least sensitive first (ours: the classes of PDex data by who may see them).
    DataType {
        /// Who the member is at the other payer, and nothing of their care.
        Coverage = "coverage",
        Claims = "claims",
        PriorAuthorization = "prior-authorization",
        Clinical = "clinical",
        Sensitive = "sensitive",
    }
}

/// What decides the way of one exchange: the payer that the enrollee named, and the five inputs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Inputs {
    pub payer: PartnerId,
    pub provenance: IdentifierProvenance,
    pub relationship: PlanRelationship,
    pub region: Region,
    pub line_of_business: LineOfBusiness,
    pub data_type: DataType,
}

/// What our own systems say of an exchange, because no part of the message does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stated {
    pub line_of_business: LineOfBusiness,
    pub data_type: DataType,
}

impl Default for Stated {
    /// An exchange that does not say what it brings counts as one that brings what an ordinary one does at most.
    fn default() -> Self {
        Self {
            line_of_business: LineOfBusiness::Unstated,
            data_type: DataType::Clinical,
        }
    }
}

impl Inputs {
    /// The inputs of a request that names `payer`.
    #[must_use]
    pub fn read(payer: &PartnerId, parts: &MemberMatch<'_>, stated: Stated) -> Self {
        Self {
            payer: payer.clone(),
            provenance: provenance(parts),
            relationship: relationship(parts.coverage_to_match),
            region: region(parts.patient),
            line_of_business: stated.line_of_business,
            data_type: stated.data_type,
        }
    }
}

const IDENTIFIER_TYPES: &str = "http://terminology.hl7.org/CodeSystem/v2-0203";
const UNIQUE_MEMBER_TYPES: &str = "http://hl7.org/fhir/us/davinci-hrex/CodeSystem/hrex-temp";
const RELATIONSHIPS: &str = "http://terminology.hl7.org/CodeSystem/subscriber-relationship";

/// Untyped identifiers of a cover count as member numbers, as the oldest version of it allows.
///
/// Source: HRex 1.0.0 hrex-cov-1
fn provenance(parts: &MemberMatch<'_>) -> IdentifierProvenance {
    let (cover, patient) = (parts.coverage_to_match, parts.patient);
    let of_cover = items(cover, "identifier").map(|id| {
        let untyped = id.get("type").is_none();
        untyped
            .then_some(IdentifierProvenance::MemberNumber)
            .or_else(|| issued(id))
    });
    // A member number of the patient is one of ours; who else gave out a number there does say something.
    let of_patient = items(patient, "identifier")
        .map(issued)
        .map(|issued| issued.filter(|one| *one != IdentifierProvenance::MemberNumber));
    let subscriber = cover
        .get("subscriberId")
        .and_then(Value::as_str)
        .map(|_| IdentifierProvenance::SubscriberNumber);
    of_cover
        .chain(of_patient)
        .flatten()
        .chain(subscriber)
        .min()
        .unwrap_or(IdentifierProvenance::Unstated)
}

fn issued(identifier: &Value) -> Option<IdentifierProvenance> {
    let types = identifier.get("type")?;
    items(types, "coding")
        .filter_map(
            |coding| match (text(coding, "system")?, text(coding, "code")?) {
                (UNIQUE_MEMBER_TYPES | IDENTIFIER_TYPES, "UMB") => {
                    Some(IdentifierProvenance::UniqueMember)
                }
                (IDENTIFIER_TYPES, "MB") => Some(IdentifierProvenance::MemberNumber),
                (IDENTIFIER_TYPES, "SN") => Some(IdentifierProvenance::SubscriberNumber),
                (IDENTIFIER_TYPES, "MC") => Some(IdentifierProvenance::Medicare),
                (IDENTIFIER_TYPES, "MA") => Some(IdentifierProvenance::Medicaid),
                _ => None,
            },
        )
        .min()
}

fn relationship(cover: &Value) -> PlanRelationship {
    let concept = cover.get("relationship").unwrap_or(&Value::Null);
    items(concept, "coding")
        .filter(|coding| text(coding, "system") == Some(RELATIONSHIPS))
        .filter_map(|coding| text(coding, "code")?.parse().ok())
        .next()
        .unwrap_or(PlanRelationship::Unstated)
}

/// The first present address decides; one that the person has left does not.
fn region(patient: &Value) -> Region {
    items(patient, "address")
        .filter(|address| text(address, "use") != Some("old"))
        .filter_map(|address| text(address, "state")?.parse().ok())
        .next()
        .unwrap_or(Region::Unstated)
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}

fn items<'a>(value: &'a Value, name: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn read(patient: &Value, cover: &Value) -> Inputs {
        let parameters = json!({"parameter": [
            {"name": "MemberPatient", "resource": patient},
            {"name": "CoverageToMatch", "resource": cover},
        ]});
        let parts = MemberMatch::read(&parameters).unwrap();
        Inputs::read(&PartnerId::new("northwind"), &parts, Stated::default())
    }

    fn typed(system: &str, code: &str) -> Value {
        json!({"type": {"coding": [{"system": system, "code": code}]}, "value": "x"})
    }

    #[test]
    fn the_strongest_identifier_says_where_the_request_comes_from() {
        let member = typed(IDENTIFIER_TYPES, "MB");
        let medicare = typed(IDENTIFIER_TYPES, "MC");
        let unique = typed(UNIQUE_MEMBER_TYPES, "UMB");
        for (patient, cover, wanted) in [
            (json!([]), json!([]), "unstated"),
            (json!([member]), json!([]), "unstated"),
            (json!([medicare]), json!([]), "medicare-number"),
            (json!([medicare]), json!([member]), "member-number"),
            (json!([]), json!([{"value": "x"}]), "member-number"),
            (json!([unique]), json!([member]), "unique-member"),
        ] {
            let inputs = read(
                &json!({"identifier": patient}),
                &json!({"identifier": cover}),
            );
            assert_eq!(inputs.provenance.word(), wanted);
        }
        let inputs = read(
            &json!({"identifier": [medicare]}),
            &json!({"subscriberId": "x"}),
        );
        assert_eq!(inputs.provenance, IdentifierProvenance::SubscriberNumber);
    }

    #[test]
    fn a_former_address_and_a_foreign_code_say_nothing() {
        let patient =
            json!({"address": [{"use": "old", "state": "OH"}, {"state": "XX"}, {"state": "IN"}]});
        let cover = json!({"relationship": {"coding": [
            {"system": "urn:other", "code": "self"},
            {"system": RELATIONSHIPS, "code": "child"},
        ]}});
        let inputs = read(&patient, &cover);
        assert_eq!(
            (inputs.region, inputs.relationship),
            (Region::In, PlanRelationship::Child)
        );
        let nothing = read(&json!({}), &json!({}));
        assert_eq!(
            (nothing.region, nothing.relationship),
            (Region::Unstated, PlanRelationship::Unstated)
        );
        assert_eq!(nothing.data_type, DataType::Clinical);
    }
}
