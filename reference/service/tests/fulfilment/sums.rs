//! What a partner makes us fetch for one exchange has a sum, whatever the files or pages are that it is made of.

use super::*;
use support::catalogue::root;

impl Scene {
    /// So many bytes of one exchange are fetched, and no more.
    fn at_most(&mut self, bytes: usize) {
        let shipped = std::fs::read_to_string(root().join("reference/config/fulfilment/1.toml"));
        let mut policy: reference::domain::fulfilment::FulfilmentPolicy =
            toml::from_str(&shipped.unwrap()).unwrap();
        policy.limits.total_bytes = bytes.try_into().unwrap();
        self.config.fulfilment = Some(policy);
    }
}

const KEPT: &str = "SELECT kind FROM fulfilment_files WHERE body IS NOT NULL ORDER BY position";

#[tokio::test]
async fn files_that_are_too_much_together_fail_the_exchange_at_the_one_that_goes_over() {
    for place in stores().await {
        // `Goal` could be deferred, and is no gap all the same: what is too much counts for nothing.
        let kinds = [(CLAIMS, 40), ("Coverage", 40), ("Goal", 40), ("Device", 1)];
        let length = |kind: &str| records(kind, 40).len();
        let three = length(CLAIMS) + length("Coverage") + length("Goal");
        for (most, state) in [(three - 1, "failed"), (three + 1_000, "fulfilled")] {
            let (mut scene, stub) = at(&place, Retrieval::GroupExport, Notification::Poll).await;
            scene.at_most(most);
            for (kind, count) in kinds {
                let body = records(kind, count.try_into().unwrap());
                file(&stub, &format!("/files/{kind}"), body).await;
            }
            exports(&stub, &list(output(&kinds), json!([]))).await;
            let service = scene.start().await;
            let key = format!("k-{state}");
            let body = support::request::exchange(&support::request::Person::number(5), "contoso");
            let begun = service.start_exchange(&key, &body).await;
            let id = begun.json()["id"].as_str().unwrap().to_owned();
            let view = service.until(&id, state).await;
            let kept = words(&place.look().await, KEPT).await;
            if state == "failed" {
                assert_eq!(view["code"], "partner/bad-response", "{}", place.name);
                assert_eq!(kept, [CLAIMS, "Coverage"], "{}", place.name);
                assert_eq!(calls(&stub, "GET", "/files/Goal").await, 1);
                assert_eq!(calls(&stub, "GET", "/files/Device").await, 0);
            } else {
                assert_eq!(kept.len(), 6, "{}", place.name);
            }
            service.running.stop().await;
        }
    }
}

#[tokio::test]
async fn pages_that_are_too_much_together_fail_the_exchange() {
    let place = Place::sqlite();
    let (mut scene, stub) = at(&place, Retrieval::MemberRead, Notification::Poll).await;
    let page = |next: &str| {
        json!({"resourceType": "Bundle", "type": "searchset",
            "link": [{"relation": "next", "url": next}],
            "entry": [{"resource": {"resourceType": "Goal", "id": "x".repeat(60)}}]})
    };
    let patient = json!({"name": "MemberId", "valueReference": {"reference": "Patient/p-7"}});
    let number = json!({"name": "MemberIdentifier", "valueIdentifier": {"value": "their-number"}});
    let found = ResponseTemplate::new(200)
        .set_body_json(json!({"resourceType": "Parameters", "parameter": [number, patient]}));
    says(&stub, "POST", MATCH, found, None).await;
    let answer = |next| ResponseTemplate::new(200).set_body_json(page(next));
    says(
        &stub,
        "GET",
        "/Patient/p-7/$everything",
        answer("/p/1"),
        None,
    )
    .await;
    says(&stub, "GET", "/p/1", answer("/p/2"), None).await;
    says(&stub, "GET", "/p/2", answer("/p/1"), None).await;
    let length = page("/p/1").to_string().len();
    scene.at_most(length * 5 / 2);
    let service = scene.start().await;
    let id = started(&service).await;
    let view = service.until(&id, "failed").await;
    assert_eq!(view["code"], "partner/bad-response");
    let pool = place.look().await;
    let kept = "SELECT sum(bytes) FROM fulfilment_files";
    assert_eq!(
        counted(&pool, kept).await,
        i64::try_from(2 * length).unwrap()
    );
    assert_eq!(calls(&stub, "GET", "/p/2").await, 1);
}
