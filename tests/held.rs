//! What long runs hold in memory: as much as judges need, whatever the length of a history and of its lines.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/gate.rs"]
mod support;

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::yield_now;
use support::{Repository, matchmark, root};

/// Bytes that a run may hold.
const MOST: u64 = 64 << 20;

/// Most memory that the run held beside the pages of its own program, which in this build are many.
fn held(mut command: Command) -> u64 {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut most, status) = (0, format!("/proc/{}/status", child.id()));
    let code = loop {
        let status = fs::read_to_string(&status).unwrap_or_default();
        let bytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            let number: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
            Some(number * 1024)
        };
        let held = bytes("VmHWM:").zip(bytes("RssFile:"));
        most = most.max(held.map_or(0, |(peak, program)| peak.saturating_sub(program)));
        match child.try_wait().unwrap() {
            Some(done) => break done.code(),
            None => yield_now(),
        }
    };
    assert_eq!(code, Some(0), "the run did not do its work");
    assert!(most > 0, "the system does not say what is held");
    most
}

/// The envelopes of the shipped repository, again and again, each with an id of its own.
fn envelopes(path: &Path, lines: usize) {
    let mut recorded = Vec::new();
    for partner in ["contoso", "fabrikam", "northwind"] {
        let file = root().join(format!("payloads/{partner}/2026-08.ndjson"));
        recorded.extend(fs::read_to_string(file).unwrap().lines().map(str::to_owned));
    }
    let mut file = BufWriter::new(File::create(path).unwrap());
    for (at, line) in recorded.iter().cycle().take(lines).enumerate() {
        let rest = line.strip_prefix("{\"id\":\"").unwrap();
        writeln!(file, "{{\"id\":\"{at}-{rest}").unwrap();
    }
}

#[test]
fn a_replay_holds_neither_the_history_nor_two_whole_repositories() {
    let repository = Repository::shipped();
    let history = repository.beside("long.ndjson");
    envelopes(&history, 3_000);
    let name = history.to_string_lossy().into_owned();
    let words = [
        "replay",
        "--base",
        "HEAD",
        "--history",
        &name,
        "--jobs",
        "2",
    ];
    let held = held(repository.command(&words));
    assert!(held <= MOST, "{} KiB", held >> 10);
}

#[test]
fn lines_near_the_limit_are_not_held_one_a_thread_and_one_a_place() {
    let folder = tempfile::tempdir().unwrap();
    let schema = r#"{"type":"object","properties":{"note":{"type":"string"}},"required":["note"]}"#;
    fs::write(folder.path().join("schema.json"), schema).unwrap();
    let mut file = BufWriter::new(File::create(folder.path().join("long.ndjson")).unwrap());
    let note = "y".repeat(15 << 20);
    for _ in 0..8 {
        writeln!(file, "{{\"note\":\"{note}\"}}").unwrap();
    }
    file.flush().unwrap();
    let words = [
        "validate",
        "--schema",
        "schema.json",
        "long.ndjson",
        "--jobs",
        "2",
    ];
    let mut command = matchmark(&words);
    command.current_dir(folder.path());
    let held = held(command);
    assert!(held <= MOST, "{} KiB", held >> 10);
}
