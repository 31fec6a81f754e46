//! Each kind fires on what looks like somebody and stays quiet on what looks like it and is not.

#![allow(clippy::unwrap_used)]

use super::text::Texts;
use super::{Kind, Scanner};
use crate::catalogue::Privacy;
use serde_json::{Value, json};

fn kinds(value: &Value) -> Vec<(Kind, String)> {
    let privacy = Privacy {
        synthetic_numbers: vec!["PX-".to_owned()],
        synthetic_names: vec!["Nobody".to_owned()],
        ..Privacy::default()
    };
    let found = Scanner::new(&privacy).suspicions(value);
    found.into_iter().map(|it| (it.kind, it.pointer)).collect()
}

fn fires(kind: Kind, pointer: &str, value: &Value) {
    assert_eq!(kinds(value), [(kind, pointer.to_owned())], "{pointer}");
}

fn quiet(value: &Value) {
    assert_eq!(kinds(value), [], "{value}");
}

/// Made from parts, so that this file itself names nobody.
fn stranger() -> String {
    ["Some", "body"].concat()
}

/// Three parts of a number, joined.
fn number(parts: [&str; 3]) -> String {
    parts.join("-")
}

#[test]
fn a_name_outside_the_list_is_seen_and_a_made_up_one_is_not() {
    let name = stranger();
    fires(
        Kind::Name,
        "/name/0/family",
        &json!({"name": [{"family": name, "given": ["Avery"]}]}),
    );
    fires(
        Kind::Name,
        "/name/0/given/1",
        &json!({"name": [{"given": ["Avery", name]}]}),
    );
    let whole = format!("Once {name}");
    fires(
        Kind::Name,
        "/name/0/text",
        &json!({"name": [{"text": whole}]}),
    );
    // Not one word of it needs a capital, and a surname that is made up hides no given name.
    fires(
        Kind::Name,
        "/name/text",
        &json!({"name": {"text": name.to_lowercase()}}),
    );
    fires(
        Kind::Name,
        "/name/0/given/0",
        &json!({"name": [{"family": "Testperson", "given": [name]}]}),
    );
    fires(
        Kind::Name,
        "/display",
        &json!({"reference": "Patient/1", "display": whole}),
    );
    quiet(
        &json!({"name": [{"family": "Testmember-01", "given": ["Avery", "Q"], "text": "Avery Testmember-01"}]}),
    );
    quiet(&json!({"name": [{"family": "Testperson"}]}));
    quiet(&json!({"name": [{"text": "Avery"}]}));
    let named = ["No", "body"].concat();
    quiet(&json!({"name": [{"family": named}]}));
    quiet(&json!({"reference": "Organization/1", "display": "Northwind Health Plan"}));
    quiet(&json!({"reference": "Patient/1", "display": "the member"}));
    quiet(&json!({"name": "MemberPatient", "family": {"type": "string"}}));
}

#[test]
fn every_pattern_can_be_used() {
    for (name, pattern) in Texts::default().patterns() {
        assert!(pattern.is_some(), "{name}");
    }
}

#[test]
fn one_that_is_nobodys_does_not_hide_the_next() {
    let (fiction, real) = (
        number(["614", "555", "0123"]),
        number(["614", "867", "5309"]),
    );
    fires(
        Kind::Phone,
        "/a",
        &json!({"a": format!("{fiction} {real}")}),
    );
    let (none, real) = (number(["000", "45", "6789"]), number(["123", "45", "6789"]));
    fires(
        Kind::SocialSecurity,
        "/a",
        &json!({"a": format!("{none} {real}")}),
    );
}

/// Hexadecimal digits that differ with `seed`.
fn hexadecimal(seed: u64) -> String {
    let mut state = seed;
    let mut next = || {
        // Source: Knuth, MMIX
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        format!("{:08x}", state >> 32)
    };
    (0..8).map(|_| next()).collect()
}

#[test]
fn ids_digests_and_codes_of_any_value_are_nobodys() {
    for seed in 0..200_u64 {
        let digest = hexadecimal(seed);
        let upper = digest.to_uppercase();
        let part = |from: usize, to: usize| digest.get(from..to).unwrap();
        let uuid = format!(
            "{}-{}-{}-{}-{}",
            part(0, 8),
            part(8, 12),
            part(12, 16),
            part(16, 20),
            part(20, 32)
        );
        let digits: String = (0..20)
            .map(|at| (seed * 7 + at * 3) % 10)
            .map(|it| it.to_string())
            .collect();
        let cut = |from: usize, to: usize| digits.get(from..to).unwrap();
        quiet(&json!({
            "id": uuid, "reference": format!("urn:uuid:{uuid}"), "upper": uuid.to_uppercase(),
            "digest": format!("sha256:{digest}"), "etag": upper, "traceparent": format!("00-{}-{}-01", part(0, 32), part(32, 48)),
            "npi": format!("1{}", cut(0, 9)), "oid": format!("urn:oid:2.16.840.1.{}.{}.{}", cut(0, 6), cut(6, 9), cut(9, 13)),
            "drug": format!("{}-{}-{}", cut(0, 5), cut(5, 9), cut(9, 11)), "finding": cut(0, 17), "lab": format!("{}-{}", cut(0, 5), cut(5, 6)),
            "at": format!("2026-08-01T08:00:07.{}-05:00", cut(0, 3)), "url": format!("https://payer-exchange.example/fhir/Coverage/{}-{}-{}", cut(0, 3), cut(3, 6), cut(6, 10)),
        }));
    }
    quiet(&json!({
        "canonical": "http://hl7.org/fhir/us/davinci-hrex/StructureDefinition/hrex-coverage|1.2.0",
        "taxonomy": "207Q00000X", "diagnosis": "E11.9", "claim": "CLM-2026-0001", "version": "2.16.840",
        "host": "10.254.255.2551", "xpath": "//*[@id]", "message": "1 of 12 ways to a Coverage",
    }));
}

#[test]
fn a_birth_date_is_seen_beside_a_name_that_is_somebodys_only() {
    let value = json!({"name": [{"family": stranger()}], "birthDate": "1970-01-01"});
    let found = kinds(&value);
    assert!(
        found.contains(&(Kind::BirthDate, "/birthDate".to_owned())),
        "{found:?}"
    );
    quiet(&json!({"name": [{"family": "Testperson"}], "birthDate": "1970-01-01"}));
    quiet(&json!({"birthDate": "1970-01-01"}));
}

#[test]
fn a_social_security_number_is_seen_where_it_is_one() {
    let real = number(["123", "45", "6789"]);
    fires(
        Kind::SocialSecurity,
        "/note",
        &json!({"note": format!("as of {real}, known")}),
    );
    for parts in [
        ["000", "45", "6789"],
        ["666", "45", "6789"],
        ["912", "45", "6789"],
        ["123", "00", "6789"],
        ["123", "45", "0000"],
    ] {
        quiet(&json!({"note": number(parts)}));
    }
    let solid = real.replace('-', "");
    let system = "http://hl7.org/fhir/sid/us-ssn";
    fires(
        Kind::SocialSecurity,
        "/value",
        &json!({"system": system, "value": solid}),
    );
    // Nine digits alone are a number of anything.
    quiet(&json!({"note": solid}));
    quiet(&json!({"uuid": format!("1{real}-0")}));
}

#[test]
fn a_phone_number_is_seen_unless_it_is_kept_for_fiction() {
    let real = number(["614", "867", "5309"]);
    fires(
        Kind::Phone,
        "/note",
        &json!({"note": format!("call {real} today")}),
    );
    fires(
        Kind::Phone,
        "/note",
        &json!({"note": "(614) ".to_owned() + &["867", "5309"].join("-")}),
    );
    fires(
        Kind::Phone,
        "/telecom/0/value",
        &json!({"telecom": [{"system": "phone", "value": real.replace('-', "")}]}),
    );
    quiet(&json!({"note": number(["614", "555", "0123"])}));
    quiet(&json!({"telecom": [{"system": "phone", "value": "555-0101"}]}));
    // A national provider number, an object identifier, a digest and an id of an exchange.
    quiet(
        &json!({"npi": "1234567893", "oid": "urn:oid:2.16.840.1.113883.4.6",
        "digest": "sha256:2123456789012345678901234567890123456789012345678901234567890123",
        "id": "f6daf2c7-fb04-567f-8770-456387428196", "at": "2026-08-01T08:00:07.123-05:00"}),
    );
}

#[test]
fn a_mail_address_is_seen_outside_the_domains_that_nobody_owns() {
    let real = ["someone", "mail.com"].join("@");
    fires(Kind::Mail, "/a", &json!({"a": format!("to {real}")}));
    let alike = ["someone", "notexample.com"].join("@");
    fires(Kind::Mail, "/a", &json!({"a": alike}));
    quiet(
        &json!({"a": "p01@members.example", "b": "hrex-coverage@2.0.1", "c": "$.name[?(@.use)]"}),
    );
}

#[test]
fn an_address_is_seen_unless_it_is_plainly_nowhere() {
    let street = ["12 Main", "Street"].join(" ");
    fires(
        Kind::Address,
        "/note",
        &json!({"note": format!("moved to {street} in May")}),
    );
    fires(Kind::Address, "/city", &json!({"city": stranger()}));
    let code = ["432", "15"].concat();
    fires(Kind::Address, "/postalCode", &json!({"postalCode": code}));
    assert!(kinds(&json!({"line": [street]})).contains(&(Kind::Address, "/line/0".to_owned())));
    quiet(&json!({"line": ["101 Example Street"], "city": "Sampleton", "postalCode": "00000"}));
    quiet(
        &json!({"line": 12, "note": "2 of the 3 recorded ways", "message": "3 released versions in place"}),
    );
}

#[test]
fn a_medicare_number_is_seen_by_the_places_of_its_letters() {
    let real = ["2EG4", "TE5", "MK74"];
    fires(Kind::Medicare, "/note", &json!({"note": number(real)}));
    fires(Kind::Medicare, "/note", &json!({"note": real.concat()}));
    // A sample card, a letter that no number has, a longer word.
    quiet(
        &json!({"note": "1EG4-TE5-MK73", "code": "2SG4TE5MK74", "long": "2EG4TE5MK745", "lower": "2eg4te5mk74"}),
    );
}

#[test]
fn a_member_number_is_seen_unless_it_begins_as_a_made_up_one_or_its_list_is_nobodys() {
    let kind = json!({"coding": [{"code": "MB"}]});
    fires(
        Kind::MemberNumber,
        "/value",
        &json!({"type": kind, "value": "H12345678"}),
    );
    fires(
        Kind::MemberNumber,
        "/value",
        &json!({"system": "https://plan.invented/member-ids", "value": "12345"}),
    );
    fires(
        Kind::MemberNumber,
        "/subscriberId",
        &json!({"subscriberId": "W0012345"}),
    );
    quiet(&json!({"type": kind, "value": "PX-M100000"}));
    quiet(&json!({"system": "https://plan.example/member-ids", "value": "12345"}));
    quiet(&json!({"type": {"coding": [{"code": "NPI"}]}, "value": "1234567893"}));
    quiet(&json!({"type": {"coding": [{"code": "group"}]}, "value": "GRP-10"}));
}

#[test]
fn a_key_that_is_a_value_is_seen_and_never_told() {
    let real = ["someone", "mail.com"].join("@");
    fires(Kind::Mail, "/by", &json!({"by": {real: 1}}));
}
