//! Files of the repository as values, so that a guard can be shown a made-up one.
//! Refuses to know what is looked for in them.

use std::path::{Path, PathBuf};

/// A text file: its path from the repository's root with forward slashes, and its text.
#[derive(Clone, Debug)]
pub struct Source {
    pub path: String,
    pub text: String,
}

/// Folders that hold Rust.
const CODE: &[&str] = &["src", "wire", "reference", "xtask", "fuzz", "tests"];

/// Endings of the files that people read or write by hand.
const TEXT: &[&str] = &[
    "rs", "toml", "md", "json", "ndjson", "rego", "yml", "yaml", "txt", "sh", "html", "css", "snap",
];

/// Folders that no commit holds.
const FOREIGN: &[&str] = &["target", ".git", ".matchmark", "demo", "node_modules"];

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    pub fn read(path: &str) -> Self {
        let text = std::fs::read_to_string(root().join(path)).expect("a file of the repository");
        Self::new(path, &text)
    }

    /// Every Rust file, tests and tools included.
    pub fn rust() -> Vec<Self> {
        CODE.iter()
            .flat_map(|folder| gather(&root().join(folder), &["rs"]))
            .collect()
    }

    /// Every Rust file of the harness, `wire` and the reference: what ships.
    pub fn of_crates() -> Vec<Self> {
        Self::rust()
            .into_iter()
            .filter(|source| {
                [
                    "src/",
                    "wire/src/",
                    "reference/domain/src/",
                    "reference/service/src/",
                ]
                .iter()
                .any(|shipped| source.path.starts_with(shipped))
            })
            .collect()
    }

    /// Every `Cargo.toml`.
    pub fn manifests() -> Vec<Self> {
        gather(&root(), &["toml"])
            .into_iter()
            .filter(|source| source.path.ends_with("Cargo.toml"))
            .collect()
    }

    /// Every text file of the repository, and the scripts of its CI.
    pub fn texts() -> Vec<Self> {
        let mut found = gather(&root(), TEXT);
        found.push(Self::read(".ci/run"));
        found
    }

    /// Segments of the module that this file is, below its crate's root: `src/a/b.rs` is `a`, `b`.
    pub fn module(&self) -> Vec<String> {
        let inner = self.path.rsplit_once("src/").map_or("", |(_, inner)| inner);
        let stem = inner.trim_end_matches(".rs");
        stem.split('/')
            .filter(|segment| !["mod", "lib", "main", ""].contains(segment))
            .map(str::to_owned)
            .collect()
    }

    /// Whether the whole file exists for tests only.
    pub fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn gather(folder: &Path, endings: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of the repository") {
            let path = entry.expect("an entry of the folder").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                if !FOREIGN.contains(&&*name) {
                    open.push(path);
                }
            } else if endings
                .iter()
                .any(|ending| name.ends_with(&format!(".{ending}")))
            {
                // A file that is not UTF-8 is a test case for bad input, never code.
                if let Ok(text) = std::fs::read_to_string(&path) {
                    found.push(Source {
                        path: relative(&path),
                        text,
                    });
                }
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

fn relative(path: &Path) -> String {
    let inner = path.strip_prefix(root()).unwrap_or(path);
    inner.to_string_lossy().replace('\\', "/")
}
