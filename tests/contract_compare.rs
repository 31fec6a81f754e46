//! Contracts against OpenAPI documents: every code fires and stays quiet, and no document brings it down.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "compare/limit.rs"]
mod limit;
#[path = "compare/mutant.rs"]
mod mutant;

use matchmark::contract::compare::{Code, Comparison, Paper, Weight, compare};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Interaction and code.
type Said = BTreeSet<(String, String)>;

fn json_of(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let items = fs::read_dir(path).unwrap().map(|item| item.unwrap().path());
    let mut folders: Vec<_> = items.filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn own() -> Vec<PathBuf> {
    folders(&Path::new(ROOT).join("tests/compare"))
}

/// What is said of the interactions of a comparison with this weight.
fn said(comparison: &Comparison, weight: Weight) -> Said {
    let found = comparison.found.iter();
    found
        .filter(|found| found.code.weight == weight)
        .map(|found| (found.interaction.clone(), found.code.word.to_owned()))
        .collect()
}

#[test]
fn each_case_of_ours_is_told_what_its_file_expects() {
    for folder in own() {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let openapi = json_of(&folder.join("openapi.json"));
        let expected = json_of(&folder.join("expected.json"));
        let comparison = compare(&openapi, &json_of(&folder.join("pact.json"))).unwrap();
        let text = |value: &Value, key: &str| value[key].as_str().unwrap().to_owned();
        let wanted: BTreeSet<_> = expected["results"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                (
                    text(one, "interaction"),
                    text(one, "code"),
                    text(one, "pointer"),
                )
            })
            .collect();
        let found = comparison.found.iter();
        let found: BTreeSet<_> = found
            .map(|one| {
                (
                    one.interaction.clone(),
                    one.code.word.to_owned(),
                    one.pointer.clone(),
                )
            })
            .collect();
        assert_eq!(found, wanted, "{name}");
        let open = comparison.open.len() as u64;
        assert_eq!(
            Some(open),
            expected["undecided"].as_u64(),
            "{name}: {:?}",
            comparison.open
        );
    }
}

#[test]
fn every_code_fires_in_a_case_where_it_stays_quiet_as_well() {
    let mut fired = BTreeSet::new();
    for folder in own() {
        let pact = json_of(&folder.join("pact.json"));
        let comparison = compare(&json_of(&folder.join("openapi.json")), &pact).unwrap();
        let interactions = pact["interactions"].as_array().unwrap();
        let is_quiet = |interaction: &&Value| {
            let description = interaction["description"].as_str().unwrap();
            description.starts_with("quiet: ")
        };
        assert!(
            interactions.iter().any(|one| is_quiet(&one)),
            "{}",
            folder.display()
        );
        let noise = comparison
            .found
            .iter()
            .find(|found| found.interaction.starts_with("quiet: "));
        assert_eq!(noise, None, "{}", folder.display());
        fired.extend(comparison.found.iter().map(|found| found.code));
    }
    let all: BTreeSet<Code> = Code::ALL.iter().copied().collect();
    assert_eq!(fired, all);
}

#[test]
fn published_fixtures_are_told_as_their_own_tool_tells_them() {
    let Some(shared) = std::env::var_os("MATCHMARK_SHARED") else {
        println!("not run: MATCHMARK_SHARED does not say where the fixtures are");
        return;
    };
    let folders = folders(&Path::new(&shared).join("data/openapi-cases"));
    assert_eq!(folders.len(), 23);
    let mut wrong = Vec::new();
    let (mut errors, mut warnings) = ((0, 0), (0, 0));
    for folder in folders {
        let openapi = json_of(&folder.join("oas.json"));
        let comparison = compare(&openapi, &json_of(&folder.join("pact.json"))).unwrap();
        let expected = json_of(&folder.join("results.json"));
        for (weight, word, count) in [
            (Weight::Error, "error", &mut errors),
            (Weight::Warning, "warning", &mut warnings),
        ] {
            let wanted = published(&expected, word);
            let found = said(&comparison, weight);
            count.0 += wanted.intersection(&found).count();
            count.1 += wanted.len();
            let differ = wanted.symmetric_difference(&found);
            wrong.extend(differ.map(|one| format!("{}: {one:?}", folder.display())));
        }
    }
    println!(
        "{} of {} errors and {} of {} warnings found, {} missing or invented",
        errors.0,
        errors.1,
        warnings.0,
        warnings.1,
        wrong.len()
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!((errors, warnings), ((24, 24), (15, 15)));
}

fn published(results: &Value, kind: &str) -> Said {
    let results = results.as_array().unwrap().iter();
    results
        .filter(|result| result["type"] == kind)
        .map(|result| {
            let description = result["mockDetails"]["interactionDescription"].as_str();
            (
                description.unwrap().to_owned(),
                result["code"].as_str().unwrap().to_owned(),
            )
        })
        .filter(|(_, code)| !code.starts_with("message."))
        .collect()
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_matchmark"))
        .args(["contract", "compare"])
        .args(arguments)
        .current_dir(ROOT)
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn case(name: &str) -> (String, String) {
    let file = |file: &str| format!("tests/compare/{name}/{file}");
    (file("openapi.json"), file("pact.json"))
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[test]
fn machines_read_the_results_and_the_exit_code() {
    let (openapi, pact) = case("response-header");
    let output = run(&["--openapi", &openapi, "--pact", &pact, "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let told: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let result = |interaction: &str, code: &str, kind: &str, pointer: &str| json!({ "interaction": interaction, "code": code, "type": kind, "pointer": pointer });
    let folder = "/response/headers";
    let wanted = json!({ "results": [
        result("no number", "response.header.incompatible", "error", &format!("/interactions/2{folder}/X-Count")),
        result("known to HTTP only", "response.header.undefined", "warning", &format!("/interactions/3{folder}/ETag")),
        result("undeclared", "response.header.unknown", "error", &format!("/interactions/4{folder}/{{key#1}}")),
    ]});
    assert_eq!(told, wanted);
}

#[test]
fn people_read_places_and_remedies_and_never_a_value() {
    let (openapi, pact) = case("response-body");
    let output = run(&["--openapi", &openapi, "--pact", &pact]);
    let told = stdout(&output);
    assert_eq!(output.status.code(), Some(1), "{told}");
    for part in [
        "undeclared in an item",
        "error  contract/response-body-incompatible  /interactions/5/response/body/list/1/{key#1}",
        "schema tests/compare/response-body/openapi.json:",
        "fix    ",
        "NO-GO  9 interactions, 5 errors, 1 warning",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
    assert!(!told.contains("canary"), "{told}");
}

#[test]
fn what_leads_nowhere_is_open_and_nothing_to_compare_is_empty() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (openapi, whole) = case("broken");
    let pact = json_of(&Path::new(ROOT).join(whole));
    let only = |count: usize| {
        let mut pact = pact.clone();
        pact["interactions"].as_array_mut().unwrap().truncate(count);
        fs::write(path("pact.json"), pact.to_string()).unwrap();
        path("pact.json")
    };
    let output = run(&[
        "--openapi",
        &openapi,
        "--pact",
        &only(1),
        "--format",
        "json",
    ]);
    assert_eq!(output.status.code(), Some(3));
    let answer: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(answer["results"], json!([]));
    assert_eq!(
        answer["undecided"][0]["rule"], "contract/compare-undecided",
        "an empty list alone looks like a pass"
    );
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("tests/compare/broken/openapi.json:"),
        "{said}"
    );
    let output = run(&["--openapi", &openapi, "--pact", &only(0)]);
    assert_eq!(output.status.code(), Some(4), "{}", stdout(&output));
    let output = run(&["--openapi", &openapi, "--pact", &only(0), "--allow-empty"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
}

#[test]
fn a_file_that_cannot_be_read_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (openapi, pact) = case("accept");
    let yaml = write("openapi.yaml", "openapi: 3.0.0\n");
    let later = write("later.json", "{\"info\": {},\n \"openapi\": \"4.0.0\"}");
    let wrong = write(
        "wrong.json",
        "{\"openapi\": \"3.1.0\",\n \"paths\": {\"/x\": {\"get\": [\n]}}}",
    );
    let status = write(
        "status.json",
        "{\"interactions\": [{\"description\": \"x\", \"request\": {},\n  \"response\": {\"status\": \"200\"}}]}",
    );
    let twice = write(
        "twice.json",
        "{\"interactions\": [],\n \"interactions\": []}",
    );
    for (openapi, pact, place, rule) in [
        (&yaml, &pact, "openapi.yaml:1:1", "contract/not-json"),
        (
            &later,
            &pact,
            "later.json:2:13",
            "contract/version-unsupported",
        ),
        (&wrong, &pact, "wrong.json:2:26", "contract/wrong-type"),
        (&openapi, &status, "status.json:2:26", "contract/wrong-type"),
        (&openapi, &twice, "twice.json:2:2", "contract/duplicate-key"),
    ] {
        let output = run(&["--openapi", openapi, "--pact", pact]);
        let told = stdout(&output);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(
            told.contains(place) && told.contains(rule),
            "{place} {rule}\n{told}"
        );
        let output = run(&["--openapi", openapi, "--pact", pact, "--format", "json"]);
        assert_eq!(output.status.code(), Some(2));
        let told: Value = serde_json::from_str(&stdout(&output)).unwrap();
        assert!(
            told.get("results").is_none(),
            "a red run must not look green: {told}"
        );
    }
    let output = run(&["--openapi", &openapi, "--pact", "none.json"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn everything_that_is_wrong_with_both_files_is_told_at_once() {
    let openapi = json!({ "openapi": "3.0.0", "paths": { "/x": { "get": 1, "post": { "parameters": [{}] } } } });
    let pact = json!({ "interactions": [1, { "description": 1, "request": { "headers": { "a": {} } }, "response": [] }] });
    let found = compare(&openapi, &pact).unwrap_err();
    let of = |paper| {
        found
            .iter()
            .filter(move |one| one.paper == paper)
            .map(|one| one.pointer.as_str())
    };
    assert_eq!(
        of(Paper::OpenApi).collect::<BTreeSet<_>>(),
        ["/paths/~1x/get", "/paths/~1x/post/parameters/0"].into()
    );
    assert_eq!(
        of(Paper::Pact).collect::<BTreeSet<_>>(),
        [
            "/interactions/0",
            "/interactions/1/description",
            "/interactions/1/response"
        ]
        .into()
    );
}
