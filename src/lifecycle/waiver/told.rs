//! What is said of waivers: which do not count and why, which end soon, which are idle.

use super::{ANNOUNCED_DAYS, Allowance, MOST_RENEWALS, Standing, State};
use crate::catalogue::{Waiver, WaiverClass};
use crate::lifecycle::{Expiry, Lacking};
use crate::model::{Finding, Gravity, Severity};
use chrono::{DateTime, Utc};

/// What is wrong with waivers at `now`, and with emergencies that vanished before anybody looked back at them.
#[must_use]
pub fn waivers(
    standings: &[Standing<'_>],
    allowance: &Allowance,
    now: DateTime<Utc>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for standing in standings {
        let (waiver, is_idle) = (standing.waiver, standing.covered.is_empty());
        match standing.state {
            State::Incomplete => findings.extend(incomplete(standing)),
            // An emergency that is over stays on record until its review.
            State::Expired if is_idle && standing.waits_for_review() => {}
            State::Expired => findings.push(expired(standing, allowance, now)),
            State::Rejected | State::Unapproved => findings.extend(unapproved(standing, allowance)),
            State::Valid { .. } if is_idle => findings.push(unused(waiver)),
            State::Valid { days_left } => {
                findings.extend(unapproved(standing, allowance));
                findings.extend(expiring(waiver, days_left));
            }
            State::Unreviewed => findings.push(unreviewed(waiver, "before-release")),
            State::Ahead => {}
        }
        findings.extend(overdue(standing, now));
    }
    let gone = allowance.before.values().filter(|file| {
        let is_kept = |one: &Standing<'_>| one.waiver.file.id == file.id;
        file.class == WaiverClass::Emergency
            && file.reviewed.is_none()
            && !standings.iter().any(is_kept)
    });
    findings.extend(gone.map(|file| {
        let path = format!("policies/waivers/{}.toml", file.id);
        let finding = Finding::new(
            "lifecycle/emergency-unreviewed",
            file.id.clone(),
            crate::model::Place::start(path),
        );
        let message = format!("the emergency {} is gone before its review", file.id);
        finding
            .kind("gone")
            .message(message)
            .remedy("restore the file, record the review in it, and close it in a later change")
    }));
    findings
}

fn incomplete(standing: &Standing<'_>) -> Vec<Finding> {
    let waiver = standing.waiver;
    standing
        .faults
        .iter()
        .map(|(key, wanted)| {
            Finding::new(
                "lifecycle/waiver-incomplete",
                waiver.file.id.clone(),
                waiver.source.find(&format!("{key} =")),
            )
            .pointer(format!("/{key}"))
            .kind(*key)
            .message(format!(
                "{} does not count: `{key}` must be {wanted}",
                waiver.file.id
            ))
            .remedy(format!("complete {}, or delete it", waiver.source.path))
        })
        .collect()
}

/// One finding for each role whose word is missing. Where no quorum is asked for yet, it is only said.
fn unapproved(standing: &Standing<'_>, allowance: &Allowance) -> Vec<Finding> {
    let waiver = standing.waiver;
    let (id, digest) = (&waiver.file.id, waiver.source.digest());
    let said = |one: &Lacking| {
        let place = one.place.clone();
        let finding = Finding::new(
            "lifecycle/waiver-unapproved",
            id.clone(),
            place.unwrap_or_else(|| waiver.source.find("id")),
        )
        .pointer(format!("/approvals/{}", one.role))
        .kind(if one.rejected { "rejected" } else { "lacking" })
        .message(format!(
            "{id} does not count without {}: that role {}",
            one.role, one.why
        ))
        .remedy(format!(
            "`matchmark approve {id} --role {} --as ACCOUNT`, by an account of that role, or `matchmark waiver close {id}`",
            one.role
        ))
        .note("digest", digest.clone())
        .note("owner", waiver.file.owner.clone());
        if allowance.demand.quorum || one.rejected {
            return finding;
        }
        finding
            .gravity(Gravity::Declared(Severity::Info))
            .note("stage", "it counts here, and no more from pull-request on")
    };
    standing.quorum.lacking.iter().map(said).collect()
}

fn expired(standing: &Standing<'_>, allowance: &Allowance, now: DateTime<Utc>) -> Finding {
    let waiver = standing.waiver;
    let file = &waiver.file;
    let ended = standing
        .expiry
        .map_or_else(String::new, |expiry| expiry.date().to_string());
    let mut finding = Finding::new(
        "lifecycle/waiver-expired",
        file.id.clone(),
        waiver.source.find("expires"),
    )
    .pointer("/expires")
    .kind("expired")
    .message(format!(
        "{} ended on {ended}; judged as of {}",
        file.id,
        now.format("%Y-%m-%d")
    ))
    .remedy("fix what it covered and delete it, or renew it with a new quorum");
    for covered in &standing.covered {
        let finding_of = covered.finding;
        finding = finding.note(
            "covered",
            format!(
                "{} {}, {}: still present",
                finding_of.rule,
                finding_of.fingerprint(),
                finding_of.subject
            ),
        );
    }
    if standing.covered.is_empty() {
        let prints = file.fingerprints.join(", ");
        finding = finding.note(
            "covered",
            format!("{} {prints}: no longer found", file.rule),
        );
    }
    finding
        .note("owner", history(standing))
        .note("options", options(standing, allowance, now))
        .note(
            "why now",
            format!("the day alone: no file had to change, and until {ended} the same files were judged with it"),
        )
}

/// Who answers, who agreed, how often it was renewed.
fn history(standing: &Standing<'_>) -> String {
    let file = &standing.waiver.file;
    let given = &standing.quorum.given;
    let roles: Vec<&str> = given.iter().map(|one| one.role.as_str()).collect();
    let approved = match given.iter().map(|one| one.date).max() {
        Some(last) => format!("approved {last} by {}", roles.join(", ")),
        None => "approved by nobody".to_owned(),
    };
    format!(
        "{}      {approved}      renewed {} of {MOST_RENEWALS}",
        file.owner, file.renewals
    )
}

/// What can be done about a waiver that is over, as commands.
fn options(standing: &Standing<'_>, allowance: &Allowance, now: DateTime<Utc>) -> String {
    let file = &standing.waiver.file;
    let close = format!("`matchmark waiver close {}`", file.id);
    if standing.covered.is_empty() {
        return close;
    }
    let Some(until) = standing.renewable_until(allowance, now) else {
        return format!("fix it; {close}; it cannot be renewed again");
    };
    let last = match file.renewals + 1 {
        MOST_RENEWALS => ", last renewal",
        _ => "",
    };
    format!(
        "fix it; `matchmark waiver renew {} --until {until}` (needs a new quorum{last}); {close}",
        file.id
    )
}

/// An emergency lives for hours: its end is no news.
fn expiring(waiver: &Waiver, days_left: i64) -> Option<Finding> {
    if days_left > ANNOUNCED_DAYS || waiver.file.class == WaiverClass::Emergency {
        return None;
    }
    let when = match days_left {
        0 => "today".to_owned(),
        1 => "in 1 day".to_owned(),
        days => format!("in {days} days"),
    };
    let finding = Finding::new(
        "lifecycle/waiver-expiring",
        waiver.file.id.clone(),
        waiver.source.find("expires"),
    )
    .pointer("/expires")
    .kind("expiring")
    .message(format!(
        "{} ends {when}, and then what it covers counts again",
        waiver.file.id
    ))
    .remedy("fix what it covers, or renew it with a new quorum")
    .note("owner", waiver.file.owner.clone());
    Some(finding)
}

fn unused(waiver: &Waiver) -> Finding {
    let key = match waiver.file.fingerprints.is_empty() {
        true => "subject",
        false => "fingerprints",
    };
    Finding::new(
        "lifecycle/waiver-unused",
        waiver.file.id.clone(),
        waiver.source.find(key),
    )
    .pointer("/fingerprints")
    .kind("unused")
    .message(format!(
        "{} covers nothing that this run found",
        waiver.file.id
    ))
    .remedy(format!("delete {}", waiver.source.path))
}

/// An emergency whose review is late, whatever else is said of it.
fn overdue(standing: &Standing<'_>, now: DateTime<Utc>) -> Option<Finding> {
    let due = standing.waiver.file.review_due.and_then(Expiry::of)?;
    let is_late = standing.waits_for_review() && due.is_over(now);
    is_late.then(|| unreviewed(standing.waiver, "overdue").note("due", due.date().to_string()))
}

fn unreviewed(waiver: &Waiver, kind: &str) -> Finding {
    let id = &waiver.file.id;
    let why = match kind {
        "overdue" => "should have been reviewed by now",
        _ => "counts for a release only after its review",
    };
    Finding::new(
        "lifecycle/emergency-unreviewed",
        id.clone(),
        waiver.source.find("review-due"),
    )
    .pointer("/reviewed")
    .kind(kind)
    .message(format!("the emergency {id} {why}"))
    .remedy(format!(
        "hold the review, write `reviewed = {{ date = \"...\", by = \"ACCOUNT\" }}` into {}, and have the board approve that text",
        waiver.source.path
    ))
    .note("owner", waiver.file.owner.clone())
}
