//! A job of GitHub as the action sees it: variables, files, and what the runner reads from standard output.

use super::support::{AS_OF, Repository, text};
use serde_json::Value;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The folder of the action.
pub fn action() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/actions/matchmark")
}

/// Git with no configuration but ours.
pub fn git(folder: &Path, words: &[&str]) -> Output {
    Command::new("git")
        .args(words)
        .current_dir(folder)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .envs(["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map(|name| (name, "Scenario")))
        .envs(
            ["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"]
                .map(|name| (name, "scenario@matchmark.example")),
        )
        .output()
        .expect("git")
}

pub fn commit(folder: &Path, subject: &str) {
    for words in [
        &["add", "--all"][..],
        &["commit", "--quiet", "--message", subject][..],
    ] {
        let output = git(folder, words);
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
}

/// A step that is about to run.
pub struct Job {
    workspace: PathBuf,
    program: PathBuf,
    base: String,
    event_base: String,
    args: String,
}

/// What the runner has afterwards.
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    /// Lines that the runner takes for commands.
    pub commands: Vec<String>,
    pub summary: String,
    outputs: BTreeMap<String, String>,
    _temp: tempfile::TempDir,
}

impl Job {
    /// A pull request whose change is the last commit.
    pub fn of(repository: &Repository) -> Self {
        let parent = git(&repository.path(), &["rev-parse", "HEAD~1"]);
        let base = if parent.status.success() {
            "HEAD~1"
        } else {
            "HEAD"
        };
        let sha = text(&git(&repository.path(), &["rev-parse", base]).stdout);
        Self::at(&repository.path()).event_base(sha.trim())
    }

    pub fn at(workspace: &Path) -> Self {
        Self {
            workspace: workspace.to_owned(),
            program: PathBuf::from(env!("CARGO_BIN_EXE_matchmark")),
            base: String::new(),
            event_base: String::new(),
            args: String::new(),
        }
    }

    pub fn base(mut self, base: &str) -> Self {
        self.base = base.to_owned();
        self
    }

    pub fn event_base(mut self, base: &str) -> Self {
        self.event_base = base.to_owned();
        self
    }

    pub fn args(mut self, args: &str) -> Self {
        self.args = args.to_owned();
        self
    }

    /// Another program: a script of these lines.
    pub fn program(mut self, path: &Path, script: &str) -> Self {
        std::fs::write(path, script).expect("a script");
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(path, mode).expect("a mode");
        self.program = path.to_owned();
        self
    }

    pub fn run(self) -> Ran {
        let temp = tempfile::tempdir().expect("a folder of the runner");
        let file = |name: &str| temp.path().join(name);
        for name in ["output", "summary"] {
            std::fs::write(file(name), "").expect("a file of the runner");
        }
        std::fs::write(file("event.json"), "{}").expect("an event");
        let output = script("run.sh")
            .current_dir(&self.workspace)
            .env("CI", "true")
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_ACTION_PATH", action())
            .env("GITHUB_EVENT_NAME", "pull_request")
            .env("GITHUB_EVENT_PATH", file("event.json"))
            .env("GITHUB_OUTPUT", file("output"))
            .env("GITHUB_SERVER_URL", "https://github.example")
            .env("GITHUB_STEP_SUMMARY", file("summary"))
            .env("GITHUB_WORKSPACE", &self.workspace)
            .env("RUNNER_TEMP", file("temp"))
            .env("GATE_PROGRAM", &self.program)
            .env("GATE_STAGE", "pull-request")
            .env("GATE_BASE", &self.base)
            .env("GATE_EVENT_BASE", &self.event_base)
            .env("GATE_DIRECTORY", ".")
            .env(
                "GATE_ARGS",
                format!("--as-of {AS_OF} --timeout 10m {}", self.args),
            )
            .env("GATE_ARTIFACT", "matchmark-report")
            .env("GATE_TOKEN", "")
            .output()
            .expect("bash");
        let stdout = text(&output.stdout);
        let outputs = std::fs::read_to_string(file("output")).expect("outputs");
        Ran {
            code: output.status.code().expect("an exit code"),
            commands: commands(&stdout),
            stdout,
            stderr: text(&output.stderr),
            summary: std::fs::read_to_string(file("summary")).expect("a summary"),
            outputs: read(&outputs),
            _temp: temp,
        }
    }
}

impl Ran {
    /// The value that a later step reads: the last one that was given.
    pub fn output(&self, name: &str) -> &str {
        self.outputs.get(name).map_or("", String::as_str)
    }

    /// A file that goes into the artifact.
    pub fn kept(&self, name: &str) -> String {
        let path = Path::new(self.output("report-path")).join(name);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn report(&self) -> Value {
        serde_json::from_str(&self.kept("report.json")).expect("a report")
    }
}

/// A script of the action, deaf to the caller's environment but for where programs lie.
pub fn script(name: &str) -> Command {
    let mut command = Command::new("bash");
    command
        .arg(action().join(name))
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null");
    command
}

/// Source: GitHub Actions, workflow commands: one begins a line with `::`, and none counts while they are stopped
fn commands(stdout: &str) -> Vec<String> {
    let mut stopped: Option<String> = None;
    let mut heard = Vec::new();
    for line in stdout.lines() {
        match &stopped {
            Some(end) => {
                if line == format!("::{end}::") {
                    stopped = None;
                }
            }
            None => match line.trim_start().strip_prefix("::stop-commands::") {
                Some(end) => {
                    assert!(end.len() >= 32, "{end}");
                    stopped = Some(end.to_owned());
                }
                None if line.trim_start().starts_with("::") || line.contains("##[") => {
                    heard.push(line.to_owned());
                }
                None => {}
            },
        }
    }
    assert_eq!(stopped, None, "commands stay stopped");
    heard
}

/// Source: GitHub Actions, environment files: `name=value` a line, the last one counts
fn read(text: &str) -> BTreeMap<String, String> {
    let pair = |line: &str| {
        let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("{line}"));
        (name.to_owned(), value.to_owned())
    };
    text.lines().map(pair).collect()
}
