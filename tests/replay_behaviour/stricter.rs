//! A change that loosens `[replay]`: the stricter of both sides counts, and the result says so.

use crate::gate::{Repository, scenario};
use crate::promised;
use crate::recording::{Case, SHIPPED, recoded, recorded};
use serde_json::{Value, json};

pub const SOFTER: &str = "budget = { newly-rejected = 7, behaviour-changed = 9 }\n\
                      volatile = ['/issue/*/code', 'cache-control']\nunordered = ['/output']";

/// The shipped repository, in which `[replay]` is loosened and not committed.
fn loosened() -> Repository {
    let repository = Repository::shipped();
    let config = repository.read("matchmark.toml");
    repository.write("matchmark.toml", config.replace(SHIPPED, SOFTER));
    repository
}

pub fn keys(asked: &Value) -> Vec<&str> {
    let loosened = asked["loosened"].as_array().unwrap();
    loosened
        .iter()
        .map(|one| one["key"].as_str().unwrap())
        .collect()
}

#[test]
fn a_change_cannot_loosen_what_its_answers_are_judged_by() {
    let repository = loosened();
    let case = Case::of(&recoded()).at(repository.path());
    let result = case.json(&[]);
    let asked = &result["asked"];
    assert_eq!(result["verdict"], "no-go", "{result:#}");
    assert_eq!(
        (&asked["budget"], &result["changed"]),
        (&json!(0), &json!(1))
    );
    let expected = [
        "budget.behaviour-changed",
        "volatile",
        "volatile",
        "unordered",
    ];
    assert_eq!(keys(asked), expected);
    let broken = promised::broken("replay-exchanges", &result);
    assert_eq!(broken, Vec::<String>::new());
    for format in ["text", "markdown"] {
        let output = case.run(&["--format", format]);
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(
            said.contains("is 9 here and 0 before this change: 0 counts"),
            "{said}"
        );
        assert!(
            said.contains("land the key in a change of its own"),
            "{said}"
        );
    }
    // A head that is its own base proves nothing of what it says of itself.
    scenario::commit(&repository.path(), "Loosen the replay").unwrap();
    let itself = case.json(&[]);
    assert_eq!(itself["verdict"], "undecided", "{itself:#}");
    let doubt = &itself["asked"]["doubts"][0];
    assert_eq!(doubt["rule"], "gate/base-is-head");
    let unproved = json!(["budget.behaviour-changed", "volatile", "unordered"]);
    assert_eq!(doubt["unproved"], unproved);
    let broken = promised::broken("replay-exchanges", &itself);
    assert_eq!(broken, Vec::<String>::new());
    // Nor does a file beside what is committed prove anything.
    repository.write("payloads/note.txt", "fetched");
    let beside = case.json(&[]);
    assert_eq!(beside["asked"]["doubts"], itself["asked"]["doubts"]);
    for format in ["text", "markdown"] {
        let said = String::from_utf8(case.run(&["--format", format]).stdout).unwrap();
        assert!(!said.contains("no looser"), "{said}");
        assert!(
            said.contains("The base is the commit of the head itself"),
            "{said}"
        );
    }
    // Nor does a base that the change picks.
    let config = repository.read("matchmark.toml");
    let (_, from) = config.split_once("[gate]").unwrap();
    let line = from.lines().find(|it| it.starts_with("base")).unwrap();
    let picked = config.replace(line, "base = 'HEAD'");
    repository.write("matchmark.toml", picked);
    let picked = case.json(&[]);
    assert_eq!(picked["verdict"], "undecided", "{picked:#}");
    assert_eq!(picked["asked"]["doubts"][0]["rule"], "gate/base-chosen");
    repository.write("matchmark.toml", config);
    // Once it has landed it counts, unless an older base is asked for.
    scenario::commit(&repository.path(), "Change something else").unwrap();
    let landed = case.json(&["--base", "HEAD~1"]);
    assert_eq!(landed["verdict"], "go", "{landed:#}");
    assert!(landed["asked"].get("loosened").is_none());
    let older = case.json(&["--base", "HEAD~2"]);
    assert_eq!(older["verdict"], "no-go");
    assert_eq!(older["asked"]["base"], asked["base"]);
    assert_eq!(case.run(&["--base", "no-such"]).status.code(), Some(2));
}

#[test]
fn a_base_that_is_no_branch_proves_nothing_however_long_it_is_named() {
    let repository = Repository::shipped();
    let case = Case::of(&recoded()).at(repository.path());
    let config = repository.read("matchmark.toml");
    let softer = config.replace("behaviour-changed = 0", "behaviour-changed = 5");
    let (_, from) = softer.split_once("[gate]").unwrap();
    let line = from.lines().find(|it| it.starts_with("base")).unwrap();
    let picked = softer.replace(line, "base = 'HEAD~1'");
    repository.write("matchmark.toml", picked);
    scenario::commit(&repository.path(), "Pick a base and a budget").unwrap();
    scenario::commit(&repository.path(), "Spend it").unwrap();
    let spent = case.json(&[]);
    assert_eq!(spent["verdict"], "undecided", "{spent:#}");
    assert_eq!(spent["asked"]["doubts"][0]["rule"], "gate/base-chosen");
    let named = case.json(&["--base", "HEAD~1"]);
    assert_eq!(named["verdict"], "go", "{named:#}");
}

#[test]
fn a_place_that_the_head_passes_over_more_narrowly_is_passed_over_only_there() {
    let repository = Repository::shipped();
    let config = repository.read("matchmark.toml");
    let volatile = |text: &str| {
        let softer = format!("volatile = ['{text}']");
        repository.write("matchmark.toml", config.replace(SHIPPED, &softer));
    };
    volatile("/issue");
    scenario::commit(&repository.path(), "Pass over every issue").unwrap();
    let case = Case::of(&recoded()).at(repository.path());
    assert_eq!(case.run(&[]).status.code(), Some(3), "it is its own base");
    volatile("/issue/*/code");
    assert_eq!(case.run(&[]).status.code(), Some(0));
    volatile("/issue/*/severity");
    assert_eq!(case.run(&[]).status.code(), Some(1));
}

#[test]
fn a_changed_tree_is_held_to_its_own_commit_and_a_clean_one_proves_nothing() {
    let repository = loosened();
    let case = Case::of(recorded()).at(repository.path());
    let asked = |arguments: &[&str]| {
        let output = repository.run(&[&["replay", "--format", "json"], arguments].concat());
        let payloads: Value = serde_json::from_slice(&output.stdout).unwrap();
        let answers = case.json(arguments);
        [payloads["asked"].clone(), answers["asked"].clone()]
    };
    for arguments in [&[][..], &["--base", "HEAD"]] {
        for asked in asked(arguments) {
            assert!(asked.get("doubts").is_none(), "{asked:#}");
            assert_eq!(asked["budget"], 0);
            assert!(!keys(&asked).is_empty());
        }
    }
    scenario::commit(&repository.path(), "Loosen the replay").unwrap();
    for arguments in [&[][..], &["--base", "HEAD"]] {
        for asked in asked(arguments) {
            assert_eq!(asked["doubts"][0]["rule"], "gate/base-is-head", "{asked:#}");
            assert!(asked.get("loosened").is_none(), "{asked:#}");
        }
    }
    // Git may be told to look away from a file: what it says is what counts.
    repository.edit("matchmark.toml", "newly-rejected = 7", "newly-rejected = 8");
    let hidden = std::process::Command::new("git")
        .args(["update-index", "--assume-unchanged", "matchmark.toml"])
        .current_dir(repository.path())
        .status();
    assert!(hidden.unwrap().success());
    let [payloads, _] = asked(&[]);
    assert!(payloads.get("doubts").is_none(), "{payloads:#}");
    assert_eq!(payloads["budget"], 7);
}

#[test]
fn payloads_and_the_gate_tell_a_loosened_budget_too() {
    let repository = loosened();
    let output = repository.run(&["replay", "--format", "json"]);
    let replayed: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(keys(&replayed["asked"]), ["budget.newly-rejected"]);
    assert_eq!(replayed["asked"]["budget"], 0);
    let broken = promised::broken("replay", &replayed);
    assert_eq!(broken, Vec::<String>::new());
    let (report, _) = repository.check(&["--only", "replay", "--base", "HEAD"]);
    let said = report["not_proved"].to_string();
    for told in ["`budget.newly-rejected`", "`unordered`", "land the key"] {
        assert!(said.contains(told), "{told} {said}");
    }
    let sound = Repository::shipped();
    let (report, _) = sound.check(&["--only", "replay", "--base", "HEAD"]);
    assert!(!report["not_proved"].to_string().contains("land the key"));
}

#[test]
fn a_history_that_a_change_narrows_is_told_and_not_green() {
    let repository = Repository::shipped();
    let config = repository.read("matchmark.toml");
    let narrower = config.replace("payloads/**/*.ndjson", "payloads/northwind/*.ndjson");
    assert_ne!(narrower, config);
    repository.write("matchmark.toml", narrower);
    let run = |rest: &[&str]| -> Value {
        let output = repository.run(&[&["replay", "--format", "json"], rest].concat());
        serde_json::from_slice(&output.stdout).unwrap()
    };
    let replayed = run(&[]);
    assert_eq!(keys(&replayed["asked"]), ["history"]);
    assert_eq!(replayed["verdict"], "undecided");
    let named = run(&["--history", "payloads/**/*.ndjson"]);
    assert_eq!(named["verdict"], "go");
    assert!(named["asked"].get("loosened").is_none());
}

#[test]
fn a_base_that_cannot_be_read_is_told() {
    let repository = Repository::shipped();
    let config = repository.read("matchmark.toml");
    repository.write("matchmark.toml", "replay = 7");
    scenario::commit(&repository.path(), "Break the configuration").unwrap();
    repository.write("matchmark.toml", config);
    let case = Case::of(recorded()).at(repository.path());
    let asked = &case.json(&[])["asked"];
    let why = asked["doubts"][0]["message"].as_str().unwrap();
    assert!(
        why.contains("`matchmark.toml` of the base cannot be read"),
        "{why}"
    );
}
