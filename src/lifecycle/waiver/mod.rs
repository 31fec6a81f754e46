//! Waivers at an instant: which of them count, for which findings, and who agreed.
//! Refuses to know how strict a stage is: what it demands is an argument.

mod complete;
mod told;

pub use complete::{EMERGENCY_HOURS, MOST_RENEWALS, SHORTEST_REASON, working_days_after};
pub use told::waivers;

use super::{Expiry, Lacking, Matter, Matters, Quorum, quorum, roles};
use crate::catalogue::{Approval, Board, BoardFile, Waiver, WaiverClass, WaiverFile, WaiverWhy};
use crate::model::{Finding, Severity, rule};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// Longest life of a waiver where the board sets none, days.
pub(super) const LONGEST_DAYS: u32 = 120;
/// Days before the end at which a waiver is announced.
pub const ANNOUNCED_DAYS: i64 = 14;

/// Data of somebody real is taken out of a repository; nobody can agree to leave it there.
const PHI_SUSPECTED: &str = "catalogue/phi-suspected";

/// What a policy allows of waivers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// Days that a waiver of it may last; 0 where it cannot be waived.
    pub days: u32,
    /// Roles that must agree besides those of the board's quorum.
    pub approvers: BTreeSet<String>,
}

/// What a stage asks of a waiver beside being complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// The board has agreed.
    pub quorum: bool,
    /// An emergency was looked at afterwards.
    pub review: bool,
}

/// What the board and the rules allow of waivers, and what is on record of them.
#[derive(Clone, Debug, Default)]
pub struct Allowance {
    pub board: Board,
    /// Policies by id.
    pub policies: BTreeMap<String, Terms>,
    pub demand: Demand,
    pub teams: BoardFile,
    /// Ids of the partners that there are.
    pub partners: BTreeSet<String>,
    /// Days of the regulatory calendar, by id.
    pub calendar: BTreeMap<String, NaiveDate>,
    pub approvals: Vec<Approval>,
    /// Path of a file to the accounts that wrote it.
    pub authors: BTreeMap<String, BTreeSet<String>>,
    /// The waivers before the change, by id.
    pub before: BTreeMap<String, WaiverFile>,
}

impl Allowance {
    /// Errors of which no waiver counts: policies that say so, and data of somebody.
    #[must_use]
    pub fn unwaivable(&self) -> BTreeSet<String> {
        let refused = self.policies.iter().filter(|(_, terms)| terms.days == 0);
        let refused = refused.map(|(id, _)| id.clone());
        refused.chain([PHI_SUSPECTED.to_owned()]).collect()
    }

    /// Days that a waiver of `id` may last, `None` where there is no such rule or nobody may waive it.
    ///
    /// A file that cannot be used, a question that is open and a check that did not run are settled, not waived.
    #[must_use]
    pub fn days(&self, id: &str) -> Option<u32> {
        let longest = self.board.max_waiver_days.unwrap_or(LONGEST_DAYS);
        let Some(rule) = rule(id) else {
            let days = self.policies.get(id)?.days;
            return (days > 0).then_some(days.min(longest));
        };
        let is_settled_only = matches!(rule.severity, Severity::Fault | Severity::Undecided)
            || id.starts_with("lifecycle/")
            || id.starts_with("gate/")
            || id == PHI_SUSPECTED;
        (!is_settled_only).then_some(longest)
    }

    /// What the board is asked about a waiver of this class.
    #[must_use]
    pub fn matter(class: WaiverClass) -> Matter {
        match class {
            WaiverClass::Emergency => Matter::Emergency,
            WaiverClass::Standard | WaiverClass::Migration => Matter::Waiver,
        }
    }

    /// The roles that have to agree to a waiver of `rule`: those of the board's quorum and those that the rule names.
    /// An emergency waits for nobody but the board's quorum for emergencies, platform and security.
    ///
    /// Source: POLICY.md, section 8
    #[must_use]
    pub fn roles(&self, class: WaiverClass, rule: &str) -> Vec<String> {
        let matter = Self::matter(class);
        let mut wanted: Vec<String> = roles(&self.board, matter).to_vec();
        let besides: Vec<&str> = match class {
            // What an emergency may set aside, security and platform have to have seen.
            WaiverClass::Emergency => vec!["platform", "security"],
            WaiverClass::Standard | WaiverClass::Migration => {
                let named = self.policies.get(rule).map(|terms| &terms.approvers);
                named.into_iter().flatten().map(String::as_str).collect()
            }
        };
        for role in besides {
            if !wanted.iter().any(|known| known == role) {
                wanted.push(role.to_owned());
            }
        }
        wanted
    }

    /// How the board decided about a waiver, as of `now`.
    fn decided(&self, waiver: &Waiver, now: DateTime<Utc>) -> Quorum {
        let file = &waiver.file;
        let matter = Self::matter(file.class);
        let mut board = self.board.clone();
        let wanted = self.roles(file.class, &file.rule);
        board.quorum.insert(matter.word().to_owned(), wanted);
        let mut not_by = self
            .authors
            .get(&waiver.source.path)
            .cloned()
            .unwrap_or_default();
        not_by.insert(file.requested_by.clone());
        let asked = Matters {
            matter,
            subject: &file.id,
            digest: &waiver.source.digest(),
            not_by: &not_by,
            day: now.date_naive(),
        };
        let decided = quorum(&board, &asked, &self.approvals);
        if self.is_dated_ahead(file) {
            return decided;
        }
        not_ahead(decided, file.created)
    }

    /// Whether it waits for a day that a regulator set.
    fn is_dated_ahead(&self, file: &WaiverFile) -> bool {
        let day = file.calendar.as_ref().and_then(|id| self.calendar.get(id));
        file.why == WaiverWhy::Regulatory && day.is_some_and(|day| file.created >= *day)
    }
}

/// An approval from before the exception was asked for approves nothing.
fn not_ahead(mut decided: Quorum, created: NaiveDate) -> Quorum {
    let early: Vec<_> = decided
        .given
        .iter()
        .filter(|given| given.date < created)
        .cloned()
        .collect();
    decided.given.retain(|given| given.date >= created);
    decided
        .lacking
        .extend(early.into_iter().map(|given| Lacking {
            role: given.role,
            why: "decided before it was asked for".to_owned(),
            rejected: false,
            place: Some(given.place),
        }));
    decided
}

/// How a waiver stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Valid {
        days_left: i64,
    },
    /// It begins later.
    Ahead,
    Expired,
    /// Something that it must say is missing or wrong.
    Incomplete,
    /// A role that has to agree did not.
    Unapproved,
    /// A role decided against it.
    Rejected,
    /// An emergency that nobody has looked at afterwards, where that is asked for.
    Unreviewed,
}

/// A finding of this run with its weight: what waivers are held against.
#[derive(Clone, Copy, Debug)]
pub struct Present<'a> {
    pub finding: &'a Finding,
    pub severity: Severity,
}

/// A waiver with its state at the instant that is judged.
#[derive(Clone, Debug)]
pub struct Standing<'a> {
    pub waiver: &'a Waiver,
    pub state: State,
    pub expiry: Option<Expiry>,
    pub quorum: Quorum,
    /// What of this run it is about, whether it counts or not.
    pub covered: Vec<Present<'a>>,
    /// Keys that keep it from counting, with what is wanted of them.
    pub faults: Vec<(&'static str, String)>,
}

impl Standing<'_> {
    #[must_use]
    pub fn counts(&self) -> bool {
        matches!(self.state, State::Valid { .. })
    }

    /// Last day to which a renewal at `now` could move its end; none where it cannot be renewed.
    #[must_use]
    pub fn renewable_until(&self, allowance: &Allowance, now: DateTime<Utc>) -> Option<NaiveDate> {
        let file = &self.waiver.file;
        if file.renewals >= MOST_RENEWALS || file.class == WaiverClass::Emergency {
            return None;
        }
        let days = allowance.days(&file.rule)?;
        let until = now.checked_add_signed(TimeDelta::days(i64::from(days)))?;
        Some(until.date_naive())
    }

    /// Whether it is an emergency that still waits for its review.
    #[must_use]
    pub fn waits_for_review(&self) -> bool {
        let file = &self.waiver.file;
        file.class == WaiverClass::Emergency && file.reviewed.is_none()
    }
}

/// Every waiver with its state at `now`; `present` is what this run found.
#[must_use]
pub fn standings<'a>(
    waivers: &'a [Waiver],
    allowance: &Allowance,
    present: &[Present<'a>],
    now: DateTime<Utc>,
) -> Vec<Standing<'a>> {
    waivers
        .iter()
        .map(|waiver| {
            let file = &waiver.file;
            let covered: Vec<Present<'a>> = present
                .iter()
                .filter(|one| names(file, one.finding))
                .copied()
                .collect();
            let mut standing = Standing {
                waiver,
                state: State::Incomplete,
                expiry: Expiry::read(&file.expires),
                quorum: allowance.decided(waiver, now),
                faults: complete::faults(waiver, allowance, &covered, now),
                covered,
            };
            standing.state = state(&standing, allowance, now);
            standing
        })
        .collect()
}

fn state(standing: &Standing<'_>, allowance: &Allowance, now: DateTime<Utc>) -> State {
    let (Some(expiry), []) = (standing.expiry, standing.faults.as_slice()) else {
        return State::Incomplete;
    };
    let quorum = &standing.quorum;
    if expiry.is_over(now) {
        State::Expired
    } else if quorum.lacking.iter().any(|one| one.rejected) {
        State::Rejected
    } else if allowance.demand.quorum && !quorum.is_reached() {
        State::Unapproved
    } else if standing.waiver.file.created > now.date_naive() {
        State::Ahead
    } else if allowance.demand.review && standing.waits_for_review() {
        State::Unreviewed
    } else {
        State::Valid {
            days_left: expiry.days_left(now),
        }
    }
}

/// Whether the waiver covers a finding of this weight. An error is covered by its fingerprint only.
#[must_use]
pub fn covers(file: &WaiverFile, finding: &Finding, severity: Severity) -> bool {
    file.rule == finding.rule
        && (file.fingerprints.contains(&finding.fingerprint())
            || (severity < Severity::Error && scopes(file, finding)))
}

/// Whether the waiver means the finding, whatever that weighs.
fn names(file: &WaiverFile, finding: &Finding) -> bool {
    file.rule == finding.rule
        && (file.fingerprints.contains(&finding.fingerprint()) || scopes(file, finding))
}

/// Whether subject, pointer and range of versions are those of the finding.
fn scopes(file: &WaiverFile, finding: &Finding) -> bool {
    let (Some(subject), Some(pointer), Some(range)) =
        (&file.subject, &file.pointer, &file.versions)
    else {
        return false;
    };
    let (id, version) = match finding.subject.split_once('@') {
        Some((id, version)) => (id, Some(version)),
        None => (finding.subject.as_str(), None),
    };
    // A draft has no number yet: it is named by fingerprints only.
    let in_range = version.is_none_or(|version| {
        let number = version.parse::<semver::Version>();
        number.is_ok_and(|number| range.matches(&number))
    });
    id == subject && finding.pointer == *pointer && in_range
}

#[cfg(test)]
mod tests;
