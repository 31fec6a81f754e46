//! One answer in two published forms, as long as both are given.
//! Refuses to take two answers for the same unless they tell the same of everybody.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use reference::domain::bulk::Form;
use serde_json::{Value, json};
use std::time::Duration;
use support::bulk::{enclosed_meaning, meaning};
use support::export::{path, place};
use support::request::{bulk_match, people, with};
use support::stores::stores;
use support::{Answer, Scene};

/// The end of the permission of the second member.
const SECOND_END: &str = "/parameter/1/part/3/resource/provision/period/end";

async fn forms(form: Option<Form>) -> Answer {
    let mut scene = Scene::new();
    scene.config.partners[1].bulk = form;
    let service = scene.start().await;
    let request = bulk_match(&people(&[1, 9]), "contoso");
    let place = place(&service.submit("contoso", &request).await);
    service.bulk_ended("contoso", &place, None).await
}

#[tokio::test]
async fn each_partner_is_answered_in_the_form_that_its_profile_names() {
    let kinds = |list: &Answer| -> Vec<String> {
        let list = list.json();
        let files = list["output"].as_array().unwrap().iter();
        files
            .map(|file| file["type"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(kinds(&forms(None).await), ["Group"]);
    let both = forms(Some(Form::GroupsAndParameters)).await;
    assert_eq!(kinds(&both), ["Group", "Parameters"]);
    assert_eq!(both.header("sunset"), None);
    let body = forms(Some(Form::ParametersBody)).await;
    assert_eq!(body.header("content-type"), Some("application/fhir+json"));
    assert_eq!(enclosed_meaning(&body.json()).len(), 2);
    assert_eq!(body.header("sunset"), Some("Thu, 01 Jul 2027 05:00:00 GMT"));
    assert!(body.header("expires").is_some());
}

#[tokio::test]
async fn row_s0_52_during_the_overlap_one_request_is_served_in_both_versions_and_then_in_one() {
    for at in stores().await {
        let mut scene = Scene::new();
        scene.config.store = at.at.clone();
        scene.config.partners[1].bulk = Some(Form::GroupsAndParameters);
        let day = Duration::from_secs(24 * 3600);
        scene.config.overlap_ends = Some(support::now() + day / 2);
        let service = scene.start().await;
        let request = bulk_match(&people(&[1, 2, 9]), "contoso");
        let request = with(request, SECOND_END, json!("2026-09-30"));
        let place = place(&service.submit("contoso", &request).await);
        let older = service.bulk_ended("contoso", &place, Some("2.1.0")).await;
        let newer = service
            .bulk_get("contoso", &place, Some("2.2.0"))
            .await
            .json();
        let groups = service.groups_of("contoso", &newer).await;
        let told = meaning(&groups);
        assert!(told == enclosed_meaning(&older.json()), "{}", at.name);
        assert_eq!(told.len(), 3);
        let file = newer["output"][1]["url"].as_str().unwrap();
        let enclosed = service.bulk_get("contoso", &path(file), None).await.json();
        assert!(told == enclosed_meaning(&enclosed));

        service.clock.advance(day / 2);
        let ended = service.bulk_get("contoso", &place, Some("2.1.0")).await;
        assert_eq!((ended.status, ended.code().as_str()), (422, "bad-bundle"));
        let gone = service.bulk_get("contoso", &path(file), None).await;
        assert_eq!(gone.status, 410);
        let left = service.bulk_get("contoso", &place, None).await.json();
        assert_eq!(left["output"].as_array().unwrap().len(), 1);
        assert!(meaning(&service.groups_of("contoso", &left).await) == told);
        let asking = service.submitting("contoso", request.to_string());
        let asking = asking.header("x-pdex-spec-version", "2.1").send().await;
        let refused = Answer::of(asking.unwrap()).await;
        assert_eq!(
            (refused.status, refused.code().as_str()),
            (422, "bad-bundle")
        );
        assert_eq!(
            refused.header("sunset"),
            Some("Fri, 02 Oct 2026 00:00:00 GMT")
        );
    }
}

#[tokio::test]
async fn row_s0_102_an_accepted_match_is_written_in_both_versions_until_the_overlap_ends() {
    for at in stores().await {
        let mut scene = Scene::new();
        scene.config.store = at.at.clone();
        scene.config.overlap_ends = Some(support::now() + Duration::from_secs(3600));
        let service = scene.start().await;
        let look = at.look().await;
        let stored = async |place: &str| {
            let id = place.rsplit_once('/').unwrap().1;
            let query = "SELECT kind FROM export_files WHERE export = $1 ORDER BY kind";
            let kinds = sqlx::query_scalar(query).bind(id).fetch_all(&look).await;
            let kinds: Vec<String> = kinds.unwrap();
            kinds
        };
        let said = async |rule: &str| {
            let query = "SELECT CAST(count(*) AS BIGINT) FROM audit WHERE record LIKE $1";
            let asked = sqlx::query_scalar(query).bind(format!("%bulk-answer/{rule}%"));
            let said: i64 = asked.fetch_one(&look).await.unwrap();
            said
        };
        let request = bulk_match(&people(&[1, 9]), "contoso");
        let during = place(&service.submit("contoso", &request).await);
        service.bulk_ended("contoso", &during, None).await;
        assert_eq!(
            stored(&during).await,
            ["Group", "Parameters"],
            "{}",
            at.name
        );
        let lines = async |name: &str| -> Vec<Value> {
            let path = format!("{during}/{name}.ndjson");
            let file = service.bulk_get("contoso", &path, None).await;
            let lines = file.text.lines();
            lines
                .map(|line| serde_json::from_str(line).unwrap())
                .collect()
        };
        let told = meaning(&lines("Group").await);
        assert_eq!(told.len(), 2);
        assert!(told == enclosed_meaning(&lines("Parameters").await[0]));
        let both = (
            said("written-in-both-forms").await,
            said("the-overlap").await,
        );
        assert_eq!(both, (1, 0));

        service.clock.advance(Duration::from_secs(3600));
        let after = place(&service.submit("contoso", &request).await);
        assert_ne!(after, during);
        let list = service.bulk_ended("contoso", &after, None).await.json();
        assert!(meaning(&service.groups_of("contoso", &list).await).len() == 2);
        assert_eq!(stored(&after).await, ["Group"]);
        let one = (
            said("written-in-both-forms").await,
            said("the-overlap").await,
        );
        assert_eq!(
            one,
            (1, 1),
            "the log says that the second writing has ended"
        );
        let older = service.bulk_get("contoso", &after, Some("2.1")).await;
        assert_eq!(older.status, 422);
    }
}
