//! Payloads through transforms: what turns, what is refused, and that nothing is made up.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use wire::transform::{MapFault, MapFile, Path, Read, Refusal, RefusalKind, Transform};

/// A transform of these maps, written as in a file; the tag of a place is the place.
fn transform(maps: Value) -> Transform {
    let files: Vec<MapFile> = serde_json::from_value(maps).unwrap();
    let read = |file: &MapFile| match file.read(|path| path.to_string()).unwrap() {
        Read::Map(map) => map,
        Read::Inner(_) => panic!("no other transform is known here"),
    };
    Transform {
        maps: files.iter().map(read).collect(),
        each: None,
    }
}

fn turned(maps: Value, source: Value) -> Value {
    let mut results = transform(maps).apply(&source).unwrap();
    assert_eq!(results.len(), 1);
    results.remove(0)
}

fn refused(maps: Value, source: Value) -> Vec<Refusal> {
    transform(maps).apply(&source).unwrap_err()
}

#[test]
fn what_no_map_names_is_copied_as_it_stands() {
    let source = json!({"b": [1, {"c": null}], "a": {"x": true}});
    let result = turned(json!([]), source.clone());
    assert_eq!(result.to_string(), source.to_string());
}

#[test]
fn a_rename_moves_and_a_copy_stays() {
    let source = json!({"p": [{"n": "A", "old": {"v": 1}}, {"n": "B", "old": 2}]});
    let within = "p[n=A]";
    let moved = json!([{"via": "rename", "in": within, "from": "old.v", "to": "new"}]);
    let expected = json!({"p": [{"n": "A", "new": 1}, {"n": "B", "old": 2}]});
    assert_eq!(turned(moved, source.clone()), expected);
    let copied = json!([{"via": "copy", "from": "p[n=B].old", "to": "p[n=A].new.deep"}]);
    let expected =
        json!({"p": [{"n": "A", "old": {"v": 1}, "new": {"deep": 2}}, {"n": "B", "old": 2}]});
    assert_eq!(turned(copied, source), expected);
}

#[test]
fn items_that_a_filter_picks_stay_a_list() {
    let source = json!({"a": [{"k": "x", "v": 1}, {"k": "y"}, {"k": "x", "v": 2}], "b": {}});
    let maps = json!([{"via": "rename", "from": "a[k=x]", "to": "b.picked"}]);
    let expected =
        json!({"a": [{"k": "y"}], "b": {"picked": [{"k": "x", "v": 1}, {"k": "x", "v": 2}]}});
    assert_eq!(turned(maps, source), expected);
}

#[test]
fn a_drop_takes_its_empty_parents_along_and_nothing_else() {
    let source = json!({"a": [{"k": "x"}, {"k": "y", "v": 1}], "b": {"c": {"d": 1}}});
    let maps = json!([
        {"via": "drop", "from": "a[k!=x]", "because": "no room"},
        {"via": "drop", "from": "b.c.d", "because": "no room"}
    ]);
    assert_eq!(turned(maps, source), json!({"a": [{"k": "x"}]}));
}

#[test]
fn a_code_takes_its_counterpart_and_loses_the_old_wording() {
    let concept =
        |system: &str, code: &str| json!({"type": {"coding": [{"system": system, "code": code}]}});
    let mut source = concept("s", "MB");
    source["type"]["coding"][0]["display"] = json!("old wording");
    let maps = |unlisted: &str| json!([{"via": "code", "from": "type", "table": {"s#MB": "t#UMB"}, "unlisted": unlisted}]);
    assert_eq!(turned(maps("refuse"), source.clone()), concept("t", "UMB"));
    let other = concept("s", "XX");
    assert_eq!(turned(maps("keep"), other.clone()), other);
    let refusals = refused(maps("refuse"), other);
    assert_eq!(
        (refusals[0].kind, refusals[0].pointer.as_str()),
        (RefusalKind::Unlisted, "/type")
    );
    let word = json!([{"via": "code", "from": "w", "table": {"a": "b"}}]);
    assert_eq!(turned(word, json!({"w": "a"})), json!({"w": "b"}));
}

#[test]
fn every_missing_fact_is_named_at_its_place_in_the_source() {
    let source = json!({"p": [{"n": "X"}, {"n": "A", "r": {"id": 1}}, {"n": "A", "r": {"b": 2}}]});
    let maps = json!([
        {"via": "drop", "from": "p[n=X]", "because": "gone before the facts are asked for"},
        {"via": "needs", "in": "p[n=A].r", "to": "a", "or": ["b"], "remedy": "send it"},
        {"via": "needs", "to": "q[n=B].v", "remedy": "send that"}
    ]);
    let refusals = refused(maps, source);
    let told: Vec<(&str, &str, &str)> = refusals
        .iter()
        .map(|refusal| {
            (
                refusal.tag.as_str(),
                refusal.pointer.as_str(),
                refusal.remedy.as_str(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("p[n=A].r.a", "/p/1/r", "send it"),
            ("q[n=B].v", "", "send that")
        ]
    );
}

#[test]
fn a_transform_neither_chooses_nor_overwrites() {
    let several = json!([{"via": "rename", "from": "a.v", "to": "b"}]);
    let refusals = refused(several, json!({"a": [{"v": 1}, {"v": 2}]}));
    assert_eq!(refusals[0].kind, RefusalKind::Several);
    let occupied = json!([{"via": "rename", "from": "a", "to": "b"}]);
    let refusals = refused(occupied, json!({"a": 1, "b": 2}));
    assert_eq!(refusals[0].kind, RefusalKind::Occupied);
    let constant = json!([{"via": "constant", "to": "a", "value": 3}]);
    assert_eq!(
        refused(constant.clone(), json!({"a": 1}))[0].kind,
        RefusalKind::Occupied
    );
    assert_eq!(turned(constant.clone(), json!({"a": 3})), json!({"a": 3}));
    assert_eq!(turned(constant, json!({})), json!({"a": 3}));
    let single =
        json!([{"via": "single", "from": "a[k=x]", "or": ["a[k=y]"], "remedy": "say which"}]);
    let refusals = refused(
        single.clone(),
        json!({"a": [{"k": "y"}, {"k": "z"}, {"k": "x"}]}),
    );
    assert_eq!((refusals.len(), refusals[0].pointer.as_str()), (1, "/a/2"));
    assert_eq!(
        turned(single, json!({"a": [{"k": "y"}]})),
        json!({"a": [{"k": "y"}]})
    );
}

#[test]
fn one_payload_gives_one_result_for_each_value_where_it_is_split() {
    let split = Transform {
        each: Some("p[n=A].r".parse::<Path>().unwrap()),
        ..transform(json!([{"via": "rename", "in": "p[n=A].r", "from": "x", "to": "y"}]))
    };
    let source = json!({"p": [{"n": "A", "r": {"x": 1}}, {"n": "B", "r": {"x": 2}}, {"n": "A", "r": {"x": 3}}]});
    assert_eq!(
        split.apply(&source).unwrap(),
        [json!({"y": 1}), json!({"y": 3})]
    );
}

#[test]
fn a_map_says_what_it_needs_and_nothing_that_does_nothing() {
    for (map, fault) in [
        (json!({"via": "rename", "from": "a"}), MapFault::Lacks("to")),
        (
            json!({"via": "drop", "from": "a"}),
            MapFault::Lacks("because"),
        ),
        (
            json!({"via": "needs", "to": "a"}),
            MapFault::Lacks("remedy"),
        ),
        (
            json!({"via": "constant", "to": "a"}),
            MapFault::Lacks("value"),
        ),
        (
            json!({"via": "code", "from": "a"}),
            MapFault::Lacks("table"),
        ),
        (
            json!({"via": "transform", "in": "a"}),
            MapFault::Lacks("by"),
        ),
        (
            json!({"via": "drop", "from": "a", "because": "b", "to": "c"}),
            MapFault::Idle("to"),
        ),
        (
            json!({"via": "rename", "from": "a", "to": "b[k=x]"}),
            MapFault::Items,
        ),
    ] {
        let file: MapFile = serde_json::from_value(map.clone()).unwrap();
        assert_eq!(file.read(|_| String::new()).unwrap_err(), fault, "{map}");
    }
    let unknown = serde_json::from_value::<MapFile>(json!({"via": "guess", "to": "a"}));
    assert!(unknown.is_err());
}

#[test]
fn a_refusal_holds_nothing_of_the_payload() {
    let source = json!({"p": [{"n": "A", "r": {"canary7f3a": "canary7f3a"}}], "c": "canary7f3a"});
    let maps = json!([
        {"via": "needs", "in": "p[n=A].r", "to": "a", "remedy": "send it"},
        {"via": "code", "from": "c", "table": {"x": "y"}}
    ]);
    let told = format!("{:?}", refused(maps, source));
    assert!(!told.contains("canary7f3a"), "{told}");
}

/// Every leaf of a value as text.
fn leaves(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| leaves(item, found)),
        Value::Object(members) => members.values().for_each(|member| leaves(member, found)),
        leaf => {
            found.insert(leaf.to_string());
        }
    }
}

fn payload() -> impl Strategy<Value = Value> {
    let name = || prop::sample::select(vec!["a", "b", "c", "k"]);
    let leaf = prop_oneof![
        "[a-z]{0,3}".prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        Just(Value::Null),
        Just(json!("old")),
    ];
    leaf.prop_recursive(4, 40, 4, move |inner| {
        let list = prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from);
        let members = prop::collection::vec((name(), inner), 0..4);
        let object = members.prop_map(|members| {
            let members = members
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value));
            Value::Object(members.collect())
        });
        prop_oneof![list, object]
    })
}

fn maps() -> impl Strategy<Value = Value> {
    let path = || {
        prop::sample::select(vec![
            "a",
            "b",
            "c",
            "a.b",
            "a[k=old]",
            "b.c.k",
            "a[k!=old].b",
        ])
    };
    let plain = || prop::sample::select(vec!["a", "d", "b.d", "a.b", "c.d.e"]);
    let via = prop::sample::select(vec![
        "rename", "copy", "drop", "code", "constant", "needs", "single",
    ]);
    let one = (via, path(), plain(), any::<bool>()).prop_map(|(via, from, to, keep)| match via {
        "drop" => json!({"via": via, "from": from, "because": "no room"}),
        "code" => json!({"via": via, "from": from, "table": {"old": "new from the table"},
            "unlisted": if keep { "keep" } else { "refuse" }}),
        "constant" => json!({"via": via, "to": to, "value": "the constant"}),
        "needs" => json!({"via": via, "to": from, "remedy": "send it"}),
        "single" => json!({"via": via, "from": from, "remedy": "say which"}),
        via => json!({"via": via, "from": from, "to": to}),
    });
    prop::collection::vec(one, 0..5).prop_map(Value::from)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn row_s0_13_no_leaf_of_a_result_is_invented(source in payload(), maps in maps()) {
        let (mut known, mut given) = (BTreeSet::new(), BTreeSet::new());
        leaves(&source, &mut known);
        // A constant, and a code with its system, as a coding takes them apart.
        for word in ["the constant", "new from the table", ""] {
            known.insert(json!(word).to_string());
        }
        if let Ok(results) = transform(maps).apply(&source) {
            results.iter().for_each(|result| leaves(result, &mut given));
            prop_assert!(given.is_subset(&known), "{:?}", given.difference(&known).collect::<Vec<_>>());
        }
    }
}
