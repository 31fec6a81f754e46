//! Reading a member's data with a token that is for this member.
//! Refuses pages that nobody has vouched for.

use crate::support::later::says;
use crate::support::request::{Person, exchange};
use crate::support::stores::{Place, stores};
use crate::support::stub::{MATCH, matched, started};
use crate::{EVERYTHING, Endpoint, TOKEN, forms, shown, token, with_endpoint, with_patient};
use reference::domain::fulfilment::Retrieval;
use reference::token::SigningKey;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

const BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// What an assertion says, once its signature has been checked.
fn claims(key: &SigningKey, assertion: &str) -> Value {
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES384);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let point = jsonwebtoken::DecodingKey::from_ec_der(&key.verification_key().point);
    let told = jsonwebtoken::decode::<Value>(assertion, &point, &validation);
    told.unwrap().claims
}

fn page(records: &[&str], next: Option<&str>) -> ResponseTemplate {
    let entry = |kind: &&str| json!({"resource": {"resourceType": kind, "id": "1"}});
    let link: Vec<Value> = next
        .map(|url| json!({"relation": "next", "url": url}))
        .into_iter()
        .collect();
    let entries: Vec<Value> = records.iter().map(entry).collect();
    ResponseTemplate::new(200).set_body_json(json!({"resourceType": "Bundle",
        "type": "searchset", "total": 3, "link": link, "entry": entries}))
}

#[tokio::test]
async fn a_member_is_read_page_by_page_with_a_token_that_names_the_member() {
    for place in stores().await {
        for (told, name) in [
            (with_patient("Patient/p-7"), "p-7"),
            (matched(), "their-number"),
        ] {
            let place = place.another().await;
            let (scene, stub) = with_endpoint(&place, Retrieval::MemberRead).await;
            let key = scene.config.client_key.clone().unwrap();
            Endpoint::mount(&stub).await;
            says(&stub, "POST", MATCH, told, None).await;
            let first = page(&["Patient", "Coverage"], Some("/pages/2"));
            says(&stub, "GET", EVERYTHING, first, None).await;
            let busy = ResponseTemplate::new(503);
            says(&stub, "GET", "/pages/2", busy, Some(1)).await;
            let ended = ResponseTemplate::new(401);
            says(&stub, "GET", "/pages/2", ended, Some(1)).await;
            says(&stub, "GET", "/pages/2", page(&["Goal"], None), None).await;
            let service = scene.start().await;
            let id = started(&service).await;
            let view = service.wound(&place, &id, "fulfilled").await;
            assert_eq!(view["disposition"], "complete");
            let expected = [
                format!("{MATCH} match-1"),
                format!("{EVERYTHING} member-1"),
                "/pages/2 member-1".to_owned(),
                "/pages/2 member-1".to_owned(),
                "/pages/2 member-2".to_owned(),
            ];
            assert_eq!(shown(&stub).await, expected, "{}", place.name);
            let asked = &forms(&stub).await[1];
            assert_eq!(asked["grant_type"], BEARER);
            let about = claims(&key, &asked["assertion"]);
            assert_eq!(
                (&about["sub"], &about["iss"]),
                (&json!(name), &json!("payer-exchange"))
            );
            let own = claims(&key, &asked["client_assertion"]);
            assert_eq!(
                (&own["sub"], own["jti"] == about["jti"]),
                (&own["iss"], false)
            );
            let files = service.came_to(&id).await["files"].clone();
            assert_eq!(
                (&files[0]["count"], &files[1]["count"]),
                (&json!(2), &json!(1))
            );
            service.running.stop().await;
        }
    }
}

#[tokio::test]
async fn pages_that_lead_away_or_in_a_circle_or_hold_too_little_are_no_data() {
    let place = Place::sqlite();
    let answers = [
        page(&["Patient"], None),
        page(&["Patient"], Some("https://elsewhere.example/2")),
        page(&["Patient"], Some(EVERYTHING)),
        ResponseTemplate::new(200).set_body_string("{"),
        ResponseTemplate::new(204),
    ];
    let (scene, stub) = with_endpoint(&place, Retrieval::MemberRead).await;
    let service = scene.start().await;
    for (number, answer) in answers.into_iter().enumerate() {
        stub.reset().await;
        Endpoint::mount(&stub).await;
        says(&stub, "POST", MATCH, matched(), None).await;
        says(&stub, "GET", EVERYTHING, answer, None).await;
        let request = exchange(&Person::number(5), "contoso");
        let begun = service
            .start_exchange(&format!("k-{number}"), &request)
            .await;
        let id = begun.json()["id"].as_str().unwrap().to_owned();
        let view = service.wound(&place, &id, "failed").await;
        assert_eq!(view["code"], "partner/bad-response", "{number}");
        assert_eq!(view["data"], Value::Null);
    }
}

#[tokio::test]
async fn a_member_for_whom_no_token_is_given_is_not_read() {
    for place in stores().await {
        let (scene, stub) = with_endpoint(&place, Retrieval::MemberRead).await;
        let refused =
            |status, word| ResponseTemplate::new(status).set_body_json(json!({"error": word}));
        let given = ResponseTemplate::new(200).set_body_json(token("match"));
        says(&stub, "POST", TOKEN, given, Some(1)).await;
        says(
            &stub,
            "POST",
            TOKEN,
            refused(503, "temporarily_unavailable"),
            Some(2),
        )
        .await;
        says(&stub, "POST", TOKEN, refused(400, "invalid_grant"), None).await;
        says(&stub, "POST", MATCH, with_patient("Patient/p-7"), None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        let view = service.wound(&place, &id, "failed").await;
        assert_eq!(view["code"], "auth/not-your-resource", "{}", place.name);
        assert_eq!(shown(&stub).await, [format!("{MATCH} match")]);
        assert_eq!(forms(&stub).await.len(), 4, "what passes is waited for");
        service.running.stop().await;
    }
}
