//! What other payers get from `$bulk-member-match`, and from the lists that it makes.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use reference::clock::ManualClock;
use reference::token::{DATA_EXPORT, MEMBER_MATCH};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use support::bulk::{BULK, meaning, on_list};
use support::export::place;
use support::request::{Person, bulk_match, ids, people, with};
use support::stores::stores;
use support::{Answer, Scene, Service};

/// The end of the permission of the member at `place`.
fn end_of(place: usize) -> String {
    format!("/parameter/{place}/part/3/resource/provision/period/end")
}

#[tokio::test]
async fn row_s0_46_one_expired_consent_of_many_constrains_that_member_alone() {
    for place in stores().await {
        let mut scene = Scene::new();
        scene.config.store = place.at.clone();
        let service = scene.start().await;
        let asked = people(&[1, 2, 3, 9]);
        let request = bulk_match(&asked, "contoso");
        let request = with(request, &end_of(1), json!("2026-09-30"));
        let request = with(request, &end_of(3), json!("2026-09-30"));
        let groups = service.groups("contoso", &request).await;
        assert_eq!(
            on_list(&groups, "match"),
            ids(&people(&[1, 3])),
            "{}",
            place.name
        );
        assert_eq!(on_list(&groups, "consentconstraint"), ids(&people(&[2])));
        assert_eq!(on_list(&groups, "nomatch"), ids(&people(&[9])));
        for aside in &groups[1..] {
            let text = aside.to_string();
            assert!(
                !text.contains("Patient/") && !text.contains("umb-"),
                "{text}"
            );
            assert!(!text.contains("expired") && !text.contains("2026-09-30"));
        }
    }
}

#[tokio::test]
async fn a_member_who_opted_out_is_constrained_whatever_the_consent_says() {
    let service = Scene::new().with_control().start().await;
    let opted_out = json!([{"name": "consent", "params": {"member": Person::number(2).id, "status": "revoked"}}]);
    let set = service.control(Method::PUT, "states", &opted_out).await;
    assert!(set.status < 300, "{}", set.text);
    let groups = service
        .groups("contoso", &bulk_match(&people(&[1, 2]), "contoso"))
        .await;
    assert_eq!(on_list(&groups, "match"), ids(&people(&[1])));
    assert_eq!(on_list(&groups, "consentconstraint"), ids(&people(&[2])));
}

#[tokio::test]
async fn one_person_with_two_covers_is_told_apart_in_the_answer() {
    let service = Scene::new().start().await;
    let mut twice = people(&[1, 1]);
    let mut request = bulk_match(&twice, "contoso");
    // The second card is of a plan where the person is not known.
    let cover = "/parameter/1/part/1/resource";
    request.pointer_mut(cover).unwrap()["identifier"][0]["value"] = json!("PX-M000000");
    request.pointer_mut(cover).unwrap()["subscriberId"] = json!("PX-S000000");
    let groups = service.groups("contoso", &request).await;
    let id = twice.remove(0).id;
    assert_eq!(on_list(&groups, "match"), std::slice::from_ref(&id));
    assert_eq!(on_list(&groups, "nomatch"), [id]);
    let told = meaning(&groups);
    let numbers: Vec<_> = told
        .iter()
        .map(|one| one.cover.as_ref().unwrap()["subscriberId"].clone())
        .collect();
    assert_eq!(numbers[1], "PX-S000000");
    assert_ne!(numbers[0], numbers[1]);
}

#[tokio::test]
async fn one_question_is_one_match_however_often_it_is_asked() {
    let service = Scene::new().with_control().start().await;
    let request = bulk_match(&people(&[1, 2]), "contoso");
    let keyed = async |key: &str, body: &Value| {
        let asking = service.submitting("contoso", body.to_string());
        Answer::of(asking.header("idempotency-key", key).send().await.unwrap()).await
    };
    let first = keyed("k1", &request).await;
    let again = keyed("k1", &request).await;
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    let (one, two) = tokio::join!(
        service.submit("contoso", &request),
        service.submit("contoso", &request)
    );
    for answer in [&again, &one, &two] {
        assert_eq!(place(answer), place(&first));
    }
    let other = keyed("k1", &bulk_match(&people(&[3]), "contoso")).await;
    assert_eq!((other.status, other.code().as_str()), (422, "duplicate"));
    service.bulk_ended("contoso", &place(&first), None).await;
    let effects = service.control(Method::GET, "effects", &json!({})).await;
    assert_eq!(effects.json()["rows"], 2, "one match and its list");
}

#[tokio::test]
async fn a_restart_goes_on_with_a_match_and_a_match_that_is_given_up_leaves_nothing() {
    for at in stores().await {
        let mut scene = Scene::new();
        scene.config.store = at.at.clone();
        scene.by_hand();
        let service = scene.start().await;
        let kept = place(
            &service
                .submit("contoso", &bulk_match(&people(&[1]), "contoso"))
                .await,
        );
        let dropped = place(
            &service
                .submit("contoso", &bulk_match(&people(&[2]), "contoso"))
                .await,
        );
        waited(&scene.clock, 2).await;
        let told = service.bulk_get("contoso", &kept, None).await;
        assert_eq!((told.status, told.header("x-progress")), (202, Some("0%")));
        let early = service
            .bulk_get("contoso", &format!("{kept}/Group.ndjson"), None)
            .await;
        assert_eq!(early.status, 404);
        let given_up = service.bulk_given_up("contoso", &dropped).await;
        assert_eq!(given_up.status, 202);
        service.running.stop().await;
        let service = scene.start().await;
        waited(&scene.clock, 3).await;
        scene.clock.advance(Duration::from_secs(1));
        let ended = service.bulk_ended("contoso", &kept, None).await;
        assert_eq!(ended.status, 200, "{}", at.name);
        let gone = service.bulk_get("contoso", &dropped, None).await;
        assert_eq!(gone.status, 404);
        let look = at.look().await;
        let kinds =
            "SELECT kind, CAST(count(*) AS BIGINT) FROM payloads GROUP BY kind ORDER BY kind";
        let left: Vec<(String, i64)> = sqlx::query_as(kinds).fetch_all(&look).await.unwrap();
        let left: Vec<(&str, i64)> = left
            .iter()
            .map(|(kind, count)| (kind.as_str(), *count))
            .collect();
        assert_eq!(left, [("consent", 1), ("export-file", 2), ("submitted", 1)]);
    }
}

#[tokio::test]
async fn a_member_store_that_is_down_fails_the_whole_and_keeps_nothing() {
    let mut scene = Scene::new();
    scene.by_hand();
    let service = scene.with_control().start().await;
    let place = place(
        &service
            .submit("contoso", &bulk_match(&people(&[1]), "contoso"))
            .await,
    );
    waited(&service.clock, 1).await;
    let down = json!([{"name": "outage", "params": {"dependency": "member-store"}}]);
    let set = service.control(Method::PUT, "states", &down).await;
    assert!(set.status < 300, "{}", set.text);
    service.clock.advance(Duration::from_secs(1));
    let ended = service.bulk_ended("contoso", &place, None).await;
    assert_eq!(
        (ended.status, ended.code().as_str()),
        (502, "partner-error")
    );
    let lists = service.bulk_get("contoso", "/Group", None).await.json();
    assert!(lists.get("entry").is_none());
}

#[tokio::test]
async fn the_right_of_a_bulk_match_is_compared_letter_for_letter() {
    let service = Scene::new().start().await;
    let request = bulk_match(&people(&[1]), "contoso").to_string();
    let earlier = "http://hl7.org/fhir/us/davinci-pdex/OperationDefinition/bulk-member-match";
    for scope in [earlier, MEMBER_MATCH, DATA_EXPORT] {
        let call = service
            .http
            .post(Service::url(service.running.partner, BULK));
        let call = call.bearer_auth(service.token("contoso", scope));
        let sent = call
            .header("prefer", "respond-async")
            .body(request.clone())
            .send();
        let answer = Answer::of(sent.await.unwrap()).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (403, "auth"),
            "{scope}"
        );
    }
}

#[tokio::test]
async fn the_other_name_of_the_operation_serves_as_well() {
    let service = Scene::new().start().await;
    let request = bulk_match(&people(&[1]), "contoso").to_string();
    let url = Service::url(service.running.partner, "/Group/$multi-member-match");
    let token = service.token("contoso", reference::token::BULK_MEMBER_MATCH);
    let call = service.http.post(url).bearer_auth(token).body(request);
    let answer = Answer::of(call.header("prefer", "respond-async").send().await.unwrap()).await;
    let list = service.bulk_ended("contoso", &place(&answer), None).await;
    assert_eq!(list.status, 200);
}

/// The answer of a place once the work has ended. The clock is wound past the lease of whoever is at it, so that another
/// process takes the work over while the first one goes on with it, and then past every pause.
async fn wound(service: &Service, get: impl AsyncFn() -> Answer) -> Value {
    let mut passed = pauses(&service.clock);
    service.clock.advance(Duration::from_secs(45));
    for _ in 0..20_000 {
        let answer = get().await;
        if answer.status != 202 {
            assert_eq!(answer.status, 200, "{}", answer.text);
            return answer.json();
        }
        if pauses(&service.clock) > passed {
            passed = pauses(&service.clock);
            service.clock.advance(Duration::from_secs(1));
        }
        tokio::task::yield_now().await;
    }
    panic!("the work did not end");
}

#[tokio::test]
async fn two_services_on_one_database_carry_a_match_and_an_export_out_once() {
    for at in stores().await {
        let mut scene = Scene::new();
        scene.config.store = at.at.clone();
        scene.by_hand();
        let first = scene.start().await;
        let asked = first
            .submit("contoso", &bulk_match(&people(&[1, 2, 9]), "contoso"))
            .await;
        waited(&scene.clock, 1).await;
        let second = scene.start().await;
        let told = place(&asked);
        let list = wound(&second, async || {
            second.bulk_get("contoso", &told, None).await
        })
        .await;
        let groups = second.groups_of("contoso", &list).await;
        assert_eq!(
            on_list(&groups, "match"),
            ids(&people(&[1, 2])),
            "{}",
            at.name
        );
        let group = format!("/Group/{}", groups[0]["id"].as_str().unwrap());
        let before = pauses(&scene.clock);
        let kicked = first.kicked("contoso", &group).await;
        waited(&scene.clock, before + 1).await;
        let third = scene.start().await;
        let list = wound(&third, async || third.get("contoso", &kicked).await).await;
        let lines = third.lines("contoso", &list["output"][0]["url"]).await;
        assert_eq!(
            (lines.len(), list["output"].as_array().unwrap().len()),
            (120, 2)
        );
        let look = at.look().await;
        let rows = "SELECT CAST(count(*) AS BIGINT) FROM lists";
        let rows: i64 = sqlx::query_scalar(rows).fetch_one(&look).await.unwrap();
        assert_eq!(rows, 1);
    }
}

/// Until somebody has come to the pause of this number before a year of service or a round of members. Other waits of
/// the service are not counted.
async fn waited(clock: &ManualClock, number: usize) {
    for _ in 0..1_000_000 {
        if pauses(clock) >= number {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("nobody came to pause {number} of {}", pauses(clock));
}

fn pauses(clock: &ManualClock) -> usize {
    let waits = clock.waits();
    let paces = waits.iter().filter(|wait| wait.as_millis() == 200);
    paces.count()
}

#[tokio::test]
async fn nothing_of_a_member_stands_in_the_log_or_outside_the_protected_bodies() {
    support::log::listen();
    let at = support::stores::Place::sqlite();
    let mut scene = Scene::new();
    scene.config.store = at.at.clone();
    let mut known = Person::number(1).twin(777_001);
    known.family = "CANARYBULKFAMILY".to_owned();
    let mut unknown = Person::number(9).twin(777_002);
    unknown.family = known.family.clone();
    let mut lost = Person::number(1).twin(777_003);
    lost.family = known.family.clone();
    scene.config.members.push(support::member(&known));
    scene.config.members.push(support::member(&lost));
    let service = scene.start().await;
    let three = [known, unknown, lost];
    let numbers = three.iter().map(|one| one.member("payer-exchange"));
    let canaries: Vec<String> = numbers.chain(["CANARYBULKFAMILY".to_owned()]).collect();
    let request = bulk_match(&three, "contoso");
    let request = with(request, &end_of(2), json!("2026-09-30"));
    let groups = service.groups("contoso", &request).await;
    assert_eq!(groups.len(), 3);
    assert!(Value::from(groups).to_string().contains("CANARYBULKFAMILY"));
    let log = support::log::text();
    assert!(log.contains("bulk-member-match"));
    let look = at.look().await;
    let columns = "SELECT m.name AS owner, c.name AS part FROM sqlite_master m JOIN pragma_table_info(m.name) c
        WHERE m.type = 'table' AND m.name NOT IN ('members', 'person_entries', 'person_keys', '_sqlx_migrations')";
    let columns: Vec<(String, String)> = sqlx::query_as(columns).fetch_all(&look).await.unwrap();
    assert!(columns.len() > 50);
    for canary in canaries {
        assert!(!log.contains(&canary), "{canary} is in the log");
        for (table, column) in &columns {
            let query = format!(
                "SELECT CAST(count(*) AS BIGINT) FROM {table} WHERE instr({column}, '{canary}') > 0"
            );
            let asked = sqlx::query_scalar(sqlx::AssertSqlSafe(query))
                .fetch_one(&look)
                .await;
            let found: i64 = asked.unwrap();
            assert_eq!(found, 0, "{canary} is in {table}.{column}");
        }
    }
}

#[tokio::test]
async fn whoever_tries_many_numbers_for_one_person_is_told_of_nobody_in_bulk() {
    let service = Scene::new().start().await;
    let number = |at: usize| {
        format!(
            "/parameter/0/part/1/resource/{}",
            ["subscriberId", "identifier/0/value"][at]
        )
    };
    for guess in 0..6 {
        let mut request = bulk_match(&people(&[1]), "contoso");
        for at in 0..2 {
            request = with(request, &number(at), json!(format!("canary-{guess}")));
        }
        let groups = service.groups("contoso", &request).await;
        assert_eq!(on_list(&groups, "nomatch"), ids(&people(&[1])));
    }
    // The right number is no better than a wrong one now, and others are found as before.
    let groups = service
        .groups("contoso", &bulk_match(&people(&[1, 2]), "contoso"))
        .await;
    assert_eq!(on_list(&groups, "nomatch"), ids(&people(&[1])));
    assert_eq!(on_list(&groups, "match"), ids(&people(&[2])));
}

#[tokio::test]
async fn a_client_with_the_right_of_bulk_matches_alone_may_ask_often_without_an_alarm() {
    let service = Scene::new().start().await;
    let people = [Person::number(0)];
    let place = place(
        &service
            .submit("contoso", &bulk_match(&people, "contoso"))
            .await,
    );
    service.bulk_ended("contoso", &place, None).await;
    for _ in 0..25 {
        assert_eq!(service.bulk_get("contoso", &place, None).await.status, 200);
    }
    assert_eq!(service.running.alarms(), []);
    // Whoever has neither right is refused, and that is counted.
    for _ in 0..25 {
        let refused = service.token("contoso", MEMBER_MATCH);
        let url = Service::url(service.running.partner, &place);
        let sent = service.http.get(url).bearer_auth(refused).send().await;
        assert_eq!(sent.unwrap().status(), 403);
    }
    assert_eq!(service.running.alarms().len(), 1);
}
