//! Exchanges with the reference service, recorded and sent again: what is the same, what is not, what nobody can tell.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "replay_behaviour/configured.rs"]
mod configured;
#[path = "replay_behaviour/formats.rs"]
mod formats;
#[path = "support/gate.rs"]
mod gate;
#[path = "replay_behaviour/limits.rs"]
mod limits;
#[path = "support/promised.rs"]
mod promised;
#[path = "replay_behaviour/recording.rs"]
mod recording;
#[path = "contract_verify/shipped.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod shipped;
#[path = "replay_behaviour/stricter.rs"]
mod stricter;

use gate::Repository;
use recording::{CONSUMER, Case, body, changed, one, recoded, recorded, told};
use serde_json::{Value, json};

#[test]
fn what_the_reference_answered_it_answers_again_with_ids_of_its_own() {
    let case = Case::of(recorded());
    let result = case.json(&[]);
    assert_eq!(result["verdict"], "go", "{result:#}");
    assert_eq!(result["same"], recorded().len());
    assert_eq!(case.run(&[]).status.code(), Some(0));
    // Two runs give the same bytes, whatever ids they were given.
    let (one, other) = (
        case.run(&["--format", "json"]),
        case.run(&["--format", "json"]),
    );
    assert_eq!(one.stdout, other.stdout);
}

#[test]
fn a_job_of_the_record_is_asked_for_by_the_id_that_it_has_now() {
    let kickoff = one("$davinci-data-export", 202);
    let job = recorded()[kickoff]["response"]["headers"]["content-location"]
        .as_str()
        .unwrap();
    let (_, id) = job.rsplit_once('/').unwrap();
    let other = "0190a0b0-0000-7000-8000-00000000c0de";
    let renamed = |line: &Value| -> Value {
        serde_json::from_str(&line.to_string().replace(id, other)).unwrap()
    };
    let all: Vec<Value> = recorded().iter().map(renamed).collect();
    let result = Case::of(&all).json(&[]);
    assert_eq!(result["verdict"], "go", "{result:#}");
    // An id that no answer has made cannot be had again: neither green nor red.
    let polls: Vec<Value> = recorded()
        .iter()
        .enumerate()
        .map(|(index, line)| match index == kickoff {
            true => line.clone(),
            false => renamed(line),
        })
        .collect();
    let output = Case::of(&polls).run(&[]);
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("replay/not-reproducible") && text.contains("holds an id"),
        "{text}"
    );
    assert!(!text.contains(other), "{text}");
}

#[test]
fn each_change_of_a_recorded_answer_is_told_by_place_and_kind() {
    let found = one("$member-match", 200);
    let cases: [(&str, Vec<Value>, &[&str]); 7] = [
        (
            "status",
            changed(|all| all[found]["response"]["status"] = json!(201)),
            &["status status 201 200"],
        ),
        (
            "header",
            changed(|all| all[found]["response"]["headers"]["content-type"] = json!("text/plain")),
            &["header-changed content-type present another value"],
        ),
        (
            "code",
            recoded(),
            &["value-changed /issue/*/code code invalid code not-found"],
        ),
        (
            "member",
            changed(|all| body(&mut all[found], |it| it["meta"] = json!({"source": "x"}))),
            &["member-missing /meta object absent"],
        ),
        (
            "foreign",
            changed(|all| body(&mut all[found], |it| it["canary-name"] = json!(1))),
            &["member-missing /{key#1} number absent"],
        ),
        (
            "type",
            changed(|all| body(&mut all[found], |it| it["resourceType"] = json!(1))),
            &["type-changed /resourceType number text"],
        ),
        (
            "volatile",
            changed(|all| {
                body(&mut all[found], |it| {
                    if let Some(id) = it.get_mut("id") {
                        *id = json!("another");
                    }
                })
            }),
            &[],
        ),
    ];
    for (name, lines, expected) in cases {
        let case = Case::of(&lines);
        let result = case.json(&[]);
        assert_eq!(told(&result), expected, "{name}: {result:#}");
        assert_eq!(
            result["verdict"],
            if expected.is_empty() { "go" } else { "no-go" },
            "{name}"
        );
        assert_eq!(result["changed"], u64::from(!expected.is_empty()), "{name}");
    }
}

#[test]
fn a_red_names_its_witness_and_how_to_see_it_alone() {
    let found = one("$member-match", 200);
    let case = Case::of(&changed(|all| {
        all[found]["response"]["status"] = json!(201)
    }));
    let result = case.json(&[]);
    let cluster = &result["clusters"][0];
    assert_eq!(cluster["cause"]["partner"], CONSUMER);
    assert_eq!(cluster["cause"]["operation"], "POST /Patient/$member-match");
    assert_eq!(cluster["smallest"]["place"]["line"], found + 1);
    assert_eq!(cluster["recorded"]["first"], "2026-11-01T00:00:00Z");
    let answers = &cluster["smallest"]["recorded"];
    assert_eq!(
        (&answers["was"], &answers["now"]),
        (&json!(201), &json!(200))
    );
    let digest = |value: &Value| value.as_str().unwrap().starts_with("sha256:");
    assert!(digest(&cluster["smallest"]["digest"]) && digest(&answers["given"]));
    let number = (found + 1).to_string();
    let text = String::from_utf8(case.run(&[]).stdout).unwrap();
    assert!(text.contains(&format!("--only {number}")), "{text}");
    let alone = case.json(&["--only", &number]);
    assert_eq!(
        (&alone["exchanges"], &alone["changed"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(alone["clusters"], result["clusters"]);
    // The choice of one that is the same says nothing of the others.
    let other = if found == 0 { "2" } else { "1" };
    assert_eq!(case.run(&["--only", other]).status.code(), Some(3));
    assert_eq!(case.run(&["--only", "99"]).status.code(), Some(2));
}

#[test]
fn a_result_meets_the_schema_that_is_published_for_it() {
    let found = one("$member-match", 200);
    let red = Case::of(&changed(|all| {
        all[found]["response"]["status"] = json!(201)
    }));
    let unknown = Case::of(&changed(|all| {
        all[found]["request"]["method"] = json!("BREW");
    }));
    for (case, verdict) in [(&red, "no-go"), (&unknown, "undecided")] {
        let result = case.json(&["--consumer", CONSUMER, "--timeout", "9s"]);
        assert_eq!(result["verdict"], verdict, "{result:#}");
        let broken = promised::broken("replay-exchanges", &result);
        assert_eq!(broken, Vec::<String>::new(), "{result:#}");
    }
}

#[test]
fn another_order_of_a_list_counts_unless_it_is_said_not_to() {
    let done = recorded().iter().position(|line| {
        let text = line["response"]["body"].as_str().unwrap();
        let body: Value = serde_json::from_str(text).unwrap_or_default();
        body["output"].as_array().is_some_and(|list| list.len() > 1)
    });
    let done = done.expect("a manifest with two files");
    let case = Case::of(&changed(|all| {
        body(&mut all[done], |it| {
            it["output"].as_array_mut().unwrap().reverse()
        });
    }));
    assert_eq!(told(&case.json(&[])), ["order-changed /output list list"]);
    let alone = Repository::bare();
    let case = case.at(alone.path());
    let config = case.with_config("unordered = ['/output']");
    assert_eq!(case.json(&["--config", &config])["verdict"], "go");
}

#[test]
fn the_repository_says_what_is_volatile_unordered_and_within_the_budget() {
    let refused = one("$member-match", 422);
    let lines = changed(|all| {
        body(&mut all[refused], |it| {
            it["issue"][0]["code"] = json!("invalid");
            it["canary"] = json!([1, 2]);
        })
    });
    let alone = Repository::bare();
    let case = Case::of(&lines).at(alone.path());
    let code = |replay: &str| {
        case.run(&["--config", &case.with_config(replay)])
            .status
            .code()
    };
    assert_eq!(code("volatile = []"), Some(1));
    assert_eq!(
        code("volatile = ['/issue/*/code']"),
        Some(1),
        "another difference is left"
    );
    assert_eq!(code("budget = { behaviour-changed = 1 }"), Some(0));
    assert_eq!(code("volatile = ['']"), Some(2));
    assert_eq!(code("unordered = ['no pointer']"), Some(2));
}
