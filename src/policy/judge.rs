//! Asks the payload rules about one payload: what breaks which, what nobody could decide, what was never judged.
//! Refuses to call a payload sound when a rule that applies to it gave no usable answer.

use super::RuleBook;
use super::extract::Extract;
use super::file::RuleStatus;
use super::input::{inlined, misfit};
use super::kept::{Kept, Said};
use super::path;
use super::rule::Rule;
use super::run::{Host, Places};
use crate::model::{Finding, Place, VersionId};
use crate::payload::{self, Circumstances, UNKNOWN};
use crate::rego::{Facts, PolicyEngine, Raised, Regorus};
use serde_json::Value;
use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use wire::json::Position;
use wire::outcome::Code;
use wire::payload::SchemaFault;

static SCHEMA: LazyLock<Value> = LazyLock::new(|| inlined::<payload::Facts>().to_value());

static COMPILED: LazyLock<Result<wire::payload::Schema, SchemaFault>> =
    LazyLock::new(|| wire::payload::Schema::compile(&SCHEMA));

/// The schema of the facts of a payload.
#[must_use]
pub fn schema() -> &'static Value {
    &SCHEMA
}

/// Why facts are not what every rule may rely on; `None` when they are.
pub(super) fn fault(facts: &Value) -> Option<String> {
    misfit(&COMPILED, facts)
}

/// One thing that is wrong with a payload.
#[derive(Clone, Debug, PartialEq)]
pub struct Break {
    /// Its place is that in the payload.
    pub finding: Finding,
    /// With which a service refuses it.
    pub code: Code,
    /// The published statement behind it: `HL7 Da Vinci HRex 1.2.0 mm-6`.
    pub statement: String,
    /// Whether it concerns one member of several, so that the others go on.
    pub per_member: bool,
}

/// What the rules say of one payload.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judgement {
    /// By place.
    pub breaks: Vec<Break>,
    /// Rules that found nothing because something that they read is not known: id and what.
    pub not_judged: BTreeSet<(String, String)>,
    /// Rules that gave no usable answer.
    pub not_evaluated: Vec<Finding>,
}

/// The payload rules of one revision, ready to be asked about any number of payloads from any number of threads.
pub struct PayloadRules<'a> {
    rules: Vec<Asked<'a>>,
    /// Why a rule of the revision cannot run: then nothing is sound.
    refused: Vec<Finding>,
}

/// A rule, the engines that are ready for it (one that was used is faster than a fresh one) and what it has said.
struct Asked<'a> {
    rule: &'a Rule,
    params: Value,
    reads: Extract,
    idle: Mutex<Vec<Regorus>>,
    kept: Kept,
}

/// Facts as the rules see them; made ready for an engine when the first rule has no answer yet.
struct Seen {
    value: Value,
    facts: OnceCell<Facts>,
}

/// A payload and what it is judged as.
#[derive(Clone, Copy)]
pub struct Judged<'a> {
    pub payload: &'a Value,
    /// Where in its text the value of a pointer begins; `None` where nothing stands there.
    pub places: &'a dyn Fn(&str) -> Option<Position>,
    /// As it is named in findings.
    pub file: &'a str,
    pub id: &'a VersionId,
    /// The number that the version has or, for a draft, declares to get.
    pub number: &'a semver::Version,
    pub circumstances: &'a Circumstances,
}

impl<'a> PayloadRules<'a> {
    /// The rules of a book that run.
    #[must_use]
    pub fn of(book: &'a RuleBook) -> Self {
        let running = book.rules.iter().filter(|rule| rule.runs());
        Self {
            rules: running
                .map(|rule| Asked {
                    rule,
                    params: Value::Object(rule.file.params.clone()),
                    reads: Extract::of(rule.file.reads.iter().map(String::as_str)),
                    idle: Mutex::default(),
                    kept: Kept::default(),
                })
                .collect(),
            refused: book.refused.values().flatten().cloned().collect(),
        }
    }

    /// Whether any rule, or the want of one, has something to say about payloads of this version.
    #[must_use]
    pub fn apply_to(&self, id: &VersionId, number: &semver::Version) -> bool {
        let applies = |asked: &Asked<'_>| asked.rule.applies_to(&id.entry, number);
        !self.refused.is_empty() || self.rules.iter().any(applies)
    }

    /// What the rules that apply say; those that do not apply cost nothing.
    #[must_use]
    pub fn judge(&self, judged: &Judged<'_>) -> Judgement {
        let mut judgement = Judgement {
            not_evaluated: self.refused.clone(),
            ..Judgement::default()
        };
        let applies = |asked: &&Asked<'_>| asked.rule.applies_to(&judged.id.entry, judged.number);
        let asked: Vec<&Asked<'_>> = self.rules.iter().filter(applies).collect();
        if asked.is_empty() {
            return judgement;
        }
        let value = payload::facts(judged.payload, judged.circumstances).to_value();
        if let Some(fault) = fault(&value) {
            judgement.not_evaluated.push(invalid(judged, &fault));
            return judgement;
        }
        let seen = Seen {
            value,
            facts: OnceCell::new(),
        };
        for asked in asked {
            asked.judge(judged, &seen, &mut judgement);
        }
        judgement.breaks.sort_by(|a, b| {
            let key = |found: &Break| (found.finding.place.clone(), found.finding.rule.clone());
            key(a).cmp(&key(b))
        });
        judgement
    }
}

impl Asked<'_> {
    fn judge(&self, judged: &Judged<'_>, seen: &Seen, into: &mut Judgement) {
        let rule = self.rule;
        let subjects = BTreeSet::from([judged.circumstances.schema.as_str()]);
        let places =
            |_: &str, pointer: &str| Some(Place::at(judged.file, (judged.places)(pointer)?));
        let host = Host {
            rule,
            subjects: &subjects,
            places: &places as &Places<'_>,
        };
        let mut findings = Vec::new();
        let said = self.said(seen);
        let results = said.as_ref().map(|said| said.results.as_slice());
        if host.judge(results, &mut findings) {
            into.not_evaluated.extend(findings.pop());
        }
        if rule.file.status == RuleStatus::Draft {
            let draft = "it is a draft and decides nothing".to_owned();
            into.not_judged.insert((rule.file.id.clone(), draft));
            return;
        }
        if findings.is_empty() {
            let unknown = match &said {
                Ok(said) => said.unknown.clone(),
                Err(_) => unknown(rule, &seen.value),
            };
            into.not_judged
                .extend(unknown.map(|what| (rule.file.id.clone(), what)));
        }
        let code = rule.file.outcome.unwrap_or(Code::BadBundle);
        let source = &rule.file.source;
        let per_member = rule.file.per_member.contains(&judged.id.entry);
        into.breaks
            .extend(findings.into_iter().map(|finding| Break {
                finding,
                code,
                statement: format!("{} {}", source.document, first_clause(&source.requirement)),
                per_member,
            }));
    }

    /// What the rule says of these facts, or has said of others that are the same to it: it knows no time and no
    /// chance ([`super::reading`]), and reads nothing but what it declares ([`super::guard`]).
    fn said(&self, seen: &Seen) -> Result<Arc<Said>, Raised> {
        let mut bytes = Vec::new();
        self.reads.write(Some(&seen.value), &mut bytes);
        if let Some(said) = self.kept.get(&bytes) {
            return Ok(said);
        }
        let facts = seen.facts.get_or_init(|| Facts::new(&seen.value));
        let said = Arc::new(Said {
            results: self.ask(&facts.with("params", &self.params))?,
            unknown: unknown(self.rule, &seen.value),
        });
        self.kept.keep(bytes, Arc::clone(&said));
        Ok(said)
    }

    fn ask(&self, facts: &Facts) -> Result<Vec<Value>, Raised> {
        let pool = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = pool().pop();
        let mut engine = idle.unwrap_or_else(|| self.rule.engine.clone());
        let answer = engine.ask(facts, &self.rule.query());
        pool().push(engine);
        answer
    }
}

/// What a requirement says before it goes on to other guides.
fn first_clause(requirement: &str) -> &str {
    requirement.split(';').next().unwrap_or(requirement)
}

/// The facts that the rule reads and nobody knows.
fn unknown(rule: &Rule, facts: &Value) -> Option<String> {
    let is_unknown = |read: &&String| {
        path::values(facts, read)
            .into_iter()
            .any(|value| value == UNKNOWN)
    };
    let unknown: Vec<&str> = rule
        .file
        .reads
        .iter()
        .filter(is_unknown)
        .map(String::as_str)
        .collect();
    (!unknown.is_empty()).then(|| format!("nobody knows {}", unknown.join(", ")))
}

fn invalid(judged: &Judged<'_>, fault: &str) -> Finding {
    Finding::new(
        "policy/input-invalid",
        judged.id.to_string(),
        Place::start(judged.file),
    )
    .kind("payload")
    .message(format!(
        "the facts of a payload do not fit the schema that the rules rely on: {fault}"
    ))
    .remedy("report this as a defect of matchmark; no rule was evaluated")
}
