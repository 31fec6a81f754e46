//! The interactions of a Pact file of any edition, as far as a comparison needs them.
//! Refuses to read matching rules, generators and states: examples are compared, and other members are borne.

use super::desk::{Desk, Malformed, Node, Paper};
use super::pool::below;
use super::text::pairs;
use serde_json::Value;

/// One HTTP interaction.
#[derive(Clone, Debug)]
pub struct Interaction {
    pub at: String,
    pub description: String,
    pub method: String,
    pub path: String,
    pub query: Vec<Field>,
    pub sent: Message,
    pub status: u16,
    pub read: Message,
}

/// Headers and body of one side.
#[derive(Clone, Debug)]
pub struct Message {
    pub at: String,
    pub headers: Vec<Field>,
    pub body: Option<Body>,
    /// As the fourth edition writes it beside the body.
    pub body_type: Option<String>,
}

/// A header or a query parameter.
#[derive(Clone, Debug)]
pub struct Field {
    pub at: String,
    pub name: String,
    pub values: Vec<String>,
}

/// A body that is there.
#[derive(Clone, Debug)]
pub struct Body {
    pub at: String,
    pub value: Value,
    pub encoding: Encoding,
}

/// How a body stands in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Plain,
    /// JSON as a string.
    Json,
    Base64,
}

/// What a file holds.
pub struct Interactions {
    pub http: Vec<Interaction>,
    /// How many are no HTTP interactions.
    pub others: usize,
}

impl Message {
    /// The header with this name, its values as one.
    pub fn header(&self, name: &str) -> Option<(&str, String)> {
        let mut fields = self.headers.iter();
        let field = fields.find(|field| field.name.eq_ignore_ascii_case(name))?;
        Some((&field.at, field.values.join(", ")))
    }
}

/// Reads every HTTP interaction.
///
/// Errors: everything that makes no sense
pub fn interactions(root: &Value) -> Result<Interactions, Vec<Malformed>> {
    let mut desk = Desk::new(Paper::Pact);
    let root = Node {
        at: String::new(),
        value: root,
    };
    desk.object(&root);
    let fourth = edition(&root).is_some_and(|version| version.starts_with('4'));
    let mut read = Interactions {
        http: Vec::new(),
        others: root
            .get("messages")
            .map_or(0, |messages| messages.value.as_array().map_or(0, Vec::len)),
    };
    for node in desk.items(root.get("interactions")) {
        let kind = desk.optional_text(&node, "type");
        if kind.is_some_and(|kind| kind != "Synchronous/HTTP") {
            read.others += 1;
            continue;
        }
        let interaction = interaction(&mut desk, &node, fourth || kind.is_some());
        read.http.extend(interaction);
    }
    if desk.found.is_empty() {
        Ok(read)
    } else {
        Err(desk.found)
    }
}

fn edition<'v>(root: &Node<'v>) -> Option<&'v str> {
    let metadata = root.get("metadata")?;
    ["pactSpecification", "pact-specification"]
        .iter()
        .find_map(|key| metadata.get(key)?.text("version"))
        .or_else(|| metadata.text("pactSpecificationVersion"))
}

fn interaction(desk: &mut Desk, node: &Node<'_>, fourth: bool) -> Option<Interaction> {
    desk.object(node)?;
    let description = desk.text(node, "description", "the member `description` is missing");
    let side = |desk: &mut Desk, key, message| {
        let side = node.get(key);
        if side.is_none() {
            desk.wrong_type(&node.at, message);
        }
        side.filter(|side| desk.object(side).is_some())
    };
    let request = side(desk, "request", "the member `request` is missing");
    let response = side(desk, "response", "the member `response` is missing");
    let (request, response) = (request?, response?);
    let method = desk.optional_text(&request, "method").unwrap_or("GET");
    let path = desk.optional_text(&request, "path").unwrap_or("/");
    Some(Interaction {
        at: node.at.clone(),
        method: method.to_ascii_lowercase(),
        path: path.to_owned(),
        query: query(desk, &request),
        sent: message(desk, &request, fourth),
        status: status(desk, &response),
        read: message(desk, &response, fourth),
        description: description?.to_owned(),
    })
}

fn status(desk: &mut Desk, response: &Node<'_>) -> u16 {
    let Some(node) = response.get("status") else {
        return 200;
    };
    let code = node
        .value
        .as_u64()
        .and_then(|code| u16::try_from(code).ok());
    let code = code.filter(|code| (100..600).contains(code));
    if code.is_none() {
        desk.wrong_type(&node.at, "a status code from 100 to 599 must stand here");
    }
    code.unwrap_or(200)
}

fn query(desk: &mut Desk, request: &Node<'_>) -> Vec<Field> {
    let Some(node) = request.get("query") else {
        return Vec::new();
    };
    if let Value::String(text) = node.value {
        let pairs = pairs(text.strip_prefix('?').unwrap_or(text)).into_iter();
        let field = |(name, values)| Field {
            at: node.at.clone(),
            name,
            values,
        };
        return pairs.map(field).collect();
    }
    fields(desk, node)
}

fn message(desk: &mut Desk, side: &Node<'_>, fourth: bool) -> Message {
    let headers = side.get("headers").map(|node| fields(desk, node));
    let (body, body_type) = match side.get("body") {
        None => (None, None),
        Some(node) if fourth => wrapped(desk, &node),
        Some(node) => (present(node.at, node.value, Encoding::Plain), None),
    };
    Message {
        at: side.at.clone(),
        headers: headers.unwrap_or_default(),
        body,
        body_type,
    }
}

/// Names with a text or a list of texts each; `null` is as good as none.
fn fields(desk: &mut Desk, node: Node<'_>) -> Vec<Field> {
    let node = Some(node).filter(|node| !node.value.is_null());
    let each = desk.each(node).into_iter();
    each.map(|(name, node)| Field {
        name: name.to_owned(),
        values: texts(desk, &node),
        at: node.at,
    })
    .collect()
}

fn texts(desk: &mut Desk, node: &Node<'_>) -> Vec<String> {
    let mut text = |at: &str, value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Null => String::new(),
        Value::Array(_) | Value::Object(_) => {
            desk.wrong_type(at, "a string must stand here");
            String::new()
        }
    };
    match node.value {
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, item)| text(&format!("{}/{index}", node.at), item))
            .collect(),
        other => vec![text(&node.at, other)],
    }
}

/// `{contentType, encoded, content}` of the fourth edition.
fn wrapped(desk: &mut Desk, node: &Node<'_>) -> (Option<Body>, Option<String>) {
    if node.value.is_null() {
        return (None, None);
    }
    let Some(members) = desk.object(node) else {
        return (None, None);
    };
    let media = desk.optional_text(node, "contentType").map(str::to_owned);
    let Some(content) = node.get("content") else {
        if !members.is_empty() {
            desk.wrong_type(&node.at, "the member `content` is missing");
        }
        return (None, media);
    };
    let encoding = match node.value.get("encoded") {
        None | Some(Value::Bool(false) | Value::Null) => Encoding::Plain,
        Some(Value::Bool(true)) => Encoding::Base64,
        Some(Value::String(word)) if word.eq_ignore_ascii_case("json") => Encoding::Json,
        Some(Value::String(word)) if word.eq_ignore_ascii_case("base64") => Encoding::Base64,
        Some(_) => {
            let message = "false, `base64` or `JSON` must stand here";
            desk.wrong_type(&below(&node.at, "encoded"), message);
            Encoding::Plain
        }
    };
    (present(content.at, content.value, encoding), media)
}

/// `null` and the empty text are no bodies.
fn present(at: String, value: &Value, encoding: Encoding) -> Option<Body> {
    let absent = value.is_null() || value.as_str() == Some("");
    (!absent).then(|| Body {
        at,
        value: value.clone(),
        encoding,
    })
}
