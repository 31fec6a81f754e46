//! Facts -> rules -> findings: what a team may not do and a payload may not be, decided by files of a board.
//! Refuses to know how facts are made, and to take a silent rule for a satisfied one.

mod denial;
mod draft;
mod extract;
mod file;
mod fixture;
mod guard;
pub mod input;
mod judge;
mod kept;
mod neutral;
mod path;
mod profile;
mod range;
mod reading;
mod rule;
mod run;
mod trial;

pub use denial::{Argument, Denial};
pub use draft::draft;
pub use file::{Floor, RuleExample, RuleFile, RuleSource, RuleStatus};
pub use fixture::{Fixture, Specimen};
pub use judge::{Break, Judged, Judgement, PayloadRules, schema as payload_facts};
pub use neutral::neutral;
pub use profile::{Profile, ProfileFile};
pub use range::{Range, aimless};
pub use rule::Rule;
pub use run::{Outcome, Places, run};
pub use trial::{Trial, code_lines, cross, test_rule, unheld};

use crate::catalogue::RuleFolder;
use crate::model::Finding;
use std::collections::BTreeMap;

/// The rules of one family in one revision: those that may run, and why the others may not.
#[derive(Clone, Debug, Default)]
pub struct RuleBook {
    /// In order of their names.
    pub rules: Vec<Rule>,
    /// Name of the folder to what is wrong with it.
    pub refused: BTreeMap<String, Vec<Finding>>,
}

impl RuleBook {
    /// Reads every folder; what is wrong with one does not hide another.
    #[must_use]
    pub fn read(folders: &BTreeMap<String, RuleFolder>) -> Self {
        let mut book = Self::default();
        for (name, folder) in folders {
            match Rule::read(folder) {
                Ok(rule) => book.rules.push(rule),
                Err(findings) => {
                    book.refused.insert(name.clone(), findings);
                }
            }
        }
        book
    }

    /// The rule with this finding id.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.file.id == id)
    }
}
