//! The gate as a stranger runs it: the shipped data in a git repository of its own, and the real program.
#![allow(dead_code)]

#[path = "scenario.rs"]
pub mod scenario;

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The instant of every run, so that two runs say the same.
pub const AS_OF: &str = "2026-11-21T00:00:00Z";

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The program, deaf to the caller's environment but for where programs lie.
pub fn matchmark(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_matchmark"));
    command
        .args(arguments)
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .stdin(Stdio::null());
    command
}

pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// A repository that is deleted when it goes out of scope.
pub struct Repository(tempfile::TempDir);

impl Repository {
    /// The shipped data, committed once.
    pub fn shipped() -> Self {
        let repository = Self::bare();
        scenario::begin(&repository.path()).expect("a repository");
        repository
    }

    /// The shipped data, in no repository: there is no base.
    pub fn bare() -> Self {
        let folder = tempfile::tempdir().expect("a folder to work in");
        scenario::ship(root(), &folder.path().join("it")).expect("the shipped data");
        Self(folder)
    }

    pub fn path(&self) -> PathBuf {
        self.0.path().join("it")
    }

    /// A path beside the repository.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn remove(self, path: &str) -> Self {
        let target = self.path().join(path);
        let removed = if target.is_dir() {
            std::fs::remove_dir_all(&target)
        } else {
            std::fs::remove_file(&target)
        };
        removed.unwrap_or_else(|error| panic!("{path}: {error}"));
        self
    }

    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    /// Replaces a text that stands in the file exactly once.
    pub fn edit(&self, path: &str, find: &str, replace: &str) {
        let before = self.read(path);
        assert_eq!(before.matches(find).count(), 1, "{path}: {find}");
        self.write(path, before.replacen(find, replace, 1));
    }

    /// A command in the repository.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = matchmark(arguments);
        command.current_dir(self.path());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("the program")
    }

    /// `check` as of a fixed instant, unless the flags name one; the report and the exit code.
    pub fn check(&self, flags: &[&str]) -> (Value, i32) {
        let has_instant = flags.contains(&"--as-of");
        let instant = ["--as-of", AS_OF];
        let instant = if has_instant { &[][..] } else { &instant };
        let output = self.run(&[&["check", "--format", "json"], instant, flags].concat());
        let report = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)));
        (report, output.status.code().expect("an exit code"))
    }
}

pub fn findings(report: &Value) -> &[Value] {
    report["findings"].as_array().map_or(&[], Vec::as_slice)
}

/// Ids of all findings that decide a verdict, sorted, each once.
pub fn deciding(report: &Value) -> Vec<&str> {
    let decides = |finding: &&Value| {
        ["fault", "error", "undecided"].contains(&finding["severity"].as_str().unwrap_or_default())
    };
    let mut rules: Vec<&str> = findings(report)
        .iter()
        .filter(decides)
        .filter_map(|finding| finding["rule"].as_str())
        .collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}
