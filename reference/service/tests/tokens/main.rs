//! The tokens that partners give us: each asked for by the right that a call needs, and nothing sent without one.
//! Refuses to know how our own endpoint gives them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod reading;
#[path = "../support/mod.rs"]
mod support;

use reference::domain::fulfilment::{Notification, Retrieval};
use reference::domain::masked::Masked;
use reference::token::{GROUP as LIST, MEMBER_MATCH, MEMBER_READ, SigningKey};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use support::Scene;
use support::later::{GROUP, JOB, KICK_OFF, calls, exports, file, list, records, says};
use support::stores::{Place, stores};
use support::stub::{MATCH, matched, scene, started};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

const TOKEN: &str = "/token";
const EVERYTHING: &str = "/Patient/p-7/$everything";

/// A scene whose partner gives tokens at the stub, and has these terms.
async fn with_endpoint(place: &Place, retrieval: Retrieval) -> (Scene, MockServer) {
    let (mut scene, stub) = scene().await;
    scene.by_hand();
    scene.config.store = place.at.clone();
    scene.agreed(retrieval, Notification::Poll);
    scene.config.client_key = Some(SigningKey::generate().unwrap());
    scene.config.partners[1].terms.token_url = Some(format!("{}{TOKEN}", stub.uri()));
    (scene, stub)
}

fn token(name: &str) -> Value {
    json!({"access_token": name, "token_type": "Bearer", "expires_in": 300})
}

/// The pairs of a form.
fn form(request: &Request) -> BTreeMap<String, String> {
    let url = format!("http://x/?{}", String::from_utf8_lossy(&request.body));
    let url = reqwest::Url::parse(&url).unwrap();
    url.query_pairs().into_owned().collect()
}

/// Gives each right a token of its name, and of the number of times that it was asked for.
struct Endpoint(std::sync::Mutex<BTreeMap<String, usize>>);

impl Endpoint {
    async fn mount(stub: &MockServer) {
        Mock::given(method("POST"))
            .and(path(TOKEN))
            .respond_with(Self(std::sync::Mutex::default()))
            .mount(stub)
            .await;
    }
}

impl Respond for Endpoint {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let scope = form(request)["scope"].clone();
        let name = match scope.as_str() {
            MEMBER_MATCH => "match",
            LIST => "list",
            MEMBER_READ => "member",
            other => panic!("nobody needs {other}"),
        };
        let mut asked = self.0.lock().unwrap();
        let times = asked.entry(name.to_owned()).or_default();
        *times += 1;
        let mut given = token(&format!("{name}-{times}"));
        given["scope"] = json!(scope);
        if name == "member" {
            given["patient"] = json!("p-7");
        }
        ResponseTemplate::new(200).set_body_json(given)
    }
}

/// Every call but those for tokens, as `path token`.
async fn shown(stub: &MockServer) -> Vec<String> {
    let requests = stub.received_requests().await.unwrap();
    let calls = requests.iter().filter(|one| one.url.path() != TOKEN);
    let told = calls.map(|one| {
        let bearer = one.headers.get("authorization");
        let bearer = bearer.map_or("nothing", |it| it.to_str().unwrap());
        format!(
            "{} {}",
            one.url.path(),
            bearer.trim_start_matches("Bearer ")
        )
    });
    told.collect()
}

async fn forms(stub: &MockServer) -> Vec<BTreeMap<String, String>> {
    let requests = stub.received_requests().await.unwrap();
    let asked = requests.iter().filter(|one| one.url.path() == TOKEN);
    asked.map(form).collect()
}

/// The answer of a guide that tells the Patient.
fn with_patient(patient: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"resourceType": "Parameters", "parameter": [
        {"name": "MemberIdentifier", "valueIdentifier": {"value": "their-number"}},
        {"name": "MemberId", "valueReference": {"reference": patient}},
    ]}))
}

#[tokio::test]
async fn a_list_is_fetched_with_a_token_that_is_for_this_list() {
    for place in stores().await {
        let (scene, stub) = with_endpoint(&place, Retrieval::GroupExport).await;
        Endpoint::mount(&stub).await;
        let files = json!([{"type": "Coverage", "url": "/files/1", "count": 2}]);
        file(&stub, "/files/1", records("Coverage", 2)).await;
        exports(&stub, &list(files, json!([]))).await;
        let service = scene.start().await;
        let id = started(&service).await;
        service.wound(&place, &id, "fulfilled").await;
        let expected = [
            format!("{MATCH} match-1"),
            format!("{KICK_OFF} list-1"),
            format!("{JOB} list-1"),
            format!("{JOB} list-1"),
            "/files/1 list-1".to_owned(),
        ];
        assert_eq!(shown(&stub).await, expected, "{}", place.name);
        let forms = forms(&stub).await;
        let resources: Vec<_> = forms.iter().map(|form| form.get("resource")).collect();
        let named = format!("{}{GROUP}", stub.uri());
        assert_eq!(resources, [None, Some(&named)]);
        // Another exchange has the match token, and a list of its own would have a token of its own.
        assert!(
            forms
                .iter()
                .all(|form| form["grant_type"] == "client_credentials")
        );
        service.running.stop().await;
    }
}

/// What a token endpoint may say instead of a token, and what follows: the end by a code, or a wait.
fn oddities() -> Vec<(&'static str, ResponseTemplate, &'static str)> {
    let says = |status: u16, body: &Value| ResponseTemplate::new(status).set_body_json(body);
    let text = |status: u16, body: String| ResponseTemplate::new(status).set_body_string(body);
    let without = |name: &str| {
        let mut given = token("t");
        given.as_object_mut().unwrap().remove(name);
        given
    };
    let with = |name: &str, value: Value| {
        let mut given = token("t");
        given[name] = value;
        given
    };
    vec![
        (
            "no JSON",
            text(200, "<html></html>".to_owned()),
            "partner/bad-response",
        ),
        (
            "nothing",
            ResponseTemplate::new(200),
            "partner/bad-response",
        ),
        (
            "no end",
            says(200, &without("expires_in")),
            "partner/bad-response",
        ),
        (
            "over an hour",
            says(200, &with("expires_in", json!(3601))),
            "partner/bad-response",
        ),
        (
            "huge",
            says(200, &with("padding", json!("x".repeat(70_000)))),
            "partner/bad-response",
        ),
        (
            "vast",
            text(400, "x".repeat(2_000_000)),
            "partner/bad-response",
        ),
        (
            "elsewhere",
            ResponseTemplate::new(302).insert_header("location", "/"),
            "partner/bad-response",
        ),
        (
            "less",
            says(200, &with("scope", json!("openid"))),
            "auth/scope-missing",
        ),
        (
            "scope",
            says(400, &json!({"error": "invalid_scope"})),
            "auth/scope-missing",
        ),
        (
            "client",
            says(401, &json!({"error": "invalid_client"})),
            "auth/token-invalid",
        ),
        ("500", ResponseTemplate::new(500), "backoff"),
        ("503", text(503, "x".repeat(100_000)), "backoff"),
        (
            "slow",
            says(200, &token("t")).set_delay(Duration::from_secs(600)),
            "backoff",
        ),
        (
            "busy",
            ResponseTemplate::new(429).insert_header("retry-after", "7"),
            "throttled",
        ),
    ]
}

#[tokio::test]
async fn an_endpoint_that_gives_no_token_ends_the_exchange_or_is_waited_for_and_nothing_is_sent() {
    for place in stores().await {
        for (what, answer, follows) in oddities() {
            let place = place.another().await;
            let (mut scene, stub) = with_endpoint(&place, Retrieval::MatchOnly).await;
            scene.config.partners[1].timeout = Duration::from_millis(match what {
                // Long enough for a slow machine afterwards; the answer takes ten minutes.
                "slow" => 5_000,
                _ => 60_000,
            });
            says(&stub, "POST", TOKEN, answer, None).await;
            says(&stub, "POST", MATCH, matched(), None).await;
            let service = scene.start().await;
            let id = started(&service).await;
            let sent = async || calls(&stub, "POST", MATCH).await;
            if follows.contains('/') {
                let view = service.until(&id, "failed").await;
                assert_eq!(view["code"], follows, "{what} on {}", place.name);
                assert_eq!(sent().await, 0, "{what}");
            } else {
                service.until_held(&id, follows).await;
                assert_eq!(sent().await, 0, "{what}");
                stub.reset().await;
                Endpoint::mount(&stub).await;
                says(&stub, "POST", MATCH, matched(), None).await;
                service.wound(&place, &id, "fulfilled").await;
                assert_eq!(shown(&stub).await, [format!("{MATCH} match-1")], "{what}");
            }
            service.running.stop().await;
        }
    }
}

#[tokio::test]
async fn a_partner_without_an_endpoint_is_shown_the_token_that_was_agreed_everywhere() {
    for (agreed, bearer) in [(Some("agreed"), "agreed"), (None, "nothing")] {
        let place = Place::sqlite();
        let (mut scene, stub) = with_endpoint(&place, Retrieval::MemberRead).await;
        scene.config.partners[1].terms.token_url = None;
        let contoso = scene.config.partners[1].id.clone();
        let agreed = agreed.map(|text| (contoso, Masked::new(text.to_owned())));
        scene.config.partner_tokens = agreed.into_iter().collect();
        says(&stub, "POST", MATCH, with_patient("p-7"), None).await;
        says(&stub, "GET", EVERYTHING, ResponseTemplate::new(401), None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        let view = service.wound(&place, &id, "failed").await;
        assert_eq!(view["code"], "auth/token-invalid");
        // Nobody gives another one: it is not tried again.
        let expected = [
            format!("{MATCH} {bearer}"),
            format!("{EVERYTHING} {bearer}"),
        ];
        assert_eq!(shown(&stub).await, expected);
        service.running.stop().await;
    }
}
