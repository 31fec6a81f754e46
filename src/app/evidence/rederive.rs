//! A kept run judged once more from the commits that it names, as git objects: nothing is checked out or executed.

use super::differences::differences;
use crate::app::check;
use crate::app::{AppError, Sink};
use crate::evidence::{Runs, run_digest};
use crate::load;
use crate::model::{Again, Kept, Rederived, Repository, RunRecord, Verdict};

const WORDS: &str =
    "Messages, excerpts and pictures of a report are not compared, only what was decided.";

/// The run that is meant.
///
/// Errors: no record has such a number, or its digest does not begin so
pub(super) fn named<'a>(runs: &'a Runs, again: &Again) -> Result<&'a Kept<RunRecord>, AppError> {
    let found = match again {
        Again::Newest => runs.records.last(),
        Again::Named(name) => {
            let digits = name.strip_prefix("sha256:").unwrap_or(name);
            let is_number = |kept: &&Kept<RunRecord>| kept.value.number.to_string() == *name;
            let begins = |kept: &&Kept<RunRecord>| kept.path.starts_with(digits);
            let mut records = runs.records.iter();
            let by_number = records.find(is_number);
            by_number.or_else(|| runs.records.iter().find(begins))
        }
    };
    found.ok_or_else(|| {
        AppError::NoSuchRun(match again {
            Again::Newest => "newest".to_owned(),
            Again::Named(name) => name.clone(),
        })
    })
}

/// Judges the commits of a record once more and holds the two against each other.
///
/// Errors: git cannot be run
pub(super) fn rederive(
    kept: &Kept<RunRecord>,
    repository: &Repository,
    sink: &mut dyn Sink,
) -> Result<Rederived, AppError> {
    let record = &kept.value;
    let told = |verdict, because: Vec<String>, notes: Vec<String>| Rederived {
        record: run_digest(&kept.path),
        number: record.number,
        verdict,
        because,
        notes,
    };
    if let Some(why) = hindrance(record, repository)? {
        return Ok(told(Verdict::Undecided, vec![why], Vec::new()));
    }
    let again = check::again(record, repository, sink)?;
    let mut notes = vec![WORDS.to_owned()];
    let because = differences(record, &again);
    let other = record.tool != again.tool;
    if other {
        notes.push(format!(
            "It was judged by another program, {}; this one is {}.",
            shown(record),
            shown(&again)
        ));
    }
    let verdict = match (because.is_empty(), other) {
        (true, _) => Verdict::Go,
        // Two programs may judge otherwise for good reasons.
        (false, true) => Verdict::Undecided,
        (false, false) => Verdict::Error,
    };
    Ok(told(verdict, because, notes))
}

/// Why the run cannot be judged once more.
fn hindrance(record: &RunRecord, repository: &Repository) -> Result<Option<String>, AppError> {
    let Some(commit) = &record.head.commit else {
        return Ok(Some("its files were in no commit".to_owned()));
    };
    if !record.head.clean {
        return Ok(Some(format!(
            "its files differed from commit {commit}, and nobody kept them"
        )));
    }
    let base = record.base.as_ref().and_then(|base| base.commit.as_ref());
    for commit in [Some(commit), base].into_iter().flatten() {
        if !load::has_commit(&repository.root, commit)? {
            return Ok(Some(format!("this repository has no commit {commit}")));
        }
    }
    Ok(None)
}

fn shown(record: &RunRecord) -> String {
    let digest = record.tool.digest.as_deref().unwrap_or("unknown");
    format!("matchmark {} ({digest})", record.tool.version)
}
