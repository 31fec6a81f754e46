//! Recorded payloads against versions: what newly fails, what newly passes, and for which cause.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/folder.rs"]
mod folder;

use folder::{ENTRY, Folder};
use matchmark::catalogue::Workspace;
use matchmark::model::{WitnessSource, rule};
use matchmark::replay::{Answer, Question, Rules, replay};

const DRAFT: &str = "\n[[version]]\nversion = \"1.1.0\"\nstatus = \"draft\"\n";

fn envelope(id: u32, partner: &str, outcome: &str, payload: &str) -> String {
    format!(
        "{{\"id\":\"e{id}\",\"recorded_at\":\"2026-08-01T00:00:00Z\",\"partner\":\"{partner}\",\
         \"direction\":\"request\",\"schema\":\"a\",\"version\":\"1.0.0\",\"outcome\":\"{outcome}\",\
         \"correlation_id\":\"c{id}\",\"payload\":{payload}}}\n"
    )
}

fn schema(version: &str, rest: &str) -> String {
    format!(
        "{{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\
         \"$id\":\"https://matchmark.example/schemas/a/{version}\",\"type\":\"object\",\
         \"properties\":{{\"x\":{{\"type\":\"string\"}}}}{rest}}}"
    )
}

/// Two partners; one never sends `x`, the other sends it now and then.
fn history() -> [String; 2] {
    let north = (0..3).map(|id| envelope(id, "north", "accepted", "{}"));
    let south = (3..7).map(|id| {
        let payload = if id % 2 == 0 {
            r#"{"x":"CANARY-VALUE"}"#
        } else {
            r#"{"y":1}"#
        };
        envelope(id, "south", "accepted", payload)
    });
    [north.collect(), south.collect()]
}

fn with_draft(rest: &str) -> Workspace {
    let [north, south] = history();
    let folder = Folder::sound()
        .with("schemas/a/entry.toml", format!("{ENTRY}{DRAFT}"))
        .with("schemas/a/next/schema.json", schema("next", rest))
        .with("payloads/north/2026-08.ndjson", north)
        .with("payloads/south/2026-08.ndjson", south);
    let (workspace, findings) = folder.read();
    assert!(findings.is_empty(), "{findings:?}");
    workspace
}

fn ask(head: &Workspace, base: Option<&Workspace>, jobs: usize) -> Answer {
    replay(&Question {
        histories: &head.histories,
        head: &head.catalogue,
        base: base.map(|base| &base.catalogue),
        rules: Rules::default(),
        budget: 0,
        jobs,
    })
}

#[test]
fn an_unchanged_catalogue_shifts_nothing() {
    let answer = ask(&with_draft(""), None, 2);
    assert_eq!(answer.envelopes, 7);
    assert_eq!((answer.newly_rejected, answer.newly_accepted), (0, 0));
    assert!(answer.findings.is_empty());
}

#[test]
fn a_field_that_becomes_required_is_found_in_history_partner_by_partner() {
    let answer = ask(&with_draft(r#","required":["x"]"#), None, 1);
    assert_eq!(answer.newly_rejected, 5);
    let shown: Vec<(&str, u64, String)> = answer
        .clusters
        .iter()
        .map(|cluster| {
            let partner = cluster.cause.partner.as_str();
            (partner, cluster.count, cluster.first.to_string())
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("north", 3, "payloads/north/2026-08.ndjson:1:1".to_owned()),
            ("south", 2, "payloads/south/2026-08.ndjson:1:1".to_owned()),
        ]
    );
    for finding in &answer.findings {
        assert_eq!(finding.rule, "replay/newly-rejected");
        assert_eq!(finding.subject, "a@next");
        let witness = finding.witness.as_ref().unwrap();
        assert!(matches!(witness.source, WitnessSource::Recorded { .. }));
        assert_eq!(witness.value, None, "a recorded payload is never shown");
    }
}

#[test]
fn the_answer_does_not_depend_on_the_number_of_threads() {
    let head = with_draft(r#","required":["x"]"#);
    let one = ask(&head, None, 1);
    for jobs in [2, 3, 7, 64] {
        assert_eq!(ask(&head, None, jobs), one, "{jobs} threads");
    }
}

#[test]
fn no_payload_value_reaches_a_finding() {
    let head = with_draft(r#","required":["z"],"patternProperties":{"^x$":{"const":"other"}}"#);
    let answer = ask(&head, None, 1);
    assert!(!answer.findings.is_empty());
    assert!(!format!("{answer:?}").contains("CANARY"));
}

#[test]
fn a_version_that_was_loosened_in_place_newly_accepts() {
    let [north, _] = history();
    let refused = north.replace("accepted", "rejected");
    let strict = schema("1.0.0", r#","required":["x"]"#);
    let folder = |schema: &str| {
        Folder::sound()
            .with("schemas/a/1.0.0/schema.json", schema)
            .with("payloads/north/2026-08.ndjson", &refused)
    };
    let (base, _) = folder(&strict).read();
    let (head, _) = folder(&schema("1.0.0", "")).read();
    let answer = ask(&head, Some(&base), 1);
    assert_eq!((answer.newly_rejected, answer.newly_accepted), (0, 3));
    assert_eq!(answer.findings[0].rule, "replay/newly-accepted");
    assert_eq!(ask(&base, None, 1).findings, []);
}

#[test]
fn a_major_draft_owes_the_old_payloads_nothing() {
    let [north, _] = history();
    let folder = Folder::sound()
        .with(
            "schemas/a/entry.toml",
            format!("{ENTRY}{DRAFT}").replace("1.1.0", "2.0.0"),
        )
        .with(
            "schemas/a/next/schema.json",
            schema("next", r#","required":["x"]"#),
        )
        .with("payloads/north/2026-08.ndjson", north);
    let answer = ask(&folder.read().0, None, 1);
    assert_eq!(answer.newly_rejected, 0);
    assert!(answer.followers.is_empty());
}

#[test]
fn a_line_that_is_no_envelope_is_found_and_the_next_is_judged() {
    let good = envelope(1, "north", "accepted", "{}");
    for (bad, id) in [
        ("{\"id\":", "payload/not-json"),
        ("{\"id\":\"a\",\"id\":\"b\"}", "payload/not-json"),
        ("{\"id\":\"a\"}", "replay/envelope-malformed"),
        ("[1,2]", "replay/envelope-malformed"),
        (
            &good.trim().replace("1.0.0", "9.9.9"),
            "replay/version-unknown",
        ),
    ] {
        let folder =
            Folder::sound().with("payloads/north/2026-08.ndjson", format!("{bad}\n\n{good}"));
        let answer = ask(&folder.read().0, None, 2);
        assert_eq!(answer.envelopes, 1, "{bad}");
        assert_eq!(answer.findings[0].rule, id, "{bad}");
        assert_eq!(answer.findings[0].place.line, 1, "{bad}");
        assert!(rule(id).is_some() || id.starts_with("payload/"), "{id}");
    }
}

#[test]
fn a_version_that_this_change_releases_is_replayed_like_a_draft() {
    let base = with_draft("");
    let released = "\n[[version]]\nversion = \"1.1.0\"\nstatus = \"released\"\n";
    let [north, south] = history();
    let folder = Folder::sound()
        .with("schemas/a/entry.toml", format!("{ENTRY}{released}"))
        .with(
            "schemas/a/1.1.0/schema.json",
            schema("1.1.0", r#","required":["x"]"#),
        )
        .with("payloads/north/2026-08.ndjson", north)
        .with("payloads/south/2026-08.ndjson", south);
    let (head, _) = folder.read();
    assert_eq!(ask(&head, Some(&base), 1).newly_rejected, 5);
    assert_eq!(ask(&head, Some(&head), 1).newly_rejected, 0, "known before");
}
