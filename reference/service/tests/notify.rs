//! Who is told what, when nobody listens and afterwards: exchanges do not wait for it, and no notice is lost.
//! Refuses to look into the outbox where the receiver can be asked.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use reference::domain::masked::Masked;
use reference::domain::notice::{Alarm, Told, What};
use reference::domain::ports::{Boxed, Notifier, Untold};
use reference::domain::workflow::Notice;
use reference::{Notices, Running};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::later::counted;
use support::request::{Person, exchange};
use support::stores::{Place, stores};
use support::stub::{matched, refusal, says, scene, started};
use support::{Scene, Service};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// How whoever should listen does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mood {
    Refuses,
    /// Takes no notice and gives no answer.
    Hangs,
    FallsOver,
    Listens,
}

struct Listener {
    mood: Mutex<Mood>,
    tried: AtomicUsize,
    got: Mutex<Vec<Told>>,
}

impl Listener {
    fn new(mood: Mood) -> Arc<Self> {
        Arc::new(Self {
            mood: Mutex::new(mood),
            tried: AtomicUsize::new(0),
            got: Mutex::default(),
        })
    }

    fn got(&self) -> Vec<Told> {
        self.got.lock().unwrap().clone()
    }

    fn words(&self) -> Vec<String> {
        let mut words: Vec<_> = self
            .got()
            .iter()
            .map(|told| told.what.to_string())
            .collect();
        words.sort_unstable();
        words
    }
}

impl Notifier for Listener {
    fn tell<'a>(&'a self, told: &'a Told) -> Boxed<'a, Result<(), Untold>> {
        self.tried.fetch_add(1, Ordering::SeqCst);
        let mood = *self.mood.lock().unwrap();
        Box::pin(async move {
            match mood {
                Mood::Refuses => Err(Untold),
                Mood::Hangs => std::future::pending().await,
                Mood::FallsOver => panic!("the notifier of a test falls over"),
                Mood::Listens => {
                    self.got.lock().unwrap().push(told.clone());
                    Ok(())
                }
            }
        })
    }
}

fn with(scene: &mut Scene, place: &Place, listener: &Arc<Listener>) {
    scene.by_hand();
    scene.config.store = place.at.clone();
    scene.config.notices = Notices::Own(Arc::clone(listener) as _);
}

/// Time passes until `done`: the clock goes on, to where the next notice is to be told again, only while none may be told
/// at once. A slow machine does the same at the same times as a fast one.
async fn until(service: &Service, place: &Place, done: impl AsyncFn() -> bool) {
    let look = place.look().await;
    let next = "SELECT min(coalesce(next_at, at)) FROM outbox WHERE told_at IS NULL";
    while !done().await {
        let due: Option<String> = sqlx::query_scalar(next).fetch_one(&look).await.unwrap();
        let due = due.map(|at| at.parse().unwrap());
        if let Some(due) = due.filter(|due| *due > service.now_for_token()) {
            service.clock.set(due);
        }
        tokio::task::yield_now().await;
    }
    look.close().await;
}

/// Until nothing waits to be told any more.
async fn all_told(place: &Place) {
    let left = "SELECT count(*) FROM outbox WHERE told_at IS NULL";
    let look = place.look().await;
    while counted(&look, left).await > 0 {
        tokio::task::yield_now().await;
    }
    look.close().await;
}

/// An exchange that ends as the partner says.
async fn ended((service, place): (&Service, &Place), key: &str, state: &str) -> String {
    let body = exchange(&Person::number(5), "contoso");
    let answer = service.start_exchange(key, &body).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    service.wound(place, &id, state).await;
    id
}

/// Twenty tokens that are none, and the alarm that follows.
async fn knocks(service: &Service, running: &Running) {
    for _ in 0..20 {
        let url = Service::url(running.enterprise, "/exchanges");
        let sent = service.http.get(url).bearer_auth("none").send().await;
        assert_eq!(sent.unwrap().status(), 401);
    }
}

#[tokio::test]
async fn row_s2_47_while_nobody_can_be_told_exchanges_complete_and_notices_go_out_later() {
    for place in stores().await {
        for mood in [Mood::Refuses, Mood::Hangs, Mood::FallsOver] {
            let listener = Listener::new(mood);
            let place = place.another().await;
            let (mut scene, stub) = scene().await;
            with(&mut scene, &place, &listener);
            says(&stub, matched(), Some(1)).await;
            says(&stub, refusal(422, "no-match"), Some(1)).await;
            says(&stub, ResponseTemplate::new(503), Some(6)).await;
            says(&stub, matched(), None).await;
            let service = scene.start().await;
            let at = (&service, &place);
            let done = ended(at, "k1", "fulfilled").await;
            let refused = ended(at, "k2", "failed").await;
            let dead = ended(at, "k3", "dead-lettered").await;
            knocks(&service, &service.running).await;
            while listener.tried.load(Ordering::SeqCst) == 0 {
                tokio::task::yield_now().await;
            }
            let after = ended(at, "k4", "fulfilled").await;
            assert_eq!(listener.got(), [], "{mood:?} on {}", place.name);
            let happened = service.now_for_token();

            *listener.mood.lock().unwrap() = Mood::Listens;
            until(&service, &place, async || listener.got().len() >= 5).await;
            let expected = [
                "alarm-authentication",
                "exchange-dead-lettered",
                "exchange-failed",
                "exchange-fulfilled",
                "exchange-fulfilled",
            ];
            assert_eq!(listener.words(), expected, "{mood:?} on {}", place.name);
            let got = listener.got();
            let ids: BTreeSet<_> = got.iter().map(|told| &told.id).collect();
            assert_eq!(ids.len(), got.len(), "each once");
            for (notice, exchanges) in [
                (Notice::Fulfilled, vec![&done, &after]),
                (Notice::Failed, vec![&refused]),
                (Notice::DeadLettered, vec![&dead]),
            ] {
                let mut of: Vec<_> = got
                    .iter()
                    .filter(|told| told.what == What::Exchange(notice))
                    .collect();
                of.sort_by_key(|told| told.id.clone());
                let named: Vec<_> = of
                    .iter()
                    .map(|told| told.about.as_ref().unwrap().exchange().unwrap().as_str())
                    .collect();
                assert_eq!(named, exchanges);
                assert!(
                    of.iter().all(|told| told.at.get() <= happened),
                    "told is when it happened"
                );
            }
            let letter = got
                .iter()
                .find(|told| told.what == What::Exchange(Notice::DeadLettered));
            let about = serde_json::to_value(letter.unwrap().about.as_ref().unwrap()).unwrap();
            assert_eq!(about["code"], "partner/unavailable");
            assert_eq!(
                (&about["partner"], &about["state"]),
                (&json!("contoso"), &json!("dead-lettered"))
            );
            let alarm = got
                .iter()
                .find(|told| told.what == What::Alarm(Alarm::Authentication));
            assert_eq!(alarm.unwrap().refusals, Some(20));
            service.running.stop().await;
        }
    }
}

#[tokio::test]
async fn notices_outlive_the_process_and_are_known_again_by_their_id() {
    for place in stores().await {
        let hook = MockServer::start().await;
        let (mut scene, stub) = scene().await;
        says(&stub, matched(), None).await;
        scene.by_hand();
        scene.config.store = place.at.clone();
        let nobody = scene.start().await;
        let id = started(&nobody).await;
        let view = nobody.wound(&place, &id, "fulfilled").await;
        nobody.running.stop().await;

        Mock::given(method("POST"))
            .and(path("/hook"))
            .respond_with(ResponseTemplate::new(500))
            .up_to_n_times(1)
            .mount(&hook)
            .await;
        Mock::given(method("POST"))
            .and(path("/hook"))
            .respond_with(ResponseTemplate::new(204))
            .mount(&hook)
            .await;
        scene.config.notices = Notices::Webhook {
            url: format!("{}/hook", hook.uri()).parse().unwrap(),
            bearer: Some(Masked::new("hook-secret".to_owned())),
        };
        let service = scene.start().await;
        let came = async |count| hook.received_requests().await.unwrap().len() >= count;
        until(&service, &place, async || came(2).await).await;
        let calls = hook.received_requests().await.unwrap();
        let told: Vec<Value> = calls.iter().map(|call| call.body_json().unwrap()).collect();
        assert_eq!(told[0], told[1], "{}", place.name);
        assert_eq!(told[0]["notice"], "exchange-fulfilled");
        assert_eq!(told[0]["about"]["exchange"], id);
        assert_eq!(
            told[0]["about"]["business_transaction_id"],
            view["business_transaction_id"]
        );
        for call in &calls {
            assert_eq!(
                call.headers["idempotency-key"],
                told[0]["id"].as_str().unwrap()
            );
            assert_eq!(call.headers["authorization"], "Bearer hook-secret");
            assert_eq!(
                call.headers["x-business-transaction-id"],
                view["business_transaction_id"].as_str().unwrap()
            );
            let text = String::from_utf8(call.body.clone()).unwrap();
            let person = Person::number(5);
            assert!(!text.contains(&person.family) && !text.contains(&person.birth_date));
        }
        // Taken, it is not told again.
        all_told(&place).await;
        service.running.stop().await;
        let again = scene.start().await;
        let other = ended((&again, &place), "k2", "fulfilled").await;
        until(&again, &place, async || came(3).await).await;
        let last = hook.received_requests().await.unwrap();
        assert_eq!(last.len(), 3);
        assert_eq!(
            last[2].body_json::<Value>().unwrap()["about"]["exchange"],
            other
        );
        again.running.stop().await;
    }
}

#[tokio::test]
async fn two_services_on_one_database_tell_each_notice_once() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        says(&stub, matched(), None).await;
        let listener = Listener::new(Mood::Listens);
        with(&mut scene, &place, &listener);
        let (one, two) = (scene.start().await, scene.start().await);
        let mut expected = BTreeSet::new();
        for number in 0..10 {
            let service = if number % 2 == 0 { &one } else { &two };
            let key = format!("k{number}");
            expected.insert(ended((service, &place), &key, "fulfilled").await);
        }
        while listener.got().len() < expected.len() {
            tokio::task::yield_now().await;
        }
        all_told(&place).await;
        let got = listener.got();
        assert_eq!(got.len(), expected.len(), "{}", place.name);
        let named: BTreeSet<_> = got
            .iter()
            .map(|told| told.about.as_ref().unwrap().exchange().unwrap().to_string())
            .collect();
        assert_eq!(named, expected);
        one.running.stop().await;
        two.running.stop().await;
    }
}

/// The service of notices stands apart: it knows the store, and only whoever starts the service knows it.
#[test]
fn row_s2_47_no_other_room_names_the_one_that_tells_others() {
    fn files(folder: &Path, all: &mut Vec<(String, String)>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, all);
            } else {
                all.push((
                    path.display().to_string(),
                    std::fs::read_to_string(&path).unwrap(),
                ));
            }
        }
    }
    let root = support::catalogue::root().join("reference/service/src");
    let mut all = Vec::new();
    files(&root, &mut all);
    assert!(all.len() > 100);
    for (path, text) in &all {
        let inside = path.contains("/notify/");
        let starts = path.ends_with("src/lib.rs") || path.ends_with("src/listeners.rs");
        let names_it = text.contains("crate::notify") || text.contains("super::notify");
        assert!(inside || starts || !names_it, "{path}");
        for room in ["data", "engine", "http", "control", "identity", "audit"] {
            assert!(
                !inside || !text.contains(&format!("crate::{room}")),
                "{path} {room}"
            );
        }
    }
}

#[tokio::test]
async fn a_notice_of_an_answer_that_is_nearly_late_names_the_export_and_its_partner() {
    for place in stores().await {
        let (mut scene, _stub) = scene().await;
        let listener = Listener::new(Mood::Listens);
        with(&mut scene, &place, &listener);
        let service = scene.with_control().start().await;
        let member = Person::number(1).id;
        let job =
            json!({"kind": "data-export", "member": member, "id": "job-1", "phase": "accepted"});
        let states = json!([
            {"name": "member", "params": {"ref": member, "matches": 1}},
            {"name": "request", "params": {"member": member, "state": "matched"}},
            {"name": "job", "params": job},
        ]);
        let set = service
            .control(reqwest::Method::PUT, "states", &states)
            .await;
        assert_eq!(set.status, 200, "{}", set.text);
        service.clock.advance(Duration::from_secs(20 * 3600));
        let near = "deadline-near".to_owned();
        until(&service, &place, async || listener.words().contains(&near)).await;
        let got = listener.got();
        let near = got
            .iter()
            .find(|told| told.what == What::Exchange(Notice::DeadlineNear));
        let near = serde_json::to_value(near.unwrap()).unwrap();
        let about = &near["about"];
        assert_eq!(about["export"], "job-1", "{}", place.name);
        assert_eq!(
            (&about["partner"], &about["phase"]),
            (&json!("contoso"), &json!("accepted"))
        );
        assert!(about["business_transaction_id"].is_string());
        service.running.stop().await;
    }
}
