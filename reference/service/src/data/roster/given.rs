//! Of whom data have arrived: each record of an export is held against those who were matched.
//! Refuses to call a member given of whom no record is here, whatever the list of files says.

use super::{each_line, told};
use crate::data::monitor::Watch;
use crate::store::{Note, StoreError};
use domain::bulk::{MemberOutcome, Roster, record_id};
use domain::fulfilment::Role;
use domain::masked::Masked;
use domain::record::Kind;
use domain::workflow::Completion;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::convert::Infallible;

/// Where a record says of whom it is.
///
/// Source: FHIR R4 compartment patient: the elements of the kinds that payers exchange
const SUBJECTS: [&str; 3] = ["patient", "subject", "beneficiary"];

/// Where the members of a result stand.
const MEMBERS: &str = "members";

/// What a file that has arrived changes for the members.
pub(in crate::data) async fn arrived(
    watch: &Watch<'_>,
    role: Role,
    body: &Masked<Vec<u8>>,
) -> Result<Option<Note>, StoreError> {
    if watch.exchange.kind == Kind::Single || watch.kept.list.is_none() || role != Role::Records {
        return Ok(None);
    }
    let store = &watch.plane.store;
    let roster = store.roster(&watch.exchange.id).await?;
    let mut roster = roster.ok_or(StoreError::Row("members"))?;
    let result = store.result(&watch.exchange.id).await?;
    let result = result.and_then(|kept| serde_json::from_slice(kept.expose()).ok());
    let result: Value = result.ok_or(StoreError::Row("result"))?;
    let known = Known::read(&result, &watch.partner.base_url);
    let mut news = false;
    let looked = each_line(body.expose(), |line| {
        if let Ok(record) = serde_json::from_slice::<Value>(line) {
            for position in known.of(&record) {
                news |= roster.give(position);
            }
        }
        Ok::<(), Infallible>(())
    });
    let Ok(()) = looked.await;
    Ok(news.then_some(Note::Members(roster)))
}

/// What an export whose files are all here gave: the whole only when data of everybody have arrived.
pub(in crate::data) struct Closed {
    pub completion: Completion,
    pub roster: Roster,
}

/// Nothing arrives any more. None in an exchange about one member.
pub(in crate::data) async fn close(watch: &Watch<'_>) -> Result<Option<Closed>, StoreError> {
    if watch.exchange.kind == Kind::Single {
        return Ok(None);
    }
    let roster = watch.plane.store.roster(&watch.exchange.id).await?;
    let mut roster = roster.ok_or(StoreError::Row("members"))?;
    roster.close();
    Ok(Some(Closed {
        completion: roster.completion(MemberOutcome::Given),
        roster,
    }))
}

impl Closed {
    /// Are there data of anybody who was matched?
    pub(in crate::data) fn has_data(&self) -> bool {
        self.roster.has(MemberOutcome::Given)
    }

    /// The completion of the whole, where the files came to `other`.
    pub(in crate::data) const fn and(&self, other: Completion) -> Completion {
        match (self.completion, other) {
            (Completion::Complete, Completion::Complete) => Completion::Complete,
            (Completion::Partial, _) | (_, Completion::Partial) => Completion::Partial,
        }
    }

    /// Brings the members of a result up to date.
    pub(in crate::data) fn tell(&self, result: &mut Value) {
        let members = result.get_mut(MEMBERS).and_then(Value::as_array_mut);
        let seats = told(&self.roster, 0, usize::MAX);
        for (member, seat) in members.into_iter().flatten().zip(seats) {
            if let (Some(member), Some(outcome)) = (member.as_object_mut(), seat.get("outcome")) {
                member.insert("outcome".to_owned(), json!(outcome));
            }
        }
    }
}

/// Tells nobody in a result as given: what has arrived counts when the whole has been judged.
pub(crate) fn hold_back(result: &mut Value) {
    let members = result.get_mut(MEMBERS).and_then(Value::as_array_mut);
    for outcome in members.into_iter().flatten() {
        if let Some(outcome) = outcome.get_mut("outcome")
            && *outcome == json!(MemberOutcome::Given)
        {
            *outcome = json!(MemberOutcome::Matched);
        }
    }
}

/// As what the partner knows those who were matched: a place by each key, and none where two have the same.
struct Known<'a> {
    base_url: &'a str,
    records: BTreeMap<String, Option<usize>>,
    numbers: BTreeMap<String, Option<usize>>,
}

impl<'a> Known<'a> {
    fn read(result: &Value, base_url: &'a str) -> Self {
        let mut known = Self {
            base_url,
            records: BTreeMap::new(),
            numbers: BTreeMap::new(),
        };
        let members = result.get(MEMBERS).and_then(Value::as_array);
        for (position, member) in members.into_iter().flatten().enumerate() {
            let record = member.get("patient").and_then(Value::as_str);
            let number = member.pointer("/umb/value").and_then(Value::as_str);
            let (keys, key) = match (record.and_then(|to| record_id(base_url, to)), number) {
                (Some(id), _) => (&mut known.records, id),
                // Where the partner does not tell the record, its own Patient says the number.
                (None, Some(number)) => (&mut known.numbers, number),
                (None, None) => continue,
            };
            keys.entry(key.to_owned())
                .and_modify(|place| *place = None)
                .or_insert(Some(position));
        }
        known
    }

    /// The places of those whom a record is about.
    fn of(&self, record: &Value) -> Vec<usize> {
        let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let mut found = Vec::new();
        if record
            .get("resourceType")
            .is_some_and(|kind| kind == "Patient")
        {
            found.extend(text(record.get("id")).and_then(|id| self.records.get(&id)));
            let numbers = record.get("identifier").and_then(Value::as_array);
            let numbers = numbers.into_iter().flatten();
            let numbers = numbers.filter_map(|number| text(number.get("value")));
            found.extend(numbers.filter_map(|number| self.numbers.get(&number)));
        }
        let subjects = SUBJECTS.iter().filter_map(|name| {
            let reference = record.get(*name)?.get("reference")?.as_str()?;
            self.records.get(record_id(self.base_url, reference)?)
        });
        found.extend(subjects);
        found.into_iter().copied().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(record: &Value) -> Vec<usize> {
        let result = json!({"members": [
            {"position": 0, "patient": "Patient/a"},
            {"position": 1},
            {"position": 2, "patient": null, "umb": {"value": "n-2"}},
            {"position": 3, "patient": "https://contoso.example/fhir/Patient/d", "umb": {"value": "n-3"}},
            {"position": 4, "patient": "Patient/e"},
            {"position": 5, "patient": "https://contoso.example/fhir/Patient/e"},
            {"position": 6, "umb": {"value": "n-6"}},
            {"position": 7, "umb": {"value": "n-6"}},
        ]});
        Known::read(&result, "https://contoso.example/fhir").of(record)
    }

    #[test]
    fn nobody_is_told_as_given_before_the_whole_is() {
        let mut result = json!({"members": [
            {"position": 0, "outcome": "given"}, {"position": 1, "outcome": "no-match"}, {"position": 2},
        ]});
        hold_back(&mut result);
        let wanted = json!({"members": [
            {"position": 0, "outcome": "matched"}, {"position": 1, "outcome": "no-match"}, {"position": 2},
        ]});
        assert_eq!(result, wanted);
        let mut alone = json!({"patient": "Patient/a"});
        hold_back(&mut alone);
        assert_eq!(alone, json!({"patient": "Patient/a"}));
    }

    #[test]
    fn a_record_is_about_whom_it_names() {
        let said = |name: &str, to: &str| {
            let mut record = json!({"resourceType": "ExplanationOfBenefit"});
            if let Some(members) = record.as_object_mut() {
                members.insert(name.to_owned(), json!({"reference": to}));
            }
            of(&record)
        };
        assert_eq!(said("patient", "Patient/a"), [0]);
        assert_eq!(
            said("subject", "https://contoso.example/fhir/Patient/d"),
            [3]
        );
        assert_eq!(said("beneficiary", "Patient/d"), [3]);
        for (name, to) in [
            ("patient", "Patient/b"),
            ("patient", "https://other.example/Patient/d"),
            // Whom two keys lead to is nobody.
            ("patient", "Patient/e"),
            ("patient", "a"),
            ("patient", "Group/a"),
            ("payor", "Patient/a"),
        ] {
            assert_eq!(said(name, to), [0; 0], "{name} {to}");
        }
    }

    #[test]
    fn a_patient_is_known_by_its_record_or_else_by_its_number() {
        let patient = |id: &str, number: &str| {
            of(&json!({"resourceType": "Patient", "id": id, "identifier": [{"value": number}]}))
        };
        assert_eq!(patient("a", "x"), [0]);
        assert_eq!(patient("x", "n-2"), [2]);
        // Who is known by a record is not known by a number as well: another one may have had it.
        assert_eq!(patient("x", "n-3"), [0; 0]);
        assert_eq!(patient("e", "n-6"), [0; 0]);
        assert_eq!(of(&json!({"resourceType": "Coverage", "id": "a"})), [0; 0]);
        assert_eq!(of(&json!([])), [0; 0]);
    }
}
