//! Canaries in every payload of the repository, and no output of any command that sings of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

#[path = "support/canary.rs"]
mod canary;
#[path = "support/gate.rs"]
mod support;

use canary::{Aviary, seen};
use matchmark::catalogue::Workspace;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use support::scenario::Scenario;
use support::{AS_OF, Repository, deciding, root, text};
use wire::payload::Schema;

/// Scenarios whose breaks meet the canaries.
const BREAKS: &[&str] = &[
    "required-field-added",
    "identifier-type-changed",
    "consent-metadata-removed",
];

/// The shipped data with every break and every canary in its working tree.
fn caged() -> (Repository, Aviary) {
    let repository = Repository::shipped();
    for name in BREAKS {
        let scenario = Scenario::read(root(), name).unwrap();
        scenario.apply(&repository.path()).unwrap();
    }
    let (workspace, _) = matchmark::load::folder(&repository.path(), None).unwrap();
    let mut aviary = Aviary::default();
    let schemas = compiled(&workspace);
    examples(&repository, &workspace, &schemas, &mut aviary);
    histories(&repository, &schemas, &mut aviary);
    contracts(&repository, &mut aviary);
    broken(&repository, &mut aviary);
    (repository, aviary)
}

fn compiled(workspace: &Workspace) -> BTreeMap<String, Schema> {
    let compile = |id| {
        let bundle = workspace.catalogue.bundle(id).ok()?;
        Schema::compile(&bundle.value).ok()
    };
    workspace
        .catalogue
        .versions()
        .filter_map(|version| Some((version.id.to_string(), compile(&version.id)?)))
        .collect()
}

fn examples(
    repository: &Repository,
    workspace: &Workspace,
    schemas: &BTreeMap<String, Schema>,
    aviary: &mut Aviary,
) {
    for version in workspace.catalogue.versions() {
        let id = version.id.to_string();
        let schema = &schemas[&id];
        for (kind, examples) in [
            ("accepted", &version.accepted),
            ("rejected", &version.rejected),
        ] {
            for example in examples {
                let mut value = example.document.value().clone();
                aviary.plant(&format!("{id} {kind}"), &mut value, |value| {
                    schema.accepts(value)
                });
                let text = serde_json::to_string_pretty(&value).unwrap();
                repository.write(&example.path, text);
            }
        }
    }
}

fn histories(repository: &Repository, schemas: &BTreeMap<String, Schema>, aviary: &mut Aviary) {
    for partner in ["contoso", "fabrikam", "northwind"] {
        for month in ["2026-08", "2026-09", "2026-10"] {
            let path = format!("payloads/{partner}/{month}.ndjson");
            let mut planted = String::new();
            for line in repository.read(&path).lines() {
                let mut envelope: Value = serde_json::from_str(line).unwrap();
                let word = |key: &str| envelope[key].as_str().unwrap().to_owned();
                let id = format!("{}@{}", word("schema"), word("version"));
                let (schema, kind) = (&schemas[&id], format!("{id} {}", word("outcome")));
                aviary.plant(&kind, &mut envelope["payload"], |value| {
                    schema.accepts(value)
                });
                planted.push_str(&format!("{envelope}\n"));
            }
            repository.write(&path, planted);
        }
    }
}

fn contracts(repository: &Repository, aviary: &mut Aviary) {
    for partner in ["contoso", "fabrikam", "northwind"] {
        let path = format!("contracts/{partner}/member-match.json");
        let mut contract: Value = serde_json::from_str(&repository.read(&path)).unwrap();
        for interaction in contract["interactions"].as_array_mut().unwrap() {
            for side in ["request", "response"] {
                aviary.contract(&mut interaction[side]["body"]);
            }
            if partner == "northwind" {
                let name = "/request/body/content/parameter/0/resource/name/0";
                let key = aviary.text("an undeclared member of a contract");
                let stranger = aviary.stranger(0);
                if let Some(Value::Object(name)) = interaction.pointer_mut(name) {
                    name.insert(key, stranger);
                }
            }
        }
        repository.write(&path, serde_json::to_string_pretty(&contract).unwrap());
    }
}

/// Files that cannot be read, each with a canary in what can be read of it.
fn broken(repository: &Repository, aviary: &mut Aviary) {
    let (a, b) = (aviary.text("broken a"), aviary.text("broken b"));
    let cut = format!("{{\"resourceType\": \"{a}\", \"{b}\": \"{a}");
    repository.write("schemas/hrex-consent/2.0.1/accepted/cut.json", &cut);
    repository.write("schemas/hrex-coverage/2.0.1/rejected/cut.json", &cut);
    let twice = format!("{{\"{a}\": 1, \"{a}\": 2}}");
    let odd = format!("{{\"{a}\": \"{b}\", \"partner\": \"{a}\", \"version\": \"{b}\"}}");
    let unknown = format!("{{\"consumer\": {{\"name\": \"northwind\"}}, \"{a}\": [\"{b}\"]}}");
    repository.write("contracts/northwind/odd.json", unknown);
    let path = "payloads/contoso/2026-10.ndjson";
    let history = repository.read(path);
    repository.write(path, format!("{history}{cut}\n{twice}\n{odd}\n"));
    repository.write("out/cut.json", &cut);
    repository.write("out/twice.json", &twice);
    repository.write("out/odd.json", &odd);
}

/// Every file below `folder` that holds a canary.
fn singing(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else {
        return found;
    };
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            found.extend(singing(&path));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            let canaries = seen(&String::from_utf8_lossy(&bytes));
            found.extend((!canaries.is_empty()).then(|| format!("{path:?}: {canaries:?}")));
        }
    }
    found
}

#[test]
fn no_canary_sings_in_any_output() {
    let (repository, aviary) = caged();
    assert!(aviary.planted > 5_000, "{}", aviary.planted);
    let silent = |what: &str, said: &[u8]| {
        let canaries = seen(&String::from_utf8_lossy(said));
        assert!(canaries.is_empty(), "{what}: {canaries:#?}");
    };

    let json = repository.beside("report.json");
    let others = [
        "markdown",
        "comment",
        "html",
        "sarif",
        "junit",
        "github",
        "github-output",
    ]
    .map(|format| (format, repository.beside(&format!("report.{format}"))));
    let formats = others
        .iter()
        .map(|(format, path)| format!("--format={format}={}", path.display()));
    let output = repository
        .command(&[
            "check", "-v", "--base", "HEAD", "--as-of", AS_OF, "--format", "text",
        ])
        .arg(format!("--format=json={}", json.display()))
        .args(formats)
        .env("RUST_LOG", "trace")
        .output()
        .unwrap();
    silent("text", &output.stdout);
    silent("log", &output.stderr);
    let log = text(&output.stderr);
    assert!(
        log.contains("matchmark.stage") || log.contains("\"level\""),
        "{log}"
    );
    let report = std::fs::read(&json).unwrap();
    silent("json", &report);
    for (format, path) in &others {
        silent(format, &std::fs::read(path).unwrap());
    }
    assert_eq!(
        singing(&repository.path().join(".matchmark")),
        Vec::<String>::new()
    );

    let report: Value = serde_json::from_slice(&report).unwrap();
    let rules = deciding(&report);
    for rule in [
        "catalogue/example-unreadable",
        "compat/required-added",
        "compat/values-widened",
        "contract/example-invalid",
        "payload/not-json",
        "policy/consent-metadata-missing",
        "replay/newly-rejected",
    ] {
        assert!(rules.contains(&rule), "{rule}: {rules:?}");
    }

    for arguments in [
        &[
            "validate",
            "out",
            "schemas/hrex-consent",
            "schemas/hrex-coverage",
            "schemas/hrex-member-match-request",
        ][..],
        &[
            "validate",
            "out",
            "schemas/hrex-member-match-response",
            "--as",
            "hrex-consent",
        ],
        &["validate", "payloads", "--redact", "strict"],
    ] {
        for format in ["text", "json", "operation-outcome"] {
            let output = repository.run(&[arguments, &["-v", "--format", format]].concat());
            silent("validate", &output.stdout);
            silent("validate", &output.stderr);
            assert_ne!(output.status.code(), Some(0));
        }
    }
    for arguments in [
        &["diff", "hrex-coverage@1.0.0", "hrex-coverage@2.0.0"][..],
        &[
            "diff",
            "hrex-member-match-request@2.0.1",
            "hrex-member-match-request@next",
        ],
        &["explain", "hrex-coverage"],
        &["catalogue", "show", "hrex-member-match-request"],
    ] {
        for format in ["text", "json"] {
            let output = repository.run(&[arguments, &["-v", "--format", format]].concat());
            silent(arguments[0], &output.stdout);
            silent(arguments[0], &output.stderr);
        }
    }
    // Where a file of the catalogue cannot be read nothing is replayed.
    for entry in [
        "hrex-consent/2.0.1/accepted",
        "hrex-coverage/2.0.1/rejected",
    ] {
        let cut = format!("schemas/{entry}/cut.json");
        std::fs::remove_file(repository.path().join(cut)).unwrap();
    }
    for format in ["text", "json", "markdown", "html", "sarif", "junit"] {
        let output = repository.run(&["replay", "--base", "HEAD", "-v", "--format", format]);
        silent("replay", &output.stdout);
        silent("replay", &output.stderr);
        assert_eq!(output.status.code(), Some(1), "{format} {output:?}");
        let said = text(&output.stdout);
        let is_told = match format {
            "text" => {
                let line = said.lines().find(|line| line.contains("newly rejected"));
                let count = line.and_then(|line| line.split_whitespace().nth(2));
                count.is_some_and(|count| count.parse::<u64>().unwrap() > 0)
            }
            "json" => {
                let said: serde_json::Value = serde_json::from_str(&said).unwrap();
                said["newly_rejected"].as_u64().unwrap() > 0
            }
            _ => said.contains("replay/newly-rejected"),
        };
        assert!(is_told, "{format} {said}");
    }
}
