//! Waivers at an instant: which of them count, and what is wrong with the others.

use super::Expiry;
use crate::catalogue::{Board, Waiver, WaiverClass};
use crate::model::{Finding, Severity, rule};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

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

/// What the board and the rules allow of waivers.
#[derive(Clone, Debug, Default)]
pub struct Allowance {
    pub board: Board,
    /// Policies by id, each with the days that a waiver of it may last; 0 where it cannot be waived.
    pub policies: BTreeMap<String, u32>,
}

impl Allowance {
    /// Policies of which no waiver counts.
    #[must_use]
    pub fn unwaivable(&self) -> BTreeSet<String> {
        let refused = self.policies.iter().filter(|(_, days)| **days == 0);
        refused.map(|(id, _)| id.clone()).collect()
    }

    /// Days that a waiver of `id` may last, `None` where there is no such rule or nobody may waive it.
    ///
    /// A file that cannot be used, a question that is open and a check that did not run are settled, not waived.
    fn days(&self, id: &str) -> Option<i64> {
        let longest = self.board.max_waiver_days.map_or(LONGEST_DAYS, i64::from);
        let Some(rule) = rule(id) else {
            let days = i64::from(*self.policies.get(id)?);
            return (days > 0).then_some(days.min(longest));
        };
        let is_settled_only = matches!(rule.severity, Severity::Fault | Severity::Undecided)
            || id.starts_with("lifecycle/")
            || id.starts_with("gate/");
        (!is_settled_only).then_some(longest)
    }
}

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
    allowance: &Allowance,
    now: DateTime<Utc>,
) -> Vec<Standing<'a>> {
    waivers
        .iter()
        .map(|waiver| {
            let expiry = Expiry::read(&waiver.file.expires);
            let state = match expiry {
                _ if !faults(waiver, allowance, now).is_empty() => State::Incomplete,
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
    allowance: &Allowance,
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
            State::Incomplete => findings.extend(incomplete(standing.waiver, allowance, now)),
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
fn faults(
    waiver: &Waiver,
    allowance: &Allowance,
    now: DateTime<Utc>,
) -> Vec<(&'static str, String)> {
    let file = &waiver.file;
    let mut faults = unsaid(waiver);
    let days = allowance.days(&file.rule);
    if days.is_none() {
        faults.push(("rule", "the id of a rule that may be waived".to_owned()));
    }
    if file.created > now.date_naive() {
        // Its life is counted from here: a later day would stretch it.
        faults.push(("created", "a day that has come".to_owned()));
    }
    match Expiry::read(&file.expires) {
        None => faults.push(("expires", "a date or an RFC 3339 instant".to_owned())),
        Some(expiry) => {
            let life = (expiry.date() - file.created).num_days();
            let longest = longest(file.class, days.unwrap_or(LONGEST_DAYS));
            if life > longest {
                faults.push(("expires", format!("at most {longest} days after `created`")));
            }
        }
    }
    faults
}

/// Keys that are empty, too short or out of bounds by themselves.
fn unsaid(waiver: &Waiver) -> Vec<(&'static str, String)> {
    let file = &waiver.file;
    let mut faults = Vec::new();
    let name = waiver.source.path.rsplit('/').next().unwrap_or_default();
    if name != format!("{}.toml", file.id) {
        faults.push(("id", "the name of its file".to_owned()));
    }
    if file.reason.chars().count() < SHORTEST_REASON {
        faults.push(("reason", format!("at least {SHORTEST_REASON} characters")));
    }
    for (key, text) in [
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
    faults
}

fn longest(class: WaiverClass, days: i64) -> i64 {
    match class {
        WaiverClass::Emergency => days.min(EMERGENCY_HOURS / 24),
        WaiverClass::Standard | WaiverClass::Migration => days,
    }
}

fn incomplete(waiver: &Waiver, allowance: &Allowance, now: DateTime<Utc>) -> Vec<Finding> {
    faults(waiver, allowance, now)
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::catalogue::Source;

    fn waiver(rule: &str, created: &str, expires: &str) -> Waiver {
        let text = format!(
            "id = 'WV-0001'\nrule = '{rule}'\nclass = 'standard'\nwhy = 'partner-agreed'\n\
             reason = 'The partner sends the field since its last release, as it confirmed.'\n\
             fingerprints = ['0123456789abcdef']\nrisk = 'low'\ncompensating-control = 'alert'\n\
             partners-notified = []\nowner = 'integration'\nrequested-by = 'integration'\n\
             created = '{created}'\nexpires = '{expires}'\n"
        );
        Waiver {
            file: toml::from_str(&text).unwrap(),
            source: Source::new("policies/waivers/WV-0001.toml", text.into_bytes()),
        }
    }

    /// The keys that keep the waiver from counting on 2026-11-10.
    fn keys(waiver: &Waiver) -> Vec<&'static str> {
        let allowance = Allowance {
            policies: BTreeMap::from([
                ("policy/never".to_owned(), 0),
                ("policy/short".to_owned(), 30),
            ]),
            ..Allowance::default()
        };
        let now = "2026-11-10T12:00:00Z".parse().unwrap();
        let found = faults(waiver, &allowance, now);
        let state = standings(std::slice::from_ref(waiver), &allowance, now)
            .first()
            .unwrap()
            .state;
        assert_eq!(found.is_empty(), matches!(state, State::Valid { .. }));
        found.into_iter().map(|(key, _)| key).collect()
    }

    #[test]
    fn what_can_only_be_settled_is_never_waived() {
        for rule in [
            "policy/never",
            "policy/absent",
            "gate/check-skipped",
            "compat/not-proved",
            "contract/not-verified",
            "catalogue/schema-unreadable",
            "lifecycle/waiver-expired",
        ] {
            let waiver = waiver(rule, "2026-11-01", "2026-11-20");
            assert_eq!(keys(&waiver), ["rule"], "{rule}");
        }
        for rule in ["policy/short", "compat/required-added"] {
            let waiver = waiver(rule, "2026-11-01", "2026-11-20");
            assert!(keys(&waiver).is_empty(), "{rule}");
        }
    }

    #[test]
    fn a_waiver_lasts_no_longer_than_its_own_rule_allows() {
        let waiver = waiver("policy/short", "2026-11-01", "2026-12-02");
        assert_eq!(keys(&waiver), ["expires"]);
    }

    #[test]
    fn a_day_of_creation_that_lies_ahead_stretches_nothing() {
        let waiver = waiver("compat/required-added", "2030-01-01", "2030-01-20");
        assert_eq!(keys(&waiver), ["created"]);
    }
}
