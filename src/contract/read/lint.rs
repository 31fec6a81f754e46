//! An interaction against itself: rules, generators and places of our group beside the example that they speak of.
//! Refuses to know how any of them is written.

use super::desk::Desk;
use super::example;
use crate::contract::generator::Generated;
use crate::contract::interaction::{Body, Content, Interaction, Query};
use crate::contract::matching;
use crate::contract::message::MessageExpectation;
use crate::contract::path::{Key, Path, Step};
use crate::contract::plan::form_text;
use crate::contract::rule::{Part, RuleSet, Rules};
use crate::contract::terms::{Scope, Side, Terms};

const SELECTS_NOTHING: &str = "contract/rule-selects-nothing";
const BREAKS_RULE: &str = "contract/example-breaks-rule";

/// Rejects every rule of an interaction that says nothing, contradicts its example, or ties with another.
pub fn interaction(desk: &mut Desk<'_>, interaction: &Interaction) {
    let request = &interaction.request;
    let response = &interaction.response;
    let sent = header_names(&request.headers);
    let asked = query_names(&request.query);
    let read = header_names(&response.headers);
    only_named(desk, request.rules.of(Part::Header), &sent);
    only_named(desk, request.rules.of(Part::Query), &asked);
    only_named(desk, response.rules.of(Part::Header), &read);
    one_each(desk, &request.rules, &sent, &asked);
    one_each(desk, &response.rules, &read, &[]);
    example::body(desk, &request.content, &request.rules);
    example::body(desk, &response.content, &response.rules);
    for generated in &request.generators.list {
        let is_query = generated.part == Part::Query;
        let known = if is_query { &asked } else { &sent };
        planted(desk, generated, &request.content, known);
    }
    for generated in &response.generators.list {
        planted(desk, generated, &response.content, &read);
    }
    around(desk, interaction);
    places(desk, &interaction.terms, |side| match side {
        Side::Request => &request.content,
        Side::Response => &response.content,
    });
}

/// The same of a message.
pub fn message(desk: &mut Desk<'_>, message: &MessageExpectation) {
    let event = &message.event;
    let metadata = event.metadata.as_ref();
    let known: Vec<String> = metadata
        .and_then(|json| json.value().as_object())
        .map(|members| members.keys().cloned().collect())
        .unwrap_or_default();
    let rules = event.rules.of(Part::Metadata);
    let before = desk.count();
    only_named(desk, rules, &known);
    if let Some(json) = metadata.filter(|_| desk.count() == before) {
        example::ambiguous(desk, rules, json.value(), &mut Vec::new());
        example::obeys(desk, rules, json);
    }
    example::body(desk, &event.content, &event.rules);
    for generated in &event.generators.list {
        planted(desk, generated, &event.content, &known);
    }
    places(desk, &message.terms, |_| &event.content);
}

/// No header, key of the query, path or status has two rules that fit it equally well.
fn one_each(desk: &mut Desk<'_>, rules: &Rules, headers: &[String], query: &[String]) {
    let whole = [Part::Path, Part::Status].map(|part| (part, Vec::new()));
    let named = |part: Part, names: &[String]| -> Vec<(Part, Vec<Key>)> {
        names
            .iter()
            .map(|name| (part, vec![Key::Name(name.clone())]))
            .collect()
    };
    let named = [named(Part::Header, headers), named(Part::Query, query)].concat();
    for (part, keys) in whole.into_iter().chain(named) {
        if let Some((_, second)) = rules.of(part).ambiguous(&keys) {
            example::tie(desk, &second.pointer);
        }
    }
}

/// What our group names in a body is there in the example.
fn places<'c>(desk: &mut Desk<'_>, terms: &Terms, content: impl Fn(Side) -> &'c Content) {
    let optional = terms.optional.iter().map(|optional| &optional.scope);
    for scope in terms.closed.iter().chain(optional) {
        selects(desk, scope, content(scope.side));
    }
    let Some(history) = &terms.history else {
        return;
    };
    if let Some(path) = &history.marker {
        let scope = Scope {
            side: Side::Response,
            path: path.clone(),
            pointer: format!("{}/marker", history.pointer),
        };
        selects(desk, &scope, content(Side::Response));
    }
}

fn header_names(headers: &[(String, Vec<String>)]) -> Vec<String> {
    headers.iter().map(|(name, _)| name.clone()).collect()
}

fn query_names(query: &Query) -> Vec<String> {
    query.pairs().into_iter().map(|(key, _)| key).collect()
}

/// Rules of headers, queries, forms and metadata must name one that the example has.
pub fn only_named(desk: &mut Desk<'_>, rules: &RuleSet, known: &[String]) {
    for rule in rules.iter() {
        if !is_named(&rule.path, known) {
            nothing(desk, &rule.pointer);
        }
    }
}

/// Whether the first step of a path is one of these names.
fn is_named(path: &Path, known: &[String]) -> bool {
    match path.steps.first() {
        Some(Step::Name(name)) => known.contains(name),
        _ => false,
    }
}

/// Rejects the path at `pointer`: it selects nothing.
pub fn nothing(desk: &mut Desk<'_>, pointer: &str) {
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

/// A generator must have a value of the example to put its own in place of.
fn planted(desk: &mut Desk<'_>, generated: &Generated, content: &Content, known: &[String]) {
    let found = match generated.part {
        Part::Path | Part::Status | Part::Method => true,
        Part::Header | Part::Query | Part::Metadata => is_named(&generated.path, known),
        Part::Body => match &content.body {
            Body::Json(json) => !generated.path.select(json.value()).is_empty(),
            Body::Form(keys) => keys
                .iter()
                .any(|(key, _)| is_named(&generated.path, std::slice::from_ref(key))),
            Body::Text(_) => generated.path.steps.is_empty(),
            Body::Absent | Body::Empty | Body::Unsupported => false,
        },
    };
    if !found {
        nothing(desk, &generated.pointer);
    }
}

/// Path, query, headers, status, and bodies that are no JSON, obey their own rules.
fn around(desk: &mut Desk<'_>, interaction: &Interaction) {
    let request = &interaction.request;
    let response = &interaction.response;
    let pointer = &interaction.pointer;
    let bare = Terms::default();
    let target = matching::Target {
        method: &request.method,
        path: &request.path,
        query: request.query.clone(),
    };
    let (headers, body) = (lines(&request.headers), flat(&request.content));
    let message = matching::Message {
        headers: &headers,
        body: body.as_deref(),
    };
    let mut found = matching::request(request, &bare, pointer, &target, &message);
    found.retain(|found| found.part != Part::Body || body.is_some());
    let (headers, body) = (lines(&response.headers), flat(&response.content));
    let message = matching::Message {
        headers: &headers,
        body: body.as_deref(),
    };
    let read = matching::response(response, &bare, pointer, response.status, &message);
    found.extend(
        read.into_iter()
            .filter(|found| found.part != Part::Body || body.is_some()),
    );
    for mismatch in &found {
        let pointer = mismatch.rule_at.as_ref().unwrap_or(&mismatch.at);
        let message = format!("the example breaks the rule `{}`", mismatch.rule);
        desk.reject_key(BREAKS_RULE, pointer, &message);
    }
}

/// The bytes of a body that is text or a form.
fn flat(content: &Content) -> Option<Vec<u8>> {
    match &content.body {
        Body::Text(text) => Some(text.clone().into_bytes()),
        Body::Form(keys) => Some(form_text(keys).into_bytes()),
        Body::Absent | Body::Empty | Body::Json(_) | Body::Unsupported => None,
    }
}

fn lines(headers: &[(String, Vec<String>)]) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, values)| (name.clone(), values.join(", ")))
        .collect()
}
