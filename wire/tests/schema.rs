//! What a schema may be, and payloads that would like to break the judge.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use serde_json::{Value, json};
use wire::json::{Document, Limits};
use wire::outcome::Code;
use wire::payload::{Problem, Schema};

fn problems(schema: &Value, payload: &str) -> Vec<Problem> {
    let schema = Schema::compile(schema).expect("a schema");
    let document = Document::parse(payload.as_bytes(), &Limits::PAYLOAD).expect("a document");
    let problems = schema.problems(&document);
    assert_eq!(problems.is_empty(), schema.accepts(document.value()));
    problems
}

fn ids(problems: &[Problem]) -> Vec<(&str, &str)> {
    problems
        .iter()
        .map(|problem| (problem.id, problem.pointer.as_str()))
        .collect()
}

#[test]
fn what_is_no_schema_is_refused_at_its_place() {
    for (schema, pointer, reason) in [
        (json!({"type": "strin"}), "/type", "none of its forms"),
        (
            json!({"properties": {"a": {"minLength": -1}}}),
            "/properties/a/minLength",
            "at least 0",
        ),
        (
            json!({"properties": {"a": {"pattern": "("}}}),
            "/properties/a/pattern",
            "pattern",
        ),
        (json!({"pattern": "(a{1000}){1000}"}), "/pattern", "pattern"),
        (
            json!({"properties": {"a": {"$ref": "#/$defs/none"}}}),
            "/properties/a/$ref",
            "leads to nothing",
        ),
        (
            json!({"allOf": [{"$ref": "https://elsewhere.example/schema"}]}),
            "/allOf/0/$ref",
            "leads to nothing",
        ),
        (
            json!({"items": {"$ref": "urn:b"}, "$defs": {"b": {"$id": "urn:b", "$ref": "#name"}, "bname": true}}),
            "/$defs/b/$ref",
            "leads to nothing",
        ),
        (
            json!({"$ref": "file:///etc/hostname"}),
            "/$ref",
            "leads to nothing",
        ),
        (
            json!({"$schema": "http://json-schema.org/draft-07/schema#"}),
            "/$schema",
            "2020-12",
        ),
        (json!(3), "", "wrong kind"),
    ] {
        let fault = Schema::compile(&schema).expect_err(pointer);
        assert_eq!(fault.pointer, pointer);
        assert!(fault.reason.contains(reason), "{fault}");
    }
}

#[test]
fn formats_are_annotations() {
    assert!(problems(&json!({"format": "date"}), "\"no date\"").is_empty());
}

#[test]
fn a_loop_of_references_neither_hangs_nor_overflows() {
    for schema in [
        json!({"$ref": "#"}),
        json!({"anyOf": [{"$ref": "#"}, {"type": "string"}]}),
        json!({"allOf": [{"$ref": "#/$defs/a"}], "$defs": {"a": {"anyOf": [{"$ref": "#"}]}}, "minLength": 2}),
    ] {
        let _ = problems(&schema, "[1]");
    }
}

#[test]
fn a_deep_payload_under_a_recursive_schema_fits_a_small_stack() {
    let schema = json!({
        "$ref": "#/$defs/node",
        "$defs": {"node": {
            "allOf": [{"type": "object"}],
            "properties": {"a": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "string"}]}},
        }},
    });
    let depth = Limits::PAYLOAD.depth;
    let text = format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
    let run = move || problems(&schema, &text).len();
    let small = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
    assert_eq!(small.spawn(run).unwrap().join().expect("no overflow"), 1);
}

#[test]
fn a_pattern_that_runs_away_is_stopped_and_refused() {
    let schema = json!({"pattern": "^(?=(a+)+b)(a+)+$"});
    let payload = format!("\"{}\"", "a".repeat(40));
    assert_eq!(
        ids(&problems(&schema, &payload)),
        [("payload/pattern-mismatch", "")]
    );
}

#[test]
fn closed_objects_name_every_member_that_is_too_many() {
    for schema in [
        json!({"additionalProperties": false}),
        json!({"propertyNames": false}),
        json!({"properties": {"c": true}, "additionalProperties": false}),
        json!({"properties": {"c": true}, "unevaluatedProperties": false}),
    ] {
        assert_eq!(
            ids(&problems(&schema, "{\"a\":1,\"b\":2}")),
            [
                ("payload/unknown-name", "/{key#1}"),
                ("payload/unknown-name", "/{key#2}")
            ]
        );
    }
}

#[test]
fn forbidden_things_are_told_by_the_schemas_own_names() {
    for (schema, payload, id, pointer, message) in [
        (
            json!({"properties": {"a": false}}),
            "{\"a\":1}",
            "payload/unknown-name",
            "/a",
            "`a` may not stand here",
        ),
        (
            json!({"not": {"required": ["a"]}}),
            "{\"a\":1}",
            "payload/unknown-name",
            "",
            "`a` may not stand here",
        ),
        (
            json!({"not": {"type": "string"}}),
            "\"\"",
            "payload/value-not-allowed",
            "",
            "the value fits a form that is ruled out",
        ),
        (
            json!({"prefixItems": [true], "items": false}),
            "[1,2]",
            "payload/too-many",
            "/1",
            "the array has too many items",
        ),
        (
            json!(false),
            "1",
            "payload/value-not-allowed",
            "",
            "nothing may stand here",
        ),
        (
            json!({"dependentRequired": {"a": ["b"]}}),
            "{\"a\":1}",
            "payload/required-missing",
            "/b",
            "`b` is required",
        ),
        (
            json!({"multipleOf": 5}),
            "7",
            "payload/not-multiple",
            "",
            "the number is not a multiple of the step",
        ),
        (
            json!({"minProperties": 1}),
            "{}",
            "payload/too-few",
            "",
            "the object has too few members",
        ),
        (
            json!({"oneOf": [{"minimum": 1}, {"title": "Even", "multipleOf": 2}]}),
            "2",
            "payload/no-form-fits",
            "",
            "more than one form fits: form at 0, Even",
        ),
    ] {
        let problems = problems(&schema, payload);
        assert_eq!(ids(&problems), [(id, pointer)], "{schema}");
        assert_eq!(problems.first().unwrap().message, message);
    }
}

#[test]
fn a_slip_of_the_pen_is_told_by_the_declared_name() {
    let schema = json!({"properties": {"birthDate": true}, "additionalProperties": false});
    let problems = problems(&schema, "{\"birthdate\":1}");
    let want = problems.first().and_then(|problem| problem.want.as_deref());
    assert_eq!(want, Some("perhaps `birthDate`"));
    assert_eq!(ids(&problems), [("payload/unknown-name", "/{key#1}")]);
}

#[test]
fn what_is_missing_to_identify_somebody_has_its_own_code() {
    let statement =
        |word: &str| json!({"x-source": {"guide": "HRex", "version": "1.2.0", "statement": word}});
    let number = |word: &str| {
        let mut number = statement(word);
        let rest = json!({"type": "string", "x-semantics": {"text": "The number on the card."}});
        number
            .as_object_mut()
            .unwrap()
            .extend(rest.as_object().unwrap().clone());
        number
    };
    let either =
        json!([{"required": ["a"]}, {"required": ["b"], "properties": {"b": {"minLength": 2}}}]);
    let by_members =
        |word: &str| json!({"properties": {"a": number(word), "b": number(word)}, "anyOf": either});
    let by_choice =
        json!({"allOf": [{"x-source": statement("hrex-cov-1")["x-source"], "anyOf": either}]});
    let plain = json!({"required": ["a"], "properties": {"a": number("us-core-15")}});
    for (schema, payload, id, code) in [
        (
            by_members("us-core-15"),
            "{}",
            "payload/no-form-fits",
            Code::MissingIdentifier,
        ),
        (
            by_members("us-core-15"),
            "{\"b\":\"\"}",
            "payload/too-short",
            Code::MissingIdentifier,
        ),
        (
            by_members("mm-6"),
            "{}",
            "payload/no-form-fits",
            Code::BadBundle,
        ),
        (
            by_choice,
            "{}",
            "payload/no-form-fits",
            Code::MissingIdentifier,
        ),
        (
            plain.clone(),
            "{}",
            "payload/required-missing",
            Code::MissingIdentifier,
        ),
        (plain, "{\"a\":1}", "payload/type-wrong", Code::BadBundle),
    ] {
        let problems = problems(&schema, payload);
        let problem = problems.first().unwrap();
        assert_eq!((problem.id, problem.code), (id, code), "{schema} {payload}");
        assert_eq!(Problem::code_of(&problems), Some(code));
    }
}

#[test]
fn a_meaning_is_found_beside_the_form_that_was_judged() {
    let schema = json!({
        "properties": {"list": {"items": {"properties": {"b": {"x-semantics": {"text": "A meaning."}}}}}},
        "allOf": [{"properties": {"list": {"items": {"properties": {"b": {"type": "string"}}}}}}],
    });
    let problems = problems(&schema, "{\"list\":[{\"b\":1}]}");
    assert_eq!(
        problems.first().unwrap().means.as_deref(),
        Some("A meaning.")
    );
}

#[test]
fn a_wide_payload_full_of_problems_is_explained_in_time() {
    let members: Vec<_> = (0..20_000).map(|n| format!("\"key-{n}\":{n}")).collect();
    let payload = format!("{{{}}}", members.join(","));
    let schema = json!({"additionalProperties": {"type": "string"}});
    assert_eq!(problems(&schema, &payload).len(), 20_000);
    let closed = json!({"properties": {"a": true}, "additionalProperties": false});
    let found = problems(&closed, &payload);
    assert_eq!(found.last().unwrap().pointer, "/{key#20000}");
}

#[test]
fn a_form_is_told_by_a_member_that_others_may_not_have() {
    let form = |word: &str, size: &str| {
        json!({
            "title": word,
            "properties": {"kind": {"const": word}, "size": {"type": size}},
            "additionalProperties": false,
        })
    };
    let other = json!({"title": "other", "properties": {"b": true}, "additionalProperties": false});
    let schema = json!({"oneOf": [form("P", "integer"), form("Q", "string"), other]});
    let found = problems(&schema, r#"{"kind":"Q","size":1,"more":2}"#);
    assert_eq!(ids(&found).len(), 2);
    for problem in found {
        let said = "Q, chosen by `kind` (2 other forms folded)";
        assert_eq!(problem.form.as_deref(), Some(said));
    }
    // Whether it is open or a pattern opens it: then it may have the member as well.
    for open in [
        json!({"additionalProperties": true}),
        json!({"patternProperties": {"^k": {}}}),
    ] {
        let mut schema = schema.clone();
        for (keyword, value) in open.as_object().unwrap() {
            schema["oneOf"][2][keyword] = value.clone();
        }
        schema["oneOf"][2]["required"] = json!(["b"]);
        let found = problems(&schema, r#"{"kind":"Q","size":1,"more":2}"#);
        let is_told = |problem: &Problem| {
            problem
                .form
                .as_ref()
                .is_some_and(|it| it.contains("`kind`"))
        };
        assert!(!found.iter().any(is_told), "{found:?}");
    }
}
