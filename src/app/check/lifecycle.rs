//! The lifecycle check: deprecated versions, waivers, releases and softened rules at the instant of the run.

use super::bench::Bench;
use super::{Question, Room};
use crate::catalogue::{Status, Workspace};
use crate::lifecycle::{
    Allowance, Demand, Standing, Terms, removed_rules, unapproved_releases, unguarded, waivers,
};
use crate::model::{CheckName, Finding, Gravity, Place, Severity, Stage, counted};
use crate::policy::Rule;
use std::collections::BTreeMap;

/// What a stage asks of a waiver.
pub(in crate::app) fn demand(stage: Stage) -> Demand {
    Demand {
        quorum: stage >= Stage::PullRequest,
        review: stage >= Stage::ReleaseCandidate,
    }
}

/// What may be waived, for how long, and by whom. A change cannot make a rule waivable and waive it in one go:
/// of the rules before and after it, the stricter word counts.
pub(in crate::app) fn allowance<'a>(
    workspace: &Workspace,
    rules: impl IntoIterator<Item = &'a Rule>,
    demand: Demand,
) -> Allowance {
    let mut policies: BTreeMap<String, Terms> = BTreeMap::new();
    for rule in rules {
        let file = &rule.file;
        let days = if file.waivable {
            file.max_waiver_days
        } else {
            0
        };
        let known = policies.entry(file.id.clone()).or_insert_with(|| Terms {
            days,
            ..Terms::default()
        });
        known.days = days.min(known.days);
        known.approvers.extend(file.approvers.iter().cloned());
    }
    let calendar = workspace.calendar.iter().flat_map(|it| &it.file.entries);
    Allowance {
        board: workspace.config.board.clone(),
        policies,
        demand,
        teams: workspace.board.clone(),
        partners: workspace.partners.keys().cloned().collect(),
        calendar: calendar.map(|day| (day.id.clone(), day.date)).collect(),
        approvals: workspace.approvals.clone(),
        ..Allowance::default()
    }
}

/// `others` is what every other check found.
pub(super) fn check(
    question: &Question<'_>,
    bench: &Bench<'_>,
    standings: &[Standing<'_>],
    others: &[Finding],
) -> Room {
    let head = question.head;
    let mut findings = super::ending::findings(question, bench.guard.deciders());
    findings.extend(waivers(standings, &bench.allowance, question.as_of));
    if let Some(base) = question.base {
        findings.extend(removed_rules(&base.rules, &head.rules));
        findings.extend(removed_rules(&base.payload_rules, &head.payload_rules));
    }
    let stage = bench.stage;
    findings.extend(at(stage, Severity::Warning, bench.guard.findings(others)));
    let releases = unapproved_releases(&bench.releases);
    findings.extend(at(stage, Severity::Info, releases));
    let unknown = bench.is_shallow.then(authors_unknown);
    findings.extend(at(stage, Severity::Info, unknown.into_iter().collect()));
    let roles = &head.config.board.roles;
    let unguarded = unguarded(bench.owners.as_ref(), roles);
    findings.extend(at(stage, Severity::Info, unguarded));
    let judged = head.catalogue.versions().count();
    let deprecated = head
        .catalogue
        .versions()
        .filter(|version| version.file.status == Status::Deprecated)
        .count();
    Room::ran(
        CheckName::Lifecycle,
        (judged + standings.len()) as u64,
        "versions and waivers",
    )
    .summary(format!(
        "{}, {deprecated} deprecated; {}, {} in force",
        counted(judged, "version"),
        counted(standings.len(), "waiver"),
        standings.iter().filter(|one| one.counts()).count()
    ))
    .findings(findings)
    .not_proved(limits(question, bench.stage, standings))
}

/// Nobody can tell whose approvals are about his own work.
fn authors_unknown() -> Finding {
    let place = Place::start("policies/approvals");
    Finding::new("lifecycle/authors-unknown", "policies/approvals", place)
        .kind("shallow")
        .message("the history in this clone is cut off, so nobody can tell who wrote what is approved here")
        .remedy("run `git fetch --unshallow`; in a workflow, `fetch-depth: 0` at the checkout")
}

/// On a developer's machine the board is not waited for.
fn at(stage: Stage, local: Severity, mut findings: Vec<Finding>) -> Vec<Finding> {
    if stage == Stage::Local {
        for finding in &mut findings {
            finding.gravity = Gravity::Declared(local);
        }
    }
    findings
}

fn limits(question: &Question<'_>, stage: Stage, standings: &[Standing<'_>]) -> Vec<String> {
    let mut limits = Vec::new();
    if !question.head.approvals.is_empty() {
        limits.push("An approval is a file: that its account wrote it is proved by branch protection and required review, not here.".to_owned());
    }
    if question.base.is_none() {
        limits.push("Without a base nobody sees a rule, a profile or the board that got softer, nor which version is a new release.".to_owned());
    }
    let local = stage == Stage::Local;
    if local
        && standings
            .iter()
            .any(|one| one.counts() && !one.quorum.is_reached())
    {
        limits.push("A complete waiver counts at this stage without the board; from pull-request on it does not.".to_owned());
    }
    limits
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::catalogue::Source;
    use crate::load;
    use crate::policy::RuleBook;
    use std::path::Path;

    const NAME: &str = "consent-metadata-missing";
    const ID: &str = "policy/consent-metadata-missing";

    #[test]
    fn a_change_cannot_make_a_rule_waivable_and_waive_it_in_one_go() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let base = load::folder(root, None).unwrap().0.rules;
        let mut head = base.clone();
        let toml = &mut head.get_mut(NAME).unwrap().toml;
        let before = toml.as_ref().unwrap().text().unwrap();
        let after = before.replace(
            "waivable = false",
            "waivable = true\nmax-waiver-days = 9\napprovers = [\"security\"]",
        );
        *toml = Some(Source::new("rule.toml", after.into_bytes()));
        let (base, head) = (RuleBook::read(&base), RuleBook::read(&head));
        let of = |books: &[&RuleBook]| {
            let rules = books.iter().flat_map(|book| &book.rules);
            allowance(&Workspace::default(), rules, Demand::default())
        };
        assert_eq!(of(&[&head]).days(ID), Some(9), "the head alone allows it");
        assert!(of(&[&head, &base]).unwaivable().contains(ID));
    }
}
