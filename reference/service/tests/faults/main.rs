//! The fault matrix: blips, tokens that end, answers of another shape and outages, each at every place of an exchange
//! where it can strike. Each ends in the state that the matrix declares, within its budget, and no request is lost.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod payer;
#[path = "../support/mod.rs"]
mod support;

use payer::{Fault, Payer, World};
use reference::config::{organisation, partner};
use reference::domain::Timestamp;
use reference::domain::fulfilment::Retrieval;
use reference::token::SigningKey;
use serde_json::{Value, json};
use sqlx::AnyPool;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::later::{counted, words};
use support::request::{Person, exchange};
use support::stores::{Place, stores};
use support::stub::scene;
use support::{PAYER_IDS, Scene, Service};
use wiremock::Mock;
use wiremock::matchers::any;

/// Exchanges with each payer of the matrix, all under way at once.
const EACH: usize = 3;

fn join(scene: &mut Scene, payer: &Payer, address: &str) {
    let name = payer.fault.name;
    let known = organisation(PAYER_IDS, "contoso");
    let mut new = partner(name, known, &format!("{address}/{name}"), "hrex-1.2");
    new.terms.retrieval = Retrieval::GroupExport;
    new.terms.silence = Some(Duration::from_secs(3600));
    new.terms.token_url = Some(format!("{address}/{name}/token"));
    // Only one of them is ever slower than that.
    new.timeout = Duration::from_secs(if name == "blip-late" { 2 } else { 60 });
    scene.config.partners.push(new);
}

async fn all_started(
    service: &Service,
    world: &BTreeMap<&'static str, Payer>,
) -> Vec<(&'static str, String)> {
    let mut ids = Vec::new();
    for number in 0..EACH {
        for name in world.keys() {
            let mut request = exchange(&Person::number(5), "contoso");
            request["partner"] = json!(name);
            let answer = service
                .start_exchange(&format!("{name}-{number}"), &request)
                .await;
            assert_eq!(answer.status, 202, "{name}: {}", answer.text);
            ids.push((*name, answer.json()["id"].as_str().unwrap().to_owned()));
        }
    }
    ids
}

fn took(view: &Value) -> Duration {
    let at = |name: &str| view[name].as_str().unwrap().parse::<Timestamp>().unwrap();
    (at("since") - at("asked_at")).to_std().unwrap()
}

/// No exchange asked its payer more often at the place of the trouble than the matrix allows.
fn stays_within(payer: &Payer, name: &str) {
    let heard = payer.heard.lock().unwrap();
    assert!(
        heard.members.len() <= EACH,
        "{name}: one key for each exchange"
    );
    let struck: Vec<&str> = payer.fault.troubles.iter().map(|it| it.at).collect();
    let only = struck.first().copied().filter(|_| struck.len() == 1);
    for number in 0..EACH {
        let member = format!("m{number}");
        let mine = heard.calls.iter().filter(|((_, of), _)| *of == member);
        let calls: usize = mine
            .filter(|((at, _), _)| only.is_none_or(|only| only == *at))
            .map(|(_, calls)| *calls)
            .sum();
        assert!(calls <= payer.fault.most, "{name} {member}: {calls} calls");
    }
    if only == Some("token") {
        let calls = heard.calls.get(&("token", String::new())).copied();
        let calls = calls.unwrap_or_default();
        assert!(calls <= payer.fault.most * EACH, "{name}: {calls} calls");
        assert!(heard.members.is_empty(), "{name}: no call without a token");
    }
}

async fn run(place: &Place) {
    let (mut scene, stub) = scene().await;
    scene.config.store = place.at.clone();
    scene.config.client_key = Some(SigningKey::generate().unwrap());
    let payers = Fault::all().into_iter().map(|fault| {
        let clock = Arc::clone(&scene.clock);
        let heard = Mutex::default();
        (
            fault.name,
            Payer {
                fault,
                clock,
                heard,
            },
        )
    });
    let world: Arc<BTreeMap<&str, Payer>> = Arc::new(payers.collect());
    for payer in world.values() {
        join(&mut scene, payer, &stub.uri());
    }
    Mock::given(any())
        .respond_with(World(Arc::clone(&world)))
        .mount(&stub)
        .await;
    let service = scene.start().await;
    let ids = all_started(&service, &world).await;
    let pool = place.look().await;
    all_ended(&pool, place.name).await;
    for (name, id) in &ids {
        let view = service.exchanges(&format!("/{id}")).await.json();
        let fault = &world[name].fault;
        let told = (&view["state"], &view["disposition"], &view["code"]);
        assert_eq!(
            told,
            (
                &json!(fault.state),
                &json!(fault.disposition),
                &json!(fault.code)
            ),
            "{} {name}",
            place.name
        );
        assert!(
            took(&view) <= fault.within,
            "{} {name}: {:?}",
            place.name,
            took(&view)
        );
    }
    for (name, payer) in world.iter() {
        stays_within(payer, name);
    }
    balanced(&pool, ids.len(), place.name).await;
    service.running.stop().await;
    pool.close().await;
}

/// Waits until no exchange is open. The clock of the service winds itself, and never past work that is under way.
async fn all_ended(pool: &AnyPool, name: &str) {
    let open = "SELECT count(*) FROM exchanges WHERE state NOT IN ('fulfilled', 'failed', 'dead-lettered')";
    for _ in 0..100_000 {
        if counted(pool, open).await == 0 {
            return;
        }
        tokio::task::yield_now().await;
    }
    let left = "SELECT partner || ' ' || state FROM exchanges WHERE state NOT IN ('fulfilled', 'failed', 'dead-lettered')";
    panic!("{name}: {:?}", words(pool, left).await);
}

/// What came in is what has ended, every dead one lies with the dead letters, and nobody waits for anything any more.
async fn balanced(pool: &AnyPool, accepted: usize, name: &str) {
    let accepted = i64::try_from(accepted).unwrap();
    let of = async |state: &str| {
        let query = format!("SELECT count(*) FROM exchanges WHERE state = '{state}'");
        counted(pool, &query).await
    };
    let (fulfilled, failed, dead) = (
        of("fulfilled").await,
        of("failed").await,
        of("dead-lettered").await,
    );
    assert_eq!(accepted, fulfilled + failed + dead, "{name}");
    let letters = counted(pool, "SELECT count(*) FROM dead_letters").await;
    assert_eq!(letters, dead, "{name}: every dead one lies there");
    let told = "SELECT count(*) FROM outbox WHERE notice IN ('exchange-fulfilled', 'exchange-failed', 'exchange-dead-lettered')";
    assert_eq!(
        counted(pool, told).await,
        accepted,
        "{name}: each end is told once"
    );
    assert_eq!(
        counted(pool, "SELECT count(*) FROM steps").await,
        0,
        "{name}"
    );
    let unheard = "SELECT count(*) FROM outbox WHERE notice = 'partner-unmapped'";
    assert_eq!(
        counted(pool, unheard).await,
        i64::try_from(EACH).unwrap(),
        "{name}"
    );
}

#[tokio::test]
async fn row_s0_60_blips_ended_tokens_drift_and_outages_end_as_declared_and_no_request_is_lost() {
    for place in stores().await {
        run(&place).await;
    }
}
