//! What the rules say of the files alone, without the checks whose results are facts too.

use super::Books;
use crate::app::facts::{Grounds, of_files, places};
use crate::catalogue::Workspace;
use crate::model::Stage;
use crate::policy::{Outcome, run};
use chrono::NaiveDate;

/// Every rule of the workspace over the facts of its files; nothing is rehearsed, compared or replayed, so that rules
/// over results have nothing to judge.
#[must_use]
pub fn over_files(workspace: &Workspace, as_of: NaiveDate, stage: Stage) -> Outcome {
    let books = Books::of(workspace);
    let input = of_files(&Grounds {
        head: workspace,
        payload_rules: &books.payload,
        as_of,
        stage,
    });
    run(&books.policy, &input.to_value(), &places(workspace))
}
