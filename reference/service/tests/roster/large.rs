//! Answers about as many members as a question may hold: as many values, and as much data.
//! Refuses to measure: that they are read is what is shown.

use super::partner::{ASKED, answers, exports, group};
use super::support::later::{calls, list, says, working};
use super::support::request::{bulk_exchange, people};
use super::support::stores::{Place, stores};
use super::{at, begun, outcomes};
use reference::domain::bulk::Form;
use serde_json::json;
use wiremock::matchers::{method, path};
use wiremock::{Mock, ResponseTemplate};

#[tokio::test]
async fn an_answer_has_as_many_values_as_a_question_about_many() {
    for place in stores().await {
        let (scene, stub) = at(&place).await;
        let all = people(&[4, 5]);
        let mut list = group("match", &all);
        // More than an answer about one member may have.
        list["contained"][0]["photo"] = json!(vec![0; 1_100_000]);
        answers(&stub, Form::Groups, &[list]).await;
        exports(&stub, &all).await;
        let service = scene.start().await;
        let id = begun(&service, &bulk_exchange(&all, "contoso")).await;
        let view = service.until(&id, "fulfilled").await;
        assert_eq!(view["disposition"], "complete", "{}", place.name);
        assert_eq!(outcomes(&service, &id).await, ["given"; 2]);
        service.running.stop().await;
    }
}

/// Puts these bytes where the question is kept, and gives those that were there.
async fn put_question(place: &Place, bytes: Vec<u8>) -> Vec<u8> {
    let database = place.look().await;
    let kept = "SELECT body FROM payloads WHERE kind = 'exchange-request'";
    let kept = sqlx::query_scalar(kept).fetch_one(&database).await.unwrap();
    let put = "UPDATE payloads SET body = $1 WHERE kind = 'exchange-request'";
    let put = sqlx::query(put).bind(bytes).execute(&database).await;
    assert_eq!(put.unwrap().rows_affected(), 1);
    kept
}

#[tokio::test]
async fn nobody_reads_a_question_about_many_again_to_ask_how_far_its_answer_is() {
    for place in stores().await {
        let (scene, stub) = at(&place).await;
        let all = people(&[4, 5]);
        says(&stub, "GET", ASKED, working("7"), None).await;
        answers(&stub, Form::Groups, &[group("match", &all)]).await;
        exports(&stub, &all).await;
        let service = scene.start().await;
        let id = begun(&service, &bulk_exchange(&all, "contoso")).await;
        service.until(&id, "acknowledged").await;
        let kept = put_question(&place, vec![0]).await;
        let asked = calls(&stub, "GET", ASKED).await;
        for _ in 0..20_000 {
            if calls(&stub, "GET", ASKED).await > asked + 2 {
                break;
            }
            service.until(&id, "acknowledged").await;
        }
        assert!(
            calls(&stub, "GET", ASKED).await > asked + 2,
            "{}",
            place.name
        );
        put_question(&place, kept).await;
        let files = json!([{"type": "Group", "url": "/files/groups", "count": 1}]);
        let made = ResponseTemplate::new(200).set_body_json(list(files, json!([])));
        Mock::given(method("GET"))
            .and(path(ASKED))
            .respond_with(made)
            .with_priority(1)
            .mount(&stub)
            .await;
        let view = service.until(&id, "fulfilled").await;
        assert_eq!(view["disposition"], "complete", "{}", place.name);
        service.running.stop().await;
    }
}
