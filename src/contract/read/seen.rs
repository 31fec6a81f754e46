//! What was seen, as a line of a batch writes it: the other half of a published test case.
//! Refuses to know what was expected.

use super::desk::{Desk, Members, Node};
use super::side;
use crate::contract::interaction::{Edition, Json, Query};
use serde_json::Value;
use wire::json::{Document, Limits};

/// A request, an answer or a message that was seen.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    pub path: String,
    pub query: Query,
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub metadata: Option<Json>,
    pub body: SeenBody,
}

/// A body that was seen.
#[derive(Clone, Debug)]
pub enum SeenBody {
    Absent,
    Json(Json),
    /// In an encoding that is not taken apart.
    Encoded,
}

const WRAPPER: [&str; 4] = ["content", "contentType", "contentTypeHint", "encoded"];

/// What `node` says was seen; members of other kinds of messages are passed over, as in the published cases.
pub fn seen<'d>(desk: &mut Desk<'d>, node: &Node<'d>, edition: Edition) -> Option<Seen> {
    let before = desk.count();
    let members = desk.object(node)?;
    let text = |desk: &mut Desk<'d>, key, default: &str| {
        let found = members.get(key).and_then(|node| desk.text(&node));
        found.unwrap_or(default).to_owned()
    };
    let method = text(desk, "method", "GET");
    let path = text(desk, "path", "/");
    let query = side::query(desk, &members, edition);
    let status = side::status(desk, &members);
    let mut headers = lines(side::headers(desk, &members));
    let body = members.get("body").or_else(|| members.get("contents"));
    let (body, media) = body.map_or((SeenBody::Absent, None), |node| {
        body_of(desk, node, edition)
    });
    let typed = headers.iter().any(|(name, _)| name == "content-type");
    let media = media.filter(|_| !typed);
    headers.extend(media.map(|media| ("content-type".to_owned(), media)));
    let metadata = metadata(desk, &members);
    (desk.count() == before).then_some(Seen {
        method,
        path,
        query,
        status,
        headers,
        metadata,
        body,
    })
}

fn lines(headers: Vec<(String, Vec<String>)>) -> Vec<(String, String)> {
    let each = |(name, values): (String, Vec<String>)| {
        values.into_iter().map(move |value| (name.clone(), value))
    };
    headers.into_iter().flat_map(each).collect()
}

fn metadata<'d>(desk: &mut Desk<'d>, members: &Members<'d>) -> Option<Json> {
    let node = members
        .get("metadata")
        .or_else(|| members.get("metaData"))
        .filter(|node| !node.value.is_null())?;
    desk.object(&node)?;
    Some(part(desk, node))
}

fn part<'d>(desk: &Desk<'d>, node: Node<'d>) -> Json {
    Json {
        document: desk.document.clone(),
        base: node.pointer,
        outer: None,
    }
}

/// The body and the media type that is written beside it.
///
/// Shape: the fourth edition wraps bodies; what is no wrapper stands for itself, as on the wire
fn body_of<'d>(
    desk: &mut Desk<'d>,
    node: Node<'d>,
    edition: Edition,
) -> (SeenBody, Option<String>) {
    let is_wrapper = |members: &serde_json::Map<String, Value>| {
        members.contains_key("content") && members.keys().all(|key| WRAPPER.contains(&key.as_str()))
    };
    let wrapped = edition == Edition::V4 && node.value.as_object().is_some_and(is_wrapper);
    if !wrapped {
        return (SeenBody::Json(part(desk, node)), None);
    }
    let Some(members) = desk.object(&node) else {
        return (SeenBody::Absent, None);
    };
    let media = members.get("contentType");
    let media = media.and_then(|node| desk.text(&node)).map(str::to_owned);
    let Some(content) = members.get("content") else {
        return (SeenBody::Absent, media);
    };
    let body = match members.get("encoded").map(|node| node.value) {
        None | Some(Value::Bool(false)) => SeenBody::Json(part(desk, content)),
        Some(Value::String(word)) if word.eq_ignore_ascii_case("json") => quoted(desk, &content),
        Some(_) => SeenBody::Encoded,
    };
    (body, media)
}

fn quoted<'d>(desk: &mut Desk<'d>, node: &Node<'d>) -> SeenBody {
    let Some(text) = desk.text(node) else {
        return SeenBody::Absent;
    };
    match Document::parse(text.as_bytes(), &Limits::PAYLOAD) {
        Ok(document) => SeenBody::Json(Json::whole(document)),
        Err(_) => {
            desk.wrong_type(&node.pointer, "a string that holds one JSON document");
            SeenBody::Absent
        }
    }
}
