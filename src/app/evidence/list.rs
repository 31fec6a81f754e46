//! `evidence list`: every kept run with what it came to and its rates.

use super::Place;
use crate::app::{Answer, AppError};
use crate::evidence::{run_digest, runs};
use crate::load;
use crate::model::{EvidenceListRequest, Kept, RunLine, RunList, RunRecord, Verdict};
use crate::report::Content;
use chrono::SecondsFormat;

/// Lists kept runs.
///
/// Errors: a record cannot be opened
pub(super) fn list(request: &EvidenceListRequest) -> Result<Answer, AppError> {
    let place = Place::of(&request.place)?;
    let known = runs(&load::runs(&place.folder)?);
    let verdict = match (known.faults.is_empty(), known.records.is_empty()) {
        (false, _) => Verdict::Error,
        (true, true) => Verdict::Empty,
        (true, false) => Verdict::Go,
    };
    let list = RunList {
        verdict,
        exit_code: verdict.exit_code(),
        folder: place.name,
        runs: known.records.iter().map(line).collect(),
        faults: known.faults,
    };
    let content = Content::Runs(&list);
    Answer::of(verdict, list.exit_code, content, &request.show, None)
}

fn line(kept: &Kept<RunRecord>) -> RunLine {
    let record = &kept.value;
    let open = record.findings.iter().filter(|it| it.waiver.is_none());
    RunLine {
        number: record.number,
        record: run_digest(&kept.path),
        as_of: record.as_of.to_rfc3339_opts(SecondsFormat::Secs, true),
        stage: record.stage,
        verdict: record.verdict,
        whole: record.asked.is_whole(),
        head: record.head.commit.clone(),
        clean: record.head.clean,
        findings: open.count() as u64,
        waivers: record.waivers.clone(),
        replays: record.replays.clone(),
        contracts: record.contracts.clone(),
    }
}
