//! The ways of judging a payload, beside each other: by one pass, by its values, by its tree.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Every example and every recorded envelope of this repository, one a line, and some of them with something wrong.
fn shipped() -> Vec<String> {
    let mut files = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas")];
    let (mut lines, mut at) = (Vec::new(), 0);
    files.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("payloads"));
    while let Some(path) = files.get(at).cloned() {
        at += 1;
        if path.is_dir() {
            let entries = fs::read_dir(&path).unwrap();
            files.extend(entries.map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let is_example = path
            .components()
            .any(|part| part.as_os_str() == "accepted" || part.as_os_str() == "rejected");
        match path.extension().and_then(|it| it.to_str()) {
            Some("ndjson") => lines.extend(text.lines().map(str::to_owned)),
            Some("json") if is_example => {
                let value: Value = serde_json::from_str(&text).unwrap();
                lines.push(value.to_string());
            }
            _ => {}
        }
    }
    lines.sort();
    let wrong: Vec<String> = lines.iter().map(|line| spoilt(line)).collect();
    lines.extend(wrong);
    lines
}

/// A payload with one thing changed: what, depends on its length.
fn spoilt(line: &str) -> String {
    match line.len() % 6 {
        0 => line.replacen(':', ":0", 1),
        1 => line.replacen(
            "reference\":\"",
            "reference\":\"http://elsewhere.example/",
            2,
        ),
        2 => line.replacen(
            "\"resourceType\":",
            "\"resourceType\":\"Basic\",\"resourceType\":",
            1,
        ),
        3 => line.replacen("202", "192", 1),
        4 => line.replacen("{", "{\"more\":null,", 2),
        _ => line.replacen("accepted", "rejected", 1),
    }
}

#[test]
fn what_is_told_of_a_payload_does_not_depend_on_how_it_is_judged() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.ndjson");
    let lines = shipped();
    assert!(lines.len() > 600, "{} payloads", lines.len());
    fs::write(&file, lines.join("\n")).unwrap();
    let told = |arguments: &[&str]| -> Value {
        let output = Command::new(env!("CARGO_BIN_EXE_matchmark"))
            .args(["validate", file.to_str().unwrap(), "--format", "json"])
            .args(["--as-of", "2026-10-01", "--max-findings", "100000"])
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env_clear()
            .output()
            .unwrap();
        serde_json::from_slice(&output.stdout).unwrap()
    };
    // One schema alone is asked by one pass, and what that refuses is told by a walk.
    let alone = ["--schema-only", "--as", "hrex-member-match-request"];
    for (arguments, least) in [
        (&[][..], 500),
        (&["--schema-only"], 500),
        (&["--caller", "contoso"], 500),
        (&alone, 20),
    ] {
        let quickly = told(arguments);
        // Where other versions are asked too, every payload goes the whole way.
        let mut wholly = told(&[arguments, &["--against", "*"]].concat());
        for told in wholly["payloads"].as_array_mut().unwrap() {
            told.as_object_mut().unwrap().shift_remove("versions");
        }
        wholly["summary"]["versions"] = serde_json::json!({});
        let (valid, invalid) = (wholly["valid"].as_u64(), wholly["invalid"].as_u64());
        assert!(
            valid > Some(least) && invalid > Some(500),
            "{valid:?} valid, {invalid:?} not"
        );
        let payloads = |told: &mut Value| {
            let payloads = told["payloads"].as_array_mut().unwrap();
            std::mem::take(payloads)
        };
        let (mut quickly, mut wholly) = (quickly, wholly);
        for (one, other) in payloads(&mut quickly).iter().zip(payloads(&mut wholly)) {
            assert_eq!(*one, other, "{arguments:?}");
        }
        assert!(quickly == wholly, "another summary with {arguments:?}");
    }
}
