//! Room for a long answer is asked for before it is read: who finds none is not given it, and nobody is said to have read it.
//! Refuses to trust the answer alone: it counts what the audit log says was read.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use reference::SecurityPolicy;
use reference::domain::bulk::Form;
use reference::token::EXCHANGES;
use std::time::Duration;
use support::export::{path, place};
use support::later::counted;
use support::request::{Person, bulk_match, exchange, people};
use support::stores::{Place, stores};
use support::stub::{matched, says, scene};
use support::{Answer, Scene, Service};

/// The same service again, with so many bytes of room for bodies.
async fn again(scene: &mut Scene, bodies: u32) -> Service {
    let mut policy = SecurityPolicy::built_in().unwrap();
    policy.bodies = bodies;
    scene.config.security = Some(policy);
    scene.start().await
}

/// How many readings of protected bodies, and how many refusals of this caller, the log tells of.
async fn told(place: &Place, actor: &str) -> (usize, usize) {
    let look = place.look().await;
    let read = "SELECT count(*) FROM audit WHERE action = 'payload-read'";
    let read = counted(&look, read).await;
    let refused = "SELECT record FROM audit WHERE action = 'refused'";
    let refused = support::later::words(&look, refused).await;
    let of_actor = format!("\"id\":\"{actor}\"");
    let full = refused
        .iter()
        .filter(|record| record.contains(&of_actor) && record.contains("capacity/queue-full"));
    let told = (usize::try_from(read).unwrap(), full.count());
    assert_eq!(refused.len(), told.1, "{refused:?}");
    look.close().await;
    told
}

fn is_told_to_come_again(answer: &Answer) {
    assert_eq!(answer.status, 503, "{}", answer.text);
    assert_eq!(answer.header("retry-after"), Some("5"));
    assert_eq!(answer.header("x-refused"), None, "our own word for it");
}

#[tokio::test]
async fn a_file_for_which_there_is_no_room_is_not_read() {
    for place in stores().await {
        let mut scene = Scene::new();
        scene.config.store = place.at.clone();
        let service = scene.start().await;
        let group = service.matched("contoso", &Person::number(1)).await;
        let export = service.kicked("contoso", &group).await;
        let list = service.ended("contoso", &export).await.json();
        let files = list["output"].as_array().unwrap();
        let claims = files
            .iter()
            .find(|file| file["type"] == "ExplanationOfBenefit");
        let file = path(claims.unwrap()["url"].as_str().unwrap());
        let whole = service.get("contoso", &file).await;
        assert_eq!(whole.status, 200, "{}", whole.text);
        service.running.stop().await;
        let (read, _) = told(&place, "contoso").await;
        assert!(read > 0, "{}", place.name);

        // One client has half of it.
        let size = u32::try_from(whole.text.len()).unwrap();
        let service = again(&mut scene, size).await;
        is_told_to_come_again(&service.get("contoso", &file).await);
        service.running.stop().await;
        assert_eq!(told(&place, "contoso").await, (read, 1), "{}", place.name);

        let service = again(&mut scene, 2 * size + 4096).await;
        let answer = service.get("contoso", &file).await;
        assert_eq!((answer.status, answer.text), (200, whole.text));
        service.body_room(|used| used == 0).await;
        service.running.stop().await;
        assert_eq!(told(&place, "contoso").await, (read + 1, 1));
    }
}

#[tokio::test]
async fn an_older_answer_about_many_for_which_there_is_no_room_is_not_read() {
    for at in stores().await {
        let mut scene = Scene::new();
        scene.config.store = at.at.clone();
        scene.config.partners[1].bulk = Some(Form::ParametersBody);
        let service = scene.start().await;
        let request = bulk_match(&people(&[1, 2, 3, 9]), "contoso");
        let place = place(&service.submit("contoso", &request).await);
        let whole = service.bulk_ended("contoso", &place, None).await;
        assert_eq!(whole.status, 200, "{}", whole.text);
        assert_eq!(whole.json()["resourceType"], "Parameters");
        service.running.stop().await;
        let (read, _) = told(&at, "contoso").await;
        assert!(read > 0, "{}", at.name);

        // One client has half of it.
        let size = u32::try_from(whole.text.len()).unwrap();
        let service = again(&mut scene, size).await;
        is_told_to_come_again(&service.bulk_get("contoso", &place, None).await);
        service.running.stop().await;
        assert_eq!(told(&at, "contoso").await, (read, 1), "{}", at.name);

        let service = again(&mut scene, 2 * size + 4096).await;
        let answer = service.bulk_get("contoso", &place, None).await;
        assert_eq!((answer.status, answer.json()), (200, whole.json()));
        service.body_room(|used| used == 0).await;
        service.running.stop().await;
        assert_eq!(told(&at, "contoso").await, (read + 1, 1));
    }
}

/// Nothing of a body is known before it is asked for, and nothing of an answer before it is made.
#[tokio::test]
async fn whoever_finds_no_room_is_told_of_under_its_own_name() {
    for place in stores().await {
        let mut scene = Scene::new();
        scene.config.store = place.at.clone();
        // One client has one unit: enough for a question without a body, and for no body or longer answer.
        let service = again(&mut scene, 2048).await;
        let request = bulk_match(&people(&[1]), "contoso");
        is_told_to_come_again(&service.submit("contoso", &request).await);
        is_told_to_come_again(&service.get("contoso", "/metadata").await);
        service.running.stop().await;
        assert_eq!(told(&place, "contoso").await, (0, 2), "{}", place.name);
        let look = place.look().await;
        let of_partner = "SELECT record FROM audit WHERE action = 'refused'";
        let records = support::later::words(&look, of_partner).await;
        for record in records {
            assert!(record.contains("\"partner\":\"contoso\""), "{record}");
        }
        look.close().await;
    }
}

#[tokio::test]
async fn a_result_for_which_there_is_no_room_is_not_read() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        says(&stub, matched(), None).await;
        let service = scene.start().await;
        let request = exchange(&Person::number(5), "contoso");
        let started = service.start_exchange("k1", &request).await;
        let id = started.json()["id"].as_str().unwrap().to_owned();
        service.until(&id, "fulfilled").await;
        service.running.stop().await;
        let result = async |service: &Service| {
            let path = format!("/exchanges/{id}/result");
            let url = Service::url(service.running.enterprise, &path);
            let token = service.token_at("enterprise", EXCHANGES, service.now_for_token());
            let call = service.http.get(url).bearer_auth(token);
            Answer::of(call.header("x-purpose", "dispute").send().await.unwrap()).await
        };
        let service = again(&mut scene, 1024).await;
        is_told_to_come_again(&result(&service).await);
        service.running.stop().await;
        assert_eq!(told(&place, "enterprise").await, (0, 1), "{}", place.name);

        scene.clock.advance(Duration::from_secs(1));
        let service = again(&mut scene, 64 * 1024).await;
        assert_eq!(result(&service).await.status, 200);
        service.body_room(|used| used == 0).await;
        service.running.stop().await;
        assert_eq!(told(&place, "enterprise").await, (1, 1), "{}", place.name);
    }
}
