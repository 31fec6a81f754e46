//! Rules of a body against the example that they stand beside: what they select, whether it obeys them, which one wins.
//! Refuses to know how rules are written.

use super::desk::Desk;
use super::lint::{nothing, only_named};
use crate::contract::interaction::{Body, Content, Json};
use crate::contract::matcher::Matcher;
use crate::contract::matching;
use crate::contract::path::{Key, Path, Step, children};
use crate::contract::rule::{Part, PathRule, RuleSet, Rules};
use crate::contract::terms::{Side, Terms};
use serde_json::Value;

const BREAKS_RULE: &str = "contract/example-breaks-rule";
const EMPTY_EXAMPLE: &str = "contract/empty-example";

/// Rejects every rule of a body that says nothing, contradicts its example, or ties with another.
pub fn body(desk: &mut Desk<'_>, content: &Content, rules: &Rules) {
    let rules = rules.of(Part::Body);
    match &content.body {
        Body::Json(json) => {
            let before = desk.count();
            examples(desk, rules, json.value());
            ambiguous(desk, rules, json.value(), &mut Vec::new());
            if desk.count() == before {
                obeys(desk, rules, json);
            }
        }
        Body::Text(_) => {
            for rule in rules.iter().filter(|rule| !rule.path.steps.is_empty()) {
                nothing(desk, &rule.pointer);
            }
        }
        Body::Form(keys) => {
            let known: Vec<String> = keys.iter().map(|(key, _)| key.clone()).collect();
            only_named(desk, rules, &known);
            for name in known {
                if let Some((_, second)) = rules.ambiguous(&[Key::Name(name)]) {
                    tie(desk, &second.pointer);
                }
            }
        }
        Body::Absent | Body::Empty | Body::Unsupported => {
            for rule in rules.iter() {
                nothing(desk, &rule.pointer);
            }
        }
    }
}

/// Every path selects something, and something to compare with.
fn examples(desk: &mut Desk<'_>, rules: &RuleSet, example: &Value) {
    for rule in rules.iter() {
        let found = rule.path.select(example);
        let bare = found.iter().any(|(_, value)| is_bare(value));
        let needy = rule.list.matchers.iter().any(Matcher::needs_example_item);
        if found.is_empty() && below_bare(&rule.path, example) || bare && needy {
            let message = "the rule compares items, and the example shows none";
            desk.reject_key(EMPTY_EXAMPLE, &rule.pointer, message);
            continue;
        }
        if found.is_empty() {
            nothing(desk, &rule.pointer);
        }
        for (_, value) in found {
            variants(desk, rule, value);
        }
    }
}

/// The rules of each variant of an `arrayContains`, against the item that they speak of.
fn variants(desk: &mut Desk<'_>, rule: &PathRule, value: &Value) {
    for matcher in &rule.list.matchers {
        let Matcher::ArrayContains(variants) = matcher else {
            continue;
        };
        for variant in variants {
            match value.get(variant.index) {
                Some(item) => {
                    examples(desk, &variant.rules, item);
                    ambiguous(desk, &variant.rules, item, &mut Vec::new());
                }
                None => {
                    let message = "a variant names an item that the example does not show";
                    desk.reject_key(BREAKS_RULE, &rule.pointer, message);
                }
            }
        }
    }
}

fn is_bare(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}

/// Whether the path ends in stars that find nothing because the example is empty there.
fn below_bare(path: &Path, example: &Value) -> bool {
    let starred = path
        .steps
        .iter()
        .rposition(|step| !matches!(step, Step::AnyIndex | Step::Any));
    let kept = starred.map_or(0, |last| last + 1);
    let steps: Vec<_> = path.steps.iter().take(kept).cloned().collect();
    steps.len() < path.steps.len()
        && Path { steps }
            .select(example)
            .iter()
            .any(|(_, value)| is_bare(value))
}

/// Rejects the rule at `pointer`: another one fits as well.
pub fn tie(desk: &mut Desk<'_>, pointer: &str) {
    let message = "another rule fits the same value equally well";
    desk.reject_key("contract/rule-ambiguous", pointer, message);
}

/// No value has two rules that fit it equally well.
pub fn ambiguous(desk: &mut Desk<'_>, rules: &RuleSet, value: &Value, keys: &mut Vec<Key>) {
    if let Some((_, second)) = rules.ambiguous(keys) {
        tie(desk, &second.pointer);
    }
    for (key, _, child) in children("", value) {
        keys.push(key);
        ambiguous(desk, rules, child, keys);
        keys.pop();
    }
}

/// The example obeys its own rules.
pub fn obeys(desk: &mut Desk<'_>, rules: &RuleSet, json: &Json) {
    for mismatch in matching::body(json, rules, &Terms::default(), Side::Response, json) {
        let pointer = mismatch.rule_at.unwrap_or(mismatch.at);
        let message = format!("the example breaks the rule `{}`", mismatch.rule);
        desk.reject_key(BREAKS_RULE, &pointer, &message);
    }
}
