//! Matching rules as a file writes them, in the flat and in the layered form.
//! Refuses to know the example that the rules speak of.

use super::desk::{Desk, Members, Node};
use super::matcher;
use crate::contract::interaction::Edition;
use crate::contract::path::{Grammar, Path, Step};
use crate::contract::rule::{Combine, Part, PathRule, RuleList, RuleSet, Rules};
use serde_json::Value;

const UNKNOWN: &str = "contract/unknown-matcher";
const BAD_PATH: &str = "contract/bad-path";

/// The member `matchingRules` of a request or response.
pub fn rules<'d>(
    desk: &mut Desk<'d>,
    side: &Members<'d>,
    edition: Edition,
    parts: &[Part],
) -> Rules {
    let mut rules = Rules::default();
    let Some(members) = side
        .get("matchingRules")
        .filter(|node| !node.value.is_null())
        .and_then(|node| desk.object(&node))
    else {
        return rules;
    };
    match edition {
        Edition::V1 | Edition::V1_1 | Edition::V2 => flat(desk, &members, parts, &mut rules),
        Edition::V3 | Edition::V4 => layered(desk, &members, parts, &mut rules),
    }
    rules
}

/// `{"$.body.a": {matcher}}`.
fn flat<'d>(desk: &mut Desk<'d>, members: &Members<'d>, parts: &[Part], rules: &mut Rules) {
    for (key, node) in members.each() {
        let Some(path) = Path::parse(key, Grammar::Plain) else {
            desk.reject_key(BAD_PATH, &node.pointer, "this is no path");
            continue;
        };
        let mut steps = path.steps.into_iter();
        let part = match steps.next() {
            Some(Step::Name(name)) => category(&name, parts),
            _ => None,
        };
        let Some(part) = part else {
            desk.reject_key(
                UNKNOWN,
                &node.pointer,
                "no part of the message has this name",
            );
            continue;
        };
        let path = named(
            part,
            Path {
                steps: steps.collect(),
            },
        );
        if let Some(matcher) = matcher::matcher(desk, &node) {
            let list = RuleList {
                matchers: vec![matcher],
                combine: Combine::And,
            };
            rules.add(
                part,
                PathRule {
                    path,
                    list,
                    pointer: node.pointer,
                },
            );
        }
    }
}

/// `{"body": {"$.a": {"matchers": [..]}}}`.
fn layered<'d>(desk: &mut Desk<'d>, members: &Members<'d>, parts: &[Part], rules: &mut Rules) {
    for (key, node) in members.each() {
        let Some(part) = category(key, parts) else {
            desk.reject_key(UNKNOWN, &node.pointer, "no category of rules has this name");
            continue;
        };
        let Some(group) = desk.object(&node) else {
            continue;
        };
        if matches!(part, Part::Path | Part::Status) && group.get("matchers").is_some() {
            add_list(desk, rules, part, Path::default(), &node);
            continue;
        }
        for (key, node) in group.each() {
            match path(part, key) {
                Some(path) => add_list(desk, rules, part, path, &node),
                None => desk.reject_key(BAD_PATH, &node.pointer, "this is no path"),
            }
        }
    }
}

/// Rules of an `arrayContains` variant: paths from the item on.
pub fn variant_rules<'d>(desk: &mut Desk<'d>, node: &Node<'d>) -> RuleSet {
    let mut rules = Rules::default();
    if let Some(members) = desk.object(node) {
        for (key, node) in members.each() {
            match Path::parse(key, Grammar::Plain) {
                Some(path) => add_list(desk, &mut rules, Part::Body, path, &node),
                None => desk.reject_key(BAD_PATH, &node.pointer, "this is no path"),
            }
        }
    }
    rules.of(Part::Body).clone()
}

fn add_list<'d>(desk: &mut Desk<'d>, rules: &mut Rules, part: Part, path: Path, node: &Node<'d>) {
    if let Some(list) = list(desk, node) {
        let pointer = node.pointer.clone();
        rules.add(
            part,
            PathRule {
                path,
                list,
                pointer,
            },
        );
    }
}

fn list<'d>(desk: &mut Desk<'d>, node: &Node<'d>) -> Option<RuleList> {
    let members = desk.object(node)?;
    desk.only(&members, UNKNOWN, &["matchers", "combine"]);
    let combine = match members.get("combine") {
        None => Combine::And,
        Some(node) => match node.value {
            Value::String(word) if word.eq_ignore_ascii_case("and") => Combine::And,
            Value::String(word) if word.eq_ignore_ascii_case("or") => Combine::Or,
            _ => {
                desk.reject(UNKNOWN, &node.pointer, "matchers join with AND or with OR");
                return None;
            }
        },
    };
    let Some(list) = members.get("matchers") else {
        desk.reject(
            UNKNOWN,
            &node.pointer,
            "the attribute `matchers` is missing",
        );
        return None;
    };
    let matchers: Vec<_> = desk
        .items(&list)
        .iter()
        .filter_map(|node| matcher::matcher(desk, node))
        .collect();
    if list.value.as_array().is_some_and(Vec::is_empty) {
        desk.reject(UNKNOWN, &list.pointer, "a rule has at least one matcher");
    }
    (!matchers.is_empty()).then_some(RuleList { matchers, combine })
}

/// The part that a category speaks of, among those that this side has.
pub fn category(name: &str, parts: &[Part]) -> Option<Part> {
    let part = match name {
        "body" | "content" => Part::Body,
        "contents" if parts.contains(&Part::Metadata) => Part::Body,
        "header" | "headers" => Part::Header,
        "query" => Part::Query,
        "path" => Part::Path,
        "status" => Part::Status,
        "metadata" => Part::Metadata,
        _ => return None,
    };
    parts.contains(&part).then_some(part)
}

/// The path that a category of this part writes as `key`.
pub fn path(part: Part, key: &str) -> Option<Path> {
    match part {
        Part::Header | Part::Query | Part::Metadata if !key.starts_with('$') => {
            Some(named(part, Path::named(key)))
        }
        Part::Header | Part::Query => Some(named(part, Path::parse(key, Grammar::Plain)?)),
        Part::Path | Part::Status => (key == "$" || key.is_empty()).then(Path::default),
        Part::Body | Part::Method | Part::Metadata => Path::parse(key, Grammar::Plain),
    }
}

/// Header names have no case.
fn named(part: Part, mut path: Path) -> Path {
    if part == Part::Header
        && let Some(Step::Name(name)) = path.steps.first_mut()
    {
        *name = name.to_ascii_lowercase();
    }
    path
}
