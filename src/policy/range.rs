//! Which versions of which entries a payload rule judges: `hrex-consent@^2`.
//! Refuses to take a range that holds nothing for one that was kept.

use super::RuleBook;
use super::file::RuleFile;
use super::fixture::Fixture;
use super::rule::{Objection, Rule};
use crate::catalogue::{Catalogue, Source};
use crate::model::{Finding, Gravity, Place, Severity};
use semver::{Version, VersionReq};

/// An entry and a range of its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    pub entry: String,
    pub versions: VersionReq,
}

impl Range {
    /// The range in `entry@range`; none when the text is nothing of that form.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let (entry, versions) = text.split_once('@')?;
        let versions = versions.parse().ok()?;
        (!entry.is_empty()).then(|| Self {
            entry: entry.to_owned(),
            versions,
        })
    }

    /// Whether the version lies in it.
    #[must_use]
    pub fn holds(&self, entry: &str, version: &Version) -> bool {
        self.entry == entry && self.versions.matches(version)
    }
}

/// The ranges that a rule's `applies` names; every text that is none is objected to.
pub(super) fn read(file: &RuleFile, toml: &Source, objections: &mut Vec<Objection>) -> Vec<Range> {
    let mut ranges = Vec::new();
    let mut object = |named: &str, reason: String| {
        objections.push(Objection::new(toml.find(named), "applies", reason));
    };
    for text in &file.applies {
        match Range::of(text) {
            Some(range) => ranges.push(range),
            None => object(
                text,
                format!("`{text}` is no entry with a range: hrex-consent@^2"),
            ),
        }
    }
    for entry in &file.per_member {
        if !ranges.iter().any(|range| range.entry == *entry) {
            object(
                entry,
                format!("`per-member` names `{entry}`, to which the rule does not apply"),
            );
        }
    }
    ranges
}

/// Cases whose payload is none that the rule judges: they would show what never happens.
pub(super) fn foreign<'a>(
    ranges: &[Range],
    cases: impl Iterator<Item = &'a Fixture>,
) -> Vec<Objection> {
    cases
        .filter(|case| !case.is_within(ranges))
        .map(|case| {
            let reason = "its payload is of no version that the rule applies to";
            Objection::new(Place::start(&case.path), "case", reason)
        })
        .collect()
}

/// Ranges that hold no version of the catalogue: a rule that judges nothing looks like a rule that is kept.
#[must_use]
pub fn aimless(book: &RuleBook, catalogue: &Catalogue) -> Vec<Finding> {
    let holds_some = |range: &&Range| {
        let entry = catalogue.entry(&range.entry);
        let mut versions = entry.into_iter().flat_map(|entry| entry.versions.values());
        versions.any(|version| range.holds(&range.entry, &version.number))
    };
    let mut findings = Vec::new();
    for rule in book.rules.iter().filter(|rule| rule.runs()) {
        let judges_something = rule.ranges.iter().any(|range| holds_some(&range));
        let empty = rule.ranges.iter().filter(|range| !holds_some(range));
        findings.extend(empty.map(|range| unknown(rule, range, judges_something)));
    }
    findings
}

fn unknown(rule: &Rule, range: &Range, judges_something: bool) -> Finding {
    let weight = match judges_something {
        true => Severity::Info,
        false => Severity::Warning,
    };
    let (id, entry, versions) = (&rule.file.id, &range.entry, &range.versions);
    Finding::new(
        "catalogue/rule-entry-unknown",
        id.clone(),
        rule.toml.find(entry),
    )
    .gravity(Gravity::Declared(weight))
    .kind(entry.clone())
    .message(format!(
        "`{id}` applies to {entry}@{versions}, of which the catalogue has no version"
    ))
    .remedy("add the entry to the catalogue, or correct `applies`")
}
