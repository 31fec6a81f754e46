//! The traces of exchanges about many members, as a collector gets them.

use super::partner::{answers, exports, group};
use super::support::otlp::{collector, trace};
use super::support::request::{bulk_exchange, people, with};
use super::support::spans::{attribute, every_stage, named, stages};
use super::support::stores::stores;
use super::{at, begun};
use reference::domain::bulk::Form;
use reference::domain::trace::{Attribute, Limits, Stage, diagnose, lint};
use serde_json::json;

/// The most tries of the shipped policy are fewer.
const LIMITS: Limits = Limits { retries: 8 };

#[tokio::test]
async fn an_exchange_about_many_is_seven_stages_under_one_root_that_says_so() {
    for place in stores().await {
        let (mut scene, stub) = at(&place).await;
        let collector = collector().await;
        scene.config.otlp = Some(collector.uri().parse().unwrap());
        let all = people(&[4, 5]);
        answers(&stub, Form::Groups, &[group("match", &all)]).await;
        exports(&stub, &all).await;
        let service = scene.start().await;
        let id = begun(&service, &bulk_exchange(&all, "contoso")).await;
        let view = service.until(&id, "fulfilled").await;
        let transaction = view["business_transaction_id"].as_str().unwrap();
        let spans = trace(&collector, transaction).await;
        assert_eq!(lint(&spans, &LIMITS), [], "{}", place.name);
        assert_eq!(stages(&spans), every_stage());
        let root = named(&spans, "exchange")[0];
        for (name, word) in [
            (Attribute::RequestType, "exchange-bulk"),
            (
                Attribute::SchemaVersion,
                "pdex-bulk-member-match-request@1.0.1",
            ),
            (Attribute::ConsentStatus, "granted"),
            (Attribute::Disposition, "complete"),
        ] {
            assert_eq!(attribute(root, name), word, "{name}");
        }
        service.running.stop().await;
    }
}

#[tokio::test]
async fn one_about_nobody_who_stands_ends_at_the_stage_that_judged_them() {
    for place in stores().await {
        let (mut scene, _stub) = at(&place).await;
        let collector = collector().await;
        scene.config.otlp = Some(collector.uri().parse().unwrap());
        let request = bulk_exchange(&people(&[4]), "contoso");
        let end = "/members/0/consent/provision/period/end";
        let request = with(request, end, json!("2026-09-30"));
        let service = scene.start().await;
        let id = begun(&service, &request).await;
        let view = service.until(&id, "failed").await;
        let transaction = view["business_transaction_id"].as_str().unwrap();
        let spans = trace(&collector, transaction).await;
        assert_eq!(lint(&spans, &LIMITS), [], "{}", place.name);
        assert_eq!(diagnose(&spans).stage, Some(Stage::AccessPolicy));
        let root = named(&spans, "exchange")[0];
        assert_eq!(attribute(root, Attribute::ConsentStatus), "expired");
        service.running.stop().await;
    }
}
