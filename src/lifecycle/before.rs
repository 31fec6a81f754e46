//! What held before the change: a notice that it backdates and a window that it shortens count as they were.
//! Refuses to know git: the day of the base is handed in.

use super::window::{Window, affected, windows};
use crate::catalogue::{Partner, SchemaVersion, Status, VersionFile, Workspace};
use crate::model::VersionId;
use chrono::NaiveDate;

/// The base of a run.
#[derive(Clone, Copy, Debug)]
pub struct Before<'a> {
    pub workspace: &'a Workspace,
    /// The day on which its commit was made, where that is known.
    pub day: Option<NaiveDate>,
}

impl Before<'_> {
    /// The day from which the notice counts: a notice that the base does not hold was given to nobody before it.
    fn noticed(self, version: &SchemaVersion, written: NaiveDate, today: NaiveDate) -> NaiveDate {
        let known = self.workspace.catalogue.entry(&version.id.entry);
        let mut known = known.iter().flat_map(|entry| &entry.file.versions);
        let known = known.find(|known| known.version == version.number);
        let is_ending = |file: &&VersionFile| file.status == Status::Deprecated;
        let earliest = match known.filter(is_ending) {
            Some(known) => known.deprecated,
            None => self.day.map(|day| day.min(today)),
        };
        earliest.map_or(written, |earliest| written.max(earliest))
    }
}

/// The day from which the notice of `version` counts; no version ends before it is released.
pub(super) fn noticed(
    version: &SchemaVersion,
    before: Option<Before<'_>>,
    today: NaiveDate,
) -> Option<NaiveDate> {
    let written = version.file.deprecated?;
    let written = version
        .file
        .released
        .map_or(written, |released| written.max(released));
    Some(before.map_or(written, |before| before.noticed(version, written, today)))
}

/// What is asked for each partner that may be speaking the version: of the policies and ratings of both sides, the
/// longest window.
pub(super) fn longest(
    head: &Workspace,
    before: Option<Before<'_>>,
    version: &SchemaVersion,
) -> Vec<Window> {
    let VersionId { entry, .. } = &version.id;
    let own: Vec<&Partner> = affected(head.partners.values(), entry, &version.number).collect();
    let is_own = |partner: &&Partner| own.iter().any(|it| it.file.id == partner.file.id);
    let base = before.map(|before| before.workspace);
    let rated = base.into_iter().flat_map(|base| base.partners.values());
    let rated: Vec<&Partner> = own.iter().copied().chain(rated.filter(is_own)).collect();
    let policies = [Some(head), base].into_iter().flatten();
    let policies = policies.filter_map(|side| side.windows.as_ref());
    let mut asked: Vec<Window> = policies
        .flat_map(|policy| windows(&policy.file, rated.iter().copied()))
        .collect();
    asked.sort_by(|a, b| (&a.partner, b.days).cmp(&(&b.partner, a.days)));
    asked.dedup_by(|later, longest| later.partner == longest.partner);
    asked
}
