//! Rules against the example that they stand beside: what they select, whether it obeys them, which one wins.
//! Refuses to know how rules are written.

use super::desk::Desk;
use crate::contract::interaction::{Body, Content, Interaction, Json, Query};
use crate::contract::matcher::Matcher;
use crate::contract::matching;
use crate::contract::path::{Key, Path, Step, children};
use crate::contract::rule::{Part, PathRule, RuleSet, Rules};
use crate::contract::terms::{Scope, Side};
use serde_json::Value;

const SELECTS_NOTHING: &str = "contract/rule-selects-nothing";
const BREAKS_RULE: &str = "contract/example-breaks-rule";
const EMPTY_EXAMPLE: &str = "contract/empty-example";

/// Rejects every rule of an interaction that says nothing, contradicts its example, or ties with another.
pub fn lint(desk: &mut Desk<'_>, interaction: &Interaction) {
    let request = &interaction.request;
    let response = &interaction.response;
    names(
        desk,
        &request.rules,
        Part::Header,
        &header_names(&request.headers),
    );
    names(
        desk,
        &request.rules,
        Part::Query,
        &query_names(&request.query),
    );
    names(
        desk,
        &response.rules,
        Part::Header,
        &header_names(&response.headers),
    );
    body(desk, &request.content, &request.rules);
    body(desk, &response.content, &response.rules);
    around(desk, interaction);
    let terms = &interaction.terms;
    let optional = terms.optional.iter().map(|optional| &optional.scope);
    for scope in terms.closed.iter().chain(optional) {
        let content = match scope.side {
            Side::Request => &request.content,
            Side::Response => &response.content,
        };
        selects(desk, scope, content);
    }
}

fn header_names(headers: &[(String, Vec<String>)]) -> Vec<String> {
    headers.iter().map(|(name, _)| name.clone()).collect()
}

fn query_names(query: &Query) -> Vec<String> {
    query.pairs().into_iter().map(|(key, _)| key).collect()
}

/// Rules of headers and queries must name one that the example has.
fn names(desk: &mut Desk<'_>, rules: &Rules, part: Part, known: &[String]) {
    for rule in rules.of(part).iter() {
        let named = match rule.path.steps.first() {
            Some(Step::Name(name)) => known.contains(name),
            _ => false,
        };
        if !named {
            nothing(desk, &rule.pointer);
        }
    }
}

fn nothing(desk: &mut Desk<'_>, pointer: &str) {
    let message = "the path selects nothing in the example";
    desk.reject_key(SELECTS_NOTHING, pointer, message);
}

fn selects(desk: &mut Desk<'_>, scope: &Scope, content: &Content) {
    let found = content
        .body
        .json()
        .is_some_and(|json| !scope.path.select(json.value()).is_empty());
    if !found {
        let message = "the path selects nothing in the example";
        desk.reject(SELECTS_NOTHING, &scope.pointer, message);
    }
}

fn body(desk: &mut Desk<'_>, content: &Content, rules: &Rules) {
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

/// No value has two rules that fit it equally well.
fn ambiguous(desk: &mut Desk<'_>, rules: &RuleSet, value: &Value, keys: &mut Vec<Key>) {
    if let Some((_, second)) = rules.ambiguous(keys) {
        let message = "another rule fits the same value equally well";
        desk.reject_key("contract/rule-ambiguous", &second.pointer, message);
    }
    for (key, _, child) in children("", value) {
        keys.push(key);
        ambiguous(desk, rules, child, keys);
        keys.pop();
    }
}

/// The example obeys its own rules.
fn obeys(desk: &mut Desk<'_>, rules: &RuleSet, json: &Json) {
    let terms = crate::contract::terms::Terms::default();
    for mismatch in matching::body(json, rules, &terms, Side::Response, json) {
        let pointer = mismatch.rule_at.unwrap_or(mismatch.at);
        let message = format!("the example breaks the rule `{}`", mismatch.rule);
        desk.reject_key(BREAKS_RULE, &pointer, &message);
    }
}

/// Path, query, headers and status obey their own rules.
fn around(desk: &mut Desk<'_>, interaction: &Interaction) {
    let request = &interaction.request;
    let target = matching::Target {
        method: &request.method,
        path: &request.path,
        query: request.query.clone(),
    };
    let sent = lines(&request.headers);
    let message = matching::Message {
        headers: &sent,
        body: None,
    };
    let bare = crate::contract::terms::Terms::default();
    let mut found = matching::request(request, &bare, &interaction.pointer, &target, &message);
    let response = &interaction.response;
    let read = lines(&response.headers);
    let message = matching::Message {
        headers: &read,
        body: None,
    };
    let pointer = &interaction.pointer;
    found.extend(matching::response(
        response,
        &bare,
        pointer,
        response.status,
        &message,
    ));
    for mismatch in found.iter().filter(|found| found.part != Part::Body) {
        let pointer = mismatch.rule_at.as_ref().unwrap_or(&mismatch.at);
        let message = format!("the example breaks the rule `{}`", mismatch.rule);
        desk.reject_key(BREAKS_RULE, pointer, &message);
    }
}

fn lines(headers: &[(String, Vec<String>)]) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, values)| (name.clone(), values.join(", ")))
        .collect()
}
