//! Bodies as a file writes them: JSON, text and forms, wrapped or plain.
//! Refuses every language and encoding that is not judged.

use super::desk::{Desk, Node};
use crate::contract::interaction::{Body, Content, Edition, Json, Query};
use crate::contract::language::Language;
use serde_json::Value;
use wire::json::{Document, Limits};

const UNKNOWN_KEY: &str = "contract/unknown-key";

/// The body at `node`; `header` is the media type that is named outside it.
pub fn content<'d>(
    desk: &mut Desk<'d>,
    node: Option<Node<'d>>,
    edition: Edition,
    header: Option<String>,
) -> Content {
    let Some(node) = node else {
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
    let media = members.get("contentType");
    let media = media.and_then(|node| desk.text(&node)).map(str::to_owned);
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
    match (node.value, media.map_or(Language::Json, Language::of)) {
        (Value::Null, _) => Body::Empty,
        (Value::String(text), _) if text.is_empty() => Body::Empty,
        (_, Language::Other) => unsupported(desk, &node.pointer, "a body in this language"),
        (Value::String(text), Language::Json) if media.is_none() && text.starts_with('<') => {
            unsupported(desk, &node.pointer, "a body that looks like XML")
        }
        (Value::String(text), Language::Text) => Body::Text(text.clone()),
        (Value::String(text), Language::Form) => form(text),
        (_, Language::Json) => Body::Json(Json {
            document: desk.document.clone(),
            base: node.pointer.clone(),
            outer: None,
        }),
        (_, Language::Text | Language::Form) => {
            desk.wrong_type(&node.pointer, "a string");
            Body::Absent
        }
    }
}

/// `a=1&b=2`, values by key.
fn form(text: &str) -> Body {
    match Query::of_text(text, Edition::V4) {
        Query::ByKey(keys) => Body::Form(keys),
        Query::Ordered(pairs) => {
            let single = |(key, value)| (key, vec![value]);
            Body::Form(pairs.into_iter().map(single).collect())
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
    desk.unsupported(pointer, what);
    Body::Unsupported
}
