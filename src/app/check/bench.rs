//! By what a run is judged: rules of both sides, what may be waived, how strict the stage is, who wrote the change.

use super::guard::Guard;
use super::lifecycle::{allowance, demand};
use super::{Books, Question, strictness};
use crate::app::AppError;
use crate::app::check::base::Sides;
use crate::app::judge::Strictness;
use crate::catalogue::{Source, Workspace};
use crate::lifecycle::{Allowance, CODEOWNERS, MajorRelease, major_releases};
use crate::load;
use crate::model::{CheckRequest, Finding, Stage};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that is known before the checks run.
pub(super) struct Bench<'a> {
    pub books: Books,
    pub guard: Guard<'a>,
    pub allowance: Allowance,
    pub strictness: Strictness,
    /// What is wrong with the profiles.
    pub profile: Vec<Finding>,
    /// Major versions that the change releases.
    pub releases: Vec<MajorRelease>,
    pub owners: Option<Source>,
    pub stage: Stage,
    /// Whether somebody approved something here, and not all of the history is here to tell who wrote it.
    pub is_shallow: bool,
}

impl<'a> Bench<'a> {
    /// Reads the rules, and holds what got softer against what the board said of it.
    ///
    /// Errors: git cannot be run
    pub(super) fn of(
        request: &CheckRequest,
        sides: &Sides,
        question: &'a Question<'a>,
    ) -> Result<Self, AppError> {
        let (root, head) = (&request.repository.root, question.head);
        let authors = match sides.base.as_ref().ok() {
            // Who wrote something matters where somebody approved something.
            _ if head.approvals.is_empty() => load::Authors::default(),
            base => {
                let head = sides.revision.as_deref().unwrap_or("HEAD");
                load::authors_of(root, base.map(|base| base.commit.as_str()), head)?
            }
        };
        let mut books = Books::read(head, question.base);
        let guard = Guard::read(question, &books, request.stage, &authors.change);
        let settled = guard.settled(&books);
        books.let_go(&settled);
        let mut allowance = allowance(head, books.rules(&settled), demand(request.stage));
        allowance.board = guard.board.clone();
        allowance.authors = writers(question, &authors);
        let before = question.base.iter().flat_map(|base| &base.waivers);
        allowance.before = before
            .map(|waiver| (waiver.file.id.clone(), waiver.file.clone()))
            .collect();
        let (strictness, profile) = strictness::of(request, head, &books.head, &allowance, &guard);
        let releases = releases(question, &guard, &authors);
        Ok(Self {
            books,
            guard,
            allowance,
            strictness,
            profile,
            releases,
            owners: match &sides.revision {
                Some(commit) => load::first_of(root, commit, &CODEOWNERS)?,
                None => load::first(root, &CODEOWNERS),
            },
            stage: request.stage,
            is_shallow: !head.approvals.is_empty() && load::is_shallow(root)?,
        })
    }
}

/// Who wrote each waiver; of one that the change brings or edits, the authors of the change too.
fn writers(question: &Question<'_>, authors: &load::Authors) -> BTreeMap<String, BTreeSet<String>> {
    let mut writers = authors.waivers.clone();
    let before = question.base.iter().flat_map(|base| &base.waivers);
    let before: BTreeSet<String> = before.map(|waiver| waiver.source.digest()).collect();
    for waiver in &question.head.waivers {
        if !before.contains(&waiver.source.digest()) {
            let known = writers.entry(waiver.source.path.clone()).or_default();
            known.extend(authors.change.iter().cloned());
        }
    }
    writers
}

/// Without a base nobody knows what is new.
fn releases(
    question: &Question<'_>,
    guard: &Guard<'_>,
    authors: &load::Authors,
) -> Vec<MajorRelease> {
    let base: Option<&Workspace> = question.base.filter(|base| !base.inputs.is_empty());
    base.map_or_else(Vec::new, |base| {
        let day = question.as_of.date_naive();
        let before = &base.catalogue;
        major_releases(before, question.head, &guard.board, &authors.change, day)
    })
}
