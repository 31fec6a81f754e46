//! The request and the response of an interaction, as a file writes them.
//! Refuses to know our own groups.

use super::content::content;
use super::desk::{Desk, Members, Node};
use super::generators::generators;
use super::rules::rules;
use crate::contract::interaction::{Edition, Query, Request, Response};
use crate::contract::terms::{Side, parts};
use serde_json::Value;

const UNKNOWN_KEY: &str = "contract/unknown-key";

/// The request that `node` writes.
pub fn request<'d>(desk: &mut Desk<'d>, node: &Node<'d>, edition: Edition) -> Option<Request> {
    let members = desk.object(node)?;
    let known = [
        "method",
        "path",
        "query",
        "headers",
        "body",
        "matchingRules",
        "generators",
    ];
    desk.only(&members, UNKNOWN_KEY, of_edition(&known, edition));
    let before = desk.count();
    let method = optional_text(desk, &members, "method")
        .unwrap_or("GET")
        .to_owned();
    let path = optional_text(desk, &members, "path")
        .unwrap_or("/")
        .to_owned();
    let query = query(desk, &members, edition);
    let headers = headers(desk, &members);
    let content = content(desk, members.get("body"), edition, media(&headers));
    let rules = rules(desk, &members, edition, parts(Side::Request));
    let generators = generators(desk, &members, parts(Side::Request));
    (desk.count() == before).then_some(Request {
        method,
        path,
        query,
        headers,
        content,
        rules,
        generators,
    })
}

/// The response that `node` writes.
pub fn response<'d>(desk: &mut Desk<'d>, node: &Node<'d>, edition: Edition) -> Option<Response> {
    let members = desk.object(node)?;
    let known = ["status", "headers", "body", "matchingRules", "generators"];
    desk.only(&members, UNKNOWN_KEY, of_edition(&known, edition));
    let before = desk.count();
    let status = status(desk, &members);
    let headers = headers(desk, &members);
    let content = content(desk, members.get("body"), edition, media(&headers));
    let rules = rules(desk, &members, edition, parts(Side::Response));
    let generators = generators(desk, &members, parts(Side::Response));
    (desk.count() == before).then_some(Response {
        status,
        headers,
        content,
        rules,
        generators,
    })
}

/// Generators, the last member, came with the third edition.
fn of_edition<'k>(known: &'k [&'k str], edition: Edition) -> &'k [&'k str] {
    match (edition, known) {
        (Edition::V1 | Edition::V1_1 | Edition::V2, [earlier @ .., _]) => earlier,
        _ => known,
    }
}

fn optional_text<'d>(desk: &mut Desk<'d>, members: &Members<'d>, key: &str) -> Option<&'d str> {
    let node = members.get(key)?;
    desk.text(&node)
}

pub fn status<'d>(desk: &mut Desk<'d>, members: &Members<'d>) -> u16 {
    let Some(node) = members.get("status") else {
        return 200;
    };
    let status = node
        .value
        .as_u64()
        .and_then(|code| u16::try_from(code).ok());
    let status = status.filter(|code| (100..600).contains(code));
    if status.is_none() {
        desk.wrong_type(&node.pointer, "a status code from 100 to 599");
    }
    status.unwrap_or(200)
}

pub fn query<'d>(desk: &mut Desk<'d>, members: &Members<'d>, edition: Edition) -> Query {
    let Some(node) = members.get("query") else {
        return Query::of_text("", edition);
    };
    if let Value::String(text) = node.value
        && edition < Edition::V4
    {
        return Query::of_text(text, edition);
    }
    let Some(members) = desk.object(&node) else {
        return Query::of_text("", edition);
    };
    let keys = members
        .each()
        .map(|(key, node)| (key.to_owned(), texts(desk, &node)));
    Query::ByKey(keys.collect())
}

/// Name in lower case and its values: one text or a list of texts.
pub fn headers<'d>(desk: &mut Desk<'d>, members: &Members<'d>) -> Vec<(String, Vec<String>)> {
    let node = members.get("headers").filter(|node| !node.value.is_null());
    let Some(members) = node.and_then(|node| desk.object(&node)) else {
        return Vec::new();
    };
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    for (key, node) in members.each() {
        let name = key.to_ascii_lowercase();
        if found.iter().any(|(known, _)| *known == name) {
            let message = "another header has this name in other letters";
            desk.reject_key("contract/duplicate-key", &node.pointer, message);
        }
        found.push((name, texts(desk, &node)));
    }
    found
}

fn texts<'d>(desk: &mut Desk<'d>, node: &Node<'d>) -> Vec<String> {
    if let Value::String(text) = node.value {
        return vec![text.clone()];
    }
    let nodes = desk.items(node);
    nodes
        .iter()
        .filter_map(|node| desk.text(node).map(str::to_owned))
        .collect()
}

/// The media type that headers name.
fn media(headers: &[(String, Vec<String>)]) -> Option<String> {
    headers
        .iter()
        .find(|(name, _)| name == "content-type")
        .and_then(|(_, values)| values.first().cloned())
}
