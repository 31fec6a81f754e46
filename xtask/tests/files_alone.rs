//! A schema, a rule and a contract, added by files alone, as the handbook tells it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[allow(
    dead_code,
    reason = "the tests that judge scenarios need more of it than this one does"
)]
#[path = "../../tests/support/scenario.rs"]
mod scenario;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What the author of the entry fills in, one text for another.
const ENTRY: &[(&str, &str)] = &[
    ("title = \"\"", "title = \"Whether a member is covered\""),
    ("direction = \"shared\"", "direction = \"request\""),
    ("owner = \"\"", "owner = \"exchange-platform\""),
    ("reviewers = []", "reviewers = [\"security\"]"),
    (
        "escalation = \"\"",
        "escalation = \"platform-oncall@payer-exchange.example\"",
    ),
    ("phi = \"P3\"", "phi = \"P1\""),
];
const SCHEMA: &[(&str, &str)] = &[
    (
        "\"title\": \"\"",
        "\"title\": \"Whether a member is covered\"",
    ),
    (
        "      \"minLength\": 1\n    }\n",
        r#"      "minLength": 1,
      "x-semantics": { "text": "Number of the question; the answer repeats it.", "tag": "message.id" },
      "x-phi": "P1", "x-since": "1.0.0", "x-source": { "guide": "matchmark", "version": "1.0.0" }
    },
    "note": {
      "type": "string",
      "x-semantics": { "text": "Remark of a clerk for another one; nothing is decided on it.", "tag": "message.remark" },
      "x-phi": "P1", "x-since": "1.0.0", "x-source": { "guide": "matchmark", "version": "1.0.0" }
    }
"#,
    ),
];
const RULE: &[(&str, &str)] = &[
    (
        "title = \"\"",
        "title = \"Every schema must have an owner.\"",
    ),
    ("status = \"draft\"", "status = \"active\""),
    ("owner = \"\"", "owner = \"exchange-platform\""),
    ("rows = []", "rows = [\"S0-09\"]"),
    ("document = \"\"", "document = \"handbook\""),
    ("section = \"\"", "section = \"ownership\""),
    ("requirement = \"\"", "requirement = \"somebody answers\""),
    ("remedy = \"\"", "remedy = \"name an owner in entry.toml\""),
    ("why = \"\"", "why = \"Nobody answers a partner who asks.\""),
    ("bad = \"\"", "bad = \"owner = unknown\""),
    ("good = \"\"", "good = \"owner = exchange-platform\""),
];

struct Repository(tempfile::TempDir);

impl Repository {
    fn shipped() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        scenario::ship(root, folder.path()).unwrap();
        scenario::begin(folder.path()).unwrap();
        Self(folder)
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }

    /// `cargo xtask` as it would run in this repository.
    fn xtask(&self, arguments: &[&str]) {
        let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"));
        xtask.args(arguments);
        let run = xtask.env("CARGO_MANIFEST_DIR", self.path("xtask")).output();
        assert!(run.unwrap().status.success());
    }

    fn complete(&self, path: &str, texts: &[(&str, &str)]) {
        let mut text = std::fs::read_to_string(self.path(path)).unwrap();
        for (find, replace) in texts {
            assert_eq!(text.matches(find).count(), 1, "{path}: {find}");
            text = text.replacen(find, replace, 1);
        }
        std::fs::write(self.path(path), text).unwrap();
    }

    /// A second contract of one consumer, with the first interaction of its first.
    fn contract(&self) {
        let text = std::fs::read_to_string(self.path("contracts/contoso/member-match.json"));
        let mut contract: Value = serde_json::from_str(&text.unwrap()).unwrap();
        let mut first = contract["interactions"][0].clone();
        first["key"] = "cm-claims".into();
        first["description"] = "member match, as the claims team asks it".into();
        contract["interactions"] = vec![first].into();
        let path = self.path("contracts/contoso/claims.json");
        std::fs::write(path, contract.to_string()).unwrap();
    }

    fn check(&self) -> Value {
        let program = Path::new(env!("CARGO_BIN_EXE_xtask")).with_file_name("matchmark");
        let output = Command::new(program)
            .args([
                "check",
                "--base",
                "HEAD",
                "--stage",
                "local",
                "--as-of",
                "2026-11-21",
            ])
            .args(["--format", "json", "-C"])
            .arg(self.0.path())
            .output()
            .unwrap();
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)))
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The program of the same build, asked for in the words of the test run: other words choose other
/// features, and build every dependency a second time.
fn build() {
    let arguments = ["test", "--quiet", "--workspace", "--no-run"];
    let output = Command::new(env!("CARGO")).args(arguments).output();
    let output = output.unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn row_s0_56_a_schema_a_rule_and_a_contract_are_added_by_files_alone() {
    build();
    let repository = Repository::shipped();
    let before = repository.check();
    assert_eq!(before["verdict"], "go", "{:#}", before["findings"]);

    repository.xtask(&["new-schema", "member-eligibility"]);
    repository.xtask(&["new-rule", "owner-unknown"]);
    repository.contract();
    // What only its author can know is asked for, file by file.
    let asked = repository.check();
    assert_eq!(asked["verdict"], "error");
    for file in [
        "schemas/member-eligibility/",
        "policies/rules/owner-unknown/",
    ] {
        let named = asked["findings"].as_array().unwrap().iter();
        let files = named.filter_map(|finding| finding["location"]["file"].as_str());
        assert!(
            files.into_iter().any(|path| path.starts_with(file)),
            "{file}"
        );
    }

    repository.complete("schemas/member-eligibility/entry.toml", ENTRY);
    repository.complete("schemas/member-eligibility/next/schema.json", SCHEMA);
    repository.complete("policies/rules/owner-unknown/rule.toml", RULE);
    let after = repository.check();
    assert_eq!(after["verdict"], "go", "{:#}", after["findings"]);
    let subjects = |report: &Value, check: usize| report["checks"][check]["subjects"].as_u64();
    assert_eq!(subjects(&after, 0), subjects(&before, 0).map(|n| n + 2));
    assert_eq!(subjects(&after, 1), subjects(&before, 1).map(|n| n + 1));
    assert_eq!(subjects(&after, 3), subjects(&before, 3).map(|n| n + 1));
}
