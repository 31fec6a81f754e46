//! The shipped rules, broken on purpose: one piece of a text or file replaced at a time.
#![allow(dead_code)]

use matchmark::catalogue::{RuleFolder, Source};
use matchmark::load;
use matchmark::model::{Finding, Place, Severity};
use matchmark::policy::{Outcome, Rule, RuleBook, Trial, run};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

pub const CONSENT: &str = "consent-metadata-missing";
pub const NAMES: &str = "name-irregular";

pub fn folder(name: &str) -> RuleFolder {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut workspace, _) = load::folder(root, None).unwrap();
    workspace.rules.remove(name).unwrap()
}

pub fn replaced(source: &mut Option<Source>, old: &str, new: &str) {
    let before = source.take().unwrap();
    let text = before.text().unwrap();
    assert!(text.contains(old), "{old}");
    *source = Some(Source::new(
        before.path.clone(),
        text.replace(old, new).into_bytes(),
    ));
}

/// The consent rule with a piece of its text replaced.
pub fn text(old: &str, new: &str) -> RuleFolder {
    let mut folder = folder(CONSENT);
    replaced(&mut folder.rego, old, new);
    folder
}

/// The consent rule with a piece of its file replaced.
pub fn file(old: &str, new: &str) -> RuleFolder {
    let mut folder = folder(CONSENT);
    replaced(&mut folder.toml, old, new);
    folder
}

pub fn book(folder: RuleFolder) -> RuleBook {
    RuleBook::read(&BTreeMap::from([(folder.name.clone(), folder)]))
}

/// What keeps the folder from being a rule.
pub fn refusal(folder: RuleFolder) -> String {
    let book = book(folder);
    assert!(book.rules.is_empty(), "the rule loads");
    let findings: Vec<&Finding> = book.refused.values().flatten().collect();
    assert!(findings.iter().all(|f| f.rule == "policy/rule-unusable"));
    assert_eq!(
        matchmark::model::rule("policy/rule-unusable")
            .unwrap()
            .severity,
        Severity::Fault
    );
    findings
        .iter()
        .map(|f| format!("{}\n", f.message))
        .collect()
}

pub fn rule(folder: RuleFolder) -> Rule {
    let mut book = book(folder);
    assert!(book.refused.is_empty(), "{:#?}", book.refused);
    book.rules.remove(0)
}

/// A document in which the consent rule fires once.
pub fn document() -> Value {
    let case = rule(folder(CONSENT)).fires[1].clone();
    assert_eq!(case.findings.len(), 1, "{}", case.path);
    case.input
}

pub fn judge(folder: RuleFolder, document: &Value) -> Outcome {
    run(&book(folder), document, &|_, pointer| {
        (pointer != "/nowhere").then(|| Place::start("schema.json"))
    })
}

/// Runs a rule that loads but must not count as evaluated.
pub fn undecided(folder: RuleFolder) -> String {
    let name = folder.name.clone();
    let outcome = judge(folder, &document());
    assert!(outcome.not_evaluated.contains(&name), "{outcome:?}");
    assert!(outcome.evaluated.is_empty());
    let finding = outcome.findings.last().unwrap();
    assert_eq!(finding.rule, "policy/rule-not-evaluated");
    assert_eq!(
        matchmark::model::rule(&finding.rule).unwrap().severity,
        Severity::Undecided
    );
    finding.message.clone()
}

pub fn kinds(trial: &Trial) -> Vec<&str> {
    let mut kinds: Vec<&str> = trial.findings.iter().map(|f| f.kind.as_str()).collect();
    kinds.dedup();
    kinds
}
