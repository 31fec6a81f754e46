//! Schemas of others, each in the draft that it names.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use serde_json::json;
use wire::json::{Document, Limits};
use wire::payload::Schema;

/// What each draft says in its own words: a schema, a payload that it refuses, and where.
#[test]
fn a_published_schema_is_read_in_the_draft_that_it_names() {
    let old = "http://json-schema.org/draft-";
    let new = "https://json-schema.org/draft/";
    for (dialect, mut schema, payload, pointer, place) in [
        (
            format!("{old}04/schema#"),
            json!({"id": "https://matchmark.example/four", "properties": {"a": {"$ref": "#/definitions/a"}},
                "definitions": {"a": {"minimum": 1, "exclusiveMinimum": true}}}),
            r#"{"a": 1}"#,
            "/a",
            "/definitions/a/exclusiveMinimum",
        ),
        (
            format!("{old}06/schema#"),
            json!({"properties": {"a": {"$ref": "#/definitions/a", "maximum": 0}},
                "definitions": {"a": {"exclusiveMinimum": 1}}, "if": true, "then": false}),
            r#"{"a": 1}"#,
            "/a",
            "/definitions/a/exclusiveMinimum",
        ),
        (
            format!("{old}07/schema"),
            json!({"items": [{"const": 1}, {"type": "string"}]}),
            r#"[1, 2, 3]"#,
            "/1",
            "/items/1/type",
        ),
        (
            format!("{new}2019-09/schema"),
            json!({"properties": {"next": {"$recursiveRef": "#"}, "a": {"const": 1}}}),
            r#"{"next": {"a": 2}}"#,
            "/next/a",
            "/properties/a/const",
        ),
        (
            format!("{new}2020-12/schema"),
            json!({"prefixItems": [{"const": 1}, {"type": "string"}]}),
            r#"[1, 2, 3]"#,
            "/1",
            "/prefixItems/1/type",
        ),
    ] {
        schema["$schema"] = json!(dialect);
        let is_ours = dialect.contains("2020-12");
        assert_eq!(Schema::compile(&schema).is_ok(), is_ours, "{dialect}");
        let read = Schema::published(schema.clone()).expect(&dialect);
        let document = Document::parse(payload.as_bytes(), &Limits::PAYLOAD).expect("a document");
        let found = read.problems(&document);
        assert_eq!(found.len(), 1, "{dialect} {found:?}");
        assert_eq!(found[0].pointer, pointer, "{dialect}");
        assert_eq!(found[0].schema_pointer, place, "{dialect}");
    }
}

#[test]
fn a_published_schema_of_no_known_draft_is_refused_at_its_place() {
    for named in [
        json!("http://json-schema.org/draft-03/schema#"),
        json!("http://json-schema.org/schema#"),
        json!("draft-07"),
        json!(7),
        json!(null),
    ] {
        let fault = Schema::published(json!({"$schema": named})).expect_err("an unknown draft");
        assert_eq!(fault.pointer, "/$schema", "{named}");
        assert!(fault.reason.contains("2019-09"), "{fault}");
    }
    // Where none is named it is the newest.
    let items = Schema::published(json!({"prefixItems": [false]})).expect("a schema");
    assert!(!items.accepts(&json!([1])));
    let wrong =
        json!({"$schema": "http://json-schema.org/draft-04/schema#", "exclusiveMinimum": 1});
    let fault = Schema::published(wrong).expect_err("a number is of draft 6");
    assert_eq!(fault.pointer, "/exclusiveMinimum");
}

#[test]
fn a_loop_of_references_in_an_older_draft_neither_hangs_nor_overflows() {
    for draft in ["04", "06", "07"] {
        let dialect = format!("http://json-schema.org/draft-{draft}/schema#");
        let schema = json!({"$schema": dialect, "properties": {"a": {"$ref": "#/definitions/a"}},
            "definitions": {"a": {"allOf": [{"$ref": "#/definitions/b"}]}, "b": {"$ref": "#/definitions/a"}}});
        if let Ok(schema) = Schema::published(schema.clone()) {
            let document = Document::parse(br#"{"a": {"a": 1}}"#, &Limits::PAYLOAD).expect("one");
            assert_eq!(
                schema.problems(&document).is_empty(),
                schema.accepts(document.value())
            );
        }
    }
}
