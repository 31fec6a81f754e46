//! What the board says of a waiver, and when.

use super::*;

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
