//! One result in every format: the same verdict, as many findings, and nothing that a page would load.

use crate::promised;
use crate::recording::{Case, one, recoded, recorded};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Seek as _, Write as _};
use std::process::Command;

const FORMATS: [&str; 6] = ["text", "json", "markdown", "html", "sarif", "junit"];

/// What one run writes, by format, and its exit code.
fn written(case: &Case, arguments: &[&str]) -> (BTreeMap<&'static str, String>, Option<i32>) {
    let folder = tempfile::tempdir().unwrap();
    let at = |format: &str| folder.path().join(format);
    let wanted: Vec<String> = FORMATS
        .iter()
        .map(|format| format!("--format={format}={}", at(format).display()))
        .collect();
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let output = case.run(&[arguments, &wanted].concat());
    let read = |format: &&'static str| (*format, std::fs::read_to_string(at(format)).unwrap());
    (FORMATS.iter().map(read).collect(), output.status.code())
}

/// Two differences, one of two places, and an exchange that cannot be sent.
fn red() -> Case {
    Case::of(&lines())
}

fn lines() -> Vec<Value> {
    let found = one("$member-match", 200);
    let mut all = recoded();
    all[found]["response"]["status"] = json!(201);
    let mut odd = all[found].clone();
    odd["request"]["method"] = json!("BREW");
    all.push(odd);
    all
}

/// Holds a text against what must be said in it.
#[track_caller]
fn tells(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn every_format_of_a_red_tells_the_same_findings() {
    let (said, code) = written(&red(), &[]);
    assert_eq!(code, Some(1), "{}", said["text"]);
    let json: Value = serde_json::from_str(&said["json"]).unwrap();
    assert_eq!(json["clusters"].as_array().unwrap().len(), 2);
    assert_eq!(json["undecided"]["count"], 1);

    let sarif: Value = serde_json::from_str(&said["sarif"]).unwrap();
    let run = &sarif["runs"][0];
    let results = run["results"].as_array().unwrap();
    let told: Vec<String> = results
        .iter()
        .map(|one| format!("{} {}", one["level"], one["ruleId"]).replace('"', ""))
        .collect();
    let changed = "error replay/behaviour-changed";
    assert_eq!(told, [changed, changed, "warning replay/not-reproducible"]);
    assert_eq!(run["automationDetails"]["id"], "matchmark/replay-exchanges");
    assert_eq!(run["invocations"][0]["exitCode"], 1);
    let place = &results[0]["locations"][0]["physicalLocation"];
    let uri = place["artifactLocation"]["uri"].as_str().unwrap();
    assert!(uri.starts_with("file:///") && uri.ends_with("day.ndjson"));
    assert_eq!(
        place["region"]["startLine"],
        json["clusters"][0]["first"]["line"]
    );

    let junit = &said["junit"];
    assert!(
        junit.contains("tests=\"5\" failures=\"2\" errors=\"1\""),
        "{junit}"
    );
    assert!(
        junit.contains("name=\"verdict\" value=\"no-go\""),
        "{junit}"
    );

    // Each red has both answers by status and digest, and the command that shows it alone.
    let reds = results.iter().filter(|one| one["level"] == "error");
    let reds: Vec<&str> = reds
        .map(|one| one["message"]["text"].as_str().unwrap())
        .collect();
    let failures: Vec<&str> = junit.split("<failure").skip(1).collect();
    assert_eq!((reds.len(), failures.len()), (2, 2));
    for red in reds.into_iter().chain(failures) {
        let proof = red.split("</failure>").next().unwrap();
        tells(
            proof,
            &[
                "recorded: status ",
                "given: status ",
                "smallest ",
                "--only ",
            ],
        );
        assert_eq!(proof.matches("sha256:").count(), 2, "{proof}");
    }

    let html = &said["html"];
    assert_eq!(html.matches("<article").count(), 3, "{html}");
    for format in ["text", "markdown", "html", "sarif", "junit"] {
        for part in ["code invalid", "code not-found", "201", "BREW"] {
            let is_there = said[format].contains(part);
            assert_eq!(is_there, part != "BREW", "{format} {part}");
        }
    }
    for text in [html, &said["text"]] {
        tells(
            text,
            &["--only", "sha256:", "budget 0: fails", "cannot be told"],
        );
    }
}

#[test]
fn a_page_of_answers_loads_nothing_and_says_what_it_does_not_prove() {
    let html = &written(&red(), &[]).0["html"];
    for word in ["<script", "src=", "javascript:", "@import", "url(", "http"] {
        let own = html.replace("http-equiv", "");
        assert!(!own.contains(word), "{word}");
    }
    assert!(html.contains("content=\"default-src 'none'; style-src 'sha256-"));
    assert_eq!(html.matches("<h1>").count(), 1);
    let parts = [
        "NO-GO",
        "What this does not prove",
        "what nobody recorded is not covered",
        "Of 1 exchange nothing can be told",
    ];
    tells(html, &parts);
    // What leads somewhere leads to an article of the page, and no two have one name.
    for link in html.split("href=\"#").skip(1) {
        let name = link.split('"').next().unwrap();
        assert_eq!(html.matches(&format!("id=\"{name}\"")).count(), 1, "{name}");
    }
}

/// Whether a format says that everything is as it was.
fn is_green(format: &str, text: &str) -> bool {
    match format {
        "text" => text.contains("GO  ") && !text.contains("NO-GO"),
        "json" => serde_json::from_str::<Value>(text).unwrap()["verdict"] == "go",
        "markdown" => text.contains("**GO**"),
        "html" => text.contains(" GO</strong>"),
        "sarif" => {
            let run = &serde_json::from_str::<Value>(text).unwrap()["runs"][0];
            run["results"] == json!([]) && run["invocations"][0]["executionSuccessful"] == true
        }
        "junit" => {
            let whole = text.lines().find(|line| line.starts_with("<testsuites"));
            whole.unwrap().contains("failures=\"0\" errors=\"0\"")
        }
        _ => panic!("{format}"),
    }
}

#[test]
fn a_green_is_green_in_every_format_and_a_broken_run_in_none() {
    let (said, code) = written(&Case::of(recorded()), &[]);
    assert_eq!(code, Some(0), "{}", said["text"]);
    for (format, text) in said {
        assert!(is_green(format, &text), "{format} {text}");
    }
    let (said, code) = written(&Case::written("day.ndjson", "no exchange\n"), &[]);
    assert_eq!(code, Some(2));
    for (format, text) in said {
        assert!(!is_green(format, &text), "{format} {text}");
        assert!(text.to_lowercase().contains("error"), "{format} {text}");
    }
}

#[test]
fn a_choice_of_exchanges_is_told_to_be_one_whatever_its_verdict_is() {
    let found = one("$member-match", 200);
    let (hurt, fine) = ((found + 1).to_string(), if found == 0 { "2" } else { "1" });
    for (only, verdict, exit) in [(hurt.as_str(), "no-go", 1), (fine, "undecided", 3)] {
        let partial = format!("a part only, exchange {only}: nothing is known of the rest");
        let (said, code) = written(&Case::of(&lines()), &["--only", only]);
        assert_eq!(code, Some(exit));
        let json: Value = serde_json::from_str(&said["json"]).unwrap();
        assert_eq!(
            (&json["verdict"], &json["partial"]),
            (&json!(verdict), &json!(partial))
        );
        let broken = promised::broken("replay-exchanges", &json);
        assert_eq!(broken, Vec::<String>::new());
        for (format, text) in said {
            assert!(text.contains(&partial), "{format} {text}");
        }
    }
    let (said, _) = written(&red(), &[]);
    for (format, text) in said {
        assert!(!text.contains("a part only"), "{format} {text}");
    }
}

#[test]
fn a_file_that_cannot_be_used_is_told_with_the_place_in_it_in_every_format() {
    let mut lines: Vec<String> = recorded().iter().map(Value::to_string).collect();
    lines.insert(2, "{\"request\": 7}".to_owned());
    let case = Case::written("day.ndjson", &lines.join("\n"));
    let (said, code) = written(&case, &["--provider-url", "http://127.0.0.1:1"]);
    assert_eq!(code, Some(2));
    for (format, text) in said {
        assert!(text.contains("line 3: "), "{format} {text}");
        let is_told = text.contains("Nothing left this machine") || format == "json";
        assert!(is_told || format == "sarif", "{format} {text}");
    }
}

#[test]
fn a_run_without_a_verdict_is_a_finding_and_an_error_of_a_build() {
    for (case, arguments, exit, rule, level) in [
        (
            Case::of(recorded()),
            &["--only", "1"][..],
            3,
            "gate/check-skipped",
            "warning",
        ),
        (
            Case::written("day.ndjson", ""),
            &[],
            4,
            "gate/nothing-checked",
            "warning",
        ),
        (
            Case::written("day.ndjson", "no exchange\n"),
            &[],
            2,
            "catalogue/file-unreadable",
            "error",
        ),
        (
            Case::of(recorded()),
            &["--only", "99"],
            2,
            "catalogue/file-unreadable",
            "error",
        ),
    ] {
        let (said, code) = written(&case, arguments);
        assert_eq!(code, Some(exit), "{}", said["text"]);
        let sarif: Value = serde_json::from_str(&said["sarif"]).unwrap();
        let results = sarif["runs"][0]["results"].as_array().unwrap();
        assert_eq!(results.len(), 1, "{results:?}");
        assert_eq!(results[0]["ruleId"], rule);
        assert_eq!(results[0]["level"], level);
        let place = &results[0]["locations"][0]["physicalLocation"]["artifactLocation"];
        assert!(place["uri"].as_str().unwrap().ends_with("day.ndjson"));
        let junit = &said["junit"];
        assert!(junit.contains("failures=\"0\" errors=\"1\""), "{junit}");
        assert_eq!(said["html"].matches("<article").count(), 1);
        assert_eq!(said["markdown"].matches(&format!("`{rule}`")).count(), 1);
        let json: Value = serde_json::from_str(&said["json"]).unwrap();
        let broken = promised::broken("replay-exchanges", &json);
        assert_eq!(broken, Vec::<String>::new());
        for (format, text) in said {
            assert!(!is_green(format, &text), "{format} {text}");
        }
    }
}

/// What is said of these lines when they come from standard input.
fn piped(format: &str) -> String {
    let mut input = tempfile::tempfile().unwrap();
    for line in lines() {
        writeln!(input, "{line}").unwrap();
    }
    input.rewind().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_matchmark"))
        .args(["replay", "exchanges", "--from", "ndjson", "-", "--format"])
        .arg(format)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .stdin(input)
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn what_came_from_standard_input_is_in_no_file() {
    let sarif: Value = serde_json::from_str(&piped("sarif")).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    for result in results {
        let location = &result["locations"][0];
        assert!(location["logicalLocations"].is_array(), "{result}");
        assert!(location["physicalLocation"].is_null(), "{result}");
        assert!(result["relatedLocations"].is_null(), "{result}");
    }
    let junit = piped("junit");
    assert!(junit.contains("<failure") && !junit.contains("file=\"-\""));
}
