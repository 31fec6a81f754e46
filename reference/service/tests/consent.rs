//! Permissions that do not hold, one item at a time, for one member and for one of many.
//! Refuses an answer that names a member whose permission does not hold, or that moves anybody else.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod support;

use reference::domain::consent::Item;
use reqwest::Method;
use serde_json::{Value, json};
use support::bulk::on_list;
use support::export::place;
use support::request::{Person, bulk_match, ids, member_match, people};
use support::stores::stores;
use support::{Scene, Service};

/// What is wrong with a permission.
enum Wrong {
    /// It is no HRex consent, whoever it is about: the caller has to mend the question.
    Form(Value),
    /// It is one, and it does not hold.
    Hold(Value),
}

/// Where each item stands, and a value with which it is wrong.
fn items() -> Vec<(Item, &'static str, Wrong)> {
    let coded = |code: &str| json!({"coding": [{"system": "urn:codes", "code": code}]});
    let somebody = json!({"identifier": {"system": support::PAYER_IDS, "value": "fabrikam"}});
    let identified = "/provision/actor/0/reference";
    vec![
        (Item::Status, "/status", Wrong::Form(json!("rejected"))),
        (Item::Scope, "/scope", Wrong::Form(coded("treatment"))),
        (
            Item::Category,
            "/category",
            Wrong::Form(json!([coded("x")])),
        ),
        (
            Item::Patient,
            "/patient",
            Wrong::Form(json!({"reference": "Patient/somebody"})),
        ),
        (Item::Performer, "/performer", Wrong::Form(json!([]))),
        (Item::Source, "/sourceReference", Wrong::Form(json!({}))),
        (
            Item::Policy,
            "/policy",
            Wrong::Form(json!([{"uri": "urn:other"}])),
        ),
        (Item::Type, "/provision/type", Wrong::Form(json!("deny"))),
        (
            Item::PeriodStart,
            "/provision/period/start",
            Wrong::Hold(json!("2026-10-02")),
        ),
        (
            Item::PeriodEnd,
            "/provision/period/end",
            Wrong::Hold(json!("2026-09-30")),
        ),
        (Item::Discloser, identified, Wrong::Hold(somebody.clone())),
        (
            Item::Recipient,
            "/provision/actor/1/reference",
            Wrong::Hold(somebody),
        ),
        (
            Item::Action,
            "/provision/action",
            Wrong::Form(json!([coded("collect")])),
        ),
    ]
}

/// The element whose absence takes the item away.
fn whole(item: Item, pointer: &'static str) -> &'static str {
    match item {
        Item::Discloser => "/provision/actor/0",
        Item::Recipient => "/provision/actor/1",
        _ => pointer,
    }
}

fn set(consent: &mut Value, pointer: &str, value: Option<&Value>) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match (consent.pointer_mut(parent).unwrap(), value) {
        (Value::Object(members), Some(value)) => {
            members.insert(name.to_owned(), value.clone());
        }
        (Value::Object(members), None) => {
            members.remove(name).unwrap();
        }
        (Value::Array(all), None) => {
            all.remove(name.parse().unwrap());
        }
        _ => panic!("no such place"),
    }
}

const CONSENT: &str = "/parameter/3/resource";
const SECOND_CONSENT: &str = "/parameter/1/part/3/resource";

async fn refused_alone(service: &Service, pointer: &str, value: Option<&Value>, word: &str) {
    let mut request = member_match(&Person::number(1), "contoso");
    set(request.pointer_mut(CONSENT).unwrap(), pointer, value);
    let answer = service.ask("contoso", &request).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (422, word),
        "{pointer}"
    );
    assert!(!answer.text.contains("Patient/") && answer.header("link").is_none());
}

/// As one of three, between two whose permission holds.
fn among(pointer: &str, value: Option<&Value>) -> Value {
    let mut request = bulk_match(&people(&[1, 2, 3]), "contoso");
    set(request.pointer_mut(SECOND_CONSENT).unwrap(), pointer, value);
    request
}

/// A question whose form is wrong is refused as a whole, by the place in the one permission that is wrong.
async fn sent_back(service: &Service, pointer: &str, value: Option<&Value>) {
    let answer = service.submit("contoso", &among(pointer, value)).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (422, "bad-bundle"),
        "{pointer}"
    );
    for issue in answer.json()["issue"].as_array().unwrap() {
        let place = issue["expression"][0].as_str().unwrap();
        assert!(
            place.starts_with("Parameters.parameter[1].part[3].resource"),
            "{place}"
        );
    }
}

#[tokio::test]
async fn each_of_the_13_items_is_refused_when_absent_for_one_and_among_many() {
    let service = Scene::new().with_control().start().await;
    let items = items();
    assert_eq!(items.len(), Item::ALL.len());
    for (item, pointer, _) in &items {
        let pointer = whole(*item, pointer);
        refused_alone(&service, pointer, None, "bad-bundle").await;
        sent_back(&service, pointer, None).await;
    }
    let effects = service.control(Method::GET, "effects", &json!({})).await;
    assert_eq!(
        effects.json()["rows"],
        0,
        "nobody was linked, nothing was taken on"
    );
}

#[tokio::test]
async fn each_of_the_13_items_is_refused_when_wrong_and_moves_nobody_else() {
    for at in stores().await {
        let mut scene = Scene::new();
        scene.config.store = at.at.clone();
        let service = scene.start().await;
        for (item, pointer, wrong) in items() {
            match wrong {
                Wrong::Form(value) => {
                    refused_alone(&service, pointer, Some(&value), "bad-bundle").await;
                    sent_back(&service, pointer, Some(&value)).await;
                }
                Wrong::Hold(value) => {
                    refused_alone(&service, pointer, Some(&value), "consent-constraint").await;
                    let groups = service
                        .groups("contoso", &among(pointer, Some(&value)))
                        .await;
                    assert_eq!(
                        on_list(&groups, "match"),
                        ids(&people(&[1, 3])),
                        "{item} {}",
                        at.name
                    );
                    assert_eq!(on_list(&groups, "consentconstraint"), ids(&people(&[2])));
                    let aside = groups[1].to_string();
                    assert!(
                        !aside.contains("Patient/") && !aside.contains("umb-"),
                        "{item}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn an_element_that_the_profile_forbids_is_refused_for_one_and_among_many() {
    let service = Scene::new().start().await;
    for element in [
        "securityLabel",
        "purpose",
        "class",
        "code",
        "dataPeriod",
        "data",
        "provision",
    ] {
        let pointer = format!("/provision/{element}");
        refused_alone(&service, &pointer, Some(&json!([])), "bad-bundle").await;
        sent_back(&service, &pointer, Some(&json!([]))).await;
    }
}

#[tokio::test]
async fn what_the_member_told_us_outranks_every_consent_that_comes_later() {
    for told in [
        json!({"status": "revoked"}),
        json!({"status": "expired"}),
        json!({"status": "active", "recipient": "other"}),
    ] {
        let service = Scene::new().with_control().start().await;
        let mut params = told.clone();
        params["member"] = json!(Person::number(2).id);
        let state = json!([{"name": "consent", "params": params}]);
        let set = service.control(Method::PUT, "states", &state).await;
        assert!(set.status < 300, "{told}: {}", set.text);
        let alone = service
            .ask("contoso", &member_match(&Person::number(2), "contoso"))
            .await;
        assert_eq!(
            (alone.status, alone.code().as_str()),
            (422, "consent-constraint")
        );
        let kicked = place(
            &service
                .submit("contoso", &bulk_match(&people(&[1, 2]), "contoso"))
                .await,
        );
        let list = service.bulk_ended("contoso", &kicked, None).await.json();
        let groups = service.groups_of("contoso", &list).await;
        assert_eq!(on_list(&groups, "match"), ids(&people(&[1])), "{told}");
        assert_eq!(on_list(&groups, "consentconstraint"), ids(&people(&[2])));
    }
}
