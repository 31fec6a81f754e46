//! A caller that tries number after number for the same person: stopped, told of, and nobody else with it.
//! Refuses to wait for a day to pass: the clock is moved.

use crate::support::request::{Person, member_match};
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
        assert_eq!(kept.len(), 9);
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
