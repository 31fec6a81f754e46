//! How things went over a period, from the runs that were kept.
//! Refuses to draw: it gives points.

use super::run_digest;
use crate::model::{ApprovedBy, FindingMark, Kept, RunRecord, Severity, TrendPoint, WaiverUse};
use chrono::{NaiveDate, SecondsFormat};

/// One point for each whole run of the days from `since` to `until`, both included, oldest first.
#[must_use]
pub fn trend(runs: &[Kept<RunRecord>], since: NaiveDate, until: NaiveDate) -> Vec<TrendPoint> {
    let mut within: Vec<&Kept<RunRecord>> = runs
        .iter()
        .filter(|run| (since..=until).contains(&run.value.as_of.date_naive()))
        .filter(|run| run.value.asked.is_whole())
        .collect();
    // Runs of one instant keep the order of the chain.
    within.sort_by_key(|run| run.value.as_of);
    within.into_iter().map(point).collect()
}

fn point(run: &Kept<RunRecord>) -> TrendPoint {
    let record = &run.value;
    let weighing = |counts: &dyn Fn(Severity) -> bool| {
        let open = |mark: &&FindingMark| mark.waiver.is_none() && counts(mark.severity);
        record.findings.iter().filter(open).count() as u64
    };
    TrendPoint {
        as_of: record.as_of.to_rfc3339_opts(SecondsFormat::Secs, true),
        record: run_digest(&run.path),
        verdict: record.verdict,
        errors: weighing(&|severity| severity >= Severity::Error),
        warnings: weighing(&|severity| severity == Severity::Warning),
        waivers: record.waivers.len() as u64,
        days_to_approve: record.waivers.iter().filter_map(days_to_approve).max(),
        mismatches: record.replayed.clone(),
    }
}

/// Whole days between asking for a waiver and the last approval of it.
fn days_to_approve(waiver: &WaiverUse) -> Option<u64> {
    let asked: NaiveDate = waiver.created.as_deref()?.parse().ok()?;
    let days = |approval: &ApprovedBy| approval.date.parse::<NaiveDate>().ok();
    let last = waiver.approved.iter().filter_map(days).max()?;
    // One that was approved ahead of its first day took no time.
    Some(u64::try_from((last - asked).num_days()).unwrap_or(0))
}
