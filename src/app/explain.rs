//! `explain`: a rule or a schema, by its id.

use super::{Answer, AppError, card};
use crate::catalogue::Workspace;
use crate::load::{self, LoadError};
use crate::model::{
    ExplainRequest, Explanation, Repository, Rule, RuleCard, did_you_mean, rule, rules,
};
use crate::policy::RuleBook;
use crate::report::Content;

/// Rules that the program decides need no repository; those of files and schemas do.
pub(super) fn explain(request: &ExplainRequest) -> Result<Answer, AppError> {
    let explanation = match rule(&request.id) {
        Some(rule) => Explanation::Rule(decided_here(rule)),
        None => declared(&repository(&request.repository)?, &request.id)?,
    };
    Answer::found(Content::Explanation(&explanation), &request.show)
}

/// What can be read here; outside a repository that is nothing.
fn repository(repository: &Repository) -> Result<Workspace, AppError> {
    match load::folder(&repository.root, repository.config.as_deref()) {
        Ok((workspace, _)) => Ok(workspace),
        Err(LoadError::NotAWorkspace { .. }) => Ok(Workspace::default()),
        Err(error) => Err(error.into()),
    }
}

fn decided_here(rule: &Rule) -> RuleCard {
    RuleCard {
        id: rule.id.to_owned(),
        severity: rule.severity,
        title: rule.title.to_owned(),
        why: rule.why.to_owned(),
        fix: rule.fix.to_owned(),
        owner: None,
        source: None,
        bad: None,
        good: None,
        file: None,
    }
}

fn declared(workspace: &Workspace, asked: &str) -> Result<Explanation, AppError> {
    let entry = asked.split('@').next().unwrap_or(asked);
    if workspace.catalogue.entry(entry).is_some() {
        return card::detailed(workspace, asked).map(Explanation::Schema);
    }
    let books = [&workspace.rules, &workspace.payload_rules].map(RuleBook::read);
    if let Some(policy) = books.iter().find_map(|book| book.rule(asked)) {
        return Ok(Explanation::Rule(policy.card()));
    }
    let policies = books.iter().flat_map(|book| &book.rules);
    let policies = policies.map(|policy| policy.file.id.as_str());
    let known = rules()
        .map(|rule| rule.id)
        .chain(policies)
        .chain(workspace.catalogue.entries.keys().map(String::as_str));
    let near = did_you_mean(asked, known);
    let hint = if near.is_empty() {
        "; `matchmark catalogue list` names the schemas".to_owned()
    } else {
        near
    };
    Err(AppError::UnknownId {
        asked: asked.to_owned(),
        hint,
    })
}
