//! What a run of checks came to, before anything of it is written.

use super::base::Sides;
use super::record::{Ran, Tallies};
use crate::app::{AppError, Sink, witness};
use crate::model::{CheckRequest, Notice, Report, RunRecord};
use crate::{load, report, store};
use chrono::{DateTime, Utc};

/// The report of a run, and what stands in none.
pub(super) struct Outcome {
    pub report: Report,
    pub notices: Vec<Notice>,
    pub tallies: Tallies,
    /// Digest of what the rules were asked about.
    pub policy_input: Option<String>,
    pub code_owners: Option<String>,
    pub as_of: DateTime<Utc>,
}

impl Outcome {
    /// Puts witnesses and notices below the repository.
    ///
    /// Errors: one of them cannot be written
    pub(super) fn write(&self, request: &CheckRequest) -> Result<(), AppError> {
        let root = &request.repository.root;
        witness::keep(root, &self.report.findings)?;
        for notice in &self.notices {
            store::write(&root.join(notice.path()), &report::notice(notice))?;
        }
        Ok(())
    }

    /// What is kept of the run, before it has a place in a chain.
    pub(super) fn record(
        &self,
        request: &CheckRequest,
        sides: &Sides,
        sink: &mut dyn Sink,
    ) -> RunRecord {
        let ran = Ran {
            request,
            sides,
            as_of: self.as_of,
            report: &self.report,
            tallies: self.tallies.clone(),
            policy_input: self.policy_input.clone(),
            code_owners: self.code_owners.clone(),
        };
        let program = sink.program().ok();
        ran.record(program.and_then(|path| load::file_digest(&path).ok()))
    }
}
