//! Traffic as tools keep it: HAR, or one exchange a line.
//! Refuses what is no exchange, by its number and in fixed words: the file is full of what must not be told.

use super::packed::{Kept, size, text_of};
use crate::contract::states::{State, known};
use chrono::{DateTime, Datelike as _, Utc};
use serde_json::{Map, Value};
use wire::json::{Document, Limits, Position};

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
    /// Where it stands in the file.
    pub at: Position,
    pub recorded: Option<DateTime<Utc>>,
    /// Who sent the request, where the notation says so.
    pub partner: Option<String>,
    /// States that the provider was in; none where nothing is said.
    pub states: Vec<State>,
    pub method: String,
    /// Path and query as they were sent.
    pub address: String,
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
    pub text: Kept,
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
            let line = u32::try_from(index + 1).unwrap_or(u32::MAX);
            line_exchange(document.value(), line).map_err(failed)
        })
        .collect()
}

fn line_exchange(value: &Value, line: u32) -> Result<Taken, &'static str> {
    let request = member(value, "request")?;
    let response = member(value, "response")?;
    let mut address = text(request, "path")?.to_owned();
    let (path, mut query) = target(&address);
    match request.get("query") {
        None | Some(Value::Null) => {}
        Some(Value::String(text)) => {
            query.extend(pairs(text));
            extend(&mut address, text);
        }
        Some(Value::Object(keys)) => {
            let keys = listed(keys);
            for (name, value) in &keys {
                extend(
                    &mut address,
                    &format!("{}={}", encoded(name), encoded(value)),
                );
            }
            query.extend(keys);
        }
        Some(_) => return Err("a query is a text or an object"),
    }
    Ok(Taken {
        at: Position { line, column: 1 },
        recorded: instant(value.get("recorded_at"))?,
        partner: partner(value.get("partner"))?,
        states: states(value.get("states"))?,
        address,
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
    let (body, text) = match side.get("body") {
        None | Some(Value::Null) => (Cargo::None, Kept::Nothing),
        Some(Value::String(text)) => (cargo(text), Kept::of(text)),
        Some(other) => (Cargo::Json(other.clone()), Kept::Text(other.to_string())),
    };
    Ok(Carried {
        headers,
        body,
        text,
    })
}

fn instant(value: Option<&Value>) -> Result<Option<DateTime<Utc>>, &'static str> {
    let Some(value) = value.filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    let read = value
        .as_str()
        .and_then(|text| text.parse::<DateTime<Utc>>().ok());
    // Clocks of services are set to it.
    read.filter(|at| (1970..2200).contains(&at.year()))
        .map(Some)
        .ok_or("the time of an exchange is an RFC 3339 instant from 1970 to 2199")
}

fn partner(value: Option<&Value>) -> Result<Option<String>, &'static str> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(name)) => Ok(Some(name.clone())),
        Some(_) => Err("a partner is named by a text"),
    }
}

/// `[{name, params}]`, by names of the vocabulary only.
fn states(value: Option<&Value>) -> Result<Vec<State>, &'static str> {
    const WRONG: &str = "states are a list of `{name, params}`, by names of the vocabulary";
    let items = match value {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(value) => value.as_array().ok_or(WRONG)?,
    };
    let state = |item: &Value| {
        let name = item.get("name").and_then(Value::as_str);
        let name = name.filter(|name| known(name).is_some()).ok_or(WRONG)?;
        let params = match item.get("params") {
            None => Map::new(),
            Some(params) => params.as_object().cloned().ok_or(WRONG)?,
        };
        Ok(State {
            name: name.to_owned(),
            params,
        })
    };
    items.iter().map(state).collect()
}

fn extend(address: &mut String, query: &str) {
    if !query.is_empty() {
        address.push(if address.contains('?') { '&' } else { '?' });
        address.push_str(query);
    }
}

/// Source: RFC 3986, section 2.3: what need not be encoded
fn encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~$/:".contains(&byte);
    text.bytes()
        .map(|byte| match is_plain(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        })
        .collect()
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
            let at = document.nearest(&format!("/log/entries/{index}"));
            har_exchange(entry, at).map_err(|why| Unread {
                place: format!("entry {}", index + 1),
                why,
            })
        })
        .collect()
}

fn har_exchange(entry: &Value, at: Position) -> Result<Taken, &'static str> {
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
    let posted = request.get("postData");
    let answered = response.get("content");
    Ok(Taken {
        at,
        // Tools write it in more than one way; without it only the distance in time is lost.
        recorded: instant(entry.get("startedDateTime")).unwrap_or_default(),
        partner: None,
        states: Vec::new(),
        address: local.split('#').next().unwrap_or("/").to_owned(),
        method: text(request, "method")?.to_owned(),
        path,
        query: if named.is_empty() { from_url } else { named },
        request: Carried {
            headers: self::named(request.get("headers")),
            body: kept(posted)?,
            text: text_of(posted, size(request, "bodySize")),
        },
        status: status(response)?,
        response: Carried {
            headers: self::named(response.get("headers")),
            body: kept(answered)?,
            text: text_of(answered, answered.and_then(|it| size(it, "size"))),
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
