//! What a run may leave out, and what it may not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/folder.rs"]
mod folder;

use folder::Folder;
use std::process::Command;

const PROFILE: &str = "stage = \"local\"\nrequire = [\"lifecycle\"]\nfail-on = \"error\"\n";

/// Exit code of a check of nothing but the lifecycle.
fn lifecycle_only(folder: &Folder) -> Option<i32> {
    let done = Command::new(env!("CARGO_BIN_EXE_matchmark"))
        .args(["check", "--only", "lifecycle", "--stage", "local"])
        .args(["--as-of", "2026-11-21"])
        .arg("-C")
        .arg(folder.path())
        .output()
        .unwrap();
    done.status.code()
}

#[test]
fn a_file_that_cannot_be_read_counts_whichever_checks_are_asked_for() {
    let sound = Folder::sound().with("policies/profiles/local.toml", PROFILE);
    assert_eq!(lifecycle_only(&sound), Some(0));
    let broken = sound
        .with("contracts/readme.txt/x", "")
        .with("partners/p.toml", "id = 7\n");
    assert_eq!(lifecycle_only(&broken), Some(2));
}
