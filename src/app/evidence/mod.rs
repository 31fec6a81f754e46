//! `matchmark evidence ...`: one file a verb.
//! Refuses to know how a chain is made.

mod differences;
mod list;
mod rederive;
mod verify;

use super::{Answer, AppError, Sink};
use crate::load;
use crate::model::{EvidenceRequest, RunsAsked};
use std::path::PathBuf;

/// Answers one verb of `matchmark evidence`.
///
/// Errors: a record cannot be opened, or the run that is named is not there
pub(super) fn run(request: &EvidenceRequest, sink: &mut dyn Sink) -> Result<Answer, AppError> {
    match request {
        EvidenceRequest::Verify(request) => verify::verify(request, sink),
        EvidenceRequest::List(request) => list::list(request),
    }
}

/// A folder of kept runs: as people read it, and as it is opened.
pub(super) struct Place {
    pub name: String,
    pub folder: PathBuf,
}

impl Place {
    /// The folder that was asked for, else the configured one.
    ///
    /// Errors: the configuration cannot be read, or there is no folder that was asked for
    pub(super) fn of(asked: &RunsAsked) -> Result<Self, AppError> {
        let repository = &asked.repository;
        let name = match &asked.folder {
            Some(folder) => folder.to_string_lossy().into_owned(),
            None => {
                let config = load::config(&repository.root, repository.config.as_deref())?;
                config.evidence.runs
            }
        };
        let folder = repository.root.join(&name);
        // What nobody named comes into being with the first run.
        if asked.folder.is_some() && !load::has_folder(&folder) {
            return Err(AppError::NoRunsFolder(name));
        }
        Ok(Self { name, folder })
    }
}
