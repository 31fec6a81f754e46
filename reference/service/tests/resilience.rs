//! What keeps calls to a partner from doing harm, seen from outside: who is called, who waits, who is told.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use reference::domain::operator::Role;
use reference::domain::resilience::{Operation, Rate, RetryPolicy, RetryRule};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Row;
use std::time::Duration;
use support::request::{Person, exchange, member_match};
use support::stores::{Place, stores};
use support::stub::{matched, refusal, says, scene, started};
use support::{Scene, Service};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use wiremock::{MockServer, ResponseTemplate};

/// A scene whose clock stands until a test moves it.
async fn still(place: &Place) -> (Scene, MockServer) {
    let (mut scene, stub) = scene().await;
    scene.config.store = place.at.clone();
    scene.by_hand();
    (scene, stub)
}

async fn submitted(service: &Service, key: &str) -> String {
    let request = exchange(&Person::number(5), "contoso");
    let answer = service.start_exchange(key, &request).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    answer.json()["id"].as_str().unwrap().to_owned()
}

async fn calls(stub: &MockServer) -> usize {
    stub.received_requests().await.unwrap().len()
}

/// Moves the clock by seconds until all of them are as wanted, and gives how many seconds that took.
async fn advance_until(service: &Service, ids: &[String], state: &str) -> u64 {
    for second in 0..120 {
        let mut there = 0;
        for id in ids {
            let view = service.exchanges(&format!("/{id}")).await.json();
            there += usize::from(view["state"] == state);
        }
        if there == ids.len() {
            return second;
        }
        service.clock.advance(Duration::from_secs(1));
        for _ in 0..200 {
            tokio::task::yield_now().await;
        }
    }
    panic!("not all became {state}");
}

#[tokio::test]
async fn row_s0_61_an_open_breaker_stops_calls_tells_callers_and_one_alert_and_probes_close_it() {
    for place in stores().await {
        let (scene, stub) = still(&place).await;
        says(&stub, ResponseTemplate::new(503), Some(10)).await;
        says(&stub, matched(), None).await;
        let service = scene.start().await;
        let mut ids = Vec::new();
        for number in 0..10 {
            let id = submitted(&service, &format!("k{number}")).await;
            service.until_held(&id, "backoff").await;
            ids.push(id);
        }
        assert_eq!(calls(&stub).await, 10, "{}", place.name);

        let new = exchange(&Person::number(5), "contoso");
        let told = service.start_exchange("k10", &new).await;
        assert_eq!(told.status, 503, "{}", told.text);
        assert_eq!(told.json()["code"], "partner/breaker-open");
        assert_eq!(told.header("retry-after"), Some("30"));
        // Another partner is asked as ever, and an answer that was given stays given.
        let other = exchange(&Person::number(4), "northwind");
        let answer = service.start_exchange("other", &other).await;
        assert_eq!(answer.status, 202);
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        let tried = |view: &Value| !view["attempts"].as_array().unwrap().is_empty();
        service.once(&id, tried).await;
        while calls(&stub).await < 11 {
            tokio::task::yield_now().await;
        }
        let again = service.start_exchange("k0", &new).await;
        assert_eq!(
            (again.status, again.header("idempotency-replayed")),
            (202, Some("true"))
        );

        service.clock.advance(Duration::from_secs(29));
        for id in &ids {
            service.until_held(id, "breaker-open").await;
        }
        assert_eq!(calls(&stub).await, 11, "no call while it is open");
        let pool = place.look().await;
        let query = "SELECT o.exchange, e.business_transaction_id FROM outbox o JOIN exchanges e ON e.id = o.exchange
                     WHERE notice = 'breaker-opened'";
        let alerts = sqlx::query(query).fetch_all(&pool).await.unwrap();
        assert_eq!(alerts.len(), 1, "one alert");
        assert_eq!(alerts[0].get::<String, _>(0), ids[9]);
        let view = service.exchanges(&format!("/{}", ids[9])).await.json();
        assert_eq!(
            view["business_transaction_id"],
            alerts[0].get::<String, _>(1)
        );
        assert_eq!(
            view["attempts"].as_array().unwrap().len(),
            1,
            "waiting uses no attempt"
        );

        advance_until(&service, &ids, "fulfilled").await;
        let open = json!(null);
        let feed = service
            .operate(
                Role::Control,
                (Method::GET, "/control/partners/contoso/feed"),
                None,
                &open,
            )
            .await;
        assert_eq!(feed.json()["lines"][0]["breaker"], "closed");
        assert_eq!(service.start_exchange("k10", &new).await.status, 202);
    }
}

#[tokio::test]
async fn row_s2_24_what_passes_by_itself_is_tried_again_and_business_errors_never_are() {
    let slow = matched().set_delay(Duration::from_secs(60));
    for (name, first, times, calls_made, state) in [
        ("503", ResponseTemplate::new(503), 1, 2, "fulfilled"),
        ("502", ResponseTemplate::new(502), 1, 2, "fulfilled"),
        ("429", ResponseTemplate::new(429), 1, 2, "fulfilled"),
        ("timeout", slow, 1, 2, "fulfilled"),
        ("no match", refusal(422, "no-match"), 9, 1, "failed"),
        ("several", refusal(422, "multiple-match"), 9, 1, "failed"),
        (
            "consent",
            refusal(422, "consent-constraint"),
            9,
            1,
            "failed",
        ),
        ("invalid", refusal(422, "bad-bundle"), 9, 1, "failed"),
        ("malformed", refusal(400, "malformed"), 9, 1, "failed"),
        ("forbidden", refusal(403, "auth"), 9, 1, "failed"),
        (
            "garbled",
            ResponseTemplate::new(200).set_body_string("{"),
            9,
            1,
            "failed",
        ),
    ] {
        let (mut scene, stub) = scene().await;
        scene.config.partners[1].timeout = Duration::from_millis(300);
        says(&stub, first, Some(times)).await;
        says(&stub, matched(), None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        service.until(&id, state).await;
        assert_eq!(calls(&stub).await, calls_made, "{name}");
    }
}

/// A partner that cuts its first connection in the middle, and answers on the second.
async fn cut_once() -> (String, tokio::task::JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let body = r#"{"resourceType":"Parameters","parameter":[{"name":"MemberIdentifier","valueIdentifier":{"value":"n"}}]}"#;
    let serving = tokio::spawn(async move {
        let mut taken = 0;
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            taken += 1;
            let mut buffer = vec![0; 64 * 1024];
            let read = stream.read(&mut buffer).await.unwrap();
            assert!(read > 0);
            if taken == 1 {
                stream.set_zero_linger().unwrap();
                continue;
            }
            let length = body.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/fhir+json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
            );
            stream
                .write_all(format!("{head}{body}").as_bytes())
                .await
                .unwrap();
            return taken;
        }
    });
    (url, serving)
}

#[tokio::test]
async fn row_s2_24_a_connection_that_is_reset_is_tried_again() {
    let (mut scene, _stub) = scene().await;
    let (url, serving) = cut_once().await;
    scene.config.partners[1].base_url = url;
    let service = scene.start().await;
    let id = started(&service).await;
    let view = service.until(&id, "fulfilled").await;
    assert_eq!(serving.await.unwrap(), 2);
    assert_eq!(view["attempts"][0]["code"], "transport/reset");
}

/// The calls that an exchange makes to a partner that always answers this, and the waits between them.
async fn tried(policy: &RetryPolicy, answer: ResponseTemplate) -> (usize, Vec<Value>) {
    let (mut scene, stub) = scene().await;
    scene.config.resilience = Some(policy.clone());
    says(&stub, answer, None).await;
    let service = scene.start().await;
    let id = started(&service).await;
    let view = service.until(&id, "dead-lettered").await;
    let attempts = view["attempts"].as_array().unwrap().clone();
    let waits = attempts.iter().map(|attempt| attempt["wait_ms"].clone());
    (calls(&stub).await, waits.collect())
}

#[tokio::test]
async fn row_s2_26_the_policy_of_one_code_changes_only_what_is_done_about_that_code() {
    let (scene, _stub) = scene().await;
    let before = scene.first_retry_policy();
    let mut after = before.clone();
    let down = "partner/unavailable".parse().unwrap();
    after.rules.push(RetryRule {
        errors: vec![down],
        attempts: 2,
        base_ms: 7_000,
        cap_ms: 7_000,
        jitter: reference::domain::resilience::Jitter::None,
        ..before.transient.clone()
    });
    let changed = tried(&after, ResponseTemplate::new(503)).await;
    assert_eq!(changed, (2, vec![json!(7_000), Value::Null]));
    let throttled = || ResponseTemplate::new(429);
    assert_eq!(
        tried(&after, throttled()).await,
        tried(&before, throttled()).await
    );
}

#[tokio::test]
async fn row_s0_70_a_paused_partner_gets_no_call_its_requests_queue_and_all_complete_once() {
    for place in stores().await {
        let (scene, stub) = still(&place).await;
        says(&stub, matched(), None).await;
        let service = scene.start().await;
        let reason = json!({"reason": "their-maintenance"});
        let pause = (Method::POST, "/control/partners/contoso/pause");
        let paused = service
            .operate(Role::Control, pause.clone(), None, &reason)
            .await;
        assert_eq!(
            (paused.status, &paused.json()["paused"]),
            (200, &json!(true))
        );
        let mut ids = Vec::new();
        for number in 0..6 {
            let id = submitted(&service, &format!("k{number}")).await;
            service.until_held(&id, "paused").await;
            ids.push(id);
        }
        service.clock.advance(Duration::from_secs(90));
        for id in &ids {
            let view = service.until_held(id, "paused").await;
            assert_eq!(view["attempts"], json!([]), "{}", place.name);
        }
        assert_eq!(calls(&stub).await, 0);
        // An order to a role that may not, or about nobody, changes nothing.
        let resume = (Method::POST, "/control/partners/contoso/resume");
        assert_eq!(
            service
                .operate(Role::Audit, resume.clone(), None, &reason)
                .await
                .status,
            403
        );
        let nobody = (Method::POST, "/control/partners/nobody/pause");
        assert_eq!(
            service
                .operate(Role::Control, nobody, None, &reason)
                .await
                .status,
            404
        );

        let resumed = service.operate(Role::Control, resume, None, &reason).await;
        assert_eq!(resumed.json()["paused"], json!(false));
        for id in &ids {
            service.until(id, "fulfilled").await;
        }
        assert_eq!(calls(&stub).await, 6, "each once");
    }
}

#[tokio::test]
async fn row_s2_79_above_the_limit_of_the_queue_callers_wait_and_accepted_work_still_drains() {
    for place in stores().await {
        let (mut scene, stub) = still(&place).await;
        let mut policy = scene.first_retry_policy();
        policy.limits.open_exchanges = 5;
        scene.config.resilience = Some(policy);
        says(&stub, matched(), None).await;
        let service = scene.start().await;
        let reason = json!({"reason": "their-maintenance"});
        let pause = (Method::POST, "/control/partners/contoso/pause");
        service.operate(Role::Control, pause, None, &reason).await;
        let mut ids = Vec::new();
        for number in 0..5 {
            ids.push(submitted(&service, &format!("k{number}")).await);
        }
        let request = exchange(&Person::number(5), "contoso");
        for number in 5..50 {
            let full = service
                .start_exchange(&format!("k{number}"), &request)
                .await;
            assert_eq!(full.status, 503, "{}", full.text);
            assert_eq!(full.json()["code"], "capacity/queue-full");
            assert_eq!(full.header("retry-after"), Some("5"));
        }
        let again = service.start_exchange("k3", &request).await;
        assert_eq!(
            (again.status, again.header("idempotency-replayed")),
            (202, Some("true"))
        );
        let resume = (Method::POST, "/control/partners/contoso/resume");
        service.operate(Role::Control, resume, None, &reason).await;
        for id in &ids {
            service.until(id, "fulfilled").await;
        }
        assert_eq!(calls(&stub).await, 5, "{}", place.name);
        assert_eq!(
            service.exchanges("").await.json()["items"]
                .as_array()
                .unwrap()
                .len(),
            5
        );
        assert_eq!(service.start_exchange("k5", &request).await.status, 202);
    }
}

#[tokio::test]
async fn a_partner_that_floods_is_told_to_wait_and_another_is_served() {
    let (mut scene, _stub) = scene().await;
    scene.by_hand();
    let mut policy = scene.first_retry_policy();
    let rate = Rate {
        calls: 30,
        per_seconds: 60,
        burst: 5,
    };
    policy.limits.inbound.insert(Operation::MemberMatch, rate);
    scene.config.resilience = Some(policy);
    let service = scene.start().await;
    let person = Person::number(0);
    let mut turned_away = 0;
    for number in 0..40 {
        let answer = service
            .ask("contoso", &member_match(&person, "contoso"))
            .await;
        if number < 5 {
            assert_eq!(answer.status, 200, "{}", answer.text);
            continue;
        }
        assert_eq!((answer.status, answer.code().as_str()), (429, "throttled"));
        assert_eq!(answer.header("retry-after"), Some("2"));
        turned_away += 1;
    }
    assert_eq!(turned_away, 35);
    for _ in 0..5 {
        let other = service
            .ask("northwind", &member_match(&person, "northwind"))
            .await;
        assert_eq!(other.status, 200, "{}", other.text);
    }
    service.clock.advance(Duration::from_secs(2));
    let answer = service
        .ask("contoso", &member_match(&person, "contoso"))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}
