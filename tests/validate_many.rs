//! Many payloads at once: packed or plain, by any number of threads, from anywhere, the answer is the same.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use wire::json::Limits;

const SCHEMA: &str = r#"{"$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object",
    "required": ["id"], "properties": {"id": {"type": "string"}, "rank": {"type": "array", "items": {"type": "integer"}}}}"#;
const LINES: usize = 20_000;

/// One line in 997 lacks its id, one in 4,999 is cut off, one in 3,001 has a text among its ranks.
fn line(number: usize) -> String {
    let filler = "x".repeat(80);
    if number.is_multiple_of(997) {
        format!("{{\"note\": \"{filler}\"}}\n")
    } else if number.is_multiple_of(4_999) {
        "{\"id\": \n".to_owned()
    } else if number.is_multiple_of(3_001) {
        format!(
            "{{\"id\": \"{number}\", \"rank\": [{}, \"{filler}\"]}}\n",
            number % 7
        )
    } else {
        format!("{{\"id\": \"{number}\", \"note\": \"{filler}\"}}\n")
    }
}

fn is_invalid(number: usize) -> bool {
    number.is_multiple_of(997) || number.is_multiple_of(4_999) || number.is_multiple_of(3_001)
}

fn history() -> String {
    (1..=LINES).map(line).collect()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("schema.json"), SCHEMA).unwrap();
    fs::write(folder.path().join("day.ndjson"), history()).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str], input: Stdio) -> Output {
    Command::new(env!("CARGO_BIN_EXE_matchmark"))
        .args(["validate", "--schema", "schema.json"])
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .stdin(input)
        .output()
        .unwrap()
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let arguments = [arguments, &["--format", "json"]].concat();
    let output = run(folder, &arguments, Stdio::null());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_answer_depends_neither_on_threads_nor_on_how_the_lines_are_packed() {
    let folder = folder();
    let one = json(folder.path(), &["day.ndjson", "--jobs", "1"]);
    let invalid = (1..=LINES).filter(|number| is_invalid(*number)).count();
    assert_eq!(one["invalid"], invalid);
    assert_eq!(one["valid"], LINES - invalid);
    assert_eq!(one["verdict"], "no-go");
    for jobs in ["2", "5"] {
        assert_eq!(json(folder.path(), &["day.ndjson", "--jobs", jobs]), one);
    }
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(history().as_bytes()).unwrap();
    fs::write(
        folder.path().join("day.ndjson.gz"),
        packed.finish().unwrap(),
    )
    .unwrap();
    let packed = zstd::encode_all(history().as_bytes(), 1).unwrap();
    fs::write(folder.path().join("day.ndjson.zst"), packed).unwrap();
    let named = |value: &Value, name: &str| value.to_string().replace(name, "day.ndjson");
    for name in ["day.ndjson.gz", "day.ndjson.zst"] {
        assert_eq!(named(&json(folder.path(), &[name]), name), one.to_string());
    }
    let input = fs::File::open(folder.path().join("day.ndjson.gz")).unwrap();
    let said = run(folder.path(), &["-", "--format", "json"], input.into());
    let said: Value = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(said["summary"]["schemas"], one["summary"]["schemas"]);
    assert_eq!(said["payloads"][996]["record"], 997);
}

#[test]
fn causes_are_counted_over_all_lines_and_tell_where_they_begin() {
    let folder = folder();
    let said = json(folder.path(), &["day.ndjson"]);
    let causes = said["summary"]["causes"].as_array().unwrap();
    let of = |rule: &str| {
        let found = causes.iter().find(|cause| cause["rule"] == rule).unwrap();
        (
            found["pointer"].clone(),
            found["problems"].clone(),
            found["first"].clone(),
        )
    };
    let missing = (1..=LINES)
        .filter(|number| number.is_multiple_of(997))
        .count();
    assert_eq!(
        of("payload/required-missing"),
        ("/id".into(), missing.into(), "day.ndjson:997".into())
    );
    let wrong = (1..=LINES)
        .filter(|number| number.is_multiple_of(3_001))
        .count();
    assert_eq!(
        of("payload/type-wrong"),
        ("/rank/*".into(), wrong.into(), "day.ndjson:3001".into())
    );
    assert_eq!(of("payload/not-json").2, "day.ndjson:4999");
    // The first thousand are listed whatever became of them, then only those with something to say.
    let payloads = said["payloads"].as_array().unwrap();
    let listed = 1_000 + (1_001..=LINES).filter(|number| is_invalid(*number)).count();
    assert_eq!(payloads.len(), listed);
    assert_eq!(said["not_listed"], LINES - listed);
    let text =
        String::from_utf8(run(folder.path(), &["day.ndjson"], Stdio::null()).stdout).unwrap();
    assert!(
        text.contains("payload/required-missing    /id     "),
        "{text}"
    );
}

#[test]
fn it_stops_after_as_many_invalid_payloads_as_were_asked_for_and_says_so() {
    let folder = folder();
    for jobs in ["1", "4"] {
        let arguments = ["day.ndjson", "--max-errors", "12", "--jobs", jobs];
        let said = json(folder.path(), &arguments);
        assert_eq!(
            (&said["invalid"], &said["stopped"]),
            (&12.into(), &true.into())
        );
        let last = (1..).filter(|number| is_invalid(*number)).nth(11).unwrap();
        assert_eq!(said["valid"], last - 12);
        let text = run(folder.path(), &arguments, Stdio::null());
        assert_eq!(text.status.code(), Some(1));
        let text = String::from_utf8(text.stdout).unwrap();
        assert!(text.contains("what follows was not judged"), "{text}");
    }
    let all = json(folder.path(), &["day.ndjson", "--max-errors", "100000"]);
    assert_eq!(all["stopped"], false);
}

#[test]
fn one_answer_a_payload_is_given_to_each_of_them() {
    let folder = folder();
    let said = run(
        folder.path(),
        &["day.ndjson", "--format", "operation-outcome"],
        Stdio::null(),
    );
    let lines = String::from_utf8(said.stdout).unwrap();
    assert_eq!(lines.lines().count(), LINES);
    assert!(
        lines
            .lines()
            .nth(996)
            .unwrap()
            .contains("payload/required-missing")
    );
}

#[test]
fn a_packed_file_that_was_cut_off_is_an_error_however_good_its_lines_are() {
    let folder = folder();
    let packed = zstd::encode_all("{\"id\": \"1\"}\n".repeat(400_000).as_bytes(), 1).unwrap();
    let half = packed.len() / 2;
    fs::write(folder.path().join("cut.ndjson.zst"), &packed[..half]).unwrap();
    let said = json(folder.path(), &["cut.ndjson.zst"]);
    assert_eq!(said["verdict"], "error");
    assert_eq!(said["unreadable"], 1);
    assert_eq!(said["invalid"], 0);
}

/// An envelope is judged by what it holds, also where it would meet the schema itself.
#[test]
fn a_recorded_line_is_never_taken_for_its_payload() {
    let folder = folder();
    let envelope = |payload: &str| {
        format!("{{\"id\": \"1\", \"schema\": \"a\", \"version\": \"1.0.0\", {payload}}}\n")
    };
    let lines = [
        envelope("\"payload\": {\"id\": \"1\"}"),
        envelope("\"payload\": {\"id\": 1}"),
        envelope("\"p\\u0061yload\": {\"id\": 1}"),
        envelope("\"\\u0070ayload\": {\"id\": 1}"),
    ];
    fs::write(folder.path().join("recorded.ndjson"), lines.concat()).unwrap();
    let said = json(folder.path(), &["recorded.ndjson"]);
    let states = said["payloads"].as_array().unwrap().iter();
    let states: Vec<&str> = states
        .map(|payload| payload["state"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["valid", "invalid", "invalid", "invalid"]);
}

/// Items in a list of schemas are of drafts 4 to 2019-09, beside `prefixItems` they are of 2020-12.
#[test]
fn a_schema_file_is_read_in_the_draft_that_it_names_and_in_no_other() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("day.ndjson"), "[1]\n[\"a\"]\n").unwrap();
    let judged = |named: &str, keyword: &str| {
        let schema = format!("{{{named}\"{keyword}\": [{{\"type\": \"integer\"}}]}}");
        fs::write(folder.path().join("schema.json"), schema).unwrap();
        run(
            folder.path(),
            &["day.ndjson", "--format", "json"],
            Stdio::null(),
        )
    };
    for (draft, keyword) in [
        ("http://json-schema.org/draft-04/schema#", "items"),
        ("http://json-schema.org/draft-06/schema#", "items"),
        ("http://json-schema.org/draft-07/schema#", "items"),
        ("https://json-schema.org/draft/2019-09/schema", "items"),
        (
            "https://json-schema.org/draft/2020-12/schema",
            "prefixItems",
        ),
        ("", "prefixItems"),
    ] {
        let named = match draft {
            "" => String::new(),
            draft => format!("\"$schema\": \"{draft}\", "),
        };
        let said = judged(&named, keyword);
        assert_eq!(said.status.code(), Some(1), "{draft}");
        let said: Value = serde_json::from_slice(&said.stdout).unwrap();
        assert_eq!((&said["valid"], &said["invalid"]), (&1.into(), &1.into()));
        let problem = &said["payloads"][1]["problems"][0];
        assert_eq!(problem["rule"], "payload/type-wrong", "{draft} {problem}");
        assert_eq!(problem["pointer"], "/0", "{draft}");
    }
    for unknown in [
        "\"http://json-schema.org/draft-03/schema#\"",
        "7",
        "\"draft-07\"",
    ] {
        let said = judged(&format!("\"$schema\": {unknown}, "), "items");
        assert_eq!(said.status.code(), Some(2), "{unknown}");
        let told = String::from_utf8(said.stderr).unwrap();
        assert!(
            told.contains("/$schema") && told.contains("2019-09"),
            "{told}"
        );
    }
}

/// What is said of this text on standard input.
fn piped(folder: &Path, text: &str) -> Value {
    fs::write(folder.join("piped"), text).unwrap();
    let input = fs::File::open(folder.join("piped")).unwrap();
    let output = run(folder, &["-", "--format", "json"], input.into());
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn a_broken_or_too_long_first_line_on_standard_input_is_one_finding_and_the_others_are_judged() {
    let folder = folder();
    let long = format!("{{\"id\": \"{}\"}}", "x".repeat(Limits::PAYLOAD.bytes));
    for first in [
        "{\"id\": ",
        "{\"id\": \"1",
        "no JSON",
        "{\"id\": 1}}",
        long.as_str(),
    ] {
        let text = format!("{first}\n{{\"id\": \"2\"}}\n{{\"id\": \"3\"}}\n{{}}\n");
        let said = piped(folder.path(), &text);
        let count = (&said["valid"], &said["invalid"], &said["unreadable"]);
        assert_eq!(count, (&2.into(), &2.into(), &0.into()), "{said}");
        let payload = &said["payloads"][0];
        assert_eq!(
            (&payload["file"], &payload["record"]),
            (&"-".into(), &1.into())
        );
        let problems = payload["problems"].as_array().unwrap();
        assert_eq!(problems.len(), 1, "{payload}");
        assert_eq!(said["payloads"][3]["record"], 4);
    }
    for (text, state) in [
        (
            "{\n  \"id\": \"1\",\n  \"rank\": [\n    1\n  ]\n}\n",
            "valid",
        ),
        ("{\"id\":\n\"1\", \"part\":\n{\"id\": 1}\n}\n", "valid"),
        ("{\n  \"id\": \"1\",\n  \"rank\": [\n    1\n}\n", "invalid"),
    ] {
        let said = piped(folder.path(), text);
        let payloads = said["payloads"].as_array().unwrap();
        assert_eq!(payloads.len(), 1, "{said}");
        assert_eq!(payloads[0]["state"], state);
        assert!(payloads[0]["record"].is_null(), "{said}");
    }
}

#[test]
fn a_fine_first_line_on_standard_input_is_judged_whatever_follows_it() {
    let folder = folder();
    for rest in ["BROKEN", "  BROKEN", "[1]", "}", "\n\n\"id\"", "{\"id\": "] {
        let text = format!("{{\"id\": \"1\"}}\n{rest}\n");
        let said = piped(folder.path(), &text);
        assert_eq!(
            (&said["valid"], &said["invalid"]),
            (&1.into(), &1.into()),
            "{rest}"
        );
        assert_eq!(said["payloads"][0]["record"], 1, "{rest}");
        // The same as of a file whose name says that it has lines.
        fs::write(folder.path().join("named.ndjson"), &text).unwrap();
        let named = json(folder.path(), &["named.ndjson"]);
        for key in ["verdict", "valid", "invalid", "unreadable"] {
            assert_eq!(said[key], named[key], "{key} {rest}");
        }
    }
    // What follows on the line itself makes a payload that is broken.
    let said = piped(folder.path(), "{\"id\": \"1\"} BROKEN\n");
    assert_eq!(
        (&said["valid"], &said["invalid"]),
        (&0.into(), &1.into()),
        "{said}"
    );
    assert!(said["payloads"][0]["record"].is_null(), "{said}");
}
