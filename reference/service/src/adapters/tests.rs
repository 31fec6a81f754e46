//! What each dialect sends, reads and means.
//! Refuses to send anything.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use super::*;
use crate::store::Known;
use domain::consent::Refusal;
use domain::failure::Code;
use domain::masked::Masked;
use domain::ports::{Canonical, Failure, Op, WireResponse};
use serde_json::{Value, json};

const IDS: [&str; 5] = ["hrex-1.0", "hrex-1.1", "hrex-1.2", "hapi", "microsoft"];

fn dialect(id: &str) -> Dialect {
    Dialects::built_in().unwrap().get(id).unwrap().clone()
}

fn request() -> Value {
    json!({"resourceType": "Parameters", "parameter": [
        {"name": "MemberPatient", "resource": {"resourceType": "Patient", "id": "1"}},
        {"name": "CoverageToMatch", "resource": {"resourceType": "Coverage"}},
    ]})
}

fn response(status: u16, body: &Value) -> WireResponse {
    WireResponse {
        media: Some("application/fhir+json".to_owned()),
        ..WireResponse::new(status, Masked::new(body.to_string().into_bytes()))
    }
}

fn decode(id: &str, response: &WireResponse) -> Result<Canonical, Failure> {
    let parameters = request();
    let op = Op::MemberMatch {
        parameters: &parameters,
    };
    adapter(&dialect(id)).decode(&op, response)
}

fn refused(status: u16, body: &Value) -> Code {
    let code = |id| decode(id, &response(status, body)).unwrap_err().code;
    let first = code("hrex-1.2");
    assert!(IDS.iter().all(|id| code(id) == first));
    first
}

#[test]
fn what_we_answer_in_a_dialect_we_can_read_in_it() {
    let known = Known {
        number: Masked::new("m-1".to_owned()),
        patient: Masked::new("pat-1".to_owned()),
        umb: Masked::new("umb-1".to_owned()),
    };
    let submitted = json!({"resourceType": "Patient", "id": "1"});
    for (id, value, patient) in [
        ("hrex-1.0", "m-1", None),
        ("hrex-1.1", "umb-1", Some("Patient/pat-1")),
        ("hrex-1.2", "umb-1", Some("Patient/pat-1")),
        ("hapi", "pat-1", Some("Patient/pat-1")),
        ("microsoft", "umb-1", None),
    ] {
        let answer = answer(&dialect(id), &known, &submitted);
        let read = decode(id, &response(200, &answer)).unwrap();
        assert_eq!(read.umb.value.expose(), value, "{id}");
        assert_eq!(
            read.patient,
            patient.map(|p| Masked::new(p.to_owned())),
            "{id}"
        );
    }
}

#[test]
fn each_dialect_names_the_old_coverage_as_its_partner_wants() {
    for (id, name) in [
        ("hrex-1.0", "CoverageToMatch"),
        ("microsoft", "OldCoverage"),
    ] {
        let parameters = request();
        let op = Op::MemberMatch {
            parameters: &parameters,
        };
        let sent = adapter(&dialect(id)).encode(&op);
        let body: Value = serde_json::from_slice(sent.body.expose()).unwrap();
        assert_eq!(body["parameter"][1]["name"], name);
        assert_eq!(sent.path, "/Patient/$member-match");
    }
}

#[test]
fn an_answer_of_another_shape_is_a_bad_response() {
    let empty = json!({"resourceType": "Parameters", "parameter": []});
    for id in IDS {
        assert_eq!(
            decode(id, &response(200, &empty)).unwrap_err().code,
            Code::BadResponse
        );
        let html = WireResponse {
            media: Some("application/fhir+json".to_owned()),
            ..WireResponse::new(200, Masked::new(b"<html>".to_vec()))
        };
        assert_eq!(decode(id, &html).unwrap_err().code, Code::BadResponse);
    }
}

#[test]
fn an_answer_that_calls_itself_something_else_than_json_is_a_bad_response() {
    let known = Known {
        number: Masked::new("m-1".to_owned()),
        patient: Masked::new("pat-1".to_owned()),
        umb: Masked::new("umb-1".to_owned()),
    };
    for id in IDS {
        let answer = answer(&dialect(id), &known, &json!({"resourceType": "Patient"}));
        let called = |media: Option<&str>| {
            let media = media.map(str::to_owned);
            let answer = response(200, &answer);
            decode(id, &WireResponse { media, ..answer }).map_err(|failure| failure.code)
        };
        assert_eq!(called(Some("text/html")), Err(Code::BadResponse), "{id}");
        for media in [
            Some("application/json"),
            Some("application/fhir+json"),
            None,
        ] {
            assert!(called(media).is_ok(), "{id} {media:?}");
        }
    }
}

#[test]
fn refusals_of_every_dialect_end_in_one_taxonomy() {
    let bound = |word: &str| {
        json!({"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "processing",
            "details": {"coding": [{"system": "https://payer-exchange.example/error-codes", "code": word}]}}]})
    };
    let unbound = |word: &str| json!({"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": word}]});
    let consent = Code::Consent(Refusal::ByPartner);
    for (status, body, code) in [
        (422, bound("no-match"), Code::NoMatch),
        (422, bound("multiple-match"), Code::MultipleMatch),
        (422, bound("consent-constraint"), consent),
        (422, bound("missing-identifier"), Code::MissingIdentifier),
        (422, bound("conflicting-field"), Code::ConflictingField),
        (422, bound("match-under-review"), Code::LowConfidence),
        (422, bound("bad-bundle"), Code::PartnerRejected),
        (400, bound("malformed"), Code::PartnerRejected),
        (401, bound("auth"), Code::TokenInvalid),
        (403, bound("auth"), Code::ScopeMissing),
        (422, unbound("not-found"), Code::NoMatch),
        (422, unbound("multiple-matches"), Code::MultipleMatch),
        (422, unbound("suppressed"), consent),
        (500, unbound("transient"), Code::PartnerUnavailable),
        (500, unbound("exception"), Code::Unmapped),
        (401, json!("who are you"), Code::TokenInvalid),
        (404, json!(null), Code::Unmapped),
        (500, json!("<html>"), Code::Unmapped),
        (429, json!(null), Code::PartnerThrottled),
        (503, bound("no-match"), Code::PartnerUnavailable),
    ] {
        assert_eq!(refused(status, &body), code, "{status}");
    }
}

#[test]
fn the_wait_that_a_partner_asks_for_is_kept() {
    let mut throttled = response(429, &json!(null));
    throttled.retry_after = Some(std::time::Duration::from_secs(7));
    let failure = decode("hapi", &throttled).unwrap_err();
    assert_eq!(failure.retry_after, throttled.retry_after);
}

#[test]
fn a_pdex_version_chooses_a_dialect() {
    let dialects = Dialects::built_in().unwrap();
    for (version, id) in [
        ("2.0", Some("hrex-1.0")),
        ("2.1.0", Some("hrex-1.1")),
        (" 2.2.0", Some("hrex-1.2")),
        ("3.0", None),
        ("2", None),
        ("", None),
    ] {
        assert_eq!(dialects.of_pdex(version).map(|d| d.id.as_str()), id);
    }
}
