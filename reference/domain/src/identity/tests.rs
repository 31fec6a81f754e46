//! Who is found by which evidence, and what a decision keeps of it.
//! Refuses persons that look like anybody.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use super::*;
use crate::consent::{Identifier, Organisation};
use crate::ids::{DocumentNumber, MemberRef};
use crate::member_match::MemberMatch;
use serde_json::{Value, json};
use std::num::NonZeroU32;

fn policy(attributes: &[Attribute]) -> MatchingPolicy {
    let number = DocumentNumber(NonZeroU32::new(7).unwrap());
    MatchingPolicy::deterministic(number, attributes.iter().copied().collect())
}

fn us() -> Organisation {
    Organisation {
        identifiers: vec![Identifier {
            system: "urn:payers".to_owned(),
            value: "us".to_owned(),
        }],
    }
}

fn request(coverage: Value, birth_date: &str, family: &str) -> Value {
    json!({"parameter": [
        {"name": "MemberPatient", "resource": {"id": "1", "birthDate": birth_date, "name": [{"family": family}]}},
        {"name": "CoverageToMatch", "resource": coverage},
    ]})
}

fn member_number(value: &str) -> Value {
    json!({"identifier": [{"value": value, "type": {"coding": [
        {"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MB"}]}}]})
}

fn person(
    id: &str,
    member: Option<&str>,
    subscriber: Option<&str>,
    born: &str,
    family: &str,
) -> Candidate {
    let said = |attribute, text: Option<&str>, record: PersonRecord| match text {
        Some(text) => record.said(attribute, text, Origin::Enrollment),
        None => record,
    };
    let record = said(Attribute::MemberId, member, PersonRecord::default());
    let record = said(Attribute::SubscriberId, subscriber, record);
    let record = said(Attribute::BirthDate, Some(born), record);
    candidate(id, &said(Attribute::FamilyName, Some(family), record))
}

fn candidate(id: &str, record: &PersonRecord) -> Candidate {
    Candidate {
        person: MemberRef::new(id),
        profile: Profile::read(&policy(Attribute::ALL), record),
    }
}

fn resolve(policy: &MatchingPolicy, asked: &Asked, candidates: &[Candidate]) -> Decision {
    let question = Question {
        policy,
        knowledge: &Knowledge::none(),
        sensitivity: Sensitivity::ClinicalHistory,
        snapshot: 1,
        on: "2026-10-01".parse().unwrap(),
    };
    super::decide(&question, asked, candidates)
}

/// The attributes of the first policy.
const FIRST: &[Attribute] = &[
    Attribute::MemberId,
    Attribute::SubscriberId,
    Attribute::BirthDate,
    Attribute::FamilyName,
];

fn decide(request: &Value, candidates: &[Candidate]) -> Decision {
    let policy = policy(FIRST);
    let parts = MemberMatch::read(request).unwrap();
    resolve(&policy, &Asked::read(&parts, &policy, &us()), candidates)
}

fn word(decision: &Decision) -> String {
    decision
        .outcome()
        .code()
        .map_or_else(|| "matched".to_owned(), |code| code.to_string())
}

#[test]
fn equal_member_number_and_birth_date_is_the_person() {
    let request = request(member_number("tm 000-1"), "1980-01-02", "Testperson");
    let decision = decide(
        &request,
        &[person(
            "p1",
            Some("TM0001"),
            None,
            "1980-01-02",
            "Testperson",
        )],
    );
    assert_eq!(decision.tier(), Tier::Deterministic);
    assert_eq!(decision.band(), Band::Exact);
    assert_eq!(
        decision.policy(),
        DocumentNumber(NonZeroU32::new(7).unwrap())
    );
}

#[test]
fn equal_subscriber_number_is_enough() {
    let request = request(json!({"subscriberId": "S1"}), "1980-01-02", "Testperson");
    let decision = decide(
        &request,
        &[person("p1", None, Some("s-1"), "1980-01-02", "Testperson")],
    );
    assert_eq!(word(&decision), "matched");
}

#[test]
fn an_untyped_identifier_counts_and_one_of_another_type_does_not() {
    let p = [person("p1", Some("TM1"), None, "1980-01-02", "Testperson")];
    let untyped = request(
        json!({"identifier": [{"value": "TM1"}]}),
        "1980-01-02",
        "Testperson",
    );
    assert_eq!(word(&decide(&untyped, &p)), "matched");
    let other = json!({"identifier": [{"value": "TM1", "type": {"coding": [{"code": "DL"}]}}]});
    let other = request(other, "1980-01-02", "Testperson");
    assert_eq!(word(&decide(&other, &p)), "schema/missing-identifier");
}

#[test]
fn demographics_alone_are_never_a_match() {
    let request = request(json!({}), "1980-01-02", "Testperson");
    let decision = decide(
        &request,
        &[person("p1", Some("TM1"), None, "1980-01-02", "Testperson")],
    );
    assert_eq!(word(&decision), "schema/missing-identifier");
    assert_eq!(
        decision
            .outcome()
            .expressions(&MemberMatch::read(&request).unwrap()),
        [
            "Parameters.parameter[1].resource.identifier",
            "Parameters.parameter[1].resource.subscriberId"
        ]
    );
}

#[test]
fn one_contradicting_attribute_is_named_and_two_are_nobody() {
    let known = [person(
        "p1",
        Some("TM1"),
        Some("S1"),
        "1980-01-02",
        "Testperson",
    )];
    let conflict = |request: &Value| {
        let decision = decide(request, &known);
        let parts = MemberMatch::read(request).unwrap();
        (
            word(&decision),
            decision.outcome().expressions(&parts).join(" "),
        )
    };
    let birth = request(member_number("TM1"), "1981-01-02", "Testperson");
    assert_eq!(
        conflict(&birth),
        (
            "identity/conflicting-field".to_owned(),
            "Parameters.parameter[0].resource.birthDate".to_owned()
        )
    );
    let family = request(member_number("TM1"), "1980-01-02", "Otherperson");
    assert_eq!(conflict(&family).1, "Parameters.parameter[0].resource.name");
    let mut coverage = member_number("TM1");
    coverage["subscriberId"] = json!("S9");
    let subscriber = request(coverage, "1980-01-02", "Testperson");
    assert_eq!(
        conflict(&subscriber).1,
        "Parameters.parameter[1].resource.subscriberId"
    );
    let both = request(member_number("TM1"), "1981-01-02", "Otherperson");
    assert_eq!(conflict(&both).0, "identity/no-match");
}

#[test]
fn twins_under_one_subscriber_are_told_apart_by_member_number_only() {
    let twins = [
        person("p1", Some("TM1"), Some("S1"), "2010-05-05", "Testperson"),
        person("p2", Some("TM2"), Some("S1"), "2010-05-05", "Testperson"),
    ];
    let by_subscriber = request(json!({"subscriberId": "S1"}), "2010-05-05", "Testperson");
    assert_eq!(
        word(&decide(&by_subscriber, &twins)),
        "identity/multiple-match"
    );
    let mut coverage = member_number("TM2");
    coverage["subscriberId"] = json!("S1");
    let by_both = request(coverage, "2010-05-05", "Testperson");
    let decision = decide(&by_both, &twins);
    assert_eq!(
        decision.outcome(),
        &Outcome::Matched {
            person: MemberRef::new("p2")
        }
    );
    let mut third = member_number("TM3");
    third["subscriberId"] = json!("S1");
    let third = request(third, "2010-05-05", "Testperson");
    assert_eq!(word(&decide(&third, &twins)), "identity/no-match");
}

#[test]
fn a_part_of_a_double_name_and_an_earlier_name_do_not_contradict() {
    let known = person("p1", Some("TM1"), None, "1980-01-02", "Testperson-Example");
    let double = request(member_number("TM1"), "1980-01-02", "Example");
    assert_eq!(
        word(&decide(&double, std::slice::from_ref(&known))),
        "matched"
    );
    let record = PersonRecord::default()
        .said(Attribute::MemberId, "TM1", Origin::Enrollment)
        .said(Attribute::BirthDate, "1980-01-02", Origin::Enrollment)
        .said(Attribute::FamilyName, "Formerperson", Origin::Enrollment)
        .changed(
            Attribute::FamilyName,
            Raw::Text("Testperson".to_owned()),
            Origin::Enrollment,
            "2020-05-05".parse().unwrap(),
        )
        .unwrap();
    let known = candidate("p1", &record);
    let earlier = request(member_number("TM1"), "1980-01-02", "Formerperson");
    assert_eq!(word(&decide(&earlier, &[known])), "matched");
}

#[test]
fn another_payers_number_is_nobody_here() {
    let mut coverage = member_number("TM1");
    coverage["payor"] = json!([{"identifier": {"system": "urn:payers", "value": "other"}}]);
    let theirs = request(coverage.clone(), "1980-01-02", "Testperson");
    let known = [person("p1", Some("TM1"), None, "1980-01-02", "Testperson")];
    assert_eq!(word(&decide(&theirs, &known)), "identity/no-match");
    coverage["payor"] = json!([{"identifier": {"system": "urn:payers", "value": "us"}}]);
    let ours = request(coverage, "1980-01-02", "Testperson");
    assert_eq!(word(&decide(&ours, &known)), "matched");
}

#[test]
fn an_attribute_that_the_policy_does_not_list_is_never_read() {
    let request = request(member_number("TM1"), "1980-01-02", "Otherperson");
    let known = [person("p1", Some("TM1"), None, "1980-01-02", "Testperson")];
    let without_family = policy(&[Attribute::MemberId, Attribute::BirthDate]);
    let parts = MemberMatch::read(&request).unwrap();
    let asked = Asked::read(&parts, &without_family, &us());
    assert!(!asked.profile.says(Attribute::FamilyName));
    assert_eq!(word(&resolve(&without_family, &asked, &known)), "matched");
}

#[test]
fn a_decision_record_repeats_itself_and_holds_no_value() {
    let request = request(member_number("CANARY77"), "1980-01-02", "Testperson");
    let known = [person(
        "p1",
        Some("CANARY77"),
        None,
        "1980-01-02",
        "Testperson",
    )];
    let record = |decision: Decision| serde_json::to_string(&decision).unwrap();
    let first = record(decide(&request, &known));
    assert_eq!(first, record(decide(&request, &known)));
    for value in ["CANARY77", "1980-01-02", "Testperson", "testperson"] {
        assert!(!first.contains(value));
    }
    let parts = MemberMatch::read(&request).unwrap();
    let asked = Asked::read(&parts, &policy(Attribute::ALL), &us());
    assert!(!format!("{asked:?}").contains("CANARY77"));
}

/// Somebody whose given name was another one before, and who has it no more.
fn renamed(id: &str, policy: &MatchingPolicy, numbers: (&str, &str), given: &str) -> Candidate {
    let record = PersonRecord::default()
        .said(Attribute::MemberId, numbers.0, Origin::Enrollment)
        .said(Attribute::SubscriberId, numbers.1, Origin::Enrollment)
        .said(Attribute::BirthDate, "1980-01-02", Origin::Enrollment)
        .said(Attribute::FamilyName, "Testperson", Origin::Enrollment)
        .said(Attribute::GivenName, "Formerly", Origin::Enrollment)
        .changed(
            Attribute::GivenName,
            Raw::Text(given.to_owned()),
            Origin::Enrollment,
            "2020-05-05".parse().unwrap(),
        )
        .unwrap();
    Candidate {
        person: MemberRef::new(id),
        profile: Profile::read(policy, &record),
    }
}

#[test]
fn a_name_that_is_only_like_the_known_one_needs_a_number_that_is_not_the_familys() {
    let mut plain = policy(FIRST);
    plain.attributes.insert(Attribute::GivenName);
    let mut suffixed = plain.clone();
    suffixed.person_suffix = Some(super::policy::PersonSuffix {
        separator: '-',
        digits: 2,
    });
    let told = |policy: &MatchingPolicy, numbers: (&str, &str), given: &str| {
        let known = renamed("p1", policy, numbers, "Sample Maria");
        let mut request = request(member_number(numbers.0), "1980-01-02", "Testperson");
        request["parameter"][0]["resource"]["name"][0]["given"] = json!([given]);
        let parts = MemberMatch::read(&request).unwrap();
        let asked = Asked::read(&parts, policy, &us());
        let decision = resolve(policy, &asked, &[known]);
        (
            word(&decision),
            decision.outcome().expressions(&parts).join(" "),
        )
    };
    let refused = (
        "identity/conflicting-field".to_owned(),
        "Parameters.parameter[0].resource.name.given".to_owned(),
    );
    let matched = ("matched".to_owned(), String::new());
    for (policy, numbers, is_own) in [
        (&plain, ("TM1", "S1"), true),
        (&plain, ("TM1", "TM 1"), false),
        (&suffixed, ("TM1-02", "TM1"), true),
        (&suffixed, ("TM1-02", "S1"), true),
        (&suffixed, ("TM1", "S1"), false),
        (&suffixed, ("TM1", "TM1"), false),
        (&suffixed, ("TM1-01", "TM1-01"), false),
    ] {
        // Cut, with an initial, and as it was before.
        for like in ["Sample", "Sample M", "Formerly"] {
            let wanted = if is_own { &matched } else { &refused };
            assert_eq!(&told(policy, numbers, like), wanted, "{numbers:?} {like}");
        }
        assert_eq!(told(policy, numbers, "Sample Maria"), matched);
        let another = told(policy, numbers, "Otherwise");
        assert_eq!(another.0, "identity/no-match", "{numbers:?}");
    }
}
