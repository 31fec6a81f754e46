//! Files of ours that nobody can read: each is named with its place, and everything else is judged all the same.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice
)]

#[path = "support/gate.rs"]
mod support;

use serde_json::Value;
use support::{Repository, findings};

/// Where the finding of a malformed file must point to.
struct Flaw {
    path: &'static str,
    rule: &'static str,
    line: u64,
    bytes: Vec<u8>,
}

fn flaw(path: &'static str, rule: &'static str, line: u64, bytes: impl Into<Vec<u8>>) -> Flaw {
    Flaw {
        path,
        rule,
        line,
        bytes: bytes.into(),
    }
}

/// JSON that is too deep for anybody's good.
fn deep() -> String {
    format!("{}{}", "[".repeat(200), "]".repeat(200))
}

fn flaws(shipped: &Repository) -> Vec<Flaw> {
    let contract = shipped.read("contracts/fabrikam/member-match.json");
    let half: String = contract.lines().take(20).collect::<Vec<_>>().join("\n");
    let partner = shipped.read("partners/northwind.toml");
    vec![
        flaw(
            "matchmark.toml",
            "catalogue/config-unreadable",
            2,
            "edition = 1\nsurprise = 2\n",
        ),
        flaw(
            "policies/board.toml",
            "catalogue/board-unreadable",
            2,
            "[[team]]\nid = 1\n",
        ),
        flaw(
            "policies/profiles/local.toml",
            "policy/profile-unusable",
            2,
            "stage = \"local\"\nsurprise = 1\n",
        ),
        flaw(
            "policies/waivers/WV-0009.toml",
            "lifecycle/waiver-unreadable",
            2,
            "id = \"WV-0009\"\nsurprise = 1\n",
        ),
        flaw(
            "policies/rules/auth-undeclared/rule.toml",
            "policy/rule-unusable",
            1,
            "id = \n",
        ),
        flaw(
            "policies/rules/name-irregular/rule.rego",
            "policy/rule-unusable",
            4,
            "package matchmark.rules.name_irregular\n\ndeny contains {\n",
        ),
        flaw(
            "partners/northwind.toml",
            "catalogue/partner-unreadable",
            1,
            format!("surprise = 1\n{partner}"),
        ),
        flaw(
            "schemas/policy-input/entry.toml",
            "catalogue/entry-unreadable",
            2,
            "id = \"policy-input\"\ntitle = 5\n",
        ),
        flaw(
            "schemas/hrex-patient-demographics/1.0.1/schema.json",
            "catalogue/schema-unreadable",
            3,
            "{\n  \"type\": \"object\",\n  \"ty\\u0070e\": \"array\"\n}\n",
        ),
        flaw(
            "schemas/hrex-consent/2.0.1/accepted/deep.json",
            "catalogue/example-unreadable",
            1,
            deep(),
        ),
        flaw(
            "schemas/hrex-consent/2.0.1/rejected/not-utf8.json",
            "catalogue/example-unreadable",
            2,
            b"{\n\"a\": \"\xff\"}".to_vec(),
        ),
        flaw(
            "contracts/fabrikam/member-match.json",
            "contract/not-json",
            20,
            half,
        ),
    ]
}

/// A line that was cut off on its way.
fn half(line: &str) -> String {
    line.chars().take(line.chars().count() / 2).collect()
}

/// A history whose first line is sound, and what is wrong with each of the others.
fn history(sound: &str) -> Vec<(Vec<u8>, &'static str)> {
    let renamed = sound.replacen("\"id\":", "\"name\":", 1);
    let wrong_type = sound.replacen("\"partner\":\"contoso\"", "\"partner\":[]", 1);
    let twice = sound.replacen('{', "{\"id\":\"a\",", 1);
    vec![
        (half(sound).into(), "payload/not-json"),
        (twice.into(), "payload/not-json"),
        (deep().into(), "payload/not-json"),
        (b"{\"id\":\"\xff\"}".to_vec(), "payload/not-json"),
        (renamed.into(), "replay/envelope-malformed"),
        (wrong_type.into(), "replay/envelope-malformed"),
    ]
}

fn at<'a>(report: &'a Value, path: &str) -> Vec<&'a Value> {
    let all = findings(report).iter();
    all.filter(|finding| finding["location"]["file"] == path)
        .collect()
}

#[test]
fn every_malformed_file_has_its_place_and_the_rest_is_judged() {
    let repository = Repository::bare();
    let flaws = flaws(&repository);
    for flaw in &flaws {
        repository.write(flaw.path, &flaw.bytes);
    }
    repository.edit(
        "schemas/hrex-coverage/entry.toml",
        "escalation = \"integration-oncall@payer-exchange.example\"",
        "escalation = \"\"",
    );
    let (report, code) = repository.check(&[]);
    assert_eq!((&report["verdict"], code), (&Value::from("error"), 2));
    for flaw in flaws {
        let found = at(&report, flaw.path);
        let told = found.iter().any(|finding| {
            let location = &finding["location"];
            finding["rule"] == flaw.rule
                && finding["severity"] == "fault"
                && location["line"] == flaw.line
                && location["column"].as_u64() >= Some(1)
        });
        assert!(told, "{}: {found:#?}", flaw.path);
    }
    let others: Vec<&str> = findings(&report)
        .iter()
        .filter_map(|finding| finding["rule"].as_str())
        .collect();
    assert!(others.contains(&"catalogue/owner-missing"), "{others:?}");
}

#[test]
fn every_malformed_line_of_a_history_has_its_place_and_the_others_are_judged() {
    let path = "payloads/contoso/2026-08.ndjson";
    let repository = Repository::bare();
    let before = repository.read(path);
    let lines = before.lines().count() as u64;
    let bad = history(before.lines().next().unwrap());
    let mut bytes = before.into_bytes();
    for (line, _) in &bad {
        bytes.extend_from_slice(line);
        bytes.push(b'\n');
    }
    repository.write(path, bytes);
    let only = ["--only", "replay"];
    let (report, code) = repository.check(&only);
    assert_eq!((&report["verdict"], code), (&Value::from("no-go"), 1));
    for (number, (_, rule)) in (lines + 1..).zip(&bad) {
        let told = at(&report, path)
            .iter()
            .any(|finding| finding["rule"] == *rule && finding["location"]["line"] == number);
        assert!(told, "{number} {rule}: {:#}", report["findings"]);
    }
    let sound = Repository::bare().check(&only).0;
    assert_eq!(
        report["checks"][4]["subjects"],
        sound["checks"][4]["subjects"]
    );
}

#[test]
fn a_line_of_fifty_megabytes_stops_nothing() {
    let path = "payloads/northwind/2026-10.ndjson";
    let repository = Repository::bare();
    let before = repository.read(path);
    let lines = before.lines().count() as u64;
    let long = format!("{before}{{\"id\":\"{}\"}}\n", "a".repeat(50 << 20));
    repository.write(path, long);
    let (report, _) = repository.check(&["--only", "replay"]);
    assert_eq!(report["verdict"], "no-go");
    let found = at(&report, path);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0]["location"]["line"], lines + 1);
    assert!(report["checks"][4]["subjects"].as_u64() > Some(300));
}
