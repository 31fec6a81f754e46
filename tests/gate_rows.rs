//! Capabilities that only a whole run of the program shows.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/gate.rs"]
mod support;

use matchmark::catalogue::lint;
use matchmark::load;
use matchmark::model::Finding;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use support::scenario::Scenario;
use support::{AS_OF, Repository, deciding, findings, root, text};

fn scenario(name: &str) -> Scenario {
    Scenario::read(root(), name).unwrap()
}

fn changed(name: &str) -> Repository {
    let repository = Repository::shipped();
    scenario(name).apply(&repository.path()).unwrap();
    repository
}

/// What the catalogue check finds in the working tree.
fn catalogue(repository: &Repository) -> Vec<Finding> {
    let (workspace, mut found) = load::folder(&repository.path(), None).unwrap();
    found.extend(lint(&workspace, None));
    found
}

#[test]
fn row_s0_02_a_partner_without_support_is_refused_by_the_name_of_its_file() {
    let repository = Repository::bare();
    let before = repository.read("partners/contoso.toml");
    let (head, rest) = before.split_once("[support]").unwrap();
    let (_, tail) = rest.split_once("[failure]").unwrap();
    repository.write("partners/contoso.toml", format!("{head}[failure]{tail}"));
    let (report, code) = repository.check(&["--only", "catalogue"]);
    assert_eq!((&report["verdict"], code), (&Value::from("no-go"), 1));
    let found = &findings(&report)[0];
    assert_eq!(found["rule"], "catalogue/partner-support-missing");
    assert_eq!(found["location"]["file"], "partners/contoso.toml");
}

#[test]
fn row_s0_06_a_consumer_finds_out_alone_with_the_program_and_the_catalogue() {
    let mut repository = Repository::bare();
    for other in ["contracts", "partners", "payloads", "policies", "docs"] {
        repository = repository.remove(other);
    }
    let said = repository.run(&["explain", "hrex-member-match-request"]);
    let said = text(&said.stdout);
    for word in [
        "integration-architecture",
        "integration-oncall@payer-exchange.example",
        "hrex-coverage",
        "hrex-consent",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
    let accepted = "schemas/hrex-coverage/2.0.1/accepted";
    let rejected = "schemas/hrex-coverage/2.0.1/rejected";
    repository.write("cut.json", "{\"resourceType\": ");
    for (file, code) in [
        (accepted, 0),
        (rejected, 1),
        ("cut.json", 1),
        ("absent.json", 2),
    ] {
        let flags = [
            "validate",
            file,
            "--as",
            "hrex-coverage",
            "--format",
            "json",
        ];
        let output = repository.run(&flags);
        assert_eq!(output.status.code(), Some(code), "{file}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        if code == 1 {
            let problem = &report["payloads"][0]["problems"][0];
            assert!(problem["pointer"].is_string(), "{report:#}");
            assert!(problem["line"].as_u64() >= Some(1));
        }
    }
}

#[test]
fn row_s0_09_every_owner_reviewer_and_escalation_that_is_missing_is_found() {
    let repository = Repository::bare();
    assert!(catalogue(&repository).is_empty());
    let mut mutants = 0;
    for entry in std::fs::read_dir(repository.path().join("schemas")).unwrap() {
        let id = entry.unwrap().file_name().into_string().unwrap();
        let path = format!("schemas/{id}/entry.toml");
        let before = repository.read(&path);
        for key in ["owner", "reviewers", "escalation"] {
            let is_kept = |line: &&str| !line.starts_with(&format!("{key} "));
            let lines: Vec<&str> = before.lines().filter(is_kept).collect();
            assert!(lines.len() < before.lines().count(), "{path} {key}");
            repository.write(&path, lines.join("\n"));
            let found = catalogue(&repository);
            let named =
                |finding: &Finding| finding.place.file == path && finding.message.contains(key);
            assert!(found.iter().any(named), "{path} {key}: {found:#?}");
            mutants += 1;
        }
        repository.write(&path, before);
    }
    assert!(mutants >= 24, "{mutants}");
}

#[test]
fn row_s0_12_an_entry_that_lacks_one_of_its_five_sections_is_refused() {
    let entry = "schemas/hrex-coverage/entry.toml";
    let draft = "schemas/hrex-coverage/next/schema.json";
    let listed =
        "[[version]]\nversion = \"3.0.0\"\nstatus = \"draft\"\n\n[[version]]\nversion = \"2.0.1\"";
    let head = r#""$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://matchmark.example/schemas/hrex-coverage/3.0.0", "type": "object""#;
    for (section, find, replace, schema) in [
        (
            "/errors",
            "errors = \"p2p-operation-outcome\"",
            "errors = \"\"",
            None,
        ),
        ("/identity", "identity = [\"", "identity = [] # [\"", None),
        ("/shape", "", "", Some("")),
        (
            "/required",
            "",
            "",
            Some(r#", "properties": { "a": true }"#),
        ),
        (
            "/optional",
            "",
            "",
            Some(r#", "properties": { "a": true }, "required": ["a"]"#),
        ),
    ] {
        let repository = Repository::bare();
        match schema {
            None => repository.edit(entry, find, replace),
            Some(rest) => {
                repository.edit(entry, "[[version]]\nversion = \"2.0.1\"", listed);
                repository.write(draft, format!("{{ {head}{rest} }}"));
            }
        }
        let found = catalogue(&repository);
        let missing = |finding: &&Finding| finding.rule == "catalogue/section-missing";
        let sections: Vec<&str> = found
            .iter()
            .filter(missing)
            .map(|finding| finding.pointer.as_str())
            .collect();
        assert!(sections.contains(&section), "{section}: {sections:?}");
    }
}

#[test]
fn row_s0_15_a_released_schema_changes_with_its_version_or_not_at_all() {
    let only = ["--base", "HEAD", "--only", "catalogue,compat"];
    let (report, _) = changed("released-edited").check(&only);
    assert_eq!(report["verdict"], "no-go");
    assert!(deciding(&report).contains(&"catalogue/released-edited"));
    // The same kind of change under a version of its own: what is left says only that checks were left out.
    let (report, _) = changed("optional-field-added").check(&only);
    assert_eq!(deciding(&report), ["gate/check-skipped"]);
}

/// The half of S0-97 that schemas and contracts show; the notice to the partner is the other.
#[test]
fn an_optional_field_is_flagged_for_whoever_reads_by_order_or_knows_no_other_names() {
    let repository = changed("optional-field-added");
    let (report, code) = repository.check(&["--base", "HEAD", "--only", "compat,contract"]);
    assert_eq!((&report["verdict"], code), (&Value::from("no-go"), 1));
    for (rule, who) in [
        ("contract/reader-order-broken", "fabrikam"),
        ("contract/response-not-read", "contoso"),
    ] {
        let is_told =
            |finding: &&Value| finding["rule"] == rule && finding["hurts"][0]["who"] == who;
        assert!(
            findings(&report).iter().any(|f| is_told(&f)),
            "{rule}: {report:#}"
        );
    }
}

/// The half of the row that needs no hosted workflow.
#[test]
fn the_same_change_has_the_same_verdict_at_home_and_in_ci() {
    let repository = changed("optional-field-added");
    let judged = |ci: bool| -> Value {
        let mut command = repository.command(&["check", "--base", "HEAD"]);
        command.args(["--as-of", AS_OF, "--format", "json"]);
        if ci {
            command.env("CI", "true");
        }
        serde_json::from_slice(&command.output().unwrap().stdout).unwrap()
    };
    let (home, ci) = (judged(false), judged(true));
    assert_eq!(
        (&home["stage"], &ci["stage"]),
        (&"local".into(), &"pull-request".into())
    );
    assert_eq!(home["verdict"], "no-go");
    assert_eq!(home["verdict"], ci["verdict"]);
    assert_eq!(home["findings"], ci["findings"]);
}

#[test]
fn row_s0_54_a_contract_that_is_added_as_a_file_names_who_breaks() {
    let repository = Repository::shipped();
    let contract = repository.read("contracts/contoso/member-match.json");
    let mut contract: Value = serde_json::from_str(&contract).unwrap();
    let mut first = contract["interactions"][0].clone();
    first["key"] = "cm-claims".into();
    first["description"] = "member match, as the claims team asks it".into();
    contract["interactions"] = vec![first].into();
    let path = "contracts/contoso/claims.json";
    repository.write(path, contract.to_string());
    let only = ["--base", "HEAD", "--only", "contract"];
    assert_eq!(deciding(&repository.check(&only).0), ["gate/check-skipped"]);

    scenario("optional-field-added")
        .apply(&repository.path())
        .unwrap();
    let (report, code) = repository.check(&only);
    assert_eq!((&report["verdict"], code), (&Value::from("no-go"), 1));
    let broken = findings(&report)
        .iter()
        .find(|finding| finding["location"]["file"] == path)
        .unwrap();
    assert_eq!(broken["hurts"][0]["who"], "contoso");
    let why = broken["hurts"][0]["why"].as_str().unwrap();
    assert!(why.contains("as the claims team asks it"), "{why}");
}

#[test]
fn a_break_is_told_with_proof_people_and_remedy_and_can_be_tried_again() {
    let repository = changed("required-field-added");
    let output = repository.run(&["check", "--base", "HEAD", "--as-of", AS_OF]);
    let said = text(&output.stdout);
    assert!(said.starts_with("error[compat/required-added]"), "{said}");
    assert!(said.lines().count() < 250, "{}", said.lines().count());
    let (first, others) = said.split_once("\n\n").unwrap();
    for words in [
        "= witness  accepted by hrex-member-match-request@2.0.1, rejected by hrex-member-match-request@next",
        "partners/contoso.toml:",
        "partners/fabrikam.toml:",
        "34 of 360 recorded payloads are newly rejected",
        "33 of 360 recorded payloads are newly rejected",
        "= fix ",
    ] {
        assert!(first.contains(words), "{words}: {first}");
    }
    for words in [
        "error[contract/example-invalid]",
        "error[replay/newly-rejected]",
    ] {
        assert!(others.contains(words), "{words}: {others}");
    }

    let again = first.split_once("again: matchmark ").unwrap().1;
    let again: Vec<&str> = again.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(repository.run(&again).status.code(), Some(1));
    let before = "hrex-member-match-request@2.0.1";
    let before = [&again[..again.len() - 1], &[before]].concat();
    assert_eq!(repository.run(&before).status.code(), Some(0));
}

/// What the publishers' own requests lack under the rules of HRex 1.2.0, by file.
const DRIFT: &[(&str, usize)] = &[
    ("hrex-1.0.0__parameters-member-match-in-provider.json", 2),
    ("hrex-1.0.0__parameters-member-match-in.json", 4),
    (
        "inferno-pdex-0.13.0__preset-no_member_match_request.json",
        2,
    ),
];

#[test]
fn row_s0_55_replay_finds_the_drift_and_nothing_else() {
    let Some(shared) = std::env::var_os("MATCHMARK_SHARED") else {
        println!("NOT RUN: S0-55 needs data/fhir-replay in the folder that MATCHMARK_SHARED names");
        return;
    };
    let folder = Path::new(&shared).join("data/fhir-replay/Parameters");
    let repository = Repository::bare();
    let problems = |name: &str, version: &str| -> Vec<String> {
        let file = folder.join(name).display().to_string();
        let entry = format!("hrex-member-match-request@{version}");
        let flags = [
            "validate",
            &file,
            "--schema-only",
            "--as",
            &entry,
            "--format",
            "json",
        ];
        let report: Value = serde_json::from_slice(&repository.run(&flags).stdout).unwrap();
        let problems = report["payloads"][0]["problems"].as_array().cloned();
        let pointer = |problem: &Value| problem["pointer"].as_str().unwrap().to_owned();
        problems.unwrap_or_default().iter().map(pointer).collect()
    };
    for (name, count) in DRIFT {
        assert_eq!(problems(name, "1.0.0"), Vec::<String>::new(), "{name}");
        let found = problems(name, "2.0.1");
        assert_eq!(found.len(), *count, "{name}: {found:?}");
        // `us-core-15`: a member number among the identifiers, or a subscriber number.
        let half = |end: &str| {
            found
                .iter()
                .filter(|pointer| pointer.ends_with(end))
                .count()
        };
        assert_eq!(
            (half("/relationship"), half("/identifier")),
            (count / 2, count / 2)
        );
    }

    let mut history = String::new();
    for (prefix, version) in [
        ("hrex-1.0.0", "1.0.0"),
        ("hrex-1.1.0", "2.0.0"),
        ("hrex-1.2.0", "2.0.1"),
    ] {
        history.push_str(&recorded(&folder, prefix, version));
    }
    let lines = history.lines().count();
    assert!(lines >= 9, "{lines}");
    let repository = Repository::shipped().remove("payloads");
    repository.write("payloads/contoso/2026-10.ndjson", history);
    let (report, _) = repository.check(&["--base", "HEAD", "--only", "replay"]);
    assert_eq!(report["checks"][4]["subjects"], lines);
    // No schema rejects one of them. Their consents name the publisher's payers, and some references lead elsewhere.
    let shifts: BTreeSet<&str> = findings(&report)
        .iter()
        .filter(|finding| {
            finding["rule"]
                .as_str()
                .unwrap()
                .starts_with("replay/newly")
        })
        .map(|finding| {
            finding["message"]
                .as_str()
                .unwrap()
                .split_once("`: ")
                .unwrap()
                .1
        })
        .collect();
    assert_eq!(
        shifts,
        BTreeSet::from([
            "Consent.patient of Consent does not lead to the member of the request",
            "Coverage.beneficiary of CoverageToLink does not lead to the member of the request",
            "Coverage.beneficiary of CoverageToMatch does not lead to the member of the request",
            "the discloser of the consent is not who has that part in this exchange",
        ]),
        "{report:#}"
    );
}

/// One line for each match request and answer of a published guide, recorded under our version of it as accepted, on a day
/// on which its consents held.
fn recorded(folder: &Path, prefix: &str, version: &str) -> String {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(prefix) && name.contains("member-match-"))
        .collect();
    names.sort();
    names
        .iter()
        .map(|name| {
            let text = std::fs::read_to_string(folder.join(name)).unwrap();
            let payload: Value = serde_json::from_str(&text).unwrap();
            let direction = if name.contains("-out") { "response" } else { "request" };
            format!(
                "{{\"id\":\"{name}\",\"recorded_at\":\"2022-01-15T00:00:00Z\",\"partner\":\"contoso\",\
                 \"direction\":\"{direction}\",\"schema\":\"hrex-member-match-{direction}\",\"version\":\"{version}\",\
                 \"outcome\":\"accepted\",\"correlation_id\":\"{name}\",\"payload\":{payload}}}\n"
            )
        })
        .collect()
}
