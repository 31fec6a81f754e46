//! `report`: the packet of a period, from the report of its newest kept run and the trend of all of them.
//! Refuses to judge: what a run came to was decided when it ran.

use super::evidence::Place;
use super::{Answer, AppError};
use crate::evidence::{Shown, kept_report, runs, seal, shown_report, trend};
use crate::load;
use crate::model::{Kept, Period, Report, ReportRequest, RunRecord, Verdict};
use crate::report::Content;

/// Makes the packet.
///
/// Errors: kept runs cannot be trusted, there is none of that period, or the report of the newest is not kept
pub(super) fn report(request: &ReportRequest) -> Result<Answer, AppError> {
    let place = Place::of(&request.place)?;
    let files = load::runs_and_reports(&place.folder)?;
    let known = runs(&files);
    if let Some(fault) = known.faults.into_iter().next() {
        return Err(AppError::EvidenceBroken {
            path: format!("{}/{}", place.name, fault.path),
            message: fault.message,
        });
    }
    let (since, until) = (request.since, request.until);
    let within = |run: &&Kept<RunRecord>| {
        let day = run.value.as_of.date_naive();
        (since..=until).contains(&day) && run.value.asked.is_whole()
    };
    // Of two runs of one instant the later one in the chain counts.
    let newest = known.records.iter().filter(within);
    let Some(newest) = newest.max_by_key(|run| (run.value.as_of, run.value.number)) else {
        return Err(AppError::NoRunWithin {
            folder: place.name,
            since,
            until,
        });
    };
    let path = kept_report(&newest.value);
    let bytes = path.and_then(|path| files.get(&path));
    let packet = match shown_report(bytes.map(Vec::as_slice)) {
        Shown::Report(report) => packet(*report, request, &known.records),
        Shown::Gone => return Err(AppError::ReportGone(newest.value.number)),
        Shown::Unknown => return Err(AppError::ReportUnknown(newest.value.number)),
    };
    let content = Content::Report(&packet);
    Answer::of(Verdict::Go, 0, content, &request.show, request.max_findings)
}

/// The report with its period and what came before.
fn packet(mut report: Report, request: &ReportRequest, runs: &[Kept<RunRecord>]) -> Report {
    report.governance.period = Some(Period {
        since: request.since.to_string(),
        until: request.until.to_string(),
    });
    report.governance.trend = trend(runs, request.since, request.until);
    seal(report)
}
