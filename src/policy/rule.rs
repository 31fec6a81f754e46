//! One rule: its file, its text and its cases, loaded and checked without being evaluated.
//! Refuses a rule whose parts do not agree with each other; such a rule never runs.

use super::file::{RuleFile, RuleStatus};
use super::fixture::Fixture;
use super::guard;
use super::reading::Reading;
use crate::catalogue::{RuleFolder, Source};
use crate::model::{Finding, Place, RuleCard};
use crate::rego::{PolicyEngine, Regorus};

/// A rule that may run.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Stem of its folder.
    pub name: String,
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
                .map(|objection| unusable(&folder.name, objection))
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
        query(&self.name)
    }
}

/// The package that a folder's text must be in.
pub(super) fn package(name: &str) -> String {
    format!("matchmark.rules.{}", name.replace('-', "_"))
}

pub(super) fn query(name: &str) -> String {
    format!("data.{}.deny", package(name))
}

fn read(folder: &RuleFolder) -> Result<Rule, Vec<Objection>> {
    let (toml, rego) = parts(folder)?;
    let file = rule_file(toml).map_err(|objection| vec![objection])?;
    let engine = load(rego).map_err(|objection| vec![objection])?;
    let mut objections = guard::file(&file, &folder.name, toml);
    let (reading, flaws) = guard::text(engine.tree(), &folder.name, rego);
    if flaws.is_empty() {
        objections.extend(guard::reads(&file, &reading, toml, rego));
    }
    objections.extend(flaws);
    let (fires, mut flawed) = cases(&folder.fires, &file);
    let (quiet, also_flawed) = cases(&folder.quiet, &file);
    flawed.extend(also_flawed);
    objections.extend(flawed);
    objections.extend(guard::cases(&file, &fires, &quiet, toml));
    if !objections.is_empty() {
        return Err(objections);
    }
    Ok(Rule {
        name: folder.name.clone(),
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
    let home = format!("policies/rules/{}", folder.name);
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

fn cases(sources: &[Source], file: &RuleFile) -> (Vec<Fixture>, Vec<Objection>) {
    let mut cases = Vec::with_capacity(sources.len());
    let mut objections = Vec::new();
    for source in sources {
        match Fixture::read(source, &file.params) {
            Ok(case) => cases.push(case),
            Err((place, reason)) => objections.push(Objection::new(place, "case", reason)),
        }
    }
    (cases, objections)
}

fn unusable(name: &str, objection: Objection) -> Finding {
    Finding::new(
        "policy/rule-unusable",
        format!("policy/{name}"),
        objection.place,
    )
    .kind(objection.kind)
    .message(format!("`policy/{name}` cannot run: {}", objection.reason))
    .remedy("mend the rule; no verdict is given without it")
}
