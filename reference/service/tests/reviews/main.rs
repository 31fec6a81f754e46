//! What people decide where the rules leave open who is meant: by two of them, on a rule, on both databases.
//! Refuses to know how a doubtful match is weighed.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

#[path = "../support/mod.rs"]
mod support;

mod desk;
mod disputes;
mod exchanges;

use desk::{approval, decided, open, reviews, three_tiers, under_number, winding, with_address};
use reference::clock::Winding;
use reference::token::MEMBER_MATCH;
use serde_json::json;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use support::Service;
use support::bulk::on_list;
use support::request::{Person, bulk_match, member_match};
use support::stores::stores;

#[tokio::test]
async fn row_s2_32_a_match_by_people_needs_two_of_them_and_a_rule_and_both_are_in_the_log() {
    for place in stores().await {
        let (service, _) = three_tiers(&place).await;
        let request = under_number(with_address(&Person::number(1)), "OTHER-CARD-1");
        let answer = service.ask("contoso", &request).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (422, "match-under-review")
        );
        let again = service.ask("contoso", &request).await;
        assert_eq!(again.status, 422);
        let review = open(&service).await;
        let (id, person) = (review["id"].as_str().unwrap(), &review["candidates"][0]);
        assert_eq!(review["cause"], "question");

        let ruleless = json!({"decision": "approve", "person": person, "reason": "seen"});
        let refused = decided(&service, "reviewer-1", (id, Some(1)), &ruleless).await;
        assert_eq!(
            (refused.status, refused.json()["fields"].clone()),
            (422, json!(["/rule"]))
        );
        let unseen = decided(&service, "reviewer-1", (id, None), &approval(person)).await;
        assert_eq!(unseen.status, 422);
        let first = decided(&service, "reviewer-1", (id, Some(1)), &approval(person)).await;
        assert_eq!(
            (first.status, first.json()["state"].clone()),
            (200, json!("proposed"))
        );
        let twice = decided(&service, "reviewer-1", (id, Some(2)), &approval(person)).await;
        assert_eq!(
            (twice.status, twice.json()["code"].clone()),
            (403, json!("review/same-person"))
        );
        let stale = decided(&service, "reviewer-2", (id, Some(1)), &approval(person)).await;
        assert_eq!(stale.status, 412);
        assert_eq!(
            service.ask("contoso", &request).await.status,
            422,
            "one word is not enough"
        );
        let second = decided(&service, "reviewer-2", (id, Some(2)), &approval(person)).await;
        assert_eq!(
            (second.status, second.json()["state"].clone()),
            (200, json!("approved"))
        );
        let late = decided(&service, "reviewer-3", (id, Some(3)), &approval(person)).await;
        assert_eq!(late.status, 409);

        let matched = service.ask("contoso", &request).await;
        assert_eq!(matched.status, 200, "{}: {}", place.name, matched.text);
        let log = service.audited("partner=contoso").await;
        let told = |action: &str| {
            let found = log.iter().filter(|it| it["event"]["action"] == action);
            found.map(|it| it["event"].clone()).collect::<Vec<_>>()
        };
        let decisions = told("review-decided");
        assert_eq!(decisions.len(), 2);
        let last = &decisions[1];
        assert_eq!(
            (&last["actor"]["id"], &last["actor"]["kind"]),
            (&json!("reviewer-1"), &json!("person"))
        );
        assert_eq!(
            (&last["approver"], &last["rule"]),
            (&json!("reviewer-2"), &json!("identity/same-person"))
        );
        let link = &told("matched")[0];
        assert_eq!(link["match"]["tier"], "approved-review");
        assert_eq!(
            (&link["approver"], &link["rule"]),
            (&last["approver"], &last["rule"])
        );
        service.running.stop().await;
    }
}

#[tokio::test]
async fn row_s2_50_a_doubtful_match_waits_with_what_is_missing_and_adding_it_settles_it() {
    for place in stores().await {
        let (service, _) = three_tiers(&place).await;
        let person = Person::number(1);
        let doubtful = under_number(with_address(&person), "OTHER-CARD-1");
        let answer = service.ask("contoso", &doubtful).await;
        assert_eq!(answer.status, 422);
        let named = answer.json()["issue"][0]["expression"].to_string();
        assert!(named.contains("subscriberId"), "{named}");
        let review = open(&service).await;
        let missing = review["missing"].as_array().unwrap();
        assert!(missing.contains(&json!("subscriber-id")), "{review}");
        let id = review["id"].as_str().unwrap();
        let more = json!({"decision": "ask-more", "rule": "identity/more-data", "reason": "number-unknown"});
        let asked = decided(&service, "reviewer-1", (id, Some(1)), &more).await;
        assert_eq!(
            (asked.status, asked.json()["state"].clone()),
            (200, json!("more-data"))
        );

        let mut whole = doubtful.clone();
        let coverage = &mut whole["parameter"][1]["resource"];
        coverage["subscriberId"] = json!(person.subscriber("payer-exchange"));
        coverage["identifier"][0]["value"] = json!(person.member("payer-exchange"));
        let found = service.ask("contoso", &whole).await;
        assert_eq!(found.status, 200, "{}: {}", place.name, found.text);
        assert!(reviews(&service, "").await.is_empty());
        let ended = reviews(&service, "?state=answered").await;
        assert_eq!((ended.len(), &ended[0]["id"]), (1, &review["id"]));
        let log = service.audited("partner=contoso").await;
        let rules: Vec<&str> = log
            .iter()
            .filter_map(|it| it["event"]["rule"].as_str())
            .collect();
        assert!(rules.contains(&"review/answered-by-data"), "{rules:?}");
        for value in [&person.family, &person.birth_date] {
            assert!(!review.to_string().contains(value.as_str()));
        }
        service.running.stop().await;
    }
}

#[tokio::test]
async fn whom_people_have_refused_stays_nobody_until_somebody_new_fits() {
    for place in stores().await {
        let (service, _) = three_tiers(&place).await;
        let request = under_number(with_address(&Person::number(1)), "OTHER-CARD-1");
        assert_eq!(service.ask("contoso", &request).await.status, 422);
        let id = open(&service).await["id"].as_str().unwrap().to_owned();
        let reject =
            json!({"decision": "reject", "rule": "identity/other-person", "reason": "seen"});
        let rejected = decided(&service, "reviewer-1", (&id, Some(1)), &reject).await;
        assert_eq!(rejected.status, 200, "{}", rejected.text);
        let answer = service.ask("contoso", &request).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (422, "no-match"),
            "{}",
            place.name
        );
        assert!(reviews(&service, "").await.is_empty());
        // What one partner was refused says nothing of another one's question.
        let theirs = under_number(with_address(&Person::number(1)), "OTHER-CARD-2");
        let other = service.ask("contoso", &theirs).await;
        assert_eq!(other.code(), "match-under-review");
        service.running.stop().await;
    }
}

#[tokio::test]
async fn row_s2_10_the_three_figures_are_the_truth_of_the_script_and_a_late_review_alerts_once() {
    for place in stores().await {
        let (service, clock) = three_tiers(&place).await;
        for number in [0, 1, 2] {
            let sure = service
                .ask("contoso", &with_address(&Person::number(number)))
                .await;
            assert_eq!(sure.status, 200, "{}", sure.text);
        }
        let doubtful = under_number(with_address(&Person::number(1)), "OTHER-CARD-1");
        assert_eq!(service.ask("contoso", &doubtful).await.status, 422);
        let review = open(&service).await;
        assert_eq!(review["overdue"], false);
        clock.advance(Duration::from_secs(24 * 3600));
        let alerted = desk::metric_at_least(&service, "matchmark_alerts_total", 1.0).await;
        assert_eq!(alerted, 1.0);
        assert_eq!(open(&service).await["overdue"], true);
        clock.advance(Duration::from_secs(2 * 3600));
        let id = review["id"].as_str().unwrap();
        for (who, version) in [("reviewer-1", 1), ("reviewer-2", 2)] {
            let said = approval(&review["candidates"][0]);
            let said = decided(&service, who, (id, Some(version)), &said).await;
            assert_eq!(said.status, 200);
        }
        let figures = desk::as_reviewer(&service, "reviewer-1", "/reviews/figures")
            .await
            .json();
        assert_eq!(figures["matches"], json!({"automatic": 3, "manual": 1}));
        let shares = (&figures["per_cent_automatic"], &figures["per_cent_manual"]);
        assert_eq!(shares, (&json!(75.0), &json!(25.0)));
        assert_eq!(figures["longest_to_resolve_ms"], 26 * 3600 * 1000);
        for (metric, value) in [
            ("matchmark_matches_automatic_percent", 75.0),
            ("matchmark_matches_manual_percent", 25.0),
            ("matchmark_review_longest_seconds", 26.0 * 3600.0),
            ("matchmark_review_backlog", 0.0),
            ("matchmark_alerts_total", 1.0),
        ] {
            assert_eq!(
                desk::metric(&service, metric).await,
                Some(value),
                "{}: {metric}",
                place.name
            );
        }
        service.running.stop().await;
    }
}

#[tokio::test]
async fn a_member_of_many_who_waits_for_people_is_not_found_and_is_once_they_have_agreed() {
    for place in stores().await {
        let service = winding(&place, Winding::Itself).await.0;
        let (sure, doubtful) = (Person::number(0), Person::number(1));
        let mut request = bulk_match(&[sure.clone(), doubtful.clone()], "contoso");
        let one = under_number(with_address(&doubtful), "OTHER-CARD-1");
        request["parameter"][1]["part"] = one["parameter"].clone();
        let groups = service.groups("contoso", &request).await;
        assert_eq!(
            on_list(&groups, "match"),
            std::slice::from_ref(&sure.id),
            "{}",
            place.name
        );
        assert_eq!(
            on_list(&groups, "nomatch"),
            std::slice::from_ref(&doubtful.id)
        );
        let review = open(&service).await;
        assert_eq!(review["cause"], "bulk");
        let id = review["id"].as_str().unwrap();
        for (who, version) in [("reviewer-1", 1), ("reviewer-2", 2)] {
            let said = approval(&review["candidates"][0]);
            let said = decided(&service, who, (id, Some(version)), &said).await;
            assert_eq!(said.status, 200);
        }
        // The same question within ten minutes is the same job.
        service.clock.advance(Duration::from_secs(3600));
        let groups = service.groups("contoso", &request).await;
        let both = [sure.id.clone(), doubtful.id.clone()];
        assert_eq!(on_list(&groups, "match"), both, "{}", place.name);
        let log = service.audited("partner=contoso").await;
        let by_people = log
            .iter()
            .find(|it| it["event"]["approver"] == "reviewer-2");
        assert_eq!(
            by_people.unwrap()["event"]["match"]["tier"],
            "approved-review"
        );
        service.running.stop().await;
    }
}

/// Single matches of two members, one after the other, until the bulk match beside them is done.
async fn matches(service: &Service, client: &str, done: &AtomicBool) {
    while !done.load(Ordering::Relaxed) {
        for number in [2, 3] {
            let body = member_match(&Person::number(number), client);
            let token = service.token_at(client, MEMBER_MATCH, service.now_for_token());
            let url = Service::url(service.running.partner, "/Patient/$member-match");
            let call = service.http.post(url).bearer_auth(token);
            let call = call.header("content-type", "application/fhir+json");
            let sent = call.body(body.to_string()).send().await.unwrap();
            assert!(
                matches!(sent.status().as_u16(), 200 | 429),
                "{}",
                sent.status()
            );
        }
    }
}

#[tokio::test]
async fn a_bulk_match_that_people_agreed_to_and_single_matches_do_not_wait_for_each_other() {
    for place in stores().await {
        let service = winding(&place, Winding::Itself).await.0;
        let (doubtful, sure) = (Person::number(1), Person::number(0));
        let mut request = bulk_match(&[doubtful.clone(), sure.clone()], "contoso");
        let one = under_number(with_address(&doubtful), "OTHER-CARD-1");
        request["parameter"][0]["part"] = one["parameter"].clone();
        service.groups("contoso", &request).await;
        let review = open(&service).await;
        let id = review["id"].as_str().unwrap();
        for (who, version) in [("reviewer-1", 1), ("reviewer-2", 2)] {
            let said = approval(&review["candidates"][0]);
            let said = decided(&service, who, (id, Some(version)), &said).await;
            assert_eq!(said.status, 200);
        }
        for _ in 0..6 {
            service.clock.advance(Duration::from_secs(3600));
            let done = AtomicBool::new(false);
            let many = async {
                let groups = service.groups("contoso", &request).await;
                done.store(true, Ordering::Relaxed);
                groups
            };
            let (groups, (), (), ()) = tokio::join!(
                many,
                matches(&service, "northwind", &done),
                matches(&service, "fabrikam", &done),
                matches(&service, "contoso", &done),
            );
            assert_eq!(on_list(&groups, "match").len(), 2, "{}", place.name);
        }
        service.running.stop().await;
    }
}
