//! What the board reads of a run: its register of waivers, what is in force as an emergency, what it has to decide.

mod decision;

use super::bench::Bench;
use crate::catalogue::WaiverClass;
use crate::lifecycle::{ANNOUNCED_DAYS, Expiry, Standing, State};
use crate::model::{
    ApprovedBy, DecisionNeeded, Governance, Judged, Place, WaiverLine, WaiverState,
};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

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
        .flat_map(|one| decision::of_waiver(one, &bench.allowance, now))
        .collect();
    needed.extend(decision::of_softened(&bench.guard, findings));
    needed.extend(bench.releases.iter().filter_map(decision::of_release));
    needed.extend(findings.iter().filter_map(decision::of_sunset));
    needed.sort_by(|a, b| {
        let key = |one: &DecisionNeeded| (one.deadline.clone(), one.subject.clone());
        key(a).cmp(&key(b))
    });
    needed
}
