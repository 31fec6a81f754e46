//! The finding as the newest kept run of the gate told it, so that the command which that run printed works as it stands.
//! Refuses kept runs that cannot be trusted: the gate is run once more then.

use crate::app::AppError;
use crate::app::evidence::Place;
use crate::evidence::{Shown, kept_report, runs, shown_report};
use crate::load;
use crate::model::{Judged, Report, Repository, RunsAsked};
use std::collections::BTreeMap;

/// The finding with this fingerprint in the report of the newest kept run, whatever that run was asked.
///
/// Errors: the configuration or a record cannot be read
pub(super) fn found(
    repository: &Repository,
    fingerprint: &str,
) -> Result<Option<Judged>, AppError> {
    let place = Place::of(&RunsAsked {
        repository: repository.clone(),
        folder: None,
    })?;
    let files = load::runs_and_reports(&place.folder)?;
    Ok(newest(&files).and_then(|report| among(report, fingerprint)))
}

/// The finding of a report.
pub(super) fn among(report: Report, fingerprint: &str) -> Option<Judged> {
    let mut findings = report.findings.into_iter();
    findings.find(|one| one.fingerprint == fingerprint)
}

fn newest(files: &BTreeMap<String, Vec<u8>>) -> Option<Report> {
    let known = runs(files);
    let newest = known.records.last().filter(|_| known.faults.is_empty())?;
    let path = kept_report(&newest.value)?;
    match shown_report(files.get(&path).map(Vec::as_slice)) {
        Shown::Report(report) => Some(*report),
        Shown::Gone | Shown::Unknown => None,
    }
}
