//! What a waiver must say before it counts: field by field, against the board, the rules and what it is about.

use super::{Allowance, LONGEST_DAYS, Present};
use crate::catalogue::{Waiver, WaiverClass, WaiverFile, WaiverWhy, account};
use crate::lifecycle::Expiry;
use crate::model::Severity;
use chrono::{DateTime, Datelike as _, Days, NaiveDate, NaiveTime, TimeDelta, Utc, Weekday};
use std::collections::BTreeSet;

/// Fewest characters of a reason that a person can weigh.
pub const SHORTEST_REASON: usize = 40;
/// Longest life of an emergency waiver, counted from the first second of the day on which it was granted.
pub const EMERGENCY_HOURS: i64 = 72;
/// Renewals that a waiver may have.
pub const MOST_RENEWALS: u32 = 2;
/// Working days within which an emergency is looked at.
const REVIEW_DAYS: u32 = 5;
/// What an emergency cannot set aside: the version still moves, and what was released stays what it was.
const VERSION_RULES: [&str; 4] = [
    "catalogue/digest-missing",
    "catalogue/released-edited",
    "catalogue/released-removed",
    "catalogue/version-taken",
];

type Fault = (&'static str, String);

/// What a waiver must say and does not: the key, and what is wanted.
pub(super) fn faults(
    waiver: &Waiver,
    allowance: &Allowance,
    covered: &[Present<'_>],
    now: DateTime<Utc>,
) -> Vec<Fault> {
    let file = &waiver.file;
    let mut faults = unsaid(waiver);
    faults.extend(scope(file, covered));
    faults.extend(people(file, allowance, covered));
    faults.extend(life(file, allowance, now));
    faults.extend(renewed(file, allowance));
    match file.class {
        WaiverClass::Emergency => faults.extend(emergency(file)),
        WaiverClass::Standard | WaiverClass::Migration => faults.extend(no_emergency(file)),
    }
    faults
}

/// Keys that are empty, too short or out of bounds by themselves.
fn unsaid(waiver: &Waiver) -> Vec<Fault> {
    let file = &waiver.file;
    let mut faults = Vec::new();
    let name = waiver.source.path.rsplit('/').next().unwrap_or_default();
    if name != format!("{}.toml", file.id) {
        faults.push(("id", "the name of its file".to_owned()));
    }
    if file.reason.trim().chars().count() < SHORTEST_REASON {
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
    if file.renewals > MOST_RENEWALS {
        faults.push(("renewals", format!("at most {MOST_RENEWALS}")));
    }
    faults
}

/// What it covers: fingerprints, or one subject at one place in a range of versions.
fn scope(file: &WaiverFile, covered: &[Present<'_>]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let named = [
        ("subject", file.subject.is_some()),
        ("pointer", file.pointer.is_some()),
        ("versions", file.versions.is_some()),
    ];
    let any = named.iter().any(|(_, said)| *said);
    if file.fingerprints.is_empty() && !any {
        faults.push(("fingerprints", "the findings that it covers".to_owned()));
    }
    if any {
        let lacking = named.iter().filter(|(_, said)| !said);
        faults.extend(lacking.map(|(key, _)| {
            let wanted = "there beside the other two of subject, pointer and versions";
            (*key, wanted.to_owned())
        }));
    }
    for (key, text) in [("subject", &file.subject), ("pointer", &file.pointer)] {
        if text.as_ref().is_some_and(|text| text.contains('*')) {
            faults.push((key, "one place: no wildcard".to_owned()));
        }
    }
    let unnamed = covered.iter().any(|one| {
        one.severity >= Severity::Error && !file.fingerprints.contains(&one.finding.fingerprint())
    });
    if unnamed {
        let wanted = "those of the errors that it covers: an error is never covered by its place";
        faults.push(("fingerprints", wanted.to_owned()));
    }
    faults
}

/// Who answers, and who was told.
fn people(file: &WaiverFile, allowance: &Allowance, covered: &[Present<'_>]) -> Vec<Fault> {
    let mut faults = Vec::new();
    if !file.owner.trim().is_empty() && !allowance.teams.may_know(&file.owner) {
        faults.push(("owner", "a team of policies/board.toml".to_owned()));
    }
    let told: BTreeSet<&str> = file.partners_notified.iter().map(String::as_str).collect();
    let partners = &allowance.partners;
    if !partners.is_empty() && told.iter().any(|name| !partners.contains(*name)) {
        faults.push(("partners-notified", "partners that there are".to_owned()));
    }
    let hurt: BTreeSet<&str> = covered
        .iter()
        .flat_map(|one| &one.finding.hurts)
        .map(|hurt| hurt.who.as_str())
        .filter(|who| partners.contains(*who) && !told.contains(who))
        .collect();
    if !hurt.is_empty() {
        let names: Vec<&str> = hurt.into_iter().collect();
        let wanted = format!("everybody whom it hurts: {} too", names.join(", "));
        faults.push(("partners-notified", wanted));
    }
    faults
}

/// From when and until when it may hold.
fn life(file: &WaiverFile, allowance: &Allowance, now: DateTime<Utc>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let days = allowance.days(&file.rule);
    if days.is_none() {
        faults.push(("rule", "the id of a rule that may be waived".to_owned()));
    }
    let is_ahead = match calendar(file, allowance) {
        Ok(is_ahead) => is_ahead,
        Err(fault) => {
            let is_told = fault.0 == "created";
            faults.push(fault);
            is_told
        }
    };
    if file.created > now.date_naive() && !is_ahead {
        // Its life is counted from here: a later day would stretch it.
        faults.push(("created", "a day that has come".to_owned()));
    }
    let Some(expiry) = Expiry::read(&file.expires) else {
        faults.push(("expires", "a date or an RFC 3339 instant".to_owned()));
        return faults;
    };
    let longest = i64::from(days.unwrap_or(LONGEST_DAYS));
    let begun = file.created.and_time(NaiveTime::MIN).and_utc();
    let hours = expiry.instant() - begun;
    if (expiry.date() - file.created).num_days() > longest {
        faults.push(("expires", format!("at most {longest} days after `created`")));
    } else if file.class == WaiverClass::Emergency && hours > TimeDelta::hours(EMERGENCY_HOURS) {
        let wanted = format!("at most {EMERGENCY_HOURS} hours after `created` begins");
        faults.push(("expires", wanted));
    } else if hours < TimeDelta::zero() {
        faults.push(("expires", "later than `created`".to_owned()));
    }
    faults
}

/// Whether the waiver begins with a day of the calendar, and so may be approved ahead of it.
fn calendar(file: &WaiverFile, allowance: &Allowance) -> Result<bool, Fault> {
    let Some(id) = &file.calendar else {
        return Ok(false);
    };
    if file.why != WaiverWhy::Regulatory {
        return Err((
            "calendar",
            "left out, or `why` must be `regulatory`".to_owned(),
        ));
    }
    match allowance.calendar.get(id) {
        None => Err(("calendar", "an entry of policies/calendar.toml".to_owned())),
        Some(day) if file.created < *day => {
            Err(("created", format!("{day} or later, as `calendar` says")))
        }
        Some(_) => Ok(true),
    }
}

/// An end that moved is a renewal, and counted as one; under another id too.
fn renewed(file: &WaiverFile, allowance: &Allowance) -> Option<Fault> {
    let own = allowance.before.get(&file.id);
    let others = allowance.before.values().filter(|before| {
        let is_known = own.is_some_and(|own| is_of_same(own, before));
        before.id != file.id && is_of_same(before, file) && !is_known
    });
    let ends = |file: &WaiverFile| Expiry::read(&file.expires);
    let moved = |before: &WaiverFile| {
        let is_longer = ends(before).is_some_and(|end| ends(file).is_some_and(|other| other > end));
        before.renewals + u32::from(is_longer || file.created > before.created)
    };
    let least = own.into_iter().chain(others).map(moved).max()?;
    (file.renewals < least).then(|| {
        (
            "renewals",
            format!("{least}: its time was moved, which is a renewal"),
        )
    })
}

/// Whether both cover the same finding of one rule.
fn is_of_same(one: &WaiverFile, other: &WaiverFile) -> bool {
    let shared = |print: &String| other.fingerprints.contains(print);
    let is_place = one.subject.is_some() && one.subject == other.subject;
    one.rule == other.rule
        && (one.fingerprints.iter().any(shared) || is_place && one.pointer == other.pointer)
}

/// What only an emergency says.
fn emergency(file: &WaiverFile) -> Vec<Fault> {
    let mut faults = Vec::new();
    if file.rule.starts_with("compat/") || VERSION_RULES.contains(&file.rule.as_str()) {
        let wanted = "one that an emergency may set aside: the version moves all the same";
        faults.push(("rule", wanted.to_owned()));
    }
    if file.why != WaiverWhy::Security {
        faults.push(("why", "`security` in an emergency".to_owned()));
    }
    let is_named = |text: &String| !text.trim().is_empty();
    if !file.advisory.as_ref().is_some_and(is_named) {
        faults.push(("advisory", "the id of the security advisory".to_owned()));
    }
    if file.partners_notified.is_empty() {
        faults.push((
            "partners-notified",
            "the partners that were told".to_owned(),
        ));
    }
    let last = working_days_after(file.created, REVIEW_DAYS);
    if file
        .review_due
        .is_none_or(|due| due > last || due < file.created)
    {
        let wanted = format!("{last} or earlier: {REVIEW_DAYS} working days after `created`");
        faults.push(("review-due", wanted));
    }
    if let Some(review) = &file.reviewed {
        if review.date < file.created || review.by.trim().is_empty() {
            let wanted = "a day after `created`, and the account that looked";
            faults.push(("reviewed", wanted.to_owned()));
        }
        if account(&review.by) == account(&file.requested_by) {
            faults.push(("reviewed", "by somebody who did not ask for it".to_owned()));
        }
    }
    faults
}

/// What only an emergency may say.
fn no_emergency(file: &WaiverFile) -> Vec<Fault> {
    [
        ("advisory", file.advisory.is_some()),
        ("review-due", file.review_due.is_some()),
        ("reviewed", file.reviewed.is_some()),
    ]
    .into_iter()
    .filter(|(_, said)| *said)
    .map(|(key, _)| (key, "left out: `class` is no emergency".to_owned()))
    .collect()
}

/// The day that lies `count` working days, Monday to Friday, after `day`.
#[must_use]
pub fn working_days_after(day: NaiveDate, count: u32) -> NaiveDate {
    let mut left = count;
    let mut day = day;
    while left > 0 {
        let Some(next) = day.checked_add_days(Days::new(1)) else {
            return day;
        };
        day = next;
        if !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
            left -= 1;
        }
    }
    day
}
