//! A numbered set of rows, as a document and as what has been checked of it.
//! Refuses overlaps, names that stand twice, empty conditions, and gaps where the set says that there are none.

use super::cell::{Cell, Combination, When, uncovered};
use super::input::Inputs;
use super::{AdapterId, BaseUrl, OperationVersion};
use crate::ids::{DocumentNumber, PartnerId};
use crate::record::Slug;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The most rows of one set (ours: the overlap check compares each with each).
const MOST_ROWS: usize = 1_024;
/// The most gaps that are told of one payer.
const MOST_GAPS: usize = 8;

vocabulary! {
    /// May a set leave combinations without a row?
    Gaps {
        /// They end as `routing/no-route`.
        Allowed = "allowed",
        Refused = "refused",
    }
}

/// One way: whom it is for, when it is taken, where it leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Row {
    pub id: Slug,
    /// The payer that the enrollee names.
    pub payer: PartnerId,
    #[serde(default)]
    pub when: When,
    /// The entry of the registry that answers.
    pub partner: PartnerId,
    pub endpoint: BaseUrl,
    pub adapter: AdapterId,
    pub operation_version: OperationVersion,
}

/// `reference/config/routing/<n>.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RouteSetDocument {
    pub number: DocumentNumber,
    pub title: String,
    pub gaps: Gaps,
    #[serde(default, rename = "row")]
    pub rows: Vec<Row>,
}

/// Why a document is no route set. Rows are named by their ids.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetFault {
    #[error("more than {MOST_ROWS} rows")]
    TooMany,
    #[error("two rows are called {0}")]
    TwiceNamed(Slug),
    #[error("row {0} asks for nothing that can be: an input has an empty list")]
    Never(Slug),
    #[error("rows {0} and {1} both fit {example}", example = told(.2))]
    Overlap(Slug, Slug, Combination),
    #[error("no row of {payer} fits {count} combinations, one of them {example}", payer = .0.payer, count = .0.combinations, example = told(&.0.example))]
    Gap(Gap),
}

/// Combinations of one payer that no row fits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Gap {
    pub payer: PartnerId,
    pub combinations: u64,
    pub example: Combination,
}

/// A set that has been checked: at most one of its rows fits any request.
#[derive(Clone, Debug, PartialEq)]
pub struct RouteSet {
    document: RouteSetDocument,
    by_payer: BTreeMap<PartnerId, Vec<(Cell, usize)>>,
}

impl RouteSet {
    /// Checks a document.
    ///
    /// Errors: the first thing that is wrong with it, in the order of the rows
    pub fn check(document: RouteSetDocument) -> Result<Self, SetFault> {
        if document.rows.len() > MOST_ROWS {
            return Err(SetFault::TooMany);
        }
        let mut names = BTreeSet::new();
        let mut by_payer: BTreeMap<PartnerId, Vec<(Cell, usize)>> = BTreeMap::new();
        for (place, row) in document.rows.iter().enumerate() {
            if !names.insert(&row.id) {
                return Err(SetFault::TwiceNamed(row.id.clone()));
            }
            let cell = Cell::of(&row.when);
            if cell.size() == 0 {
                return Err(SetFault::Never(row.id.clone()));
            }
            let rows = by_payer.entry(row.payer.clone()).or_default();
            let clash = rows
                .iter()
                .find_map(|(other, at)| Some((cell.and(*other)?, document.rows.get(*at)?)));
            if let Some((shared, other)) = clash {
                let ids = (other.id.clone(), row.id.clone());
                return Err(SetFault::Overlap(ids.0, ids.1, shared.example()));
            }
            rows.push((cell, place));
        }
        let set = Self { document, by_payer };
        match set.gaps().into_iter().next() {
            Some(gap) if set.document.gaps == Gaps::Refused => Err(SetFault::Gap(gap)),
            Some(_) | None => Ok(set),
        }
    }

    #[must_use]
    pub const fn number(&self) -> DocumentNumber {
        self.document.number
    }

    #[must_use]
    pub const fn document(&self) -> &RouteSetDocument {
        &self.document
    }

    /// What the set leaves without a row, payer by payer.
    #[must_use]
    pub fn gaps(&self) -> Vec<Gap> {
        let told = self.by_payer.iter().filter_map(|(payer, rows)| {
            let left = uncovered(rows.iter().map(|(cell, _)| *cell));
            Some(Gap {
                payer: payer.clone(),
                combinations: left.iter().map(|cell| cell.size()).sum(),
                example: left.first()?.example(),
            })
        });
        told.take(MOST_GAPS).collect()
    }

    pub(super) fn row_for(&self, inputs: &Inputs) -> Option<&Row> {
        let at = Cell::at(inputs);
        let rows = self.by_payer.get(&inputs.payer)?;
        let (_, place) = rows.iter().find(|(cell, _)| cell.and(at).is_some())?;
        self.document.rows.get(*place)
    }
}

/// The words of a combination, in the order of the five inputs.
fn told(combination: &Combination) -> String {
    let words = [
        combination.provenance.map(|one| one.word()),
        combination.relationship.map(|one| one.word()),
        combination.region.map(|one| one.word()),
        combination.line_of_business.map(|one| one.word()),
        combination.data_type.map(|one| one.word()),
    ];
    words.map(|word| word.unwrap_or("nothing")).join(", ")
}
