//! Deprecated versions at an instant: who still uses them, whether everybody was warned for long enough, what is near.
//! Refuses to find out who uses what: that is handed in.

use super::Expiry;
use super::announced::is_acknowledged;
use super::before::{Before, longest, noticed};
use super::major::{Deciders, early_sunset};
use super::window::{Window, unsaid};
use crate::catalogue::{NoticePolicy, SchemaVersion, Status, WindowsFile, Workspace};
use crate::model::{Finding, Gravity, Hurt, Place, Severity, VersionId};
use chrono::{DateTime, Days, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// Days before a sunset from which use is a warning.
///
/// Source: UX.md, section 3, moment 8
const NEAR_DAYS: i64 = 30;

/// Somebody who relies on a version, and nothing that outlives it is there for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    pub who: String,
    /// Payloads of that version that were recorded in the last `days`.
    pub payloads: u64,
    pub days: u32,
    /// Where it says that it relies on the version, and the range that it names there.
    pub asks: Vec<(Place, String)>,
}

impl Use {
    fn hurt(&self) -> Hurt {
        let recorded = match self.payloads {
            0 => format!("none recorded in {} days", self.days),
            1 => format!("1 payload recorded in {} days", self.days),
            count => format!("{count} payloads recorded in {} days", self.days),
        };
        let asked: Vec<String> = self
            .asks
            .iter()
            .map(|(place, range)| format!("{place} asks for {range}"))
            .collect();
        let why = if asked.is_empty() {
            format!("still uses it: {recorded}")
        } else {
            format!("still uses it: {recorded}; {}", asked.join(", "))
        };
        Hurt {
            who: self.who.clone(),
            why,
            place: self.asks.first().map(|(place, _)| place.clone()),
        }
    }
}

/// Who relies on which version.
pub type Uses = BTreeMap<VersionId, Vec<Use>>;

/// What is wrong with the ends of versions at `now`.
#[must_use]
pub fn endings(
    (workspace, before): (&Workspace, Option<Before<'_>>),
    uses: &Uses,
    deciders: Deciders<'_>,
    now: DateTime<Utc>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut is_ending = false;
    for entry in workspace.catalogue.entries.values() {
        for version in entry.versions.values() {
            if version.file.status != Status::Deprecated {
                continue;
            }
            is_ending = true;
            let ending = Ending {
                workspace,
                before,
                version,
                place: entry.source.find(&format!("\"{}\"", version.number)),
                uses: uses.get(&version.id).map_or(&[], Vec::as_slice),
                deciders,
                now,
            };
            findings.extend(ending.too_short());
            findings.extend(ending.at_now());
        }
    }
    findings.extend(incomplete(workspace, is_ending));
    findings
}

/// What the policy of windows leaves unsaid; a repository in which nothing ends needs none.
fn incomplete(workspace: &Workspace, is_ending: bool) -> Vec<Finding> {
    const PATH: &str = "policies/windows.toml";
    let found = |key: &str, place: Place, message: String| {
        Finding::new("lifecycle/windows-incomplete", PATH, place)
            .pointer(format!("/{}", key.replace('.', "/")))
            .kind(key)
            .message(message)
            .remedy(format!("write `{key}` into {PATH}"))
    };
    match &workspace.windows {
        Some(windows) => {
            let keys = unsaid(&windows.file).into_iter();
            keys.map(|key| {
                let what = format!("the policy of deprecation windows does not say `{key}`");
                found(&key, Place::start(PATH), what)
            })
            .collect()
        }
        None if is_ending => {
            let what = "versions end here, and no policy says how long partners are warned, how, and with what help";
            vec![found("days", Place::start(PATH), what.to_owned())]
        }
        None => Vec::new(),
    }
}

/// One deprecated version.
struct Ending<'a> {
    workspace: &'a Workspace,
    before: Option<Before<'a>>,
    version: &'a SchemaVersion,
    /// Where entry.toml tells of it.
    place: Place,
    uses: &'a [Use],
    deciders: Deciders<'a>,
    now: DateTime<Utc>,
}

impl Ending<'_> {
    fn policy(&self) -> Option<&WindowsFile> {
        self.workspace.windows.as_ref().map(|windows| &windows.file)
    }

    fn notice(&self) -> Option<&NoticePolicy> {
        self.policy()?.notice.as_ref()
    }

    /// What the policy asks for each partner that may be speaking it.
    fn windows(&self) -> Vec<Window> {
        longest(self.workspace, self.before, self.version)
    }

    fn finding(&self, rule: &str, kind: &str) -> Finding {
        Finding::new(rule, self.version.id.to_string(), self.place.clone())
            .pointer("/sunset")
            .kind(kind)
    }

    /// The end comes sooner than the policy allows for somebody, and the board has not agreed to that.
    fn too_short(&self) -> Option<Finding> {
        let file = &self.version.file;
        let day = self.now.date_naive();
        let (notice, sunset) = (noticed(self.version, self.before, day)?, file.sunset?);
        let windows = self.windows();
        let short: Vec<Hurt> = windows
            .iter()
            .filter_map(|window| Some((window, window.ends(notice)?)))
            .filter(|(_, ends)| sunset < *ends)
            .map(|(window, ends)| Hurt {
                who: window.partner.clone(),
                why: format!(
                    "{} days are asked for ({} maturity, {} criticality): not before {ends}",
                    window.days.unwrap_or_default(),
                    window.maturity.word(),
                    window.criticality.word()
                ),
                place: None,
            })
            .collect();
        let is_agreed =
            || early_sunset(self.workspace, self.version, self.deciders, day).is_reached();
        if short.is_empty() || is_agreed() {
            return None;
        }
        let given = (sunset - notice).num_days();
        let mut finding = self
            .finding("lifecycle/window-short", "short")
            .message(format!(
                "`{}` ends on {sunset}, {given} days after its notice: too soon for {}",
                self.version.id,
                names(short.iter().map(|hurt| hurt.who.as_str()))
            ))
            .remedy(later(&self.version.id));
        if file.deprecated != Some(notice) {
            finding = finding.note(
                "notice",
                format!("counts from {notice}: nobody had it before"),
            );
        }
        finding.hurts = short;
        Some(finding)
    }

    /// It is over, or it will be and somebody still uses it.
    fn at_now(&self) -> Option<Finding> {
        let sunset = self.version.file.sunset.and_then(Expiry::of)?;
        let id = &self.version.id;
        let (days, date) = (sunset.days_left(self.now), sunset.date());
        let error_before = self
            .notice()
            .map_or(0, |notice| i64::from(notice.error_before));
        let when = match days {
            0 => "today".to_owned(),
            1 => "in 1 day".to_owned(),
            days => format!("in {days} days"),
        };
        let finding = if sunset.is_over(self.now) {
            self.finding("lifecycle/sunset-passed", "passed")
                .message(format!("`{id}` was to be switched off on {date}"))
        } else if self.uses.is_empty() {
            return None;
        } else if days > NEAR_DAYS.max(error_before) {
            self.finding("lifecycle/version-ending", "ending")
                .message(format!(
                    "`{id}` is still used and is switched off {when} ({date})"
                ))
        } else {
            let near = self
                .finding("lifecycle/sunset-near", "near")
                .message(format!("`{id}` is switched off {when} ({date})"));
            if days <= error_before {
                near.gravity(Gravity::Declared(Severity::Error))
            } else {
                near
            }
        };
        let mut finding = self.told(finding.remedy(if sunset.is_over(self.now) {
            retire(id)
        } else {
            later(id)
        }));
        finding.hurts = self.uses.iter().map(Use::hurt).collect();
        let has_error_day = error_before > 0 && !sunset.is_over(self.now) && days > error_before;
        let from = date.checked_sub_days(Days::new(error_before.unsigned_abs()));
        if let (true, Some(from)) = (has_error_day, from) {
            finding = finding.note("then", format!("from {from} this is an error"));
        }
        Some(finding)
    }

    /// With what comes instead, what notice was given and who has answered it.
    fn told(&self, finding: Finding) -> Finding {
        let file = &self.version.file;
        let instead = match file.replaced_by.as_deref() {
            None => "nothing is named".to_owned(),
            // The successor may be another entry, named whole.
            Some(whole) if whole.contains('@') => whole.to_owned(),
            Some(number) => format!("{}@{number}", self.version.id.entry),
        };
        let finding = finding.note("instead", instead);
        let windows = self.windows();
        let asked = windows.iter().filter_map(|window| window.days).max();
        let given = match (file.deprecated, file.sunset) {
            (Some(notice), Some(sunset)) => format!(
                "given {notice}, {} days before{}",
                (sunset - notice).num_days(),
                asked.map_or_else(String::new, |days| format!("; policy asks {days}"))
            ),
            (None, _) | (_, None) => "no day of notice is written down".to_owned(),
        };
        let finding = finding.note("notice", given);
        let told: BTreeSet<&str> = windows
            .iter()
            .map(|window| window.partner.as_str())
            .chain(self.uses.iter().map(|one| one.who.as_str()))
            .filter(|who| self.workspace.partners.contains_key(*who))
            .collect();
        if told.is_empty() {
            return finding;
        }
        let acknowledgements = &self.workspace.acknowledgements;
        let answers = told.into_iter().map(|partner| {
            match is_acknowledged(acknowledgements, self.version, partner, self.now) {
                true => format!("{partner} yes"),
                false => format!("{partner} NO"),
            }
        });
        let answers: Vec<String> = answers.collect();
        finding.note("acknowledged", answers.join(", "))
    }
}

fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}

fn later(id: &VersionId) -> String {
    format!(
        "move the partners, or its sunset, which goes later and never earlier: matchmark deprecate {id} --sunset DATE"
    )
}

fn retire(id: &VersionId) -> String {
    format!(
        "retire it: matchmark deprecate {id} --retire; or move its sunset later and tell the partners"
    )
}
