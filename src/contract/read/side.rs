//! The request and the response of an interaction, as a file writes them.
//! Refuses to know our own groups.

use super::desk::{Desk, Members, Node};
use super::rules::rules;
use crate::contract::interaction::{Body, Content, Edition, Json, Query, Request, Response};
use crate::contract::terms::{Side, parts};
use serde_json::Value;
use wire::json::{Document, Limits};

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
    desk.only(&members, UNKNOWN_KEY, &known);
    let before = desk.count();
    let method = optional_text(desk, &members, "method")
        .unwrap_or("GET")
        .to_owned();
    let path = optional_text(desk, &members, "path")
        .unwrap_or("/")
        .to_owned();
    let query = query(desk, &members, edition);
    let headers = headers(desk, &members);
    let content = content(desk, &members, edition, &headers);
    let rules = rules(desk, &members, edition, parts(Side::Request));
    generators(desk, &members);
    (desk.count() == before).then_some(Request {
        method,
        path,
        query,
        headers,
        content,
        rules,
    })
}

/// The response that `node` writes.
pub fn response<'d>(desk: &mut Desk<'d>, node: &Node<'d>, edition: Edition) -> Option<Response> {
    let members = desk.object(node)?;
    let known = ["status", "headers", "body", "matchingRules", "generators"];
    desk.only(&members, UNKNOWN_KEY, &known);
    let before = desk.count();
    let status = status(desk, &members);
    let headers = headers(desk, &members);
    let content = content(desk, &members, edition, &headers);
    let rules = rules(desk, &members, edition, parts(Side::Response));
    generators(desk, &members);
    (desk.count() == before).then_some(Response {
        status,
        headers,
        content,
        rules,
    })
}

fn generators<'d>(desk: &mut Desk<'d>, members: &Members<'d>) {
    if let Some(node) = members.get("generators") {
        super::generators(desk, &node);
    }
}

fn optional_text<'d>(desk: &mut Desk<'d>, members: &Members<'d>, key: &str) -> Option<&'d str> {
    let node = members.get(key)?;
    desk.text(&node)
}

fn status<'d>(desk: &mut Desk<'d>, members: &Members<'d>) -> u16 {
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

fn query<'d>(desk: &mut Desk<'d>, members: &Members<'d>, edition: Edition) -> Query {
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
fn headers<'d>(desk: &mut Desk<'d>, members: &Members<'d>) -> Vec<(String, Vec<String>)> {
    let node = members.get("headers").filter(|node| !node.value.is_null());
    let Some(members) = node.and_then(|node| desk.object(&node)) else {
        return Vec::new();
    };
    members
        .each()
        .map(|(key, node)| (key.to_ascii_lowercase(), texts(desk, &node)))
        .collect()
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

fn content<'d>(
    desk: &mut Desk<'d>,
    members: &Members<'d>,
    edition: Edition,
    headers: &[(String, Vec<String>)],
) -> Content {
    let header = headers
        .iter()
        .find(|(name, _)| name == "content-type")
        .and_then(|(_, values)| values.first().cloned());
    let Some(node) = members.get("body") else {
        return Content {
            media: header,
            body: Body::Absent,
        };
    };
    if edition == Edition::V4 {
        return wrapped(desk, &node, header);
    }
    let body = plain(desk, &node, header.as_deref());
    Content {
        media: header,
        body,
    }
}

/// `{contentType, encoded, content}` of the fourth edition.
fn wrapped<'d>(desk: &mut Desk<'d>, node: &Node<'d>, header: Option<String>) -> Content {
    let nothing = |media| Content {
        media,
        body: Body::Absent,
    };
    if node.value.is_null() {
        return Content {
            media: header,
            body: Body::Empty,
        };
    }
    let Some(members) = desk.object(node) else {
        return nothing(header);
    };
    let known = ["content", "contentType", "contentTypeHint", "encoded"];
    desk.only(&members, UNKNOWN_KEY, &known);
    let media = optional_text(desk, &members, "contentType").map(str::to_owned);
    let media = media.or(header);
    let Some(content) = members.get("content") else {
        if members.each().next().is_some() {
            desk.need(&members, "content");
        }
        return nothing(media);
    };
    let body = match members.get("encoded").map(|node| (node.value, node)) {
        None | Some((Value::Bool(false), _)) => plain(desk, &content, media.as_deref()),
        Some((Value::String(word), _)) if word.eq_ignore_ascii_case("json") => {
            quoted(desk, &content)
        }
        Some((Value::String(_) | Value::Bool(true), node)) => {
            unsupported(desk, &node.pointer, "a body in this encoding")
        }
        Some((_, node)) => {
            desk.wrong_type(&node.pointer, "false or the name of an encoding");
            Body::Absent
        }
    };
    Content { media, body }
}

fn plain<'d>(desk: &mut Desk<'d>, node: &Node<'d>, media: Option<&str>) -> Body {
    match (node.value, language(media)) {
        (Value::Null, _) => Body::Empty,
        (Value::String(text), _) if text.is_empty() => Body::Empty,
        (_, Language::Other) => unsupported(desk, &node.pointer, "a body in this language"),
        (Value::String(text), Language::Json) if media.is_none() && text.starts_with('<') => {
            unsupported(desk, &node.pointer, "a body that looks like XML")
        }
        (Value::String(text), Language::Text) => Body::Text(text.clone()),
        (_, Language::Json) => Body::Json(Json {
            document: desk.document.clone(),
            base: node.pointer.clone(),
            outer: None,
        }),
        (_, Language::Text) => {
            desk.wrong_type(&node.pointer, "a string");
            Body::Absent
        }
    }
}

/// JSON that stands as a string in the file.
fn quoted<'d>(desk: &mut Desk<'d>, node: &Node<'d>) -> Body {
    let Some(text) = desk.text(node) else {
        return Body::Absent;
    };
    match Document::parse(text.as_bytes(), &Limits::FILE) {
        Ok(document) => Body::Json(Json {
            document,
            base: String::new(),
            outer: Some(node.pointer.clone()),
        }),
        Err(_) => {
            desk.wrong_type(&node.pointer, "a string that holds one JSON document");
            Body::Absent
        }
    }
}

fn unsupported(desk: &mut Desk<'_>, pointer: &str, what: &str) -> Body {
    let message = format!("{what} is not judged");
    desk.reject("contract/unsupported-content", pointer, &message);
    Body::Unsupported
}

/// What a body is written in.
enum Language {
    Json,
    Text,
    Other,
}

/// By media type; JSON where there is none.
fn language(media: Option<&str>) -> Language {
    let Some(media) = media else {
        return Language::Json;
    };
    let essence = media
        .split(';')
        .next()
        .unwrap_or("")
        .trim()
        .to_ascii_lowercase();
    if essence.ends_with("/json") || essence.ends_with("+json") {
        Language::Json
    } else if essence.starts_with("text/") && essence != "text/xml" {
        Language::Text
    } else {
        Language::Other
    }
}
