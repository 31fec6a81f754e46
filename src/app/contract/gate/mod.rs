//! Evidence, deployments, and whether something may be released: what is read, judged and kept, in this order.
//! Refuses to judge: `release` does, from values.

mod can_release;
mod deployment;
mod digests;
mod elder;
mod error;
mod evidence;
mod facts;
mod item;
mod owed;
mod problems;
mod record;
mod shelf;

pub(super) use can_release::can_release;
pub(super) use deployment::deployment;
pub use error::GateError;
pub(super) use owed::owed;
pub(super) use record::record;

use crate::app::AppError;
use crate::app::error::usable;
use crate::catalogue::Workspace;
use crate::contract::{Contract, read};
use crate::load::{self, Head};
use crate::model::{Build, Party, Repository, StoreAsked, StorePlace, SubjectAsked};

/// The repository as every verb of the gate needs it.
struct Ground {
    workspace: Workspace,
    contracts: Vec<Contract>,
    head: Option<Head>,
}

impl Ground {
    /// Errors: a file of ours cannot be used: nothing is judged by half of the contracts
    fn read(repository: &Repository) -> Result<Self, AppError> {
        let root = &repository.root;
        let (workspace, findings) = load::folder(root, repository.config.as_deref())?;
        usable(&findings, "")?;
        let mut contracts = Vec::new();
        for source in &workspace.contracts {
            match read(source) {
                Ok(contract) => contracts.push(contract),
                Err(findings) => usable(&findings, "")?,
            }
        }
        Ok(Self {
            workspace,
            contracts,
            head: load::head(root)?,
        })
    }

    /// The version of `name` that the repository describes: our own has its commit, a partner's own is not here.
    fn build(&self, name: &str) -> Option<Build> {
        let config = &self.workspace.config;
        let participant = config.participants.get(name);
        let number = participant.and_then(|it| it.version.as_ref());
        let number = number.map(ToString::to_string);
        let commit = self.head.as_ref().map(|head| head.commit.clone());
        let commit = commit.filter(|_| name == config.payer.id || number.is_none());
        let build = Build { number, commit };
        (build != Build::default()).then_some(build)
    }

    /// What a subject of the command line names.
    ///
    /// Errors: the head is asked for, and there is none
    fn party(&self, asked: &SubjectAsked) -> Result<Party, AppError> {
        let head = || {
            let build = self.build(&asked.name);
            build.ok_or_else(|| GateError::NoHead(asked.name.clone()))
        };
        let version = match &asked.version {
            Some(version) => version.clone(),
            None => head()?,
        };
        Ok(Party {
            name: asked.name.clone(),
            version,
        })
    }

    /// Where evidence is kept: as asked, else as configured.
    fn place(&self, asked: &StoreAsked) -> Result<StorePlace, AppError> {
        if let Some(place) = asked {
            return Ok(place.clone());
        }
        let text = &self.workspace.config.evidence.store;
        let place = text.parse();
        Ok(place.map_err(|why: &str| GateError::Store(why.to_owned()))?)
    }
}
