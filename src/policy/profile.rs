//! How strict a stage is: `policies/profiles/<stage>.toml`, each extending the one before.
//! Refuses a profile that lowers anything.

use super::{Floor, RuleBook, RuleStatus};
use crate::catalogue::Source;
use crate::model::{CheckName, Finding, Place, Severity, Stage, rule};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// `policies/profiles/<stage>.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ProfileFile {
    /// The stage that the file is named after.
    pub stage: Stage,
    /// The stage before; only the first has none.
    pub extends: Option<Stage>,
    /// Checks that must have run, besides those of the stage before.
    #[serde(default)]
    pub require: Vec<CheckName>,
    /// Lightest severity that fails the gate, when stricter than the stage before.
    pub fail_on: Option<Floor>,
    /// Finding id to a severity above its own.
    #[serde(default)]
    pub raise: BTreeMap<String, Floor>,
}

/// A stage with everything that it and the stages before it demand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    pub stage: Stage,
    pub require: BTreeSet<CheckName>,
    pub fail_on: Severity,
    pub raise: BTreeMap<String, Severity>,
}

impl Profile {
    /// The profile of `stage`, out of the files of all stages.
    ///
    /// Errors: a file on the way is missing, malformed, or lowers something
    pub fn read(
        stage: Stage,
        files: &BTreeMap<String, Source>,
        book: &RuleBook,
    ) -> Result<Self, Vec<Finding>> {
        let mut profile = Self {
            stage,
            require: BTreeSet::new(),
            fail_on: Severity::Error,
            raise: BTreeMap::new(),
        };
        let mut flaws = Vec::new();
        for (index, at) in Stage::ALL.iter().take_while(|at| **at <= stage).enumerate() {
            let Some(source) = files.get(at.word()) else {
                let path = format!("policies/profiles/{}.toml", at.word());
                flaws.push(unusable(*at, Place::start(path), "the file is missing"));
                continue;
            };
            match file(source) {
                Ok(file) => {
                    let before = index
                        .checked_sub(1)
                        .and_then(|n| Stage::ALL.get(n).copied());
                    if file.stage != *at || file.extends != before {
                        let reason = "`stage` must name the file and `extends` the stage before";
                        flaws.push(unusable(*at, source.find("stage = "), reason));
                    }
                    flaws.extend(profile.extend(*at, file, source, book));
                }
                Err((place, reason)) => flaws.push(unusable(*at, place, &reason)),
            }
        }
        profile.fail_on = profile.fail_on.min(floor(stage));
        if profile.require.is_empty() && flaws.is_empty() {
            let path = format!("policies/profiles/{}.toml", Stage::Local.word());
            flaws.push(unusable(stage, Place::start(path), "no check is required"));
        }
        if flaws.is_empty() {
            Ok(profile)
        } else {
            Err(flaws)
        }
    }

    /// Takes over what a file adds; what it would lower is a flaw.
    fn extend(
        &mut self,
        at: Stage,
        file: ProfileFile,
        source: &Source,
        book: &RuleBook,
    ) -> Vec<Finding> {
        let mut flaws = Vec::new();
        self.require.extend(file.require);
        if let Some(fail_on) = file.fail_on.map(Severity::from) {
            if fail_on > self.fail_on {
                let reason = "`fail-on` is softer than at the stage before";
                flaws.push(unusable(at, source.find("fail-on = "), reason));
            }
            self.fail_on = fail_on;
        }
        for (id, severity) in file.raise {
            let severity = severity.into();
            let place = source.find(&id);
            match own_severity(&id, book) {
                Err(reason) => flaws.push(unusable(at, place, &reason)),
                Ok(own) if severity < own.max(self.raised(&id)) => {
                    let reason = format!("`{id}` would weigh less than before");
                    flaws.push(unusable(at, place, &reason));
                }
                Ok(_) => {
                    self.raise.insert(id, severity);
                }
            }
        }
        flaws
    }

    /// Everything that this one or the other demands.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.require.extend(other.require);
        self.fail_on = self.fail_on.min(other.fail_on);
        for (id, severity) in other.raise {
            let own = self.raise.entry(id).or_insert(severity);
            *own = severity.max(*own);
        }
        self
    }

    fn raised(&self, id: &str) -> Severity {
        self.raise.get(id).copied().unwrap_or(Severity::Info)
    }
}

/// Lightest severity that fails a stage at the latest, whatever its files say: partners get no release with a warning.
fn floor(stage: Stage) -> Severity {
    match stage {
        Stage::Local | Stage::PullRequest | Stage::Staging => Severity::Error,
        Stage::ReleaseCandidate => Severity::Warning,
    }
}

/// The heaviest weight that a finding id has by itself.
fn own_severity(id: &str, book: &RuleBook) -> Result<Severity, String> {
    if let Some(rule) = rule(id) {
        return Ok(rule.severity);
    }
    let Some(rule) = book.rule(id) else {
        return Err(format!("there is no rule `{id}`"));
    };
    if rule.file.status != RuleStatus::Active {
        return Err(format!("`{id}` is not active, so nothing can raise it"));
    }
    let floors = rule.file.severity_by_kind.values().copied();
    Ok(floors.fold(rule.file.severity, Floor::max).into())
}

impl ProfileFile {
    /// The file alone, without the stages before it; `None` where it cannot be used, which `Profile::read` tells.
    #[must_use]
    pub fn read(source: &Source) -> Option<Self> {
        file(source).ok()
    }
}

fn file(source: &Source) -> Result<ProfileFile, (Place, String)> {
    let Some(text) = source.text() else {
        return Err((
            Place::start(&source.path),
            "it is not UTF-8 text".to_owned(),
        ));
    };
    toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        let reason = error.message().lines().next().unwrap_or("it is no TOML");
        (source.place(offset), reason.to_owned())
    })
}

fn unusable(stage: Stage, place: Place, reason: &str) -> Finding {
    Finding::new("policy/profile-unusable", stage.word(), place)
        .kind("profile")
        .message(format!(
            "the profile `{}` cannot be used: {reason}",
            stage.word()
        ))
        .remedy("mend the profile; a later stage may only add checks and raise severities")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_release_candidate_fails_on_warnings_whatever_its_files_say() {
        let mut before: Option<Stage> = None;
        let mut files = BTreeMap::new();
        for stage in Stage::ALL {
            let extends = before.map(|it| format!("extends = '{}'\n", it.word()));
            let text = format!(
                "stage = '{}'\n{}require = ['catalogue']\nfail-on = 'error'\n",
                stage.word(),
                extends.unwrap_or_default()
            );
            let source = Source::new(format!("{}.toml", stage.word()), text.into_bytes());
            files.insert(stage.word().to_owned(), source);
            before = Some(stage);
        }
        let book = RuleBook::read(&BTreeMap::new());
        let fails_on = |stage| Profile::read(stage, &files, &book).unwrap().fail_on;
        assert_eq!(fails_on(Stage::Staging), Severity::Error);
        assert_eq!(fails_on(Stage::ReleaseCandidate), Severity::Warning);
    }
}
