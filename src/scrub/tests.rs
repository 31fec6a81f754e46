//! Lines of nobody: joins hold, distances hold, and nothing of the values is left.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::{Key, Scrubber, Vocabulary};
use chrono::NaiveDate;
use serde_json::{Value, json};

fn vocabulary() -> Vocabulary {
    let mut vocabulary = Vocabulary::default();
    vocabulary.learn(&json!({"enum": ["official", "http://terms.example/kinds", "active"]}));
    vocabulary
        .learn(&json!({"required": ["valueDateTime", "dob", "bornDate", "note", "age", "unit"]}));
    vocabulary.name("northwind");
    vocabulary.name("hrex-coverage");
    vocabulary
}

fn under(secret: u8, value: &Value) -> Value {
    let vocabulary = vocabulary();
    let scrubber = Scrubber::new(Key::of_byte(secret), &vocabulary, "PX-");
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
    let scrubber = Scrubber::new(Key::of_byte(1), &vocabulary, "");
    let fault = scrubber.line(b"{\"family\": canary").unwrap_err();
    assert!(!fault.to_string().contains("canary"));
    assert!(scrubber.line(b"{\"a\": 1, \"a\": 2}").is_err());
}

#[test]
fn nobody_over_89_is_told_whatever_the_key_says() {
    let born = (2026 - 96).to_string();
    let minute = format!("{born}-05-05T08:15:00-05:00");
    let mut line = envelope("H123-A7", "2026-08-01");
    line["payload"]["_birthDate"] = json!({"extension": [{"valueDateTime": minute}]});
    line["payload"]["dob"] = json!(format!("{born}-05-05"));
    line["payload"]["bornDate"] = json!(born);
    line["payload"]["period"] = json!({"start": "1900-01-01", "end": "2099-12-31"});
    line["payload"]["note"] = json!({"age": 97, "value": 5_000, "unit": "Weeks"});
    for recorded in [
        "2026-08-01T08:00:00Z",
        "1900-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
    ] {
        line["recorded_at"] = json!(recorded);
        let payload = scrubbed(&line)["payload"].clone();
        let minute = &payload["_birthDate"]["extension"][0]["valueDateTime"];
        assert_eq!(minute, "1900-01-01T00:00:00Z", "{recorded}");
        assert_eq!(payload["dob"], "1900-01-01", "{recorded}");
        assert_eq!(payload["bornDate"], "1900", "{recorded}");
        assert_eq!(payload["note"]["value"], 4_680);
        assert_eq!(payload["note"]["age"], 90);
    }
    let alone = scrubbed(
        &json!({"resourceType": "Patient", "birthDate": format!("{born}-05-05"),
        "address": [{"period": {"start": "2012-01-01"}}]}),
    );
    assert_eq!(alone["birthDate"], "1900-01-01");
    let young = ["2009", "05", "05"].join("-");
    let young = scrubbed(&json!({"birthDate": young, "period": {"end": "2099-12-31"}}));
    assert_ne!(young["birthDate"], "1900-01-01");
}

#[test]
fn a_number_hides_behind_no_version_no_time_and_no_port() {
    let number = ["614", "867", "5309"].concat();
    let mut line = envelope("H123-A7", "2026-08-01");
    line["version"] = json!(format!("1.{number}.1"));
    line["payload"]["tracking"] = json!([
        format!("http://terms.example/kinds|{number}"),
        format!("2026-03-01T{number}"),
        format!("2026-03-01T08:00:00.123-{number}"),
    ]);
    line["payload"]["event"] = json!("4711");
    line["payload"]["site"] = json!("https://invented:43215/x");
    let made = scrubbed(&line).to_string();
    for held in [number.as_str(), "4711", "4710", "43215", "invented"] {
        assert!(!made.contains(held), "{held}: {made}");
    }
}

#[test]
fn a_word_is_nobodys_pseudonym_and_no_sign_stays_itself() {
    let mut vocabulary = Vocabulary::default();
    vocabulary.learn(&json!({"enum": ["1", "M", "F"]}));
    for secret in 0..50 {
        let scrubber = Scrubber::new(Key::of_byte(secret), &vocabulary, "");
        for sign in ["4", "0", "B", "z"] {
            let (text, _) = scrubber
                .line(json!({"valueCode": sign}).to_string().as_bytes())
                .unwrap();
            let made: Value = serde_json::from_str(&text).unwrap();
            let (_, made) = made.as_object().unwrap().iter().next().unwrap();
            assert!(
                made != sign && !vocabulary.is_word(made.as_str().unwrap()),
                "{text}"
            );
        }
    }
}

#[test]
fn no_two_members_become_one() {
    let lower = "c64672f8-f367-531f-aa2e-e1111c9a0371";
    let made = scrubbed(&json!({lower: 1, lower.to_uppercase(): 2}));
    let mut values: Vec<i64> = made
        .as_object()
        .unwrap()
        .values()
        .filter_map(Value::as_i64)
        .collect();
    values.sort_unstable();
    assert_eq!(values, [1, 2], "{made}");
}
