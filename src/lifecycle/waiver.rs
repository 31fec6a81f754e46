//! Waivers at an instant: which of them count, and what is wrong with the others.

use super::Expiry;
use crate::catalogue::{Board, Waiver, WaiverClass};
use crate::model::Finding;
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// Fewest characters of a reason that a person can weigh.
const SHORTEST_REASON: usize = 40;
/// Longest life of an emergency waiver, hours.
const EMERGENCY_HOURS: i64 = 72;
/// Longest life of any other waiver where the board sets none, days.
const LONGEST_DAYS: i64 = 120;
/// Days before the end at which a waiver is announced.
const ANNOUNCED_DAYS: i64 = 14;
/// Renewals that a waiver may have.
const MOST_RENEWALS: u32 = 2;

/// Whether a waiver counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Valid {
        days_left: i64,
    },
    Expired,
    /// Something that it must say is missing or wrong.
    Incomplete,
}

/// A waiver with its state at the instant that is judged.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    pub waiver: &'a Waiver,
    pub state: State,
    pub expiry: Option<Expiry>,
}

/// Every waiver with its state at `now`.
#[must_use]
pub fn standings<'a>(
    waivers: &'a [Waiver],
    board: &Board,
    now: DateTime<Utc>,
) -> Vec<Standing<'a>> {
    waivers
        .iter()
        .map(|waiver| {
            let expiry = Expiry::read(&waiver.file.expires);
            let state = match expiry {
                _ if !faults(waiver, board).is_empty() => State::Incomplete,
                None => State::Incomplete,
                Some(expiry) if expiry.is_over(now) => State::Expired,
                Some(expiry) => State::Valid {
                    days_left: expiry.days_left(now),
                },
            };
            Standing {
                waiver,
                state,
                expiry,
            }
        })
        .collect()
}

/// What is wrong with waivers; `present` are the fingerprints that this run found.
#[must_use]
pub fn waivers(
    standings: &[Standing<'_>],
    board: &Board,
    present: &BTreeSet<String>,
    now: DateTime<Utc>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for standing in standings {
        let covers = standing
            .waiver
            .file
            .fingerprints
            .iter()
            .any(|print| present.contains(print));
        match standing.state {
            State::Incomplete => findings.extend(incomplete(standing.waiver, board)),
            State::Expired => findings.push(expired(standing, covers, now)),
            State::Valid { .. } if !covers => findings.push(unused(standing.waiver)),
            State::Valid { days_left } if days_left <= ANNOUNCED_DAYS => {
                findings.push(expiring(standing.waiver, days_left));
            }
            State::Valid { .. } => {}
        }
    }
    findings
}

/// What a waiver must say and does not: the key, and what is wanted.
fn faults(waiver: &Waiver, board: &Board) -> Vec<(&'static str, String)> {
    let file = &waiver.file;
    let mut faults = Vec::new();
    let folder_name = waiver.source.path.rsplit('/').next().unwrap_or_default();
    if folder_name != format!("{}.toml", file.id) {
        faults.push(("id", "the name of its file".to_owned()));
    }
    if file.reason.chars().count() < SHORTEST_REASON {
        faults.push(("reason", format!("at least {SHORTEST_REASON} characters")));
    }
    for (key, text) in [
        ("rule", &file.rule),
        ("risk", &file.risk),
        ("compensating-control", &file.compensating_control),
        ("owner", &file.owner),
        ("requested-by", &file.requested_by),
    ] {
        if text.trim().is_empty() {
            faults.push((key, "a few words".to_owned()));
        }
    }
    if file.fingerprints.is_empty() {
        faults.push(("fingerprints", "the findings that it covers".to_owned()));
    }
    if file.renewals > MOST_RENEWALS {
        faults.push(("renewals", format!("at most {MOST_RENEWALS}")));
    }
    match Expiry::read(&file.expires) {
        None => faults.push(("expires", "a date or an RFC 3339 instant".to_owned())),
        Some(expiry) => {
            let life = (expiry.date() - file.created).num_days();
            let longest = longest(file.class, board);
            if life > longest {
                faults.push(("expires", format!("at most {longest} days after `created`")));
            }
        }
    }
    faults
}

fn longest(class: WaiverClass, board: &Board) -> i64 {
    match class {
        WaiverClass::Emergency => EMERGENCY_HOURS / 24,
        WaiverClass::Standard | WaiverClass::Migration => {
            board.max_waiver_days.map_or(LONGEST_DAYS, i64::from)
        }
    }
}

fn incomplete(waiver: &Waiver, board: &Board) -> Vec<Finding> {
    faults(waiver, board)
        .into_iter()
        .map(|(key, wanted)| {
            Finding::new(
                "lifecycle/waiver-incomplete",
                waiver.file.id.clone(),
                waiver.source.find(&format!("{key} =")),
            )
            .pointer(format!("/{key}"))
            .kind(key)
            .message(format!(
                "{} does not count: `{key}` must be {wanted}",
                waiver.file.id
            ))
            .remedy(format!("complete {}, or delete it", waiver.source.path))
        })
        .collect()
}

fn expired(standing: &Standing<'_>, covers: bool, now: DateTime<Utc>) -> Finding {
    let waiver = standing.waiver;
    let file = &waiver.file;
    let ended = standing
        .expiry
        .map_or_else(String::new, |expiry| expiry.date().to_string());
    let still = if covers {
        "still present"
    } else {
        "no longer found"
    };
    Finding::new(
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
    .remedy(format!(
        "fix what it covered, renew it with a new quorum, or delete {}",
        waiver.source.path
    ))
    .note(
        "covered",
        format!("{} {}: {still}", file.rule, file.fingerprints.join(", ")),
    )
    .note(
        "owner",
        format!(
            "{}      renewed {} of {MOST_RENEWALS}",
            file.owner, file.renewals
        ),
    )
}

fn expiring(waiver: &Waiver, days_left: i64) -> Finding {
    let when = match days_left {
        0 => "today".to_owned(),
        1 => "in 1 day".to_owned(),
        days => format!("in {days} days"),
    };
    Finding::new(
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
    .note("owner", waiver.file.owner.clone())
}

fn unused(waiver: &Waiver) -> Finding {
    Finding::new(
        "lifecycle/waiver-unused",
        waiver.file.id.clone(),
        waiver.source.find("fingerprints"),
    )
    .pointer("/fingerprints")
    .kind("unused")
    .message(format!(
        "{} covers nothing that this run found",
        waiver.file.id
    ))
    .remedy(format!("delete {}", waiver.source.path))
}
