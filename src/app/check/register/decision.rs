//! What the board is asked: each question with its ways out, its day, and what comes of silence.
//! Refuses to offer a command that the tool would refuse.

use super::super::guard::Guard;
use crate::catalogue::WaiverClass;
use crate::lifecycle::{ANNOUNCED_DAYS, Allowance, MajorRelease, Quorum, Standing, State};
use crate::model::{DecisionNeeded, Judged, Place, counted};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

const COUNTS_AGAIN: &str = "the finding counts again and the gate fails";
const NOT_MERGED: &str = "the gate fails and the change is not merged";

/// What is asked of a waiver: whether it holds or how it ends, and of an emergency also how it was handled.
pub(super) fn of_waiver(
    standing: &Standing<'_>,
    allowance: &Allowance,
    now: DateTime<Utc>,
) -> Vec<DecisionNeeded> {
    let asked = [of_exception(standing, allowance, now), of_review(standing)];
    asked.into_iter().flatten().collect()
}

fn of_exception(
    standing: &Standing<'_>,
    allowance: &Allowance,
    now: DateTime<Utc>,
) -> Option<DecisionNeeded> {
    let rule = &standing.waiver.file.rule;
    let until = standing.expiry.map(|end| end.date().to_string());
    let (question, options, deadline) = match standing.state {
        State::Unapproved | State::Rejected | State::Valid { .. }
            if !standing.quorum.is_reached() =>
        {
            let question = format!(
                "May the exception to {rule} hold until {}?{}",
                standing.waiver.file.expires,
                rejected(&standing.quorum)
            );
            let mut options = approvals(&standing.waiver.file.id, &standing.quorum);
            options.extend(close(standing));
            (question, options, until)
        }
        State::Expired if !(standing.covered.is_empty() && standing.waits_for_review()) => {
            let question = format!("The exception to {rule} is over: {}?", ways(standing));
            (question, renewal(standing, allowance, now), None)
        }
        State::Valid { days_left }
            if days_left <= ANNOUNCED_DAYS && !standing.covered.is_empty() =>
        {
            let left = match days_left {
                0 => "today".to_owned(),
                days => format!("in {}", counted(days, "day")),
            };
            let question = format!("The exception to {rule} ends {left}: {}?", ways(standing));
            (question, renewal(standing, allowance, now), until)
        }
        State::Valid { .. }
        | State::Ahead
        | State::Expired
        | State::Incomplete
        | State::Unapproved
        | State::Unreviewed
        | State::Rejected => return None,
    };
    let otherwise = COUNTS_AGAIN.to_owned();
    let roles = undecided(&standing.quorum);
    Some(asked(
        standing, question, roles, options, deadline, otherwise,
    ))
}

/// An emergency passes before anyone looked at it, so that someone has to look at it by its day.
fn of_review(standing: &Standing<'_>) -> Option<DecisionNeeded> {
    let file = &standing.waiver.file;
    let is_in_force = match standing.state {
        State::Valid { .. } | State::Unreviewed | State::Expired => true,
        State::Ahead | State::Incomplete | State::Unapproved | State::Rejected => false,
    };
    (is_in_force && standing.waits_for_review()).then(|| {
        asked(
            standing,
            format!("Was the emergency behind {} handled well?", file.rule),
            Vec::new(),
            vec![format!(
                "record `reviewed` in {}",
                standing.waiver.source.path
            )],
            file.review_due.map(|day| day.to_string()),
            "the waiver cannot be closed, no release counts it, and it is a finding from that day"
                .to_owned(),
        )
    })
}

fn asked(
    standing: &Standing<'_>,
    question: String,
    roles: Vec<String>,
    options: Vec<String>,
    deadline: Option<String>,
    otherwise: String,
) -> DecisionNeeded {
    DecisionNeeded {
        subject: standing.waiver.file.id.clone(),
        question,
        owner: standing.waiver.file.owner.clone(),
        roles,
        options,
        deadline,
        otherwise,
        location: Place::start(&standing.waiver.source.path),
    }
}

/// How an exception can end.
fn ways(standing: &Standing<'_>) -> &'static str {
    match standing.waiver.file.class {
        WaiverClass::Emergency => "is what it covers fixed",
        WaiverClass::Standard | WaiverClass::Migration => "is it fixed, renewed or closed",
    }
}

/// The roles that said nothing that counts; who rejected did decide.
fn undecided(quorum: &Quorum) -> Vec<String> {
    let silent = quorum.lacking.iter().filter(|one| !one.rejected);
    silent.map(|one| one.role.clone()).collect()
}

/// Who decided against it, as a sentence behind the question.
fn rejected(quorum: &Quorum) -> String {
    let against = quorum.lacking.iter().filter(|one| one.rejected);
    let against: Vec<&str> = against.map(|one| one.role.as_str()).collect();
    match against.as_slice() {
        [] => String::new(),
        roles => format!(" It was rejected by {}.", roles.join(", ")),
    }
}

fn approvals(subject: &str, quorum: &Quorum) -> Vec<String> {
    let say = |role: String| format!("matchmark approve {subject} --role {role} --as ACCOUNT");
    quorum.missing().into_iter().map(say).collect()
}

/// The command that ends it, where it may be ended: an emergency is not closed before its review.
fn close(standing: &Standing<'_>) -> Option<String> {
    let id = &standing.waiver.file.id;
    (!standing.waits_for_review()).then(|| format!("matchmark waiver close {id}"))
}

fn renewal(standing: &Standing<'_>, allowance: &Allowance, now: DateTime<Utc>) -> Vec<String> {
    let id = &standing.waiver.file.id;
    let until = standing.renewable_until(allowance, now);
    let renew = until.map(|until| format!("matchmark waiver renew {id} --until {until}"));
    let fix = "fix what it covers".to_owned();
    [Some(fix), renew, close(standing)]
        .into_iter()
        .flatten()
        .collect()
}

/// One decision for each thing that got softer, whatever was said of it.
pub(super) fn of_softened(guard: &Guard<'_>, findings: &[Judged]) -> Vec<DecisionNeeded> {
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
            question: format!(
                "May it get softer, as this change has it?{}",
                rejected(&quorum)
            ),
            owner: owner.map_or_else(String::new, |note| note.text.clone()),
            roles: undecided(&quorum),
            options: [approvals(subject, &quorum), vec!["take it back".to_owned()]].concat(),
            deadline: None,
            otherwise: NOT_MERGED.to_owned(),
            location: finding.location.clone(),
        }
    };
    subjects.into_iter().map(decision).collect()
}

pub(super) fn of_release(release: &MajorRelease) -> Option<DecisionNeeded> {
    let subject = &release.subject;
    (!release.quorum.is_reached()).then(|| DecisionNeeded {
        subject: subject.clone(),
        question: format!(
            "May this major version be released?{}",
            rejected(&release.quorum)
        ),
        owner: release.owner.clone(),
        roles: undecided(&release.quorum),
        options: approvals(subject, &release.quorum),
        deadline: None,
        otherwise: NOT_MERGED.to_owned(),
        location: release.place.clone(),
    })
}

pub(super) fn of_sunset(finding: &Judged) -> Option<DecisionNeeded> {
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
