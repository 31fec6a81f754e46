//! Traffic as tools keep it: HAR, or one exchange a line.
//! Refuses what is no exchange, by its number and in fixed words: the file is full of what must not be told.

use serde_json::{Map, Value};
use wire::json::{Document, Limits};

/// How recorded traffic is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// HTTP Archive 1.2.
    Har,
    /// One JSON object a line: `{request, response}`.
    Lines,
}

/// One exchange that was recorded.
#[derive(Clone, Debug)]
pub struct Taken {
    pub method: String,
    /// Segments, percent-encoded as they came.
    pub path: Vec<String>,
    pub query: Vec<(String, String)>,
    pub request: Carried,
    pub status: u16,
    pub response: Carried,
}

/// What a request or an answer carried.
#[derive(Clone, Debug, Default)]
pub struct Carried {
    pub headers: Vec<(String, String)>,
    pub body: Cargo,
}

/// A body as far as it can be drafted.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cargo {
    #[default]
    None,
    Json(Value),
    /// No JSON; kept only to know its text again.
    Other(String),
}

/// Why traffic cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {why}")]
pub struct Unread {
    /// `line 7` or `entry 7`.
    pub place: String,
    pub why: &'static str,
}

/// Every exchange of a file.
///
/// Errors: the first line or entry that is no exchange
pub fn exchanges(bytes: &[u8], notation: Notation) -> Result<Vec<Taken>, Unread> {
    match notation {
        Notation::Har => har(bytes),
        Notation::Lines => lines(bytes),
    }
}

fn lines(bytes: &[u8]) -> Result<Vec<Taken>, Unread> {
    let filled = bytes
        .split(|byte| *byte == b'\n')
        .enumerate()
        .filter(|(_, line)| !line.trim_ascii().is_empty());
    filled
        .map(|(index, line)| {
            let failed = |why| Unread {
                place: format!("line {}", index + 1),
                why,
            };
            let document = Document::parse(line.trim_ascii(), &Limits::PAYLOAD);
            let document = document.map_err(|_| failed("this is no JSON document"))?;
            line_exchange(document.value()).map_err(failed)
        })
        .collect()
}

fn line_exchange(value: &Value) -> Result<Taken, &'static str> {
    let request = member(value, "request")?;
    let response = member(value, "response")?;
    let (path, mut query) = target(text(request, "path")?);
    match request.get("query") {
        None | Some(Value::Null) => {}
        Some(Value::String(text)) => query.extend(pairs(text)),
        Some(Value::Object(keys)) => query.extend(listed(keys)),
        Some(_) => return Err("a query is a text or an object"),
    }
    Ok(Taken {
        method: text(request, "method")?.to_owned(),
        path,
        query,
        request: carried(request)?,
        status: status(response)?,
        response: carried(response)?,
    })
}

fn carried(side: &Value) -> Result<Carried, &'static str> {
    let headers = match side.get("headers") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Object(members)) => listed(members),
        Some(_) => return Err("headers are an object"),
    };
    let body = match side.get("body") {
        None | Some(Value::Null) => Cargo::None,
        Some(Value::String(text)) => cargo(text),
        Some(other) => Cargo::Json(other.clone()),
    };
    Ok(Carried { headers, body })
}

/// Name and value of every text and of every list of texts.
fn listed(members: &Map<String, Value>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (name, value) in members {
        match value {
            Value::Array(items) => {
                found.extend(items.iter().map(|item| (name.clone(), plain(item))))
            }
            other => found.push((name.clone(), plain(other))),
        }
    }
    found
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn har(bytes: &[u8]) -> Result<Vec<Taken>, Unread> {
    let whole = |why| Unread {
        place: "the file".to_owned(),
        why,
    };
    let document =
        Document::parse(bytes, &Limits::PAYLOAD).map_err(|_| whole("this is no JSON document"))?;
    let entries = document.value().pointer("/log/entries");
    let entries = entries.and_then(Value::as_array);
    let entries =
        entries.ok_or_else(|| whole("an HTTP archive has its exchanges in log.entries"))?;
    entries
        .iter()
        .enumerate()
        .map(|(index, entry)| {
            har_exchange(entry).map_err(|why| Unread {
                place: format!("entry {}", index + 1),
                why,
            })
        })
        .collect()
}

fn har_exchange(entry: &Value) -> Result<Taken, &'static str> {
    let request = member(entry, "request")?;
    let response = member(entry, "response")?;
    let url = text(request, "url")?;
    let after = url.split_once("://").map_or(url, |(_, rest)| rest);
    let local = after
        .find('/')
        .and_then(|at| after.get(at..))
        .unwrap_or("/");
    let (path, from_url) = target(local);
    let named = named(request.get("queryString"));
    Ok(Taken {
        method: text(request, "method")?.to_owned(),
        path,
        query: if named.is_empty() { from_url } else { named },
        request: Carried {
            headers: self::named(request.get("headers")),
            body: kept(request.get("postData"))?,
        },
        status: status(response)?,
        response: Carried {
            headers: self::named(response.get("headers")),
            body: kept(response.get("content"))?,
        },
    })
}

/// `[{name, value}]`.
fn named(list: Option<&Value>) -> Vec<(String, String)> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items
        .filter_map(|item| {
            let name = item.get("name")?.as_str()?;
            Some((name.to_owned(), plain(item.get("value")?)))
        })
        .collect()
}

/// `{mimeType, text, encoding?}`.
fn kept(content: Option<&Value>) -> Result<Cargo, &'static str> {
    let Some(content) = content else {
        return Ok(Cargo::None);
    };
    let Some(body) = content.get("text") else {
        return Ok(Cargo::None);
    };
    let body = body.as_str().ok_or("the text of a body is a text")?;
    if content.get("encoding").is_some_and(|word| !word.is_null()) {
        return Ok(Cargo::Other(body.to_owned()));
    }
    Ok(cargo(body))
}

fn cargo(text: &str) -> Cargo {
    if text.trim().is_empty() {
        return Cargo::None;
    }
    match Document::parse(text.trim().as_bytes(), &Limits::PAYLOAD) {
        Ok(document) => Cargo::Json(document.value().clone()),
        Err(_) => Cargo::Other(text.to_owned()),
    }
}

fn target(local: &str) -> (Vec<String>, Vec<(String, String)>) {
    let local = local.split('#').next().unwrap_or("");
    let (path, query) = local.split_once('?').unwrap_or((local, ""));
    let path = path.strip_prefix('/').unwrap_or(path);
    (path.split('/').map(str::to_owned).collect(), pairs(query))
}

fn pairs(query: &str) -> Vec<(String, String)> {
    let filled = query.split('&').filter(|pair| !pair.is_empty());
    let split = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (name.to_owned(), value.to_owned())
    };
    filled.map(split).collect()
}

fn member<'v>(value: &'v Value, key: &str) -> Result<&'v Value, &'static str> {
    let found = value.get(key).filter(|found| found.is_object());
    found.ok_or("an exchange has a request and a response")
}

fn text<'v>(value: &'v Value, key: &str) -> Result<&'v str, &'static str> {
    let found = value.get(key).and_then(Value::as_str);
    found.ok_or("a request has a method and an address")
}

fn status(response: &Value) -> Result<u16, &'static str> {
    let code = response.get("status").and_then(Value::as_u64);
    let code = code.and_then(|code| u16::try_from(code).ok());
    code.filter(|code| (100..600).contains(code))
        .ok_or("an answer has a status from 100 to 599")
}
