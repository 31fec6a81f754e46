//! A partner that tells us before it has answered, or after we have given up.

use super::*;
use reference::domain::operator::Role;
use reference::domain::snapshot::KeyHandling;
use reqwest::Method;
use support::held::Held;

/// The partner is faster than its own answer: it is asked for what it told, and asked once to begin.
#[tokio::test]
async fn a_partner_that_calls_back_before_it_answers_loses_nothing() {
    for keys in [KeyHandling::Honours, KeyHandling::Ignores] {
        for place in stores().await {
            let (mut scene, stub) =
                at(&place, Retrieval::GroupExport, Notification::Callback).await;
            scene.by_hand();
            let held = Held::before(&stub, KICK_OFF).await;
            scene.config.partners[1].base_url = held.url.clone();
            scene.config.partners[1].keys = keys;
            scene.config.partners[1].timeout = Duration::from_secs(300);
            file(&stub, "/files/ExplanationOfBenefit", records(CLAIMS, 3)).await;
            says(&stub, "POST", MATCH, matched_with_list(), None).await;
            says(&stub, "POST", KICK_OFF, taken_on(), None).await;
            let given = list(output(&[(CLAIMS, 3)]), json!([]));
            let made = ResponseTemplate::new(200).set_body_json(given);
            says(&stub, "GET", JOB, made, None).await;
            let service = scene.start().await;
            let id = started(&service).await;
            let address = callback_address(&stub, KICK_OFF).await;
            let done = json!({"status": "completed"});
            let answer = service
                .call_back("contoso", &address, Some(&id), &done)
                .await;
            assert_eq!(answer.status, 202, "{}", answer.text);
            held.let_go();
            let view = service.until(&id, "fulfilled").await;
            assert_eq!(view["disposition"], "complete", "{} {keys:?}", place.name);
            assert_eq!(calls(&stub, "POST", KICK_OFF).await, 1);
            assert_eq!(calls(&stub, "GET", JOB).await, 1);
            service.running.stop().await;
        }
    }
}

/// The offer of a replay holds: what came late is asked for.
#[tokio::test]
async fn a_dead_exchange_that_was_called_back_is_fulfilled_by_its_replay() {
    for place in stores().await {
        let (scene, stub) = at(&place, Retrieval::MatchOnly, Notification::Callback).await;
        says(&stub, "POST", MATCH, taken_on(), None).await;
        let service = scene.start().await;
        let id = started(&service).await;
        service.until(&id, "dead-lettered").await;
        let address = callback_address(&stub, MATCH).await;
        let done = json!({"status": "completed"});
        let late = service
            .call_back("contoso", &address, Some("late"), &done)
            .await;
        assert_eq!(late.status, 202);
        says(&stub, "GET", JOB, matched(), None).await;
        let fixed = json!({"code": "partner/completion-missing", "partner": "contoso", "reason": "it-answers"});
        let path = (Method::POST, "/dlq/fixed");
        let declared = service
            .operate(Role::Replay, path, Some("fixed"), &fixed)
            .await;
        assert!(declared.status < 300, "{}", declared.text);
        let order = json!({"ids": [id]});
        let path = (Method::POST, "/dlq/replay");
        let replayed = service
            .operate(Role::Replay, path, Some("again"), &order)
            .await;
        assert!(replayed.status < 300, "{}", replayed.text);
        let view = service.until(&id, "fulfilled").await;
        assert_eq!(view["disposition"], "complete", "{}", place.name);
        assert_eq!(calls(&stub, "GET", JOB).await, 1);
        service.running.stop().await;
    }
}
