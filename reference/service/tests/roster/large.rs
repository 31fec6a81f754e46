//! Answers about as many members as a question may hold: as many values, and as much data.
//! Refuses to measure: that they are read is what is shown.

use super::partner::{answers, exports, group};
use super::support::request::{bulk_exchange, people};
use super::support::stores::{Place, stores};
use super::{at, begun, outcomes};
use reference::domain::bulk::Form;
use serde_json::json;

#[tokio::test]
async fn an_answer_has_as_many_values_as_a_question_about_many() {
    for place in stores().await {
        for form in [Form::Groups, Form::ParametersBody] {
            let fresh = match place.name {
                "postgres" => Place::postgres().await.unwrap(),
                _ => Place::sqlite(),
            };
            let (scene, stub) = at(&fresh).await;
            let all = people(&[4, 5]);
            let mut list = group("match", &all);
            // More than an answer about one member may have.
            list["contained"][0]["photo"] = json!(vec![0; 1_100_000]);
            answers(&stub, form, &[list]).await;
            exports(&stub, &all).await;
            let service = scene.start().await;
            let id = begun(&service, &bulk_exchange(&all, "contoso")).await;
            let view = service.until(&id, "fulfilled").await;
            assert_eq!(view["disposition"], "complete", "{} {form}", fresh.name);
            assert_eq!(outcomes(&service, &id).await, ["given"; 2]);
            service.running.stop().await;
        }
    }
}
