//! What is kept and how long: bodies, records, holds, on a clock that is moved by days.
//! Refuses to trust the counts of a removal: it looks at what is left.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use reference::audit::verify::{Outcome, keys, verify};
use reference::domain::fulfilment::{Notification, Retrieval};
use reference::token::EXCHANGES;
use serde_json::{Value, json};
use std::time::Duration;
use support::later::{counted, exports, file, list, records, words};
use support::request::{Person, exchange};
use support::stores::stores;
use support::stub::{matched, says, scene};
use support::{Answer, Scene, Service};

const DAY: u64 = 24 * 3600;

async fn ended(service: &Service, key: &str) -> String {
    let request = exchange(&Person::number(5), "contoso");
    let answer = service.start_exchange(key, &request).await;
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    service.until(&id, "fulfilled").await;
    id
}

async fn readable(service: &Service, id: &str) -> bool {
    let url = Service::url(
        service.running.enterprise,
        &format!("/exchanges/{id}/result"),
    );
    let token = service.token_at("enterprise", EXCHANGES, service.now_for_token());
    let call = service.http.get(url).bearer_auth(token);
    let sent = call.header("x-purpose", "dispute").send().await.unwrap();
    let answer = Answer::of(sent).await;
    assert!(matches!(answer.status, 200 | 404), "{}", answer.text);
    answer.status == 200
}

async fn later(service: &Service, days: u64) {
    service.clock.advance(Duration::from_secs(days * DAY));
    let swept = service.audit_post("/audit/retention", &json!({})).await;
    assert_eq!(swept.status, 200, "{}", swept.text);
}

async fn hold(service: &Service, wanted: &Value) {
    let placed = service.audit_post("/audit/holds", wanted).await;
    assert_eq!(placed.status, 201, "{}", placed.text);
}

/// Records that the log removed, after it has been verified.
async fn removed(service: &Service) -> u64 {
    let log = service.exported().await;
    let keys = keys(&log.key.to_string()).unwrap();
    match verify(
        log.lines.join("\n").as_bytes(),
        &log.heads.join("\n"),
        &keys,
    )
    .unwrap()
    {
        Outcome::Good(verified) => verified.removed,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn row_s2_36_nothing_goes_early_all_goes_when_due_a_hold_keeps_and_the_log_still_verifies() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        says(&stub, matched(), None).await;
        let service = scene.start().await;
        let free = ended(&service, "k1").await;
        let held = ended(&service, "k2").await;
        let kept = ended(&service, "k3").await;
        let until = "2027-01-15T12:00:00.000Z";
        hold(
            &service,
            &json!({"scope": "request", "value": held, "rule": "dispute/case-1", "ends_at": until}),
        )
        .await;
        hold(
            &service,
            &json!({"scope": "request", "value": kept, "rule": "litigation/case-2"}),
        )
        .await;
        later(&service, 89).await;
        for id in [&free, &held, &kept] {
            assert!(readable(&service, id).await, "{} early", place.name);
        }
        later(&service, 2).await;
        assert!(!readable(&service, &free).await, "{}", place.name);
        assert!(readable(&service, &held).await && readable(&service, &kept).await);
        assert_eq!(removed(&service).await, 0);
        let told = service.audited(&format!("request={free}")).await;
        let last = &told.last().unwrap()["event"];
        assert_eq!(
            (&last["action"], &last["rule"]),
            (&json!("record-removed"), &json!("retention/payload"))
        );
        later(&service, 16).await;
        assert!(!readable(&service, &held).await && readable(&service, &kept).await);
        later(&service, 3543).await;
        assert_eq!(removed(&service).await, 0, "{} early", place.name);
        later(&service, 5).await;
        assert!(removed(&service).await > 10, "{}", place.name);
        assert!(readable(&service, &kept).await);
        let free_now = service.audited(&format!("request={free}")).await;
        assert!(
            free_now
                .iter()
                .all(|record| record["event"]["action"] != "created")
        );
        let kept_now = service.audited(&format!("request={kept}")).await;
        assert!(
            kept_now
                .iter()
                .any(|record| record["event"]["action"] == "fulfilled")
        );
        // The removals and holds themselves stay, however old they are.
        later(&service, 3000).await;
        removed(&service).await;
        let holds = service.audited("actor=auditor-1").await;
        let placed = |record: &&Value| record["event"]["action"] == "hold-placed";
        assert_eq!(holds.iter().filter(placed).count(), 2, "{}", place.name);
    }
}

#[tokio::test]
async fn a_tombstone_without_its_event_is_an_attack_on_a_log_that_has_others() {
    let (scene, stub) = scene().await;
    says(&stub, matched(), None).await;
    let service = scene.start().await;
    ended(&service, "k1").await;
    later(&service, 50).await;
    ended(&service, "k2").await;
    later(&service, 3604).await;
    let mut log = service.exported().await;
    let index = log.lines.len() - 3;
    let line: Value = serde_json::from_str(&log.lines[index]).unwrap();
    let first: Value = serde_json::from_str(&log.lines[0]).unwrap();
    let tombstone =
        json!({"seq": index + 1, "leaf": line["leaf"], "removed_by": first["removed_by"]});
    log.lines[index] = tombstone.to_string();
    let keys = keys(&log.key.to_string()).unwrap();
    let judged = verify(
        log.lines.join("\n").as_bytes(),
        &log.heads.join("\n"),
        &keys,
    )
    .unwrap();
    let Outcome::Broken(broken) = judged else {
        panic!("{judged:?}");
    };
    assert_eq!(broken.index, index as u64);
    assert_eq!(broken.why.to_string(), "removed-without-event");
}

#[tokio::test]
async fn everything_and_a_partner_can_be_held_and_a_hold_of_nothing_is_refused() {
    for scope in ["partner", "everything"] {
        let (scene, stub) = scene().await;
        says(&stub, matched(), None).await;
        let service = scene.start().await;
        let id = ended(&service, "k1").await;
        let value = if scope == "partner" { "contoso" } else { "" };
        hold(
            &service,
            &json!({"scope": scope, "value": value, "rule": "dispute/case-1"}),
        )
        .await;
        later(&service, 5000).await;
        assert!(readable(&service, &id).await, "{scope}");
        let records = service.audited(&format!("request={id}")).await;
        assert!(
            records
                .iter()
                .any(|record| record["event"]["action"] == "created")
        );
        for unfit in [
            json!({"scope": "request", "value": "", "rule": "dispute/case-1"}),
            json!({"scope": "request", "value": "a b", "rule": "dispute/case-1"}),
            json!({"scope": "all", "value": "", "rule": "dispute/case-1"}),
            json!({"scope": "everything", "value": "", "rule": "because"}),
        ] {
            let refused = service.audit_post("/audit/holds", &unfit).await;
            assert_eq!(refused.status, 422, "{unfit}");
        }
    }
}

/// Bodies that are not empty, of all kinds but answers under their key.
const BODIES: &str = "SELECT count(*) FROM payloads WHERE removed_by IS NULL AND length(body) > 0 AND kind <> 'answer'";

#[tokio::test]
async fn every_body_of_an_exchange_goes_files_and_replaced_ones_too_and_a_hold_keeps_them_all() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        scene.agreed(Retrieval::GroupExport, Notification::Poll);
        let claims = "ExplanationOfBenefit";
        let output = json!([{"type": claims, "url": "/files/1", "count": 2}]);
        exports(&stub, &list(output, json!([]))).await;
        file(&stub, "/files/1", records(claims, 2)).await;
        let service = scene.start().await;
        let (_free, held) = (ended(&service, "k1").await, ended(&service, "k2").await);
        let wanted = json!({"scope": "request", "value": held, "rule": "dispute/case-1"});
        hold(&service, &wanted).await;
        let look = place.look().await;
        // Request, list, file and result of each, and what the match had come to before the export.
        let before = counted(&look, BODIES).await;
        assert!(before >= 8 && before % 2 == 0, "{} {before}", place.name);
        later(&service, 91).await;
        assert_eq!(counted(&look, BODIES).await, before / 2, "{}", place.name);
        let files = "SELECT count(*) FROM fulfilment_files f JOIN payloads p ON p.id = f.body WHERE p.removed_by IS NULL";
        assert_eq!(counted(&look, files).await, 1, "{}", place.name);
        look.close().await;
        service.running.stop().await;
    }
}

#[tokio::test]
async fn a_hold_keeps_the_files_of_an_export_and_their_removal_is_told() {
    for place in stores().await {
        let mut scene = Scene::new();
        scene.config.store = place.at.clone();
        let service = scene.start().await;
        for client in ["contoso", "northwind"] {
            let group = service.matched(client, &Person::number(1)).await;
            let told = service.kicked(client, &group).await;
            assert_eq!(service.ended(client, &told).await.status, 200);
        }
        let wanted = json!({"scope": "partner", "value": "contoso", "rule": "dispute/case-1"});
        hold(&service, &wanted).await;
        let look = place.look().await;
        let files = "SELECT DISTINCT x.client FROM export_files f JOIN exports x ON x.id = f.export ORDER BY x.client";
        assert_eq!(words(&look, files).await, ["contoso", "northwind"]);
        later(&service, 30).await;
        assert_eq!(words(&look, files).await, ["contoso"], "{}", place.name);
        let told = words(
            &look,
            "SELECT record FROM audit WHERE action = 'record-removed'",
        )
        .await;
        let told = told
            .iter()
            .filter(|record| record.contains("retention/file"));
        assert_eq!(told.count(), 1, "{}", place.name);
        look.close().await;
        service.running.stop().await;
    }
}

const MATCHED: &str = "SELECT count(*) FROM payloads WHERE kind IN ('consent', 'submitted')";

#[tokio::test]
async fn consents_of_matches_go_when_they_have_ended_long_enough_and_a_hold_keeps_replaced_ones_too()
 {
    for place in stores().await {
        let mut scene = Scene::new();
        scene.config.store = place.at.clone();
        let service = scene.start().await;
        for client in ["contoso", "northwind"] {
            service.matched(client, &Person::number(1)).await;
        }
        let look = place.look().await;
        let until = "2026-12-01T12:00:00.000Z";
        let wanted = json!({"scope": "partner", "value": "contoso", "rule": "dispute/case-1", "ends_at": until});
        hold(&service, &wanted).await;
        for client in ["contoso", "northwind"] {
            let again = support::request::member_match(&Person::number(1), client);
            let answer = service.ask(client, &again).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
        // A consent and a person of each, and what the hold keeps of the first match of one.
        assert_eq!(counted(&look, MATCHED).await, 6, "{}", place.name);
        later(&service, 30).await;
        assert_eq!(counted(&look, MATCHED).await, 6, "{}", place.name);
        later(&service, 40).await;
        assert_eq!(counted(&look, MATCHED).await, 4, "{}", place.name);
        let wanted = json!({"scope": "partner", "value": "northwind", "rule": "dispute/case-2"});
        hold(&service, &wanted).await;
        // The consents end with the year.
        later(&service, 110).await;
        assert_eq!(counted(&look, MATCHED).await, 4, "{}", place.name);
        later(&service, 5).await;
        assert_eq!(counted(&look, MATCHED).await, 2, "{}", place.name);
        let left = "SELECT client FROM links";
        assert_eq!(words(&look, left).await, ["northwind"], "{}", place.name);
        let told = words(
            &look,
            "SELECT record FROM audit WHERE action = 'record-removed'",
        )
        .await;
        let told = told.iter().filter(|one| one.contains("retention/match"));
        assert_eq!(told.count(), 2, "{}", place.name);
        look.close().await;
        service.running.stop().await;
    }
}
