//! What a partner does not get from an export, and how it is told.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use reference::token::{BULK_MEMBER_MATCH, DATA_EXPORT, MEMBER_MATCH};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use support::export::{everything, path, question};
use support::request::Person;
use support::{Answer, Scene, Service, catalogue};
use wire::payload::Schema;

async fn matched() -> (Service, String) {
    let service = Scene::new().with_control().start().await;
    let group = service.matched("contoso", &Person::number(1)).await;
    (service, group)
}

fn is_refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (status, code),
        "{}",
        answer.text
    );
    assert!(!answer.text.contains("Patient/"), "it names no patient");
    let outcome = Schema::compile(&catalogue::bundle("p2p-operation-outcome", "1.0.0")).unwrap();
    assert!(outcome.accepts(&answer.json()), "{}", answer.text);
}

#[tokio::test]
async fn a_token_for_bulk_matches_opens_no_data_and_the_other_way_round() {
    let (service, group) = matched().await;
    let place = service.kicked("contoso", &group).await;
    let list = service.ended("contoso", &place).await.json();
    let file = path(list["output"][0]["url"].as_str().unwrap());
    let call = async |method: Method, path: &str, scope: &str| {
        let url = Service::url(service.running.partner, path);
        let call = service.http.request(method, url);
        let call = call.bearer_auth(service.token("contoso", scope));
        Answer::of(call.send().await.unwrap()).await
    };
    for (method, path) in [
        (Method::GET, &place),
        (Method::GET, &file),
        (Method::DELETE, &place),
    ] {
        let answer = call(method, path, BULK_MEMBER_MATCH).await;
        is_refused(&answer, 403, "auth");
    }
    assert_eq!(call(Method::GET, &place, DATA_EXPORT).await.status, 200);
}

async fn rows(service: &Service) -> Value {
    let effects = service.control(Method::GET, "effects", &json!({})).await;
    effects.json()["rows"].clone()
}

#[tokio::test]
async fn a_question_that_cannot_be_followed_is_refused_with_its_place() {
    let (service, group) = matched().await;
    let patient = |reference: Value| json!([{"name": "patient", "valueReference": reference}]);
    let place = "Parameters.parameter[0].valueReference.reference";
    for (wishes, code, expression) in [
        (
            json!([{"name": "_typeFilter", "valueString": "Coverage?status=active"}]),
            "unsupported-type-filter",
            "Parameters.parameter[0].valueString",
        ),
        (
            patient(json!({"reference": "Patient/"})),
            "missing-identifier",
            place,
        ),
        (
            patient(json!({"reference": "Patient/somebody"})),
            "no-match",
            place,
        ),
        (
            json!([{"name": "exportType", "valueCanonical": "another"}]),
            "bad-bundle",
            "Parameters.parameter[0].valueCanonical",
        ),
        (
            json!([{"name": "_since", "valueInstant": "yesterday"}]),
            "bad-bundle",
            "Parameters.parameter[0].valueInstant",
        ),
    ] {
        let answer = service.kick("contoso", &group, &question(wishes)).await;
        is_refused(&answer, 422, code);
        assert_eq!(answer.json()["issue"][0]["expression"], json!([expression]));
    }
    assert_eq!(rows(&service).await, 1, "only the link is there");
}

#[tokio::test]
async fn row_s0_47_a_malformed_kick_off_is_refused_and_leaves_nothing() {
    let (service, group) = matched().await;
    for body in [
        "",
        "{\"resourceType\":\"Parameters\"",
        "{\"resourceType\":\"Parameters\",\"resourceType\":\"Parameters\"}",
    ] {
        let sent = service.kicking("contoso", &group, body.to_owned()).send();
        is_refused(&Answer::of(sent.await.unwrap()).await, 400, "malformed");
    }
    assert_eq!(rows(&service).await, 1);
}

#[tokio::test]
async fn without_the_wish_to_wait_the_kick_off_is_refused() {
    let (service, group) = matched().await;
    let url = Service::url(
        service.running.partner,
        &format!("{group}/$davinci-data-export"),
    );
    for (prefer, status) in [
        (None, 400),
        (Some("return=minimal"), 400),
        (Some("handling=lenient, Respond-Async"), 202),
    ] {
        let mut asking = service
            .http
            .post(&url)
            .bearer_auth(service.token("contoso", DATA_EXPORT))
            .body(everything().to_string());
        if let Some(prefer) = prefer {
            asking = asking.header("prefer", prefer);
        }
        let answer = Answer::of(asking.send().await.unwrap()).await;
        assert_eq!(answer.status, status, "{}", answer.text);
    }
}

#[tokio::test]
async fn only_the_partner_that_was_matched_sees_list_export_and_files() {
    let (service, group) = matched().await;
    let place = service.kicked("contoso", &group).await;
    let list = service.ended("contoso", &place).await.json();
    let url = path(list["output"][0]["url"].as_str().unwrap());
    is_refused(
        &service.kick("fabrikam", &group, &everything()).await,
        404,
        "auth",
    );
    for (method, path) in [
        (Method::GET, &place),
        (Method::DELETE, &place),
        (Method::GET, &url),
    ] {
        let answer = service.call("fabrikam", method, path).await;
        is_refused(&answer, 404, "auth");
    }
    for nothing in ["/async/none", "/async/none/Provenance.ndjson"] {
        is_refused(&service.get("contoso", nothing).await, 404, "auth");
    }
    let other = format!("{place}/Condition.ndjson");
    is_refused(&service.get("contoso", &other).await, 404, "auth");
    assert_eq!(service.get("contoso", &url).await.status, 200);
}

#[tokio::test]
async fn the_right_to_match_is_not_the_right_to_export() {
    let (service, group) = matched().await;
    let place = service.kicked("contoso", &group).await;
    let url = Service::url(service.running.partner, &place);
    let with = |token: Option<String>| {
        let asking = service.http.get(&url);
        let asking = match token {
            Some(token) => asking.bearer_auth(token),
            None => asking,
        };
        async { Answer::of(asking.send().await.unwrap()).await }
    };
    is_refused(&with(None).await, 401, "auth");
    let matching = service.token("contoso", MEMBER_MATCH);
    is_refused(&with(Some(matching)).await, 403, "auth");
    let stranger = service.token("adatum", DATA_EXPORT);
    is_refused(&with(Some(stranger)).await, 401, "auth");
    let token = service.token("contoso", DATA_EXPORT);
    service.clock.advance(Duration::from_secs(3600));
    is_refused(&with(Some(token)).await, 401, "auth");
}

#[tokio::test]
async fn row_s0_46_a_consent_that_has_expired_since_the_match_is_refused_without_a_patient() {
    let (service, group) = matched().await;
    let links = rows(&service).await;
    // The consent of the match ends with the year.
    service.clock.advance(Duration::from_secs(93 * 24 * 3600));
    let answer = service.kick("contoso", &group, &everything()).await;
    is_refused(&answer, 422, "consent-constraint");
    assert!(answer.json()["issue"][0].get("expression").is_none());
    assert_eq!(rows(&service).await, links);
}

#[tokio::test]
async fn a_consent_that_was_taken_back_or_is_for_somebody_else_is_refused() {
    let (service, group) = matched().await;
    for params in [
        json!({"status": "revoked"}),
        json!({"status": "expired"}),
        json!({"status": "active", "recipient": "other"}),
    ] {
        let mut params = params;
        params["member"] = json!(Person::number(1).id);
        let states = json!([{"name": "consent", "params": params}]);
        let set = service.control(Method::PUT, "states", &states).await;
        assert_eq!(set.status, 200);
        let answer = service.kick("contoso", &group, &everything()).await;
        is_refused(&answer, 422, "consent-constraint");
    }
    let open = json!([{"name": "consent", "params": {"member": Person::number(1).id, "status": "active"}}]);
    service.control(Method::PUT, "states", &open).await;
    service.kicked("contoso", &group).await;
}

#[tokio::test]
async fn a_source_that_is_down_fails_the_export_for_good() {
    let (service, group) = matched().await;
    let down = json!([{"name": "outage", "params": {"dependency": "member-store"}}]);
    service.control(Method::PUT, "states", &down).await;
    let place = service.kicked("contoso", &group).await;
    let answer = service.ended("contoso", &place).await;
    is_refused(&answer, 502, "partner-error");
    assert_eq!(answer.json()["issue"][0]["code"], "processing");
}
