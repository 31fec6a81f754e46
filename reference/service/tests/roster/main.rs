//! An exchange about many members: one question, an answer in each published form, and the data of those who were found.
//! Refuses to call complete what is undecided of anybody.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout
)]

mod again;
mod ends;
mod everybody;
mod judging;
mod large;
mod older;
mod partner;
mod requests;
#[path = "../support/mod.rs"]
mod support;
mod traces;
mod ways;

use partner::{answers, exports, group, record};
use reference::domain::bulk::Form;
use reference::domain::fulfilment::{FulfilmentPolicy, Notification, Retrieval};
use serde_json::{Value, json};
use support::bulk::BULK;
use support::later::{KICK_OFF, calls};
use support::request::{bulk_exchange, ids, people, with};
use support::stores::{Place, stores};
use support::stub::{scene, states};
use support::{Scene, Service};
use wiremock::MockServer;

/// A scene whose partner contoso answers at the stub, and gives data.
pub async fn at(place: &Place) -> (Scene, MockServer) {
    let (mut scene, stub) = scene().await;
    scene.config.store = place.at.clone();
    scene.agreed(Retrieval::GroupExport, Notification::Poll);
    (scene, stub)
}

/// Starts an exchange and gives its id.
pub async fn begun(service: &Service, request: &Value) -> String {
    let answer = service.start_exchange("k1", request).await;
    assert_eq!(answer.status, 202, "{}", answer.text);
    assert_eq!(answer.json()["kind"], "bulk");
    answer.json()["id"].as_str().unwrap().to_owned()
}

/// What came of each member, in the order of the request.
pub async fn outcomes(service: &Service, id: &str) -> Vec<String> {
    let page = service.exchanges(&format!("/{id}/members")).await.json();
    let items = page["items"].as_array().unwrap();
    let told = items.iter().enumerate().map(|(position, item)| {
        assert_eq!(item["position"], json!(position));
        let outcome = item["outcome"].as_str().unwrap();
        match item["code"].as_str() {
            None => outcome.to_owned(),
            Some(code) => format!("{outcome} {code}"),
        }
    });
    told.collect()
}

/// The local ids of those whom the partner was asked about, by each question.
pub async fn questions(stub: &MockServer) -> Vec<Vec<String>> {
    let requests = stub.received_requests().await.unwrap();
    let asked = requests.iter().filter(|one| one.url.path() == BULK);
    let read = asked.map(|one| {
        let question: Value = serde_json::from_slice(&one.body).unwrap();
        let bundles = question["parameter"].as_array().unwrap().clone();
        let id = |bundle: &Value| {
            assert_eq!(bundle["name"], "MemberBundle");
            let id = &bundle["part"][0]["resource"]["id"];
            id.as_str().unwrap().to_owned()
        };
        bundles.iter().map(id).collect()
    });
    read.collect()
}

#[tokio::test]
async fn each_published_form_is_read_and_the_data_of_everybody_are_fetched() {
    for place in stores().await {
        for form in Form::ALL {
            let fresh = match place.name {
                "postgres" => Place::postgres().await.unwrap(),
                _ => Place::sqlite(),
            };
            let (scene, stub) = at(&fresh).await;
            let all = people(&[4, 5, 6]);
            answers(&stub, *form, &[group("match", &all)]).await;
            exports(&stub, &all).await;
            let service = scene.start().await;
            let id = begun(&service, &bulk_exchange(&all, "contoso")).await;
            let view = service.until(&id, "fulfilled").await;
            assert_eq!(view["disposition"], "complete", "{} {form}", fresh.name);
            assert_eq!(view["kind"], "bulk");
            let schema = view["schema_version"].as_str().unwrap();
            assert!(schema.starts_with("pdex-bulk-member-match-request@"));
            let path = [
                "validated",
                "matched",
                "routed",
                "acknowledged",
                "fulfilled",
            ];
            assert_eq!(states(&view), path);
            assert_eq!(outcomes(&service, &id).await, ["given"; 3]);
            assert_eq!(questions(&stub).await, [ids(&all)]);
            assert_eq!(calls(&stub, "POST", KICK_OFF).await, 1);
            let result = service.came_to(&id).await;
            assert_eq!(result["members"][1]["patient"], json!(record(&all[1])));
            assert_eq!(result["members"][1]["outcome"], "given");
            assert_eq!(
                (&result["state"], &result["disposition"]),
                (&json!("fulfilled"), &json!("complete"))
            );
            let kinds: Vec<&Value> = result["files"].as_array().unwrap().iter().collect();
            assert_eq!(kinds.len(), 2, "{result}");
            service.running.stop().await;
        }
    }
}

#[tokio::test]
async fn who_does_not_stand_is_left_out_and_nobody_else_is_moved() {
    for place in stores().await {
        let (scene, stub) = at(&place).await;
        let all = people(&[4, 5, 6, 7, 8, 9]);
        let request = bulk_exchange(&all, "contoso");
        let expired = "/members/1/consent/provision/period/end";
        let mut request = with(request, expired, json!("2026-09-30"));
        let members = request["members"].as_array_mut().unwrap();
        members[2].as_object_mut().unwrap().remove("consent");
        let cover = members[3]["coverage_to_match"].as_object_mut().unwrap();
        cover.remove("identifier");
        cover.remove("subscriberId");
        members[4]["member_patient"]["birthDate"] = json!("CANARY");
        members[5]["consent"]["patient"]["reference"] = json!("Patient/somebody-else");
        answers(&stub, Form::Groups, &[group("match", &all[..1])]).await;
        exports(&stub, &all[..1]).await;
        let service = scene.start().await;
        let id = begun(&service, &request).await;
        let view = service.until(&id, "fulfilled").await;
        assert_eq!(view["disposition"], "partial", "{}", place.name);
        let told = outcomes(&service, &id).await;
        assert_eq!(told[0], "given");
        assert_eq!(told[1], "left-out consent/period-end-invalid");
        for (position, told) in told.iter().enumerate().skip(2) {
            assert!(told.starts_with("left-out "), "{position} {told}");
        }
        assert_eq!(told[5], "left-out schema/reference-mismatch");
        assert_eq!(questions(&stub).await, [ids(&all[..1])]);
        let shown = service.exchanges(&format!("/{id}/members")).await;
        assert_eq!(shown.json()["counts"], json!({"given": 1, "left-out": 5}));
        for value in ["CANARY", "somebody-else", all[1].id.as_str()] {
            assert!(!shown.text.contains(value), "{value}");
        }
        service.running.stop().await;
    }
}

#[tokio::test]
async fn nobody_who_stands_is_nobody_asked() {
    for place in stores().await {
        let (scene, stub) = at(&place).await;
        let mut request = bulk_exchange(&people(&[4, 5]), "contoso");
        for position in 0..2 {
            let end = format!("/members/{position}/consent/provision/period/end");
            request = with(request, &end, json!("2026-09-30"));
        }
        let service = scene.start().await;
        let id = begun(&service, &request).await;
        let view = service.until(&id, "failed").await;
        assert_eq!(view["code"], "consent/period-end-invalid", "{}", place.name);
        let told = outcomes(&service, &id).await;
        assert_eq!(told, ["left-out consent/period-end-invalid"; 2]);
        assert_eq!(stub.received_requests().await.unwrap().len(), 0);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn without_an_attestation_nobody_is_asked_either() {
    for place in stores().await {
        let (scene, stub) = at(&place).await;
        let request = bulk_exchange(&people(&[4]), "contoso");
        let request = with(request, "/attestation/opted_in", json!(false));
        let service = scene.start().await;
        let id = begun(&service, &request).await;
        let view = service.until(&id, "failed").await;
        assert_eq!(view["code"], "schema/attestation-missing");
        assert_eq!(stub.received_requests().await.unwrap().len(), 0);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn whom_the_partner_does_not_find_or_may_not_tell_of_makes_a_part() {
    for place in stores().await {
        let (scene, stub) = at(&place).await;
        let all = people(&[4, 5, 6]);
        let lists = [
            group("match", &all[..1]),
            group("nomatch", &all[1..2]),
            group("consentconstraint", &all[2..]),
        ];
        answers(&stub, Form::ParametersBody, &lists).await;
        exports(&stub, &all[..1]).await;
        let service = scene.start().await;
        let id = begun(&service, &bulk_exchange(&all, "contoso")).await;
        let view = service.until(&id, "fulfilled").await;
        assert_eq!(view["disposition"], "partial", "{}", place.name);
        let told = outcomes(&service, &id).await;
        assert_eq!(told, ["given", "no-match", "consent-constraint"]);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn who_is_asked_who_the_members_are_and_no_more_is_done_with_the_answer() {
    for place in stores().await {
        for (found, disposition) in [(2, "complete"), (1, "partial")] {
            let fresh = match place.name {
                "postgres" => Place::postgres().await.unwrap(),
                _ => Place::sqlite(),
            };
            let (mut scene, stub) = at(&fresh).await;
            scene.agreed(Retrieval::MatchOnly, Notification::Poll);
            let all = people(&[4, 5]);
            let lists = [
                group("match", &all[..found]),
                group("nomatch", &all[found..]),
            ];
            answers(&stub, Form::Groups, &lists).await;
            let service = scene.start().await;
            let id = begun(&service, &bulk_exchange(&all, "contoso")).await;
            let view = service.until(&id, "fulfilled").await;
            assert_eq!(view["disposition"], disposition, "{}", fresh.name);
            assert_eq!(outcomes(&service, &id).await[0], "matched");
            assert_eq!(calls(&stub, "POST", KICK_OFF).await, 0);
            service.running.stop().await;
        }
    }
}

#[tokio::test]
async fn a_list_of_many_is_one_line_and_their_data_are_more_files_than_those_of_one() {
    for place in stores().await {
        let (mut scene, stub) = at(&place).await;
        let path = support::catalogue::root().join("reference/config/fulfilment/1.toml");
        let text = std::fs::read_to_string(path).unwrap();
        let small = [
            ("files = 500", "files = 1"),
            ("line-bytes = 4194304", "line-bytes = 1000"),
        ];
        let text = small
            .iter()
            .fold(text, |text, (from, to)| text.replace(from, to));
        let policy: FulfilmentPolicy = toml::from_str(&text).unwrap();
        assert_eq!((policy.limits.files, policy.limits.line_bytes), (1, 1000));
        scene.config.fulfilment = Some(policy);
        let all = people(&[4, 5, 6, 7, 8, 9]);
        let list = group("match", &all);
        assert!(list.to_string().len() > 1000);
        answers(&stub, Form::GroupsAndParameters, &[list]).await;
        exports(&stub, &all).await;
        let service = scene.start().await;
        let id = begun(&service, &bulk_exchange(&all, "contoso")).await;
        let view = service.until(&id, "fulfilled").await;
        assert_eq!(view["disposition"], "complete", "{}", place.name);
        service.running.stop().await;
    }
}
