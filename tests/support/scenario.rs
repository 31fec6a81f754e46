//! A scenario: a small change over the shipped data, written as a git repository of two commits.
//! Refuses to know what the gate makes of it.

use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What of the repository a scenario starts from.
const SHIPPED: &[&str] = &[
    "matchmark.toml",
    "schemas",
    "contracts",
    "policies",
    "partners",
    "payloads",
    "docs/migrations",
    "docs/runbooks",
    "reference/ops",
    ".github/CODEOWNERS",
];

/// `tests/scenarios/<name>/expected.toml`: how a scenario is made, and what the gate must say of it.
///
/// Beside it may lie `overlay/`, files that the head adds or replaces, and `base-overlay/`, files that base
/// and head both have.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Expected {
    /// One sentence: what happened, seen from the person who made the change.
    pub story: String,
    /// `go`, `no-go`, `error`, `undecided`, `empty`.
    pub verdict: String,
    pub exit_code: i32,
    /// Ids of all findings that decide: severities fault, error and undecided, not waived.
    #[serde(default)]
    pub findings: Vec<String>,
    /// Ids of all findings that only speak: warnings; left out when it does not matter.
    pub warnings: Option<Vec<String>>,
    /// Everybody whom these findings hurt; left out when it does not matter.
    pub hurts: Option<Vec<String>>,
    /// Further arguments of `check`, such as `--as-of`.
    #[serde(default)]
    pub args: Vec<String>,
    /// What the head changes.
    #[serde(default)]
    pub head: Change,
    /// What differs from the shipped data in base and head alike: it is older than the change.
    #[serde(default)]
    pub base: Change,
}

/// How files become other files. First paths are copied, then the overlay is laid over them, then texts are
/// edited, then paths are deleted.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Change {
    pub copy: Vec<Twin>,
    pub edit: Vec<Edit>,
    pub delete: Vec<String>,
}

/// A file or folder that appears a second time, to be edited there.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Twin {
    pub from: String,
    pub to: String,
}

/// A text that is replaced. It must stand in the file exactly once.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    pub file: String,
    pub find: String,
    pub replace: String,
}

/// A scenario of the repository.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub name: String,
    pub expected: Expected,
    root: PathBuf,
}

/// Why a scenario could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Stale {
    #[error("{path} could not be used")]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("{path} is not a description of a scenario: {reason}")]
    Description { path: PathBuf, reason: String },
    #[error("{name}: the text to replace stands {count} times in {file}, not once")]
    Edit {
        name: String,
        file: String,
        count: usize,
    },
    #[error("{name}: {path} cannot be deleted, it is not there")]
    Delete { name: String, path: String },
    #[error("git {what} failed: {reason}")]
    Git { what: String, reason: String },
}

impl Scenario {
    /// The scenario of this name, of the repository at `root`.
    pub fn read(root: &Path, name: &str) -> Result<Self, Stale> {
        let path = folder(root, name).join("expected.toml");
        let text = std::fs::read_to_string(&path).map_err(file(&path))?;
        let expected = toml::from_str(&text).map_err(|error| Stale::Description {
            path,
            reason: error.to_string(),
        })?;
        Ok(Self {
            name: name.to_owned(),
            expected,
            root: root.to_owned(),
        })
    }

    /// The names of all scenarios of the repository at `root`, in order.
    pub fn names(root: &Path) -> Result<Vec<String>, Stale> {
        let all = root.join("tests/scenarios");
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&all).map_err(file(&all))? {
            let path = entry.map_err(file(&all))?.path();
            if path.join("expected.toml").is_file() {
                names.extend(
                    path.file_name()
                        .map(|name| name.to_string_lossy().into_owned()),
                );
            }
        }
        names.sort();
        Ok(names)
    }

    /// Writes it to `into`, a folder that must be new or empty: `HEAD~1` is the base, `HEAD` the change.
    pub fn write(&self, into: &Path) -> Result<(), Stale> {
        ship(&self.root, into)?;
        self.change(into, "base-overlay", &self.expected.base)?;
        begin(into)?;
        self.apply(into)?;
        commit(into, &self.expected.story)
    }

    /// Makes what the head changes in the working tree of `into`.
    pub fn apply(&self, into: &Path) -> Result<(), Stale> {
        self.change(into, "overlay", &self.expected.head)
    }

    fn change(&self, into: &Path, overlay: &str, change: &Change) -> Result<(), Stale> {
        for twin in &change.copy {
            copy(&into.join(&twin.from), &into.join(&twin.to))?;
        }
        let overlay = folder(&self.root, &self.name).join(overlay);
        if overlay.exists() {
            copy(&overlay, into)?;
        }
        for edit in &change.edit {
            self.edit(into, edit)?;
        }
        change
            .delete
            .iter()
            .try_for_each(|path| self.delete(into, path))
    }

    fn delete(&self, into: &Path, path: &str) -> Result<(), Stale> {
        let target = into.join(path);
        if target.is_dir() {
            std::fs::remove_dir_all(&target).map_err(file(&target))
        } else if target.is_file() {
            std::fs::remove_file(&target).map_err(file(&target))
        } else {
            Err(Stale::Delete {
                name: self.name.clone(),
                path: path.to_owned(),
            })
        }
    }

    fn edit(&self, into: &Path, edit: &Edit) -> Result<(), Stale> {
        let path = into.join(&edit.file);
        let text = std::fs::read_to_string(&path).map_err(file(&path))?;
        let count = text.matches(&edit.find).count();
        if count != 1 {
            return Err(Stale::Edit {
                name: self.name.clone(),
                file: edit.file.clone(),
                count,
            });
        }
        std::fs::write(&path, text.replacen(&edit.find, &edit.replace, 1)).map_err(file(&path))
    }
}

/// Copies the shipped data of the repository at `root` to `into`.
pub fn ship(root: &Path, into: &Path) -> Result<(), Stale> {
    std::fs::create_dir_all(into).map_err(file(into))?;
    for shipped in SHIPPED {
        let from = root.join(shipped);
        if from.exists() {
            copy(&from, &into.join(shipped))?;
        }
    }
    std::fs::write(into.join(".gitignore"), "/.matchmark\n").map_err(file(into))
}

/// Makes `folder` a git repository with one commit of everything in it.
pub fn begin(folder: &Path) -> Result<(), Stale> {
    git(folder, &["init", "--quiet", "--initial-branch", "main"])?;
    commit(folder, "Base: the shipped data")
}

fn folder(root: &Path, name: &str) -> PathBuf {
    root.join("tests/scenarios").join(name)
}

fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Stale + use<> {
    let path = path.to_owned();
    |source| Stale::File { path, source }
}

/// Copies a file, or a folder with everything in it.
fn copy(from: &Path, to: &Path) -> Result<(), Stale> {
    if from.is_dir() {
        std::fs::create_dir_all(to).map_err(file(to))?;
        for entry in std::fs::read_dir(from).map_err(file(from))? {
            let entry = entry.map_err(file(from))?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    if let Some(parent) = to.parent() {
        std::fs::create_dir_all(parent).map_err(file(parent))?;
    }
    std::fs::copy(from, to).map(|_| ()).map_err(file(from))
}

/// Commits everything in `folder`, and nothing when that is how it is already.
pub fn commit(folder: &Path, subject: &str) -> Result<(), Stale> {
    git(folder, &["add", "--all"])?;
    git(
        folder,
        &["commit", "--quiet", "--allow-empty", "--message", subject],
    )
}

/// Runs git with no configuration but ours, so that the same scenario has the same commits everywhere.
fn git(folder: &Path, arguments: &[&str]) -> Result<(), Stale> {
    let failed = |reason: String| Stale::Git {
        what: arguments.join(" "),
        reason,
    };
    let output = Command::new("git")
        .args(arguments)
        .current_dir(folder)
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env(
            "GIT_CONFIG_GLOBAL",
            if cfg!(windows) { "NUL" } else { "/dev/null" },
        )
        .envs(["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map(|name| (name, "Scenario")))
        .envs(
            ["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"]
                .map(|name| (name, "scenario@matchmark.example")),
        )
        .envs(["GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"].map(|name| (name, "2026-11-01T00:00:00Z")))
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(failed(
            String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        ))
    }
}
