//! Two services of ours and many members: the question, the lists, the token for the list, and the data of everybody.
//! Refuses every shortcut, as the exchange about one member does.

use crate::outward::{Pair, pairs};
use crate::support::request::{bulk_exchange, people, with};
use reference::domain::fulfilment::Retrieval;
use serde_json::json;

#[tokio::test]
async fn two_services_of_ours_exchange_many_members_until_their_data_are_here() {
    for (ours, theirs) in pairs().await {
        let pair = Pair::new(Retrieval::GroupExport, [&ours.at, &theirs.at]).await;
        // The first four are members of contoso; the last one is not.
        let request = bulk_exchange(&people(&[0, 1, 2, 9]), "contoso");
        let ended = "/members/2/consent/provision/period/end";
        let request = with(request, ended, json!("2026-09-30"));
        let id = pair.ask("k1", &request).await;
        let view = pair.until(&id, "fulfilled").await;
        assert_eq!(view["disposition"], "partial", "{} {view}", ours.name);
        let page = pair.asker.exchanges(&format!("/{id}/members")).await;
        let told: Vec<String> = page.json()["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["outcome"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(told, ["given", "given", "left-out", "no-match"]);
        let all = bulk_exchange(&people(&[0, 1]), "contoso");
        let id = pair.ask("k2", &all).await;
        let view = pair.until(&id, "fulfilled").await;
        assert_eq!(view["disposition"], "complete", "{}", ours.name);
        pair.stop().await;
    }
}
