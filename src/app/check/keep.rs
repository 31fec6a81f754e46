//! Where runs of the gate are kept: whether that place can be trusted, and the record of this run behind the last one.
//! Refuses to mend a chain: one that is broken is told, and nothing is added to it.

use crate::app::AppError;
use crate::catalogue::Config;
use crate::evidence::{Runs, report_file, run_file, runs};
use crate::load;
use crate::model::{CheckRequest, Extent, Finding, Place, Report, RunFault, RunRecord, Stage};
use crate::store;
use std::path::PathBuf;

/// The place where a run is kept.
pub(super) struct Ledger {
    folder: PathBuf,
    /// As the configuration writes it.
    name: String,
    /// Whether this run is to be kept.
    keeps: bool,
    faults: Vec<RunFault>,
}

impl Ledger {
    /// Looks at the place before anything is judged.
    ///
    /// Errors: a run that is to be kept could not be, or a record cannot be opened
    pub(super) fn open(request: &CheckRequest, config: &Config) -> Result<Self, AppError> {
        let name = config.evidence.runs.clone();
        let folder = request.repository.root.join(&name);
        let is_gate = request.extent == Extent::Gate;
        let keeps = is_gate && request.evidence;
        if keeps {
            store::held(&folder).map_err(AppError::NotKept)?;
        }
        // A candidate is not released on evidence that somebody tampered with, even where nothing is added to it.
        let reads = keeps || (is_gate && request.stage == Stage::ReleaseCandidate);
        let faults = match reads {
            true => runs(&load::runs(&folder)?).faults,
            false => Vec::new(),
        };
        Ok(Self {
            folder,
            name,
            keeps,
            faults,
        })
    }

    /// What keeps the place from being trusted.
    pub(super) fn broken(&self) -> Option<Finding> {
        let first = self.faults.first()?;
        let path = format!("{}/{}", self.name, first.path);
        let number = first.number.map(|number| format!("record {number}, "));
        let finding = Finding::new("gate/evidence-broken", self.name.clone(), Place::start(path))
            .kind("broken")
            .message(format!(
                "{}{}: {}; {} in all",
                number.unwrap_or_default(),
                first.path,
                first.message,
                crate::model::counted(self.faults.len(), "fault")
            ))
            .remedy(
                "run `matchmark evidence verify`; bring back what was kept elsewhere, or move the folder away and begin \
                 a new chain",
            );
        Some(finding)
    }

    /// Whether a run is added at all: nothing follows a chain that broke.
    pub(super) fn takes(&self) -> bool {
        self.keeps && self.faults.is_empty()
    }

    /// Adds the run behind the last one.
    ///
    /// Errors: something cannot be written, or the chain broke while the run was judging
    pub(super) fn keep(&self, mut record: RunRecord, report: &Report) -> Result<(), AppError> {
        let _turn = store::held(&self.folder).map_err(AppError::NotKept)?;
        let known: Runs = runs(&load::runs(&self.folder)?);
        if let Some(fault) = known.faults.first() {
            return Err(AppError::EvidenceBroken {
                path: format!("{}/{}", self.name, fault.path),
                message: fault.message.clone(),
            });
        }
        (record.number, record.previous) = known.next();
        let (path, text, _) = run_file(&record);
        // The record comes last: what it names is there when it is.
        let report = report_file(report);
        for (path, text) in report.into_iter().chain([(path, text)]) {
            store::write(&self.folder.join(path), &text).map_err(AppError::NotKept)?;
        }
        Ok(())
    }
}
