//! Other validators and parsers as a set-up folder holds them, each as a program over a schema and a file of lines.
//! Refuses to need them: one that is not there is left out, and the page says so.

use super::super::pairs::SHARED;
use super::cost::Program;
use crate::{repository, shell};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A program of the folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peer {
    /// The crate `jsonschema` over `serde_json::Value`.
    Crate,
    /// The same with another allocator.
    CrateMimalloc,
    Boon,
    /// The same crate from Python.
    Python,
    Ajv,
    AjvAlone,
    Sourcemeta,
    SourcemetaAlone,
    /// Parses into `serde_json::Value`, and judges nothing.
    Value,
    /// Parses onto a tape, and judges nothing.
    Tape,
}

/// The set-up folder.
pub struct Peers {
    pub folder: PathBuf,
    /// Whether what is missing may be built.
    pub builds: bool,
}

const FLOORS: &str = "floors/target/release/floors";
const SOURCEMETA: &str = "npm/node_modules/@sourcemeta/jsonschema";
const SOURCEMETA_PROGRAM: &str = "build/github-releases/jsonschema-linux-x86_64";

impl Peers {
    /// The folder that is named; otherwise the one below `target/`, set up when the shared folder says how and `builds` allows it.
    pub fn find(named: Option<&Path>, builds: bool) -> Option<Self> {
        if let Some(named) = named {
            let folder = std::fs::canonicalize(named).ok()?;
            return Some(Self { folder, builds });
        }
        let folder = repository::target().join("bench");
        if builds && !folder.join(FLOORS).is_file() {
            let script = PathBuf::from(std::env::var_os(SHARED)?).join("bench/setup.sh");
            let words = [script.to_string_lossy(), folder.to_string_lossy()];
            let mut command = shell::program("bash", &words.each_ref().map(AsRef::as_ref));
            if let Err(fault) = shell::run(&mut command) {
                println!(
                    "payloads: not everything could be set up: {}",
                    fault.chain()
                );
            }
        }
        folder
            .join("data")
            .is_dir()
            .then_some(Self { folder, builds })
    }

    /// A schema of the folder.
    pub fn schema(&self, kind: &str) -> Option<PathBuf> {
        let path = self.folder.join(format!("data/{kind}.schema.json"));
        path.is_file().then_some(path)
    }

    /// The peer over a corpus; none where it is not there.
    pub fn program(&self, peer: Peer, schema: &Path, corpus: &Path) -> Option<Program> {
        let at = |path: &str| self.folder.join(path).to_string_lossy().into_owned();
        let (schema, corpus) = (
            schema.to_string_lossy().into_owned(),
            corpus.to_string_lossy().into_owned(),
        );
        let floors = |mode: &str| vec![at(FLOORS), mode.to_owned(), schema.clone(), corpus.clone()];
        let sourcemeta = at(&format!("{SOURCEMETA}/{SOURCEMETA_PROGRAM}"));
        let words = match peer {
            Peer::Crate => floors("js"),
            Peer::CrateMimalloc => {
                let mut words = floors("js");
                *words.first_mut()? = mimalloc(&self.folder, self.builds)?
                    .to_string_lossy()
                    .into_owned();
                words
            }
            Peer::Boon => floors("boon"),
            Peer::Value => floors("serde"),
            Peer::Tape => floors("simd-tape"),
            Peer::Python => vec![
                at("venv/bin/python"),
                at("peers/py_peer.py"),
                "jsonschema_rs".to_owned(),
                schema,
                corpus,
            ],
            Peer::Ajv => {
                let name = Path::new(&schema).file_name()?.to_string_lossy();
                let told = at(&format!(
                    "data/{}",
                    name.replace(".schema.json", ".disc.json")
                ));
                let (schema, mode) = if Path::new(&told).is_file() {
                    (told, "disc")
                } else {
                    (schema, "plain")
                };
                vec![
                    "node".to_owned(),
                    at("peers/ajv.js"),
                    schema,
                    corpus,
                    mode.to_owned(),
                ]
            }
            Peer::AjvAlone => {
                let mut words = vec!["node".to_owned(), at("npm/node_modules/.bin/ajv")];
                let flags = [
                    "validate",
                    "--spec=draft2020",
                    "--strict=false",
                    "--validate-formats=false",
                ];
                words.extend(flags.map(str::to_owned));
                words.extend(["-s".to_owned(), schema, "-d".to_owned(), corpus]);
                words
            }
            Peer::Sourcemeta => vec![
                sourcemeta,
                "validate".to_owned(),
                schema,
                corpus,
                "--fast".to_owned(),
                "--continue".to_owned(),
            ],
            Peer::SourcemetaAlone => vec![sourcemeta, "validate".to_owned(), schema, corpus],
        };
        let is_there = words
            .iter()
            .all(|word| !word.starts_with('/') || Path::new(word).exists());
        is_there.then(|| Program {
            name: self.name(peer),
            words,
            fine: &[0],
        })
    }

    /// What it is called, with its version.
    pub fn name(&self, peer: Peer) -> String {
        let (name, version) = match peer {
            Peer::Crate => ("jsonschema crate", self.locked("jsonschema")),
            Peer::CrateMimalloc => ("jsonschema crate with mimalloc", self.locked("jsonschema")),
            Peer::Boon => ("boon", self.locked("boon")),
            Peer::Value => ("serde_json value, parse only", self.locked("serde_json")),
            Peer::Tape => ("simd-json tape, parse only", self.locked("simd-json")),
            Peer::Python => (
                "jsonschema-rs from Python",
                self.installed("jsonschema_rs-"),
            ),
            Peer::Ajv => ("ajv", self.package("npm/node_modules/ajv")),
            Peer::AjvAlone => ("ajv-cli", self.package("npm/node_modules/ajv-cli")),
            Peer::Sourcemeta => ("sourcemeta --fast", self.package(SOURCEMETA)),
            Peer::SourcemetaAlone => ("sourcemeta", self.package(SOURCEMETA)),
        };
        match version {
            Some(version) => format!("{name} {version}"),
            None => name.to_owned(),
        }
    }

    /// The version that the lock file of the floors' program names.
    fn locked(&self, name: &str) -> Option<String> {
        let text = std::fs::read_to_string(self.folder.join("floors/Cargo.lock")).ok()?;
        let lock: toml::Table = text.parse().ok()?;
        let packages = lock.get("package")?.as_array()?;
        let named =
            |package: &&toml::Value| package.get("name").and_then(|own| own.as_str()) == Some(name);
        let version = packages.iter().find(named)?.get("version")?;
        Some(version.as_str()?.to_owned())
    }

    fn package(&self, folder: &str) -> Option<String> {
        let text = std::fs::read_to_string(self.folder.join(folder).join("package.json")).ok()?;
        let package: Value = serde_json::from_str(&text).ok()?;
        Some(package.get("version")?.as_str()?.to_owned())
    }

    /// The version of a Python package, which stands in the name of a folder.
    fn installed(&self, start: &str) -> Option<String> {
        let library = std::fs::read_dir(self.folder.join("venv/lib")).ok()?;
        let packages = library
            .filter_map(|entry| std::fs::read_dir(entry.ok()?.path().join("site-packages")).ok());
        packages.flatten().find_map(|entry| {
            let name = entry.ok()?.file_name();
            let version = name.to_str()?.strip_prefix(start)?;
            Some(version.strip_suffix(".dist-info")?.to_owned())
        })
    }
}

/// The floors' program with the other allocator, built beside ours when it is not there yet.
fn mimalloc(folder: &Path, builds: bool) -> Option<PathBuf> {
    let target = repository::target().join("bench/mimalloc");
    let program = target.join("release/floors");
    if program.is_file() {
        return Some(program);
    }
    if !builds {
        return None;
    }
    println!("payloads: building the crate with mimalloc");
    let manifest = folder.join("floors/Cargo.toml");
    let words = [
        "build",
        "--quiet",
        "--release",
        "--locked",
        "--features",
        "mi",
    ];
    let mut command = shell::cargo(&words);
    command.arg("--manifest-path").arg(manifest);
    command.arg("--target-dir").arg(&target);
    let built = shell::works(command.env("RUSTFLAGS", "-C target-cpu=native"));
    (built && program.is_file()).then_some(program)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_peer_that_is_not_there_is_left_out_and_the_others_are_named_with_their_versions() {
        let home = tempfile::tempdir().unwrap();
        let peers = Peers {
            folder: home.path().to_owned(),
            builds: false,
        };
        let write = |path: &str, text: &str| {
            let path = home.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, text).unwrap();
            path
        };
        let schema = write("data/p2p.schema.json", "{}");
        let corpus = write("data/p2p.1.jsonl", "{}\n");
        assert!(peers.program(Peer::Crate, &schema, &corpus).is_none());
        write(FLOORS, "");
        write(
            "floors/Cargo.lock",
            "[[package]]\nname = \"jsonschema\"\nversion = \"0.60.2\"\n",
        );
        let found = peers.program(Peer::Crate, &schema, &corpus).unwrap();
        assert_eq!(found.name, "jsonschema crate 0.60.2");
        assert_eq!(found.words.get(1).unwrap(), "js");
        assert!(peers.program(Peer::Sourcemeta, &schema, &corpus).is_none());
        std::fs::create_dir_all(
            home.path()
                .join("venv/lib/python3.9/site-packages/jsonschema_rs-1.2.3.dist-info"),
        )
        .unwrap();
        assert_eq!(peers.name(Peer::Python), "jsonschema-rs from Python 1.2.3");
    }
}
