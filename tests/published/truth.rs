//! The reviewed verdicts: which version accepts which published file, and why it rejects the others.
//! Refuses to hold a value of a payload: paths, pointers, finding ids and our own words only.

use super::judged::{Case, Problem};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// `verdicts.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Truth {
    /// Files that the version of their own release accepts, by `entry@version`.
    pub accepted: BTreeMap<String, Vec<String>>,
    /// Files that another version than that of their release accepts.
    pub beyond: BTreeMap<String, Vec<String>>,
    pub rejected: Vec<Rejected>,
}

/// A file that a version rejects.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rejected {
    pub file: String,
    /// `entry@version`.
    #[serde(rename = "as")]
    pub version: String,
    /// Whether it is not the version of the file's own release.
    #[serde(default)]
    pub beyond: bool,
    pub cause: Vec<Cause>,
}

/// One reason, and every place where it shows.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// Finding id.
    pub id: String,
    pub at: Vec<String>,
    /// What is published, by number where it has one.
    pub statement: String,
    pub class: Class,
    pub why: String,
}

/// What kind of problem it is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// The example breaks a rule of its own release.
    TrueDefect,
    /// The example is right for another release than the one it is held against.
    VersionDrift,
    /// Its publisher made it wrong on purpose.
    DeliberateNegative,
    /// It claims a profile of another exchange, to which the rule does not apply.
    OtherProfile,
    /// It carries amounts, which never leave between payers.
    FinancialAmounts,
    /// The guide says one thing and its own example shows another; a record says which holds.
    PublishedContradiction,
}

impl Class {
    pub fn word(self) -> &'static str {
        match self {
            Self::TrueDefect => "true defect",
            Self::VersionDrift => "version drift",
            Self::DeliberateNegative => "deliberate negative",
            Self::OtherProfile => "other profile",
            Self::FinancialAmounts => "financial amounts",
            Self::PublishedContradiction => "published contradiction",
        }
    }
}

impl Truth {
    pub fn reviewed() -> Self {
        toml::from_str(include_str!("verdicts.toml")).unwrap()
    }

    /// What each case must give: no problem, or exactly these.
    pub fn expected(&self) -> BTreeMap<Case, Vec<Problem>> {
        let mut expected = BTreeMap::new();
        for (version, files) in self.accepted.iter().chain(&self.beyond) {
            for file in files {
                let case = (file.clone(), version.clone());
                assert!(expected.insert(case, Vec::new()).is_none(), "{file} twice");
            }
        }
        for rejected in &self.rejected {
            let case = (rejected.file.clone(), rejected.version.clone());
            let mut problems: Vec<Problem> = Vec::new();
            for cause in &rejected.cause {
                problems.extend(cause.at.iter().map(|at| (cause.id.clone(), at.clone())));
            }
            problems.sort();
            assert!(!problems.is_empty(), "{} for no cause", rejected.file);
            let before = expected.insert(case, problems);
            assert!(before.is_none(), "{} twice", rejected.file);
        }
        expected
    }

    /// Every file with the version of its own release.
    pub fn own(&self) -> BTreeSet<Case> {
        let accepted = self.accepted.iter().flat_map(|(version, files)| {
            let case = |file: &String| (file.clone(), version.clone());
            files.iter().map(case).collect::<Vec<_>>()
        });
        let rejected = self.rejected.iter().filter(|rejected| !rejected.beyond);
        accepted
            .chain(rejected.map(|rejected| (rejected.file.clone(), rejected.version.clone())))
            .collect()
    }

    pub fn cases(&self) -> BTreeSet<Case> {
        self.expected().into_keys().collect()
    }
}
