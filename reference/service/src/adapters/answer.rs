//! Our own answer to `$member-match`, in the dialect of the caller.
//! Refuses to say more than the dialect has room for.

use super::dialect::{AdapterKind, Dialect, Named};
use crate::store::Known;
use serde_json::{Value, json};

/// The systems of our numbers (ours).
const MEMBER_NUMBERS: &str = "https://payer-exchange.example/member-ids";
const UNIQUE_NUMBERS: &str = "https://payer-exchange.example/unique-ids";

/// The Parameters that name the member to the caller.
pub(crate) fn answer(dialect: &Dialect, member: &Known, submitted: &Value) -> Value {
    let kind = &dialect.identifier_type;
    let (system, value) = match dialect.identifier {
        Named::MemberNumber => (MEMBER_NUMBERS, &member.number),
        Named::UniqueNumber => (UNIQUE_NUMBERS, &member.umb),
    };
    let identifier = json!({
        "type": {"coding": [{"system": kind.system, "code": kind.code}]},
        "system": system,
        "value": value.expose(),
    });
    let reference = format!("Patient/{}", member.patient.expose());
    let mut parts = match dialect.adapter {
        AdapterKind::Profiled => {
            vec![json!({"name": "MemberIdentifier", "valueIdentifier": identifier})]
        }
        AdapterKind::Hapi => vec![json!({"name": "MemberIdentifier", "valueId": reference})],
        AdapterKind::Mapped => match &dialect.shape {
            Some(shape) => super::mapped::write(shape, value.expose(), &reference),
            None => Vec::new(),
        },
        AdapterKind::Microsoft => {
            vec![
                json!({"name": "MemberPatient", "resource": with_identifier(submitted, identifier)}),
            ]
        }
    };
    if dialect.member_id {
        parts.push(json!({"name": "MemberId", "valueReference": {"reference": reference}}));
    }
    json!({"resourceType": "Parameters", "parameter": parts})
}

fn with_identifier(patient: &Value, identifier: Value) -> Value {
    let mut patient = patient.clone();
    if let Some(members) = patient.as_object_mut() {
        let all = members.entry("identifier").or_insert_with(|| json!([]));
        if let Some(all) = all.as_array_mut() {
            all.push(identifier);
        }
    }
    patient
}
