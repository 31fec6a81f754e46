//! `waiver new|list|renew|close`: exceptions from their draft to their end, one file a verb.
//! Refuses to grant one: that is the board's.

mod close;
mod draft;
mod error;
mod kept;
mod list;
mod new;
mod renew;

pub use error::BoardError;

use super::check::{allowance, demand};
use super::error::usable;
use super::{Answer, AppError, Sink};
use crate::catalogue::{Waiver, Workspace};
use crate::lifecycle::{Allowance, Present, Standing, standings};
use crate::load;
use crate::model::{BoardAct, Stage, Verdict, WaiverAct, WaiverRequest, did_you_mean};
use crate::policy::RuleBook;
use crate::report::Content;
use crate::store;
use chrono::{DateTime, Utc};

/// Answers one verb of `matchmark waiver`.
///
/// Errors: a file of ours cannot be used or written, or what is asked for is not to be had
pub(super) fn waiver(
    request: &WaiverRequest,
    now: DateTime<Utc>,
    sink: &mut dyn Sink,
) -> Result<Answer, AppError> {
    let now = request.as_of.unwrap_or(now);
    let ground = Ground::read(request)?;
    match &request.act {
        WaiverAct::List => list::list(request, &ground, now),
        WaiverAct::New { .. } => acted(request, new::new(request, &ground, now, sink)?),
        WaiverAct::Renew { id, until } => acted(request, renew::renew(&ground, id, *until, now)?),
        WaiverAct::Close { id } => acted(request, close::close(&ground, id)?),
    }
}

/// The repository with what it allows of waivers.
pub(super) struct Ground {
    pub(super) workspace: Workspace,
    pub(super) allowance: Allowance,
}

impl Ground {
    fn read(request: &WaiverRequest) -> Result<Self, AppError> {
        let (root, config) = (
            &request.repository.root,
            request.repository.config.as_deref(),
        );
        let (workspace, findings) = load::folder(root, config)?;
        for folder in ["policies/", "matchmark.toml"] {
            usable(&findings, folder)?;
        }
        let books = [&workspace.rules, &workspace.payload_rules].map(RuleBook::read);
        let rules = books.iter().flat_map(|book| &book.rules);
        let mut allowance = allowance(&workspace, rules, demand(Stage::PullRequest));
        allowance.authors = load::authors(root, None)?.waivers;
        Ok(Self {
            workspace,
            allowance,
        })
    }

    fn waiver(&self, id: &str) -> Result<&Waiver, BoardError> {
        let waivers = &self.workspace.waivers;
        let found = waivers.iter().find(|waiver| waiver.file.id == id);
        found.ok_or_else(|| BoardError::UnknownWaiver {
            asked: id.to_owned(),
            hint: did_you_mean(id, waivers.iter().map(|waiver| waiver.file.id.as_str())),
        })
    }
}

/// One waiver as it stands.
fn standing<'a>(
    waiver: &'a Waiver,
    allowance: &Allowance,
    present: &[Present<'a>],
    now: DateTime<Utc>,
) -> Option<Standing<'a>> {
    standings(std::slice::from_ref(waiver), allowance, present, now).pop()
}

/// The commands by which the missing roles decide.
fn asked_of(standing: &Standing<'_>) -> Vec<String> {
    let id = &standing.waiver.file.id;
    let command = |role: String| format!("matchmark approve {id} --role {role} --as ACCOUNT");
    standing.quorum.missing().into_iter().map(command).collect()
}

fn missing_of(standing: &Standing<'_>) -> Vec<String> {
    let said = |(key, wanted): &(&str, String)| format!("`{key}` must be {wanted}");
    standing.faults.iter().map(said).collect()
}

/// What an act changes, not yet written.
struct Act {
    told: BoardAct,
    changes: Vec<(String, Option<String>)>,
}

impl Act {
    fn of(subject: &str, done: String) -> Self {
        Self {
            told: BoardAct {
                verdict: Verdict::Go,
                subject: subject.to_owned(),
                done,
                digest: None,
                written: Vec::new(),
                removed: Vec::new(),
                missing: Vec::new(),
                lacking: Vec::new(),
                next: Vec::new(),
                notes: Vec::new(),
                dry_run: false,
            },
            changes: Vec::new(),
        }
    }

    fn writes(mut self, path: &str, text: String) -> Self {
        self.told.written.push(path.to_owned());
        self.changes.push((path.to_owned(), Some(text)));
        self
    }

    fn removes(mut self, path: &str) -> Self {
        self.told.removed.push(path.to_owned());
        self.changes.push((path.to_owned(), None));
        self
    }
}

/// Writes what is to be written and tells it.
fn acted(request: &WaiverRequest, act: Act) -> Result<Answer, AppError> {
    let mut told = act.told;
    told.dry_run = request.dry_run;
    if !request.dry_run {
        store::put(&request.repository.root, &act.changes)?;
    }
    Answer::of(
        told.verdict,
        told.verdict.exit_code(),
        Content::BoardAct(&told),
        &request.show,
        None,
    )
}
