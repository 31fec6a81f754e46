//! Major versions that a change releases: whether the board agreed to each.
//! Refuses to know what they break: a number that moved to the next major is enough.

use super::major::{is_major, release_subject};
use super::{Matter, Matters, Quorum, approvable, quorum};
use crate::catalogue::{Board, Catalogue, SchemaVersion, Workspace};
use crate::model::{Finding, Place};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// A major version that is new, with what the board said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MajorRelease {
    /// `id@x.y.z`.
    pub subject: String,
    pub owner: String,
    /// Whether its record says who asked for it; without that nobody can tell that account's own approval.
    pub is_asked_for: bool,
    pub place: Place,
    pub quorum: Quorum,
}

/// Every version that is served in `head`, was not in `base`, and is the next major after what it follows.
#[must_use]
pub fn major_releases(
    base: &Catalogue,
    head: &Workspace,
    board: &Board,
    authors: &BTreeSet<String>,
    day: NaiveDate,
) -> Vec<MajorRelease> {
    let mut found = Vec::new();
    for entry in head.catalogue.entries.values() {
        for version in entry.served().filter(|version| is_major(entry, version)) {
            let subject = release_subject(version);
            if was_served(base, version) {
                continue;
            }
            let digest = approvable(head, &subject).unwrap_or_default();
            let mut not_by = authors.clone();
            not_by.extend(version.file.requested_by.clone());
            let asked = Matters {
                matter: Matter::MajorRelease,
                subject: &subject,
                digest: &digest,
                not_by: &not_by,
                day,
            };
            found.push(MajorRelease {
                quorum: quorum(board, &asked, &head.approvals),
                owner: entry.file.owner.clone(),
                is_asked_for: version.file.requested_by.is_some(),
                place: entry.source.find(&format!("\"{}\"", version.number)),
                subject,
            });
        }
    }
    found
}

fn was_served(base: &Catalogue, version: &SchemaVersion) -> bool {
    base.entry(&version.id.entry).is_some_and(|entry| {
        entry
            .versions
            .values()
            .any(|old| old.number == version.number && !old.file.status.is_open())
    })
}

/// One finding for each role whose word is missing.
#[must_use]
pub fn unapproved_releases(releases: &[MajorRelease]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for release in releases {
        let subject = &release.subject;
        if !release.is_asked_for {
            findings.push(
                Finding::new("lifecycle/release-unapproved", subject.clone(), release.place.clone())
                    .pointer("/requested-by")
                    .kind("requested-by")
                    .message(format!(
                        "`{subject}` is a major version, and its record does not say who asked for it, so nobody can \
                         tell that account's own approval from the board's"
                    ))
                    .remedy("write requested-by, as `matchmark release` does with --requested-by ACCOUNT")
                    .note("owner", release.owner.clone()),
            );
        }
        findings.extend(release.quorum.lacking.iter().map(|one| {
            Finding::new(
                "lifecycle/release-unapproved",
                subject.clone(),
                one.place.clone().unwrap_or_else(|| release.place.clone()),
            )
            .pointer(format!("/approvals/{}", one.role))
            .kind(if one.rejected { "rejected" } else { "lacking" })
            .message(format!(
                "`{subject}` is a major version and cannot be released without {}: that role {}",
                one.role, one.why
            ))
            .remedy(format!(
                "`matchmark approve {subject} --role {} --as ACCOUNT`, by an account of that role",
                one.role
            ))
            .note("owner", release.owner.clone())
        }));
    }
    findings
}
