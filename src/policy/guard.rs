//! Static checks of a rule: its file, its text, its reads and its cases must agree.
//! Refuses to evaluate anything; what only shows when a rule runs is for `trial` and `run`.

use super::denial::{Denial, fill};
use super::file::RuleFile;
use super::fixture::Fixture;
use super::path::{self, Shape};
use super::reading::{Flaw, Reading};
use super::rule::{Objection, package};
use super::{input, judge};
use crate::catalogue::{RuleFamily, RuleFolder, Source};
use crate::rego::{Body, Expr, Head, Module, Rule, Span};
use serde_json::Value;
use std::collections::BTreeSet;

/// What is wrong with `rule.toml` itself.
pub(super) fn file(file: &RuleFile, folder: &RuleFolder, source: &Source) -> Vec<Objection> {
    file.flaws(folder.family, &folder.name)
        .into_iter()
        .map(|(key, reason)| Objection::new(source.find(&format!("{key} = ")), "file", reason))
        .collect()
}

/// What the text reads, and every construct in it that a rule may not use.
pub(super) fn text(
    module: &Module,
    folder: &RuleFolder,
    source: &Source,
) -> (Reading, Vec<Objection>) {
    let mut flaws = Vec::new();
    let mut refuse = |span: Span, reason: String| flaws.push(Flaw { span, reason });
    let package = package(folder.family, &folder.name);
    if module.package.refr.dotted().as_ref() != Some(&package) {
        let reason = format!("the package must be `{package}`, after the folder");
        refuse(module.package.span, reason);
    }
    for import in &module.imports {
        refuse(import.span, "nothing may be imported".to_owned());
    }
    let mut clauses: Vec<(&[Body], &Expr)> = Vec::new();
    for rule in &module.rules {
        match clause(rule) {
            Ok(clause) => clauses.push(clause),
            Err(span) => refuse(
                span,
                "a rule is one partial set, `deny contains ... if`, and nothing else".to_owned(),
            ),
        }
    }
    if clauses.is_empty() {
        refuse(
            module.package.span,
            "there is no `deny contains`".to_owned(),
        );
    }
    let reading = Reading::of(clauses.into_iter());
    flaws.extend(reading.flaws.iter().cloned());
    let objections = flaws
        .into_iter()
        .map(|flaw| Objection::new(source.place(flaw.span.start), "text", flaw.reason))
        .collect();
    (reading, objections)
}

/// The bodies and the member of `deny contains member if { bodies }`, or where something else stands.
fn clause(rule: &Rule) -> Result<(&[Body], &Expr), Span> {
    match rule {
        Rule::Default { span } => Err(*span),
        Rule::Spec { span, head, bodies } => match &**head {
            Head::Compr { .. } | Head::Func { .. } => Err(*span),
            Head::Set { refr, key, .. } => match key {
                Some(key) if refr.dotted().as_deref() == Some("deny") => Ok((bodies, key)),
                Some(_) | None => Err(*span),
            },
        },
    }
}

/// Declared reads against the text, the input document and the parameters, both ways.
pub(super) fn reads(
    family: RuleFamily,
    file: &RuleFile,
    reading: &Reading,
    toml: &Source,
    rego: &Source,
) -> Vec<Objection> {
    let found = reading.reads();
    let declared: BTreeSet<String> = file.reads.iter().cloned().collect();
    let mut objections = Vec::new();
    for path in found.difference(&declared) {
        let reason = format!("the text reads `{path}`, which `reads` does not declare");
        objections.push(Objection::new(toml.find("reads = "), "reads", reason));
    }
    for path in declared.difference(&found) {
        let reason = format!("`reads` declares `{path}`, which the text does not read");
        objections.push(Objection::new(toml.find(path), "reads", reason));
    }
    let facts = match family {
        RuleFamily::Policy => input::schema(),
        RuleFamily::Payload => judge::schema(),
    };
    objections.extend(existing(facts, file, reading, rego));
    if family == RuleFamily::Policy {
        objections.extend(applies(file, &found, toml));
    }
    objections.extend(params(file, &found, toml));
    objections
}

/// Every path that the text uses exists, and what it uses as a value is one.
fn existing(schema: &Value, file: &RuleFile, reading: &Reading, rego: &Source) -> Vec<Objection> {
    let params = serde_json::json!({ "params": file.params });
    let shape = |path: &str| {
        if path::root(path) != "params" {
            // Whole: what walks the members of one thing would read more of them than it names.
            return path::declared(schema, path);
        }
        match path::values(&params, path.trim_end_matches("[]")).as_slice() {
            [] => Shape::Absent,
            _ => Shape::Value,
        }
    };
    let all = reading.values.iter().map(|(path, span)| (path, span, true));
    let walks = reading.walks.iter().map(|(path, span)| (path, span, false));
    all.chain(walks)
        .filter_map(|(path, span, as_value)| {
            let reason = match shape(path) {
                Shape::Absent => format!("there is no fact `{path}`"),
                Shape::Structure if as_value => format!("`{path}` is no single fact: name one"),
                Shape::Structure | Shape::Value => return None,
            };
            Some(Objection::new(rego.place(span.start), "facts", reason))
        })
        .collect()
}

/// `applies` names the walked collections.
fn applies(file: &RuleFile, found: &BTreeSet<String>, toml: &Source) -> Vec<Objection> {
    let mut objections = Vec::new();
    let walked: BTreeSet<&str> = found
        .iter()
        .filter(|path| path.contains("[]"))
        .map(|path| path::root(path))
        .filter(|root| *root != "params")
        .collect();
    let applies: BTreeSet<&str> = file.applies.iter().map(String::as_str).collect();
    if walked != applies {
        let walked: Vec<&str> = walked.into_iter().collect();
        let reason = format!(
            "`applies` must name what the text walks: {}",
            walked.join(", ")
        );
        objections.push(Objection::new(toml.find("applies = "), "applies", reason));
    }
    objections
}

/// Every parameter is used.
fn params(file: &RuleFile, found: &BTreeSet<String>, toml: &Source) -> Vec<Objection> {
    let idle = |name: &&String| {
        let path = format!("params.{name}");
        !found.iter().any(|read| path::within(read, &path))
    };
    file.params
        .keys()
        .filter(idle)
        .map(|name| {
            let reason = format!("the parameter `{name}` decides nothing");
            Objection::new(toml.find(name), "params", reason)
        })
        .collect()
}

/// Each case says something, holds only what the rule reads, and fills every hole of the templates.
pub(super) fn cases(
    file: &RuleFile,
    fires: &[Fixture],
    quiet: &[Fixture],
    toml: &Source,
) -> Vec<Objection> {
    let mut objections = Vec::new();
    let mut object = |path: &str, reason: String| {
        objections.push(Objection::new(
            crate::model::Place::start(path),
            "case",
            reason,
        ));
    };
    for case in fires.iter().chain(quiet) {
        for held in case.idle(&file.reads) {
            object(
                &case.path,
                format!("it holds `{held}`, which the rule does not read"),
            );
        }
    }
    for case in fires.iter().filter(|case| case.findings.is_empty()) {
        object(&case.path, "a case in `fires` lists no finding".to_owned());
    }
    for case in quiet.iter().filter(|case| !case.findings.is_empty()) {
        object(&case.path, "a case in `quiet` lists findings".to_owned());
    }
    let denials: Vec<&Denial> = fires.iter().flat_map(|case| &case.findings).collect();
    for (key, template) in [("message", &file.message), ("remedy", &file.remedy)] {
        let unfilled = denials
            .iter()
            .find_map(|denial| fill(template, denial).err());
        if let Some(reason) = unfilled {
            let place = toml.find(&format!("{key} = "));
            objections.push(Objection::new(place, "template", reason));
        }
    }
    for kind in file.severity_by_kind.keys() {
        if !denials.iter().any(|denial| denial.kind == *kind) {
            let reason = format!("no case fires with kind `{kind}`");
            objections.push(Objection::new(toml.find(kind), "kind", reason));
        }
    }
    objections
}

/// The collections that are empty in a document, out of those that a rule applies to.
pub(super) fn all_empty(document: &Value, applies: &[String]) -> bool {
    applies
        .iter()
        .all(|collection| match document.get(collection) {
            Some(Value::Array(items)) => items.is_empty(),
            _ => false,
        })
}
