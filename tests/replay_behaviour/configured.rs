//! `--config FILE`: `[replay]` is held to that file of the base, and to no other.

use crate::gate::{Repository, scenario};
use crate::recording::{Case, SHIPPED, recoded};
use crate::stricter::{SOFTER, keys};
use serde_json::{Value, json};

const FILE: &str = "ci/replay.toml";

/// The shipped repository with a file that may be named in place of its `matchmark.toml`; both are committed.
fn repository(root: &str, named: &str) -> Repository {
    let repository = Repository::shipped();
    write(&repository, "matchmark.toml", root);
    write(&repository, FILE, named);
    scenario::commit(&repository.path(), "Configure the replay").unwrap();
    repository
}

fn write(repository: &Repository, path: &str, replay: &str) {
    let shipped = std::fs::read_to_string(crate::gate::root().join("matchmark.toml")).unwrap();
    assert!(shipped.contains(SHIPPED));
    repository.write(path, shipped.replace(SHIPPED, replay));
}

/// Exchanges of which one is answered with another code.
fn case(repository: &Repository) -> Case {
    Case::of(&recoded()).at(repository.path())
}

fn payloads(repository: &Repository, config: &str) -> Value {
    let output = repository.run(&["replay", "--format", "json", "--config", config]);
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_named_configuration_is_held_to_the_same_file_of_the_base() {
    let repository = repository(SOFTER, SHIPPED);
    write(&repository, FILE, SOFTER);
    let case = case(&repository);
    let result = case.json(&["--config", FILE]);
    assert_eq!(result["verdict"], "no-go", "{result:#}");
    let expected = [
        "budget.behaviour-changed",
        "volatile",
        "volatile",
        "unordered",
    ];
    assert_eq!(keys(&result["asked"]), expected);
    assert!(result["asked"].get("doubts").is_none(), "{result:#}");
    let replayed = payloads(&repository, FILE);
    assert_eq!(keys(&replayed["asked"]), ["budget.newly-rejected"]);
    assert_eq!(replayed["asked"]["budget"], 0);
    // What stands in it counts once it has landed there, whatever the file of the root says.
    write(&repository, "matchmark.toml", SHIPPED);
    scenario::commit(&repository.path(), "Soften the named file").unwrap();
    scenario::commit(&repository.path(), "Change something else").unwrap();
    let landed = case.json(&["--config", FILE, "--base", "HEAD~1"]);
    assert_eq!(landed["verdict"], "go", "{landed:#}");
    assert!(landed["asked"].get("loosened").is_none());
}

#[test]
fn a_named_configuration_that_the_base_does_not_have_leaves_its_keys_open() {
    let repository = repository(SOFTER, SHIPPED);
    let case = case(&repository);
    write(&repository, "new.toml", SOFTER);
    write(&repository, "../beside.toml", SOFTER);
    for file in ["new.toml", "../beside.toml"] {
        let result = case.json(&["--config", file]);
        assert_eq!(result["verdict"], "undecided", "{result:#}");
        let doubt = &result["asked"]["doubts"][0];
        let why = doubt["message"].as_str().unwrap();
        assert!(why.contains(file) && why.contains("--config"), "{why}");
        let unproved = json!(["budget.behaviour-changed", "volatile", "unordered"]);
        assert_eq!(doubt["unproved"], unproved);
        assert!(result["asked"].get("loosened").is_none());
        let replayed = payloads(&repository, file);
        let doubt = &replayed["asked"]["doubts"][0];
        assert_eq!(doubt["unproved"], json!(["budget.newly-rejected"]));
    }
    // What is as strict as can be needs no base to show it: the difference is red.
    write(&repository, "new.toml", SHIPPED);
    let strict = case.json(&["--config", "new.toml"]);
    assert_eq!(strict["verdict"], "no-go", "{strict:#}");
}

#[test]
fn a_named_configuration_that_the_base_cannot_read_counts_as_the_defaults() {
    let repository = repository(SOFTER, SHIPPED);
    repository.write(FILE, "replay = 7");
    scenario::commit(&repository.path(), "Break the named file").unwrap();
    write(&repository, FILE, SOFTER);
    let result = case(&repository).json(&["--config", FILE]);
    assert_eq!(result["verdict"], "no-go", "{result:#}");
    let why = result["asked"]["doubts"][0]["message"].as_str().unwrap();
    let expected = format!("`{FILE}` of the base cannot be read");
    assert!(why.contains(&expected), "{why}");
}
