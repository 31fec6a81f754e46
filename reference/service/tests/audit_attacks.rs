//! Attacks on the exported log of a real run, against two verifiers that share no line of code.
//! Refuses to tell them apart: both name the same fault at the same place, and exit alike.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod support;

use reference::audit::head;
use reference::audit::verify::{Outcome, keys, verify};
use reference::domain::audit::{Entry, Frontier, TreeHead, Why};
use reference::domain::record::{AuditRecord, Digest, link};
use reference::token::SigningKey;
use std::path::{Path, PathBuf};
use std::process::Command;
use support::audit::Exported;
use support::catalogue::root;
use support::request::{Person, exchange, member_match};
use support::stub::{matched, says, scene};

/// The log of a few exchanges and refusals, with the sizes at which heads were signed: some in its middle, one at its end.
async fn log() -> (Exported, Vec<usize>) {
    let (mut scene, stub) = scene().await;
    let folder = tempfile::tempdir().unwrap();
    let sink = folder.path().join("heads.jsonl");
    scene.config.audit.heads = Some(sink.clone());
    says(&stub, matched(), None).await;
    let service = scene.start().await;
    for key in ["k1", "k2"] {
        let request = exchange(&Person::number(5), "contoso");
        let answer = service.start_exchange(key, &request).await;
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        service.until(&id, "fulfilled").await;
        let unknown = member_match(&Person::number(6), "contoso");
        assert_eq!(service.ask("contoso", &unknown).await.status, 422);
        service.exported().await;
    }
    let log = service.exported().await;
    let copied = std::fs::read_to_string(&sink).unwrap();
    assert_eq!(copied.lines().collect::<Vec<_>>(), log.heads);
    let keys = keys(&log.key.to_string()).unwrap();
    let size = |line: &String| head::read(line, &keys).unwrap().size;
    let sizes = log.heads.iter().map(size);
    let sizes = sizes.map(|size| usize::try_from(size).unwrap()).collect();
    (log, sizes)
}

fn entry(line: &str) -> Entry {
    serde_json::from_str(line).unwrap()
}

fn record(line: &str) -> AuditRecord {
    match entry(line) {
        Entry::Kept(kept) => kept.record,
        Entry::Removed(_) => panic!("{line}"),
    }
}

/// What was found: the exit code and, of a broken log, why and where.
type Found = (i32, Option<(String, u64)>);

fn by_library(log: &Exported) -> Found {
    let keys = keys(&log.key.to_string()).unwrap();
    let lines = log.lines.join("\n");
    match verify(lines.as_bytes(), &log.heads.join("\n"), &keys).unwrap() {
        Outcome::Good(_) => (0, None),
        Outcome::Broken(broken) => (1, Some((broken.why.to_string(), broken.index))),
        Outcome::Unsigned(_) => (3, None),
        Outcome::Empty => (4, None),
    }
}

fn files(log: &Exported, folder: &Path) -> [PathBuf; 3] {
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    [
        write("log.ndjson", log.lines.join("\n")),
        write("heads.jsonl", log.heads.join("\n")),
        write("keys.json", log.key.to_string()),
    ]
}

fn run(program: &mut Command, log: &Exported) -> Found {
    let folder = tempfile::tempdir().unwrap();
    let output = program.args(files(log, folder.path())).output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let broken = told.trim().strip_prefix("no-go: ").map(|told| {
        let (why, index) = told.split_once(" at index ").unwrap();
        (why.to_owned(), index.parse().unwrap())
    });
    (output.status.code().unwrap(), broken)
}

fn by_tool(log: &Exported) -> Found {
    run(&mut Command::new(env!("CARGO_BIN_EXE_audit_verify")), log)
}

fn by_referee(log: &Exported) -> Found {
    let script = root().join("reference/service/tests/referee/audit_verify.py");
    run(Command::new("python3").arg(script), log)
}

/// All three say the same.
fn found(log: &Exported) -> Found {
    let found = by_library(log);
    assert_eq!(by_tool(log), found);
    assert_eq!(by_referee(log), found);
    found
}

fn broken(why: Why, index: usize) -> Found {
    (1, Some((why.to_string(), index as u64)))
}

fn changed(log: &Exported, change: impl FnOnce(&mut Vec<String>)) -> Exported {
    let mut lines = log.lines.clone();
    change(&mut lines);
    Exported {
        lines,
        heads: log.heads.clone(),
        key: log.key.clone(),
    }
}

/// A log that says something else from `index` on, linked as if it had always been so, with heads by `key` if any.
fn rewritten(log: &Exported, index: usize, key: Option<&SigningKey>) -> Exported {
    let mut lines = log.lines[..index].to_vec();
    let mut frontier = Frontier::default();
    let mut heads: Vec<TreeHead> = Vec::new();
    let mut previous = Digest::none();
    for (at, line) in log.lines.iter().enumerate() {
        let mut kept = record(line);
        kept.event.snapshot += u64::from(at >= index);
        let entry = Entry::kept(link(kept.seq, previous, kept.event).unwrap());
        previous = entry.leaf().clone();
        frontier.push(entry.hash().unwrap());
        if at >= index {
            lines.push(serde_json::to_string(&entry).unwrap());
        }
    }
    heads.push(TreeHead {
        log: "exchanges".parse().unwrap(),
        size: frontier.size(),
        root: frontier.root().digest(),
        at: "2026-10-01T13:00:00.000Z".parse().unwrap(),
        previous: Digest::none(),
    });
    let signed = key.map(|key| vec![head::sign(key, &heads[0]).unwrap()]);
    Exported {
        lines,
        heads: signed.unwrap_or_else(|| log.heads.clone()),
        key: log.key.clone(),
    }
}

#[tokio::test]
async fn row_s2_37_edit_delete_reorder_truncate_and_insert_are_found_with_the_first_bad_index() {
    let (log, sizes) = log().await;
    let all = log.lines.len();
    let middle = sizes[sizes.len() - 2];
    assert_eq!(found(&log), (0, None));
    assert!(all > 20 && middle > 8 && sizes.last() == Some(&all));
    for index in [1, middle, all - 2] {
        let edited = changed(&log, |lines| {
            lines[index] = lines[index].replacen("\"snapshot\":1", "\"snapshot\":2", 1);
        });
        assert_ne!(edited.lines, log.lines);
        assert_eq!(found(&edited), broken(Why::Edited, index));
        let deleted = changed(&log, |lines| drop(lines.remove(index)));
        assert_eq!(found(&deleted), broken(Why::Misplaced, index));
        let swapped = changed(&log, |lines| lines.swap(index, index + 1));
        assert_eq!(found(&swapped), broken(Why::Misplaced, index));
        let cut = changed(&log, |lines| lines.truncate(index));
        assert_eq!(found(&cut), broken(Why::Truncated, index));
        let inserted = changed(&log, |lines| lines.insert(index, lines[0].clone()));
        assert_eq!(found(&inserted), broken(Why::Misplaced, index));
        let buried = changed(&log, |lines| {
            let leaf = entry(&lines[index]).leaf().clone();
            let seq = index + 1;
            lines[index] = format!(r#"{{"seq":{seq},"leaf":"{leaf}","removed_by":{all}}}"#);
        });
        assert_eq!(found(&buried), broken(Why::RemovedWithoutEvent, index));
        let vouched = sizes.iter().rev().find(|size| **size <= index);
        let vouched = vouched.copied().unwrap_or_default();
        let rewritten = rewritten(&log, index, None);
        assert_eq!(found(&rewritten), broken(Why::RootDiffers, vouched));
    }
}

#[tokio::test]
async fn a_log_that_was_rewritten_with_another_key_or_cut_with_its_heads_is_found() {
    let (log, sizes) = log().await;
    let middle = sizes[sizes.len() - 2];
    let thief = SigningKey::generate().unwrap();
    let forged = rewritten(&log, 3, Some(&thief));
    assert_eq!(found(&forged), broken(Why::HeadForged, 0));
    // Cut together with the last head, the log is whole to whoever has no other copy of the heads.
    let mut cut = changed(&log, |lines| lines.truncate(middle));
    let copy = cut.heads.pop();
    assert_eq!(found(&cut), (0, None));
    cut.heads.extend(copy);
    assert_eq!(found(&cut), broken(Why::Truncated, middle));
    let mut unsigned = changed(&log, |_| {});
    unsigned.heads.pop();
    assert_eq!(found(&unsigned), (3, None));
    unsigned.heads.clear();
    assert_eq!(found(&unsigned), (3, None));
    unsigned.lines.clear();
    assert_eq!(found(&unsigned), (4, None));
    let torn = changed(&log, |lines| lines[4].truncate(30));
    assert_eq!(found(&torn), broken(Why::Malformed, 4));
    let mut headless = changed(&log, |_| {});
    headless.heads.remove(0);
    assert_eq!(found(&headless), broken(Why::HeadMisplaced, 0));
}
