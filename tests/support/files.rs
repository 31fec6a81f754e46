//! What the rules say of the shipped files when one thing is taken out of them: files are edited as values, read as a
//! user's would be, and judged without any other check.
#![allow(dead_code)]

#[path = "scenario.rs"]
pub mod scenario;

use chrono::NaiveDate;
use matchmark::app::over_files;
use matchmark::load;
use matchmark::model::{Finding, Stage};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The day of every run that does not name another.
pub fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).unwrap()
}

/// A copy of the shipped files; it goes away when it is dropped.
pub struct Files(tempfile::TempDir);

impl Files {
    pub fn shipped() -> Self {
        let folder = tempfile::tempdir().expect("a folder to work in");
        scenario::ship(root(), &folder.path().join("it")).expect("the shipped data");
        Self(folder)
    }

    pub fn path(&self) -> PathBuf {
        self.0.path().join("it")
    }

    /// Paths below `folder` that end so, sorted.
    pub fn named(&self, folder: &str, end: &str) -> Vec<String> {
        let mut found = Vec::new();
        let mut open = vec![self.path().join(folder)];
        while let Some(at) = open.pop() {
            for item in std::fs::read_dir(&at).into_iter().flatten().flatten() {
                let path = item.path();
                let name = path.strip_prefix(self.path()).unwrap().to_str().unwrap();
                if path.is_dir() {
                    open.push(path);
                } else if name.ends_with(end) {
                    found.push(name.to_owned());
                }
            }
        }
        found.sort();
        assert!(!found.is_empty(), "nothing like {folder}/**{end}");
        found
    }

    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    pub fn write(&self, path: &str, text: &str) {
        std::fs::write(self.path().join(path), text).unwrap_or_else(|e| panic!("{path}: {e}"));
    }

    pub fn remove(&self, path: &str) {
        let target = self.path().join(path);
        let removed = match target.is_dir() {
            true => std::fs::remove_dir_all(&target),
            false => std::fs::remove_file(&target),
        };
        removed.unwrap_or_else(|e| panic!("{path}: {e}"));
    }

    pub fn toml(&self, path: &str) -> toml::Table {
        self.read(path)
            .parse()
            .unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    /// The file with `change` made to it; the text as it was before.
    pub fn edit_toml(&self, path: &str, change: impl FnOnce(&mut toml::Table)) -> String {
        let before = self.read(path);
        let mut table = self.toml(path);
        change(&mut table);
        self.write(path, &table.to_string());
        before
    }

    /// The same of a JSON file.
    pub fn edit_json(&self, path: &str, change: impl FnOnce(&mut Value)) -> String {
        let before = self.read(path);
        let mut value: Value = serde_json::from_str(&before).unwrap();
        change(&mut value);
        self.write(path, &value.to_string());
        before
    }

    /// Everything that `rule` says on `day`.
    pub fn on(&self, day: NaiveDate, rule: &str) -> Vec<Finding> {
        let (workspace, _) = load::folder(&self.path(), None).unwrap();
        let outcome = over_files(&workspace, day, Stage::Local);
        assert!(outcome.not_evaluated.is_empty(), "{outcome:#?}");
        let id = format!("policy/{rule}");
        let found = outcome.findings.into_iter();
        found.filter(|finding| finding.rule == id).collect()
    }

    /// Where `rule` finds something and of which kind.
    pub fn found(&self, rule: &str) -> BTreeSet<(String, String)> {
        at(&self.on(day(), rule))
    }
}

/// File and kind of each finding.
pub fn at(findings: &[Finding]) -> BTreeSet<(String, String)> {
    let pairs = findings.iter();
    pairs
        .map(|finding| (finding.place.file.clone(), finding.kind.clone()))
        .collect()
}

/// The same kind in every file.
pub fn everywhere<'a>(
    files: impl IntoIterator<Item = &'a String>,
    kind: &str,
) -> BTreeSet<(String, String)> {
    let files = files.into_iter();
    files.map(|file| (file.clone(), kind.to_owned())).collect()
}

/// The table at a dotted path.
pub fn table<'a>(file: &'a mut toml::Table, path: &str) -> &'a mut toml::Table {
    path.split('.').fold(file, |at, name| {
        at.get_mut(name)
            .and_then(toml::Value::as_table_mut)
            .unwrap_or_else(|| panic!("there is no [{path}]"))
    })
}

/// The tables of an array of tables.
pub fn tables<'a>(file: &'a mut toml::Table, name: &str) -> Vec<&'a mut toml::Table> {
    let all = file.get_mut(name).and_then(toml::Value::as_array_mut);
    let all = all.unwrap_or_else(|| panic!("there is no [[{name}]]"));
    all.iter_mut()
        .filter_map(toml::Value::as_table_mut)
        .collect()
}
