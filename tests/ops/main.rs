//! `matchmark ops` as an operator uses it: the real program against a service that runs, on both kinds of database.
#![cfg(feature = "service")]
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods
)]

#[path = "../../reference/service/tests/support/admin.rs"]
mod admin;
#[path = "../../reference/service/tests/support/catalogue.rs"]
mod catalogue;
mod faults;
#[path = "../../reference/service/tests/support/request.rs"]
mod request;
mod scene;

use admin::routes;
use reference::PayloadKey;
use reference::domain::masked::Masked;
use request::exchange;
use scene::{Answer, Place, Scene, Service, ops, places, server, sixth};
use serde_json::json;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

pub const PAYER_IDS: &str = "https://payer-exchange.example/payer-ids";
pub const MATCH: &str = "/Patient/$member-match";

/// A partner that has found the member.
pub fn matched() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({"resourceType": "Parameters", "parameter": [
        {"name": "MemberIdentifier", "valueIdentifier": {"value": "their-number"}},
    ]}))
}

pub async fn says(stub: &MockServer, answer: ResponseTemplate, times: Option<u64>) {
    let mut mock = Mock::given(method("POST"))
        .and(path(MATCH))
        .respond_with(answer);
    if let Some(times) = times {
        mock = mock.up_to_n_times(times);
    }
    mock.mount(stub).await;
}

/// Every state, what comes next in it, and whose turn it is.
const STATES: [(&str, &str, &str); 8] = [
    ("created", "validate", "service"),
    ("validated", "resolve-member", "service"),
    ("matched", "choose-route", "service"),
    ("routed", "submit", "service"),
    ("acknowledged", "await-partner", "partner"),
    ("fulfilled", "none", "nobody"),
    ("failed", "none", "nobody"),
    ("dead-lettered", "replay-or-close", "operator"),
];

#[tokio::test(flavor = "multi_thread")]
async fn row_s2_01_txn_show_answers_for_each_of_the_eight_states() {
    let Some(database) = server() else { return };
    let place = Place::postgres(database.clone());
    let stub = MockServer::start().await;
    says(&stub, ResponseTemplate::new(503), None).await;
    let service = Scene::new(&place, &stub.uri()).start().await;
    let id = service.begin("k", &exchange(&sixth(), "contoso")).await;
    service.until(&id, "dead-lettered").await;
    for (state, act, owner) in STATES {
        let put = format!("UPDATE exchanges SET hold = NULL, state = '{state}'");
        let psql = std::process::Command::new("psql")
            .args(["-q", "-c", &put, &database])
            .status();
        assert!(psql.unwrap().success());
        let (found, code) = service.asked(&["txn", "show", &id]);
        let told = (
            &found["state"],
            &found["next_action"]["act"],
            &found["owner"],
        );
        assert_eq!(
            (code, told),
            (0, (&json!(state), &json!(act), &json!(owner)))
        );
        assert!(found["since"].is_string(), "{state}");
    }
    service.running.stop().await;
}

fn told(output: &std::process::Output) -> (String, String, i32) {
    (
        String::from_utf8(output.stdout.clone()).unwrap(),
        String::from_utf8(output.stderr.clone()).unwrap(),
        output.status.code().unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn row_s2_01_txn_show_tells_state_since_next_action_and_owner() {
    for place in places() {
        let stub = MockServer::start().await;
        says(&stub, ResponseTemplate::new(503), None).await;
        let service = Scene::new(&place, &stub.uri()).start().await;
        let id = service.begin("k", &exchange(&sixth(), "contoso")).await;
        service.until(&id, "dead-lettered").await;
        let (found, code) = service.asked(&["txn", "show", &id]);
        assert_eq!(code, 0);
        assert_eq!(found["state"], "dead-lettered", "{}", place.name);
        assert_eq!(found["owner"], "operator");
        assert_eq!(found["next_action"]["act"], "replay-or-close");
        assert!(found["since"].is_string());
        let (text, _, _) = told(&service.ops(&["txn", "show", &id]));
        for line in [
            "dead-lettered",
            "replay-or-close",
            "operator",
            "partner/unavailable",
        ] {
            assert!(text.contains(line), "{text}");
        }
        assert!(!text.contains(&sixth().family));
        let (listed, _) = service.asked(&["txn", "list", "--state", "dead-lettered"]);
        assert_eq!(listed["items"][0]["id"], json!(id));
        let (none, _) = service.asked(&["txn", "list", "--partner", "northwind"]);
        assert_eq!(none["items"], json!([]));
        let (timeline, _) = service.asked(&["txn", "timeline", &id]);
        assert_eq!(timeline["items"][0]["what"], "created");
        service.running.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_s0_59_a_dead_letter_has_its_context_and_a_replay_after_repair_completes_it_once() {
    for place in places() {
        let stub = MockServer::start().await;
        says(&stub, ResponseTemplate::new(503), Some(6)).await;
        says(&stub, matched(), None).await;
        let service = Scene::new(&place, &stub.uri()).start().await;
        let id = service.begin("k", &exchange(&sixth(), "contoso")).await;
        service.until(&id, "dead-lettered").await;

        let (letter, _) = service.asked(&["dlq", "show", &id]);
        assert_eq!(letter["class"], "transient");
        assert_eq!(letter["attempts"].as_array().unwrap().len(), 6);
        assert_eq!(letter["last_status"], 503);
        for member in [
            "business_transaction_id",
            "outbound_key",
            "schema_version",
            "route_set",
            "snapshot",
        ] {
            assert!(!letter[member].is_null(), "{member}");
        }

        // Before the cause is said to be gone, nothing starts, and the exit code says so.
        let (refused, code) = service.asked(&["dlq", "replay", &id]);
        assert_eq!(
            (code, &refused["code"]),
            (1, &json!("conflict/code-not-fixed"))
        );
        let gone = [
            "dlq",
            "fix",
            "partner/unavailable",
            "--reason",
            "partner-is-up",
        ];
        assert_eq!(service.asked(&gone).1, 0);
        let (dry, code) = service.asked(&["dlq", "replay", &id, "--dry-run"]);
        assert_eq!((code, &dry["replayed"]), (0, &json!(1)));
        assert_eq!(stub.received_requests().await.unwrap().len(), 6);

        let order = [
            "dlq",
            "replay",
            "--code",
            "partner/unavailable",
            "--key",
            "order-1",
        ];
        assert_eq!(service.asked(&order).0["replayed"], 1);
        service.until(&id, "fulfilled").await;
        // The same order again is heard once, and a new one finds nothing.
        service.ops(&order);
        let new = ["dlq", "replay", "--code", "partner/unavailable"];
        assert_eq!(service.asked(&new).1, 4);
        let calls = stub.received_requests().await.unwrap();
        assert_eq!(calls.len(), 7, "{}: completed once, not twice", place.name);
        service.running.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_s2_17_a_route_is_explained_by_the_rules_of_its_time_after_three_changes() {
    for place in places() {
        let stub = MockServer::start().await;
        Mock::given(method("POST"))
            .respond_with(matched())
            .mount(&stub)
            .await;
        let service = Scene::new(&place, &stub.uri()).start().await;
        let set = |number: u32, name: &str| {
            routes(number, &[(name, "", format!("{}/{name}", stub.uri()))])
        };
        service.publish("routing", 2, &set(2, "two")).await;
        let id = service.begin("k", &exchange(&sixth(), "contoso")).await;
        service.until(&id, "fulfilled").await;
        for (number, name) in [(3, "three"), (4, "four"), (5, "five")] {
            service.clock.advance(std::time::Duration::from_secs(3600));
            service.publish("routing", number, &set(number, name)).await;
        }
        let explain = ["route", "explain", &id, "--at", "2026-10-01T13:30:00Z"];
        let (found, code) = service.asked(&explain);
        assert_eq!(code, 0);
        let choice = &found["choices"][0];
        assert_eq!(
            (&choice["set"], &choice["decision"]["row"]),
            (&json!(2), &json!("two"))
        );
        assert_eq!(choice["reproduced"], true, "{}", place.name);
        assert_eq!(found["at"]["decision"]["row"], "three");
        service.running.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_s2_35_audit_answer_gives_all_four_while_no_payload_can_be_opened() {
    for place in places() {
        let stub = MockServer::start().await;
        says(&stub, ResponseTemplate::new(503), None).await;
        let mut scene = Scene::new(&place, &stub.uri());
        let service = scene.start().await;
        let id = service.begin("k", &exchange(&sixth(), "contoso")).await;
        service.until(&id, "dead-lettered").await;
        service.running.stop().await;
        // From now on the store of payloads is sealed by a key that nobody here has.
        scene.config.payload_keys = vec![PayloadKey {
            id: "another".to_owned(),
            key: Masked::new([9; 32]),
        }];
        let service = scene.start().await;
        let (answer, code) = service.asked(&["audit", "answer", &id, "--purpose", "audit"]);
        assert_eq!(code, 0);
        assert_eq!(answer["authenticated"]["actor"]["id"], "enterprise");
        assert_eq!(answer["match"]["tier"], "deterministic");
        let endpoint = answer["endpoint"].as_str().unwrap();
        assert!(endpoint.ends_with(MATCH), "{endpoint}");
        assert_eq!(
            (&answer["standing"], &answer["code"]),
            (&json!("rejected"), &json!("partner/unavailable"))
        );
        let (found, _) = service.asked(&["audit", "search", "--request", &id]);
        assert!(found["items"].as_array().unwrap().len() > 3);
        service.running.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_is_held_let_go_and_taken_back_and_each_word_is_heard_once() {
    let stub = MockServer::start().await;
    says(&stub, ResponseTemplate::new(503), None).await;
    let place = places().remove(0);
    let service = Scene::new(&place, &stub.uri()).start().await;
    let id = service.begin("k", &exchange(&sixth(), "contoso")).await;
    service.until(&id, "dead-lettered").await;
    for act in ["pause", "resume", "cancel"] {
        let (answer, code) = service.asked(&["txn", act, &id]);
        assert_eq!(
            (code, &answer["code"]),
            (1, &json!("conflict/ended")),
            "{act}"
        );
    }
    let close = [
        "dlq",
        "close",
        &id,
        "--reason",
        "member-left",
        "--rule",
        "operations/closed-by-hand",
    ];
    assert_eq!(service.asked(&close).0["state"], "failed");
    let (found, _) = service.asked(&["txn", "explain", &id]);
    assert_eq!(found["explain"]["code"], "partner/unavailable");
    assert_eq!(found["where"]["owner"], "nobody");
    service.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_answered_is_an_error_that_says_what_to_do() {
    let place = places().remove(0);
    let mut scene = Scene::new(&place, "http://127.0.0.1:9");
    scene.config.keys.truncate(1);
    let service = scene.start().await;
    let (_, complaint, code) = told(&service.ops(&["txn", "show", "nothing"]));
    assert_eq!(code, 2);
    assert!(complaint.contains("ops txn list"), "{complaint}");
    let (_, complaint, code) = told(&service.ops(&["txn", "list", "--state", "gone"]));
    assert_eq!(code, 2);
    assert!(complaint.contains("at ?state"), "{complaint}");
    // A token that has ended is named by its file, and never shown.
    let ended = service.token_at(
        "enterprise",
        reference::token::EXCHANGES,
        "2026-09-01T00:00:00Z".parse().unwrap(),
    );
    std::fs::write(service.folder.path().join("enterprise.token"), &ended).unwrap();
    let (_, complaint, code) = told(&ops(service.folder.path(), &["txn", "list"]));
    assert_eq!(code, 2);
    assert!(
        complaint.contains("enterprise.token") && complaint.contains("serve --dev"),
        "{complaint}"
    );
    assert!(!complaint.contains(&ended), "{complaint}");
    // A role that the token has not.
    let partial = service.token_at(
        "operator",
        &reference::token::role_scope(reference::domain::operator::Role::Audit),
        service.now_for_token(),
    );
    std::fs::write(service.folder.path().join("operator.token"), partial).unwrap();
    let (_, complaint, code) = told(&ops(service.folder.path(), &["dlq", "list"]));
    assert_eq!(code, 2);
    assert!(complaint.contains("auth/scope-missing"), "{complaint}");

    let folder = service.folder.path().to_owned();
    let file = std::fs::read_to_string(folder.join("service.toml")).unwrap();
    let elsewhere = file.replace("http://127.0.0.1", "http://payer.invalid");
    std::fs::write(folder.join("service.toml"), elsewhere).unwrap();
    let (_, complaint, code) = told(&ops(&folder, &["txn", "list"]));
    assert_eq!(code, 2);
    assert!(complaint.contains("https://"), "{complaint}");
    std::fs::write(folder.join("service.toml"), file).unwrap();
    service.running.stop().await;
    let (_, complaint, code) = told(&ops(&folder, &["status"]));
    assert_eq!(code, 2);
    assert!(complaint.contains("matchmark serve --dev"), "{complaint}");
    let nowhere = tempfile::tempdir().unwrap();
    let (_, complaint, code) = told(&ops(nowhere.path(), &["status"]));
    assert_eq!(code, 2);
    assert!(complaint.contains("--service DIR"), "{complaint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_people_is_listed_and_decided_by_its_version_once() {
    for place in places() {
        let stub = MockServer::start().await;
        let service = Scene::new(&place, &stub.uri()).start().await;
        let mut request = exchange(&sixth(), "contoso");
        let coverage = request["coverage_to_match"].as_object_mut().unwrap();
        coverage.remove("identifier");
        coverage.remove("subscriberId");
        let id = service.begin("k", &request).await;
        service.once(&id, |view| view["hold"] == "more-data").await;
        let (listed, code) = service.asked(&["review", "list"]);
        assert_eq!(code, 0);
        let review = &listed["items"][0];
        assert_eq!(review["exchange"], json!(id), "{listed}");
        let decide = |version: &str| {
            service.asked(&[
                "review",
                "decide",
                review["id"].as_str().unwrap(),
                "reject",
                "--rule",
                "identity/other-person",
                "--reason",
                "seen",
                "--if-match",
                version,
            ])
        };
        let (stale, code) = decide("\"99\"");
        assert_eq!(code, 1, "{stale}");
        let version = format!("\"{}\"", review["version"]);
        let (said, code) = decide(&version);
        assert_eq!(code, 0, "{said}");
        service.until(&id, "failed").await;
        let (_, again) = decide(&version);
        assert_eq!(again, 1);
        service.running.stop().await;
    }
}
