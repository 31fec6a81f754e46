//! Whose line it is: by whom its dates move together.
//! Refuses to follow a reference out of the line.

use serde_json::{Map, Value};

/// Codes of the numbers of members.
///
/// Source: HL7 v2-0203; Da Vinci HRex, identifier type `UMB`
const CODES: &[&str] = &["MB", "UMB"];
/// Elements that refer to the member.
const WHO: &[&str] = &["beneficiary", "subscriber", "patient", "subject"];

/// The member of `payload`: a number of the first patient, any member number, the patient's id, a reference to one.
pub(super) fn member(payload: &Value) -> Option<String> {
    let mut found = Found::default();
    found.look("", payload);
    found
        .of_patient
        .or(found.number)
        .or(found.id)
        .or(found.reference)
}

#[derive(Default)]
struct Found {
    of_patient: Option<String>,
    number: Option<String>,
    id: Option<String>,
    reference: Option<String>,
}

impl Found {
    fn look(&mut self, key: &str, value: &Value) {
        match value {
            Value::Object(members) => {
                self.object(key, members);
                members
                    .iter()
                    .for_each(|(key, value)| self.look(key, value));
            }
            Value::Array(items) => items.iter().for_each(|item| self.look(key, item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn object(&mut self, key: &str, members: &Map<String, Value>) {
        let text = |key: &str| members.get(key).and_then(Value::as_str).map(str::to_owned);
        if text("resourceType").is_some_and(|kind| kind == "Patient") {
            let numbers = members.get("identifier").and_then(Value::as_array);
            let numbers = || numbers.into_iter().flatten();
            let chosen = numbers()
                .find(|number| is_member_number(number))
                .or_else(|| numbers().next());
            let value = chosen.and_then(|number| number.get("value")?.as_str());
            set(&mut self.of_patient, value.map(str::to_owned));
            set(&mut self.id, text("id"));
        }
        if members
            .get("type")
            .is_some_and(|_| is_member_number_of(members))
        {
            set(&mut self.number, text("value"));
        }
        set(&mut self.number, text("subscriberId"));
        if WHO.contains(&key) {
            let reference = text("reference");
            set(&mut self.reference, reference.as_deref().and_then(referred));
        }
    }
}

/// The id that a reference means, whichever edition of it.
fn referred(reference: &str) -> Option<String> {
    let current = reference.split_once("/_history/");
    let current = current.map_or(reference, |(current, _)| current);
    let last = current.rsplit(['/', '#', ':']).next();
    last.map(str::to_owned)
}

fn set(place: &mut Option<String>, found: Option<String>) {
    if place.is_none() {
        *place = found;
    }
}

fn is_member_number(number: &Value) -> bool {
    number.as_object().is_some_and(is_member_number_of)
}

fn is_member_number_of(number: &Map<String, Value>) -> bool {
    let coding = number.get("type").and_then(|kind| kind.get("coding"));
    let mut coding = coding.and_then(Value::as_array).into_iter().flatten();
    coding.any(|coding| {
        let code = coding.get("code").and_then(Value::as_str);
        code.is_some_and(|code| CODES.contains(&code))
    })
}
