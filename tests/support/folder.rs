//! A small workspace in a temporary folder, to be read as a user's would be.
#![allow(dead_code)]

use matchmark::catalogue::Workspace;
use matchmark::load;
use matchmark::model::Finding;
use std::path::Path;

/// An entry with one released version `1.0.0` that accepts every object.
pub const ENTRY: &str = r#"id = "a"
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

pub const SCHEMA: &str = r#"{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "https://matchmark.example/schemas/a/1.0.0",
  "type": "object"
}
"#;

/// A temporary folder that is deleted when it goes out of scope.
pub struct Folder(tempfile::TempDir);

impl Folder {
    /// A folder with a configuration and nothing else.
    pub fn empty() -> Self {
        Self(tempfile::tempdir().unwrap()).with("matchmark.toml", "edition = 1\n")
    }

    /// A folder with the entry `a`.
    pub fn sound() -> Self {
        Self::empty()
            .with("schemas/a/entry.toml", ENTRY)
            .with("schemas/a/1.0.0/schema.json", SCHEMA)
    }

    /// The same folder with one file written.
    pub fn with(self, path: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.0.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
        self
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn read(&self) -> (Workspace, Vec<Finding>) {
        load::folder(self.path(), None).unwrap()
    }
}
