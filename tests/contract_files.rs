//! `contract show`, `import` and `export` as somebody types them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The program in `root`, deaf to the caller's environment.
fn run(root: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_matchmark"))
        .args(arguments)
        .current_dir(root)
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

const STATES: &str = "[[state]]\npattern = 'a member (?<ref>\\w+) exists'\nstate = \"member\"\n\
                      params = { ref = \"${ref}\", matches = 1 }\n";

/// A folder with a map of states and a plain file beside it.
fn folder(state: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let contracts = folder.path().join("contracts/northwind");
    fs::create_dir_all(&contracts).unwrap();
    fs::write(contracts.join("states.toml"), STATES).unwrap();
    let file = json!({
        "consumer": { "name": "Northwind App" },
        "provider": { "name": "payer-exchange" },
        "interactions": [{
            "description": "a member",
            "providerState": state,
            "request": { "path": "/members/1" },
            "response": { "status": 200 },
        }],
        "metadata": { "pactSpecification": { "version": "2.0.0" } },
    });
    fs::write(folder.path().join("app.json"), format!("{file:#}")).unwrap();
    folder
}

#[test]
fn every_contract_is_shown_with_its_digest_and_its_interactions() {
    let all = run(repository(), &["contract", "show", "--format", "json"]);
    assert_eq!(all.status.code(), Some(0));
    let list: Value = serde_json::from_slice(&all.stdout).unwrap();
    let contracts = list["contracts"].as_array().unwrap();
    let northwind = contracts
        .iter()
        .find(|card| card["path"] == "contracts/northwind/member-match.json")
        .unwrap();
    assert_eq!(northwind["edition"], "4");
    assert_eq!(northwind["owner"], "northwind-intake");
    let first = &northwind["interactions"][0];
    assert_eq!(
        (&first["key"], &first["kind"]),
        (&json!("nw-one-match"), &json!("http"))
    );
    assert_eq!(first["request"], "hrex-member-match-request ^1");

    let one = run(
        repository(),
        &["contract", "show", "contracts/northwind/member-match.json"],
    );
    let text = stdout(&one);
    assert!(
        text.contains(northwind["digest"].as_str().unwrap()),
        "{text}"
    );
    assert!(text.contains("nw-one-match"), "{text}");
    let same = run(
        repository(),
        &["contract", "show", "--all", "--format", "json"],
    );
    assert_eq!(same.stdout, all.stdout);
}

#[test]
fn a_file_that_is_no_contract_is_an_error_and_the_others_are_shown() {
    let folder = folder("");
    fs::write(folder.path().join("broken.json"), "{\"a\": 1, \"a\": 2}").unwrap();
    let good = repository().join("contracts/northwind/member-match.json");
    let arguments = ["contract", "show", "broken.json", good.to_str().unwrap()];
    let output = run(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(2));
    let text = stdout(&output);
    assert!(text.contains("broken.json:1:10"), "{text}");
    assert!(
        text.contains("contract/duplicate-key") && text.contains("nw-one-match"),
        "{text}"
    );
    let missing = run(folder.path(), &["contract", "show", "nothing.json"]);
    assert_eq!(missing.status.code(), Some(2));
    let none = run(folder.path(), &["contract", "show"]);
    assert_eq!(none.status.code(), Some(4), "{}", stdout(&none));
}

#[test]
fn a_plain_file_is_imported_into_its_place_and_never_over_another() {
    let folder = folder("a member m1 exists");
    let root = folder.path();
    let unnamed = run(root, &["contract", "import", "app.json"]);
    assert_eq!(unnamed.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unnamed.stderr).contains("--as"));

    let import = [
        "contract",
        "import",
        "app.json",
        "--as",
        "northwind",
        "--owner",
        "northwind-intake",
    ];
    let output = run(root, &import);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let written = fs::read_to_string(root.join("contracts/northwind/app.json")).unwrap();
    let file: Value = serde_json::from_str(&written).unwrap();
    assert_eq!(file["metadata"]["matchmark"]["states"]["member"], "^1");
    assert_eq!(
        file["interactions"][0]["providerStates"][0]["params"]["ref"],
        "m1"
    );

    assert_eq!(run(root, &import).status.code(), Some(0));
    fs::write(root.join("contracts/northwind/app.json"), "{}").unwrap();
    let refused = run(root, &import);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(
        fs::read_to_string(root.join("contracts/northwind/app.json")).unwrap(),
        "{}"
    );
    let replace = [&import[..], &["--out", "contracts/northwind/app.json"]].concat();
    assert_eq!(run(root, &replace).status.code(), Some(0));
    assert_eq!(
        fs::read_to_string(root.join("contracts/northwind/app.json")).unwrap(),
        written
    );
}

#[test]
fn an_unmapped_state_is_told_with_its_line_and_fails_until_it_is_mapped() {
    let folder = folder("the moon is full");
    let root = folder.path();
    let json = [
        "contract",
        "import",
        "app.json",
        "--as",
        "northwind",
        "--format",
        "json",
    ];
    let output = run(root, &json);
    assert_eq!(output.status.code(), Some(2));
    let brought: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(brought["unmapped"], 1);
    let findings = brought["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(findings[0]["rule"], "contract/state-unknown");
    assert_eq!(findings[0]["location"]["file"], "app.json");
    assert_eq!(findings[0]["location"]["line"], 11);

    let text = fs::read_to_string(root.join("contracts/northwind/states.toml")).unwrap();
    let more = "[[state]]\npattern = 'the moon is full'\nstate = \"outage\"\n\
                params = { dependency = \"directory\", kind = \"timeout\" }\n";
    fs::write(root.join("moon.toml"), format!("{text}{more}")).unwrap();
    let mapped = [&json[..], &["--states", "moon.toml", "--out", "new.json"]].concat();
    let output = run(root, &mapped);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}

#[test]
fn what_goes_out_comes_in_again_byte_for_byte() {
    let folder = folder("");
    let root = folder.path();
    let contract = repository().join("contracts/contoso/member-match.json");
    let contract = contract.to_str().unwrap();
    let export = [
        "contract",
        "export",
        "--plain",
        contract,
        "--out",
        "plain.json",
    ];
    assert_eq!(run(root, &export).status.code(), Some(0));
    let plain = fs::read(root.join("plain.json")).unwrap();
    assert_eq!(run(root, &export[..4]).stdout, plain);
    assert!(!String::from_utf8_lossy(&plain).contains("matchmark\""));
    let import = run(root, &["contract", "import", "plain.json", "--out", "-"]);
    assert_eq!(import.status.code(), Some(0));
    assert_eq!(import.stdout, plain);
}

#[test]
fn a_map_of_states_that_cannot_be_read_is_told_by_import_and_by_check() {
    let folder = folder("a member m1 exists");
    let root = folder.path();
    fs::write(root.join("contracts/northwind/states.toml"), "[[states]]\n").unwrap();
    let import = run(
        root,
        &["contract", "import", "app.json", "--as", "northwind"],
    );
    assert_eq!(import.status.code(), Some(2));
    assert!(stdout(&import).contains("catalogue/state-map-unreadable"));
    assert!(!root.join("contracts/northwind/app.json").exists());
    let check = run(root, &["check", "--only", "catalogue"]);
    assert_eq!(check.status.code(), Some(2));
    assert!(stdout(&check).contains("catalogue/state-map-unreadable"));
}
