//! A match that the consumer has made before: really asked and really answered, so that its list is there.
//! Refuses to link anybody past the rules of a match.

use super::{Params, Unset, Values, client, only, text};
use crate::config::Member;
use crate::data::respond::{Call, member_match};
use crate::http::test_control::Stage;
use crate::telemetry::Context;
use domain::consent::Organisation;
use domain::masked::Masked;
use serde_json::{Value, json};
use std::time::Duration;
use wire::json::{Document, Limits};

const TERMS: &str = "http://terminology.hl7.org/CodeSystem";
const POLICY: &str =
    "http://hl7.org/fhir/us/davinci-hrex/StructureDefinition-hrex-consent.html#sensitive";

/// Half the length of the consent that comes with the match.
const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

/// An earlier request of the consumer: only a match that was found can be set up.
pub(super) async fn request(
    stage: &Stage,
    params: &Params,
    consumer: Option<&str>,
) -> Result<Values, Unset> {
    only(params, &["state", "idempotencyKey", "member"])?;
    match text(params, "state")?.ok_or(Unset::Invalid("state"))? {
        "matched" => {}
        _ => return Err(Unset::Unhandled),
    }
    if params.contains_key("idempotencyKey") {
        return Err(Unset::Unhandled);
    }
    let reference = text(params, "member")?.ok_or(Unset::Invalid("member"))?;
    let known = stage.book.get(reference).ok_or(Unset::Invalid("member"))?;
    let group = matched(stage, known, consumer).await?;
    let mut values = Values::new();
    values.insert("group".to_owned(), json!(group));
    Ok(values)
}

/// Asks for the member as the consumer would, and gives the list that the match made.
async fn matched(stage: &Stage, known: &Member, consumer: Option<&str>) -> Result<String, Unset> {
    let plane = &stage.shared.plane;
    let client = client(stage, consumer)?;
    let snapshot = plane.snapshot();
    let partner = snapshot.partners.get(&client).ok_or(Unset::Unhandled)?;
    let question = question(
        stage,
        known,
        &snapshot.us.organisation,
        &partner.organisation,
    );
    let document = Document::parse(question.to_string().as_bytes(), &Limits::MATCH_BODY);
    let call = Call {
        context: &Context::of_call(None, None, plane.now()),
        client: &client,
        document: &document.map_err(|_| Unset::Invalid("member"))?,
        pdex_version: Some("2.2.0"),
    };
    let matched = member_match(plane, &call).await;
    let matched = matched.map_err(|refused| {
        tracing::warn!(code = %refused.code, "the match of a state was refused");
        Unset::Invalid("member")
    })?;
    Ok(matched.group)
}

fn question(stage: &Stage, known: &Member, us: &Organisation, them: &Organisation) -> Value {
    let patient = json!({
        "resourceType": "Patient",
        "id": known.reference,
        "name": [{"family": known.families.first().map(Masked::expose), "given": ["Casey"]}],
        "gender": "unknown",
        "birthDate": known.birth_date.expose(),
    });
    let coverage = json!({
        "resourceType": "Coverage",
        "identifier": [{"type": coded("v2-0203", "MB"), "value": known.member_id.expose()}],
        "status": "active",
        "beneficiary": {"reference": format!("Patient/{}", known.reference)},
        "relationship": coded("subscriber-relationship", "self"),
        "payor": [named(us)],
    });
    json!({"resourceType": "Parameters", "parameter": [
        {"name": "MemberPatient", "resource": patient},
        {"name": "CoverageToMatch", "resource": coverage},
        {"name": "Consent", "resource": consent(stage, known, us, them)},
    ]})
}

fn consent(stage: &Stage, known: &Member, us: &Organisation, them: &Organisation) -> Value {
    let now = stage.shared.plane.now();
    let reference = json!({"reference": format!("Patient/{}", known.reference)});
    let actor = |system, code, who| json!({"role": coded(system, code), "reference": named(who)});
    json!({
        "resourceType": "Consent",
        "status": "active",
        "scope": coded("consentscope", "patient-privacy"),
        "category": [coded("v3-ActCode", "IDSCL")],
        "patient": reference,
        "performer": [reference],
        "sourceReference": {"reference": "https://payer-exchange.example/DocumentReference/consent"},
        "policy": [{"uri": POLICY}],
        "provision": {
            "type": "permit",
            "period": {
                "start": (now - YEAR).date_naive().to_string(),
                "end": (now + YEAR).date_naive().to_string(),
            },
            "actor": [
                actor("provenance-participant-type", "performer", us),
                actor("v3-ParticipationType", "IRCP", them),
            ],
            "action": [coded("consentaction", "disclose")],
        },
    })
}

fn named(who: &Organisation) -> Value {
    let identifier = who.identifiers.first();
    let identifier = identifier.map(|id| json!({"system": id.system, "value": id.value}));
    json!({"identifier": identifier, "display": "a payer"})
}

fn coded(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": format!("{TERMS}/{system}"), "code": code}]})
}
