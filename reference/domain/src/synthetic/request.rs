//! The request of a check, in the shape that our own systems hand in.
//! Refuses to name anybody of ours: the member's number with us is made of the number of the check.

use super::document::{Check, EXPECTED};
use crate::Timestamp;
use crate::consent::Organisation;
use chrono::TimeDelta;
use serde_json::{Value, json};

/// System of the numbers that members have with us who do not exist.
const OURS: &str = "urn:matchmark:synthetic";

/// The request of a run that begins at `now`.
#[must_use]
pub fn request(check: &Check, us: &Organisation, partner: &Organisation, now: Timestamp) -> Value {
    let id = format!("synthetic-{}", check.number);
    let member = &check.member;
    let theirs = numbered(
        &check.member.member_id.system,
        &check.member.member_id.value,
    );
    let ours = numbered(OURS, &id);
    let mut cover = coverage(&id, "theirs", &theirs, partner);
    if let (Some(subscriber), Some(cover)) = (&member.subscriber_id, cover.as_object_mut()) {
        cover.insert("subscriberId".to_owned(), json!(subscriber));
    }
    json!({
        "kind": "single",
        "partner": check.partner,
        "member_patient": {
            "resourceType": "Patient",
            "id": id,
            "identifier": [ours],
            "name": [{"use": "official", "family": member.family, "given": member.given}],
            "gender": member.gender,
            "birthDate": member.birth_date.to_string(),
        },
        "coverage_to_match": cover,
        "coverage_to_link": coverage(&id, "ours", &ours, us),
        "consent": consent(&id, partner, us, now),
        "attestation": {"opted_in": true, "enrolled": true},
        EXPECTED: check.answer,
    })
}

fn coded(system: &str, code: &str) -> Value {
    let system = format!("http://terminology.hl7.org/CodeSystem/{system}");
    json!({"coding": [{"system": system, "code": code}]})
}

fn numbered(system: &str, value: &str) -> Value {
    json!({"type": coded("v2-0203", "MB"), "system": system, "value": value})
}

/// An organisation by the first identifier that it is known under.
fn named(organisation: &Organisation) -> Value {
    let known = organisation.identifiers.first();
    known.map_or_else(
        || json!({"display": "unknown"}),
        |known| {
            let identifier = json!({"system": known.system, "value": known.value});
            json!({"identifier": identifier, "display": known.value})
        },
    )
}

fn coverage(member: &str, whose: &str, number: &Value, payer: &Organisation) -> Value {
    json!({
        "resourceType": "Coverage",
        "id": format!("{member}-{whose}"),
        "identifier": [number],
        "status": "active",
        "beneficiary": {"reference": format!("Patient/{member}")},
        "relationship": coded("subscriber-relationship", "self"),
        "payor": [named(payer)],
    })
}

/// A consent that holds on the day of the run.
///
/// Source: HRex 1.2.0, hrex-consent
fn consent(
    member: &str,
    discloser: &Organisation,
    recipient: &Organisation,
    now: Timestamp,
) -> Value {
    let day = TimeDelta::days(1);
    let on = |at: Option<Timestamp>| at.unwrap_or(now).date_naive().to_string();
    let (start, end) = (
        on(now.checked_sub_signed(day)),
        on(now.checked_add_signed(day)),
    );
    let patient = json!({"reference": format!("Patient/{member}")});
    let disclosing = coded("provenance-participant-type", "performer");
    let receiving = coded("v3-ParticipationType", "IRCP");
    json!({
        "resourceType": "Consent",
        "id": format!("{member}-consent"),
        "status": "active",
        "scope": coded("consentscope", "patient-privacy"),
        "category": [coded("v3-ActCode", "IDSCL")],
        "patient": patient,
        "performer": [patient],
        "sourceReference": {"reference": format!("DocumentReference/{member}")},
        "policy": [{"uri": "http://hl7.org/fhir/us/davinci-hrex/StructureDefinition-hrex-consent.html#sensitive"}],
        "provision": {
            "type": "permit",
            "period": {"start": start, "end": end},
            "actor": [
                {"role": disclosing, "reference": named(discloser)},
                {"role": receiving, "reference": named(recipient)},
            ],
            "action": [coded("consentaction", "disclose")],
        },
    })
}
