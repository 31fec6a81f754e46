//! The lists that matches make: read, searched, and exported, by the payer that asked.
//! Refuses to know how a match is judged.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod jobs;
mod members;
#[path = "../support/mod.rs"]
mod support;

use reference::domain::masked::Masked;
use reference::token::{self, Bounds, MEMBER_READ, TokenRequest};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;
use std::collections::BTreeSet;
use std::time::Duration;
use support::bulk::{accepted, on_list};
use support::export::{everything, path, paused, place, question};
use support::request::{Person, bulk_match, ids, people, with};
use support::stores::{Place, stores};
use support::{Answer, Scene, Service, member};

#[tokio::test]
async fn nobody_found_still_gives_a_list_and_its_export_is_empty_and_whole() {
    let service = Scene::new().start().await;
    let groups = service
        .groups("contoso", &bulk_match(&people(&[9]), "contoso"))
        .await;
    assert_eq!((groups.len(), &groups[0]["quantity"]), (2, &json!(0)));
    let group = format!("/Group/{}", groups[0]["id"].as_str().unwrap());
    let place = service.kicked("contoso", &group).await;
    let list = service.ended("contoso", &place).await.json();
    assert_eq!((&list["output"], &list["error"]), (&json!([]), &json!([])));
}

#[tokio::test]
async fn a_list_is_read_and_searched_by_the_payer_that_asked_and_by_nobody_else() {
    for at in stores().await {
        let mut scene = Scene::new();
        scene.config.store = at.at.clone();
        let service = scene.start().await;
        let groups = service
            .groups("contoso", &bulk_match(&people(&[1, 2, 9]), "contoso"))
            .await;
        let single = service.matched("contoso", &Person::number(3)).await;
        let id = groups[0]["id"].as_str().unwrap();
        let list = service
            .bulk_get("contoso", &format!("/Group/{id}"), None)
            .await;
        assert_eq!(
            (list.status, &list.json()),
            (200, &groups[0]),
            "{}",
            at.name
        );
        let alone = service.bulk_get("contoso", &single, None).await.json();
        assert!(
            accepted("pdex-member-match-group", "1.1.0", &alone),
            "{alone}"
        );
        assert_eq!(on_list(&[alone], "match"), ids(&people(&[3])));

        let found = async |query: &str| {
            let answer = service
                .bulk_get("contoso", &format!("/Group?{query}"), None)
                .await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            answer.json()["entry"].as_array().map_or(0, Vec::len)
        };
        assert_eq!(found("").await, 2);
        assert_eq!(
            found(&format!("identifier={}|contoso", support::PAYER_IDS)).await,
            2
        );
        assert_eq!(found(&format!("identifier={id}")).await, 1);
        assert_eq!(found("identifier=northwind").await, 0);
        assert_eq!(found("characteristic=match").await, 2);
        assert_eq!(found("characteristic=nomatch").await, 0);

        let theirs = service
            .bulk_get("northwind", &format!("/Group/{id}"), None)
            .await;
        let nobodys = service.bulk_get("northwind", "/Group/grp-1", None).await;
        assert_eq!((theirs.status, &theirs.text), (404, &nobodys.text));
        let bundle = service.bulk_get("northwind", "/Group", None).await.json();
        assert!(bundle.get("entry").is_none());
        let place = service
            .kick("northwind", &format!("/Group/{id}"), &everything())
            .await;
        assert_eq!(place.status, 404);
    }
}

#[tokio::test]
async fn a_search_goes_on_from_page_to_page() {
    let service = Scene::new().start().await;
    let mut made = Vec::new();
    for turn in 0..23 {
        let request = bulk_match(&people(&[9]), "contoso");
        let request = with(
            request,
            "/parameter/0/part/0/resource/id",
            json!(format!("turn-{turn}")),
        );
        let mut request = request
            .to_string()
            .replace("Patient/p09", &format!("Patient/turn-{turn}"));
        request.push('\n');
        let answer = Answer::of(service.submitting("contoso", request).send().await.unwrap()).await;
        let list = service
            .bulk_ended("contoso", &place(&answer), None)
            .await
            .json();
        made.push(service.groups_of("contoso", &list).await[0]["id"].clone());
    }
    let mut next = Some("/Group?characteristic=match".to_owned());
    let mut seen = Vec::new();
    while let Some(page) = next {
        let bundle = service.bulk_get("contoso", &page, None).await.json();
        let entries = bundle["entry"].as_array().unwrap().clone();
        assert!(entries.len() <= 20);
        seen.extend(entries.iter().map(|entry| entry["resource"]["id"].clone()));
        let link = bundle["link"]
            .as_array()
            .unwrap()
            .iter()
            .find(|link| link["relation"] == "next");
        next = link.map(|link| path(link["url"].as_str().unwrap()));
    }
    let sorted = |mut ids: Vec<Value>| {
        ids.sort_by_key(Value::to_string);
        ids
    };
    assert_eq!(sorted(seen), sorted(made));
}

/// Whose records the files of a finished export hold, by the ids of our Patients.
async fn given(service: &Service, list: &Value) -> Vec<String> {
    let mut patients = BTreeSet::new();
    let files = list["output"].as_array().unwrap();
    for file in files
        .iter()
        .filter(|file| file["type"] == "ExplanationOfBenefit")
    {
        let lines = service.lines("contoso", &file["url"]).await;
        assert_eq!(file["count"], lines.len());
        for line in lines {
            assert!(accepted("eob-nonfinancial", "1.0.0", &line), "{line}");
            patients.insert(line["patient"]["reference"].as_str().unwrap().to_owned());
        }
    }
    patients.into_iter().collect()
}

/// The records that we keep of these people, as the list tells.
async fn records(service: &Service, group: &str) -> Vec<String> {
    let list = service.bulk_get("contoso", group, None).await.json();
    let lines = list["member"].as_array().unwrap().iter();
    lines
        .map(|line| line["entity"]["reference"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn an_export_of_a_list_gives_the_records_of_all_on_it_or_of_those_who_are_named() {
    for at in stores().await {
        let mut scene = Scene::new();
        scene.config.store = at.at.clone();
        let service = scene.start().await;
        let group = service.listed("contoso", &people(&[1, 2, 3])).await;
        let mut all = records(&service, &group).await;
        let place = service.kicked("contoso", &group).await;
        let list = service.ended("contoso", &place).await.json();
        let first = all[0].clone();
        all.sort();
        assert_eq!(given(&service, &list).await, all, "{}", at.name);
        assert_eq!(list["error"], json!([]));
        let named = question(json!([{"name": "patient", "valueReference": {"reference": first}}]));
        let one = service.kick("contoso", &group, &named).await;
        let one = service
            .ended("contoso", &support::export::place(&one))
            .await
            .json();
        assert_eq!(given(&service, &one).await, [first]);
        let stranger =
            json!([{"name": "patient", "valueReference": {"reference": "Patient/pat-1"}}]);
        let refused = service.kick("contoso", &group, &question(stranger)).await;
        assert_eq!((refused.status, refused.code().as_str()), (422, "no-match"));
    }
}

#[tokio::test]
async fn who_loses_the_permission_before_the_file_is_written_is_left_out_alone() {
    for at in stores().await {
        let mut scene = Scene::new();
        scene.config.store = at.at.clone();
        scene.by_hand();
        let scene = scene.with_control();
        let service = scene.start().await;
        let asked = service
            .submit("contoso", &bulk_match(&people(&[1, 2, 3]), "contoso"))
            .await;
        paused(&scene.clock, 1).await;
        scene.clock.advance(Duration::from_secs(1));
        let list = service
            .bulk_ended("contoso", &place(&asked), None)
            .await
            .json();
        let groups = service.groups_of("contoso", &list).await;
        let group = format!("/Group/{}", groups[0]["id"].as_str().unwrap());
        let all = records(&service, &group).await;
        let kicked = service.kicked("contoso", &group).await;
        paused(&scene.clock, 2).await;
        let lost = json!([{"name": "consent", "params": {"member": Person::number(2).id, "status": "revoked"}}]);
        let set = service.control(Method::PUT, "states", &lost).await;
        assert!(set.status < 300, "{}", set.text);
        for year in 2..8 {
            paused(&scene.clock, year).await;
            scene.clock.advance(Duration::from_secs(1));
        }
        let list = service.ended("contoso", &kicked).await.json();
        let mut left = vec![all[0].clone(), all[2].clone()];
        left.sort();
        assert_eq!(given(&service, &list).await, left, "{}", at.name);
        let messages = service.lines("contoso", &list["error"][0]["url"]).await;
        assert_eq!(messages.len(), 1);
        let issue = &messages[0]["issue"][0];
        assert_eq!(issue["details"]["coding"][0]["code"], "consent-constraint");
        assert!(issue.get("expression").is_none());
        // Whoever is left out when all is asked for cannot be had alone either.
        let alone = question(json!([{"name": "patient", "valueReference": {"reference": all[1]}}]));
        let refused = service.kick("contoso", &group, &alone).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (422, "consent-constraint")
        );
    }
}

#[tokio::test]
async fn a_long_list_is_exported_in_parts_and_nobody_is_missing() {
    let mut scene = Scene::new();
    let twins: Vec<Person> = (0..103)
        .map(|number| Person::number(1).namesake(number))
        .collect();
    scene.config.members.extend(twins.iter().map(member));
    let service = scene.start().await;
    let group = service.listed("contoso", &twins).await;
    let mut all = records(&service, &group).await;
    let place = service.kicked("contoso", &group).await;
    let list = service.ended("contoso", &place).await.json();
    assert!(accepted("bulk-export-manifest", "1.0.0", &list), "{list}");
    all.sort();
    assert_eq!(all.len(), 103);
    assert_eq!(given(&service, &list).await, all);
    let kinds: Vec<&str> = list["output"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["type"].as_str().unwrap())
        .collect();
    let twice = [
        "ExplanationOfBenefit",
        "ExplanationOfBenefit",
        "Provenance",
        "Provenance",
    ];
    assert_eq!(kinds, twice);
}

/// Doubles the members of every list so often.
async fn doubled(place: &Place, times: u32) {
    let look = place.look().await;
    for time in 0..times {
        let query = format!(
            "INSERT INTO list_members (list, place, member, policy, consent_checked_at, decision, terms, submitted)
             SELECT list, place + {}, member, policy, consent_checked_at, decision, terms, submitted FROM list_members",
            1_u64 << time
        );
        let done = sqlx::query(AssertSqlSafe(query)).execute(&look).await;
        done.unwrap();
    }
    look.close().await;
}

#[tokio::test]
async fn a_page_of_a_search_takes_no_further_list_once_it_is_full() {
    for at in stores().await {
        let mut scene = Scene::new();
        scene.config.store = at.at.clone();
        let service = scene.start().await;
        for number in [1, 2, 3] {
            let people = [Person::number(number)];
            service
                .groups("contoso", &bulk_match(&people, "contoso"))
                .await;
        }
        // Eight thousand members in each of three lists.
        doubled(&at, 13).await;
        let mut seen = Vec::new();
        let mut next = Some("/Group".to_owned());
        while let Some(page) = next {
            let bundle = service.bulk_get("contoso", &page, None).await.json();
            seen.push(bundle["entry"].as_array().unwrap().len());
            let mut links = bundle["link"].as_array().unwrap().iter();
            let link = links.find(|link| link["relation"] == "next");
            next = link.map(|link| path(link["url"].as_str().unwrap()));
        }
        assert_eq!(seen, [2, 1], "{}", at.name);
        service.running.stop().await;
    }
}
