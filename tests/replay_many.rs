//! A history of any size: by any number of threads, in shards, packed or plain, the answer is the same.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "support/folder.rs"]
mod folder;
#[path = "replay_many/part.rs"]
mod part;
#[path = "support/promised.rs"]
mod promised;

use folder::{ENTRY, Folder};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const LINES: u64 = 12_000;
const DRAFT: &str = "\n[[version]]\nversion = \"1.1.0\"\nstatus = \"draft\"\n";
const OTHER: &str = "\n[[version]]\nversion = \"2.0.0\"\nstatus = \"draft\"\n";

fn schema(version: &str, rest: &str) -> String {
    format!(
        "{{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\
         \"$id\":\"https://matchmark.example/schemas/a/{version}\",\"type\":\"object\",\
         \"properties\":{{\"x\":{{\"type\":\"string\"}}}}{rest}}}"
    )
}

/// North sends `x` but for one line in 701; south never does, one in 5. One line in 1,999 was refused for a reason that no
/// schema knows.
fn line(number: u64) -> String {
    let partner = if number.is_multiple_of(5) {
        "south"
    } else {
        "north"
    };
    let outcome = if number.is_multiple_of(1_999) {
        "rejected"
    } else {
        "accepted"
    };
    let payload = match (partner, number.is_multiple_of(701)) {
        ("north", false) => format!(
            "{{\"x\":\"CANARY{number}\",\"note\":\"{}\"}}",
            "y".repeat(60)
        ),
        _ => format!("{{\"n\":{number}}}"),
    };
    let day = number % 28 + 1;
    format!(
        "{{\"id\":\"e{number}\",\"recorded_at\":\"2026-08-{day:02}T00:00:00Z\",\"partner\":\"{partner}\",\
         \"direction\":\"request\",\"schema\":\"a\",\"version\":\"1.0.0\",\"outcome\":\"{outcome}\",\
         \"correlation_id\":\"c{number}\",\"payload\":{payload}}}\n"
    )
}

fn is_hurt(number: u64) -> bool {
    number.is_multiple_of(5) || number.is_multiple_of(701)
}

fn hurt() -> u64 {
    (1..=LINES).filter(|number| is_hurt(*number)).count() as u64
}

/// A repository whose draft demands `x`, and a history beside it.
fn repository(draft: &str, required: &str) -> Folder {
    Folder::sound()
        .with("schemas/a/entry.toml", format!("{ENTRY}{draft}"))
        .with("schemas/a/1.0.0/schema.json", schema("1.0.0", ""))
        .with("schemas/a/next/schema.json", schema("next", required))
        .with("day.ndjson", (1..=LINES).map(line).collect::<String>())
}

const REQUIRED: &str = ",\"required\":[\"x\"]";

fn run(root: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_matchmark"))
        .arg("replay")
        .args(arguments)
        .current_dir(root)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .output()
        .unwrap()
}

fn bytes(root: &Path, arguments: &[&str]) -> Vec<u8> {
    run(root, &[arguments, &["--format", "json"]].concat()).stdout
}

fn json(root: &Path, arguments: &[&str]) -> Value {
    serde_json::from_slice(&bytes(root, arguments)).unwrap()
}

const HISTORY: [&str; 2] = ["--history", "day.ndjson"];

#[test]
fn the_draft_that_demands_more_is_found_with_cause_partner_and_span() {
    let folder = repository(DRAFT, REQUIRED);
    let said = json(folder.path(), &HISTORY);
    assert_eq!(said["verdict"], "no-go");
    assert_eq!(said["newly_rejected"], hurt());
    assert_eq!(said["part"]["envelopes"], LINES);
    let clusters = said["part"]["clusters"].as_array().unwrap();
    assert_eq!(clusters.len(), 2);
    let south = &clusters[0];
    assert_eq!(south["cause"]["partner"], "south");
    assert_eq!(south["cause"]["candidate"], "a@next");
    assert_eq!(south["cause"]["rule"], "payload/required-missing");
    assert_eq!(south["first"]["line"], 5);
    assert_eq!(south["smallest"]["place"]["line"], 5);
    assert_eq!(south["recorded"]["first"], "2026-08-01T00:00:00Z");
    assert_eq!(south["recorded"]["last"], "2026-08-28T00:00:00Z");
    assert_eq!(clusters[1]["first"]["line"], 701);
    let seen = &said["part"]["seen"]["a@1.0.0"];
    assert_eq!(
        seen["north"].as_u64().unwrap() + seen["south"].as_u64().unwrap(),
        LINES
    );
    let rates = &said["part"]["rates"]["by_version"]["south"];
    assert_eq!(rates["a@1.0.0"]["mismatched"], 0);
    assert_eq!(rates["a@next"]["mismatched"], south["count"]);
    let text = String::from_utf8(run(folder.path(), &HISTORY).stdout).unwrap();
    assert!(text.contains("fails the gate"), "{text}");
    assert_eq!(promised::broken("replay", &said), Vec::<String>::new());
    assert!(!text.contains("CANARY") && !said.to_string().contains("CANARY"));
}

#[test]
fn every_format_tells_the_same_causes() {
    let folder = repository(DRAFT, REQUIRED);
    let said = |format: &str| {
        let output = run(
            folder.path(),
            &[&HISTORY[..], &["--format", format]].concat(),
        );
        assert_eq!(output.status.code(), Some(1), "{format}");
        String::from_utf8(output.stdout).unwrap()
    };
    let sarif: Value = serde_json::from_str(&said("sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 2);
    for result in results {
        assert_eq!(result["ruleId"], "replay/newly-rejected");
        assert_eq!(result["level"], "error");
        let text = result["message"]["text"].as_str().unwrap();
        for part in ["sha256:", "Hurts ", "of 12000 in all"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(result["relatedLocations"].is_array());
    }
    let junit = said("junit");
    for failure in junit.split("<failure").skip(1) {
        let proof = failure.split("</failure>").next().unwrap();
        assert!(proof.contains("sha256:"), "{proof}");
    }
    assert!(junit.contains("failures=\"2\" errors=\"0\""), "{junit}");
    let (html, markdown) = (said("html"), said("markdown"));
    assert_eq!(html.matches("<article").count(), 2);
    assert_eq!(
        markdown.matches("- error `replay/newly-rejected`").count(),
        2
    );
    for (text, mark) in [(&html, "</code>"), (&markdown, "`")] {
        let rule = format!("payload/required-missing{mark} ");
        assert!(text.contains(&rule), "{text}");
    }
    for text in [html, markdown, junit] {
        assert!(
            text.contains("what nobody recorded is not covered"),
            "{text}"
        );
        assert!(!text.contains("CANARY"));
    }
}

#[test]
fn the_answer_depends_neither_on_threads_nor_on_packing() {
    let folder = repository(DRAFT, REQUIRED);
    let one = bytes(folder.path(), &[&HISTORY[..], &["--jobs", "1"]].concat());
    for jobs in ["2", "7"] {
        let more = bytes(folder.path(), &[&HISTORY[..], &["--jobs", jobs]].concat());
        assert_eq!(more, one, "{jobs}");
    }
    let packed = zstd::encode_all((1..=LINES).map(line).collect::<String>().as_bytes(), 3).unwrap();
    fs::write(folder.path().join("day.ndjson.zst"), packed).unwrap();
    let packed = bytes(folder.path(), &["--history", "day.ndjson.zst"]);
    let packed = String::from_utf8(packed)
        .unwrap()
        .replace("day.ndjson.zst", "day.ndjson");
    let asked =
        |text: &str| -> Value { serde_json::from_str::<Value>(text).unwrap()["part"].clone() };
    assert_eq!(asked(&packed), asked(std::str::from_utf8(&one).unwrap()));
}

#[test]
fn shards_put_together_are_the_bytes_of_one_run_and_a_missing_one_is_never_green() {
    let folder = repository(DRAFT, REQUIRED);
    let one = bytes(folder.path(), &HISTORY);
    let shard = |number: u32| {
        let name = format!("{number}.json");
        let to = format!("json={name}");
        let shard = format!("{number}/3");
        let arguments = [&HISTORY[..], &["--shard", &shard, "--format", &to]].concat();
        run(folder.path(), &arguments);
        name
    };
    let names: Vec<String> = (1..=3).map(shard).collect();
    let merge = |names: &[&str]| bytes(folder.path(), &[&["merge"], names].concat());
    let [a, b, c] = [0, 1, 2].map(|index| names[index].as_str());
    assert_eq!(merge(&[a, b, c]), one);
    assert_eq!(merge(&[c, a, b]), one);
    // In two steps.
    fs::write(folder.path().join("ab.json"), merge(&[a, b])).unwrap();
    assert_eq!(merge(&["ab.json", c]), one);
    for wrong in [&[a, a, b][..], &[a, "missing.json"], &[a, "matchmark.toml"]] {
        let said = run(folder.path(), &[&["merge"], wrong].concat());
        assert_eq!(said.status.code(), Some(2), "{wrong:?}");
    }
    // Another history is another replay.
    fs::write(folder.path().join("other.ndjson"), line(1)).unwrap();
    let arguments = [
        "--history",
        "other.ndjson",
        "--shard",
        "2/3",
        "--format",
        "json=other.json",
    ];
    run(folder.path(), &arguments);
    assert_eq!(
        run(folder.path(), &["merge", a, "other.json"])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn a_share_without_a_fault_is_not_a_green() {
    let folder = repository(DRAFT, "");
    assert_eq!(run(folder.path(), &HISTORY).status.code(), Some(0));
    for part in [&["--shard", "1/2"][..], &["--sample", "50", "--seed", "3"]] {
        let said = run(folder.path(), &[&HISTORY[..], part].concat());
        assert_eq!(said.status.code(), Some(3), "{part:?}");
    }
    let sampled = json(
        folder.path(),
        &[&HISTORY[..], &["--sample", "50", "--seed", "3"]].concat(),
    );
    let judged = sampled["part"]["envelopes"].as_u64().unwrap();
    assert!((120..480).contains(&judged), "{judged}");
    let text = run(folder.path(), &[&HISTORY[..], &["--sample", "50"]].concat());
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(text.contains("with 95 % certainty at most"), "{text}");
}

#[test]
fn a_run_without_a_verdict_is_a_finding_and_an_error_of_a_build() {
    let folder = repository(DRAFT, "").with("none.ndjson", "");
    // A packed file that ends after its first letters.
    let cut = folder.path().join("cut.ndjson.gz");
    fs::write(cut, [0x1f, 0x8b, 8, 0]).unwrap();
    for (arguments, exit, rule, level) in [
        (
            &["--history", "day.ndjson", "--shard", "1/4"][..],
            3,
            "gate/check-skipped",
            "warning",
        ),
        (
            &["--history", "day.ndjson", "--sample", "50"],
            3,
            "gate/check-skipped",
            "warning",
        ),
        (
            &["--history", "none.ndjson"],
            4,
            "gate/nothing-checked",
            "warning",
        ),
        (
            &["--history", "cut.ndjson.gz"],
            2,
            "catalogue/file-unreadable",
            "error",
        ),
    ] {
        let said = |format: &str| {
            let output = run(folder.path(), &[arguments, &["--format", format]].concat());
            assert_eq!(output.status.code(), Some(exit), "{arguments:?} {output:?}");
            String::from_utf8(output.stdout).unwrap()
        };
        let sarif: Value = serde_json::from_str(&said("sarif")).unwrap();
        let results = sarif["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), 1, "{results:?}");
        assert_eq!(results[0]["ruleId"], rule);
        assert_eq!(results[0]["level"], level);
        let place = &results[0]["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(place["uri"], arguments[1]);
        let junit = said("junit");
        assert!(junit.contains("failures=\"0\" errors=\"1\""), "{junit}");
    }
}

#[test]
fn one_candidate_judges_every_payload_of_its_entry() {
    // A major version owes old payloads nothing, so it is asked about only by name.
    let folder = repository(OTHER, REQUIRED);
    assert_eq!(json(folder.path(), &HISTORY)["newly_rejected"], 0);
    let by = |candidate: &'static str| [&HISTORY[..], &["--candidate", candidate]].concat();
    let said = json(folder.path(), &by("a@next"));
    assert_eq!(said["newly_rejected"], hurt());
    // What it was not asked about is told where there is any.
    let other = line(1).replace("\"schema\":\"a\"", "\"schema\":\"b\"");
    let schema = schema("1.0.0", "").replace("schemas/a/", "schemas/b/");
    let folder = folder
        .with("schemas/b/entry.toml", ENTRY)
        .with("schemas/b/1.0.0/schema.json", schema);
    let folder = folder.with("two.ndjson", format!("{}{other}", line(2)));
    let named = ["--history", "two.ndjson", "--candidate", "a@next"];
    for format in ["markdown", "html", "sarif", "junit"] {
        let said = run(folder.path(), &[&named[..], &["--format", format]].concat());
        let said = String::from_utf8(said.stdout).unwrap();
        let is_told = said.contains("1 payload of other entries: not asked about");
        assert!(is_told, "{format} {said}");
        let said = run(
            folder.path(),
            &[&by("a@next")[..], &["--format", format]].concat(),
        );
        let said = String::from_utf8(said.stdout).unwrap();
        assert!(!said.contains("not asked about"), "{format}");
    }
    assert_eq!(run(folder.path(), &by("a@9.9.9")).status.code(), Some(2));
}

#[test]
fn lines_that_cannot_be_judged_are_told_by_their_places() {
    let folder = repository(DRAFT, "");
    let unknown = line(3).replace("\"version\":\"1.0.0\"", "\"version\":\"7.0.0\"");
    let lines = format!("{}{{\"id\":\n[1]\n{unknown}", line(1));
    let folder = folder.with("odd.ndjson", &lines);
    let said = json(folder.path(), &["--history", "odd.ndjson"]);
    assert_eq!(said["verdict"], "no-go");
    let first = said["part"]["malformed"]["first"].as_array().unwrap();
    let told: Vec<(&str, u64)> = first
        .iter()
        .map(|it| {
            (
                it["rule"].as_str().unwrap(),
                it["place"]["line"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [("payload/not-json", 2), ("replay/envelope-malformed", 3)]
    );
    assert_eq!(said["part"]["unknown"]["a@7.0.0"]["first"]["line"], 4);
    let folder = folder.with("unknown.ndjson", unknown);
    assert_eq!(
        run(folder.path(), &["--history", "unknown.ndjson"])
            .status
            .code(),
        Some(3)
    );
    assert_eq!(
        run(folder.path(), &["--history", "none/*.ndjson"])
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn a_configuration_that_cannot_be_read_is_an_error_and_not_left_out() {
    let day = line(1);
    let run = |config: &str| {
        let folder = Folder::sound().with("day.ndjson", &day);
        let folder = folder.with("matchmark.toml", config);
        [&["replay", "--history"][..], &["validate"]].map(|verb| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_matchmark"));
            let output = command.args(verb).arg("day.ndjson");
            let output = output.current_dir(folder.path()).output().unwrap();
            let told = String::from_utf8(output.stderr).unwrap();
            (output.status.code(), told.contains("matchmark.toml:2"))
        })
    };
    assert_eq!(run("edition = 1\n"), [(Some(0), false); 2]);
    for broken in ["edition = 1\nx = = 1\n", "edition = 1\n[replays]\n"] {
        assert_eq!(run(broken), [(Some(2), true); 2], "{broken}");
    }
}
