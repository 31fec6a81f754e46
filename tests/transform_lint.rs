//! What the catalogue says of a transform before it ever runs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/folder.rs"]
mod folder;

use folder::Folder;
use matchmark::catalogue::lint;
use matchmark::model::Finding;
use serde_json::{Value, json};

/// An entry of one field in two versions, and a transform between them.
fn of_two(fields: [(&str, Value); 2], maps: &str) -> Folder {
    let version =
        |number: &str| format!("\n[[version]]\nversion = \"{number}\"\nstatus = \"draft\"\n");
    let schema = |number: &str, (name, about): (&str, Value)| {
        json!({
            "$id": format!("https://matchmark.example/schemas/a/{number}"),
            "type": "object",
            "properties": {name: about},
        })
        .to_string()
    };
    let [old, new] = fields;
    let second = version("2.0.0").replace("draft", "released");
    let head = "from = \"a@1.0.0\"\nto = \"a@2.0.0\"\nnotes = \"one\"\n";
    Folder::sound()
        .with("schemas/a/entry.toml", format!("{}{second}", folder::ENTRY))
        .with("schemas/a/1.0.0/schema.json", schema("1.0.0", old))
        .with("schemas/a/2.0.0/schema.json", schema("2.0.0", new))
        .with(
            "schemas/a/transforms/1.0.0-to-2.0.0.toml",
            format!("{head}{maps}"),
        )
}

fn field(tag: &str) -> Value {
    json!({"x-semantics": {"text": "one", "tag": tag}})
}

/// What is said of the transforms of a folder.
fn said(folder: &Folder) -> Vec<(String, u32)> {
    let (workspace, mut findings) = folder.read();
    findings.extend(lint(&workspace, None));
    let is_ours = |finding: &&Finding| finding.place.file.contains("/transforms/");
    let found = findings.iter().filter(is_ours);
    found
        .map(|finding| (finding.rule.clone(), finding.place.line))
        .collect()
}

const RENAME: &str = "[[map]]\nvia = \"rename\"\nfrom = \"servicedDate\"\nto = \"requestedAt\"\n";

#[test]
fn row_s0_14_a_serviced_date_never_becomes_the_time_of_a_request() {
    let fields = |new: &str| {
        [
            ("servicedDate", field("service.date")),
            ("requestedAt", field(new)),
        ]
    };
    assert_eq!(said(&of_two(fields("service.date"), RENAME)), []);
    let mismatch = ("catalogue/semantic-mismatch".to_owned(), 4);
    assert_eq!(said(&of_two(fields("request.time"), RENAME)), [mismatch]);
}

#[test]
fn row_s0_14_one_name_with_two_meanings_is_not_copied_in_silence() {
    let fields = || {
        [
            ("date", field("service.date")),
            ("date", field("request.time")),
        ]
    };
    let mismatch = ("catalogue/semantic-mismatch".to_owned(), 1);
    assert_eq!(said(&of_two(fields(), "")), [mismatch]);
    let dropped = "[[map]]\nvia = \"drop\"\nfrom = \"date\"\nbecause = \"it is another date\"\n";
    assert_eq!(said(&of_two(fields(), dropped)), []);
}

#[test]
fn a_tag_that_the_other_excludes_is_a_mismatch_too() {
    let mut target = field("service.date");
    target["x-semantics"]["not"] = json!(["service.date"]);
    let fields = [
        ("servicedDate", field("service.date")),
        ("requestedAt", target),
    ];
    assert_eq!(
        said(&of_two(fields, RENAME)),
        [("catalogue/semantic-mismatch".to_owned(), 4)]
    );
}

#[test]
fn a_constant_that_the_target_does_not_fix_is_invented() {
    let constant = "[[map]]\nvia = \"constant\"\nto = \"b\"\nvalue = \"x\"\n";
    for (about, found) in [
        (json!({"const": "x"}), None),
        (json!({"enum": ["x"]}), None),
        (
            json!({"enum": ["x", "y"]}),
            Some("catalogue/transform-invents"),
        ),
        (
            json!({"type": "string"}),
            Some("catalogue/transform-invents"),
        ),
    ] {
        let said = said(&of_two([("a", json!({})), ("b", about.clone())], constant));
        assert_eq!(
            said.first().map(|(rule, _)| rule.as_str()),
            found,
            "{about}"
        );
    }
}

#[test]
fn what_leads_nowhere_or_cannot_be_read_is_said_at_its_line() {
    let fields = || [("a", field("a.a")), ("b", field("a.a"))];
    let needs = "[[map]]\nvia = \"needs\"\nto = \"c\"\nremedy = \"send it\"\n";
    for (maps, rule, line) in [
        (needs, "catalogue/transform-path", 4),
        (
            "[[map]]\nvia = \"rename\"\nfrom = \"x\"\nto = \"b\"\n",
            "catalogue/transform-path",
            4,
        ),
        (
            "[[map]]\nvia = \"guess\"\n",
            "catalogue/transform-unreadable",
            5,
        ),
        (
            "[[map]]\nvia = \"drop\"\nfrom = \"a\"\n",
            "catalogue/transform-unreadable",
            4,
        ),
        (
            "[[map]]\nvia = \"drop\"\nfrom = \"a.0\"\nbecause = \"x\"\n",
            "catalogue/transform-unreadable",
            6,
        ),
        ("colour = \"red\"\n", "catalogue/transform-unreadable", 4),
        (
            "[[map]]\nvia = \"transform\"\nin = \"a\"\nby = \"b/1.0.0-to-2.0.0\"\n",
            "catalogue/reference-missing",
            4,
        ),
    ] {
        assert_eq!(
            said(&of_two(fields(), maps)),
            [(rule.to_owned(), line)],
            "{maps}"
        );
    }
    let elsewhere = of_two(fields(), "").with(
        "schemas/a/transforms/1.0.0-to-3.0.0.toml",
        "from = \"a@1.0.0\"\nto = \"a@3.0.0\"\nnotes = \"one\"\n",
    );
    assert_eq!(
        said(&elsewhere),
        [("catalogue/reference-missing".to_owned(), 2)]
    );
}

#[test]
fn a_result_that_does_not_fit_its_target_fails_the_gate() {
    let target = json!({
        "$id": "https://matchmark.example/schemas/a/2.0.0",
        "type": "object",
        "required": ["b"],
        "properties": {"b": field("a.b")},
    });
    let needs = "[[map]]\nvia = \"needs\"\nto = \"b\"\nremedy = \"send it\"\n";
    for (maps, fails) in [("", true), (needs, false)] {
        let folder = of_two([("a", field("a.a")), ("b", field("a.b"))], maps)
            .with("schemas/a/2.0.0/schema.json", target.to_string())
            .with(
                "schemas/a/1.0.0/accepted/one.json",
                "{\"a\": \"canary7f3a\"}",
            );
        let run = std::process::Command::new(env!("CARGO_BIN_EXE_matchmark"))
            .args(["check", "--only", "catalogue", "--format", "json", "-C"])
            .arg(folder.path())
            .output()
            .unwrap();
        let told = String::from_utf8(run.stdout).unwrap();
        assert_eq!(
            told.contains("catalogue/transform-invalid"),
            fails,
            "{told}"
        );
        assert!(!told.contains("canary7f3a"), "{told}");
        let counts = if fails {
            "1 transform: 0 payloads turned, 0 refused"
        } else {
            "1 transform: 0 payloads turned, 1 refused"
        };
        assert!(told.contains(counts), "{told}");
    }
}
