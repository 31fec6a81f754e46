//! Which rules were asked, and for each of them: where it comes from, what it serves, what proves it, how it came out.
//! Refuses to take a rule that was not asked for one that holds.

use super::Books;
use crate::app::policy::{page, source};
use crate::app::room::Room;
use crate::catalogue::Workspace;
use crate::model::{CheckName, Judged, RulesRun, TraceLine};
use crate::policy::{Outcome, Rule, RuleStatus};
use std::collections::BTreeSet;

/// What reports tell of the rules.
pub(super) fn told(
    rooms: &[Room],
    books: &Books,
    head: &Workspace,
    findings: &[Judged],
) -> (RulesRun, Vec<TraceLine>) {
    let policy = rooms.iter().find(|room| room.name == CheckName::Policy);
    let nothing = Outcome::default();
    let outcome = policy.map_or(&nothing, |room| &room.rules);
    let ids =
        |names: &BTreeSet<String>| names.iter().map(|name| format!("policy/{name}")).collect();
    let run = RulesRun {
        expected: ids(&outcome.expected),
        evaluated: ids(&outcome.evaluated),
        not_applicable: ids(&outcome.not_applicable),
        draft: ids(&outcome.draft),
        not_evaluated: ids(&outcome.not_evaluated),
        page: page(head, &[&books.head, &books.payload]).page,
    };
    // Payloads are judged where they are replayed and where they travel.
    let payloads = rooms
        .iter()
        .any(|room| room.ran && matches!(room.name, CheckName::Replay | CheckName::Contract));
    let asked = |name: &str| match () {
        () if outcome.not_applicable.contains(name) => "not-applicable",
        () if outcome.evaluated.contains(name) => "holds",
        () => "not-evaluated",
    };
    let judging = if payloads { "holds" } else { "not-evaluated" };
    let policies = books.head.rules.iter();
    let policies = policies.map(|rule| line(rule, asked(&rule.name), findings));
    let payload = books.payload.rules.iter();
    let payload = payload.map(|rule| line(rule, judging, findings));
    (run, policies.chain(payload).collect())
}

fn line(rule: &Rule, asked: &str, findings: &[Judged]) -> TraceLine {
    let file = &rule.file;
    let own: Vec<&Judged> = findings.iter().filter(|one| one.rule == file.id).collect();
    let result = match file.status {
        RuleStatus::Draft => "draft",
        RuleStatus::Retired => "not-applicable",
        RuleStatus::Active if asked == "not-evaluated" => asked,
        RuleStatus::Active if own.is_empty() => asked,
        RuleStatus::Active if own.iter().all(|one| one.waived.is_some()) => "waived",
        RuleStatus::Active => "broken",
    };
    TraceLine {
        rule: file.id.clone(),
        title: file.title.clone(),
        source: source(rule),
        rows: file.rows.clone(),
        cases: count(rule.fires.len() + rule.quiet.len()),
        findings: count(own.len()),
        result: result.to_owned(),
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
