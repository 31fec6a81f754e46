//! Schemas and payloads that would take too long or too deep: the fast way gives up on them.

use crate::both::Both;
use serde_json::{Value, json};
use wire::json::{Document, Limits};
use wire::payload::Schema;
use wire::stream::{Program, Runner, Settled};

fn nested(depth: usize) -> Vec<u8> {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth)).into_bytes()
}

#[test]
fn branches_that_multiply_with_depth_are_left_to_the_full_way() {
    let items = json!({"items": {"$ref": "#"}});
    let said = |bundle: &Value| {
        let (program, mut runner) = (Program::compile(bundle), Runner::new(Limits::FILE));
        [20, 60, 100, 5000].map(|depth| runner.judge(&program, &nested(depth)))
    };
    let fine = json!({"items": {"$ref": "#"}, "anyOf": [{"not": items}, items]});
    assert_eq!(said(&fine), [Settled::Unsettled; 4]);
    // Not even an empty list fits, which is seen before anything multiplies.
    let never = json!({"items": {"$ref": "#"}, "anyOf": [{"not": items}, items, items], "not": {"items": {"not": items}}});
    let [near @ .., too_deep] = said(&never);
    assert_eq!(
        (near, too_deep),
        ([Settled::Refused; 3], Settled::Unsettled)
    );
}

#[test]
fn a_schema_that_refers_to_itself_at_one_value_is_left_to_the_full_way() {
    let mut runner = Runner::new(Limits::FILE);
    for bundle in [
        json!({"anyOf": [{"$ref": "#"}]}),
        json!({"not": {"not": {"$ref": "#"}}}),
        json!({"allOf": [{"$ref": "#"}]}),
        json!({"$ref": "#"}),
    ] {
        let program = Program::compile(&bundle);
        assert_eq!(runner.judge(&program, b"1"), Settled::Unsettled);
    }
}

#[test]
fn limits_are_those_of_the_full_way() {
    let bundle = json!({"items": {"$ref": "#"}});
    let both = Both::new(&bundle).expect("a schema");
    let limits = Limits {
        bytes: 40,
        depth: 8,
        nodes: 10,
    };
    let mut runner = Runner::new(limits);
    for (text, accepted) in [
        (nested(8), true),
        (nested(9), false),
        (b"[1,2,3,4,5,6,7,8,9]".to_vec(), true),
        (b"[1,2,3,4,5,6,7,8,9,0]".to_vec(), false),
        (format!("{:40}", "1").into_bytes(), true),
        (format!("{:41}", "1").into_bytes(), false),
        (b"\xef\xbb\xbf1".to_vec(), false),
        (b"".to_vec(), false),
        (b"1 1".to_vec(), false),
    ] {
        let said = both.judge(&mut runner, &limits, &text, &bundle);
        assert_eq!((said.full, said.fast), (accepted, accepted), "{text:?}");
    }
}

#[test]
fn a_deep_payload_is_explained_on_a_small_stack() {
    let schema = json!({
        "$ref": "#/$defs/list",
        "$defs": {"list": {"type": "array", "items": {"allOf": [{"$ref": "#/$defs/list"}]}}},
    });
    let explain = move || {
        let schema = Schema::compile(&schema).unwrap();
        let limits = Limits {
            depth: Limits::DEEPEST,
            ..Limits::FILE
        };
        for (depth, is_walked) in [(1, true), (Limits::FILE.depth, true), (140, false)] {
            let text = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            let text = text.replace("[]", "[1]");
            let document = Document::parse(text.as_bytes(), &limits).unwrap();
            let problems = schema.problems(&document);
            assert_eq!(problems.len(), 1, "{depth}");
            let is_told = problems == schema.explained_by_validator(&document);
            assert_eq!(is_told, is_walked, "{depth}");
            assert_eq!(schema.explained_by_walk(&document).is_some(), is_walked);
        }
    };
    let small = std::thread::Builder::new().stack_size(1024 * 1024);
    small.spawn(explain).unwrap().join().unwrap();
}

/// A list of lists of one of two forms, with as many schemas as `further` between a list and its items.
fn list_of_forms(further: usize, beside: &Value) -> Value {
    let form = |word: &str| {
        let mut child = json!({"$ref": "#/$defs/list"});
        for _ in 0..further {
            child = json!({"allOf": [child]});
        }
        json!({"properties": {"kind": {"const": word}, "child": child, "size": {"type": "integer"}}, "required": ["kind"]})
    };
    let mut list = json!({"oneOf": [form("a"), form("b")]});
    let words = beside.as_object().into_iter().flatten();
    let words = words.map(|(name, word)| (name.clone(), word.clone()));
    list.as_object_mut().unwrap().extend(words);
    json!({"$ref": "#/$defs/list", "$defs": {"list": list}})
}

/// A form in a form, with something wrong in the innermost.
fn nested_forms(depth: usize) -> Document {
    let (head, leaf) = (r#"{"kind":"a","child":"#, r#"{"kind":"a","size":""}"#);
    let text = format!("{}{leaf}{}", head.repeat(depth), "}".repeat(depth));
    Document::parse(text.as_bytes(), &Limits::PAYLOAD).unwrap()
}

#[test]
fn forms_in_forms_are_explained_as_deep_as_a_payload_may_be() {
    let explain = || {
        let schema = Schema::compile(&list_of_forms(0, &json!({}))).unwrap();
        for depth in [1, 60, 70, Limits::PAYLOAD.depth - 1] {
            let problems = schema.problems(&nested_forms(depth));
            let [problem] = problems.as_slice() else {
                panic!("{depth}: {problems:?}");
            };
            assert_eq!(problem.id, "payload/type-wrong");
            assert_eq!(problem.pointer, "/child".repeat(depth) + "/size");
        }
    };
    let small = std::thread::Builder::new().stack_size(1024 * 1024);
    small.spawn(explain).unwrap().join().unwrap();
}

#[test]
fn what_all_forms_refuse_is_told_only_where_that_comes_to_an_end() {
    let beyond = json!({"unevaluatedProperties": true});
    for (further, beside, depth, is_told) in [
        // More schemas inside each other than a walk goes to.
        (40, &json!({}), 18, false),
        // A keyword that a walk does not know.
        (0, &beyond, 18, false),
        (0, &beyond, 12, true),
    ] {
        let schema = Schema::compile(&list_of_forms(further, beside)).unwrap();
        let document = nested_forms(depth);
        assert_eq!(schema.explained_by_walk(&document), None);
        let problems = schema.problems(&document);
        let [problem] = problems.as_slice() else {
            panic!("{further}, {depth}: {problems:?}");
        };
        let place = "/child".repeat(depth) + "/size";
        assert_eq!(problem.pointer, if is_told { place } else { String::new() });
    }
}

/// A list of so many numbers.
fn numbers(count: usize) -> String {
    format!("[{}]", vec!["1"; count].join(","))
}

#[test]
fn a_form_that_takes_too_many_steps_is_not_taken_for_the_nearest() {
    // One form takes more steps than a walk has before it comes to what it refuses.
    let heavy = json!({"type": "number", "not": {"allOf": [{"minimum": 0}, {"minimum": 1}, {"type": "string"}]}});
    let schema = json!({"oneOf": [
        {"properties": {"a": {"items": heavy}, "kind": {"const": "x"}}},
        {"required": ["b", "c"], "properties": {"kind": {"const": "y"}}},
    ]});
    let schema = Schema::compile(&schema).unwrap();
    for count in [10, 900_000] {
        let text = format!(r#"{{"a":{},"kind":"z"}}"#, numbers(count));
        let document = Document::parse(text.as_bytes(), &Limits::FILE).unwrap();
        let problems = schema.problems(&document);
        let found: Vec<_> = problems.iter().map(|it| (it.id, &*it.pointer)).collect();
        let known = ("payload/value-not-allowed", "/kind");
        let lacking = ["/b", "/c"].map(|place| ("payload/required-missing", place));
        // Of a form that a walk does not come to the end of, nobody says that it is the nearest.
        let other = lacking.into_iter().chain([known]);
        let expected = if count == 10 {
            vec![known]
        } else {
            other.collect()
        };
        assert_eq!(found, expected, "{count}");
    }
}

#[test]
fn of_very_many_faults_the_first_are_told_and_that_there_are_more() {
    let schema =
        json!({"type": "object", "properties": {"a": {"anyOf": [{"items": {"type": "string"}}]}}});
    let schema = Schema::compile(&schema).unwrap();
    let told = |count| {
        let text = format!(r#"{{"a":{}}}"#, numbers(count));
        let document = Document::parse(text.as_bytes(), &Limits::FILE).unwrap();
        schema.problems(&document)
    };
    assert_eq!(told(49_000).len(), 49_000);
    let many = told(300_000);
    assert!((49_000..60_000).contains(&many.len()), "{}", many.len());
    assert_eq!(many[0].pointer, "");
    assert!(many[0].message.contains("only the first findings"));
    let last = format!("/a/{}", many.len() - 2);
    assert_eq!(many.last().unwrap().pointer, last);
    // A long name is in the place of each.
    let text = format!(r#"{{"a":[],"{}":{}}}"#, "n".repeat(100_000), numbers(9_000));
    let schema = json!({"additionalProperties": {"items": {"type": "string"}}});
    let schema = Schema::compile(&schema).unwrap();
    let document = Document::parse(text.as_bytes(), &Limits::FILE).unwrap();
    let problems = schema.problems(&document);
    assert!((100..1_000).contains(&problems.len()), "{}", problems.len());
}

#[test]
fn schemas_that_hold_themselves_twice_are_told_by_a_walk_alone_or_not_at_all() {
    let profile = |beside: Value| {
        let more = |base: &str, beside: &Value| {
            let mut all = json!({"allOf": [{"$ref": base}], "properties": {"a": {"$ref": "#/$defs/more"}, "v": {"type": "integer"}}});
            let beside = beside.as_object().into_iter().flatten();
            let all_words = all.as_object_mut().unwrap();
            all_words.extend(beside.map(|(name, word)| (name.clone(), word.clone())));
            all
        };
        json!({"$ref": "#/$defs/more", "$defs": {
            "base": {"properties": {"a": {"$ref": "#/$defs/more"}}},
            "more": more("#/$defs/base", &beside),
        }})
    };
    let nested = |depth: usize| {
        let text = format!(
            r#"{}{{"v":""}}{}"#,
            r#"{"a":"#.repeat(depth),
            "}".repeat(depth)
        );
        Document::parse(text.as_bytes(), &Limits::PAYLOAD).unwrap()
    };
    let beyond = json!({"unevaluatedProperties": true});
    let there = |depth| "/a".repeat(depth) + "/v";
    for (beside, depth, told) in [
        (json!({}), 8, vec![there(8)]),
        // It is found again and again, until there are too many.
        (json!({}), 30, vec![String::new(), there(30)]),
        (beyond.clone(), 8, vec![there(8)]),
        (beyond, 18, vec![String::new()]),
    ] {
        let schema = Schema::compile(&profile(beside)).unwrap();
        let problems = schema.problems(&nested(depth));
        let places: Vec<_> = problems.iter().map(|it| &*it.pointer).collect();
        assert_eq!(places, told, "{depth}");
    }
}

#[test]
fn forms_in_forms_for_one_value_are_told_no_deeper_than_fits_the_stack() {
    let explain = || {
        // Each lacks something at once, so that no walk goes on to the form inside; none is told from the other.
        let form = |next: usize, name: &str| {
            let child = json!({"$ref": format!("#/$defs/f{}", (next + 1) % 12)});
            let inside = json!({"properties": {"a": {"$ref": "#/$defs/f0"}}});
            let next = if next == 11 { inside } else { child };
            json!({"required": [name], "oneOf": [next, {"type": "string"}]})
        };
        let defs: serde_json::Map<_, _> = (0..12)
            .map(|at| {
                let forms = json!({"oneOf": [form(at, "y"), {"type": "number"}]});
                (format!("f{at}"), forms)
            })
            .collect();
        let schema = Schema::compile(&json!({"$ref": "#/$defs/f0", "$defs": defs})).unwrap();
        let depth = Limits::PAYLOAD.depth - 1;
        let text = format!("{}1{}", r#"{"a":"#.repeat(depth), "}".repeat(depth));
        let document = Document::parse(text.as_bytes(), &Limits::PAYLOAD).unwrap();
        schema.problems(&document)
    };
    let small = std::thread::Builder::new().stack_size(1024 * 1024);
    let problems = small.spawn(explain).unwrap().join().unwrap();
    assert!(problems.iter().any(|it| it.id == "payload/no-form-fits"));
}

#[test]
fn forms_that_are_asked_later_share_their_steps() {
    let heavy = json!({"type": "number", "not": {"allOf": [{"minimum": 0}, {"minimum": 1}, {"type": "string"}]}});
    let form = |word: &str, needs: Value| json!({"required": needs, "properties": {"a": {"items": heavy}, "kind": {"const": word}}});
    let forms = json!([form("x", json!([])), form("y", json!(["b", "c"]))]);
    let schema = Schema::compile(&json!({"items": {"oneOf": forms}})).unwrap();
    let item = format!(r#"{{"a":{},"kind":"z"}}"#, numbers(2_000));
    let text = format!("[{}]", vec![item; 400].join(","));
    let document = Document::parse(text.as_bytes(), &Limits::FILE).unwrap();
    let problems = schema.problems(&document);
    // The first take the steps that there are: of the last only that no form fits is known.
    let told = |problem: &wire::payload::Problem| (problem.id, problem.pointer.clone());
    let first = ("payload/value-not-allowed", "/0/kind".to_owned());
    assert_eq!(problems.first().map(told), Some(first));
    let last = ("payload/no-form-fits", "/399".to_owned());
    assert_eq!(problems.last().map(told), Some(last));
}
