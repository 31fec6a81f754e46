//! The request of an interaction, part by part, and as it is sent.
//! Refuses to know where the values of its parts come from.

use super::super::interaction::{Body, Interaction};
use crate::model::HttpRequest;
use serde_json::Value;

/// Under which name a client says that two requests are the same one.
///
/// Source: draft-ietf-httpapi-idempotency-key-header, section 2
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// A request whose parts may still change.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    pub method: String,
    pub path: String,
    pub query: Vec<(String, String)>,
    /// Name in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Payload,
}

/// What the body of a draft is written from.
#[derive(Clone, Debug, PartialEq)]
pub enum Payload {
    Json(Value),
    Text(String),
    Form(Vec<(String, String)>),
    Nothing,
}

impl Draft {
    /// The request as the example shows it, with `body` in place of its own JSON.
    pub fn of(interaction: &Interaction, body: Option<&Value>) -> Self {
        let request = &interaction.request;
        let mut headers: Vec<(String, String)> = request
            .headers
            .iter()
            .map(|(name, values)| (name.clone(), values.join(", ")))
            .collect();
        let has = |headers: &[(String, String)], name| headers.iter().any(|(own, _)| own == name);
        let body = match (body, &request.content.body) {
            (Some(body), _) => Payload::Json(body.clone()),
            (None, Body::Json(json)) => Payload::Json(json.value().clone()),
            (None, Body::Text(text)) => Payload::Text(text.clone()),
            (None, Body::Form(keys)) => Payload::Form(flat(keys)),
            (None, Body::Absent | Body::Empty | Body::Unsupported) => Payload::Nothing,
        };
        if body != Payload::Nothing
            && !has(&headers, "content-type")
            && let Some(media) = &request.content.media
        {
            headers.push(("content-type".to_owned(), media.clone()));
        }
        if let Some(key) = &interaction.terms.idempotency_key
            && !has(&headers, IDEMPOTENCY_KEY)
        {
            headers.push((IDEMPOTENCY_KEY.to_owned(), key.clone()));
        }
        Self {
            method: request.method.to_ascii_uppercase(),
            path: request.path.clone(),
            query: request.query.pairs(),
            headers,
            body,
        }
    }

    /// The request as it is sent.
    pub fn http(&self) -> HttpRequest {
        HttpRequest {
            method: self.method.clone(),
            path: format!("{}{}", self.path, self.query()),
            headers: self.headers.clone(),
            body: match &self.body {
                Payload::Json(value) => value.to_string().into_bytes(),
                Payload::Text(text) => text.clone().into_bytes(),
                Payload::Form(pairs) => written(pairs).into_bytes(),
                Payload::Nothing => Vec::new(),
            },
        }
    }

    fn query(&self) -> String {
        match self.query.is_empty() {
            true => String::new(),
            false => format!("?{}", written(&self.query)),
        }
    }
}

/// A form as it travels: `key=value`, escaped.
pub fn form_text(keys: &[(String, Vec<String>)]) -> String {
    written(&flat(keys))
}

fn flat(keys: &[(String, Vec<String>)]) -> Vec<(String, String)> {
    keys.iter()
        .flat_map(|(key, values)| values.iter().map(|value| (key.clone(), value.clone())))
        .collect()
}

/// `key=value&key=value`, escaped.
fn written(pairs: &[(String, String)]) -> String {
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(key, value)| format!("{}={}", encoded(key), encoded(value)))
        .collect();
    pairs.join("&")
}

/// Source: RFC 3986, section 2.3: everything but unreserved characters is escaped
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
