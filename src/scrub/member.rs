//! Whose line it is: by whom its dates move together.
//! Refuses to follow a reference out of the line.

use super::date;
use chrono::{Datelike as _, NaiveDate};
use serde_json::{Map, Value};

/// Codes of the numbers of members.
///
/// Source: HL7 v2-0203; Da Vinci HRex, identifier type `UMB`
const CODES: &[&str] = &["MB", "UMB"];
/// Elements that refer to the member.
const WHO: &[&str] = &["beneficiary", "subscriber", "patient", "subject"];
/// Dates from this year on say nothing of when a line was made.
const NO_END: i32 = 2200;

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
            let last = reference.as_deref().and_then(|it| it.rsplit('/').next());
            set(&mut self.reference, last.map(str::to_owned));
        }
    }
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

/// The latest day in `payload` that is no birth date.
pub(super) fn latest(payload: &Value) -> Option<NaiveDate> {
    match payload {
        Value::String(text) => date::day(text).filter(|day| day.year() < NO_END),
        Value::Array(items) => items.iter().filter_map(latest).max(),
        Value::Object(members) => members
            .iter()
            .filter(|(key, _)| *key != "birthDate")
            .filter_map(|(_, value)| latest(value))
            .max(),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}
