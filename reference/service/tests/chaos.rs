//! A partner that fails in every way it can, by a seed: nothing is lost, nothing is done twice, and it is not asked to death.
//! Refuses luck: the faults follow from the seed, and a run that fails names it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use reference::domain::operator::Role;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::{AnyPool, Row};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::Service;
use support::request::{Person, exchange};
use support::stores::{Place, stores};
use support::stub::{MATCH, matched, refusal, scene};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

/// SplitMix64: the same numbers for the same seed, on every machine.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014
fn mixed(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// What a partner that honours keys has heard and done: it acts once for each key.
#[derive(Default)]
struct Ledger {
    calls: u64,
    heard: BTreeSet<String>,
    carried_out: BTreeSet<String>,
}

/// A partner with good and bad hours. A key that was carried out is answered again, and not carried out again.
struct Moody {
    seed: u64,
    ledger: Arc<Mutex<Ledger>>,
}

impl Respond for Moody {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut ledger = self.ledger.lock().unwrap();
        ledger.calls += 1;
        let key = request.headers["idempotency-key"].to_str().unwrap();
        ledger.heard.insert(key.to_owned());
        let chance = mixed(self.seed ^ mixed(ledger.calls)) % 100;
        // Thirty calls in a row fail now and then: longer than the breaker looks.
        let outage = mixed(self.seed ^ (ledger.calls / 30)).is_multiple_of(4);
        if outage || chance < 20 {
            return ResponseTemplate::new(503);
        }
        match chance {
            20..30 => ResponseTemplate::new(429).insert_header("retry-after", "7"),
            30..35 => refusal(422, "no-match"),
            35..38 => ResponseTemplate::new(502),
            chance => {
                ledger.carried_out.insert(key.to_owned());
                // Carried out, and the answer does not arrive in time.
                let late = Duration::from_secs(if chance < 42 { 30 } else { 0 });
                matched().set_delay(late)
            }
        }
    }
}

/// Exchanges by state, as they are written.
async fn census(pool: &AnyPool) -> BTreeMap<String, i64> {
    let query = "SELECT state, count(*) AS many FROM exchanges GROUP BY state";
    let rows = sqlx::query(query).fetch_all(pool).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

fn ended(census: &BTreeMap<String, i64>) -> i64 {
    let states = ["fulfilled", "failed", "dead-lettered"];
    states.iter().filter_map(|state| census.get(*state)).sum()
}

/// The census once nothing is open any more.
async fn settled(pool: &AnyPool, count: i64, name: &str) -> BTreeMap<String, i64> {
    let mut last = BTreeMap::new();
    for _ in 0..100_000 {
        last = census(pool).await;
        if ended(&last) == count {
            return last;
        }
        tokio::task::yield_now().await;
    }
    panic!("{name}: {last:?}");
}

/// Submits until so many are accepted; what is turned away while the breaker is open comes again later.
async fn accepted(service: &Service, count: usize) -> Vec<String> {
    let request = exchange(&Person::number(5), "contoso");
    let mut ids = Vec::new();
    while ids.len() < count {
        let key = format!("k{}", ids.len());
        let answer = service.start_exchange(&key, &request).await;
        match answer.status {
            202 => ids.push(answer.json()["id"].as_str().unwrap().to_owned()),
            503 => {
                let wait = answer.header("retry-after").unwrap().parse().unwrap();
                service.clock.advance(Duration::from_secs(wait));
            }
            status => panic!("{status}: {}", answer.text),
        }
    }
    ids
}

async fn run(place: &Place, seed: u64, count: usize) {
    let name = format!("{} seed {seed}", place.name);
    let (mut scene, stub) = scene().await;
    scene.config.store = place.at.clone();
    scene.config.partners[1].timeout = Duration::from_millis(400);
    let ledger = Arc::new(Mutex::new(Ledger::default()));
    let moody = Moody {
        seed,
        ledger: Arc::clone(&ledger),
    };
    Mock::given(path(MATCH))
        .respond_with(moody)
        .mount(&stub)
        .await;
    let service = scene.start().await;
    let pool = place.look().await;
    let ids = accepted(&service, count).await;
    let rows = i64::try_from(count).unwrap();
    let census = settled(&pool, rows, &name).await;
    assert_eq!(census.values().sum::<i64>(), rows, "{name}: {census:?}");
    let listed = i64::try_from(dead(&service).await.len()).unwrap();
    let dead = census.get("dead-lettered").copied().unwrap_or_default();
    assert_eq!(
        listed, dead,
        "{name}: every one that is exhausted lies there"
    );
    effects_fit(&service, &ids, &ledger, &name).await;

    // The partner is well again: what is dead for a cause that is gone completes, and nothing is done twice.
    repaired(&service, &stub, &ledger).await;
    let after = settled(&pool, rows, &name).await;
    assert_eq!(after.get("dead-lettered"), None, "{name}: {after:?}");
    let fulfilled = |census: &BTreeMap<String, i64>| census.get("fulfilled").copied();
    let before = fulfilled(&census).unwrap_or_default();
    assert_eq!(
        fulfilled(&after).unwrap_or_default(),
        before + dead,
        "{name}"
    );
    effects_fit(&service, &ids, &ledger, &name).await;
    pool.close().await;
}

/// One key for each exchange, whatever was tried and replayed: so the partner acts at most once. And none is called
/// fulfilled that the partner did not act for.
async fn effects_fit(service: &Service, ids: &[String], ledger: &Mutex<Ledger>, name: &str) {
    let mut keys = BTreeSet::new();
    for id in ids {
        let view = service.exchanges(&format!("/{id}")).await.json();
        let key = view["outbound_key"].as_str().unwrap().to_owned();
        let done = ledger.lock().unwrap().carried_out.contains(&key);
        let calls = ledger.lock().unwrap().calls;
        assert!(
            done || view["state"] != "fulfilled",
            "{name} after {calls} calls: {view}"
        );
        keys.insert(key);
    }
    assert_eq!(keys.len(), ids.len(), "{name}");
    let ledger = ledger.lock().unwrap();
    assert!(
        ledger.heard.is_subset(&keys),
        "{name}: a key that is no exchange's"
    );
}

async fn dead(service: &Service) -> BTreeSet<String> {
    let call = (Method::GET, "/dlq");
    let answer = service
        .operate(Role::Replay, call, None, &Value::Null)
        .await;
    let items = answer.json()["items"].as_array().unwrap().clone();
    let codes = items
        .iter()
        .map(|item| item["exchange"].as_str().unwrap().to_owned());
    codes.collect()
}

async fn repaired(service: &Service, stub: &MockServer, ledger: &Arc<Mutex<Ledger>>) {
    stub.reset().await;
    let well = Well(Arc::clone(ledger));
    Mock::given(path(MATCH))
        .respond_with(well)
        .mount(stub)
        .await;
    // Whatever the breaker still holds against it is over by then.
    service.clock.advance(Duration::from_secs(600));
    for code in [
        "partner/unavailable",
        "partner/throttled",
        "transport/timeout",
    ] {
        let call = (Method::POST, "/dlq/fixed");
        let word = json!({"code": code, "reason": "partner-is-up"});
        service.operate(Role::Replay, call, None, &word).await;
    }
    let call = (Method::POST, "/dlq/replay");
    let order = json!({"filter": {}});
    let answer = service
        .operate(Role::Replay, call, Some("all"), &order)
        .await;
    assert_eq!(answer.status, 202, "{}", answer.text);
}

/// The partner after its repair.
struct Well(Arc<Mutex<Ledger>>);

impl Respond for Well {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut ledger = self.0.lock().unwrap();
        let key = request.headers["idempotency-key"].to_str().unwrap();
        ledger.heard.insert(key.to_owned());
        ledger.carried_out.insert(key.to_owned());
        matched()
    }
}

#[tokio::test]
async fn accepted_is_fulfilled_failed_and_dead_after_every_fault_and_nothing_is_done_twice() {
    for seed in [7, 11] {
        for place in stores().await {
            run(&place, seed, 40).await;
        }
    }
}

/// Source: REFERENCE.md section 21: calls are at most a tenth more than requests while a partner is down
#[tokio::test]
async fn a_partner_that_is_down_hears_at_most_a_tenth_more_calls_than_there_are_requests() {
    let (mut scene, stub) = scene().await;
    let mut policy = scene.first_retry_policy();
    policy.limits.open_exchanges = 1_000;
    scene.config.resilience = Some(policy);
    Mock::given(path(MATCH))
        .respond_with(ResponseTemplate::new(503))
        .mount(&stub)
        .await;
    scene.by_hand();
    let service = scene.start().await;
    let request = exchange(&Person::number(5), "contoso");
    let (mut taken_on, mut turned_away) = (0, 0);
    for number in 0..200 {
        // A minute and a half for every forty: long enough for retries and probes.
        if number % 40 == 39 {
            service.clock.advance(Duration::from_secs(90));
        }
        let answer = service
            .start_exchange(&format!("k{number}"), &request)
            .await;
        match answer.status {
            202 => taken_on += 1,
            503 => turned_away += 1,
            status => panic!("{status}"),
        }
    }
    assert_eq!(taken_on + turned_away, 200);
    let calls = stub.received_requests().await.unwrap().len();
    assert!(calls <= 220, "{calls} calls for 200 requests");
    assert!(
        calls >= 10,
        "the partner was asked before it was left alone"
    );
}
