//! Lines of nobody: joins hold, distances hold, and nothing of the values is left.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::{Key, Scrubber, Vocabulary};
use chrono::NaiveDate;
use serde_json::{Value, json};

fn vocabulary() -> Vocabulary {
    let mut vocabulary = Vocabulary::default();
    vocabulary.learn(&json!({"enum": ["official", "http://terms.example/kinds", "active"]}));
    vocabulary.name("northwind");
    vocabulary.name("hrex-coverage");
    vocabulary
}

fn under(secret: u8, value: &Value) -> Value {
    let vocabulary = vocabulary();
    let scrubber = Scrubber::new(Key::new(&[secret; 32]).unwrap(), &vocabulary, "PX-");
    let (text, _) = scrubber.line(value.to_string().as_bytes()).unwrap();
    assert!(!text.contains('\n'));
    serde_json::from_str(&text).unwrap()
}

fn scrubbed(value: &Value) -> Value {
    under(1, value)
}

fn envelope(number: &str, day: &str) -> Value {
    json!({
        "id": format!("northwind-{number}"), "recorded_at": format!("{day}T08:00:00Z"),
        "partner": "northwind", "direction": "request", "schema": "hrex-coverage", "version": "1.0.0",
        "outcome": "accepted", "correlation_id": "c64672f8-f367-531f-aa2e-e1111c9a0371",
        "payload": {"resourceType": "Patient", "id": "p16",
            "identifier": [{"type": {"coding": [{"code": "MB"}]}, "value": number}],
            "start": day}
    })
}

fn day(value: &Value) -> NaiveDate {
    let text = value.as_str().unwrap();
    NaiveDate::parse_from_str(text.get(..10).unwrap(), "%Y-%m-%d").unwrap()
}

#[test]
fn joins_and_distances_of_one_member_hold() {
    let first = scrubbed(&envelope("H123-A7", "2026-08-01"));
    let later = scrubbed(&envelope("H123-A7", "2026-08-31"));
    let other = scrubbed(&envelope("H123-A8", "2026-08-01"));
    let number = |line: &Value| line["payload"]["identifier"][0]["value"].clone();
    assert_eq!(number(&first), number(&later));
    assert_ne!(number(&first), number(&other));
    assert!(number(&first).as_str().unwrap().starts_with("PX-"));
    assert_eq!(first["payload"]["id"], other["payload"]["id"]);
    assert_eq!(first["correlation_id"], other["correlation_id"]);
    for (from, to) in [
        (&first["recorded_at"], &later["recorded_at"]),
        (&first["recorded_at"], &later["payload"]["start"]),
    ] {
        assert_eq!((day(to) - day(from)).num_days(), 30);
    }
    assert_ne!(first["recorded_at"], json!("2026-08-01T08:00:00Z"));
    assert!(first["id"].as_str().unwrap().starts_with("scrubbed-"));
    assert_eq!(first["partner"], "northwind");
    assert_eq!(first["version"], "1.0.0");
}

#[test]
fn the_key_decides_and_nothing_else() {
    let line = envelope("H123-A7", "2026-08-01");
    assert_eq!(under(1, &line), under(1, &line));
    let other = under(2, &line);
    for key in ["id", "recorded_at", "correlation_id", "payload"] {
        assert_ne!(under(1, &line)[key], other[key], "{key}");
    }
}

#[test]
fn people_become_nobody() {
    let name = ["Some", "body"].concat();
    let made = scrubbed(&json!({
        "resourceType": "Patient", "birthDate": (2026 - 95).to_string() + "-05-05",
        "name": [{"use": "official", "family": name, "given": [name, "Q"], "text": name}],
        "address": [{"line": [name], "city": name, "postalCode": name, "state": name}],
        "telecom": [{"system": "phone", "value": name}, {"system": "email", "value": name}],
        "text": {"status": "generated", "div": name}, "photo": [{"data": "QUJD"}],
        "meta": {"lastUpdated": "2026-01-01T00:00:00Z"}, name.clone(): 1
    }));
    assert!(!made.to_string().contains(&name), "{made}");
    assert_eq!(made["birthDate"], "1900-01-01");
    assert_eq!(made["name"][0]["use"], "official");
    assert!(
        made["name"][0]["family"]
            .as_str()
            .unwrap()
            .starts_with("Testmember-")
    );
    assert_eq!(made["address"][0]["line"][0], "100 Example Street");
    assert_eq!(made["telecom"][0]["value"], "555-0100");
    assert!(
        made["text"]["div"]
            .as_str()
            .unwrap()
            .starts_with("<div xmlns=")
    );
}

#[test]
fn codes_stay_beside_a_system_that_is_named_and_numbers_lose_their_digits() {
    let made = scrubbed(&json!({
        "coding": [{"system": "http://terms.example/kinds", "code": "E11.9", "display": "Told"},
            {"system": "http://elsewhere.example", "code": "E11.9"}],
        "value": 1234.56, "count": 7, "valueAge": {"value": 95, "code": "a"}
    }));
    assert_eq!(made["coding"][0]["code"], "E11.9");
    assert_eq!(made["coding"][0]["display"], "scrubbed");
    assert_ne!(made["coding"][1]["code"], "E11.9");
    assert_eq!(made["value"], 1000.0);
    let text = made.to_string();
    assert!(text.contains(":7") && text.contains("90"), "{text}");
}

#[test]
fn what_is_no_json_gives_nothing_out() {
    let vocabulary = vocabulary();
    let scrubber = Scrubber::new(Key::new(&[1; 32]).unwrap(), &vocabulary, "");
    let fault = scrubber.line(b"{\"family\": canary").unwrap_err();
    assert!(!fault.to_string().contains("canary"));
    assert!(scrubber.line(b"{\"a\": 1, \"a\": 2}").is_err());
}
