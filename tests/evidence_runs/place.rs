//! A small repository whose runs are quick, and what they left behind.

use matchmark::evidence::{Files, runs};
use matchmark::model::{Kept, RunRecord};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};

const ENTRY: &str = r#"id = "a"
title = "An entry"
direction = "request"
owner = "integration"
reviewers = ["integration"]
escalation = "oncall@payer-exchange.example"
criticality = "high"
phi = "P0"
guide = "matchmark"
errors = "none"
identity = []
consent = "none"

[[version]]
version = "1.0.0"
status = "released"
released = "2026-03-02"
"#;

const SCHEMA: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "https://matchmark.example/schemas/a/1.0.0",
  "type": "object",
  "required": ["x"]
}
"#;

/// A folder with one entry, in no git repository.
pub struct Place(tempfile::TempDir);

impl Place {
    /// After so many runs of the gate, a day between any two.
    pub fn with_runs(count: u32) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.write("matchmark.toml", "edition = 1\n");
        place.write("schemas/a/entry.toml", ENTRY);
        place.write("schemas/a/1.0.0/schema.json", SCHEMA);
        for day in 1..=count {
            place.check(&["--as-of", &format!("2026-11-{day:02}")]);
        }
        place
    }

    /// With recorded payloads that were accepted: partner, how many, how many of them the schema refuses.
    pub fn with_history(partners: &[(&str, usize, usize)]) -> Self {
        let place = Self::with_runs(0);
        for (partner, count, wrong) in partners {
            let lines: Vec<String> = (0..*count)
                .map(|index| envelope(partner, index, index % 13 == 5 && index / 13 < *wrong))
                .collect();
            place.write(
                &format!("payloads/{partner}/2026-10.ndjson"),
                &lines.concat(),
            );
        }
        place
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        let mut command = crate::support::matchmark(arguments);
        command.current_dir(self.0.path()).output().unwrap()
    }

    /// `check`; a later `--as-of` counts.
    pub fn check(&self, flags: &[&str]) -> (Value, i32) {
        let has_instant = flags.contains(&"--as-of");
        let instant = ["--as-of", crate::support::AS_OF];
        let instant = if has_instant { &[][..] } else { &instant };
        let output = self.run(&[&["check", "--format", "json"], instant, flags].concat());
        (json(&output), output.status.code().unwrap())
    }

    /// `check` that is not waited for.
    pub fn spawn(&self) -> Child {
        let arguments = [
            "check",
            "--format",
            "json",
            "--as-of",
            crate::support::AS_OF,
        ];
        let mut command = crate::support::matchmark(&arguments);
        let command = command.current_dir(self.0.path());
        command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    pub fn verify(&self, flags: &[&str]) -> (i32, Value) {
        let output = self.run(&[&["evidence", "verify", "--format", "json"], flags].concat());
        (output.status.code().unwrap(), json(&output))
    }

    pub fn folder(&self) -> PathBuf {
        self.0.path().join(".matchmark/evidence")
    }

    pub fn files(&self) -> Files {
        files(self.0.path())
    }

    pub fn records(&self) -> Vec<Kept<RunRecord>> {
        records(self.0.path())
    }

    /// Makes these the kept files, and no others.
    pub fn put(&self, files: &Files) {
        std::fs::remove_dir_all(self.folder()).unwrap();
        std::fs::create_dir_all(self.folder().join("reports")).unwrap();
        for (path, bytes) in files {
            std::fs::write(self.folder().join(path), bytes).unwrap();
        }
    }
}

fn envelope(partner: &str, index: usize, is_wrong: bool) -> String {
    let payload = if is_wrong {
        r#"{"y":"CANARY-7f3a"}"#
    } else {
        r#"{"x":"CANARY-7f3a"}"#
    };
    format!(
        "{{\"id\":\"{partner}-{index}\",\"recorded_at\":\"2026-10-01T00:00:00Z\",\"partner\":\"{partner}\",\
         \"direction\":\"request\",\"schema\":\"a\",\"version\":\"1.0.0\",\"outcome\":\"accepted\",\
         \"correlation_id\":\"c-{partner}-{index}\",\"payload\":{payload}}}\n"
    )
}

/// The records and reports that the repository at `root` keeps.
pub fn files(root: &Path) -> Files {
    matchmark::load::runs_and_reports(&root.join(".matchmark/evidence")).unwrap()
}

/// The chain that they make.
pub fn records(root: &Path) -> Vec<Kept<RunRecord>> {
    let known = runs(&files(root));
    assert_eq!(known.faults, []);
    known.records
}

pub fn flip(root: &Path, path: &str, at: usize, mask: u8) {
    let path = root.join(".matchmark/evidence").join(path);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[at] ^= mask;
    std::fs::write(path, bytes).unwrap();
}

pub fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// Numbers that are the same in every run.
pub struct Seeded(pub u64);

impl Seeded {
    /// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014 (splitmix64)
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    /// One file, a place in it, and the bits that change there.
    pub fn flip(&mut self, files: &Files) -> (String, usize, u8) {
        let (path, bytes) = files.iter().nth(self.below(files.len())).unwrap();
        let at = self.below(bytes.len());
        (path.clone(), at, 1 << self.below(8))
    }
}

/// Commits everything below `root`.
pub fn commit(root: &Path, subject: &str) {
    for arguments in [
        &["add", "--all"][..],
        &[
            "-c",
            "user.name=matchmark",
            "-c",
            "user.email=matchmark@payer-exchange.example",
            "commit",
            "--quiet",
            "-m",
            subject,
        ],
    ] {
        let mut git = std::process::Command::new("git");
        let output = git
            .args(arguments)
            .current_dir(root)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
}
