//! A caller that tries number after number for the same person: stopped, told of, and nobody else with it.
//! Refuses to wait for a day to pass: the clock is moved.

use crate::support::bulk::on_list;
use crate::support::request::{Person, bulk_match, member_match};
use crate::support::stores::stores;
use crate::support::{Answer, Scene, Service};
use reference::Alarm;
use serde_json::{Value, json};
use sqlx::Row;
use std::time::Duration;

/// A match about the person by a number that is not the person's.
fn guess(person: &Person, client: &str, number: usize) -> Value {
    let mut body = member_match(person, client);
    let coverage = &mut body["parameter"][1]["resource"];
    coverage["identifier"][0]["value"] = json!(format!("canary-{number}"));
    coverage["subscriberId"] = json!(format!("canary-{number}"));
    body
}

async fn ask(service: &Service, client: &str, body: &Value) -> Answer {
    let url = Service::url(service.running.partner, "/Patient/$member-match");
    let now = service.now_for_token();
    let token = service.token_at(client, reference::token::MEMBER_MATCH, now);
    let sent = service.http.post(url).bearer_auth(token);
    let sent = sent.header("content-type", "application/fhir+json");
    Answer::of(sent.body(body.to_string()).send().await.unwrap()).await
}

#[tokio::test]
async fn row_s2_49_whoever_tries_many_numbers_for_one_person_is_stopped_and_told_of() {
    for place in stores().await {
        let mut scene = Scene::new();
        scene.config.store = place.at.clone();
        let service = scene.start().await;
        let (person, other) = (Person::number(0), Person::number(1));
        for number in 0..5 {
            // The same number again is no new guess.
            for _ in 0..3 {
                let answer = ask(&service, "northwind", &guess(&person, "northwind", number)).await;
                assert_eq!(
                    (answer.status, answer.code().as_str()),
                    (422, "no-match"),
                    "{}",
                    place.name
                );
            }
        }
        assert_eq!(service.running.alarms(), []);
        let stopped = ask(&service, "northwind", &guess(&person, "northwind", 5)).await;
        assert_eq!(
            (stopped.status, stopped.code().as_str()),
            (429, "throttled")
        );
        assert!(stopped.header("retry-after").is_some());
        // Not even the right number is answered now, so that it cannot be told from the others.
        let right = ask(&service, "northwind", &member_match(&person, "northwind")).await;
        assert_eq!(right.status, 429);
        let alarms = service.running.alarms();
        assert_eq!(
            alarms.iter().map(|raised| raised.alarm).collect::<Vec<_>>(),
            [Alarm::BruteForce]
        );
        // Another person, and another client, are none of it.
        let answer = ask(&service, "northwind", &member_match(&other, "northwind")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let answer = ask(&service, "contoso", &member_match(&person, "contoso")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        // It is written down, without anything of the person.
        let look = place.look().await;
        let refused =
            sqlx::query("SELECT record FROM audit WHERE action = 'refused'").fetch_all(&look);
        let refused: Vec<String> = refused
            .await
            .unwrap()
            .iter()
            .map(|row| row.get(0))
            .collect();
        assert!(
            refused
                .iter()
                .any(|record| record.contains("identity/brute-force")
                    && record.contains("northwind"))
        );
        let kept = sqlx::query("SELECT client, person, identifiers FROM guesses")
            .fetch_all(&look)
            .await
            .unwrap();
        // Two numbers of each right question, and six that were tried.
        assert_eq!(kept.len(), 12);
        for row in kept {
            for column in [1, 2] {
                let digest: String = row.get(column);
                assert!(digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()));
            }
        }
        look.close().await;
        // A day later the right number is answered again.
        service.clock.advance(Duration::from_secs(86_401));
        let answer = ask(&service, "northwind", &member_match(&person, "northwind")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        service.running.stop().await;
    }
}

/// The numbers of a match, and a family name beside the person's own.
fn with(mut body: Value, name: Option<&str>, numbers: &[String]) -> Value {
    let parts = &mut body["parameter"];
    if let Some(name) = name {
        let names = parts[0]["resource"]["name"].as_array_mut().unwrap();
        names.push(json!({"use": "old", "family": name}));
    }
    let coverage = &mut parts[1]["resource"];
    let like = coverage["identifier"][0].clone();
    let (subscriber, others) = numbers.split_first().unwrap();
    let cards = if others.is_empty() { numbers } else { others };
    let each = cards.iter().map(|number| {
        let mut one = like.clone();
        one["value"] = json!(number);
        one
    });
    coverage["identifier"] = each.collect();
    coverage["subscriberId"] = json!(subscriber);
    body
}

#[tokio::test]
async fn another_name_in_each_question_and_many_numbers_in_one_are_still_guesses_for_one_person() {
    for place in stores().await {
        let mut scene = Scene::new();
        scene.config.store = place.at.clone();
        let service = scene.start().await;
        let person = Person::number(0);
        for number in 0..6 {
            let numbers = [format!("canary-{number}")];
            let decoy = format!("Testname{number}");
            let body = with(member_match(&person, "northwind"), Some(&decoy), &numbers);
            let answer = ask(&service, "northwind", &body).await;
            let expected = if number < 5 { 422 } else { 429 };
            assert_eq!(
                answer.status, expected,
                "{} {number}: {}",
                place.name, answer.text
            );
        }
        // Another spelling of the name is nobody else.
        let mut body = member_match(&person, "northwind");
        let family = &mut body["parameter"][0]["resource"]["name"][0]["family"];
        *family = json!(format!("{}. ", family.as_str().unwrap().to_uppercase()));
        assert_eq!(ask(&service, "northwind", &body).await.status, 429);

        // Two numbers in each question are two tries.
        for question in 0..3 {
            let numbers = [0, 1].map(|which| format!("canary-{question}-{which}"));
            let body = with(member_match(&person, "contoso"), None, &numbers);
            let answer = ask(&service, "contoso", &body).await;
            let expected = if question < 2 { 422 } else { 429 };
            assert_eq!(answer.status, expected, "{}: {}", place.name, answer.text);
        }
        service.running.stop().await;
    }
}

#[tokio::test]
async fn guesses_in_a_bulk_match_are_told_of_once() {
    for place in stores().await {
        let mut scene = Scene::new();
        scene.config.store = place.at.clone();
        let service = scene.start().await;
        let person = Person::number(0);
        let people = vec![person.clone(); 8];
        let mut body = bulk_match(&people, "northwind");
        for (number, member) in body["parameter"]
            .as_array_mut()
            .unwrap()
            .iter_mut()
            .enumerate()
        {
            let parts = member["part"].as_array_mut().unwrap();
            let coverage = parts
                .iter_mut()
                .find(|part| part["name"] == "CoverageToMatch");
            let coverage = &mut coverage.unwrap()["resource"];
            coverage["identifier"][0]["value"] = json!(format!("canary-{number}"));
            coverage["subscriberId"] = json!(format!("canary-{number}"));
        }
        let groups = service.groups("northwind", &body).await;
        assert_eq!(on_list(&groups, "match"), Vec::<String>::new());
        let alarms = service.running.alarms();
        let alarms: Vec<_> = alarms.iter().map(|raised| raised.alarm).collect();
        assert_eq!(alarms, [Alarm::BruteForce], "{}", place.name);
        let look = place.look().await;
        let told = sqlx::query("SELECT record FROM audit WHERE action = 'refused'");
        let told = told.fetch_all(&look).await.unwrap();
        look.close().await;
        assert_eq!(told.len(), 1, "{}", place.name);
        let record: Value = serde_json::from_str(&told[0].get::<String, _>(0)).unwrap();
        assert_eq!(record["event"]["code"], "identity/brute-force");
        assert_eq!(record["event"]["partner"], "northwind");
        service.running.stop().await;
    }
}
