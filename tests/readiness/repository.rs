//! The shipped data with operating papers of every kind, and how they are made absent.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

pub const DAY: &str = "2026-11-21";

/// The shipped data with a complete set of operating papers, also those that only a running service needs.
pub struct Repository(pub tempfile::TempDir);

pub const CONFIG: &str = r#"edition = 1

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

pub const RACI: &str = r#"
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

pub const ALERT: &str = r#"{ "id": "slow", "partner": null, "owner": "exchange-platform", "runbook": "runbooks/back.md" }"#;

pub const SLA: &str = r#"{
  "id": "northwind", "partner": "northwind", "escalation": ["integration-architecture"],
  "error_rate": 50, "availability": 9990,
  "budget": [{ "spent_percent": 50, "team": "exchange-platform" }, { "spent_percent": 100, "team": "exchange-platform" }]
}"#;

pub const RUNBOOK: &str = r#"+++
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

pub const WORKFLOW: &str = "\
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

pub const WRITTEN: &[(&str, &str)] = &[
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
pub const COPIED: &[&str] = &[
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
    pub fn complete() -> Self {
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

    pub fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn edit(&self, path: &str, find: &str, replace: &str) {
        let text = fs::read_to_string(self.at(path)).unwrap();
        assert!(text.contains(find), "{path}: {find}");
        self.write(path, &text.replace(find, replace));
    }

    /// The lines of a file that begin with `key`, left out.
    pub fn strike(&self, path: &str, key: &str) {
        let text = fs::read_to_string(self.at(path)).unwrap();
        let kept: Vec<&str> = text.lines().filter(|line| !line.starts_with(key)).collect();
        assert!(kept.len() < text.lines().count(), "{path}: {key}");
        self.write(path, &(kept.join("\n") + "\n"));
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_matchmark"))
            .args(arguments)
            .current_dir(self.0.path())
            .env_clear()
            .env("MATCHMARK_AS_OF", DAY)
            .output()
            .unwrap()
    }

    pub fn ask(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        let output = self.run(&[arguments, &["--format", "json"]].concat());
        let value = serde_json::from_slice(&output.stdout);
        let said = || panic!("{}", String::from_utf8_lossy(&output.stderr));
        (output.status.code(), value.unwrap_or_else(|_| said()))
    }

    /// Ids of the lines that do not hold.
    pub fn red(&self, arguments: &[&str]) -> Vec<String> {
        let (code, told) = self.ask(arguments);
        let red = self::red(&told["lines"]);
        let later = told.get("go_live").map(self::red).unwrap_or_default();
        assert_eq!(code, Some(i32::from(!(red.is_empty() && later.is_empty()))));
        red
    }
}

pub fn red(lines: &Value) -> Vec<String> {
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

pub fn copy(from: &Path, to: &Path) {
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
