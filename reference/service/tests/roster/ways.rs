//! Members of one question whom the route set would send to different places.
//! Refuses to ask a payer about somebody whom no row sends there.

use super::partner::{answers, exports, group};
use super::support::admin::routes;
use super::support::request::{bulk_exchange, ids, people};
use super::support::stores::stores;
use super::{at, begun, outcomes, questions};
use reference::domain::bulk::Form;
use serde_json::{Value, json};

#[tokio::test]
async fn who_is_sent_elsewhere_is_left_out_and_told_why() {
    for place in stores().await {
        let (mut scene, stub) = at(&place).await;
        let closed = &mut scene.config.partners;
        let closed = closed.iter_mut().find(|it| it.id.as_str() == "northwind");
        closed.unwrap().enabled = false;
        let all = people(&[4, 5, 6, 7, 8]);
        let asked = [all[0].clone(), all[4].clone()];
        answers(&stub, Form::Groups, &[group("match", &asked)]).await;
        exports(&stub, &asked).await;
        let service = scene.start().await;
        let rows = [
            ("here", "region = [\"OH\"]", stub.uri()),
            (
                "there",
                "region = [\"IN\"]",
                format!("{}/there", stub.uri()),
            ),
            (
                "closed",
                "region = [\"TX\"]",
                format!("{}/closed", stub.uri()),
            ),
        ];
        let set = routes(2, &rows);
        // The last row leads to another partner.
        let (before, after) = set.rsplit_once("partner = \"contoso\"").unwrap();
        let set = format!("{before}partner = \"northwind\"{after}");
        service.publish("routing", 2, &set).await;
        let mut request = bulk_exchange(&all, "contoso");
        for (position, state) in ["OH", "IN", "TX", "NV", "OH"].iter().enumerate() {
            let home = json!([{"use": "home", "state": state}]);
            request["members"][position]["member_patient"]["address"] = home;
        }
        let id = begun(&service, &request).await;
        let view = service.until(&id, "fulfilled").await;
        assert_eq!(view["disposition"], "partial", "{}", place.name);
        let told = [
            "given",
            "left-out routing/no-route",
            "left-out routing/partner-disabled",
            "left-out routing/no-route",
            "given",
        ];
        assert_eq!(outcomes(&service, &id).await, told);
        assert_eq!(questions(&stub).await, [ids(&asked)]);
        let shown = service.exchanges(&format!("/{id}/route")).await;
        let choices = &shown.json()["choices"];
        assert_eq!(choices[0]["set"], 2, "{choices}");
        let share = |row: &str, partner: &str, endpoint: String, code: Value, members: u32| json!({"row": row, "partner": partner, "endpoint": endpoint, "code": code, "members": members});
        let there = json!("routing/no-route");
        let closed = json!("routing/partner-disabled");
        let shares = json!([
            share("here", "contoso", stub.uri(), Value::Null, 2),
            share("there", "contoso", format!("{}/there", stub.uri()), there.clone(), 1),
            share("closed", "northwind", format!("{}/closed", stub.uri()), closed, 1),
            {"row": null, "partner": null, "endpoint": null, "code": there, "members": 1},
        ]);
        assert_eq!(choices[0]["shares"], shares, "{}", place.name);
        for person in &all {
            assert!(!shown.text.contains(&person.id) && !shown.text.contains(&person.family));
        }
        service.running.stop().await;
    }
}
