//! What is found in a payload, and that nothing of its values is.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use chrono::FixedOffset;
use serde_json::json;

fn circumstances() -> Circumstances {
    Circumstances {
        schema: "some-entry@1.0.0".to_owned(),
        as_of: Some("2026-06-01T12:00:00Z".parse().unwrap()),
        zone: FixedOffset::west_opt(5 * 3600).unwrap(),
        parties: Some(Parties {
            caller: Organisation::known_as("s", "them"),
            payer: Organisation::known_as("s", "us"),
            either_way: false,
        }),
    }
}

fn found(payload: &Value) -> Facts {
    facts(payload, &circumstances())
}

fn patient(id: &str) -> Value {
    json!({"name": "MemberPatient", "resource": {"resourceType": "Patient", "id": id}})
}

fn coverage(beneficiary: &Value) -> Value {
    json!({"name": "CoverageToMatch", "resource": {"resourceType": "Coverage", "beneficiary": beneficiary}})
}

fn reference(to: &str) -> Value {
    json!({"reference": to})
}

#[test]
fn a_reference_is_local_or_not_and_leads_to_a_patient_or_not() {
    for (to, local, same_as) in [
        ("Patient/1", true, SameAs::OwnPatient),
        ("Patient/2", true, SameAs::Nothing),
        ("Patient/1/_history/1", true, SameAs::Nothing),
        ("1", false, SameAs::Nothing),
        ("", false, SameAs::Nothing),
        ("http://a.example/Patient/1", false, SameAs::Nothing),
        ("urn:uuid:1", false, SameAs::Nothing),
    ] {
        let payload = json!({"resourceType": "Parameters", "parameter": [
            coverage(&reference(to)), patient("1")
        ]});
        let facts = found(&payload);
        let fact = &facts.references[0];
        assert_eq!((fact.local, fact.same_as), (local, same_as), "{to}");
        assert_eq!(fact.pointer, "/parameter/0/resource/beneficiary/reference");
        assert_eq!(fact.element, "Coverage.beneficiary");
        assert_eq!(fact.resolves, same_as != SameAs::Nothing);
    }
}

#[test]
fn a_binding_element_without_a_literal_reference_is_told() {
    let payload = json!({"resourceType": "Parameters", "parameter": [
        coverage(&json!({"display": "CANARY"})), patient("1")
    ]});
    let facts = found(&payload);
    assert_eq!(facts.references.len(), 1);
    assert!(!facts.references[0].local);
    assert!(!facts.to_value().to_string().contains("CANARY"));
}

#[test]
fn members_of_a_bundle_are_kept_apart() {
    let bundle = |parts: Vec<Value>| json!({"name": "MemberBundle", "part": parts});
    let payload = json!({"resourceType": "Parameters", "parameter": [
        bundle(vec![patient("1"), coverage(&reference("Patient/1"))]),
        bundle(vec![patient("2"), coverage(&reference("Patient/1"))]),
    ]});
    let facts = found(&payload);
    let told: Vec<(&str, SameAs)> = facts
        .references
        .iter()
        .map(|fact| (fact.member.as_str(), fact.same_as))
        .collect();
    assert_eq!(
        told,
        [
            ("/parameter/0", SameAs::OwnPatient),
            ("/parameter/1", SameAs::OtherPatient)
        ]
    );
}

#[test]
fn a_period_is_inclusive_on_both_days_in_the_zone_of_the_payer() {
    for (now, state, days) in [
        ("2026-01-01T04:59:59Z", PeriodState::NotBegun, 0),
        ("2026-01-01T05:00:00Z", PeriodState::Covers, 365),
        ("2027-01-01T04:59:59Z", PeriodState::Covers, 0),
        ("2027-01-01T05:00:00Z", PeriodState::Ended, 0),
        ("2027-02-01T05:00:00Z", PeriodState::Ended, 31),
    ] {
        let consent = json!({"resourceType": "Consent", "provision": {
            "period": {"start": "2026-01-01", "end": "2026-12-31"}}});
        let mut circumstances = circumstances();
        circumstances.as_of = Some(now.parse().unwrap());
        let period = &facts(&consent, &circumstances).consents[0].period;
        assert_eq!((period.state, period.days), (state, days), "{now}");
        circumstances.as_of = None;
        let period = &facts(&consent, &circumstances).consents[0].period;
        assert_eq!(period.state, PeriodState::Unknown);
    }
}

#[test]
fn the_ends_of_an_exchange_are_named_or_not_or_nobody_knows() {
    let actor = |system: &str, code: &str, value: &str| {
        json!({"role": {"coding": [{"system": format!("http://terminology.hl7.org/CodeSystem/{system}"), "code": code}]},
            "reference": {"identifier": {"system": "s", "value": value}}})
    };
    let consent = json!({"resourceType": "Consent", "provision": {"actor": [
        actor("provenance-participant-type", "performer", "us"),
        actor("v3-ParticipationType", "IRCP", "somebody"),
    ]}});
    let named = |facts: &Facts| -> Vec<YesNo> {
        let parties = &facts.consents[0].parties;
        parties.iter().map(|party| party.named).collect()
    };
    assert_eq!(named(&found(&consent)), [YesNo::Yes, YesNo::No]);
    let mut record = circumstances();
    record.parties = Some(Parties {
        caller: Organisation::known_as("s", "us"),
        payer: Organisation::known_as("s", "somebody"),
        either_way: false,
    });
    assert_eq!(named(&facts(&consent, &record)), [YesNo::No; 2]);
    record.parties.as_mut().unwrap().either_way = true;
    assert_eq!(named(&facts(&consent, &record)), [YesNo::Yes; 2]);
    let mut nobody = circumstances();
    nobody.parties = None;
    assert_eq!(named(&facts(&consent, &nobody)), [YesNo::Unknown; 2]);
}

#[test]
fn an_amount_is_told_by_place_and_purpose_only() {
    let payload = json!({"resourceType": "ExplanationOfBenefit", "item": [{"adjudication": [
        {"category": {"coding": [{"code": "copay"}]}, "amount": {"value": 4711}},
        {"category": {"coding": [{"code": "CANARY"}]}, "value": 2},
    ]}], "total": [{"amount": {"value": 4711, "currency": "USD"}}]});
    let facts = found(&payload);
    let told: Vec<(&str, &str)> = facts
        .amounts
        .iter()
        .map(|amount| (amount.element.as_str(), amount.category.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("item.adjudication.amount", "copay"),
            ("total.amount", "unknown")
        ]
    );
    let text = facts.to_value().to_string();
    assert!(!text.contains("4711") && !text.contains("CANARY"));
}

#[test]
fn a_person_in_two_groups_is_known_by_what_was_submitted() {
    let person = |id: &str, family: &str| json!({"resourceType": "Patient", "id": id, "name": [{"family": family}]});
    let group = |person: Value| {
        let id = person["id"].clone();
        let id = id.as_str().unwrap();
        json!({"name": "x", "resource": {"resourceType": "Group", "contained": [person],
            "member": [{"entity": {"reference": format!("#{id}")}}]}})
    };
    let told = |one: Value, other: Value| -> Vec<u32> {
        let payload =
            json!({"resourceType": "Parameters", "parameter": [group(one), group(other)]});
        let groups = found(&payload).groups;
        groups
            .iter()
            .map(|group| group.members[0].other_groups)
            .collect()
    };
    assert_eq!(told(person("1", "A"), person("2", "A")), [1, 1]);
    assert_eq!(told(person("1", "A"), person("1", "B")), [0, 0]);
}

#[test]
fn a_window_is_counted_in_calendar_years() {
    for (from, years) in [
        ("2021-09-30", 5),
        ("2021-10-01", 4),
        ("2019-01-01", 7),
        ("2026-09-30", 0),
    ] {
        let record = json!({"disposition": "complete",
            "data": {"from": from, "to": "2026-09-30", "gaps": []}});
        let window = &found(&record).windows[0];
        assert_eq!(
            (window.length, window.full_years),
            (Known::Known, years),
            "{from}"
        );
    }
    assert!(
        found(&json!({"disposition": "complete", "data": null}))
            .windows
            .is_empty()
    );
}

#[test]
fn a_payload_of_any_shape_has_facts() {
    for payload in [json!(null), json!([1]), json!("x"), json!({"parameter": 3})] {
        let facts = found(&payload);
        assert!(facts.references.is_empty() && facts.groups.is_empty());
    }
}
