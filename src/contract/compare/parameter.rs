//! A parameter or header of an operation, and the value that its text stands for.
//! Refuses to judge the value.

use super::desk::Node;
use super::operation::Reader;
use super::pact::Field;
use super::pool::Dialect;
use super::shape::Shapes;
use serde_json::{Map, Value};

/// Where a parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Path,
    Query,
    Header,
    Cookie,
    Body,
    Form,
}

/// How several values stand in one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Simple,
    Label,
    Matrix,
    Form,
    Space,
    Tab,
    Pipe,
    Deep,
}

/// What its value must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The schema at this pointer, for the value behind the text.
    Text(String),
    /// The text is a JSON document of this schema.
    Json(String),
    Anything,
    /// Nothing is known: the reference at this pointer leads nowhere.
    Gap(String),
}

/// A parameter of a request, or a header of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    pub at: String,
    pub name: String,
    pub place: Place,
    pub required: bool,
    pub style: Style,
    /// Whether items and members stand on their own.
    pub explode: bool,
    pub may_be_empty: bool,
    pub wanted: Wanted,
}

impl Parameter {
    /// A header of which only the name is known.
    pub fn unknown(name: &str, gap: String) -> Self {
        Self {
            at: gap.clone(),
            name: name.to_owned(),
            place: Place::Header,
            required: false,
            style: Style::Simple,
            explode: false,
            may_be_empty: true,
            wanted: Wanted::Gap(gap),
        }
    }

    /// Whether this is its name; headers have no case.
    pub fn is(&self, name: &str) -> bool {
        match self.place {
            Place::Header => self.name.eq_ignore_ascii_case(name),
            Place::Path | Place::Query | Place::Cookie | Place::Body | Place::Form => {
                self.name == name
            }
        }
    }
}

/// The parameter at `node`; a header of an answer has its name from outside.
pub fn parameter<'v>(
    reader: &mut Reader<'v>,
    node: &Node<'v>,
    header: Option<&str>,
) -> Option<Parameter> {
    reader.desk.object(node)?;
    let (name, place) = match header {
        Some(name) => (name, Place::Header),
        None => {
            let name = reader
                .desk
                .text(node, "name", "the member `name` is missing");
            (name?, place(reader, node)?)
        }
    };
    let (style, explode) = style(reader.dialect, node, place);
    Some(Parameter {
        at: node.at.clone(),
        name: name.to_owned(),
        place,
        required: node.is("required"),
        style,
        explode,
        may_be_empty: node.is("allowEmptyValue"),
        wanted: wanted(reader, node),
    })
}

fn place(reader: &mut Reader<'_>, node: &Node<'_>) -> Option<Place> {
    match reader.desk.text(node, "in", "the member `in` is missing")? {
        "path" => Some(Place::Path),
        "query" => Some(Place::Query),
        "header" => Some(Place::Header),
        "cookie" => Some(Place::Cookie),
        _ => {
            let message =
                "path, query, header, cookie, or in Swagger body or formData must stand here";
            reader.desk.wrong_type(&format!("{}/in", node.at), message);
            None
        }
    }
}

fn wanted<'v>(reader: &mut Reader<'v>, node: &Node<'v>) -> Wanted {
    if reader.dialect == Dialect::Swagger2 {
        return Wanted::Text(node.at.clone());
    }
    if let Some(schema) = node.get("schema") {
        return Wanted::Text(schema.at);
    }
    let media = reader.desk.each(node.get("content")).into_iter().next();
    let schema = media.and_then(|(_, media)| media.get("schema"));
    schema.map_or(Wanted::Anything, |schema| Wanted::Json(schema.at))
}

/// Source: OpenAPI 3.1 4.8.12.2, Swagger 2.0 `collectionFormat`
fn style(dialect: Dialect, node: &Node<'_>, place: Place) -> (Style, bool) {
    let default = match place {
        Place::Query | Place::Cookie => Style::Form,
        Place::Path | Place::Header | Place::Body | Place::Form => Style::Simple,
    };
    if dialect == Dialect::Swagger2 {
        return match node.text("collectionFormat") {
            Some("ssv") => (Style::Space, false),
            Some("tsv") => (Style::Tab, false),
            Some("pipes") => (Style::Pipe, false),
            Some("multi") => (default, true),
            _ => (default, false),
        };
    }
    let style = match node.text("style") {
        Some("label") => Style::Label,
        Some("matrix") => Style::Matrix,
        Some("form") => Style::Form,
        Some("spaceDelimited") => Style::Space,
        Some("pipeDelimited") => Style::Pipe,
        Some("deepObject") => Style::Deep,
        Some("simple") => Style::Simple,
        _ => default,
    };
    let explode = node.get("explode").and_then(|node| node.value.as_bool());
    (style, explode.unwrap_or(style == Style::Form))
}

/// The value that the fields of a query or a header give a parameter; `None` when it is not there.
pub fn value(
    parameter: &Parameter,
    at: &str,
    fields: &[Field],
    shapes: &Shapes<'_>,
) -> Option<Value> {
    let shape = shapes.of(at);
    let takes_members = shape.object && parameter.place == Place::Query;
    if takes_members && parameter.style == Style::Deep {
        let each = fields.iter().filter_map(|field| {
            let name = field.name.strip_prefix(&parameter.name)?;
            let name = name.strip_prefix('[')?.strip_suffix(']')?;
            Some((name, field.values.as_slice()))
        });
        return object(at, each, shapes);
    }
    if takes_members && parameter.style == Style::Form && parameter.explode {
        let each = fields.iter().filter_map(|field| {
            shapes.member(at, &field.name)?;
            Some((field.name.as_str(), field.values.as_slice()))
        });
        return object(at, each, shapes);
    }
    let field = fields.iter().find(|field| parameter.is(&field.name))?;
    Some(of_texts(parameter, at, &field.values, shapes))
}

/// Members with a schema each; `None` when there are none.
pub fn object<'f>(
    at: &str,
    fields: impl Iterator<Item = (&'f str, &'f [String])>,
    shapes: &Shapes<'_>,
) -> Option<Value> {
    let mut members = Map::new();
    for (name, texts) in fields {
        let value = match shapes.member(at, name) {
            Some(member) => list_or_scalar(&member, texts, shapes),
            None => Value::String(texts.join(",")),
        };
        members.insert(name.to_owned(), value);
    }
    (!members.is_empty()).then_some(Value::Object(members))
}

fn list_or_scalar(at: &str, texts: &[String], shapes: &Shapes<'_>) -> Value {
    if shapes.of(at).array {
        return items(at, texts.iter().map(String::as_str), shapes);
    }
    match texts {
        [text] => shapes.scalar(at, text),
        several => Value::String(several.join(",")),
    }
}

fn items<'t>(at: &str, texts: impl Iterator<Item = &'t str>, shapes: &Shapes<'_>) -> Value {
    let item = shapes.item(at);
    let value = |text: &str| match &item {
        Some(item) => shapes.scalar(item, text),
        None => Value::String(text.to_owned()),
    };
    texts.map(value).collect()
}

/// What one text stands for, in the style of its parameter.
pub fn of_text(parameter: &Parameter, at: &str, text: &str, shapes: &Shapes<'_>) -> Value {
    of_texts(parameter, at, &[text.to_owned()], shapes)
}

fn of_texts(parameter: &Parameter, at: &str, texts: &[String], shapes: &Shapes<'_>) -> Value {
    let shape = shapes.of(at);
    if shape.array && parameter.explode && parameter.style == Style::Form {
        return items(at, texts.iter().map(String::as_str), shapes);
    }
    let one = texts.join(",");
    let text = match parameter.style {
        Style::Label => one.strip_prefix('.').unwrap_or(&one).to_owned(),
        Style::Matrix => matrix(parameter, &one, shape.object && parameter.explode),
        Style::Simple | Style::Form | Style::Space | Style::Tab | Style::Pipe | Style::Deep => one,
    };
    let words = || text.split(between(parameter, shape.object)).map(str::trim);
    if shape.array && text.is_empty() {
        Value::Array(Vec::new())
    } else if shape.array {
        items(at, words(), shapes)
    } else if shape.object {
        let pairs = if parameter.explode {
            words().filter_map(|word| word.split_once('=')).collect()
        } else {
            by_twos(&words().collect::<Vec<_>>())
        };
        let pairs: Vec<(&str, Vec<String>)> = pairs
            .into_iter()
            .map(|(name, value)| (name, vec![value.to_owned()]))
            .collect();
        let each = pairs
            .iter()
            .map(|(name, values)| (*name, values.as_slice()));
        object(at, each, shapes).unwrap_or_else(|| Value::Object(Map::new()))
    } else {
        shapes.scalar(at, &text)
    }
}

/// What stands between items or members.
fn between(parameter: &Parameter, is_object: bool) -> char {
    match parameter.style {
        Style::Label if parameter.explode => '.',
        Style::Matrix if parameter.explode && is_object => ';',
        Style::Simple | Style::Form | Style::Deep | Style::Label | Style::Matrix => ',',
        Style::Space => ' ',
        Style::Tab => '\t',
        Style::Pipe => '|',
    }
}

fn by_twos<'t>(words: &[&'t str]) -> Vec<(&'t str, &'t str)> {
    let pairs = words.chunks_exact(2);
    let pair = |pair: &[&'t str]| match pair {
        [name, value] => Some((*name, *value)),
        _ => None,
    };
    pairs.filter_map(pair).collect()
}

/// `;name=a,b` and `;name=a;name=b` as `a,b`; `;a=1;b=2` as `a=1;b=2`.
fn matrix(parameter: &Parameter, text: &str, members: bool) -> String {
    let text = text.strip_prefix(';').unwrap_or(text);
    if members {
        return text.to_owned();
    }
    let prefix = format!("{}=", parameter.name);
    let words = text
        .split(';')
        .map(|word| word.strip_prefix(&prefix).unwrap_or(word));
    words.collect::<Vec<_>>().join(",")
}
