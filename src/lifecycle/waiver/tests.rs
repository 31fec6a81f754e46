//! Waivers, one key wrong at a time, and the board that has to agree.
#![allow(clippy::unwrap_used)]

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
    assert_eq!(
        lax.roles(WaiverClass::Emergency, "policy/short"),
        ["platform", "security"]
    );
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
}

fn approve(allowance: &mut Allowance, text: &str, role: &str, decision: &str, date: &str) {
    let digest = waiver(text).source.digest();
    let text = format!(
        "subject = 'WV-0001'\ndigest = '{digest}'\nrole = '{role}'\napprover = 'board-{role}'\n\
         decision = '{decision}'\ndate = '{date}'\n"
    );
    allowance.approvals.push(Approval {
        file: toml::from_str(&text).unwrap(),
        source: Source::new("policies/approvals/WV-0001/a.toml", text.into_bytes()),
    });
}

const QUORUM: Demand = Demand {
    quorum: true,
    review: false,
};

#[test]
fn a_waiver_counts_with_its_quorum_and_at_home_without() {
    let mut allowance = allowance();
    assert!(matches!(
        state_of(COMPLETE, &allowance),
        State::Valid { .. }
    ));
    allowance.demand = QUORUM;
    assert_eq!(state_of(COMPLETE, &allowance), State::Unapproved);
    approve(
        &mut allowance,
        COMPLETE,
        "platform",
        "approve",
        "2026-11-02",
    );
    assert_eq!(state_of(COMPLETE, &allowance), State::Unapproved);
    approve(
        &mut allowance,
        COMPLETE,
        "security",
        "approve",
        "2026-11-02",
    );
    assert!(matches!(
        state_of(COMPLETE, &allowance),
        State::Valid { .. }
    ));

    // A changed text, and a role that the rule itself names.
    let edited = with(COMPLETE, "risk", "risk = 'none'");
    assert_eq!(state_of(&edited, &allowance), State::Unapproved);
    let terms = allowance.policies.get_mut("policy/short").unwrap();
    terms.approvers.insert("compliance".to_owned());
    assert_eq!(state_of(COMPLETE, &allowance), State::Unapproved);
}

#[test]
fn a_rejection_counts_at_every_stage_and_an_early_or_own_approval_at_none() {
    let mut rejected = allowance();
    approve(&mut rejected, COMPLETE, "security", "reject", "2026-11-02");
    assert_eq!(state_of(COMPLETE, &rejected), State::Rejected);

    let reached = |change: &dyn Fn(&mut Allowance), date: &str| {
        let mut allowance = allowance();
        allowance.demand = QUORUM;
        for role in ["platform", "security"] {
            approve(&mut allowance, COMPLETE, role, "approve", date);
        }
        change(&mut allowance);
        matches!(state_of(COMPLETE, &allowance), State::Valid { .. })
    };
    assert!(reached(&|_| {}, "2026-11-01"));
    assert!(!reached(&|_| {}, "2026-10-31"), "before it was asked for");
    let own = |allowance: &mut Allowance| {
        let path = "policies/waivers/WV-0001.toml".to_owned();
        let author = BTreeSet::from(["board-security".to_owned()]);
        allowance.authors.insert(path, author);
    };
    assert!(!reached(&own, "2026-11-01"), "by who wrote it");
}

#[test]
fn a_regulatory_exception_is_approved_ahead_of_its_day() {
    let mut allowance = allowance();
    allowance.demand = QUORUM;
    let mut text = with(COMPLETE, "why", "why = 'regulatory'");
    text = with(&text, "created", "created = '2026-12-01'");
    text = with(&text, "expires", "expires = '2026-12-20'");
    assert_eq!(keys(&text, &allowance, &[]), ["created"]);
    text = format!("{text}\ncalendar = 'rule-x'");
    for role in ["platform", "security"] {
        approve(&mut allowance, &text, role, "approve", "2026-11-03");
    }
    assert_eq!(state_of(&text, &allowance), State::Ahead);
    let waivers = [waiver(&text)];
    let day = "2026-12-01T00:00:00Z".parse().unwrap();
    assert!(
        standings(&waivers, &allowance, &[], day)
            .first()
            .unwrap()
            .counts()
    );
    let early = with(&text, "created", "created = '2026-11-30'");
    assert_eq!(keys(&early, &allowance, &[]), ["created"]);
    let unknown = with(&text, "calendar", "calendar = 'rule-y'");
    assert_eq!(keys(&unknown, &allowance, &[]), ["calendar", "created"]);
}

/// What is said of waivers at an instant.
fn said(text: &str, allowance: &Allowance, at: &str) -> Vec<(String, String)> {
    let (waivers_read, at) = ([waiver(text)], at.parse().unwrap());
    let standings = standings(&waivers_read, allowance, &[], at);
    let found = waivers(&standings, allowance, at);
    found.into_iter().map(|one| (one.rule, one.kind)).collect()
}

#[test]
fn an_emergency_waits_for_its_review_and_counts_for_a_release_only_after_it() {
    let mut allowance = allowance();
    for role in ["platform", "security"] {
        approve(&mut allowance, EMERGENCY, role, "approve", "2026-11-09");
    }
    allowance.demand = QUORUM;
    let kinds = |text: &str, allowance: &Allowance, at: &str| -> Vec<String> {
        let said = said(text, allowance, at);
        said.into_iter().map(|(_, kind)| kind).collect()
    };
    assert_eq!(kinds(EMERGENCY, &allowance, NOW), ["unused"]);
    // Over, and quiet until the review is late.
    assert_eq!(
        kinds(EMERGENCY, &allowance, "2026-11-16T23:59:59Z"),
        [""; 0]
    );
    assert_eq!(
        kinds(EMERGENCY, &allowance, "2026-11-17T00:00:00Z"),
        ["overdue"]
    );

    allowance.demand.review = true;
    assert_eq!(state_of(EMERGENCY, &allowance), State::Unreviewed);
    assert_eq!(kinds(EMERGENCY, &allowance, NOW), ["before-release"]);
    let reviewed = "reviewed = { date = '2026-11-10', by = 'board-compliance' }";
    let reviewed = format!("{EMERGENCY}{reviewed}\n");
    // The board approves the text that says so.
    assert_eq!(state_of(&reviewed, &allowance), State::Unapproved);
    for role in ["platform", "security"] {
        approve(&mut allowance, &reviewed, role, "approve", "2026-11-10");
    }
    allowance.approvals.drain(..2);
    assert!(matches!(
        state_of(&reviewed, &allowance),
        State::Valid { .. }
    ));

    allowance
        .before
        .insert("WV-0002".to_owned(), waiver(EMERGENCY).file);
    let file = allowance.before.get_mut("WV-0002").unwrap();
    file.id = "WV-0002".to_owned();
    let gone = said(&reviewed, &allowance, NOW);
    let expected = (
        "lifecycle/emergency-unreviewed".to_owned(),
        "gone".to_owned(),
    );
    assert!(gone.contains(&expected), "{gone:?}");
}
