//! Exchanges about many members that do not end as they should: silent and contradicting answers, data that are not there.

use super::partner::{ASKED, answers, exports, group, takes_on};
use super::support::later::{JOB, KICK_OFF, calls, list, says};
use super::support::request::{Person, bulk_exchange, people};
use super::support::stores::{Place, stores};
use super::{at, begun, outcomes};
use reference::domain::bulk::Form;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

/// How an exchange about these three people ends whose partner answers with these lists, and exports `given`.
async fn ended(
    place: &Place,
    (lists, given): (&[Value], &[Person]),
    state: &str,
) -> (Value, Vec<String>, usize) {
    let fresh = match place.name {
        "postgres" => Place::postgres().await.unwrap(),
        _ => Place::sqlite(),
    };
    let (scene, stub) = at(&fresh).await;
    answers(&stub, Form::GroupsAndParameters, lists).await;
    exports(&stub, given).await;
    let service = scene.start().await;
    let id = begun(&service, &bulk_exchange(&people(&[4, 5, 6]), "contoso")).await;
    let view = service.until(&id, state).await;
    let told = outcomes(&service, &id).await;
    service.running.stop().await;
    (view, told, calls(&stub, "POST", KICK_OFF).await)
}

#[tokio::test]
async fn who_is_on_no_list_or_on_two_is_undecided_and_the_whole_is_none() {
    for place in stores().await {
        let all = people(&[4, 5, 6]);
        let lists = [group("match", &all[..2]), group("nomatch", &all[1..2])];
        let (view, told, exports) = ended(&place, (&lists, &all), "fulfilled").await;
        assert_eq!(view["disposition"], "partial", "{}", place.name);
        assert_eq!(told, ["given", "undecided", "undecided"]);
        assert_eq!(exports, 1);
    }
}

#[tokio::test]
async fn an_answer_that_matches_nobody_fails_and_one_that_says_nothing_is_no_answer() {
    for place in stores().await {
        let all = people(&[4, 5, 6]);
        let none = [group("match", &[]), group("nomatch", &all)];
        let (view, told, exports) = ended(&place, (&none, &all), "failed").await;
        assert_eq!(view["code"], "identity/no-match", "{}", place.name);
        assert_eq!((told, exports), (vec!["no-match".to_owned(); 3], 0));
        let bound = [group("consentconstraint", &all)];
        let (view, _, _) = ended(&place, (&bound, &all), "failed").await;
        assert_eq!(view["code"], "consent/refused-by-partner");
        let silent = [group("match", &[]), group("nomatch", &all[..1])];
        let (view, told, exports) = ended(&place, (&silent, &all), "failed").await;
        assert_eq!(view["code"], "partner/bad-response");
        assert_eq!(told, ["no-match", "undecided", "undecided"]);
        assert_eq!(exports, 0);
    }
}

#[tokio::test]
async fn a_list_with_a_stranger_on_it_is_not_exported() {
    for place in stores().await {
        let (all, stranger) = (people(&[4, 5, 6]), people(&[4, 9]));
        let lists = [group("match", &stranger)];
        let (view, told, exports) = ended(&place, (&lists, &all), "failed").await;
        assert_eq!(view["code"], "partner/bad-response", "{}", place.name);
        assert_eq!((told, exports), (vec!["asked".to_owned(); 3], 0));
    }
}

#[tokio::test]
async fn whoever_was_found_and_of_whom_nothing_comes_is_told() {
    for place in stores().await {
        let all = people(&[4, 5, 6]);
        let lists = [group("match", &all)];
        let (view, told, _) = ended(&place, (&lists, &all[..2]), "fulfilled").await;
        assert_eq!(view["disposition"], "partial", "{}", place.name);
        assert_eq!(told, ["given", "given", "without-data"]);
        // Records of somebody else are nobody's data.
        let (view, told, _) = ended(&place, (&lists, &people(&[9])), "failed").await;
        assert_eq!(view["code"], "partner/bad-response");
        assert_eq!(told, ["matched"; 3]);
    }
}

#[tokio::test]
async fn whose_data_have_arrived_is_not_given_in_an_exchange_that_has_failed() {
    for place in stores().await {
        let (scene, stub) = at(&place).await;
        let all = people(&[4, 5]);
        answers(&stub, Form::Groups, &[group("match", &all)]).await;
        // The first file is what the list says, the second is not.
        let files = json!([
            {"type": "Patient", "url": "/files/patients", "count": 2},
            {"type": "ExplanationOfBenefit", "url": "/files/claims", "count": 3},
        ]);
        let made = ResponseTemplate::new(200).set_body_json(list(files, json!([])));
        says(&stub, "GET", JOB, made, None).await;
        exports(&stub, &all).await;
        let service = scene.start().await;
        let id = begun(&service, &bulk_exchange(&all, "contoso")).await;
        let view = service.until(&id, "failed").await;
        assert_eq!(view["code"], "partner/bad-response", "{}", place.name);
        assert_eq!(calls(&stub, "GET", "/files/patients").await, 1);
        assert_eq!(outcomes(&service, &id).await, ["matched"; 2]);
        let page = service.exchanges(&format!("/{id}/members")).await.json();
        assert_eq!(page["counts"], json!({"matched": 2}));
        assert_eq!(page["state"], "failed");
        assert_eq!(page["disposition"], view["disposition"]);
        let result = service.came_to(&id).await;
        assert_eq!(result["state"], "failed");
        assert_eq!(result["disposition"], view["disposition"]);
        assert_eq!(result["members"][0]["outcome"], "matched");
        service.running.stop().await;
    }
}

#[tokio::test]
async fn a_file_of_the_answer_that_is_lost_leaves_its_members_undecided() {
    for place in stores().await {
        let (scene, stub) = at(&place).await;
        let all = people(&[4, 5]);
        takes_on(&stub).await;
        let files = json!([
            {"type": "Group", "url": "/files/groups", "count": 1},
            {"type": "Group", "url": "/files/lost", "count": 1},
        ]);
        let made = ResponseTemplate::new(200).set_body_json(list(files, json!([])));
        says(&stub, "GET", ASKED, made, None).await;
        let lines = format!("{}\n", group("match", &all[..1]));
        super::support::later::file(&stub, "/files/groups", lines).await;
        says(
            &stub,
            "GET",
            "/files/lost",
            ResponseTemplate::new(404),
            None,
        )
        .await;
        exports(&stub, &all[..1]).await;
        let service = scene.start().await;
        let id = begun(&service, &bulk_exchange(&all, "contoso")).await;
        let view = service.until(&id, "fulfilled").await;
        assert_eq!(view["disposition"], "partial", "{}", place.name);
        assert_eq!(outcomes(&service, &id).await, ["given", "undecided"]);
        service.running.stop().await;
    }
}

#[tokio::test]
async fn bodies_that_are_no_answer_are_refused() {
    for place in stores().await {
        for body in [
            json!({"resourceType": "Parameters", "parameter": [{"name": "MatchedMembers"}]}),
            json!({"resourceType": "Parameters", "parameter": [{"name": "Other", "resource": {}}]}),
            json!({"resourceType": "Parameters", "parameter": [
                {"name": "MatchedMembers", "resource": group("nomatch", &people(&[4]))},
            ]}),
            json!({"resourceType": "Parameters", "parameter": [
                {"name": "NonMatchedMembers", "resource": group("match", &people(&[4]))},
            ]}),
            json!({"resourceType": "Group"}),
            json!([]),
        ] {
            let fresh = match place.name {
                "postgres" => Place::postgres().await.unwrap(),
                _ => Place::sqlite(),
            };
            let (scene, stub) = at(&fresh).await;
            takes_on(&stub).await;
            let odd = ResponseTemplate::new(200).set_body_json(&body);
            says(&stub, "GET", ASKED, odd, None).await;
            let service = scene.start().await;
            let id = begun(&service, &bulk_exchange(&people(&[4]), "contoso")).await;
            let view = service.until(&id, "failed").await;
            assert_eq!(view["code"], "partner/bad-response", "{body}");
            service.running.stop().await;
        }
    }
}
