//! A small repository with a store of evidence beside it: a folder, or the branch of a remote.
#![allow(dead_code)]

use matchmark::evidence::Files;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const AS_OF: &str = "2026-11-21T00:00:00Z";

/// A repository with nothing but a configuration, and a store beside it.
pub struct Place(pub tempfile::TempDir);

impl Place {
    pub fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(place.root()).unwrap();
        std::fs::write(place.root().join("matchmark.toml"), "edition = 1\n").unwrap();
        place
    }

    pub fn root(&self) -> PathBuf {
        self.0.path().join("it")
    }

    pub fn beside(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn command(&self, verb: &str, flags: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_matchmark"));
        command
            .args(["contract", verb, "--as-of", AS_OF])
            .args(flags)
            .current_dir(self.root())
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command
    }

    pub fn run(&self, verb: &str, flags: &[&str]) -> Output {
        self.command(verb, flags).output().unwrap()
    }

    /// A folder with these files, as the flag that names it.
    pub fn folder(&self, files: &Files) -> String {
        let folder = self.beside("store");
        for (path, bytes) in files {
            let path = folder.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        format!("dir:{}", folder.display())
    }

    /// A bare repository whose branch holds these files.
    pub fn remote(&self, files: &Files) -> PathBuf {
        let (remote, work) = (self.beside("remote.git"), self.beside("work"));
        git(self.0.path(), &["init", "--quiet", "--bare", "remote.git"]);
        git(self.0.path(), &["init", "--quiet", "work"]);
        git(
            &work,
            &["checkout", "--quiet", "--orphan", "contract-evidence"],
        );
        for (path, bytes) in files {
            let path = work.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, bytes).unwrap();
        }
        git(&work, &["add", "--all"]);
        git(&work, &["commit", "--quiet", "--message=Begin"]);
        git(
            &work,
            &["push", "--quiet", "../remote.git", "contract-evidence"],
        );
        remote
    }
}

pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=matchmark",
            "-c",
            "user.email=matchmark@payer-exchange.example",
        ])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

pub fn said(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The files of a remote's branch.
pub fn kept(remote: &Path) -> Files {
    let listed = git(
        remote,
        &["ls-tree", "-r", "--name-only", "contract-evidence"],
    );
    let file = |path: &str| {
        let text = git(remote, &["show", &format!("contract-evidence:{path}")]);
        (path.to_owned(), text.into_bytes())
    };
    listed.lines().map(file).collect()
}
