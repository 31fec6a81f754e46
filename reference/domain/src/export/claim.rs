//! A synthetic claim of one day, as our source would hold it.
//! Refuses to decide what of it may leave.

use crate::Timestamp;
use crate::consent::Identifier;
use crate::masked::Masked;
use crate::record::Day;
use chrono::NaiveTime;
use serde_json::{Map, Value, json};

const PROFILE: &str = "http://hl7.org/fhir/us/carin-bb/StructureDefinition/C4BB-ExplanationOfBenefit-Professional-NonClinician-Basis|2.1.0";
const CARIN: &str = "http://hl7.org/fhir/us/carin-bb/CodeSystem";
const TERMS: &str = "http://terminology.hl7.org/CodeSystem";

/// Whose claims they are, and who settled them.
#[derive(Clone, Debug)]
pub struct Source<'a> {
    /// Logical id of the Patient.
    pub patient: &'a Masked<String>,
    pub payer: &'a Identifier,
    /// Whether claims carry amounts.
    pub financial: bool,
}

/// The claim of one day, and when it was last changed: it is settled on the day of the service.
#[must_use]
pub fn claim(source: &Source<'_>, day: Day) -> (Timestamp, Value) {
    let changed = day.date().and_time(NaiveTime::MIN).and_utc();
    let date = day.to_string();
    let patient = source.patient.expose();
    let number = format!("{patient}-{date}");
    let payer = json!({"identifier": {"system": source.payer.system, "value": source.payer.value}});
    let mut claim = json!({
        "resourceType": super::CLAIMS,
        "id": format!("eob-{number}"),
        "meta": {"lastUpdated": format!("{date}T00:00:00Z"), "profile": [PROFILE]},
        "identifier": [{
            "type": coded(&format!("{CARIN}/C4BBIdentifierType"), "uc"),
            "system": "https://payer-exchange.example/claims",
            "value": number,
        }],
        "status": "active",
        "type": coded(&format!("{TERMS}/claim-type"), "vision"),
        "use": "claim",
        "patient": {"reference": format!("Patient/{patient}")},
        "billablePeriod": {"start": date, "end": date},
        "created": format!("{date}T00:00:00Z"),
        "insurer": payer,
        "provider": {"display": "Example optician"},
        "outcome": "complete",
        "insurance": [{"focal": true, "coverage": {"reference": format!("Coverage/cov-{patient}")}}],
        "diagnosis": [{
            "sequence": 1,
            "diagnosisCodeableConcept": coded(&format!("{TERMS}/data-absent-reason"), "masked"),
            "type": [coded(&format!("{TERMS}/ex-diagnosistype"), "principal")],
        }],
        "item": [line(&date)],
    });
    if source.financial
        && let Some(claim) = claim.as_object_mut()
    {
        with_amounts(claim);
    }
    (changed, claim)
}

fn line(date: &str) -> Value {
    let category = coded(
        &format!("{CARIN}/C4BBAdjudicationDiscriminator"),
        "benefitpaymentstatus",
    );
    let reason = coded(&format!("{CARIN}/C4BBPayerAdjudicationStatus"), "innetwork");
    json!({
        "sequence": 1,
        "productOrService": coded(&format!("{TERMS}/data-absent-reason"), "not-applicable"),
        "servicedPeriod": {"start": date, "end": date},
        "locationCodeableConcept": {"text": "shop"},
        "adjudication": [{"category": category, "reason": reason}],
    })
}

/// What a source with amounts holds beside.
///
/// Source: FHIR R4 ExplanationOfBenefit; CARIN BB 2.1.0 keeps these out of its Basis profiles
fn with_amounts(claim: &mut Map<String, Value>) {
    let amount = json!({"value": 120.5, "currency": "USD"});
    let paid = coded(&format!("{TERMS}/adjudication"), "benefit");
    let paid = json!({"category": paid, "amount": amount});
    claim.insert("total".to_owned(), json!([paid]));
    claim.insert(
        "payment".to_owned(),
        json!({
            "type": coded(&format!("{CARIN}/C4BBPayerAdjudicationStatus"), "paid"),
            "amount": amount,
        }),
    );
    claim.insert("adjudication".to_owned(), json!([paid]));
    let lines = claim.get_mut("item").and_then(Value::as_array_mut);
    for line in lines.into_iter().flatten().filter_map(Value::as_object_mut) {
        line.insert("unitPrice".to_owned(), amount.clone());
        line.insert("net".to_owned(), amount.clone());
        if let Some(stated) = line.get_mut("adjudication").and_then(Value::as_array_mut) {
            stated.push(paid.clone());
        }
    }
}

fn coded(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": system, "code": code}]})
}
