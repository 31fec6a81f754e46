//! What became of the payloads of one block: all of them counted, those that are to be listed kept.

use super::tally::Tally;
use crate::model::{PayloadState, ValidateRequest, ValidatedPayload};

/// Payloads that are listed whatever became of them: the first ones of a run.
const FIRST: u64 = 1_000;
/// Problems that are listed, unless people asked for more.
///
/// Source: some ten megabytes of them
const PROBLEMS: usize = 5_000;

/// Which payloads are listed one by one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    /// The first ones, and those about which there is something to say, up to so many problems.
    News(usize),
    /// Each: one answer a payload was asked for.
    All,
}

impl List {
    pub(super) fn of(request: &ValidateRequest) -> Self {
        match request.each_is_answered() {
            true => Self::All,
            false => Self::News(request.max_findings.unwrap_or(0).max(PROBLEMS)),
        }
    }
}

/// Payloads in order, some of them listed.
#[derive(Debug)]
pub(super) struct Batch {
    pub tally: Tally,
    pub listed: Vec<ValidatedPayload>,
    pub not_listed: u64,
    list: List,
    /// Problems of those that are listed.
    problems: usize,
    /// Lines of the run that came before.
    before: u64,
}

impl Batch {
    pub(super) fn new(list: List, before: u64) -> Self {
        Self {
            tally: Tally::default(),
            listed: Vec::new(),
            not_listed: 0,
            list,
            problems: 0,
            before,
        }
    }

    /// Adds the payload at `place` of this block.
    pub(super) fn add(&mut self, told: ValidatedPayload, place: u64) {
        self.tally.add(&told);
        if self.is_first(place) || is_news(&told) || self.list == List::All {
            self.keep(told);
        } else {
            self.not_listed += 1;
        }
    }

    /// Lists a payload of which is said what is said of every one that is fine; [`Batch::count_fine`] counts it.
    pub(super) fn list_fine(
        &mut self,
        fine: &ValidatedPayload,
        (file, record): (&str, Option<u64>),
        place: u64,
    ) {
        if self.is_first(place) || self.list == List::All {
            self.keep(ValidatedPayload {
                file: file.to_owned(),
                record,
                ..fine.clone()
            });
        } else {
            self.not_listed += 1;
        }
    }

    pub(super) fn count_fine(&mut self, fine: Option<&ValidatedPayload>, payloads: u64) {
        if let Some(fine) = fine.filter(|_| payloads > 0) {
            self.tally.add_fine(fine, payloads);
        }
    }

    fn is_first(&self, place: u64) -> bool {
        self.before.saturating_add(place) < FIRST
    }

    /// Adds what came later.
    pub(super) fn merge(&mut self, later: Self) {
        self.tally.merge(later.tally);
        self.not_listed += later.not_listed;
        for told in later.listed {
            self.keep(told);
        }
    }

    /// Lists a payload, with as many of its problems as there is room for.
    fn keep(&mut self, mut told: ValidatedPayload) {
        let room = match self.list {
            List::News(most) => most.saturating_sub(self.problems),
            List::All => usize::MAX,
        };
        if room == 0 && is_news(&told) {
            self.not_listed += 1;
            return;
        }
        told.more_problems += told.problems.len().saturating_sub(room) as u64;
        told.problems.truncate(room);
        self.problems += told.problems.len().max(usize::from(is_news(&told)));
        self.listed.push(told);
    }
}

/// Whether a person has to know of it.
fn is_news(told: &ValidatedPayload) -> bool {
    told.state != PayloadState::Valid || !told.refused_by.is_empty()
}
