//! Kept runs of the gate: what each file is worth, and the chain that they make.
//! Refuses to trust a pointer or a name: the order follows from what each record says of the one before it.

mod claim;
mod link;
mod report;
mod trend;

pub use report::{Shown, kept_report, report_file, shown_report};
pub use trend::trend;

use super::archive::Files;
use super::name;
use crate::model::{Kept, RunFault, RunRecord};
use claim::forged;
use std::collections::BTreeMap;

/// Folder of the reports beside the records.
pub(super) const REPORTS: &str = "reports/";
/// Hex digits of a digest.
const DIGITS: usize = 64;

/// Everything in a folder of runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Runs {
    /// From the first to the last; those that hang on no first record are left out.
    pub records: Vec<Kept<RunRecord>>,
    /// What cannot be trusted, in the order of the chain.
    pub faults: Vec<RunFault>,
    /// Digest of the newest record, where the chain holds.
    pub head: Option<String>,
    /// Records whose report is kept beside them.
    pub reports: u64,
}

impl Runs {
    /// Number and predecessor of a record that is added now.
    #[must_use]
    pub fn next(&self) -> (u64, Option<String>) {
        let last = self.records.last();
        (
            last.map_or(0, |last| last.value.number) + 1,
            self.head.clone(),
        )
    }

    /// How many records came after the one with this digest; `None` where the chain does not have it.
    #[must_use]
    pub fn since(&self, digest: &str) -> Option<u64> {
        let path = record_path(digest)?;
        let after = self.records.iter().rev().position(|kept| kept.path == path);
        after.map(|count| count as u64)
    }
}

/// A file that is no record, or no longer the one that was written.
struct Damaged {
    path: String,
    message: &'static str,
}

/// Reads every file of a folder of runs: a record is what its name says and follows the one that it names.
#[must_use]
pub fn runs(files: &Files) -> Runs {
    let mut intact = BTreeMap::new();
    let mut damaged = BTreeMap::new();
    let mut strays = Vec::new();
    for (path, bytes) in files {
        if path.starts_with(REPORTS) {
            continue;
        }
        let Some(hash) = stem(path) else {
            strays.push(RunFault {
                number: None,
                path: path.clone(),
                message: "no record has such a name".to_owned(),
            });
            continue;
        };
        match record(hash, bytes) {
            Ok(value) => {
                let path = path.clone();
                intact.insert(hash.to_owned(), Kept { path, value });
            }
            Err(message) => {
                let path = path.clone();
                damaged.insert(hash.to_owned(), Damaged { path, message });
            }
        }
    }
    let mut runs = link::linked(intact, damaged);
    runs.faults.extend(strays);
    let (reports, faults) = report::faults(files, &runs.records);
    runs.reports = reports;
    runs.faults.extend(faults);
    // What nobody can place stands last.
    runs.faults
        .sort_by_key(|fault| (fault.number.unwrap_or(u64::MAX), fault.path.clone()));
    if !runs.faults.is_empty() {
        runs.head = None;
    }
    runs
}

/// Path, text and digest of a record.
#[must_use]
pub fn run_file(record: &RunRecord) -> (String, String, String) {
    let (text, hash) = name::text(record);
    (format!("{hash}.json"), text, format!("sha256:{hash}"))
}

/// Digest of a record, from the path under which it is kept.
#[must_use]
pub fn run_digest(path: &str) -> String {
    format!("sha256:{}", stem(path).unwrap_or_default())
}

/// One record, if it is what was written under this name.
fn record(hash: &str, bytes: &[u8]) -> Result<RunRecord, &'static str> {
    if name::hash(bytes) != hash {
        return Err("its content is not the one that its name was made from");
    }
    let value: RunRecord =
        serde_json::from_slice(bytes).map_err(|_| "it is no record that this program knows")?;
    if name::text(&value).0.as_bytes() != bytes {
        return Err("it is not written as records are");
    }
    if let Some(why) = forged(&value) {
        return Err(why);
    }
    Ok(value)
}

/// The hex digits that a record of this path is called after.
fn stem(path: &str) -> Option<&str> {
    let stem = path.strip_suffix(".json")?;
    is_hash(stem).then_some(stem)
}

fn record_path(digest: &str) -> Option<String> {
    let hash = digest.strip_prefix("sha256:").unwrap_or(digest);
    is_hash(hash).then(|| format!("{hash}.json"))
}

fn is_hash(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    text.len() == DIGITS && text.bytes().all(is_digit)
}
