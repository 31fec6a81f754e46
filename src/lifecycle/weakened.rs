//! Rules, profiles and the board before and after a change: what got softer, and the stricter of both.
//! Refuses to know what the rules find: which of them only the base breaks is an argument.

use super::waiver::LONGEST_DAYS;
use super::{BOARD, Matter, roles};
use crate::catalogue::{Board, Source};
use crate::model::{CheckName, Place, Severity, Stage};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// What a board says about a rule, as far as it can be softened.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleTerms {
    pub id: String,
    pub owner: String,
    pub source: Source,
    /// Whether its findings can fail the gate.
    pub gates: bool,
    pub severity: Severity,
    /// Of single kinds of finding.
    pub by_kind: BTreeMap<String, Severity>,
    /// Days that a waiver may last; 0 where there is none.
    pub days: u32,
    pub approvers: BTreeSet<String>,
    /// What it judges.
    pub applies: BTreeSet<String>,
    /// Where it holds back one member only.
    pub per_member: BTreeSet<String>,
    pub params: Map<String, Value>,
}

/// What a profile adds to the stage before it.
#[derive(Clone, Debug, PartialEq)]
pub struct StageTerms {
    pub stage: Stage,
    pub source: Source,
    pub require: BTreeSet<CheckName>,
    pub fail_on: Option<Severity>,
    pub raise: BTreeMap<String, Severity>,
}

/// Something that was stricter before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weakening {
    /// As approvals name it.
    pub subject: String,
    pub owner: Option<String>,
    /// Key that got softer.
    pub key: String,
    /// What happened to it, in words that follow the subject.
    pub what: String,
    pub place: Place,
}

/// What is softer in the rule as it is now. A removed one is not compared: that is told by itself.
#[must_use]
pub fn softer_rule(base: &RuleTerms, head: &RuleTerms) -> Vec<Weakening> {
    let mut found = Vec::new();
    let mut say = |holds: bool, key: &str, what: String| {
        if !holds {
            found.push(Weakening {
                subject: head.id.clone(),
                owner: Some(head.owner.clone()),
                key: key.to_owned(),
                what,
                place: head.source.find(&format!("{key} =")),
            });
        }
    };
    let ended = "no longer fails the gate: its status was `active`";
    say(head.gates || !base.gates, "status", ended.to_owned());
    let kinds = || base.by_kind.keys().chain(head.by_kind.keys());
    let weighs_less = head.severity < base.severity
        || kinds().any(|kind| weight(head, kind) < weight(base, kind));
    say(
        !weighs_less,
        "severity",
        "weighs less than before".to_owned(),
    );
    let may = "can be waived, and could not before".to_owned();
    say(base.days > 0 || head.days == 0, "waivable", may);
    let longer = format!(
        "can be waived for {} days instead of {}",
        head.days, base.days
    );
    say(
        base.days == 0 || head.days <= base.days,
        "max-waiver-days",
        longer,
    );
    for role in base.approvers.difference(&head.approvers) {
        let fewer = format!("can be waived without {role}");
        say(head.days == 0, "approvers", fewer);
    }
    for scope in base.applies.difference(&head.applies) {
        say(false, "applies", format!("judges {scope} no more"));
    }
    for entry in head.per_member.difference(&base.per_member) {
        let only = format!("holds back single members of {entry}, and refused the whole before");
        say(false, "per-member", only);
    }
    for (name, value) in &base.params {
        let same = head.params.get(name) == Some(value);
        say(same, name, format!("has another parameter `{name}`"));
    }
    found
}

fn weight(rule: &RuleTerms, kind: &str) -> Severity {
    rule.by_kind.get(kind).copied().unwrap_or(rule.severity)
}

/// What is softer in the profile of a stage as it is now.
#[must_use]
pub fn softer_stage(base: &StageTerms, head: &StageTerms) -> Vec<Weakening> {
    let mut found = Vec::new();
    let mut say = |key: &str, what: String| {
        found.push(Weakening {
            subject: format!("profile:{}", head.stage.word()),
            owner: None,
            key: key.to_owned(),
            what,
            place: head.source.find(key),
        });
    };
    for check in base.require.difference(&head.require) {
        say("require", format!("requires {} no more", check.word()));
    }
    if base
        .fail_on
        .is_some_and(|before| head.fail_on.is_none_or(|now| now > before))
    {
        say("fail-on", "fails on less than before".to_owned());
    }
    for (id, before) in &base.raise {
        if head.raise.get(id).is_none_or(|now| now < before) {
            say(id, format!("raises `{id}` less than before"));
        }
    }
    found
}

/// The profile of a stage is gone or says nothing any more: whatever comes in its place later is compared with nothing.
#[must_use]
pub fn lost_stage(base: &StageTerms) -> Weakening {
    let path = base.source.path.clone();
    Weakening {
        subject: format!("profile:{}", base.stage.word()),
        owner: None,
        key: "stage".to_owned(),
        what: "is gone, or cannot be read any more".to_owned(),
        place: Place::start(path),
    }
}

/// What is softer in `[board]` as it is now.
#[must_use]
pub fn softer_board(base: &Board, head: &Board) -> Vec<Weakening> {
    let mut found = Vec::new();
    let mut say = |key: &str, what: String| {
        found.push(Weakening {
            subject: BOARD.to_owned(),
            owner: None,
            key: key.to_owned(),
            what,
            place: Place::start("matchmark.toml"),
        });
    };
    for role in base.roles.iter().filter(|role| !head.roles.contains(role)) {
        say("roles", format!("has no seat for {role} any more"));
    }
    for matter in Matter::ALL {
        let now = roles(head, matter);
        for role in roles(base, matter)
            .iter()
            .filter(|role| !now.contains(role))
        {
            let word = matter.word();
            say(word, format!("decides `{word}` without {role}"));
        }
    }
    let days = |board: &Board| board.max_waiver_days.unwrap_or(LONGEST_DAYS);
    if days(head) > days(base) {
        let what = format!(
            "lets waivers last {} days instead of {}",
            days(head),
            days(base)
        );
        say("max-waiver-days", what);
    }
    found
}

/// The board by which a change is judged: every role that had to agree before it or has to after it.
#[must_use]
pub fn stricter_board(base: &Board, head: &Board) -> Board {
    let both = |one: &[String], other: &[String]| {
        let mut all = one.to_vec();
        all.extend(other.iter().filter(|role| !one.contains(role)).cloned());
        all
    };
    let quorum = Matter::ALL.map(|matter| {
        let wanted = both(roles(base, matter), roles(head, matter));
        (matter.word().to_owned(), wanted)
    });
    let days = |board: &Board| board.max_waiver_days.unwrap_or(LONGEST_DAYS);
    Board {
        roles: both(&base.roles, &head.roles),
        quorum: quorum.into(),
        max_waiver_days: Some(days(base).min(days(head))),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use serde_json::json;

    fn rule() -> RuleTerms {
        RuleTerms {
            id: "policy/a".to_owned(),
            owner: "integration".to_owned(),
            source: Source::new("policies/rules/a/rule.toml", b"severity = 1".to_vec()),
            gates: true,
            severity: Severity::Error,
            by_kind: BTreeMap::from([("mild".to_owned(), Severity::Warning)]),
            days: 30,
            approvers: ["platform", "security"].map(str::to_owned).into(),
            applies: BTreeSet::from(["schemas".to_owned()]),
            per_member: BTreeSet::new(),
            params: json!({ "most": 3 }).as_object().unwrap().clone(),
        }
    }

    fn keys(change: impl Fn(&mut RuleTerms)) -> Vec<String> {
        let mut head = rule();
        change(&mut head);
        let found = softer_rule(&rule(), &head);
        let back = softer_rule(&head, &rule());
        assert!(
            back.iter().all(|one| one.key == "most"),
            "what is stricter now is no weakening: {back:?}"
        );
        found.into_iter().map(|one| one.key).collect()
    }

    #[test]
    fn every_way_to_soften_a_rule_is_seen_and_no_way_to_harden_it() {
        assert!(keys(|_| {}).is_empty());
        assert_eq!(keys(|rule| rule.gates = false), ["status"]);
        assert_eq!(keys(|rule| rule.severity = Severity::Warning), ["severity"]);
        let milder = |rule: &mut RuleTerms| {
            rule.by_kind.insert("other".to_owned(), Severity::Info);
        };
        assert_eq!(keys(milder), ["severity"]);
        assert_eq!(keys(|rule| rule.days = 31), ["max-waiver-days"]);
        let fewer = |rule: &mut RuleTerms| {
            rule.approvers.remove("security");
        };
        assert_eq!(keys(fewer), ["approvers"]);
        assert_eq!(keys(|rule| rule.applies.clear()), ["applies"]);
        let held = |rule: &mut RuleTerms| {
            rule.per_member.insert("a".to_owned());
        };
        assert_eq!(keys(held), ["per-member"]);
        let wider = |rule: &mut RuleTerms| {
            rule.params.insert("most".to_owned(), json!(4));
        };
        assert_eq!(keys(wider), ["most"]);
    }

    #[test]
    fn a_rule_that_becomes_waivable_is_softer() {
        let mut base = rule();
        (base.days, base.approvers) = (0, BTreeSet::new());
        let found = softer_rule(&base, &rule());
        assert_eq!(found.first().unwrap().key, "waivable");
        assert_eq!(found.len(), 1);
    }

    fn board(roles: &[&str], waiver: &[&str], days: u32) -> Board {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Board {
            roles: words(roles),
            quorum: BTreeMap::from([("waiver".to_owned(), words(waiver))]),
            max_waiver_days: Some(days),
        }
    }

    #[test]
    fn a_board_that_asks_fewer_is_softer_and_both_are_asked() {
        let base = board(&["platform", "security"], &["platform", "security"], 60);
        let head = board(&["platform"], &["platform"], 90);
        let keys: Vec<String> = softer_board(&base, &head)
            .into_iter()
            .map(|one| one.key)
            .collect();
        assert!(keys.contains(&"roles".to_owned()) && keys.contains(&"waiver".to_owned()));
        assert!(keys.contains(&"max-waiver-days".to_owned()));
        assert!(keys.contains(&"major-release".to_owned()), "{keys:?}");
        assert!(softer_board(&head, &base).is_empty());

        let both = stricter_board(&base, &head);
        assert_eq!(roles(&both, Matter::Waiver), ["platform", "security"]);
        assert_eq!(both.max_waiver_days, Some(60));
        assert!(softer_board(&base, &both).is_empty());
        assert!(softer_board(&head, &both).is_empty());
    }

    #[test]
    fn a_profile_that_asks_less_is_softer() {
        let stage = |require: &[CheckName], fail_on, raise: &[&str]| StageTerms {
            stage: Stage::Staging,
            source: Source::new("policies/profiles/staging.toml", Vec::new()),
            require: require.iter().copied().collect(),
            fail_on,
            raise: raise
                .iter()
                .map(|id| ((*id).to_owned(), Severity::Error))
                .collect(),
        };
        let base = stage(&[CheckName::Policy], Some(Severity::Warning), &["policy/a"]);
        let head = stage(&[], None, &[]);
        assert_eq!(softer_stage(&base, &head).len(), 3);
        assert!(softer_stage(&head, &base).is_empty());
        assert!(softer_stage(&base, &base).is_empty());
        assert_eq!(lost_stage(&base).subject, "profile:staging");
    }
}
