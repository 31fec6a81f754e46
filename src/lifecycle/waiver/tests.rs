//! Waivers, one key wrong at a time, and the board that has to agree.
#![allow(clippy::unwrap_used)]

mod agreed;

use super::*;
use crate::catalogue::Source;
use crate::model::{Hurt, Place};

const NOW: &str = "2026-11-10T12:00:00Z";
const COMPLETE: &str = "id = 'WV-0001'
rule = 'policy/short'
class = 'standard'
why = 'partner-agreed'
reason = 'The partner sends the field since its last release, as it confirmed.'
fingerprints = ['0123456789abcdef']
risk = 'low'
compensating-control = 'alert'
partners-notified = ['northwind']
owner = 'integration'
requested-by = 'member-identity'
created = '2026-11-01'
expires = '2026-11-20'
";
const EMERGENCY: &str = "id = 'WV-0001'
rule = 'policy/short'
class = 'emergency'
why = 'security'
reason = 'The key of the partner leaked and its old scheme has to go tonight.'
fingerprints = ['0123456789abcdef']
risk = 'low'
compensating-control = 'alert'
partners-notified = ['northwind']
owner = 'integration'
requested-by = 'member-identity'
created = '2026-11-09'
expires = '2026-11-11'
advisory = 'GHSA-0000-0000-0001'
review-due = '2026-11-16'
";

fn now() -> DateTime<Utc> {
    NOW.parse().unwrap()
}

fn waiver(text: &str) -> Waiver {
    let file = toml::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let source = Source::new("policies/waivers/WV-0001.toml", text.as_bytes().to_vec());
    Waiver { source, file }
}

/// The text with the line of `key` replaced, or added.
fn with(text: &str, key: &str, line: &str) -> String {
    let kept = |one: &&str| !one.starts_with(&format!("{key} ="));
    let lines: Vec<&str> = text.lines().filter(kept).chain([line]).collect();
    lines.join("\n")
}

fn allowance() -> Allowance {
    let terms = |days| Terms {
        days,
        approvers: BTreeSet::new(),
    };
    let teams = "team = [{ id = 'integration', contact = 'a' }]";
    Allowance {
        board: Board {
            roles: vec!["platform".to_owned(), "security".to_owned()],
            ..Board::default()
        },
        policies: BTreeMap::from([
            ("policy/never".to_owned(), terms(0)),
            ("policy/short".to_owned(), terms(30)),
        ]),
        teams: toml::from_str(teams).unwrap(),
        partners: ["northwind", "contoso"].map(str::to_owned).into(),
        calendar: BTreeMap::from([("rule-x".to_owned(), "2026-12-01".parse().unwrap())]),
        ..Allowance::default()
    }
}

/// The keys that keep it from counting.
fn keys(text: &str, allowance: &Allowance, present: &[Present<'_>]) -> Vec<&'static str> {
    let waivers = [waiver(text)];
    let standings = standings(&waivers, allowance, present, now());
    let standing = standings.first().unwrap();
    assert_eq!(
        standing.faults.is_empty(),
        standing.state != State::Incomplete
    );
    standing.faults.iter().map(|(key, _)| *key).collect()
}

fn state_of(text: &str, allowance: &Allowance) -> State {
    let waivers = [waiver(text)];
    standings(&waivers, allowance, &[], now())
        .first()
        .unwrap()
        .state
}

#[test]
fn a_complete_waiver_counts_and_each_missing_field_keeps_it_from_counting() {
    let allowance = allowance();
    assert_eq!(keys(COMPLETE, &allowance, &[]), [""; 0]);
    for (key, line) in [
        ("rule", "rule = 'policy/never'"),
        ("rule", "rule = 'policy/absent'"),
        ("rule", "rule = 'gate/check-skipped'"),
        ("rule", "rule = 'compat/not-proved'"),
        ("rule", "rule = 'catalogue/schema-unreadable'"),
        ("rule", "rule = 'lifecycle/waiver-expired'"),
        ("reason", "reason = 'too short to be weighed'"),
        ("fingerprints", "fingerprints = []"),
        ("risk", "risk = ' '"),
        ("compensating-control", "compensating-control = ''"),
        ("partners-notified", "partners-notified = ['nobody']"),
        ("owner", "owner = ''"),
        ("owner", "owner = 'strangers'"),
        ("requested-by", "requested-by = ''"),
        ("created", "created = '2026-11-11'"),
        ("renewals", "renewals = 3"),
        ("expires", "expires = 'never'"),
        ("expires", "expires = '2026-12-02'"),
        ("expires", "expires = '2026-10-30'"),
        ("id", "id = 'WV-0002'"),
        ("calendar", "calendar = 'rule-x'"),
        ("advisory", "advisory = 'A'"),
        ("review-due", "review-due = '2026-11-12'"),
    ] {
        let text = with(COMPLETE, key, line);
        assert_eq!(keys(&text, &allowance, &[]), [key], "{line}");
    }
}

#[test]
fn an_emergency_says_more_lives_for_hours_and_never_moves_the_version_back() {
    let allowance = allowance();
    assert_eq!(keys(EMERGENCY, &allowance, &[]), [""; 0]);
    for (key, line) in [
        ("rule", "rule = 'policy/never'"),
        ("rule", "rule = 'compat/required-added'"),
        ("rule", "rule = 'catalogue/released-edited'"),
        ("why", "why = 'benign'"),
        ("advisory", "advisory = ''"),
        ("partners-notified", "partners-notified = []"),
        ("expires", "expires = '2026-11-12'"),
        ("expires", "expires = '2026-11-12T00:00:01Z'"),
        ("review-due", "review-due = '2026-11-17'"),
        (
            "reviewed",
            "reviewed = { date = '2026-11-01', by = 'board' }",
        ),
        (
            "reviewed",
            "reviewed = { date = '2026-11-10', by = 'member-identity' }",
        ),
    ] {
        let text = with(EMERGENCY, key, line);
        assert_eq!(keys(&text, &allowance, &[]), [key], "{line}");
    }
    for line in ["expires = '2026-11-12T00:00:00Z'", "expires = '2026-11-11'"] {
        let text = with(EMERGENCY, "expires", line);
        assert_eq!(keys(&text, &allowance, &[]), [""; 0], "{line}");
    }
    // Security and platform have to agree whatever the board's own quorum says.
    let mut lax = allowance;
    lax.board.quorum.insert("emergency".to_owned(), Vec::new());
    // Nobody else: what the rule asks of other waivers takes longer than an emergency has.
    let terms = lax.policies.get_mut("policy/short").unwrap();
    terms.approvers.insert("integration".to_owned());
    assert_eq!(
        lax.roles(WaiverClass::Emergency, "policy/short"),
        ["platform", "security"]
    );
    let standard = lax.roles(WaiverClass::Standard, "policy/short");
    assert!(standard.contains(&"integration".to_owned()), "{standard:?}");
}

#[test]
fn five_working_days_step_over_the_weekend() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    assert_eq!(working_days_after(day("2026-11-09"), 5), day("2026-11-16"));
    assert_eq!(working_days_after(day("2026-11-13"), 5), day("2026-11-20"));
    assert_eq!(working_days_after(day("2026-11-14"), 5), day("2026-11-20"));
}

fn finding(subject: &str) -> Finding {
    Finding::new("policy/short", subject, Place::start("a.json"))
        .pointer("/a")
        .hurt(Hurt {
            who: "contoso".to_owned(),
            why: "uses it".to_owned(),
            place: None,
        })
}

#[test]
fn whoever_is_hurt_has_to_be_told() {
    let finding = finding("a@1.0.0");
    let present = [Present {
        finding: &finding,
        severity: Severity::Error,
    }];
    let print = format!("fingerprints = ['{}']", finding.fingerprint());
    let text = with(COMPLETE, "fingerprints", &print);
    let allowance = allowance();
    assert_eq!(keys(&text, &allowance, &present), ["partners-notified"]);
    let told = with(
        &text,
        "partners-notified",
        "partners-notified = ['contoso']",
    );
    assert_eq!(keys(&told, &allowance, &present), [""; 0]);
}

#[test]
fn a_place_covers_what_is_no_error_in_its_range_and_nothing_else() {
    let mut text = with(COMPLETE, "fingerprints", "fingerprints = []");
    text = with(
        &text,
        "partners-notified",
        "partners-notified = ['contoso']",
    );
    let scope = "subject = 'a'\npointer = '/a'\nversions = '^1'";
    let whole = format!("{text}\n{scope}");
    let file = waiver(&whole).file;
    assert!(covers(&file, &finding("a@1.2.0"), Severity::Warning));
    for (subject, severity) in [
        ("a@1.2.0", Severity::Error),
        ("a@2.0.0", Severity::Warning),
        ("a@next", Severity::Warning),
        ("b@1.2.0", Severity::Warning),
    ] {
        assert!(!covers(&file, &finding(subject), severity), "{subject}");
    }
    let allowance = allowance();
    assert_eq!(keys(&whole, &allowance, &[]), [""; 0]);
    let half = format!("{text}\nsubject = 'a'\nversions = '^1'");
    assert_eq!(keys(&half, &allowance, &[]), ["pointer"]);
    let wild = format!("{text}\nsubject = 'a'\npointer = '/a/*'\nversions = '^1'");
    assert_eq!(keys(&wild, &allowance, &[]), ["pointer"]);
    let error = finding("a@1.2.0");
    let present = [Present {
        finding: &error,
        severity: Severity::Error,
    }];
    assert_eq!(keys(&whole, &allowance, &present), ["fingerprints"]);
}

#[test]
fn a_later_end_is_a_renewal() {
    let mut allowance = allowance();
    let before = waiver(COMPLETE).file;
    allowance.before.insert("WV-0001".to_owned(), before);
    assert_eq!(keys(COMPLETE, &allowance, &[]), [""; 0]);
    let moved = with(COMPLETE, "expires", "expires = '2026-11-21'");
    assert_eq!(keys(&moved, &allowance, &[]), ["renewals"]);
    let later = with(COMPLETE, "created", "created = '2026-11-02'");
    assert_eq!(keys(&later, &allowance, &[]), ["renewals"]);
    let counted = format!("{moved}\nrenewals = 1");
    assert_eq!(keys(&counted, &allowance, &[]), [""; 0]);
    // Under a new id it is the same exception.
    let mut before = waiver(COMPLETE).file;
    (before.id, before.renewals) = ("WV-0009".to_owned(), 2);
    allowance.before = [("WV-0009".to_owned(), before.clone())].into();
    assert_eq!(keys(&moved, &allowance, &[]), ["renewals"]);
    before.fingerprints = vec!["0000000000000000".to_owned()];
    allowance.before = [("WV-0009".to_owned(), before)].into();
    assert_eq!(keys(&moved, &allowance, &[]), [""; 0]);
}
