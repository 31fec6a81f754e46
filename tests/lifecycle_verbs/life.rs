//! A small repository with one version, a draft of the next, a board, a policy of windows and two partners.

use crate::folder::{ENTRY, SCHEMA};
use crate::support::{matchmark, text};
use matchmark::evidence::{self, of_inputs, run_file, runs};
use matchmark::lifecycle::approvable;
use matchmark::load;
use matchmark::model::{
    CheckName, CheckState, Judge, JudgedTree, RulesRun, RunAsked, RunRecord, Stage, Verdict,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

pub const AS_OF: &str = "2026-11-21T00:00:00Z";

const CONFIG: &str = "edition = 1\n[board]\nroles = [\"platform\", \"security\", \"compliance\", \"integration\"]\n\
    [board.quorum]\nearly-sunset = [\"platform\", \"integration\"]\n";

const WINDOWS: &str = "[days.low]\nlow = 180\nmedium = 270\nhigh = 300\n[days.medium]\nlow = 120\nmedium = 180\n\
    high = 270\n[days.high]\nlow = 90\nmedium = 120\nhigh = 180\n[notice]\ndelivery = \"a letter\"\n\
    acknowledge-within = 30\nerror-before = 14\n[migration]\nhelp = \"a note\"\n";

pub struct Life(tempfile::TempDir);

impl Life {
    /// The released version 1.0.0 and a draft that `declared` says the number of.
    pub fn with_draft(declared: &str, rest: &str) -> Self {
        let life = Self(tempfile::tempdir().unwrap());
        let record = format!("\n[[version]]\nversion = \"{declared}\"\nstatus = \"draft\"\n");
        let entry = ENTRY.replace("\"released\"\n", "\"released\" # the first\n");
        let first = SCHEMA.replace(
            "\"object\"",
            "\"object\", \"x-open\": \"partners send names of their own\"",
        );
        let digest = matchmark::model::digest(first.as_bytes());
        let entry = format!("{entry}digest = \"{digest}\"\n{record}");
        let schema = first
            .replace("1.0.0", declared)
            .replace("\"object\"", &format!("\"object\"{rest}"));
        life.write("matchmark.toml", CONFIG);
        life.write(".gitignore", "/.matchmark\n");
        life.write("schemas/a/entry.toml", &entry);
        life.write("schemas/a/1.0.0/schema.json", &first);
        life.write("schemas/a/next/accepted/one.json", "{\"a\": 1}\n");
        life.write("schemas/a/next/rejected/one.json", "[]\n");
        life.write("schemas/a/next/schema.json", &schema);
        let other = SCHEMA.replace("schemas/a/", "schemas/b/");
        let listed = ENTRY.replace("\"a\"", "\"b\"");
        life.write("schemas/b/1.0.0/schema.json", &other);
        let digest = matchmark::model::digest(other.as_bytes());
        life.write(
            "schemas/b/entry.toml",
            &format!("{listed}digest = \"{digest}\"\n"),
        );
        life.write("policies/windows.toml", WINDOWS);
        life.write("docs/migrations/a.md", "Send what you sent before.\n");
        for (id, maturity, criticality) in [("contoso", "low", "high"), ("fabrikam", "high", "low")]
        {
            let profile = format!(
                "id = \"{id}\"\nname = \"{id}\"\nmaturity = \"{maturity}\"\ncriticality = \"{criticality}\"\n\
                 lines-of-business = []\ndialect = {{}}\n[uses]\na = \"^1\"\n"
            );
            life.write(&format!("partners/{id}.toml"), &profile);
        }
        life
    }

    /// The same once more.
    pub fn copy(&self) -> Self {
        let other = Self(tempfile::tempdir().unwrap());
        for (path, text) in self.files() {
            other.write(&path, &text);
        }
        other
    }

    pub fn path(&self) -> PathBuf {
        self.0.path().to_owned()
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    pub fn remove(&self, path: &str) {
        std::fs::remove_file(self.path().join(path)).unwrap();
    }

    pub fn has(&self, path: &str) -> bool {
        self.path().join(path).exists()
    }

    /// Every file with its text.
    pub fn files(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        gather(&self.path(), &self.path(), &mut found);
        found
    }

    /// Paths of kept moves.
    pub fn moves(&self) -> Vec<String> {
        let files = self.files().into_keys();
        files
            .filter(|path| path.starts_with(evidence::MOVES))
            .collect()
    }

    pub fn run(&self, arguments: &[&str]) -> (i32, String) {
        self.run_at(AS_OF, arguments)
    }

    pub fn run_at(&self, day: &str, arguments: &[&str]) -> (i32, String) {
        let output = matchmark(&[arguments, &["--as-of", day]].concat())
            .current_dir(self.path())
            .output()
            .unwrap();
        let said = text(&output.stdout) + &text(&output.stderr);
        (output.status.code().unwrap(), said)
    }

    /// What a command says that must succeed.
    pub fn go(&self, arguments: &[&str]) -> String {
        let (code, said) = self.run(arguments);
        assert_eq!(code, 0, "{arguments:?}: {said}");
        said
    }

    /// Keeps a run of the gate over the files as they are, and gives its path.
    pub fn keep(&self, stage: Stage, verdict: Verdict, made: &str) -> String {
        let folder = self.path().join(".matchmark/evidence");
        let kept = runs(&load::runs(&folder).unwrap());
        let (number, previous) = kept.next();
        let (workspace, _) = load::folder(&self.path(), None).unwrap();
        let check = |name| CheckState {
            name,
            ran: true,
            subjects: 1,
            findings: 0,
        };
        let record = RunRecord {
            number,
            previous,
            tool: Judge {
                version: "0.1.0".to_owned(),
                digest: None,
            },
            head: JudgedTree {
                commit: Some("c".repeat(40)),
                clean: true,
                digest: of_inputs(&workspace.inputs),
                inputs: workspace.inputs,
            },
            base: None,
            code_owners: None,
            as_of: made.parse().unwrap(),
            stage,
            asked: RunAsked {
                checks: CheckName::ALL.to_vec(),
                fail_on: None,
                base: None,
                as_of: false,
                allow_empty: false,
                exit_zero: false,
                timeout_ms: None,
            },
            policy_input: None,
            rules: RulesRun::default(),
            rule_versions: BTreeMap::new(),
            checks: CheckName::ALL.map(check).to_vec(),
            findings: Vec::new(),
            waivers: Vec::new(),
            replays: Vec::new(),
            replayed: BTreeMap::new(),
            contracts: Vec::new(),
            verdict,
            exit_code: verdict.exit_code(),
            report: "sha256:bb".to_owned(),
        };
        let (file, text, _) = run_file(&record);
        let path = format!(".matchmark/evidence/{file}");
        self.write(&path, &text);
        path
    }

    pub fn commit(&self) {
        self.git(&["init", "--quiet", "--initial-branch", "main"]);
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--message=Before"]);
    }

    fn git(&self, arguments: &[&str]) {
        let name = ["-c", "user.name=matchmark"];
        let address = ["-c", "user.email=matchmark@payer-exchange.example"];
        let output = Command::new("git")
            .args(name)
            .args(address)
            .args(arguments)
            .current_dir(self.path())
            .env("GIT_AUTHOR_DATE", "2026-11-19T00:00:00Z")
            .env("GIT_COMMITTER_DATE", "2026-11-19T00:00:00Z")
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    }

    /// Rule and pointer of what the gate finds wrong with the lives of versions.
    pub fn rules(&self) -> Vec<String> {
        let check = [
            "check",
            "--stage",
            "pull-request",
            "--only",
            "lifecycle",
            "--base",
            "HEAD",
            "--format",
            "json",
        ];
        let (_, said) = self.run(&check);
        let report: serde_json::Value =
            serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}"));
        let found = crate::support::findings(&report).iter();
        let word = |it: &serde_json::Value, key: &str| it[key].as_str().unwrap().to_owned();
        let told = found.map(|it| format!("{} {}", word(it, "rule"), word(it, "pointer")));
        // This repository has no CODEOWNERS, which is not what its tests are about.
        let is_own =
            |it: &String| it.starts_with("lifecycle/") && !it.contains("approval-unguarded");
        told.filter(is_own).collect()
    }
}

fn gather(root: &Path, folder: &Path, found: &mut BTreeMap<String, String>) {
    for item in std::fs::read_dir(folder).unwrap() {
        let path = item.unwrap().path();
        if path.is_dir() {
            if !path.ends_with(".git") {
                gather(root, &path, found);
            }
            continue;
        }
        let name = path
            .strip_prefix(root)
            .unwrap()
            .to_string_lossy()
            .into_owned();
        found.insert(name, std::fs::read_to_string(&path).unwrap());
    }
}

/// The step of every kept move, from the first to the last.
pub fn steps(life: &Life) -> Vec<String> {
    let files = load::runs(&life.path().join(evidence::MOVES)).unwrap();
    let chain = evidence::moves(&files).unwrap().into_iter();
    chain.map(|kept| kept.value.step).collect()
}

pub fn decision(subject: &str, digest: &str, role: &str, approver: &str) -> String {
    format!(
        "subject = \"{subject}\"\ndigest = \"{digest}\"\nrole = \"{role}\"\napprover = \"{approver}\"\n\
         decision = \"approve\"\ndate = \"2026-11-20\"\n"
    )
}

/// Writes the approval of what stands there now.
pub fn approve(life: &Life, subject: &str, role: &str, approver: &str) {
    let (workspace, _) = load::folder(&life.path(), None).unwrap();
    let digest = approvable(&workspace, subject).unwrap();
    let text = decision(subject, &digest, role, approver);
    life.write(&format!("policies/approvals/{subject}/{role}.toml"), &text);
}
