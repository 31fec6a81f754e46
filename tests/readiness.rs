//! `readiness` and `partner`: every line holds by its own file only, and nothing that is absent is called present.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const DAY: &str = "2026-11-21";

/// The shipped data with a complete set of operating papers, also those that only a running service needs.
struct Repository(tempfile::TempDir);

const CONFIG: &str = r#"edition = 1

[operating]
documents = "operating"
runbooks = "runbooks"

[readiness]
scope = "docs/scope.toml"
capabilities = "docs/capabilities.toml"
matching = "reference/config/matching"
routing = "routing"
resilience = "reference/config/resilience"
synthetics = "synthetic"
audit = "audit-record"
rollback = "runbooks/back.md"
workflow = "gate.yml"
"#;

const RACI: &str = r#"
[[on-call]]
team = "exchange-platform"
until = "2026-11-30"

[[area]]
id = "incident-response"
accountable = ["exchange-platform"]
escalation = "security-oncall@payer-exchange.example"

[[external]]
id = "cloud-provider"
contact = "platform-oncall@payer-exchange.example"
boundary = "Everything inside the process is ours."
handover = ["region", "correlation ids"]
"#;

const ALERT: &str = r#"{ "id": "slow", "partner": null, "owner": "exchange-platform", "runbook": "runbooks/back.md" }"#;

const SLA: &str = r#"{
  "id": "northwind", "partner": "northwind", "escalation": ["integration-architecture"],
  "error_rate": 50, "availability": 9990,
  "budget": [{ "spent_percent": 50, "team": "exchange-platform" }, { "spent_percent": 100, "team": "exchange-platform" }]
}"#;

const RUNBOOK: &str = r#"+++
id = "back"
owner = "exchange-platform"
alerts = ["slow"]
+++

# Take a release back

1. Say which release is to go.

   ```sh
   matchmark diff hrex-coverage
   ```

   Success: the newest release is named.
"#;

const WORKFLOW: &str = "\
jobs:
  check:
    steps:
      - name: Schema lint
        run: ./step schema-lint
      - name: Contract tests
        run: ./step contract-tests
      - name: Policy as code
        run: ./step policy-as-code
      - name: Release gates
        run: ./step release-gates
";

const WRITTEN: &[(&str, &str)] = &[
    ("matchmark.toml", CONFIG),
    ("policies/raci.toml", RACI),
    ("operating/alerts/slow.json", ALERT),
    ("operating/sla/northwind.json", SLA),
    ("runbooks/back.md", RUNBOOK),
    (
        "routing/1.toml",
        "number = 1\n[[row]]\npartner = \"northwind\"\n",
    ),
    ("synthetic/match.toml", "partner = \"northwind\"\n"),
    ("gate.yml", WORKFLOW),
];

/// Shipped folders that lines look at.
const COPIED: &[&str] = &[
    "schemas",
    "contracts",
    "partners",
    "policies/board.toml",
    "policies/windows.toml",
    "reference/config",
    "docs/scope.toml",
    "docs/capabilities.toml",
    "docs/handbook",
];

impl Repository {
    fn complete() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR"));
        for part in COPIED {
            copy(&shipped.join(part), &folder.path().join(part));
        }
        let repository = Self(folder);
        for (path, text) in WRITTEN {
            repository.write(path, text);
        }
        // The hook of every capability is the gate of this repository.
        repository.edit(
            "docs/capabilities.toml",
            ".github/workflows/matchmark.yml",
            "gate.yml",
        );
        repository
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn edit(&self, path: &str, find: &str, replace: &str) {
        let text = fs::read_to_string(self.at(path)).unwrap();
        assert!(text.contains(find), "{path}: {find}");
        self.write(path, &text.replace(find, replace));
    }

    /// The lines of a file that begin with `key`, left out.
    fn strike(&self, path: &str, key: &str) {
        let text = fs::read_to_string(self.at(path)).unwrap();
        let kept: Vec<&str> = text.lines().filter(|line| !line.starts_with(key)).collect();
        assert!(kept.len() < text.lines().count(), "{path}: {key}");
        self.write(path, &(kept.join("\n") + "\n"));
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_matchmark"))
            .args(arguments)
            .current_dir(self.0.path())
            .env_clear()
            .env("MATCHMARK_AS_OF", DAY)
            .output()
            .unwrap()
    }

    fn ask(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        let output = self.run(&[arguments, &["--format", "json"]].concat());
        let value = serde_json::from_slice(&output.stdout);
        let said = || panic!("{}", String::from_utf8_lossy(&output.stderr));
        (output.status.code(), value.unwrap_or_else(|_| said()))
    }

    /// Ids of the lines that do not hold.
    fn red(&self, arguments: &[&str]) -> Vec<String> {
        let (code, told) = self.ask(arguments);
        let red = self::red(&told["lines"]);
        let later = told.get("go_live").map(self::red).unwrap_or_default();
        assert_eq!(code, Some(i32::from(!(red.is_empty() && later.is_empty()))));
        red
    }
}

fn red(lines: &Value) -> Vec<String> {
    let lines = lines.as_array().unwrap();
    for line in lines {
        let holds = line["holds"].as_bool().unwrap();
        let evidence = line["evidence"].as_array().unwrap();
        assert_eq!(line.get("missing").is_none(), holds, "{line:#}");
        assert!(!holds || !evidence.is_empty(), "{line:#}");
    }
    let red = lines.iter().filter(|line| line["holds"] == false);
    red.map(|line| line["id"].as_str().unwrap().to_owned())
        .collect()
}

fn copy(from: &Path, to: &Path) {
    let is_example = ["accepted", "rejected"]
        .iter()
        .any(|name| from.ends_with(name));
    if is_example {
        return;
    }
    if from.is_file() {
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
        return;
    }
    for item in fs::read_dir(from).unwrap() {
        let item = item.unwrap();
        copy(&item.path(), &to.join(item.file_name()));
    }
}

/// How something is made absent, and the one line that must tell.
type Absent = (&'static str, fn(&Repository));

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
    let table: [Absent; 7] = [
        ("identity-thresholds", |r| {
            r.edit(
                "reference/config/matching/1.toml",
                "attributes = [",
                "others = [",
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
fn row_s0_29_a_card_says_owner_budget_and_way_back_in_250_words() {
    let repository = Repository::complete();
    let output = repository.run(&["partner", "card", "northwind"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.split_whitespace().count() <= 250, "{text}");
    for words in [
        "exchange-platform, platform-oncall@payer-exchange.example",
        "0.50 % of answers may be our failures",
        "runbooks/back.md",
        "Say which release is to go.",
        "integration@northwind.example",
    ] {
        assert!(text.contains(words), "{words} in {text}");
    }
    let table: [Absent; 5] = [
        ("owner", |r| r.strike("policies/raci.toml", "accountable =")),
        ("error budget", |r| {
            fs::remove_dir_all(r.at("operating/sla")).unwrap()
        }),
        ("rollback path", |r| {
            fs::remove_file(r.at("runbooks/back.md")).unwrap()
        }),
        ("escalation", |r| {
            r.strike("partners/northwind.toml", "escalation =")
        }),
        ("brevity", |r| {
            let many = "word ".repeat(260);
            r.edit(
                "operating/sla/northwind.json",
                "\"team\": \"exchange-platform\" }]",
                &format!("\"team\": \"{many}\" }}]"),
            );
        }),
    ];
    for (part, remove) in table {
        let repository = Repository::complete();
        remove(&repository);
        let (code, card) = repository.ask(&["partner", "card", "northwind"]);
        assert_eq!(code, Some(1), "{part}");
        let missing = card["missing"].as_array().unwrap();
        assert_eq!(missing.len(), 1, "{part}: {missing:?}");
        assert!(
            missing[0].as_str().unwrap().starts_with(part),
            "{missing:?}"
        );
    }
    let unknown = repository.run(&["partner", "card", "nortwind"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(
        String::from_utf8(unknown.stderr)
            .unwrap()
            .contains("did you mean `northwind`?")
    );
}

#[test]
fn row_s2_66_a_handover_names_everybody_outside_and_nobody_inside_a_payload() {
    const CANARY: &str = "Canaryson-7f3a";
    let repository = Repository::complete();
    repository.edit(
        "contracts/northwind/member-match.json",
        "Testmember-03",
        CANARY,
    );
    repository.write(
        "payloads/northwind/2026-10.ndjson",
        &format!("{{\"id\":\"{CANARY}\",\"payload\":{{\"{CANARY}\":\"{CANARY}\"}}}}\n"),
    );
    for format in ["text", "json", "markdown"] {
        let output = repository.run(&["partner", "handover", "northwind", "--format", format]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(0), "{text}");
        for words in [
            "cloud-provider",
            "Everything inside the process is ours.",
            "region",
            "runbooks/back.md",
            "correlation_id",
            "platform-oncall@payer-exchange.example",
        ] {
            assert!(text.contains(words), "{format}: {words} in {text}");
        }
        assert!(
            !text.contains(CANARY) && !text.contains("Testmember"),
            "{format}"
        );
    }
    for key in ["contact =", "boundary =", "handover ="] {
        let repository = Repository::complete();
        repository.strike("policies/raci.toml", key);
        let (code, handover) = repository.ask(&["partner", "handover", "northwind"]);
        assert_eq!(code, Some(1), "{key}");
        let said = handover["missing"][0].as_str().unwrap();
        assert!(said.contains("cloud-provider"), "{said}");
    }
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
