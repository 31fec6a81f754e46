//! Schemas and payloads that look alike to a hasty reader: both ways have to say the same of them.

use crate::both::{Both, Said};
use serde_json::{Value, json};
use wire::json::Limits;
use wire::stream::{Program, Runner, Settled};

fn said(bundle: &Value, text: &str) -> Said {
    let limits = Limits::FILE;
    let both = Both::new(bundle).expect("a schema");
    both.judge(&mut Runner::new(limits), &limits, text.as_bytes(), bundle)
}

const FINE: Said = Said {
    full: true,
    fast: true,
};

const SLOWLY_FINE: Said = Said {
    full: true,
    fast: false,
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
fn only_a_closed_branch_is_told_by_what_it_may_not_have() {
    let told = json!({"properties": {"kind": {"const": "a"}}});
    let with = |more: Value| json!({"oneOf": [told, more]});
    let both_fit = [
        json!({"properties": {"b": {}}}),
        json!({"properties": {"b": {}}, "additionalProperties": true}),
        json!({"properties": {"kind": {}}, "additionalProperties": false}),
        json!({"patternProperties": {"^k": {}}, "additionalProperties": false}),
        json!({"allOf": [{"additionalProperties": {}}], "properties": {"b": {}}}),
    ];
    for branch in both_fit {
        assert_eq!(said(&with(branch), r#"{"kind":"a"}"#), WRONG);
    }
    let one_fits = [
        json!({"additionalProperties": false}),
        json!({"properties": {"b": {}}, "additionalProperties": false}),
        json!({"allOf": [{"additionalProperties": false}], "properties": {"kind": {}}}),
        json!({"$ref": "#/$defs/closed", "properties": {"kind": {}}}),
    ];
    for branch in one_fits {
        let mut bundle = with(branch);
        bundle["$defs"] = json!({"closed": {"additionalProperties": false}});
        assert_eq!(said(&bundle, r#"{"kind":"a"}"#), FINE);
        assert_eq!(said(&bundle, r#"{"kind":"b"}"#), WRONG);
        // Nothing tells.
        assert_eq!(said(&bundle, "{}"), WRONG);
        assert_eq!(said(&bundle, "1"), WRONG);
    }
}

/// Takes minutes where a text that is read once more counts as little as a short one.
#[test]
fn a_long_text_is_not_read_again_and_again() {
    let items = json!({"items": {"$ref": "#"}});
    let bundle = json!({"items": {"$ref": "#"}, "anyOf": [{"not": items}, items, items]});
    let program = Program::compile(&bundle);
    let long = "x".repeat(200_000);
    for inner in [
        format!("\"{long}\""),
        format!("{{\"{long}\":1}}"),
        format!("[{}1]", long.replace('x', " ")),
    ] {
        let text = format!("{}{inner}{}", "[".repeat(30), "]".repeat(30));
        let settled = Runner::new(Limits::FILE).judge(&program, text.as_bytes());
        assert_eq!(settled, Settled::Unsettled);
    }
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

#[test]
fn a_dynamic_anchor_that_several_resources_have_is_left_to_the_full_way() {
    let item = json!({"$dynamicAnchor": "item"});
    let inner =
        json!({"$id": "https://matchmark.example/inner", "$ref": "#item", "$defs": {"item": item}});
    let outer = json!({"$dynamicAnchor": "item", "type": "integer"});
    let mut bundle = json!({
        "$id": "https://matchmark.example/outer",
        "$ref": "https://matchmark.example/inner",
        "$defs": {"outer": outer, "inner": inner},
    });
    assert_eq!(said(&bundle, "\"x\""), WRONG);
    assert_eq!(said(&bundle, "1"), SLOWLY_FINE);
    bundle["$defs"]["outer"] = json!(true);
    assert_eq!(said(&bundle, "\"x\""), FINE);
}

#[test]
fn ids_that_two_resources_have_are_left_to_the_full_way() {
    let part = |id: &str, kind: &str| json!({"$id": id, "$ref": "#/$defs/kind", "$defs": {"kind": {"type": kind}}});
    let root = "https://matchmark.example/root";
    let same = "https://matchmark.example/a";
    for (one, two) in [
        (same, same),
        (same, "a"),
        (same, "https://matchmark.example/b/../a"),
        (same, "https://MATCHMARK.example/a"),
        (same, "https://matchmark.example/%61"),
        (same, "https://matchmark.example:443/a"),
        (same, "https://matchmark.example:/a"),
        (
            "http://matchmark.example/a",
            "http://matchmark.example:80/a",
        ),
        (root, "https://matchmark.example/b"),
        ("", "b"),
        ("#", "b"),
    ] {
        for start in ["#/$defs/one", "#/$defs/two"] {
            let bundle = json!({"$id": root, "$ref": start, "$defs": {
                "one": part(one, "string"),
                "two": part(two, "integer"),
                "kind": {"type": "integer"},
            }});
            for text in ["\"x\"", "1"] {
                assert!(!said(&bundle, text).fast, "{one} {two}");
            }
        }
    }
}

#[test]
fn ids_where_no_resource_stands_are_left_to_the_full_way() {
    let inner = json!({
        "$id": "https://matchmark.example/inner",
        "$defs": {"kind": {"type": "string"}, "it": {"$ref": "#/$defs/kind"}},
    });
    let bundle = json!({
        "$ref": "#/dependencies/a/$defs/it",
        "dependencies": {"a": inner},
        "$defs": {"kind": {"type": "integer"}},
    });
    assert_eq!(said(&bundle, "\"x\""), WRONG);
    assert_eq!(said(&bundle, "1"), SLOWLY_FINE);

    // Before 2019-09 no schema stands under these, so that an id there is none.
    let inner = json!({
        "$id": "https://matchmark.example/inner",
        "definitions": {"kind": {"type": "string"}, "it": {"$ref": "#/definitions/kind"}},
    });
    for (holder, held, place) in [
        ("$defs", json!({"a": inner}), "/a"),
        ("dependentSchemas", json!({"a": inner}), "/a"),
        ("prefixItems", json!([inner]), "/0"),
        ("unevaluatedItems", inner.clone(), ""),
        ("unevaluatedProperties", inner.clone(), ""),
        ("contentSchema", inner.clone(), ""),
    ] {
        for draft in ["06", "07"] {
            let bundle = json!({
                "$schema": format!("http://json-schema.org/draft-{draft}/schema#"),
                "properties": {"p": {"$ref": format!("#/{holder}{place}/definitions/it")}},
                holder: held,
                "definitions": {"kind": {"type": "integer"}},
            });
            assert_eq!(said(&bundle, r#"{"p":"x"}"#), WRONG, "{holder} {draft}");
            assert_eq!(said(&bundle, r#"{"p":1}"#), SLOWLY_FINE, "{holder} {draft}");
        }
    }
}

#[test]
fn an_id_in_an_annotation_begins_no_resource() {
    let inner = json!({
        "$id": "https://matchmark.example/inner",
        "$defs": {"kind": {"type": "string"}, "it": {"$ref": "#/$defs/kind"}},
    });
    let bundle = json!({
        "properties": {"p": {"$ref": "#/x-parts/a/$defs/it"}},
        "x-parts": {"a": inner},
        "$defs": {"kind": {"type": "integer"}},
    });
    assert_eq!(said(&bundle, r#"{"p":true}"#), WRONG);
    assert_eq!(said(&bundle, r#"{"p":"x"}"#), WRONG);
    assert_eq!(said(&bundle, r#"{"p":1}"#), SLOWLY_FINE);
}

#[test]
fn a_place_that_refers_and_asks_more_is_not_taken_for_what_it_refers_to() {
    let bundle = json!({
        "properties": {
            "same": {"$ref": "#/$defs/word", "description": "the same", "x-since": "1.0.0"},
            "longer": {"$ref": "#/$defs/word", "minLength": 3},
            "far": {"$ref": "#/$defs/far"},
            "any": {"$ref": "#/$defs/any"},
            "none": {"$ref": "#/$defs/none"},
            "other": {"$ref": "https://matchmark.example/other"},
        },
        "$defs": {
            "word": {"type": "string"},
            "far": {"$ref": "#/$defs/nearer", "title": "far"},
            "nearer": {"$ref": "#/$defs/word"},
            "any": true,
            "none": false,
            "other": {"$id": "https://matchmark.example/other", "$ref": "#/$defs/word",
                "$defs": {"word": {"type": "integer"}}},
        },
    });
    for (text, expected) in [
        (
            r#"{"same":"a","longer":"abc","far":"a","any":1,"other":1}"#,
            FINE,
        ),
        (r#"{"same":1}"#, WRONG),
        (r#"{"longer":"ab"}"#, WRONG),
        (r#"{"far":1}"#, WRONG),
        (r#"{"none":1}"#, WRONG),
        (r#"{"other":"a"}"#, WRONG),
    ] {
        assert_eq!(said(&bundle, text), expected, "{text}");
    }
    let looping = json!({
        "$ref": "#/$defs/a",
        "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}},
    });
    let program = Program::compile(&looping);
    let mut runner = Runner::new(Limits::FILE);
    assert_eq!(runner.judge(&program, b"1"), Settled::Unsettled);
}

#[test]
fn what_stands_beside_a_reference_counts_by_the_draft() {
    let beside = |draft: &str| {
        json!({
            "$schema": draft,
            "properties": {"a": {"$ref": "#/$defs/word", "minLength": 3}},
            "$defs": {"word": {"type": "string"}},
        })
    };
    let settled = |draft| {
        let program = Program::compile(&beside(draft));
        Runner::new(Limits::FILE).judge(&program, br#"{"a":"b"}"#)
    };
    let seven = settled("http://json-schema.org/draft-07/schema#");
    let newer = settled("https://json-schema.org/draft/2020-12/schema");
    assert_eq!((seven, newer), (Settled::Accepted, Settled::Refused));
}

#[test]
fn what_stands_beside_a_reference_is_explained_by_no_walk_before_2019_09() {
    let alone = json!({"$ref": "#/definitions/a", "description": "said, not asked"});
    let beside = json!({"$ref": "#/definitions/a", "maximum": 0});
    let new = "https://json-schema.org/draft/2019-09/schema";
    for (dialect, member, walked) in [
        ("http://json-schema.org/draft-06/schema#", &alone, (1, 0)),
        ("http://json-schema.org/draft-07/schema#", &alone, (1, 0)),
        ("http://json-schema.org/draft-06/schema#", &beside, (0, 1)),
        ("http://json-schema.org/draft-07/schema#", &beside, (0, 1)),
        (new, &beside, (1, 0)),
    ] {
        let bundle = json!({"$schema": dialect, "properties": {"a": member},
            "definitions": {"a": {"minimum": 5}}});
        let both = Both::new(&bundle).expect("a schema");
        let limits = Limits::FILE;
        both.judge(&mut Runner::new(limits), &limits, br#"{"a": 1}"#, &bundle);
        assert_eq!(both.walked.get(), walked, "{bundle}");
    }
}
