//! `compat --batch` as a caller meets it: real processes, answered line by line, whatever a line does to them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout
)]

#[path = "batch/caller.rs"]
mod caller;
#[path = "batch/children.rs"]
mod children;
#[path = "batch/fuzz.rs"]
mod fuzz;

use caller::{Caller, answers, question, run};
use serde_json::{Value, json};

/// A question whose work takes longer than the smallest budget, whatever the machine.
fn heavy(n: u64) -> String {
    let members = |least: usize| -> Value {
        let named = (0..20_000).map(|i| {
            (
                format!("m{i}"),
                json!({"type": "string", "minLength": least}),
            )
        });
        Value::Object(named.collect())
    };
    let (old, new) = (members(1), members(2));
    question(n, &json!({"properties": old}), &json!({"properties": new}))
}

fn light(n: u64) -> String {
    question(
        n,
        &json!({"type": "string"}),
        &json!({"type": ["string", "null"]}),
    )
}

fn why(answer: &Value) -> &str {
    answer["why"].as_str().unwrap()
}

#[test]
fn every_line_that_is_not_blank_is_answered_once_and_in_order() {
    let input = [
        "\u{feff}{\"n\":1,\"old\":{},\"new\":{},\"draft\":\"7\"}\r\n",
        "\n  \t\r\n",
        "no question\n",
        "{\"n\":2,\"old\":{},\"draft\":\"7\"}\n",
        "{\"n\":3,\"old\":{},\"new\":{},\"draft\":\"5\"}\n",
        "\u{feff}{\"n\":4}\n",
        "{\"n\":5,\"old\":{\"maxLength\":null},\"new\":{},\"draft\":\"7\"}\n",
        "{\"n\":null,\"old\":{},\"new\":{\"type\":\"null\"},\"draft_old\":\"4\",\"draft_new\":\"2020-12\"}",
    ];
    let bytes = input.concat().into_bytes();
    let (output, code) = run(&[], &bytes);
    let said: Vec<(Value, String)> = answers(&output)
        .iter()
        .map(|answer| (answer["n"].clone(), why(answer).to_owned()))
        .collect();
    let wanted = [
        (json!(1), "proof/identical"),
        (Value::Null, "input/malformed"),
        (json!(2), "input/malformed"),
        (json!(3), "dialect"),
        (Value::Null, "input/malformed"),
        (json!(5), "input/schema-invalid at /maxLength"),
        (Value::Null, "compat/type-narrowed at /type"),
    ];
    let wanted: Vec<(Value, String)> = wanted.map(|(n, why)| (n, why.to_owned())).to_vec();
    assert_eq!(said, wanted);
    assert_eq!(code, Some(2), "a line was no question");
}

#[test]
fn text_that_is_not_utf_8_is_answered_too() {
    let (output, code) = run(
        &[],
        b"{\"n\":\"\xff\"}\n{\"n\":2,\"old\":{},\"new\":{},\"draft\":\"7\"}",
    );
    let whys: Vec<String> = answers(&output).iter().map(|a| why(a).to_owned()).collect();
    assert_eq!(whys, ["input/malformed", "proof/identical"]);
    assert_eq!(code, Some(2));
}

#[test]
fn a_line_over_sixteen_mebibytes_is_refused_and_the_next_one_answered() {
    let long = format!(
        "{{\"n\":1,\"pad\":\"{}\"}}\n{}\n",
        "x".repeat(16 << 20),
        light(2)
    );
    let (output, code) = run(&[], long.as_bytes());
    let whys: Vec<String> = answers(&output).iter().map(|a| why(a).to_owned()).collect();
    assert_eq!(whys, ["input/size", "proof/canonical"]);
    assert_eq!(code, Some(2));
}

#[test]
fn a_witness_stands_on_every_break_and_nowhere_else() {
    let lines = [
        light(1),
        question(2, &json!({}), &json!({"not": {"const": null}})),
        question(
            3,
            &json!({"pattern": "^(a|b)\\1$"}),
            &json!({"maxLength": 2}),
        ),
    ];
    let (output, code) = run(&[], lines.join("\n").as_bytes());
    let answers = answers(&output);
    assert_eq!(answers[1]["verdict"], "breaking");
    assert_eq!(answers[1].get("witness"), Some(&Value::Null));
    for answer in [&answers[0], &answers[2]] {
        assert_eq!(answer.get("witness"), None, "{answer}");
    }
    assert_eq!(code, Some(0), "unknown is an answer");
}

#[test]
fn formats_are_asserted_where_that_is_asked_for() {
    let line = question(
        1,
        &json!({"type": "string"}),
        &json!({"type": "string", "format": "date"}),
    );
    let verdict = |flags: &[&str]| answers(&run(flags, line.as_bytes()).0)[0]["verdict"].clone();
    assert_eq!(verdict(&[]), "compatible");
    assert_ne!(verdict(&["--format", "assertion"]), "compatible");
}

#[test]
fn jobs_change_neither_order_nor_verdicts() {
    let lines: Vec<String> = (0..150)
        .map(|n| {
            let least = n % 7;
            let old = json!({"type": "array", "items": {"type": "string"}, "minItems": least});
            question(
                n,
                &old,
                &json!({"type": "array", "minItems": 3, "maxItems": 40}),
            )
        })
        .collect();
    let input = lines.join("\n");
    let bare = |flags: &[&str]| {
        let (output, code) = run(flags, input.as_bytes());
        assert_eq!(code, Some(0));
        let mut answers = answers(&output);
        for answer in &mut answers {
            answer.as_object_mut().unwrap().remove("us").unwrap();
        }
        answers
    };
    let one = bare(&["--jobs", "1"]);
    assert_eq!(one.len(), lines.len());
    assert_eq!(one, bare(&["--jobs", "4"]));
}

#[test]
fn a_caller_may_wait_for_each_answer() {
    for jobs in ["1", "3"] {
        let mut caller = Caller::start(&["--jobs", jobs]);
        for n in 0..5 {
            caller.send(&light(n));
            assert_eq!(caller.answer()["n"], n);
        }
        assert_eq!(caller.finish(), Some(0));
    }
}

#[test]
fn work_past_the_budget_ends_as_time_and_the_next_line_is_answered() {
    let mut caller = Caller::start(&["--budget-ms", "1"]);
    caller.send(&heavy(1));
    let answer = caller.answer();
    assert_eq!((&answer["n"], why(&answer)), (&json!(1), "time"));
    caller.send(&heavy(2));
    assert_eq!(why(&caller.answer()), "time");
    assert_eq!(caller.finish(), Some(0));
}

#[test]
fn a_child_that_hangs_costs_one_line_and_its_budget() {
    let mut caller = Caller::start(&["--budget-ms", "300"]);
    caller.send(&light(1));
    caller.answer();
    let child = children::only(caller.id());
    children::signal(child, "STOP");
    caller.send(&light(2));
    caller.send(&light(3));
    let answer = caller.answer();
    assert_eq!((&answer["n"], why(&answer)), (&json!(2), "time"));
    assert!(answer["us"].as_u64().unwrap() >= 500_000, "{answer}");
    let answer = caller.answer();
    assert_eq!((&answer["n"], why(&answer)), (&json!(3), "proof/canonical"));
    assert_ne!(children::only(caller.id()), child);
    assert_eq!(caller.finish(), Some(0));
}

#[test]
fn a_child_that_is_killed_at_work_costs_one_line() {
    let mut caller = Caller::start(&["--budget-ms", "60000"]);
    caller.send(&light(1));
    caller.answer();
    let child = children::only(caller.id());
    // Stopped first, so that the line is certainly in its hands when it dies.
    children::signal(child, "STOP");
    let before = children::written(caller.id());
    caller.send(&light(2));
    let all = light(2).len() as u64;
    children::until("the line is handed over", || {
        children::written(caller.id()) >= before + all
    });
    children::signal(child, "KILL");
    caller.send(&light(3));
    let answer = caller.answer();
    assert_eq!((&answer["n"], why(&answer)), (&json!(2), "worker-died"));
    assert_eq!(why(&caller.answer()), "proof/canonical");
    assert_eq!(caller.finish(), Some(0));
}

#[test]
fn a_child_that_dies_between_two_lines_costs_none() {
    let mut caller = Caller::start(&[]);
    for n in 0..3 {
        caller.send(&light(n));
        assert_eq!(why(&caller.answer()), "proof/canonical");
        let child = children::only(caller.id());
        children::signal(child, "KILL");
        children::await_end(child);
    }
    assert_eq!(caller.finish(), Some(0));
}

#[test]
fn a_reader_that_goes_away_ends_it_without_a_word() {
    let mut caller = Caller::start(&["--jobs", "2"]);
    caller.send(&light(0));
    caller.answer();
    let children = children::of(caller.id());
    let (code, said) = caller.leave(&light(1));
    assert!(code.is_some(), "it ended by itself");
    assert_eq!(said, "");
    for child in children {
        children::await_end(child);
    }
}
