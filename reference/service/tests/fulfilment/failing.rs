//! How an exchange ends, or goes on, when its partner fails after the match.

use super::*;
use reference::domain::operator::Role;
use reqwest::Method;

#[tokio::test]
async fn a_dead_exchange_that_is_called_back_offers_a_replay_and_stays_dead() {
    let place = Place::sqlite();
    let (scene, stub) = at(&place, Retrieval::MatchOnly, Notification::Callback).await;
    says(&stub, "POST", MATCH, taken_on(), None).await;
    let service = scene.start().await;
    let id = started(&service).await;
    let view = service.until(&id, "dead-lettered").await;
    let address = callback_address(&stub, MATCH).await;
    let done = json!({"status": "completed"});
    let answer = service
        .call_back("contoso", &address, Some("late"), &done)
        .await;
    assert_eq!(answer.status, 202);
    let after = service.until(&id, "dead-lettered").await;
    assert_eq!(after["history"], view["history"]);
    let pool = place.look().await;
    let offered = "SELECT reaction FROM callbacks";
    assert_eq!(words(&pool, offered).await, ["offers-replay"]);
    let notices = "SELECT count(*) FROM outbox WHERE notice = 'replay-offered'";
    assert_eq!(counted(&pool, notices).await, 1);
}

#[tokio::test]
async fn a_job_that_fails_or_is_lost_ends_by_what_the_partner_says() {
    for (answer, state, code) in [
        (refusal(422, "no-match"), "failed", "identity/no-match"),
        (
            refusal(422, "consent-constraint"),
            "failed",
            "consent/refused-by-partner",
        ),
        (
            ResponseTemplate::new(500).set_body_string("<html>"),
            "failed",
            "partner/job-failed",
        ),
        (
            ResponseTemplate::new(404),
            "dead-lettered",
            "partner/job-lost",
        ),
        (
            ResponseTemplate::new(200).set_body_string("<html>"),
            "failed",
            "partner/bad-response",
        ),
    ] {
        let (mut scene, stub) = scene().await;
        scene.agreed(Retrieval::MatchOnly, Notification::Poll);
        says(&stub, "POST", MATCH, taken_on(), None).await;
        says(&stub, "GET", JOB, ResponseTemplate::new(503), Some(1)).await;
        says(&stub, "GET", JOB, answer, None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        let view = service.until(&id, state).await;
        assert_eq!(view["code"], code);
        assert_eq!(calls(&stub, "GET", JOB).await, 2, "{code}");
    }
}

#[tokio::test]
async fn an_address_elsewhere_never_sees_our_token() {
    let (mut scene, stub) = scene().await;
    let elsewhere = MockServer::start().await;
    scene.agreed(Retrieval::GroupExport, Notification::Poll);
    let away = format!("{}/files/1", elsewhere.uri());
    let given = list(json!([{"type": CLAIMS, "url": away}]), json!([]));
    let view = fetched(&stub, &scene, &given, "failed").await;
    assert_eq!(view["code"], "partner/bad-response");
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_file_that_breaks_off_is_fetched_again_and_a_restart_goes_on_where_it_was() {
    let place = Place::sqlite();
    let (mut scene, stub) = at(&place, Retrieval::GroupExport, Notification::Poll).await;
    scene.by_hand();
    exports(
        &stub,
        &list(output(&[(CLAIMS, 2), ("Coverage", 1)]), json!([])),
    )
    .await;
    file(&stub, "/files/ExplanationOfBenefit", records(CLAIMS, 2)).await;
    // Far enough away for the restart to come first.
    let down = ResponseTemplate::new(503).insert_header("retry-after", "500");
    says(&stub, "GET", "/files/Coverage", down, Some(1)).await;
    file(&stub, "/files/Coverage", records("Coverage", 1)).await;
    let service = scene.start().await;
    let id = started(&service).await;
    let waits = |view: &Value| view["hold"] == "backoff";
    for _ in 0..200 {
        if waits(&service.exchanges(&format!("/{id}")).await.json()) {
            break;
        }
        scene.clock.advance(Duration::from_secs(1));
    }
    service.until_held(&id, "backoff").await;
    service.running.stop().await;
    scene.clock.advance(Duration::from_secs(500));
    let service = scene.start().await;
    let view = service.until(&id, "fulfilled").await;
    assert_eq!(view["disposition"], "complete");
    assert_eq!(calls(&stub, "GET", "/files/ExplanationOfBenefit").await, 1);
    assert_eq!(calls(&stub, "GET", "/files/Coverage").await, 2);
    assert_eq!(calls(&stub, "POST", KICK_OFF).await, 1);
}

#[tokio::test]
async fn a_kick_off_after_a_replay_has_all_its_attempts_again() {
    for place in stores().await {
        let (scene, stub) = at(&place, Retrieval::GroupExport, Notification::Poll).await;
        // Six end the exchange, and one more comes after the replay.
        let down = ResponseTemplate::new(503);
        says(&stub, "POST", KICK_OFF, down, Some(7)).await;
        exports(&stub, &list(output(&[("Coverage", 1)]), json!([]))).await;
        file(&stub, "/files/Coverage", records("Coverage", 1)).await;
        let service = scene.start().await;
        let id = started(&service).await;
        let view = service.until(&id, "dead-lettered").await;
        assert_eq!(view["resume_at"], "acknowledged", "{}", place.name);
        let code = view["code"].as_str().unwrap();
        let fixed = json!({"code": code, "reason": "partner-is-up"});
        let call = (Method::POST, "/dlq/fixed");
        let said = service.operate(Role::Replay, call, None, &fixed).await;
        assert_eq!(said.status, 200, "{}", said.text);
        let order = json!({"ids": [id]});
        let call = (Method::POST, "/dlq/replay");
        let started = service
            .operate(Role::Replay, call, Some("o1"), &order)
            .await;
        assert_eq!(started.json()["replayed"], 1, "{}", started.text);
        let view = service.until(&id, "fulfilled").await;
        assert_eq!(view["disposition"], "complete", "{}", place.name);
        assert_eq!(calls(&stub, "POST", KICK_OFF).await, 8);
        service.running.stop().await;
    }
}
