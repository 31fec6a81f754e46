//! `matchmark policy ...`: one file a verb.
//! Refuses to know how a rule decides.

mod files;
mod input;
mod new;
mod page;
mod trial;

pub use files::over_files;
pub(super) use page::{page, source};

use super::{Answer, AppError, Sink};
use crate::catalogue::Workspace;
use crate::load;
use crate::model::{Finding, PolicyRequest, Repository, did_you_mean};
use crate::policy::RuleBook;
use crate::report::Content;
use chrono::{DateTime, Utc};

/// Answers one verb of `matchmark policy`.
pub(super) fn run(
    request: &PolicyRequest,
    now: DateTime<Utc>,
    sink: &mut dyn Sink,
) -> Result<Answer, AppError> {
    match request {
        PolicyRequest::Input(request) => input::input(request, now, sink),
        PolicyRequest::List(request) => {
            // What is wrong with schemas is no reason to hide the rules.
            let (workspace, _) = workspace(&request.repository)?;
            let page = page(&workspace, &Books::of(&workspace).all());
            Answer::found(Content::Rules(&page), &request.show)
        }
        PolicyRequest::Test(request) => trial::test(request),
        PolicyRequest::Coverage(request) => trial::coverage(request),
        PolicyRequest::New(request) => new::new(request, sink),
    }
}

/// The rules of one revision, family by family.
struct Books {
    policy: RuleBook,
    payload: RuleBook,
}

impl Books {
    fn of(workspace: &Workspace) -> Self {
        Self {
            policy: RuleBook::read(&workspace.rules),
            payload: RuleBook::read(&workspace.payload_rules),
        }
    }

    fn all(&self) -> [&RuleBook; 2] {
        [&self.policy, &self.payload]
    }
}

/// The rules of a repository, whatever else is wrong with it.
fn workspace(repository: &Repository) -> Result<(Workspace, Vec<Finding>), AppError> {
    Ok(load::folder(
        &repository.root,
        repository.config.as_deref(),
    )?)
}

/// Only what was asked for, by id or by folder; everything when nothing was.
///
/// Errors: a name that no rule has
fn only(workspace: &mut Workspace, asked: &[String]) -> Result<(), AppError> {
    let folders = || {
        workspace
            .rules
            .values()
            .chain(workspace.payload_rules.values())
    };
    for name in asked {
        if !folders().any(|folder| folder.id() == *name || folder.name == *name) {
            let ids: Vec<String> = folders().map(crate::catalogue::RuleFolder::id).collect();
            let names: Vec<String> = folders().map(|folder| folder.name.clone()).collect();
            return Err(AppError::UnknownRule {
                asked: name.clone(),
                hint: did_you_mean(name, ids.iter().chain(&names).map(String::as_str)),
            });
        }
    }
    if !asked.is_empty() {
        for rules in [&mut workspace.rules, &mut workspace.payload_rules] {
            rules.retain(|name, folder| asked.contains(name) || asked.contains(&folder.id()));
        }
    }
    Ok(())
}
