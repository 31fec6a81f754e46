//! Who is put on which list, and what the lists say in each form.
//! Refuses schemas: that the lists meet theirs is for the tests of the service.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use super::any_json::any_json;
use super::*;
use crate::Timestamp;
use crate::consent::{ConsentPolicy, Identifier, Organisation, Segmentation, Standing};
use crate::failure::Code;
use crate::identity as who;
use crate::identity::{
    Asked, Attribute, Candidate, Knowledge, MatchingPolicy, Origin, PersonRecord, Profile,
    Sensitivity,
};
use crate::ids::{DocumentNumber, MemberRef};
use crate::masked::Masked;
use crate::message::envelope;
use crate::message::group::{Group, MatchOutcome};
use crate::record::Instant;
use chrono::FixedOffset;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::num::NonZeroU32;

const PAYERS: &str = "https://payer-exchange.example/payer-ids";

fn now() -> Timestamp {
    "2026-06-01T12:00:00Z".parse().unwrap()
}

fn known_as(value: &str) -> Identifier {
    Identifier {
        system: PAYERS.to_owned(),
        value: value.to_owned(),
    }
}

fn organisation(value: &str) -> Organisation {
    Organisation {
        identifiers: vec![known_as(value)],
    }
}

fn coded(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": format!("http://terminology.hl7.org/CodeSystem/{system}"), "code": code}]})
}

fn consent(patient: &str) -> Value {
    let actor = |system, role, value: &str| json!({"role": coded(system, role), "reference": {"identifier": known_as(value)}});
    json!({
        "resourceType": "Consent",
        "status": "active",
        "scope": coded("consentscope", "patient-privacy"),
        "category": [coded("v3-ActCode", "IDSCL")],
        "patient": {"reference": format!("Patient/{patient}")},
        "performer": [{"reference": format!("Patient/{patient}")}],
        "sourceReference": {"reference": "https://payer.example/DocumentReference/c1"},
        "policy": [{"uri": "http://hl7.org/fhir/us/davinci-hrex/StructureDefinition-hrex-consent.html#sensitive"}],
        "provision": {
            "type": "permit",
            "period": {"start": "2026-01-01", "end": "2026-12-31"},
            "actor": [
                actor("provenance-participant-type", "performer", "us"),
                actor("v3-ParticipationType", "IRCP", "them"),
            ],
            "action": [coded("consentaction", "disclose")],
        },
    })
}

/// What is submitted of the person `id`, whose number is `number`.
fn bundle(id: &str, number: &str) -> Value {
    let cover = json!({
        "resourceType": "Coverage", "id": format!("cov-{number}"), "subscriberId": number,
        "beneficiary": {"reference": format!("Patient/{id}")},
        "meta": {"lastUpdated": "2026-01-01T00:00:00Z"},
    });
    json!({"name": "MemberBundle", "part": [
        {"name": "CoverageToMatch", "resource": cover},
        {"name": "MemberPatient", "resource": {
            "resourceType": "Patient", "id": id, "birthDate": "1970-01-01", "name": [{"family": "Testperson"}],
        }},
        {"name": "Consent", "resource": consent(id)},
    ]})
}

fn question(bundles: Vec<Value>) -> Value {
    json!({"resourceType": "Parameters", "parameter": bundles})
}

fn policy() -> MatchingPolicy {
    let first = [
        Attribute::MemberId,
        Attribute::SubscriberId,
        Attribute::BirthDate,
        Attribute::FamilyName,
    ];
    MatchingPolicy::deterministic(DocumentNumber(NonZeroU32::MIN), first.into())
}

/// Our members: everybody whose number begins with an M.
fn candidates(number: &str) -> Vec<Candidate> {
    let record = PersonRecord::default()
        .said(Attribute::SubscriberId, number, Origin::Enrollment)
        .said(Attribute::BirthDate, "1970-01-01", Origin::Enrollment)
        .said(Attribute::FamilyName, "Testperson", Origin::Enrollment);
    let known = number.starts_with('M').then(|| Candidate {
        person: MemberRef::new(format!("person-{number}")),
        profile: Profile::read(&policy(), &record),
    });
    known.into_iter().collect()
}

fn judged(member: &Submission<'_>, standing: Standing) -> Judged {
    let (us, them) = (organisation("us"), organisation("them"));
    let asked = Asked::read(&member.parts, &policy(), &us);
    let number = asked.profile.numbers(Attribute::SubscriberId)[0]
        .base
        .clone();
    let question = who::Question {
        policy: &policy(),
        knowledge: &Knowledge::none(),
        sensitivity: Sensitivity::Bulk,
        snapshot: 1,
        on: "2026-06-01".parse().unwrap(),
    };
    let decision = who::decide(&question, &asked, &candidates(&number));
    let rules = ConsentPolicy {
        segmentation: Segmentation::Tagged,
        zone: FixedOffset::west_opt(5 * 3600).unwrap(),
    };
    let sides = Sides {
        discloser: &us,
        recipient: &them,
    };
    judge(&member.parts, decision, standing, sides, &rules, now())
}

fn lists(question: &Value) -> Lists {
    let mut lists = Lists::default();
    for member in read(question).unwrap() {
        let judged = judged(&member, Standing::Open);
        let found = matches!(judged, Judged::Found(_)).then(|| Found {
            patient: Masked::new(format!("pat-{}", member.index)),
            umb: Masked::new(format!("umb-{}", member.index)),
        });
        lists.add(judged.outcome(), line(&member, found));
    }
    lists
}

fn groups(question: &Value) -> Vec<Value> {
    let (us, caller) = (known_as("us"), known_as("them"));
    lists(question).groups(&Heading {
        id: "grp-1",
        us: &us,
        caller: &caller,
        at: Instant::new(now()),
    })
}

fn submitted(groups: &[Value], outcome: &str) -> Vec<String> {
    let list = groups
        .iter()
        .find(|group| group["code"]["coding"][0]["code"] == outcome);
    let lines = list.and_then(|list| list.get("member")?.as_array());
    let link = |line: &Value| line["entity"]["extension"][0]["valueReference"]["reference"].clone();
    let links = lines.into_iter().flatten().map(link);
    links.map(|to| to.as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_expired_consent_puts_that_member_aside_and_nobody_else() {
    let mut all = vec![bundle("a", "M1"), bundle("b", "M2"), bundle("c", "X3")];
    all[1]["part"][2]["resource"]["provision"]["period"]["end"] = json!("2026-05-31");
    all[2]["part"][2]["resource"]["provision"]["period"]["end"] = json!("2026-05-31");
    let groups = groups(&question(all));
    assert_eq!(submitted(&groups, "match"), ["#a"]);
    assert_eq!(submitted(&groups, "consentconstraint"), ["#b"]);
    assert_eq!(submitted(&groups, "nomatch"), ["#c"]);
    let aside = groups[2].to_string();
    for reason in ["pat-", "umb-", "expired", "period", "Consent\""] {
        assert!(!aside.contains(reason), "{reason}");
    }
}

#[test]
fn a_member_who_opted_out_is_put_aside_whatever_consent_came() {
    let question = question(vec![bundle("a", "M1")]);
    let members = read(&question).unwrap();
    let judged = judged(&members[0], Standing::OptedOut);
    assert_eq!(judged.outcome(), MatchOutcome::ConsentConstraint);
}

#[test]
fn the_list_of_those_found_is_there_when_nobody_was() {
    let groups = groups(&question(vec![bundle("c", "X3")]));
    assert_eq!(groups.len(), 2);
    assert_eq!(groups[0]["id"], "grp-1");
    assert_eq!(groups[0]["quantity"], 0);
    assert!(groups[0].get("member").is_none() && groups[0].get("contained").is_none());
}

#[test]
fn a_person_is_copied_unchanged_less_what_a_copy_may_not_carry() {
    let mut submitted = bundle("a", "M1");
    submitted["part"][1]["resource"]["meta"] = json!({
        "versionId": "3", "lastUpdated": "2026-01-01T00:00:00Z", "security": [{"code": "R"}], "profile": ["urn:p"],
    });
    submitted["part"][1]["resource"]["contained"] = json!([{"resourceType": "Organization"}]);
    submitted["part"][1]["resource"]["telecom"] = json!([{"rank": 1}]);
    let mut expected = submitted["part"][1]["resource"].clone();
    let groups = groups(&question(vec![submitted]));
    expected["meta"] = json!({"profile": ["urn:p"]});
    expected.as_object_mut().unwrap().remove("contained");
    assert_eq!(groups[0]["contained"], json!([expected]));
}

#[test]
fn one_person_with_two_covers_is_two_lines_that_can_be_told_apart() {
    let groups = groups(&question(vec![
        bundle("a", "M1"),
        bundle("cover-0", "M7"),
        bundle("a", "M2"),
    ]));
    let list: Group = envelope::read(groups[0].clone()).unwrap();
    let covers: Vec<_> = list
        .member
        .iter()
        .map(|line| line.entity.submitted_cover())
        .collect();
    assert_eq!(covers, [Some("#cover-0x"), None, Some("#cover-2")]);
    assert_eq!(list.contained.len(), 4);
    assert!(!groups[0].to_string().contains("lastUpdated"));
    let told = told([&list]);
    assert_eq!(told[0].cover.as_ref().unwrap()["subscriberId"], "M1");
    assert_eq!(told[1].cover.as_ref().unwrap()["subscriberId"], "M2");
}

#[test]
fn two_persons_under_one_id_and_references_elsewhere_are_refused_by_their_places() {
    let mut other = bundle("a", "M2");
    other["part"][1]["resource"]["birthDate"] = json!("1941-06-12");
    let unfit = read(&question(vec![bundle("a", "M1"), other])).unwrap_err();
    assert_eq!(unfit.code, Code::BadBundle);
    assert_eq!(
        unfit.expressions,
        ["Parameters.parameter[1].part[1].resource.id"]
    );
    let mut astray = bundle("b", "M2");
    astray["part"][2]["resource"]["patient"]["reference"] = json!("Patient/a");
    let unfit = read(&question(vec![json!({"name": "Batch"}), astray])).unwrap_err();
    assert_eq!(unfit.code, Code::ReferenceMismatch);
    assert_eq!(
        unfit.expressions,
        ["Parameters.parameter[1].part[2].resource.patient.reference"]
    );
}

#[test]
fn a_line_survives_being_kept_and_prints_nothing_of_the_person() {
    let question = question(vec![bundle("a", "M1"), bundle("a", "M2")]);
    let members = read(&question).unwrap();
    let line = line(&members[0], None);
    let kept = Line::of_submitted(&line.submitted(), None).unwrap();
    assert_eq!(
        (kept.person == line.person, kept.cover == line.cover),
        (true, true)
    );
    assert!(!format!("{line:?} {:?}", line.submitted()).contains("Testperson"));
    assert!(Line::of_submitted(&Masked::new(b"{".to_vec()), None).is_none());
}

#[test]
fn more_members_than_one_question_may_hold_are_refused() {
    let part = json!([
        {"name": "MemberPatient", "resource": {"id": "a"}},
        {"name": "CoverageToMatch", "resource": {"beneficiary": {"reference": "Patient/a"}}},
    ]);
    let many = |count| question(vec![json!({"name": "MemberBundle", "part": part}); count]);
    assert_eq!(read(&many(LARGEST)).unwrap().len(), LARGEST);
    assert_eq!(read(&many(LARGEST + 1)).unwrap_err().code, Code::TooLarge);
}

/// What may be wrong with a permission, each in its own way.
fn spoilt(mut bundle: Value, how: usize) -> Value {
    let consent = &mut bundle["part"][2]["resource"];
    match how {
        0 => consent["provision"]["period"]["end"] = json!("2026-01-02"),
        1 => consent["provision"]["period"]["start"] = json!("2027-01-02"),
        2 => consent["provision"]["actor"][1]["reference"]["identifier"]["value"] = json!("else"),
        3 => consent["status"] = json!("rejected"),
        4 => consent["provision"]["code"] = json!([]),
        5 => *consent = json!({"resourceType": "Consent", "patient": consent["patient"]}),
        _ => {}
    }
    bundle
}

proptest! {
    #[test]
    fn nobody_is_moved_by_anybody_else(members in prop::collection::vec((any::<bool>(), 0_usize..12), 1..20)) {
        let bundles: Vec<Value> = members.iter().enumerate().map(|(place, (known, how))| {
            let number = format!("{}{place}", if *known { "M" } else { "X" });
            spoilt(bundle(&format!("p{place}"), &number), *how)
        }).collect();
        let together = groups(&question(bundles.clone()));
        let mut places = 0;
        for (place, (known, how)) in members.iter().enumerate() {
            let outcome = match (known, how) {
                (false, _) => "nomatch",
                (true, 0..=5) => "consentconstraint",
                (true, _) => "match",
            };
            let person = format!("#p{place}");
            prop_assert!(submitted(&together, outcome).contains(&person));
            let alone = groups(&question(vec![bundles[place].clone()]));
            prop_assert_eq!(submitted(&alone, outcome), [person]);
            places += 1;
        }
        let listed: usize = ["match", "nomatch", "consentconstraint"].iter().map(|word| submitted(&together, word).len()).sum();
        prop_assert_eq!(listed, places);
    }

    #[test]
    fn the_envelope_and_the_groups_tell_the_same(members in prop::collection::vec((0_usize..6, any::<bool>(), 0_usize..12), 1..12)) {
        let bundles = members.iter().map(|(person, known, how)| {
            let number = format!("{}{person}", if *known { "M" } else { "X" });
            spoilt(bundle(&format!("p{person}"), &number), *how)
        }).collect();
        let groups = groups(&question(bundles));
        let read: Vec<Group> = groups.iter().map(|group| envelope::read(group.clone()).unwrap()).collect();
        let enclosed = envelope::read(super::envelope(&groups)).unwrap();
        let told = told(&read);
        prop_assert!(told == told_in(&enclosed));
        prop_assert_eq!(told.len(), members.len());
        prop_assert!(told.iter().all(|one| one.person.is_some()));
        prop_assert!(told.iter().all(|one| one.record.is_some() == (one.outcome == MatchOutcome::Match)));
    }

    #[test]
    fn no_value_brings_a_reader_down(value in any_json()) {
        let _ = read(&value);
        let _ = read(&json!({"parameter": [{"name": "MemberBundle", "part": value}]}));
        let _ = crate::export::Wishes::read(&value);
        let (us, them) = (organisation("us"), organisation("them"));
        let question = crate::consent::Question {
            consent: Some(&value), patient: Some("a"), discloser: &us, recipient: &them, standing: Standing::Open,
        };
        let rules = ConsentPolicy { segmentation: Segmentation::Untagged, zone: FixedOffset::east_opt(0).unwrap() };
        prop_assert!(crate::consent::evaluate(&question, &rules, now()).is_err());
        if let Ok(group) = envelope::read::<Group>(value) {
            let _ = told([&group]);
        }
    }
}
