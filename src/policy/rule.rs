//! One rule: its file, its text and its cases, loaded and checked without being evaluated.
//! Refuses a rule whose parts do not agree with each other; such a rule never runs.

use super::file::{RuleFile, RuleStatus};
use super::fixture::Fixture;
use super::guard;
use super::range::{self, Range};
use super::reading::Reading;
use crate::catalogue::{RuleFamily, RuleFolder, Source};
use crate::model::{Finding, Place, RuleCard};
use crate::rego::{PolicyEngine, Regorus};

/// A rule that may run.
#[derive(Clone, Debug)]
pub struct Rule {
    pub family: RuleFamily,
    /// Stem of its folder.
    pub name: String,
    /// Of a payload rule: the versions whose payloads it judges.
    pub ranges: Vec<Range>,
    pub file: RuleFile,
    pub toml: Source,
    pub rego: Source,
    pub fires: Vec<Fixture>,
    pub quiet: Vec<Fixture>,
    pub(super) engine: Regorus,
    pub(super) reading: Reading,
}

/// Where and why a rule is no rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Objection {
    pub place: Place,
    /// A word that tells objections apart.
    pub kind: &'static str,
    pub reason: String,
}

impl Objection {
    pub(super) fn new(place: Place, kind: &'static str, reason: impl Into<String>) -> Self {
        Self {
            place,
            kind,
            reason: reason.into(),
        }
    }
}

impl Rule {
    /// The rule in a folder.
    ///
    /// Errors: everything that keeps it from running, each with its place
    pub fn read(folder: &RuleFolder) -> Result<Self, Vec<Finding>> {
        read(folder).map_err(|objections| {
            objections
                .into_iter()
                .map(|objection| unusable(&folder.id(), objection))
                .collect()
        })
    }

    /// Whether it is asked at all.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.file.status != RuleStatus::Retired
    }

    /// What `explain` shows of it.
    #[must_use]
    pub fn card(&self) -> RuleCard {
        let file = &self.file;
        let source = &file.source;
        RuleCard {
            id: file.id.clone(),
            severity: file.severity.into(),
            title: file.title.clone(),
            why: file.why.clone(),
            fix: file.remedy.clone(),
            owner: Some(file.owner.clone()),
            source: Some(format!(
                "{}, {}, {}",
                source.document, source.section, source.requirement
            )),
            bad: Some(file.example.bad.clone()),
            good: Some(file.example.good.clone()),
            file: Some(self.toml.path.clone()),
        }
    }

    /// The set that the engine is asked for.
    pub(super) fn query(&self) -> String {
        format!("data.{}.deny", package(self.family, &self.name))
    }

    /// Whether payloads of this version of an entry are its business.
    #[must_use]
    pub fn applies_to(&self, entry: &str, version: &semver::Version) -> bool {
        self.ranges.iter().any(|range| range.holds(entry, version))
    }
}

/// The package that a folder's text must be in.
pub(super) fn package(family: RuleFamily, name: &str) -> String {
    let home = match family {
        RuleFamily::Policy => "rules",
        RuleFamily::Payload => "payload",
    };
    format!("matchmark.{home}.{}", name.replace('-', "_"))
}

fn read(folder: &RuleFolder) -> Result<Rule, Vec<Objection>> {
    let (toml, rego) = parts(folder)?;
    let file = rule_file(toml).map_err(|objection| vec![objection])?;
    let engine = load(rego).map_err(|objection| vec![objection])?;
    let mut objections = guard::file(&file, folder, toml);
    let (reading, flaws) = guard::text(engine.tree(), folder, rego);
    if flaws.is_empty() {
        objections.extend(guard::reads(folder.family, &file, &reading, toml, rego));
    }
    objections.extend(flaws);
    let ranges = match folder.family {
        RuleFamily::Policy => Vec::new(),
        RuleFamily::Payload => range::read(&file, toml, &mut objections),
    };
    let (fires, mut flawed) = cases(folder.family, &folder.fires, &file);
    let (quiet, also_flawed) = cases(folder.family, &folder.quiet, &file);
    flawed.extend(also_flawed);
    objections.extend(flawed);
    objections.extend(guard::cases(&file, &fires, &quiet, toml));
    objections.extend(range::foreign(&ranges, fires.iter().chain(&quiet)));
    if !objections.is_empty() {
        return Err(objections);
    }
    Ok(Rule {
        family: folder.family,
        name: folder.name.clone(),
        ranges,
        file,
        toml: toml.clone(),
        rego: rego.clone(),
        fires,
        quiet,
        engine,
        reading,
    })
}

fn parts(folder: &RuleFolder) -> Result<(&Source, &Source), Vec<Objection>> {
    let home = folder.home();
    let missing = |what: &str| {
        Objection::new(
            Place::start(format!("{home}/{what}")),
            "incomplete",
            format!("`{home}/{what}` is missing"),
        )
    };
    match (&folder.toml, &folder.rego) {
        _ if folder.fires.is_empty() => Err(vec![missing("fires")]),
        _ if folder.quiet.is_empty() => Err(vec![missing("quiet")]),
        (Some(toml), Some(rego)) => Ok((toml, rego)),
        (None, _) => Err(vec![missing("rule.toml")]),
        (_, None) => Err(vec![missing("rule.rego")]),
    }
}

fn rule_file(source: &Source) -> Result<RuleFile, Objection> {
    let text = source.text().ok_or_else(|| not_utf8(source))?;
    toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        let reason = error.message().lines().next().unwrap_or("it is no TOML");
        Objection::new(source.place(offset), "malformed", reason)
    })
}

fn load(source: &Source) -> Result<Regorus, Objection> {
    let text = source.text().ok_or_else(|| not_utf8(source))?;
    Regorus::load(&source.path, text).map_err(|refused| {
        let place = Place {
            file: source.path.clone(),
            line: refused.line,
            column: refused.column,
        };
        Objection::new(place, "malformed", refused.reason)
    })
}

fn not_utf8(source: &Source) -> Objection {
    Objection::new(
        Place::start(&source.path),
        "malformed",
        "it is not UTF-8 text",
    )
}

fn cases(
    family: RuleFamily,
    sources: &[Source],
    file: &RuleFile,
) -> (Vec<Fixture>, Vec<Objection>) {
    let mut cases = Vec::with_capacity(sources.len());
    let mut objections = Vec::new();
    for source in sources {
        match Fixture::read(family, source, &file.params) {
            Ok(case) => cases.push(case),
            Err((place, reason)) => objections.push(Objection::new(place, "case", reason)),
        }
    }
    (cases, objections)
}

fn unusable(id: &str, objection: Objection) -> Finding {
    Finding::new("policy/rule-unusable", id, objection.place)
        .kind(objection.kind)
        .message(format!("`{id}` cannot run: {}", objection.reason))
        .remedy("mend the rule; no verdict is given without it")
}
