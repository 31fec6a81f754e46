//! What the board reads of a run: its register of waivers, what is in force as an emergency, what it has to decide.

use super::bench::Bench;
use super::guard::Guard;
use crate::catalogue::WaiverClass;
use crate::lifecycle::{ANNOUNCED_DAYS, Allowance, Expiry, MajorRelease, Quorum, Standing, State};
use crate::model::{
    ApprovedBy, DecisionNeeded, Governance, Judged, Place, WaiverLine, WaiverState,
};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// Fills the parts of `governance` that are about exceptions and approvals.
pub(super) fn fill(
    governance: &mut Governance,
    bench: &Bench<'_>,
    standings: &[Standing<'_>],
    findings: &[Judged],
    now: DateTime<Utc>,
) {
    let mut waivers: Vec<WaiverLine> = standings.iter().map(|one| line(one, now)).collect();
    waivers.sort_by(|a, b| a.id.cmp(&b.id));
    let in_force =
        |one: &&Standing<'_>| one.waiver.file.class == WaiverClass::Emergency && one.counts();
    let emergencies = standings.iter().filter(in_force);
    governance.emergency = emergencies.map(|one| one.waiver.file.id.clone()).collect();
    governance.emergency.sort();
    governance.waivers = waivers;
    governance.decisions = decisions(bench, standings, findings, now);
}

/// A waiver as the register shows it.
pub(in crate::app) fn line(standing: &Standing<'_>, now: DateTime<Utc>) -> WaiverLine {
    let (file, source) = (&standing.waiver.file, &standing.waiver.source);
    let covered = || standing.covered.iter().map(|one| one.finding);
    let subjects: BTreeSet<&str> = covered().map(|one| one.subject.as_str()).collect();
    let hurt: BTreeSet<&str> = covered()
        .flat_map(|one| &one.hurts)
        .map(|hurt| hurt.who.as_str())
        .collect();
    let owned = |words: BTreeSet<&str>| words.into_iter().map(str::to_owned).collect();
    WaiverLine {
        id: file.id.clone(),
        rule: file.rule.clone(),
        subjects: owned(subjects),
        class: file.class.word().to_owned(),
        why: file.why.word().to_owned(),
        reason: file.reason.clone(),
        owner: file.owner.clone(),
        requested_by: file.requested_by.clone(),
        hurt: owned(hurt),
        approved: standing.quorum.given.iter().map(approved).collect(),
        lacking: standing.quorum.reasons(),
        created: file.created.to_string(),
        expires: file.expires.clone(),
        days_left: standing
            .expiry
            .map_or(0, |expiry: Expiry| expiry.days_left(now)),
        renewals: file.renewals,
        state: shown(standing),
        location: Place::start(&source.path),
    }
}

fn approved(given: &crate::lifecycle::Given) -> ApprovedBy {
    ApprovedBy {
        role: given.role.clone(),
        approver: given.approver.clone(),
        date: given.date.to_string(),
    }
}

/// The word of the register. A waiver that begins later is in order; one that is not reviewed is not approved for this
/// stage.
fn shown(standing: &Standing<'_>) -> WaiverState {
    match standing.state {
        State::Incomplete => WaiverState::Incomplete,
        State::Expired => WaiverState::Expired,
        State::Rejected => WaiverState::Rejected,
        State::Unapproved | State::Unreviewed => WaiverState::Unapproved,
        State::Ahead => WaiverState::Active,
        State::Valid { .. } if standing.covered.is_empty() => WaiverState::Unused,
        State::Valid { days_left } if days_left <= ANNOUNCED_DAYS => WaiverState::Expiring,
        State::Valid { .. } => WaiverState::Active,
    }
}

/// What waits for the board: what fails already first, then by the day until which it can wait.
fn decisions(
    bench: &Bench<'_>,
    standings: &[Standing<'_>],
    findings: &[Judged],
    now: DateTime<Utc>,
) -> Vec<DecisionNeeded> {
    let mut needed: Vec<DecisionNeeded> = standings
        .iter()
        .filter_map(|one| of_waiver(one, &bench.allowance, now))
        .collect();
    needed.extend(of_softened(&bench.guard, findings));
    needed.extend(bench.releases.iter().filter_map(of_release));
    needed.extend(findings.iter().filter_map(of_sunset));
    needed.sort_by(|a, b| {
        let key = |one: &DecisionNeeded| (one.deadline.clone(), one.subject.clone());
        key(a).cmp(&key(b))
    });
    needed
}

fn of_waiver(
    standing: &Standing<'_>,
    allowance: &Allowance,
    now: DateTime<Utc>,
) -> Option<DecisionNeeded> {
    let file = &standing.waiver.file;
    let id = &file.id;
    let close = format!("matchmark waiver close {id}");
    let approve = || approvals(id, &standing.quorum);
    let until = standing.expiry.map(|end| end.date().to_string());
    let counts_again = format!("what it covers counts: {}", file.rule);
    let (question, options, deadline, otherwise) = match standing.state {
        State::Unapproved | State::Rejected | State::Valid { .. }
            if !standing.quorum.is_reached() =>
        {
            let question = format!("May {id} ({}) hold until {}?", file.rule, file.expires);
            (
                question,
                [approve(), vec![close]].concat(),
                until,
                counts_again,
            )
        }
        State::Expired if !(standing.covered.is_empty() && standing.waits_for_review()) => {
            let question = format!("{id} is over: is {} fixed, renewed or closed?", file.rule);
            (
                question,
                renewal(standing, allowance, now, close),
                None,
                counts_again,
            )
        }
        State::Valid { days_left }
            if days_left <= ANNOUNCED_DAYS && !standing.covered.is_empty() =>
        {
            let question = format!("{id} ends in {days_left} days: fixed, renewed or closed?");
            (
                question,
                renewal(standing, allowance, now, close),
                until,
                counts_again,
            )
        }
        State::Unreviewed => {
            let question = format!("Was the emergency {id} handled well?");
            let review = format!("record `reviewed` in {}", standing.waiver.source.path);
            let due = file.review_due.map(|day| day.to_string());
            (question, vec![review], due, counts_again)
        }
        State::Valid { .. }
        | State::Ahead
        | State::Expired
        | State::Incomplete
        | State::Unapproved
        | State::Rejected => return None,
    };
    Some(DecisionNeeded {
        subject: id.clone(),
        question,
        owner: file.owner.clone(),
        roles: standing.quorum.missing(),
        options,
        deadline,
        otherwise,
        location: Place::start(&standing.waiver.source.path),
    })
}

fn approvals(subject: &str, quorum: &Quorum) -> Vec<String> {
    let say = |role: String| format!("matchmark approve {subject} --role {role} --as ACCOUNT");
    quorum.missing().into_iter().map(say).collect()
}

fn renewal(
    standing: &Standing<'_>,
    allowance: &Allowance,
    now: DateTime<Utc>,
    close: String,
) -> Vec<String> {
    let until = standing.renewable_until(allowance, now);
    let renew = until.map(|until| {
        format!(
            "matchmark waiver renew {} --until {until}",
            standing.waiver.file.id
        )
    });
    let fix = "fix what it covers".to_owned();
    [Some(fix), renew, Some(close)]
        .into_iter()
        .flatten()
        .collect()
}

/// One decision for each thing that got softer, whatever was said of it.
fn of_softened(guard: &Guard<'_>, findings: &[Judged]) -> Vec<DecisionNeeded> {
    let weakened = |one: &&Judged| one.rule == "lifecycle/rule-weakened";
    let mut subjects: BTreeMap<&str, &Judged> = BTreeMap::new();
    for finding in findings.iter().filter(weakened) {
        subjects.entry(&finding.subject).or_insert(finding);
    }
    let decision = |(subject, finding): (&str, &Judged)| {
        let quorum = guard.agreed(subject);
        let owner = finding.notes.iter().find(|note| note.label == "owner");
        DecisionNeeded {
            subject: subject.to_owned(),
            question: format!("May `{subject}` get softer, as this change has it?"),
            owner: owner.map_or_else(String::new, |note| note.text.clone()),
            roles: quorum.missing(),
            options: [approvals(subject, &quorum), vec!["take it back".to_owned()]].concat(),
            deadline: None,
            otherwise: "the change is not merged, and what was stricter counts".to_owned(),
            location: finding.location.clone(),
        }
    };
    subjects.into_iter().map(decision).collect()
}

fn of_release(release: &MajorRelease) -> Option<DecisionNeeded> {
    let subject = &release.subject;
    (!release.quorum.is_reached()).then(|| DecisionNeeded {
        subject: subject.clone(),
        question: format!("May the major version {subject} be released?"),
        owner: release.owner.clone(),
        roles: release.quorum.missing(),
        options: approvals(subject, &release.quorum),
        deadline: None,
        otherwise: "the version stays a draft".to_owned(),
        location: release.place.clone(),
    })
}

fn of_sunset(finding: &Judged) -> Option<DecisionNeeded> {
    if !["lifecycle/sunset-near", "lifecycle/sunset-passed"].contains(&finding.rule.as_str()) {
        return None;
    }
    let who: BTreeSet<&str> = finding.hurts.iter().map(|hurt| hurt.who.as_str()).collect();
    let who: Vec<&str> = who.into_iter().collect();
    let used = match who.as_slice() {
        [] => String::new(),
        names => format!(", which {} still use", names.join(", ")),
    };
    Some(DecisionNeeded {
        subject: finding.subject.clone(),
        question: format!(
            "{}{used}: move the end later, or switch it off?",
            finding.message
        ),
        owner: String::new(),
        roles: Vec::new(),
        options: vec![finding.remedy.clone()],
        deadline: None,
        otherwise: "requests of that version are refused from that day".to_owned(),
        location: finding.location.clone(),
    })
}
