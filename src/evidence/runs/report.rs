//! Reports that are kept beside the records which name them.
//! Refuses to judge one that nobody names: a run that was cut off leaves such a file.

use super::super::archive::Files;
use super::{REPORTS, is_hash};
use crate::model::{Kept, Report, RunFault, RunRecord, digest};
use serde_json::Value;
use std::collections::BTreeMap;
use wire::json::canonical;

/// Longest report that is kept.
const LIMIT: usize = 8 << 20;

/// Path and text of a report, or `None` where it is too long to be kept.
#[must_use]
pub fn report_file(report: &Report) -> Option<(String, String)> {
    let value = serde_json::to_value(report).unwrap_or_default();
    let text = canonical(&value);
    let path = report_path(&report.digest)?;
    (text.len() <= LIMIT).then_some((path, text))
}

/// The report that a record names, as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Shown {
    Report(Box<Report>),
    /// It was too long, or somebody cleared it away.
    Gone,
    /// It has a shape that this program does not know.
    Unknown,
}

/// Where the report of a record is kept.
#[must_use]
pub fn kept_report(record: &RunRecord) -> Option<String> {
    report_path(&record.report)
}

/// The report of a record, from the bytes of its file.
#[must_use]
pub fn shown_report(bytes: Option<&[u8]>) -> Shown {
    let Some(bytes) = bytes else {
        return Shown::Gone;
    };
    serde_json::from_slice(bytes).map_or(Shown::Unknown, |report| Shown::Report(Box::new(report)))
}

/// How many records have their report beside them, and the reports that were altered.
pub(super) fn faults(files: &Files, records: &[Kept<RunRecord>]) -> (u64, Vec<RunFault>) {
    let mut named: BTreeMap<String, u64> = BTreeMap::new();
    let mut there = 0;
    for kept in records {
        if let Some(path) = kept_report(&kept.value) {
            there += u64::from(files.contains_key(&path));
            named.entry(path).or_insert(kept.value.number);
        }
    }
    let faults = named.into_iter().filter_map(|(path, number)| {
        let bytes = files.get(&path)?;
        let message = altered(&path, bytes)?;
        Some(RunFault {
            number: Some(number),
            path,
            message: message.to_owned(),
        })
    });
    (there, faults.collect())
}

/// What is wrong with a kept report.
fn altered(path: &str, bytes: &[u8]) -> Option<&'static str> {
    const ALTERED: &str = "the report is not the one that the record names";
    let Ok(mut value) = serde_json::from_slice::<Value>(bytes) else {
        return Some(ALTERED);
    };
    if canonical(&value).as_bytes() != bytes {
        return Some(ALTERED);
    }
    let said = value.as_object_mut().and_then(|all| all.remove("digest"));
    let own = digest(canonical(&value).as_bytes());
    let is_named = said.is_some_and(|said| said == own.as_str());
    (!is_named || report_path(&own).as_deref() != Some(path)).then_some(ALTERED)
}

fn report_path(digest: &str) -> Option<String> {
    let hash = digest.strip_prefix("sha256:")?;
    is_hash(hash).then(|| format!("{REPORTS}{hash}.json"))
}
