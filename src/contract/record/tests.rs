//! Drafts without a word of the traffic, and what they keep of its shape.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use crate::catalogue::Catalogue;

fn drafted(lines: &[Value]) -> Result<Draft, Unread> {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    let traffic = exchanges(text.as_bytes(), Notation::Lines)?;
    let catalogue = Catalogue::default();
    let versions = Versions::new(&catalogue);
    let words = BTreeSet::from(["Patient".to_owned()]);
    let studio = Studio {
        consumer: "northwind",
        provider: "payer-exchange",
        versions: &versions,
        recognise: &|_| None,
        words: &words,
    };
    draft(&traffic, &studio)
}

fn exchange(path: &str, status: u16, body: &Value) -> Value {
    json!({ "request": { "method": "GET", "path": path, "headers": { "Authorization": "Bearer canary1x", "Accept": "application/json" } },
        "response": { "status": status, "headers": { "Content-Type": "application/json; x=canary2x", "X-Canary3x": "canary4x" }, "body": body } })
}

#[test]
fn exchanges_are_grouped_by_route_and_nothing_of_them_is_kept() {
    let lines = [
        exchange(
            "/Patient/canary5x?name=canary6x&_count=7",
            200,
            &json!({ "canary7x": "canary8x", "n": 7 }),
        ),
        exchange(
            "/Patient/canary9x?name=canary6y&_count=9",
            200,
            &json!({ "canary7y": "canary8y", "n": 8 }),
        ),
        exchange("/Patient/canary5x", 404, &json!({ "canary7x": 1 })),
    ];
    let draft = drafted(&lines).unwrap();
    let interactions = draft.contract["interactions"].as_array().unwrap();
    assert_eq!(interactions.len(), 2);
    let text = format!("{}{:?}", draft.contract, draft.remarks).to_lowercase();
    assert!(!text.contains("canary"), "{text}");
    let found = interactions
        .iter()
        .find(|one| one["response"]["status"] == 200)
        .unwrap();
    assert_eq!(found["request"]["query"].as_object().unwrap().len(), 2);
    assert_eq!(
        found["request"]["headers"],
        json!({ "Accept": ["application/json"] })
    );
    let path = found["request"]["path"].as_str().unwrap();
    assert!(path.starts_with("/Patient/t"), "{path}");
    let refused = interactions
        .iter()
        .find(|one| one["response"]["status"] == 404)
        .unwrap();
    assert_eq!(
        refused["comments"]["references"]["matchmark"]["polarity"],
        "negative"
    );
}

#[test]
fn what_is_no_exchange_is_told_by_its_number() {
    for line in [
        json!({ "canary": 1 }),
        json!({ "request": { "method": "canary", "path": "/" }, "response": { "status": 200 } }),
        json!({ "request": { "method": "GET", "path": "/" }, "response": { "status": 9 } }),
    ] {
        let good = exchange("/", 200, &json!({}));
        let unread = drafted(&[good, line]).unwrap_err().to_string();
        assert!(
            unread.contains('2') && !unread.contains("canary"),
            "{unread}"
        );
    }
}

#[test]
fn an_archive_is_read_as_lines_are() {
    let archive = json!({ "log": { "version": "1.2", "entries": [{
        "request": { "method": "POST", "url": "https://canary.example/Patient/canary5x?_count=3#canary",
            "headers": [{ "name": "Cookie", "value": "canary" }], "queryString": [],
            "postData": { "mimeType": "application/json", "text": "{\"a\": \"canary\"}" } },
        "response": { "status": 201, "headers": [], "content": { "mimeType": "application/json", "text": "canary", "encoding": "base64" } } }] } });
    let taken = exchanges(archive.to_string().as_bytes(), Notation::Har).unwrap();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].path, ["Patient", "canary5x"]);
    assert_eq!(taken[0].query, [("_count".to_owned(), "3".to_owned())]);
    assert_eq!(taken[0].request.body, Cargo::Json(json!({ "a": "canary" })));
    assert_eq!(taken[0].response.body, Cargo::Other("canary".to_owned()));
    let broken = json!({ "log": { "entries": [{ "request": {} }] } });
    let unread = exchanges(broken.to_string().as_bytes(), Notation::Har).unwrap_err();
    assert_eq!(unread.place, "entry 1");
}

fn over(samples: &[Value], schema: &Value) -> Sketch {
    let declared = super::super::declared::declared(schema);
    let samples: Vec<&Value> = samples.iter().collect();
    sketch(&samples, Some(&declared), &Guard::default())
}

#[test]
fn members_that_come_and_go_are_optional_and_codes_stay() {
    let schema = json!({ "properties": {
        "kind": { "enum": ["a", "b", "c"] }, "fixed": { "const": "F" }, "when": {}, "id": {}, "note": {}, "count": {} } });
    let drawn = over(
        &[
            json!({ "kind": "b", "fixed": "F", "when": "2026-01-05", "id": "MB-17", "note": null, "count": 3 }),
            json!({ "kind": "a", "fixed": "F", "when": "2025-01-05", "id": "X-9", "note": "words of somebody" }),
        ],
        &schema,
    );
    assert_eq!(drawn.example["fixed"], "F");
    assert_eq!(drawn.example["kind"], "a");
    assert_eq!(drawn.example["when"], "2001-01-01");
    assert_eq!(drawn.rules["$.kind"]["matchers"][0]["regex"], "a|b|c");
    assert_eq!(drawn.rules["$.when"]["matchers"][0]["match"], "date");
    assert_eq!(
        drawn.rules["$.id"]["matchers"][0]["regex"],
        "[A-Z]+[-]+[0-9]+"
    );
    assert_eq!(drawn.rules["$.count"]["matchers"][0]["match"], "integer");
    assert!(!drawn.rules.contains_key("$.fixed"));
    assert_eq!(
        drawn.optional,
        [
            ("$.note".to_owned(), "null"),
            ("$.count".to_owned(), "absent")
        ]
    );
}

#[test]
fn items_are_told_apart_by_what_the_schema_fixes() {
    let item = |name: &str, value: &str| json!({ "name": name, "value": value });
    let schema = json!({ "properties": { "part": { "items": {
        "properties": { "name": { "enum": ["x", "y", "z"] }, "value": {} } } } } });
    let same = over(
        &[
            json!({ "part": [item("x", "p"), item("y", "q")] }),
            json!({ "part": [item("x", "r"), item("y", "s")] }),
        ],
        &schema,
    );
    assert_eq!(same.example["part"][1]["name"], "y");
    assert!(same.rules.contains_key("$.part[1].value"));
    let mixed = over(
        &[
            json!({ "part": [item("x", "p"), item("y", "q")] }),
            json!({ "part": [item("z", "t"), item("x", "r")] }),
        ],
        &schema,
    );
    assert_eq!(mixed.example["part"].as_array().unwrap().len(), 1);
    assert_eq!(
        mixed.rules["$.part"]["matchers"][0]["match"],
        "arrayContains"
    );
    let list = over(
        &[
            json!({ "part": [item("x", "p"), item("x", "q")] }),
            json!({ "part": [] }),
        ],
        &schema,
    );
    assert_eq!(
        list.rules["$.part"]["matchers"][0],
        json!({ "match": "type", "min": 0 })
    );
    assert_eq!(
        list.rules["$.part[*].name"]["matchers"][0]["regex"],
        "x|y|z"
    );
}
