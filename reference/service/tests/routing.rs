//! Routes by five inputs, as requests meet them, and the way back from an exchange to the rule that sent it there.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use serde_json::{Value, json};
use support::admin::routes;
use support::log;
use support::request::{Person, exchange};
use support::stores::stores;
use support::stub::{matched, scene};
use support::{Scene, Service};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer};

/// The inputs of the request of [`wanted`], and one other word for each.
const INPUTS: [(&str, &str, &str); 5] = [
    ("provenance", "member-number", "subscriber-number"),
    ("relationship", "self", "child"),
    ("region", "OH", "IN"),
    ("line-of-business", "medicare-advantage", "qhp"),
    ("data-type", "claims", "coverage"),
];

/// A row for the request as it is, and one for each input by which it may differ.
fn table(stub: &MockServer, number: u32) -> String {
    let when = |differs: Option<usize>| {
        let words = INPUTS
            .iter()
            .enumerate()
            .map(|(place, (input, usual, other))| {
                let word = if differs == Some(place) { other } else { usual };
                format!("{input} = [\"{word}\"]")
            });
        words.collect::<Vec<_>>().join(", ")
    };
    let mut rows = vec![("usual", when(None), format!("{}/usual", stub.uri()))];
    for (place, (input, ..)) in INPUTS.iter().enumerate() {
        rows.push((input, when(Some(place)), format!("{}/{input}", stub.uri())));
    }
    let rows: Vec<_> = rows
        .iter()
        .map(|(id, when, to)| (*id, when.as_str(), to.clone()))
        .collect();
    routes(number, &rows)
}

fn wanted() -> Value {
    let mut request = exchange(&Person::number(5), "contoso");
    request["member_patient"]["address"] = json!([{"use": "home", "state": "OH"}]);
    request["line_of_business"] = json!("medicare-advantage");
    request["data_type"] = json!("claims");
    request
}

/// The request with one input changed.
fn differing(input: &str) -> Value {
    let mut request = wanted();
    match input {
        "provenance" => {
            let cover = request["coverage_to_match"].as_object_mut().unwrap();
            cover.remove("identifier");
        }
        "relationship" => {
            request["coverage_to_match"]["relationship"]["coding"][0]["code"] = json!("child");
        }
        "region" => request["member_patient"]["address"][0]["state"] = json!("IN"),
        "line-of-business" => request["line_of_business"] = json!("qhp"),
        "data-type" => request["data_type"] = json!("coverage"),
        other => unreachable!("{other}"),
    }
    request
}

async fn answers(stub: &MockServer, place: &str) {
    Mock::given(method("POST"))
        .and(path(format!("/{place}/Patient/$member-match")))
        .respond_with(matched())
        .mount(stub)
        .await;
}

async fn begun(service: &Service, key: &str, request: &Value) -> String {
    let answer = service.start_exchange(key, request).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.json()["id"].as_str().unwrap().to_owned()
}

async fn scene_at(place: &support::stores::Place) -> (Scene, MockServer) {
    let (mut scene, stub) = scene().await;
    scene.config.store = place.at.clone();
    (scene, stub)
}

#[tokio::test]
async fn row_s2_16_each_of_five_inputs_alone_changes_the_route() {
    for place in stores().await {
        let (scene, stub) = scene_at(&place).await;
        for (input, ..) in INPUTS {
            answers(&stub, input).await;
        }
        answers(&stub, "usual").await;
        let service = scene.start().await;
        service.publish("routing", 2, &table(&stub, 2)).await;

        let usual = begun(&service, "usual", &wanted()).await;
        service.until(&usual, "fulfilled").await;
        assert_eq!(
            service.route_of(&usual, "").await["choices"][0]["decision"]["row"],
            "usual"
        );
        for (input, ..) in INPUTS {
            let id = begun(&service, input, &differing(input)).await;
            let view = service.until(&id, "fulfilled").await;
            assert_eq!(view["route_set"], 2);
            let told = service.route_of(&id, "").await;
            assert_eq!(
                told["choices"][0]["decision"]["row"], input,
                "{}",
                place.name
            );
        }
        let requests = stub.received_requests().await.unwrap();
        let called: Vec<String> = requests
            .iter()
            .map(|one| one.url.path().to_owned())
            .collect();
        let wanted: Vec<String> = std::iter::once("usual")
            .chain(INPUTS.iter().map(|(input, ..)| *input))
            .map(|place| format!("/{place}/Patient/$member-match"))
            .collect();
        assert_eq!(called, wanted);

        let mut nowhere = self::wanted();
        nowhere["line_of_business"] = json!("commercial");
        let id = begun(&service, "nowhere", &nowhere).await;
        assert_eq!(
            service.until(&id, "failed").await["code"],
            "routing/no-route"
        );
        assert_eq!(stub.received_requests().await.unwrap().len(), wanted.len());
        service.running.stop().await;
    }
}

#[tokio::test]
async fn row_s2_51_a_wrong_line_of_business_fails_before_any_call_and_the_log_has_the_rule_version()
{
    log::listen();
    let (scene, stub) = scene().await;
    let service = scene.start().await;
    service.publish("routing", 2, &table(&stub, 2)).await;
    for (key, wrong) in [
        ("lob", json!({"line_of_business": "medicaid-ffs"})),
        ("region", json!({})),
    ] {
        let mut request = wanted();
        for (name, value) in wrong.as_object().unwrap() {
            request[name] = value.clone();
        }
        if key == "region" {
            request["member_patient"]["address"][0]["state"] = json!("TX");
        }
        let id = begun(&service, key, &request).await;
        let view = service.until(&id, "failed").await;
        assert_eq!(
            (&view["code"], &view["route_set"]),
            (&json!("routing/no-route"), &json!(2))
        );
        assert!(view["attempts"].as_array().unwrap().is_empty());
        let choice = &service.route_of(&id, "").await["choices"][0];
        assert_eq!(
            (&choice["decision"], &choice["set"]),
            (&Value::Null, &json!(2))
        );
        let lines = log::lines(view["business_transaction_id"].as_str().unwrap());
        let asked = lines
            .iter()
            .find(|line| line["fields"]["message"] == "the route set was asked");
        let fields = &asked.unwrap()["fields"];
        assert_eq!(
            (&fields["route_set"], &fields["routed"]),
            (&json!("2"), &json!(false))
        );
    }
    assert!(stub.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_route_is_explained_by_the_set_of_its_time_after_three_changes() {
    for place in stores().await {
        let (scene, stub) = scene_at(&place).await;
        for name in ["two", "three", "four", "five"] {
            answers(&stub, name).await;
        }
        let service = scene.start().await;
        let set = |number: u32, name: &str| {
            routes(number, &[(name, "", format!("{}/{name}", stub.uri()))])
        };
        service.publish("routing", 2, &set(2, "two")).await;
        let id = begun(&service, "first", &wanted()).await;
        service.until(&id, "fulfilled").await;
        let then = service.route_of(&id, "").await["choices"][0].clone();
        for (number, name) in [(3, "three"), (4, "four"), (5, "five")] {
            service.clock.advance(std::time::Duration::from_secs(3600));
            service.publish("routing", number, &set(number, name)).await;
        }
        let told = service.route_of(&id, "?at=2026-10-01T13:30:00Z").await;
        let choice = &told["choices"][0];
        assert_eq!(*choice, then, "{}", place.name);
        assert_eq!(
            (&choice["set"], &choice["reproduced"]),
            (&json!(2), &json!(true))
        );
        assert_eq!(choice["decision"]["row"], "two");
        assert_eq!(choice["inputs"]["line-of-business"], "medicare-advantage");
        assert_eq!(
            (&told["at"]["set"], &told["at"]["decision"]["row"]),
            (&json!(3), &json!("three"))
        );
        let new = begun(&service, "second", &wanted()).await;
        service.until(&new, "fulfilled").await;
        assert_eq!(service.route_of(&new, "").await["choices"][0]["set"], 5);
        assert!(!told.to_string().contains(&Person::number(5).family));
        service.running.stop().await;
    }
}

#[tokio::test]
async fn a_set_that_overlaps_or_leads_nowhere_is_refused_and_the_old_one_stays() {
    let (scene, stub) = scene().await;
    answers(&stub, "two").await;
    let service = scene.start().await;
    service
        .publish(
            "routing",
            2,
            &routes(2, &[("two", "", format!("{}/two", stub.uri()))]),
        )
        .await;
    let to = || format!("{}/three", stub.uri());
    let overlap = routes(
        3,
        &[
            ("one", "region = [\"OH\", \"IN\"]", to()),
            ("two", "region = [\"IN\"]", to()),
        ],
    );
    let nobody =
        routes(3, &[("one", "", to())]).replace("partner = \"contoso\"", "partner = \"nobody\"");
    let adapter = routes(3, &[("one", "", to())]).replace("hrex-1.2", "esperanto");
    let version = routes(3, &[("one", "", to())]).replace("2.0.1", "9.0.0");
    let number = routes(7, &[("one", "", to())]);
    for (document, word) in [
        (overlap, "overlap"),
        (nobody, "not registered"),
        (adapter, "adapter"),
        (version, "version"),
        (number, "next number is 3"),
        ("number = [".to_owned(), "line 1"),
    ] {
        let refused = service.put_document("routing", &document, "").await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert!(
            detail.contains(word) || word == "overlap" && detail.contains("both fit"),
            "{detail}"
        );
    }
    assert_eq!(
        service.document("routing").await.header("etag"),
        Some("\"routing-2\"")
    );
    let id = begun(&service, "still", &wanted()).await;
    service.until(&id, "fulfilled").await;
}
