//! The dated records of an answer against the span of history that a contract promises.
//! Refuses to print a date of a record: a finding names its place.

use super::{Answer, Check};
use crate::contract::path::{Key, children};
use crate::contract::promise::History;
use crate::model::Finding;
use chrono::{Days, Months, NaiveDate};
use serde_json::{Map, Value};
use wire::json::{Document, Limits};

/// Resources that are no part of a history: who somebody is, what covers them, what carries or describes the others.
const NO_RECORDS: [&str; 17] = [
    "Binary",
    "Bundle",
    "Consent",
    "Coverage",
    "Device",
    "Endpoint",
    "Group",
    "Location",
    "Medication",
    "OperationOutcome",
    "Organization",
    "Parameters",
    "Patient",
    "Practitioner",
    "PractitionerRole",
    "Provenance",
    "RelatedPerson",
];

/// Members that say when what a record tells of took place.
///
/// Source: HL7 FHIR R4, the elements that map to FiveWs.done[x] and FiveWs.recorded in the resources of US Core and PDex
const DATES: [&str; 23] = [
    "authoredOn",
    "billablePeriod",
    "created",
    "date",
    "effectiveDateTime",
    "effectivePeriod",
    "issued",
    "occurrenceDateTime",
    "occurrencePeriod",
    "onsetDateTime",
    "onsetPeriod",
    "performedDateTime",
    "performedPeriod",
    "period",
    "receivedTime",
    "recordedDate",
    "servicedDate",
    "servicedPeriod",
    "startDate",
    "started",
    "statusDate",
    "whenHandedOver",
    "whenPrepared",
];

/// Everything about the dates of an answer that the contract does not promise.
pub fn judged(check: &Check<'_>, answer: &Answer<'_>) -> Vec<Finding> {
    let Some(history) = &check.interaction.terms.history else {
        return Vec::new();
    };
    let documents = documents(answer);
    let mut dates = Vec::new();
    for document in &documents {
        records("", document.value(), &mut dates);
    }
    let mut findings: Vec<Finding> = dates
        .iter()
        .filter_map(|date| misplaced(check, history, date))
        .collect();
    findings.extend(unmarked(check, history, &documents));
    if dates.is_empty() && history.marker.is_none() {
        findings.push(check.not_verified("no answer held a dated record"));
    }
    findings
}

/// The answer, or each line of it.
fn documents(answer: &Answer<'_>) -> Vec<Document> {
    match &answer.body {
        Some(document) => vec![document.clone()],
        None => answer
            .response
            .body
            .split(|byte| *byte == b'\n')
            .filter_map(|line| Document::parse(line, &Limits::PAYLOAD).ok())
            .collect(),
    }
}

/// The days that a date may mean, first and last.
struct Dated {
    pointer: String,
    first: NaiveDate,
    last: NaiveDate,
}

/// The dates of every record at or below `value`.
fn records(pointer: &str, value: &Value, found: &mut Vec<Dated>) {
    let kind = value.get("resourceType").and_then(Value::as_str);
    match (kind, value) {
        (Some(kind), Value::Object(members)) if !NO_RECORDS.contains(&kind) => {
            dates(pointer, members, found);
        }
        _ => {
            for (_, pointer, child) in children(pointer, value) {
                records(&pointer, child, found);
            }
        }
    }
}

/// The dates of one record: its own, and those of its items.
fn dates(pointer: &str, members: &Map<String, Value>, found: &mut Vec<Dated>) {
    for (name, member) in members {
        let pointer = super::super::path::below(pointer, name);
        if DATES.contains(&name.as_str()) {
            found.extend(moments(&pointer, member));
        } else if name == "contained" {
            records(&pointer, member, found);
        } else if name == "item" {
            for (_, pointer, item) in children(&pointer, member) {
                dates(&pointer, item.as_object().unwrap_or(&Map::new()), found);
            }
        }
    }
}

/// A date, or the two ends of a period.
fn moments(pointer: &str, value: &Value) -> Vec<Dated> {
    match value {
        Value::String(text) => span(text)
            .map(|(first, last)| Dated {
                pointer: pointer.to_owned(),
                first,
                last,
            })
            .into_iter()
            .collect(),
        Value::Object(_) => children(pointer, value)
            .into_iter()
            .filter(
                |(key, _, _)| matches!(key, Key::Name(name) if name == "start" || name == "end"),
            )
            .flat_map(|(_, pointer, end)| moments(&pointer, end))
            .collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => Vec::new(),
    }
}

/// The days of a date that may be a year, a month, a day or an instant.
///
/// Source: HL7 FHIR R4, data types date and dateTime
fn span(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    let day = text.split('T').next()?;
    let mut numbers = day.split('-').map(str::parse::<u32>);
    let year = i32::try_from(numbers.next()?.ok()?).ok()?;
    let (month, day) = (numbers.next(), numbers.next());
    let first = |month, day| NaiveDate::from_ymd_opt(year, month, day);
    match (month, day) {
        (None, _) => Some((first(1, 1)?, first(12, 31)?)),
        (Some(month), None) => {
            let first = first(month.ok()?, 1)?;
            let next = first.checked_add_months(Months::new(1))?;
            Some((first, next.checked_sub_days(Days::new(1))?))
        }
        (Some(month), Some(day)) => {
            let day = first(month.ok()?, day.ok()?)?;
            Some((day, day))
        }
    }
}

/// A date of which no day lies in the span, or every day in a gap.
fn misplaced(check: &Check<'_>, history: &History, date: &Dated) -> Option<Finding> {
    let outside = date.last < history.from || date.first > history.to;
    let gap = history
        .gaps
        .iter()
        .find(|gap| gap.from <= date.first && date.last <= gap.to);
    let message = match (outside, gap) {
        (true, _) => format!(
            "a record of the answer is dated outside {} to {}",
            history.from, history.to
        ),
        (false, Some(gap)) => format!(
            "a record of the answer is dated in the gap {} to {}",
            gap.from, gap.to
        ),
        (false, None) => return None,
    };
    let kind = if outside { "span" } else { "gap" };
    Some(broken(check, history, kind, &date.pointer).message(message))
}

/// An answer that is not complete says so at the place that the contract names.
fn unmarked(check: &Check<'_>, history: &History, documents: &[Document]) -> Option<Finding> {
    let marker = history.marker.as_ref().filter(|_| !history.complete)?;
    let marked = documents
        .iter()
        .any(|document| !marker.select(document.value()).is_empty());
    (!marked).then(|| {
        broken(check, history, "marker", "").message(format!(
            "the history is not complete, and the answer does not say so at {marker}"
        ))
    })
}

fn broken(check: &Check<'_>, history: &History, kind: &str, pointer: &str) -> Finding {
    let place = check.contract.place(&history.pointer);
    check
        .finding("contract/history-broken", place, kind)
        .pointer(format!("/body{}", check.shown(pointer)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn shown(value: &Value) -> Vec<String> {
        let mut found = Vec::new();
        records("", value, &mut found);
        let words = |date: &Dated| format!("{} {}..{}", date.pointer, date.first, date.last);
        found.iter().map(words).collect()
    }

    #[test]
    fn a_date_means_all_of_its_days() {
        let days = |text: &str| span(text).map(|(a, b)| format!("{a}..{b}"));
        assert_eq!(days("2024").unwrap(), "2024-01-01..2024-12-31");
        assert_eq!(days("2024-02").unwrap(), "2024-02-01..2024-02-29");
        assert_eq!(days("2023-12").unwrap(), "2023-12-01..2023-12-31");
        assert_eq!(
            days("2024-02-10T10:00:00-05:00").unwrap(),
            "2024-02-10..2024-02-10"
        );
        for text in ["", "soon", "2024-13", "2024-02-30"] {
            assert_eq!(days(text), None, "{text}");
        }
    }

    #[test]
    fn records_are_dated_wherever_they_stand_and_persons_are_not() {
        let bundle = json!({"resourceType": "Bundle", "entry": [
            {"resource": {"resourceType": "Patient", "birthDate": "1970-01-01", "period": {"start": "1970-01-01"}}},
            {"resource": {"resourceType": "Coverage", "period": {"start": "2001-01-01"}}},
            {"resource": {"resourceType": "ExplanationOfBenefit", "billablePeriod": {"start": "2024-01-01", "end": "2024-01-02"},
                "item": [{"servicedDate": "2024-01-01"}]}},
            {"resource": {"resourceType": "Encounter", "subject": {"period": {"start": "1999-01-01"}}, "period": {"start": "2024-03-01"}}}
        ]});
        assert_eq!(
            shown(&bundle),
            [
                "/entry/2/resource/billablePeriod/start 2024-01-01..2024-01-01",
                "/entry/2/resource/billablePeriod/end 2024-01-02..2024-01-02",
                "/entry/2/resource/item/0/servicedDate 2024-01-01..2024-01-01",
                "/entry/3/resource/period/start 2024-03-01..2024-03-01",
            ]
        );
    }
}
