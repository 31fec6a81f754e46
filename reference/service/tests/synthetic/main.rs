//! Checks that go the whole way with a member who does not exist, and are seen nowhere but where they are asked for.
//! Refuses to believe a check that only says that it ran: the partner has been called, or a mapping was found broken.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod answers;

use reference::domain::fulfilment::{Notification, Retrieval};
use reference::domain::operator::Role;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use support::catalogue::root;
use support::later::{calls, counted, says, taken_on, words, working};
use support::request::Person;
use support::stores::{Place, stores};
use support::stub::{MATCH, matched, refusal, scene, started};
use support::{Answer, Scene, Service};
use wiremock::{MockServer, ResponseTemplate};

/// How often the service looks.
const LOOK: Duration = Duration::from_secs(5);
/// How often the check runs here.
const ROUND: Duration = Duration::from_secs(900);

/// The check of this number: contoso knows the first of the list under `value`.
fn check(number: u32, value: &str, records: &str) -> String {
    let person = Person::number(0);
    format!(
        r#"
number = {number}
title = "Sample Testperson at contoso"
partner = "contoso"
every-ms = 900000
within-ms = 60000

[member]
family = "{}"
given = ["Sample"]
gender = "unknown"
birth-date = "{}"
member-id = {{ system = "https://contoso.example/member-ids", value = "{}" }}

[answer]
member = {{ value = "{value}" }}
records = {{ {records} }}
"#,
        person.family,
        person.birth_date,
        person.member("contoso")
    )
}

/// A partner at a stub, a clock by hand, and one check.
async fn checked(place: &Place, text: String) -> (Scene, MockServer) {
    let (mut scene, stub) = scene().await;
    scene.by_hand();
    scene.config.store = place.at.clone();
    scene.config.synthetic.insert("1".to_owned(), text);
    (scene, stub)
}

async fn probed(service: &Service, path: &str) -> (u16, Value) {
    let url = Service::url(service.running.probe, path);
    let answer = Answer::of(service.http.get(url).send().await.unwrap()).await;
    (answer.status, answer.json())
}

/// What the probe says of the check once it says this of it.
async fn once(service: &Service, verdict: &str) -> (u16, Value) {
    let mut last = (0, Value::Null);
    for _ in 0..20_000 {
        last = probed(service, "/health/synthetic").await;
        if last.1["checks"]["1"]["status"] == verdict {
            return (last.0, last.1["checks"]["1"].clone());
        }
        tokio::task::yield_now().await;
    }
    panic!("the check stayed {last:?}, wanted {verdict}");
}

/// Once the check has ended that began last.
async fn once_ended(service: &Service, runs: usize) -> Value {
    for _ in 0..20_000 {
        let all = runs_of(service).await;
        let ended = |run: &Value| !run["ended_at"].is_null();
        if all.len() == runs && all.iter().all(ended) {
            return all[0].clone();
        }
        tokio::task::yield_now().await;
    }
    panic!("not {runs} runs ended: {:?}", runs_of(service).await);
}

/// The first run of all once it has ended, however far the clock has to go for that.
async fn ended(scene: &Scene, service: &Service) -> Value {
    for _ in 0..2_000 {
        let first = runs_of(service).await.pop();
        if let Some(run) = first.filter(|run| !run["ended_at"].is_null()) {
            return run;
        }
        scene.clock.advance(Duration::from_secs(1));
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }
    panic!("no run has ended: {:?}", runs_of(service).await);
}

/// The runs of the first check, the latest first.
async fn runs_of(service: &Service) -> Vec<Value> {
    all_runs(service).await.remove(0)
}

/// The runs of every check, in the order of their numbers.
async fn all_runs(service: &Service) -> Vec<Vec<Value>> {
    let call = (Method::GET, "/synthetic");
    let told = service
        .operate(Role::Control, call, None, &Value::Null)
        .await;
    assert_eq!(told.status, 200, "{}", told.text);
    let body = told.json();
    let checks = body["items"].as_array().unwrap().iter();
    let runs = checks.map(|check| check["runs"].as_array().unwrap().clone());
    runs.collect()
}

async fn ask_for_a_run(service: &Service, key: &str) -> Answer {
    let call = (Method::POST, "/synthetic/1/runs");
    let reason = json!({"reason": "after-a-release"});
    service
        .operate(Role::Control, call, Some(key), &reason)
        .await
}

/// A shape of contoso's own, read at this place.
fn dialect(pointer: &str) -> String {
    let path = root().join("reference/service/tests/sixth/dialect.toml");
    let text = std::fs::read_to_string(path).unwrap();
    text.replace("/resource/identifier/0/value", pointer)
}

#[tokio::test]
async fn row_s2_43_a_synthetic_member_goes_the_real_way_and_only_that_finds_a_broken_mapping() {
    for place in stores().await {
        let (mut scene, stub) = checked(&place, check(1, "their-number", "")).await;
        scene.config.partners[1].dialect = "fabrikam-own".to_owned();
        let numbers = json!([{"value": "their-number"}, {"value": "old-number"}]);
        let person = json!({"resourceType": "Patient", "identifier": numbers});
        let answer = json!({"resourceType": "Parameters",
            "parameter": [{"name": "Person", "resource": person}]});
        let answer = ResponseTemplate::new(200).set_body_json(answer);
        says(&stub, "POST", MATCH, answer, None).await;
        let mapped = |scene: &mut Scene, pointer: &str| {
            let name = "sixth/dialect.toml".to_owned();
            scene.config.dialects.insert(name, dialect(pointer));
        };
        mapped(&mut scene, "/resource/identifier/0/value");
        let service = scene.start().await;
        let (status, check) = once(&service, "not-run").await;
        assert_eq!((status, &check["last_run"]), (503, &Value::Null));

        // The round has begun: the member goes to the partner and back.
        scene.clock.advance(LOOK);
        let (status, check) = once(&service, "ok").await;
        assert_eq!((status, &check["stage"]), (200, &Value::Null));
        assert_eq!(check["age_seconds"], 0);
        let sent = &stub.received_requests().await.unwrap()[0];
        let sent = String::from_utf8_lossy(&sent.body).into_owned();
        assert!(sent.contains(&Person::number(0).family) && !sent.contains("PX-M1"));
        let run = once_ended(&service, 1).await;
        let id = run["exchange"].as_str().unwrap();
        let view = service.exchanges(&format!("/{id}")).await.json();
        assert_eq!(
            support::stub::states(&view),
            [
                "validated",
                "matched",
                "routed",
                "acknowledged",
                "fulfilled"
            ]
        );
        // A start anew, and a run on demand.
        service.running.stop().await;
        let service = scene.start().await;
        scene.clock.advance(LOOK);
        assert_eq!(ask_for_a_run(&service, "k1").await.status, 202);
        once_ended(&service, 2).await;
        assert_eq!(calls(&stub, "POST", MATCH).await, 2, "{}", place.name);
        service.running.stop().await;

        // A release brings a mapping that takes the wrong number. Everything is up, and a real exchange succeeds.
        mapped(&mut scene, "/resource/identifier/1/value");
        scene.clock.advance(ROUND);
        let service = scene.start().await;
        let real = started(&service).await;
        service.until(&real, "fulfilled").await;
        scene.clock.advance(LOOK);
        let (status, check) = once(&service, "failed").await;
        assert_eq!(status, 503);
        assert_eq!(
            (&check["stage"], &check["code"]),
            (&json!("transformation"), &json!("partner/bad-response"))
        );
        for path in ["/health/live", "/health/ready"] {
            let (status, told) = probed(&service, path).await;
            assert_eq!((status, &told["status"]), (200, &json!("ok")), "{told}");
        }

        // Mended, and run once on demand.
        service.running.stop().await;
        mapped(&mut scene, "/resource/identifier/0/value");
        let service = scene.start().await;
        once(&service, "failed").await;
        scene.clock.advance(Duration::from_secs(1));
        let asked = ask_for_a_run(&service, "k2").await;
        assert_eq!(asked.status, 202, "{}", asked.text);
        let (status, _) = once(&service, "ok").await;
        assert_eq!(status, 200);
        let again = ask_for_a_run(&service, "k2").await;
        assert_eq!(again.json(), asked.json());
        assert_eq!(again.header("idempotency-replayed"), Some("true"));
        assert_eq!(runs_of(&service).await.len(), 4);

        // Rounds that do not come are seen.
        service.running.stop().await;
        scene.clock.advance(ROUND * 2 + LOOK);
        let service = scene.start().await;
        assert_eq!(once(&service, "stale").await.0, 503);
        service.running.stop().await;
    }
}

/// The service looks at the first check before the second, whose round is the shortest there may be: when that has run
/// again, the first has been looked at.
#[tokio::test]
async fn a_start_anew_within_the_round_does_not_run_it_again() {
    for place in stores().await {
        let (mut scene, stub) = checked(&place, check(1, "their-number", "")).await;
        let short = check(2, "their-number", "").replace("every-ms = 900000", "every-ms = 60000");
        scene.config.synthetic.insert("2".to_owned(), short);
        says(&stub, "POST", MATCH, matched(), None).await;
        let counts = async |service: &Service| {
            let runs = all_runs(service).await;
            runs.iter().map(Vec::len).collect::<Vec<_>>()
        };
        let service = scene.start().await;
        scene.clock.advance(LOOK);
        once_ended(&service, 1).await;
        while counts(&service).await != [1, 1] {
            tokio::task::yield_now().await;
        }
        service.running.stop().await;
        let service = scene.start().await;
        scene.clock.advance(Duration::from_secs(60));
        while counts(&service).await[1] < 2 {
            tokio::task::yield_now().await;
        }
        assert_eq!(counts(&service).await, [1, 2], "{}", place.name);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn row_s2_43_a_check_is_counted_nowhere_and_told_to_nobody() {
    for place in stores().await {
        let (mut scene, stub) = checked(&place, check(1, "their-number", "")).await;
        scene.agreed(Retrieval::MatchOnly, Notification::Poll);
        // One that is silent until its time is over, one refused by the other payer's people, one that takes a person.
        says(&stub, "POST", MATCH, taken_on(), Some(1)).await;
        says(&stub, "GET", support::later::JOB, working("5"), None).await;
        says(&stub, "POST", MATCH, refusal(422, "no-match"), Some(1)).await;
        says(
            &stub,
            "POST",
            MATCH,
            refusal(422, "match-under-review"),
            Some(1),
        )
        .await;
        says(&stub, "POST", MATCH, ResponseTemplate::new(418), Some(1)).await;
        says(&stub, "POST", MATCH, matched(), None).await;
        let service = scene.start().await;
        scene.clock.advance(LOOK);
        let late = ended(&scene, &service).await;
        assert_eq!(
            (&late["stage"], &late["code"]),
            (
                &json!("source-retrieval"),
                &json!("partner/completion-missing")
            )
        );
        for (number, key) in ["k1", "k2", "k3", "k4"].iter().enumerate() {
            scene.clock.advance(Duration::from_secs(1));
            assert_eq!(ask_for_a_run(&service, key).await.status, 202);
            once_ended(&service, number + 2).await;
        }
        let told: Vec<Value> = runs_of(&service).await;
        let codes: Vec<&Value> = told.iter().rev().map(|run| &run["code"]).collect();
        assert_eq!(
            codes,
            [
                "partner/completion-missing",
                "identity/no-match",
                "identity/low-confidence",
                "partner/unmapped",
            ]
            .map(|code| json!(code))
            .iter()
            .chain([&Value::Null])
            .collect::<Vec<_>>()
        );
        let pool = place.look().await;
        for table in [
            "duties",
            "breaches",
            "outbox",
            "dead_letters",
            "disputes",
            "reviews",
            "escalations",
            "unmapped",
            "match_figures",
            "guesses",
            "links",
        ] {
            let counted = counted(&pool, &format!("SELECT count(*) FROM {table}")).await;
            assert_eq!(counted, 0, "{table} on {}", place.name);
        }
        let marked = "SELECT count(*) FROM exchanges WHERE synthetic = 1";
        assert_eq!(counted(&pool, marked).await, 5);
        assert_eq!(service.exchanges("").await.json()["items"], json!([]));
        let id = told[0]["exchange"].as_str().unwrap();
        assert_eq!(
            service.exchanges(&format!("/{id}/clocks")).await.status,
            404
        );
        let actors = words(&pool, "SELECT record FROM audit WHERE action = 'created'").await;
        assert!(actors.len() == 5 && actors.iter().all(|one| one.contains("\"automation\"")));
        let orders = words(
            &pool,
            "SELECT record FROM audit WHERE record LIKE '%synthetic-run/%'",
        )
        .await;
        assert_eq!(orders.len(), 4, "who asked for a run is written down");
        let metrics = service.metrics().await;
        for name in [
            "requests",
            "ack_seconds",
            "fulfilment",
            "retries",
            "dead_letters",
            "unmapped",
            "match_results",
        ] {
            let series = format!("matchmark_{name}");
            let counts = |line: &&str| {
                line.starts_with(&series) && line.contains('{') && !line.ends_with(" 0")
            };
            assert_eq!(metrics.lines().find(counts), None);
        }
        // The same with a real member is counted.
        let real = started(&service).await;
        service.until(&real, "fulfilled").await;
        assert_eq!(counted(&pool, "SELECT count(*) FROM outbox").await, 1);
        assert_eq!(counted(&pool, "SELECT count(*) FROM duties").await, 1);
        pool.close().await;
        service.running.stop().await;
    }
}
