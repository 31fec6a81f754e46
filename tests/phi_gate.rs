//! What looks like data of somebody real stops the gate at its place, is shown nowhere, and nobody may let it stay.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/gate.rs"]
mod gate;

use gate::{AS_OF, Repository, deciding, findings, root, text};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const RULE: &str = "catalogue/phi-suspected";
const HISTORY: &str = "payloads/northwind/2026-08.ndjson";
/// Line of the history that is about somebody real, counted from 1.
const LINE: usize = 3;
const RESOURCE: &str = "/payload/parameter/0/resource";
const EXAMPLE: &str = "schemas/hrex-coverage/2.0.1/accepted/every-element.json";
const CONTRACT: &str = "contracts/northwind/member-match.json";
const WAIVER: &str = "policies/waivers/WV-0001.toml";

/// Values of somebody, by the kind that they are; made from parts, so that this file itself names nobody.
fn somebody() -> BTreeMap<&'static str, String> {
    let joined = |parts: [&str; 3], by: &str| parts.join(by);
    BTreeMap::from([
        ("name", ["Rosa", "linde"].concat()),
        ("birth-date", joined(["1961", "03", "14"], "-")),
        ("address", ["48 Linden", "Avenue"].join(" ")),
        ("phone", joined(["614", "867", "5309"], "-")),
        ("mail", ["rosa", "mail.com"].join("@")),
        ("social-security", joined(["123", "45", "6789"], "-")),
        ("medicare", joined(["2EG4", "TE5", "MK74"], "-")),
        ("member-number", ["H40", "551", "207"].concat()),
    ])
}

/// Makes of a patient somebody who is not made up.
fn reveal(patient: &mut Value, somebody: &BTreeMap<&str, String>) {
    let note = |kind: &str| {
        let told = format!("as told: {}", somebody[kind]);
        json!({"url": "https://northwind.example/note", "valueString": told})
    };
    patient["name"][0]["family"] = json!(somebody["name"]);
    patient["birthDate"] = json!(somebody["birth-date"]);
    patient["address"] = json!([{"line": [somebody["address"]]}]);
    patient["telecom"] = json!([
        {"system": "phone", "value": somebody["phone"]},
        {"system": "email", "value": somebody["mail"]},
    ]);
    patient["extension"] = json!([note("social-security"), note("medicare")]);
    patient["identifier"][0]["system"] = json!("https://northwind.invented/member-ids");
    patient["identifier"][0]["value"] = json!(somebody["member-number"]);
}

/// One line of the history is about somebody.
fn recorded(repository: &Repository, reveal: impl FnOnce(&mut Value)) {
    let history = repository.read(HISTORY);
    let mut lines: Vec<String> = history.lines().map(str::to_owned).collect();
    let mut line: Value = serde_json::from_str(&lines[LINE - 1]).unwrap();
    let patient = &mut line["payload"]["parameter"][0]["resource"];
    assert_eq!(patient["resourceType"], "Patient");
    reveal(patient);
    lines[LINE - 1] = line.to_string();
    repository.write(HISTORY, lines.join("\n") + "\n");
}

fn suspected(report: &Value) -> Vec<&Value> {
    let all = findings(report).iter();
    all.filter(|finding| finding["rule"] == RULE).collect()
}

#[test]
fn every_kind_stops_the_gate_at_its_place_and_is_shown_in_no_format() {
    let repository = Repository::shipped();
    let (clean, _) = repository.check(&["--only", "catalogue"]);
    assert_eq!(suspected(&clean), Vec::<&Value>::new(), "the shipped data");
    assert_eq!(deciding(&clean), ["gate/check-skipped"]);

    let somebody = somebody();
    recorded(&repository, |patient| reveal(patient, &somebody));
    let files = [
        "json", "markdown", "comment", "html", "sarif", "junit", "github",
    ]
    .map(|format| (format, repository.beside(&format!("report.{format}"))));
    let formats = files
        .iter()
        .map(|(format, path)| format!("--format={format}={}", path.display()));
    let check = ["check", "-v", "--only", "catalogue", "--as-of", AS_OF];
    let output = repository
        .command(&[&check[..], &["--format", "text"]].concat())
        .args(formats)
        .env("RUST_LOG", "trace")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let mut said = vec![
        ("text", text(&output.stdout)),
        ("log", text(&output.stderr)),
    ];
    for (format, path) in &files {
        said.push((format, std::fs::read_to_string(path).unwrap()));
    }
    for (format, said) in &said {
        for (kind, value) in &somebody {
            assert!(!said.contains(value.as_str()), "{format} shows a {kind}");
        }
    }

    let report: Value = serde_json::from_str(&said[2].1).unwrap();
    assert_eq!(report["verdict"], "no-go");
    let found = suspected(&report);
    let seen: BTreeMap<&str, String> = found
        .iter()
        .map(|one| {
            assert_eq!(one["location"]["file"], HISTORY, "{one:#}");
            assert_eq!(one["location"]["line"], LINE, "{one:#}");
            let pointer = one["pointer"].as_str().unwrap();
            let below = pointer.strip_prefix(RESOURCE).unwrap_or(pointer);
            (one["kind"].as_str().unwrap(), below.to_owned())
        })
        .collect();
    let expected = [
        ("address", "/address/0/line/0"),
        ("birth-date", "/birthDate"),
        ("mail", "/telecom/1/value"),
        ("medicare", "/extension/1/valueString"),
        ("member-number", "/identifier/0/value"),
        ("name", "/name/0/family"),
        ("phone", "/telecom/0/value"),
        ("social-security", "/extension/0/valueString"),
    ];
    let expected = expected.map(|(kind, place)| (kind, place.to_owned()));
    assert_eq!(seen, BTreeMap::from(expected), "{found:#?}");
}

#[test]
fn examples_and_contracts_are_looked_at_too() {
    let repository = Repository::shipped();
    let mail = &somebody()["mail"];
    let mut example: Value = serde_json::from_str(&repository.read(EXAMPLE)).unwrap();
    example["id"] = json!(mail);
    repository.write(EXAMPLE, example.to_string());
    let mut contract: Value = serde_json::from_str(&repository.read(CONTRACT)).unwrap();
    contract["interactions"][0]["description"] = json!(format!("what {mail} asked for"));
    repository.write(CONTRACT, contract.to_string());
    let (report, code) = repository.check(&["--only", "catalogue"]);
    assert_eq!((&report["verdict"], code), (&json!("no-go"), 1));
    let found: Vec<_> = suspected(&report)
        .iter()
        .map(|one| (&one["location"]["file"], &one["pointer"], &one["kind"]))
        .collect();
    assert_eq!(
        found,
        [
            (
                &json!(CONTRACT),
                &json!("/interactions/0/description"),
                &json!("mail")
            ),
            (&json!(EXAMPLE), &json!("/id"), &json!("mail")),
        ]
    );
    assert!(!report.to_string().contains(mail));
}

#[test]
fn it_is_the_only_thing_that_the_whole_gate_says_of_such_a_payload() {
    let repository = Repository::shipped();
    let phone = somebody()["phone"].clone();
    recorded(&repository, |patient| {
        patient["telecom"] = json!([{"system": "phone", "value": phone}]);
    });
    let (report, code) = repository.check(&[]);
    assert_eq!((&report["verdict"], code), (&json!("no-go"), 1));
    assert_eq!(deciding(&report), [RULE]);
}

#[test]
fn nobody_may_agree_to_leave_it_there() {
    let repository = Repository::shipped();
    let number = somebody()["social-security"].clone();
    recorded(&repository, |patient| {
        patient["extension"] =
            json!([{"url": "https://northwind.example/note", "valueString": number}]);
    });
    let flags = ["--base", "HEAD", "--stage", "pull-request"];
    let only = ["--only", "catalogue,lifecycle"];
    let check = || repository.check(&[&flags[..], &only].concat()).0;
    let report = check();
    let found = suspected(&report);
    assert_eq!(found.len(), 1, "{report:#}");
    let fingerprint = found[0]["fingerprint"].as_str().unwrap();
    assert_eq!(found[0]["notes"][0]["label"], "waive", "{:#}", found[0]);
    let asked = repository.run(&["waiver", "new", "--for", fingerprint]);
    assert_eq!(asked.status.code(), Some(2));
    assert!(text(&asked.stderr).contains("cannot be waived"));

    let like = "tests/scenarios/waiver-ends-today/base-overlay/policies/waivers/WV-0001.toml";
    let waiver = std::fs::read_to_string(root().join(like)).unwrap();
    let waiver = waiver
        .replace("catalogue/owner-missing", RULE)
        .replace("ba5d54e06fe03e3c", fingerprint)
        .replace("2026-11-20", "2026-12-18")
        .replace("2026-08-22", "2026-11-20");
    repository.write(WAIVER, waiver);
    for role in ["platform", "security", "compliance", "integration"] {
        let account = format!("board-{role}");
        let agree = ["approve", "WV-0001", "--role", role, "--as", &account];
        repository.run(&[&agree[..], &["--as-of", AS_OF]].concat());
    }

    let report = check();
    assert_eq!(report["verdict"], "no-go");
    let found = suspected(&report);
    assert_eq!(found.len(), 1, "{report:#}");
    assert!(found[0]["waived"].is_null(), "{:#}", found[0]);
    let refused = findings(&report)
        .iter()
        .filter(|one| one["rule"] == "lifecycle/waiver-incomplete")
        .map(|one| one["pointer"].as_str().unwrap());
    assert_eq!(refused.collect::<Vec<_>>(), ["/rule"]);
}
