//! As many members as a question may hold, through the whole service: everybody is told about, and the service lives on.
//! Refuses to measure time: what is counted is how many were judged between two answers to whether it lives.

use super::judging::{Watched, twins};
use super::partner::{answers, exports, group};
use super::support::request::{bulk_exchange, ids};
use super::support::stores::{Place, stores};
use super::support::{Answer, Service};
use super::{at, begun, questions};
use reference::domain::bulk::Form;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Tells a proof how much of itself to run; absent in the suite.
const SCALE: &str = "MATCHMARK_PROVE";

/// The most that are judged between two answers: as many as are judged in one go, a few times over, for an answer takes a
/// few turns of the thread.
const MOST: usize = 5 * 20;

/// As many as a question may hold; in the suite fewer, whom a build without optimisation has judged in seconds.
fn many() -> usize {
    match std::env::var(SCALE).is_ok_and(|scale| scale == "full") {
        true => 10_000,
        false => 1_000,
    }
}

/// Asks whether the service lives, over and over, and counts the answers.
fn asking(service: &Service, watched: &Arc<Watched>) -> tokio::task::JoinHandle<()> {
    let (http, watched) = (service.http.clone(), Arc::clone(watched));
    let url = Service::url(service.running.probe, "/health/live");
    tokio::spawn(async move {
        loop {
            let answer = Answer::of(http.get(&url).send().await.unwrap()).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            watched.somebody_went_on();
        }
    })
}

/// The exchange, once nothing is open any more.
async fn ended(service: &Service, id: &str) -> Value {
    loop {
        let view = service.exchanges(&format!("/{id}")).await.json();
        if ["fulfilled", "failed", "dead-lettered"].contains(&view["state"].as_str().unwrap()) {
            return view;
        }
        tokio::task::yield_now().await;
    }
}

/// What came of each, page by page.
async fn everybody(service: &Service, id: &str) -> (Value, BTreeMap<u64, String>) {
    let (mut told, mut path) = (BTreeMap::new(), format!("/{id}/members"));
    loop {
        let page = service.exchanges(&path).await.json();
        for item in page["items"].as_array().unwrap() {
            let outcome = item["outcome"].as_str().unwrap().to_owned();
            let place = item["position"].as_u64().unwrap();
            assert_eq!(told.insert(place, outcome), None, "{place} is told twice");
        }
        match page["cursor"].as_str() {
            Some(cursor) => path = format!("/{id}/members?cursor={cursor}"),
            None => return (page["counts"].clone(), told),
        }
    }
}

async fn asked_about(place: &Place, count: usize) {
    let (mut scene, stub) = at(place).await;
    let watched = Watched::new(&scene.clock);
    scene.config.clock = Arc::clone(&watched) as _;
    let all = twins(count);
    // Of every tenth there are no data, and the last one is not known there.
    let (last, found) = all.split_last().unwrap();
    let lists = [
        group("match", found),
        group("nomatch", std::slice::from_ref(last)),
    ];
    let with_data = |(place, person): (usize, &_)| (place % 10 != 0).then(|| Clone::clone(person));
    let given: Vec<_> = found.iter().enumerate().filter_map(with_data).collect();
    answers(&stub, Form::Groups, &lists).await;
    exports(&stub, &given).await;
    let service = scene.start().await;
    let beside = asking(&service, &watched);
    let id = begun(&service, &bulk_exchange(&all, "contoso")).await;
    let view = ended(&service, &id).await;
    assert!(
        !beside.is_finished(),
        "the service was not alive throughout"
    );
    beside.abort();
    assert_eq!(
        (&view["state"], &view["disposition"]),
        (&json!("fulfilled"), &json!("partial"))
    );
    let (counts, told) = everybody(&service, &id).await;
    let without = found.len() - given.len();
    let wanted = json!({"given": given.len(), "without-data": without, "no-match": 1});
    assert_eq!(counts, wanted, "{}", place.name);
    assert_eq!(told.len(), count);
    assert_eq!((&*told[&0], &*told[&1]), ("without-data", "given"));
    assert_eq!(questions(&stub).await, [ids(&all)]);
    let members = service.came_to(&id).await["members"].clone();
    assert_eq!(members.as_array().unwrap().len(), count);
    let most = watched.most();
    assert!(most <= MOST, "{most} were judged while nobody was answered");
    println!(
        "{}: {count} members, at most {most} looks between two answers",
        place.name
    );
    service.running.stop().await;
}

#[tokio::test]
async fn prove_everybody_is_told_about_and_the_service_answers_meanwhile() {
    for place in stores().await {
        asked_about(&place, many()).await;
    }
}
