//! What consents are granted, and why each of the others is refused.
//! Refuses to read files: every consent is made here.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use super::*;
use serde_json::json;

const NPI: &str = "http://hl7.org/fhir/sid/us-npi";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn organisation(value: &str) -> Organisation {
    Organisation {
        identifiers: vec![Identifier {
            system: NPI.to_owned(),
            value: value.to_owned(),
        }],
    }
}

fn coded(system: &str, code: &str) -> Value {
    json!({"coding": [{"system": format!("http://terminology.hl7.org/CodeSystem/{system}"), "code": code}]})
}

fn actor(system: &str, role: &str, npi: &str) -> Value {
    json!({"role": coded(system, role), "reference": {"identifier": {"system": NPI, "value": npi}}})
}

fn consent() -> Value {
    json!({
        "resourceType": "Consent",
        "status": "active",
        "scope": coded("consentscope", "patient-privacy"),
        "category": [coded("v3-ActCode", "IDSCL")],
        "patient": {"reference": "Patient/1"},
        "performer": [{"reference": "Patient/1"}],
        "sourceReference": {"reference": "http://payer.example/DocumentReference/c1"},
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

fn judge_as(
    consent: Option<&Value>,
    standing: Standing,
    segmentation: Segmentation,
    now: &str,
) -> Result<Grant, Refused> {
    let (us, them) = (organisation("us"), organisation("them"));
    let question = Question {
        consent,
        patient: Some("1"),
        discloser: &us,
        recipient: &them,
        standing,
    };
    let policy = ConsentPolicy {
        segmentation,
        zone: FixedOffset::west_opt(5 * 3600).unwrap(),
    };
    evaluate(&question, &policy, at(now))
}

fn judge(consent: &Value, now: &str) -> Result<Grant, Refused> {
    judge_as(Some(consent), Standing::Open, Segmentation::Tagged, now)
}

fn refusal(consent: &Value) -> String {
    judge(consent, "2026-06-01T12:00:00Z")
        .unwrap_err()
        .first
        .to_string()
}

/// Sets the value at `pointer`, or takes the member away.
fn edited(pointer: &str, value: Option<Value>) -> Value {
    let mut consent = consent();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match (consent.pointer_mut(parent).unwrap(), value) {
        (Value::Object(members), Some(value)) => {
            members.insert(name.to_owned(), value);
        }
        (Value::Object(members), None) => {
            members.remove(name).unwrap();
        }
        (Value::Array(items), Some(value)) => items[name.parse::<usize>().unwrap()] = value,
        (Value::Array(items), None) => {
            items.remove(name.parse().unwrap());
        }
        _ => panic!("no such place"),
    }
    consent
}

#[test]
fn a_whole_consent_is_granted_with_its_policy() {
    let grant = judge(&consent(), "2026-06-01T12:00:00Z").unwrap();
    assert_eq!(grant.policy(), Policy::Sensitive);
    assert_eq!(grant.checked_at(), at("2026-06-01T12:00:00Z"));
}

#[test]
fn each_of_the_13_items_is_refused_when_absent() {
    let cases = [
        ("/status", "status-missing"),
        ("/scope", "scope-missing"),
        ("/category", "category-missing"),
        ("/patient", "patient-missing"),
        ("/performer", "performer-missing"),
        ("/sourceReference", "source-missing"),
        ("/policy", "policy-missing"),
        ("/provision/type", "type-missing"),
        ("/provision/period/start", "period-start-missing"),
        ("/provision/period/end", "period-end-missing"),
        ("/provision/actor/0", "discloser-missing"),
        ("/provision/actor/1", "recipient-missing"),
        ("/provision/action", "action-missing"),
    ];
    assert_eq!(cases.len(), Item::ALL.len());
    for (pointer, word) in cases {
        assert_eq!(refusal(&edited(pointer, None)), word);
    }
}

#[test]
fn each_of_the_13_items_is_refused_when_wrong() {
    let cases = [
        ("/status", json!("rejected"), "status-invalid"),
        (
            "/scope",
            coded("consentscope", "treatment"),
            "scope-invalid",
        ),
        (
            "/category",
            json!([coded("v3-ActCode", "IDSCL"), coded("v3-ActCode", "IDSCL")]),
            "category-invalid",
        ),
        (
            "/patient",
            json!({"reference": "Patient/2"}),
            "patient-invalid",
        ),
        ("/performer", json!([]), "performer-invalid"),
        (
            "/sourceReference",
            json!({"reference": "Binary/1"}),
            "source-invalid",
        ),
        (
            "/policy",
            json!([{"uri": "http://payer.example/all"}]),
            "policy-invalid",
        ),
        ("/provision/type", json!("deny"), "type-invalid"),
        (
            "/provision/period/start",
            json!("2026-07-01"),
            "period-start-invalid",
        ),
        (
            "/provision/period/end",
            json!("2026-05-31"),
            "period-end-invalid",
        ),
        (
            "/provision/actor/0",
            actor("provenance-participant-type", "performer", "them"),
            "discloser-invalid",
        ),
        (
            "/provision/actor/1",
            actor("v3-ParticipationType", "IRCP", "somebody"),
            "recipient-invalid",
        ),
        (
            "/provision/action",
            json!([coded("consentaction", "collect")]),
            "action-invalid",
        ),
    ];
    assert_eq!(cases.len(), Item::ALL.len());
    for (pointer, value, word) in cases {
        assert_eq!(refusal(&edited(pointer, Some(value))), word);
    }
}

#[test]
fn only_the_member_or_somebody_named_as_acting_for_it_agrees() {
    let performed = |by: &str| edited("/performer", Some(json!([{"reference": by}])));
    for somebody in [
        "Patient/2",
        "Organization/northwind",
        "RelatedPerson/9",
        "#parent",
    ] {
        assert_eq!(refusal(&performed(somebody)), "performer-invalid");
    }
    let mut parent = performed("#parent");
    parent["contained"] = json!([{"resourceType": "RelatedPerson", "id": "parent"}]);
    assert_eq!(refusal(&parent), "performer-invalid", "it has no role");
    let role = coded("contractsignertypecodes", "GUAR");
    let actors = parent["provision"]["actor"].as_array_mut().unwrap();
    actors.push(json!({"role": role, "reference": {"reference": "#parent"}}));
    let judged = |consent: &Value| {
        let now = "2026-06-01T12:00:00Z";
        judge_as(
            Some(consent),
            Standing::default(),
            Segmentation::Tagged,
            now,
        )
        .is_ok()
    };
    assert!(judged(&parent));
    parent["contained"][0]["resourceType"] = json!("Organization");
    assert!(!judged(&parent));
    let mut other = performed("Patient/2");
    let actors = other["provision"]["actor"].as_array_mut().unwrap();
    let role = coded("contractsignertypecodes", "GUAR");
    actors.push(json!({"role": role, "reference": {"reference": "Patient/2"}}));
    assert!(judged(&other), "a parent who is a member as well");
    let elsewhere = "https://northwind.example/fhir/RelatedPerson/9";
    let mut other = performed(elsewhere);
    assert_eq!(refusal(&other), "performer-invalid", "it has no role");
    let actors = other["provision"]["actor"].as_array_mut().unwrap();
    let role = coded("contractsignertypecodes", "GUAR");
    actors.push(json!({"role": role, "reference": {"reference": elsewhere}}));
    assert!(judged(&other), "somebody at another server");
}

#[test]
fn each_forbidden_element_is_refused() {
    for name in [
        "securityLabel",
        "purpose",
        "class",
        "code",
        "dataPeriod",
        "data",
        "provision",
    ] {
        let consent = edited(&format!("/provision/{name}"), Some(json!([])));
        assert_eq!(refusal(&consent), "unsupported-element", "{name}");
    }
}

#[test]
fn the_period_is_inclusive_on_both_days_in_the_zone_of_the_payer() {
    let cases = [
        ("2026-01-01T04:59:59Z", false),
        ("2026-01-01T05:00:00Z", true),
        ("2027-01-01T04:59:59Z", true),
        ("2027-01-01T05:00:00Z", false),
    ];
    for (now, granted) in cases {
        assert_eq!(judge(&consent(), now).is_ok(), granted, "{now}");
    }
}

#[test]
fn regular_is_honoured_only_where_sensitive_data_is_kept_apart() {
    let uri = "http://hl7.org/fhir/us/davinci-hrex/StructureDefinition-hrex-consent.html#regular";
    let regular = edited("/policy/0", Some(json!({"uri": uri})));
    let judge = |segmentation| {
        judge_as(
            Some(&regular),
            Standing::Open,
            segmentation,
            "2026-06-01T12:00:00Z",
        )
    };
    assert_eq!(
        judge(Segmentation::Tagged).unwrap().policy(),
        Policy::Regular
    );
    let refused = judge(Segmentation::Untagged).unwrap_err();
    assert_eq!(refused.status(), ConsentStatus::PolicyUnsupported);
}

#[test]
fn naming_both_policies_is_naming_none() {
    let page = "http://hl7.org/fhir/us/davinci-hrex/StructureDefinition-hrex-consent.html";
    let both = json!([{"uri": format!("{page}#regular")}, {"uri": format!("{page}#sensitive")}]);
    assert_eq!(refusal(&edited("/policy", Some(both))), "policy-invalid");
}

#[test]
fn mutual_consent_names_both_payers_twice() {
    let both = json!([
        actor("provenance-participant-type", "performer", "them"),
        actor("provenance-participant-type", "performer", "us"),
        actor("v3-ParticipationType", "IRCP", "us"),
        actor("v3-ParticipationType", "IRCP", "them"),
    ]);
    assert!(
        judge(
            &edited("/provision/actor", Some(both)),
            "2026-06-01T12:00:00Z"
        )
        .is_ok()
    );
}

#[test]
fn our_own_records_outrank_the_consent() {
    let cases = [
        (Standing::OptedOut, ConsentStatus::Revoked),
        (Standing::Ended, ConsentStatus::Expired),
        (Standing::OtherRecipient, ConsentStatus::WrongRecipient),
    ];
    for (standing, status) in cases {
        let refused = judge_as(
            Some(&consent()),
            standing,
            Segmentation::Tagged,
            "2026-06-01T12:00:00Z",
        )
        .unwrap_err();
        assert_eq!(refused.status(), status);
    }
}

#[test]
fn no_consent_is_a_refusal() {
    let refused = judge_as(
        None,
        Standing::Open,
        Segmentation::Tagged,
        "2026-06-01T12:00:00Z",
    );
    assert_eq!(refused.unwrap_err().first, Refusal::Absent);
}

#[test]
fn every_reason_is_kept_in_order() {
    let consent = edited("/status", Some(json!("inactive")));
    let refused = judge(&consent, "2028-01-01T00:00:00Z").unwrap_err();
    assert_eq!(refused.first.to_string(), "status-invalid");
    assert_eq!(
        refused.others,
        [Refusal::Item(Item::PeriodEnd, Flaw::Invalid)]
    );
}
