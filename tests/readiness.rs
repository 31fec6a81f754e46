//! `readiness` and `partner`: every line holds by its own file only, and nothing that is absent is called present.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

#[path = "readiness/cards.rs"]
mod cards;
#[path = "readiness/repository.rs"]
mod repository;

use repository::Repository;
use std::fs;
use std::path::Path;

/// How something is made absent, and the one line that must tell.
pub type Absent = (&'static str, fn(&Repository));

#[test]
fn row_s2_64_each_of_the_eight_lines_goes_red_alone() {
    let table: [Absent; 8] = [
        ("identity-thresholds", |r| {
            fs::remove_dir_all(r.at("reference/config/matching")).unwrap();
        }),
        ("versioned-routing", |r| {
            fs::remove_file(r.at("routing/1.toml")).unwrap()
        }),
        ("safe-retries", |r| {
            r.strike(
                "schemas/hrex-member-match-request/entry.toml",
                "retention-hours =",
            );
        }),
        ("structured-audit", |r| {
            r.edit("matchmark.toml", "\"audit-record\"", "\"no-record\"")
        }),
        ("synthetic-checks", |r| {
            fs::remove_dir_all(r.at("synthetic")).unwrap()
        }),
        ("alert-routing", |r| {
            fs::remove_dir_all(r.at("operating/alerts")).unwrap()
        }),
        ("partner-runbooks", |r| {
            fs::remove_dir_all(r.at("runbooks")).unwrap()
        }),
        ("escalation-contacts", |r| {
            r.strike("partners/northwind.toml", "escalation =")
        }),
    ];
    let whole = Repository::complete();
    assert_eq!(whole.red(&["readiness", "northwind"]), Vec::<String>::new());
    let (_, told) = whole.ask(&["readiness", "northwind"]);
    let ids: Vec<&str> = told["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, table.map(|(id, _)| id));
    for (id, remove) in table {
        let repository = Repository::complete();
        remove(&repository);
        assert_eq!(repository.red(&["readiness", "northwind"]), [id]);
    }
}

#[test]
fn what_is_there_in_name_only_does_not_count() {
    let table: [Absent; 8] = [
        ("identity-thresholds", |r| {
            r.edit(
                "reference/config/matching/2.toml",
                "attributes = [",
                "others = [",
            )
        }),
        ("identity-thresholds", |r| {
            r.edit(
                "reference/config/matching/2.toml",
                "[scoring.thresholds]",
                "[scoring.bounds]",
            )
        }),
        ("versioned-routing", |r| {
            r.write(
                "routing/1.toml",
                "number = 1\n[[row]]\npartner = \"contoso\"\n",
            )
        }),
        ("versioned-routing", |r| {
            r.write("routing/1.toml", "[[row]]\npartner = \"northwind\"\n")
        }),
        ("synthetic-checks", |r| {
            r.write("synthetic/match.toml", "partner = \"contoso\"\n")
        }),
        ("alert-routing", |r| {
            r.edit("operating/alerts/slow.json", "null", "\"contoso\"")
        }),
        ("alert-routing", |r| {
            r.edit("operating/alerts/slow.json", "exchange-platform", "nobody")
        }),
        ("partner-runbooks", |r| {
            r.edit("runbooks/back.md", "Success:", "Then")
        }),
    ];
    for (id, spoil) in table {
        let repository = Repository::complete();
        spoil(&repository);
        assert_eq!(repository.red(&["readiness", "northwind"]), [id]);
    }
    // Whoever answers is asleep from the day after.
    let repository = Repository::complete();
    repository.edit("policies/raci.toml", "2026-11-30", "2026-11-20");
    assert_eq!(
        repository.red(&["readiness", "northwind"]),
        ["escalation-contacts"]
    );
}

#[test]
fn row_s0_08_each_agreement_about_failures_is_a_failure_of_its_own() {
    let repository = Repository::complete();
    let ask = ["readiness", "northwind", "--go-live"];
    assert_eq!(repository.red(&ask), Vec::<String>::new());
    let mut seen = std::collections::BTreeSet::new();
    for key in ["idempotency", "timeout-ms", "duplicates", "dead-letter"] {
        let repository = Repository::complete();
        repository.strike("partners/northwind.toml", &format!("{key} ="));
        let red = repository.red(&ask);
        assert_eq!(red.len(), 1, "{key}: {red:?}");
        let (_, told) = repository.ask(&ask);
        let lines = told["lines"].as_array().unwrap();
        let line = lines.iter().find(|line| line["holds"] == false).unwrap();
        assert!(
            line["missing"][0].as_str().unwrap().contains(key),
            "{line:#}"
        );
        seen.extend(red);
    }
    assert_eq!(seen.len(), 4, "{seen:?}");
}

#[test]
fn row_s0_100_contract_telemetry_fallback_and_escalation_are_asked_for_one_by_one() {
    let table: [Absent; 4] = [
        ("has-contract", |r| {
            fs::remove_dir_all(r.at("contracts/northwind")).unwrap()
        }),
        ("has-telemetry", |r| {
            r.strike("partners/northwind.toml", "telemetry =")
        }),
        ("has-fallback", |r| {
            r.strike("partners/northwind.toml", "fallback =")
        }),
        ("has-escalation", |r| {
            r.strike("partners/northwind.toml", "escalation =")
        }),
    ];
    for (id, remove) in table {
        let repository = Repository::complete();
        remove(&repository);
        assert_eq!(
            repository.red(&["readiness", "northwind", "--go-live"]),
            [id]
        );
    }
}

#[test]
fn row_s0_78_each_of_the_nine_papers_of_phase_one_is_asked_for() {
    let table: [Absent; 9] = [
        ("use-cases", |r| {
            r.edit(
                "docs/scope.toml",
                "\"hrex-member-match-response\", \"hrex-consent\"",
                "\"no-such-entry\"",
            )
        }),
        ("data-domains", |r| {
            r.edit(
                "docs/scope.toml",
                "\"p2p-attestation\"",
                "\"hrex-coverage\"",
            )
        }),
        ("identity-rules", |r| {
            fs::remove_dir_all(r.at("reference/config/matching")).unwrap()
        }),
        ("support-boundaries", |r| {
            r.edit(
                "partners/northwind.toml",
                "[\"credential-rotation\", \"network-allowlisting\"]",
                "[]",
            )
        }),
        ("modes", |r| {
            r.edit("docs/scope.toml", "mode = \"batch\"\n", "")
        }),
        ("schema-inventory", |r| {
            r.strike("schemas/audit-record/entry.toml", "escalation =")
        }),
        ("observability", |r| {
            r.edit("docs/scope.toml", "  \"correlation_id\",\n", "")
        }),
        ("first-sla", |r| {
            fs::remove_dir_all(r.at("operating/sla")).unwrap()
        }),
        ("deprecation-policy", |r| {
            fs::remove_file(r.at("policies/windows.toml")).unwrap()
        }),
    ];
    let ask = ["readiness", "--phase", "1"];
    assert_eq!(Repository::complete().red(&ask), Vec::<String>::new());
    for (id, remove) in table {
        let repository = Repository::complete();
        remove(&repository);
        assert_eq!(repository.red(&ask), [id]);
    }
    // Without the paper itself, everything that stands in it is missing.
    let repository = Repository::complete();
    fs::remove_file(repository.at("docs/scope.toml")).unwrap();
    assert_eq!(
        repository.red(&ask),
        ["use-cases", "data-domains", "modes", "observability"]
    );
}

#[test]
fn row_s0_79_each_of_the_four_steps_of_the_pipeline_is_asked_for() {
    let ask = ["readiness", "--phase", "2"];
    assert_eq!(Repository::complete().red(&ask), Vec::<String>::new());
    for (name, id) in [
        ("Schema lint", "schema-lint"),
        ("Contract tests", "contract-tests"),
        ("Policy as code", "policy-as-code"),
        ("Release gates", "release-gates"),
    ] {
        let repository = Repository::complete();
        repository.edit(
            "gate.yml",
            &format!("- name: {name}\n"),
            "- name: Another\n",
        );
        assert_eq!(repository.red(&ask), [id]);
        let repository = Repository::complete();
        let lame = format!("- name: {name}\n        continue-on-error: true\n");
        repository.edit("gate.yml", &format!("- name: {name}\n"), &lame);
        assert_eq!(repository.red(&ask), [id]);
    }
}

/// The entry of a capability in the shipped table.
fn capability(id: &str) -> toml::Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/capabilities.toml");
    let table: toml::Table = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let list = table["capability"].as_array().unwrap();
    let found = list.iter().find(|one| one["id"].as_str() == Some(id));
    found.unwrap().as_table().unwrap().clone()
}

fn strings(value: &toml::Value) -> Vec<&str> {
    let list = value.as_array().unwrap().iter();
    list.map(|one| one.as_str().unwrap()).collect()
}

#[test]
fn row_s0_81_api_governance_has_its_owner_and_its_hook() {
    let entry = capability("api-governance");
    assert_eq!(entry["owner"].as_str(), Some("exchange-platform"));
    assert_eq!(entry["hook"].as_str(), Some("policy checks in CI"));
    assert_eq!(
        strings(&entry["parts"]),
        ["owners", "board", "exception path"]
    );
    for row in ["S0-09", "S0-10", "S0-11"] {
        assert!(strings(&entry["rows"]).contains(&row), "{row}");
    }
    judged_complete("api-governance");
}

#[test]
fn row_s0_83_contract_testing_has_its_owner_and_its_hook() {
    let entry = capability("contract-testing");
    assert_eq!(entry["owner"].as_str(), Some("integration-architecture"));
    assert_eq!(entry["hook"].as_str(), Some("CI gates"));
    assert_eq!(strings(&entry["parts"]), ["consumer-driven suite"]);
    for row in ["S0-39", "S0-40", "S0-41", "S0-42", "S0-43"] {
        assert!(strings(&entry["rows"]).contains(&row), "{row}");
    }
    judged_complete("contract-testing");
}

/// The entry holds, and does not without its owner, its hook or a file of it.
fn judged_complete(id: &str) {
    let ask = ["readiness", "--capabilities"];
    assert_eq!(Repository::complete().red(&ask), Vec::<String>::new());
    let entry = capability(id);
    for key in ["owner", "hook"] {
        let repository = Repository::complete();
        let said = entry[key].as_str().unwrap();
        repository.edit(
            "docs/capabilities.toml",
            &format!("{key} = \"{said}\""),
            &format!("{key} = \"\""),
        );
        assert!(repository.red(&ask).contains(&id.to_owned()), "{key}");
    }
    let repository = Repository::complete();
    fs::remove_file(repository.at("gate.yml")).unwrap();
    assert!(repository.red(&ask).contains(&id.to_owned()));
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_and_never_a_missing_line() {
    let repository = Repository::complete();
    repository.write("policies/raci.toml", "[[area]]\nid = \n");
    let output = repository.run(&["readiness", "northwind"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("policies/raci.toml:2")
    );
}

#[test]
fn row_s0_02_each_part_of_the_support_model_is_asked_for() {
    for (find, replace) in [
        (
            "contact = \"integration@northwind.example\"",
            "contact = \"\"",
        ),
        ("hours = \"Mon-Fri 08:00-18:00 ET\"", "hours = \"\""),
        (
            "response = { major = \"1h\", minor = \"1d\" }",
            "response = {}",
        ),
        ("minor = \"1d\"", "minor = \"\""),
    ] {
        let repository = Repository::complete();
        repository.edit("partners/northwind.toml", find, replace);
        let (_, report) = repository.ask(&["check", "--only", "catalogue"]);
        let findings = report["findings"].as_array().unwrap();
        let found = findings.iter().any(|finding| {
            finding["rule"] == "catalogue/partner-support-missing"
                && finding["location"]["file"] == "partners/northwind.toml"
        });
        assert!(found, "{replace}: {findings:#?}");
    }
}
