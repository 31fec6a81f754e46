//! Deprecated versions at an instant: how long they still run, and who still asks for them.

use super::Expiry;
use crate::catalogue::{Catalogue, Partner, SchemaVersion, Status};
use crate::model::{Finding, Hurt, Place};
use chrono::{DateTime, Utc};

/// Days before a sunset at which whoever still uses the version is warned.
const NEAR_DAYS: i64 = 30;

/// What is wrong with deprecations at `now`.
#[must_use]
pub fn versions<'a>(
    catalogue: &Catalogue,
    partners: impl Iterator<Item = &'a Partner> + Clone,
    now: DateTime<Utc>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for entry in catalogue.entries.values() {
        for version in entry.versions.values() {
            if version.file.status != Status::Deprecated {
                continue;
            }
            let manifest = entry.source.find(&format!("\"{}\"", version.number));
            findings.extend(incomplete(version, &manifest));
            let Some(sunset) = version.file.sunset.and_then(Expiry::of) else {
                continue;
            };
            let users: Vec<Hurt> = partners
                .clone()
                .filter(|partner| pins(partner, catalogue, version))
                .map(|partner| Hurt {
                    who: partner.file.id.clone(),
                    why: "uses no newer version".to_owned(),
                    place: Some(partner.source.find(&version.id.entry)),
                })
                .collect();
            findings.extend(sunset_finding(version, sunset, users, manifest, now));
        }
    }
    findings
}

/// Whether the partner's range admits this version and none that outlives it.
fn pins(partner: &Partner, catalogue: &Catalogue, version: &SchemaVersion) -> bool {
    partner
        .file
        .uses
        .get(&version.id.entry)
        .is_some_and(|range| {
            range.matches(&version.number)
                && !catalogue
                    .in_range(&version.id.entry, range)
                    .iter()
                    .any(|other| other.file.status == Status::Released)
        })
}

fn incomplete(version: &SchemaVersion, place: &Place) -> Vec<Finding> {
    let file = &version.file;
    [
        ("deprecated", file.deprecated.is_some()),
        ("sunset", file.sunset.is_some()),
        ("replaced-by", file.replaced_by.is_some()),
        ("migration", file.migration.is_some()),
    ]
    .into_iter()
    .filter(|(_, said)| !said)
    .map(|(key, _)| {
        Finding::new(
            "lifecycle/deprecation-incomplete",
            version.id.to_string(),
            place.clone(),
        )
        .pointer(format!("/{key}"))
        .kind(key)
        .message(format!("`{}` is deprecated without `{key}`", version.id))
        .remedy(format!("write `{key}` into {}", place.file))
    })
    .collect()
}

fn sunset_finding(
    version: &SchemaVersion,
    sunset: Expiry,
    users: Vec<Hurt>,
    place: Place,
    now: DateTime<Utc>,
) -> Option<Finding> {
    let days = sunset.days_left(now);
    let (rule, kind, message) = if sunset.is_over(now) {
        (
            "lifecycle/sunset-passed",
            "passed",
            format!(
                "`{}` was to be switched off on {}",
                version.id,
                sunset.date()
            ),
        )
    } else if days <= NEAR_DAYS && !users.is_empty() {
        (
            "lifecycle/sunset-near",
            "near",
            format!(
                "`{}` is switched off in {days} days ({})",
                version.id,
                sunset.date()
            ),
        )
    } else {
        return None;
    };
    let instead = match version.file.replaced_by.as_deref().unwrap_or_default() {
        // The successor may be another entry, named whole.
        whole if whole.contains('@') => whole.to_owned(),
        number => format!("{}@{number}", version.id.entry),
    };
    let mut finding = Finding::new(rule, version.id.to_string(), place)
        .pointer("/sunset")
        .kind(kind)
        .message(message)
        .remedy("retire the version, or move its sunset later and tell the partners")
        .note("instead", instead);
    finding.hurts = users;
    Some(finding)
}
