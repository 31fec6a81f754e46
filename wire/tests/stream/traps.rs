//! Schemas and payloads that look alike to a hasty reader: both ways have to say the same of them.

use crate::both::{Both, Said};
use serde_json::{Value, json};
use wire::json::Limits;
use wire::stream::Runner;

fn said(bundle: &Value, text: &str) -> Said {
    let limits = Limits::FILE;
    let both = Both::new(bundle).expect("a schema");
    both.judge(&mut Runner::new(limits), &limits, text.as_bytes(), bundle)
}

const FINE: Said = Said {
    full: true,
    fast: true,
};

const WRONG: Said = Said {
    full: false,
    fast: false,
};

#[test]
fn an_object_without_members_is_not_told_by_those_of_another() {
    let branch = |word| json!({"properties": {"kind": {"const": word}}});
    let inner = json!({"oneOf": [branch("a"), branch("b")]});
    let bundle = json!({"properties": {"inner": inner}});
    assert_eq!(said(&bundle, r#"{"inner":{},"more":1,"kind":"a"}"#), WRONG);
    assert_eq!(said(&bundle, r#"{"inner":{ },"":"","kind":"b"}"#), WRONG);
    assert_eq!(said(&bundle, r#"{"inner":{"kind":"a"},"kind":"b"}"#), FINE);

    let needed = json!({"properties": {"kind": {"const": "a"}}, "required": ["kind"]});
    let bundle = json!({"properties": {"inner": {"not": {"anyOf": [needed, branch("b")]}}}});
    assert_eq!(said(&bundle, r#"{"inner":{},"more":1,"kind":"a"}"#), WRONG);
}

#[test]
fn divisors_that_doubles_round_are_left_to_the_full_way() {
    let bundle = json!({"multipleOf": (1_i64 << 53) + 1});
    assert_eq!(said(&bundle, "27021597764222979"), WRONG);
    let bundle = json!({"not": {"multipleOf": (1_i64 << 53) + 1}});
    assert_eq!(said(&bundle, "9007199254740992"), WRONG);
    let bundle = json!({"multipleOf": 1_i64 << 53});
    assert_eq!(said(&bundle, "18014398509481984"), FINE);
}

#[test]
fn counts_that_engines_read_differently_are_left_to_the_full_way() {
    for (pattern, word) in [
        ("^a{2}{3}$", "aaaaaa"),
        ("^a*{2}$", "aa"),
        ("^a+{2}$", "aa"),
        ("^ba?{2}$", "ba"),
        ("^a{ 2 }$", "aa"),
        ("^a{2, 3}$", "aa"),
        ("^a{2,3 }$", "aa"),
    ] {
        let bundle = json!({"pattern": pattern});
        assert_eq!(said(&bundle, &format!("\"{word}\"")), WRONG, "{pattern}");
    }
    assert_eq!(said(&json!({"pattern": "^a{2,3}$"}), "\"aa\""), FINE);
}
