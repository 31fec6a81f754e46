//! What a change does to the life of versions: moves that there are not, ends that come early, releases nobody agreed to.
//! Refuses to look at one side alone: without a base there is no move.

use super::Expiry;
use super::major::{Deciders, early_sunset};
use super::moves::decide;
use crate::catalogue::{Entry, SchemaVersion, Status, VersionFile, Workspace};
use crate::model::Finding;
use chrono::{DateTime, Utc};

/// What is wrong with the moves from `base` to `head`.
#[must_use]
pub fn course(
    base: &Workspace,
    head: &Workspace,
    deciders: Deciders<'_>,
    now: DateTime<Utc>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (id, old) in &base.catalogue.entries {
        let new = head.catalogue.entry(id);
        for before in &old.file.versions {
            let after = new.and_then(|entry| record(entry, before));
            let step = Step {
                head,
                deciders,
                entry: new.unwrap_or(old),
                now,
            };
            findings.extend(match after {
                Some(after) => step.moved(before, after),
                None => step.vanished(before),
            });
        }
    }
    for (id, new) in &head.catalogue.entries {
        let old = base.catalogue.entry(id);
        let step = Step {
            head,
            deciders,
            entry: new,
            now,
        };
        for after in &new.file.versions {
            let before = old.and_then(|entry| record(entry, after));
            if before.is_none() {
                findings.extend(step.illegal(None, after));
                findings.extend(old.and_then(|old| step.beneath(old, after)));
            }
        }
    }
    findings
}

/// The record of the same number.
fn record<'a>(entry: &'a Entry, wanted: &VersionFile) -> Option<&'a VersionFile> {
    let mut versions = entry.file.versions.iter();
    versions.find(|version| version.version == wanted.version)
}

/// One entry of the head, or of the base where the head has lost it.
struct Step<'a> {
    head: &'a Workspace,
    deciders: Deciders<'a>,
    entry: &'a Entry,
    now: DateTime<Utc>,
}

impl Step<'_> {
    fn finding(&self, rule: &str, version: &VersionFile, kind: &str) -> Finding {
        let number = &version.version;
        let place = self.entry.source.find(&format!("\"{number}\""));
        let subject = format!("{}@{number}", self.entry.file.id);
        Finding::new(rule, subject, place).kind(kind)
    }

    fn version(&self, file: &VersionFile) -> Option<&SchemaVersion> {
        let mut versions = self.entry.versions.values();
        versions.find(|version| version.number == file.version)
    }

    fn moved(&self, before: &VersionFile, after: &VersionFile) -> Vec<Finding> {
        let mut findings = Vec::new();
        findings.extend(self.illegal(Some(before.status), after));
        findings.extend(self.earlier(before, after));
        if (before.status, after.status) == (Status::Deprecated, Status::Retired) {
            findings.extend(self.open_window(before, "retired"));
        }
        findings
    }

    fn illegal(&self, from: Option<Status>, after: &VersionFile) -> Option<Finding> {
        let refusal = decide(from, after.status).err()?;
        let (from, to) = (from.map_or("new", Status::word), after.status.word());
        let id = format!("{}@{}", self.entry.file.id, after.version);
        let finding = self
            .finding("lifecycle/move-refused", after, &format!("{from}-{to}"))
            .pointer("/status")
            .message(format!(
                "`{id}` may not go from {from} to {to}: {}",
                refusal.why
            ))
            .remedy(refusal.instead.replace("ID@VERSION", &id));
        Some(finding)
    }

    /// A new number below one that is served follows nothing, so nobody would see with what it breaks.
    fn beneath(&self, old: &Entry, after: &VersionFile) -> Option<Finding> {
        let newest = old.served().next_back()?;
        if !after.status.is_served() || after.version > newest.number {
            return None;
        }
        let id = format!("{}@{}", self.entry.file.id, after.version);
        let finding = self
            .finding("lifecycle/move-refused", after, "beneath")
            .pointer("/version")
            .message(format!(
                "`{id}` is new and stands below {}, which is served: a release follows the newest one",
                newest.number
            ))
            .remedy("give it the number that comes after: matchmark bump");
        Some(finding)
    }

    /// The announced end was taken back to an earlier day, and the board has not agreed to that.
    fn earlier(&self, before: &VersionFile, after: &VersionFile) -> Option<Finding> {
        let (was, is) = (before.sunset?, after.sunset?);
        let is_agreed = || {
            let version = self.version(after);
            let day = self.now.date_naive();
            version.is_some_and(|it| early_sunset(self.head, it, self.deciders, day).is_reached())
        };
        if is >= was || after.status == Status::Retired || is_agreed() {
            return None;
        }
        let id = format!("{}@{}", self.entry.file.id, after.version);
        let finding = self
            .finding("lifecycle/sunset-earlier", after, "earlier")
            .pointer("/sunset")
            .message(format!(
                "`{id}` was to end on {was} and ends on {is} now, {} days earlier than partners were told",
                (was - is).num_days()
            ))
            .remedy(format!(
                "restore sunset = \"{was}\", or let the board agree: matchmark approve sunset:{id} --role ROLE --as ACCOUNT"
            ));
        Some(finding)
    }

    fn vanished(&self, before: &VersionFile) -> Vec<Finding> {
        match before.status {
            Status::Draft | Status::Candidate | Status::Retired => Vec::new(),
            Status::Released | Status::Deprecated => {
                self.open_window(before, "vanished").into_iter().collect()
            }
        }
    }

    /// It is gone or retired while partners were told that they still have it.
    fn open_window(&self, before: &VersionFile, kind: &str) -> Option<Finding> {
        let id = format!("{}@{}", self.entry.file.id, before.version);
        let word = if kind == "retired" {
            "is retired"
        } else {
            "is gone"
        };
        let message = match before.sunset.and_then(Expiry::of) {
            Some(sunset) if sunset.is_over(self.now) => return None,
            Some(sunset) => format!(
                "`{id}` {word} {} days before its window ends ({})",
                sunset.days_left(self.now),
                sunset.date()
            ),
            None => format!("`{id}` {word}, and nobody was told that it ends"),
        };
        let finding = self
            .finding("lifecycle/window-open", before, kind)
            .pointer("/status")
            .message(message)
            .remedy(format!(
                "restore it; it ends by matchmark deprecate {id}, and after its sunset by --retire"
            ));
        Some(finding)
    }
}
