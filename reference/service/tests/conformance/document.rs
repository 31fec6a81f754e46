//! A rule about a partner that is changed while the service runs.
//! Refuses to start anything again: the document is all that changes.

use super::*;
use support::stores::stores;
use support::stub::says;
use wiremock::ResponseTemplate;

/// Nothing but a document is changed, and nothing is started again.
#[tokio::test]
async fn row_s2_15_what_is_asked_of_a_partner_changes_by_a_document_alone() {
    for place in stores().await {
        let (mut scene, stub) = scene().await;
        scene.config.store = place.at.clone();
        says(&stub, ResponseTemplate::new(503), None).await;
        let service = scene.start().await;
        let request = exchange(&Person::number(5), "contoso");
        let mut seen = 0;
        for (number, attempts) in [(2, 6), (3, 2)] {
            let edits = [("attempts = 6", &*format!("attempts = {attempts}"))];
            let text = support::admin::shipped("resilience", number, &edits);
            service.publish("resilience", number, &text).await;
            // Whoever was not called any more is called again.
            service.clock.advance(Duration::from_secs(3600));
            let key = format!("k{number}");
            let answer = service.start_exchange(&key, &request).await;
            assert_eq!(answer.status, 202, "{}", answer.text);
            let id = answer.json()["id"].as_str().unwrap().to_owned();
            let view = service.until(&id, "dead-lettered").await;
            assert_eq!(view["attempts"].as_array().unwrap().len(), attempts);
            let calls = stub.received_requests().await.unwrap().len();
            assert_eq!(calls - seen, attempts, "{}", place.name);
            seen = calls;
        }
        service.running.stop().await;
    }
}
