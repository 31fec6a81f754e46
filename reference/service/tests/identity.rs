//! Who is meant by a `$member-match` under the policy of three tiers: candidates by their keys, on both databases.
//! Refuses to know how a level is weighed; that is shown beside the rules.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use reference::domain::identity::{
    Attribute, Decision, MatchingPolicy, Origin, PersonRecord, Provenance, Raw, Tier,
};
use serde_json::{Value, json};
use sqlx::Row;
use support::request::{Person, member_match};
use support::stores::{Place, stores};
use support::{Answer, Scene, Service, catalogue};

/// A service under policy 2 whose first member lives at an address and has a given name.
async fn three_tiers(place: &Place) -> Service {
    let text = std::fs::read_to_string(catalogue::root().join("reference/config/matching/2.toml"));
    let policy: MatchingPolicy = toml::from_str(&text.unwrap()).unwrap();
    let mut scene = Scene::new();
    scene.config.store = place.at.clone();
    scene.config.matching = Some(policy);
    for (member, person) in scene.config.members.iter_mut().zip(Person::all()) {
        let said = Provenance::of(Origin::Enrollment);
        let address = Raw::Address {
            lines: vec!["101 Example Street".to_owned()],
            city: "Sampleton".to_owned(),
            postal_code: "00000".to_owned(),
        };
        member.more = PersonRecord::default()
            .said(
                Attribute::GivenName,
                &person.given.join(" "),
                Origin::Enrollment,
            )
            .said(Attribute::Gender, &person.gender, Origin::Enrollment)
            .said(Attribute::Phone, "614-555-0101", Origin::Enrollment)
            .with(Attribute::Address, address, said);
    }
    scene.start().await
}

/// A request about the person, who tells address and phone.
fn asked(person: &Person) -> Value {
    let mut request = member_match(person, "contoso");
    let patient = &mut request["parameter"][0]["resource"];
    patient["address"] =
        json!([{"line": ["101 Example St"], "city": "Sampleton", "postalCode": "00000"}]);
    patient["telecom"] = json!([{"system": "phone", "value": "(614) 555-0101"}]);
    request
}

fn told(answer: &Answer) -> (u16, String) {
    (answer.status, answer.code())
}

/// Says another member number, and no subscriber number.
fn under_number(mut request: Value, number: &str) -> Value {
    let coverage = &mut request["parameter"][1]["resource"];
    coverage["identifier"][0]["value"] = json!(number);
    coverage.as_object_mut().unwrap().remove("subscriberId");
    request
}

#[tokio::test]
async fn row_s2_07_the_decision_is_kept_with_the_match_and_holds_no_value() {
    for place in stores().await {
        let service = three_tiers(&place).await;
        let person = Person::number(1);
        let answer = service.ask("contoso", &asked(&person)).await;
        assert_eq!(answer.status, 200, "{}: {}", place.name, answer.text);
        let row = sqlx::query("SELECT decision FROM links")
            .fetch_one(&place.look().await)
            .await;
        let text: String = row.unwrap().try_get(0).unwrap();
        let decision: Decision = serde_json::from_str(&text).unwrap();
        assert_eq!(decision.tier(), Tier::Deterministic);
        assert_eq!(decision.policy().to_string(), "2");
        assert_eq!(serde_json::to_string(&decision).unwrap(), text);
        let address = decision
            .evidence()
            .iter()
            .find(|one| one.attribute == Attribute::Address);
        assert_eq!(address.unwrap().held.unwrap().origin, Origin::Enrollment);
        for value in [&person.family, &person.given[0], &person.birth_date] {
            assert!(!text.contains(value.as_str()));
        }
        service.running.stop().await;
    }
}

#[tokio::test]
async fn a_person_under_a_number_of_another_card_is_left_to_reviewers() {
    for place in stores().await {
        let service = three_tiers(&place).await;
        let request = under_number(asked(&Person::number(1)), "OTHER-CARD-1");
        let answer = service.ask("contoso", &request).await;
        assert_eq!(
            told(&answer),
            (422, "match-under-review".to_owned()),
            "{}",
            answer.text
        );
        let stranger = under_number(asked(&Person::number(9)), "OTHER-CARD-2");
        let mut stranger = stranger;
        stranger["parameter"][0]["resource"]
            .as_object_mut()
            .unwrap()
            .remove("address");
        stranger["parameter"][0]["resource"]
            .as_object_mut()
            .unwrap()
            .remove("telecom");
        let answer = service.ask("contoso", &stranger).await;
        assert_eq!(
            told(&answer),
            (422, "no-match".to_owned()),
            "{}",
            answer.text
        );
        service.running.stop().await;
    }
}

#[tokio::test]
async fn row_s2_13_every_failure_names_fields_by_their_place_and_no_value() {
    let place = Place::sqlite();
    let service = three_tiers(&place).await;
    let person = Person::number(1);
    let mut nameless = asked(&person);
    let coverage = nameless["parameter"][1]["resource"]
        .as_object_mut()
        .unwrap();
    coverage.remove("identifier");
    coverage.remove("subscriberId");
    let mut born = asked(&person);
    born["parameter"][0]["resource"]["birthDate"] = json!(Person::number(2).birth_date);
    let doubtful = under_number(asked(&person), "OTHER-CARD-1");
    let nobody = under_number(member_match(&Person::number(9), "contoso"), "OTHER-CARD-2");
    for (request, code, named) in [
        (nameless, "missing-identifier", true),
        (born, "conflicting-field", true),
        (doubtful, "match-under-review", false),
        (nobody, "no-match", false),
    ] {
        let answer = service.ask("contoso", &request).await;
        assert_eq!(told(&answer), (422, code.to_owned()), "{}", answer.text);
        let expressions = answer.json()["issue"][0]["expression"].clone();
        let paths: Vec<&str> = expressions.as_array().map_or(Vec::new(), |paths| {
            paths.iter().filter_map(Value::as_str).collect()
        });
        assert!(!named || !paths.is_empty());
        assert!(
            paths
                .iter()
                .all(|path| path.starts_with("Parameters.parameter["))
        );
        let values = [
            person.family.clone(),
            person.birth_date.clone(),
            person.member("payer-exchange"),
            person.subscriber("payer-exchange"),
            "Example St".to_owned(),
            "555-0101".to_owned(),
            "OTHER-CARD".to_owned(),
        ];
        assert!(
            values
                .iter()
                .all(|value| !answer.text.contains(value.as_str()))
        );
    }
    service.running.stop().await;
}
