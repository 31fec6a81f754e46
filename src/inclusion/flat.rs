//! One schema respelt as 2020-12: annotations gone, every reference a `#/$defs/` name made from what it leads to.
//! Refuses to know what a schema accepts.

use super::answer::{Code, Why};
use super::dialect::Dialect;
use super::index::Index;
use super::pointer;
use super::respell::{self, Body, Spelling};
use super::schema::Formats;
use super::scope::{Scope, Target};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Most schemas that one document may refer to.
const TARGETS: usize = 5_000;
/// Most dynamic scopes in which the schemas of one document are reached.
///
/// Source: section 7 of the compatibility specification
const SCOPES: usize = 64;
/// Rounds in which the names of definitions take in the names of what they refer to.
const ROUNDS: usize = 6;

/// A respelt document.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Flat {
    pub(crate) document: Value,
    /// Pointer of every schema in `document`, with the pointer it was written at.
    pub(crate) origins: BTreeMap<String, String>,
}

impl Flat {
    /// Respells the schema `document` of `dialect`.
    pub(super) fn new(document: &Value, dialect: Dialect, formats: Formats) -> Result<Self, Why> {
        let index = Index::new(document, dialect)?;
        let spelling = Spelling {
            dialect,
            formats,
            index: &index,
            hides_contains: dialect == Dialect::Draft2019 && mentions_unevaluated_items(document),
        };
        let root = Target {
            at: String::new(),
            scope: index.scope(&Scope::default(), ""),
        };
        let mut scopes = BTreeSet::from([root.scope.clone()]);
        let mut numbers = BTreeMap::from([(root.clone(), 0_usize)]);
        let mut targets = vec![root];
        let mut bodies: Vec<Body> = Vec::new();
        while let Some(target) = targets.get(bodies.len()).cloned() {
            let schema = document.pointer(&target.at).unwrap_or(&Value::Null);
            let body = respell::body(schema, &target, &spelling)?;
            for (_, target) in &body.references {
                let next = numbers.len();
                numbers.entry(target.clone()).or_insert_with(|| {
                    scopes.insert(target.scope.clone());
                    targets.push(target.clone());
                    next
                });
            }
            if targets.len() > TARGETS {
                return Err(Why::new(Code::Size).cap(TARGETS));
            }
            if scopes.len() > SCOPES {
                return Err(Why::new(Code::Cases).cap(SCOPES));
            }
            bodies.push(body);
        }
        Ok(assemble(bodies, &numbers))
    }

    /// The pointer at which the schema at `flat` was written, or its nearest written parent.
    pub(crate) fn origin(&self, flat: &str) -> &str {
        let mut at = flat;
        loop {
            if let Some(origin) = self.origins.get(at) {
                return origin;
            }
            match pointer::parent(at) {
                Some(up) => at = up,
                None => return "",
            }
        }
    }
}

fn assemble(mut bodies: Vec<Body>, numbers: &BTreeMap<Target, usize>) -> Flat {
    let names = name(&bodies, numbers);
    let referred = refer(&mut bodies, numbers, &names);
    let root_name = names.first().cloned().unwrap_or_default();
    let root_is_referred = referred.contains(&root_name);
    let mut origins = BTreeMap::new();
    let mut definitions: BTreeMap<String, Value> = BTreeMap::new();
    let mut root = json!({"$ref": format!("#/$defs/{root_name}")});
    for (number, (body, name)) in bodies.into_iter().zip(&names).enumerate() {
        let inline = number == 0 && !root_is_referred;
        let prefix = if inline {
            String::new()
        } else {
            pointer::steps("", ["$defs", name])
        };
        if number == 0 && !inline {
            origins.insert(String::new(), String::new());
        }
        if definitions.contains_key(name) {
            continue;
        }
        for (at, origin) in body.origins {
            origins.insert(format!("{prefix}{at}"), origin);
        }
        if inline {
            root = body.value;
        } else {
            definitions.insert(name.clone(), body.value);
        }
    }
    Flat {
        document: with_definitions(root, definitions),
        origins,
    }
}

/// Whether any schema of the document may ask which items have been evaluated.
fn mentions_unevaluated_items(document: &Value) -> bool {
    match document {
        Value::Object(members) => {
            members.contains_key("unevaluatedItems")
                || members.values().any(mentions_unevaluated_items)
        }
        Value::Array(items) => items.iter().any(mentions_unevaluated_items),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

/// Writes the name of its target into every reference, and gives the names that are in use.
fn refer(
    bodies: &mut [Body],
    numbers: &BTreeMap<Target, usize>,
    names: &[String],
) -> BTreeSet<String> {
    let mut referred = BTreeSet::new();
    for body in bodies {
        for (at, target) in std::mem::take(&mut body.references) {
            let number = numbers.get(&target).copied().unwrap_or_default();
            let name = names.get(number).cloned().unwrap_or_default();
            set(&mut body.value, &at, &name);
            referred.insert(name);
        }
    }
    referred
}

fn with_definitions(root: Value, definitions: BTreeMap<String, Value>) -> Value {
    match root {
        Value::Object(mut members) if !definitions.is_empty() => {
            let definitions: Map<String, Value> = definitions.into_iter().collect();
            members.insert("$defs".to_owned(), Value::Object(definitions));
            Value::Object(members)
        }
        root => root,
    }
}

fn set(body: &mut Value, at: &str, name: &str) {
    if let Some(reference) = body.pointer_mut(at) {
        *reference = Value::String(format!("#/$defs/{name}"));
    }
}

/// Stands around the number of a target in the text of a body; a private character that nothing else gives a meaning.
const MARK: char = '\u{e000}';

/// One name a body. Equal names mean bodies that are equal once their references are named.
fn name(bodies: &[Body], numbers: &BTreeMap<Target, usize>) -> Vec<String> {
    let texts: Vec<Text> = bodies.iter().map(|body| Text::of(body, numbers)).collect();
    let mut hashes = vec![0_u64; bodies.len()];
    let rounds = if bodies.len() == 1 { 1 } else { ROUNDS };
    for _ in 0..=rounds {
        hashes = texts.iter().map(|text| text.hash(&hashes)).collect();
    }
    let names: Vec<String> = hashes.iter().map(|hash| format!("{hash:016x}")).collect();
    let mut first: BTreeMap<u64, String> = BTreeMap::new();
    let sound = texts.iter().zip(&hashes).all(|(text, hash)| {
        let full = text.full(&names);
        first.entry(*hash).or_insert_with(|| full.clone()) == &full
    });
    if sound {
        return names;
    }
    // Names that collide although the bodies differ are told apart; then they say nothing across documents.
    let numbered = names.into_iter().enumerate();
    numbered
        .map(|(number, name)| format!("{name}-{number}"))
        .collect()
}

/// The text of a body, cut where it refers to others.
struct Text(Vec<(String, Option<usize>)>);

impl Text {
    fn of(body: &Body, numbers: &BTreeMap<Target, usize>) -> Self {
        let mut value = body.value.clone();
        for (at, target) in &body.references {
            let number = numbers.get(target).copied().unwrap_or_default();
            if let Some(slot) = value.pointer_mut(at) {
                *slot = Value::String(format!("{MARK}{number}{MARK}"));
            }
        }
        let text = value.to_string();
        let mut pieces = Vec::new();
        for (index, piece) in text.split(MARK).enumerate() {
            // Every second piece is the number of a target.
            let number = piece.parse().ok().filter(|_| index % 2 == 1);
            let text = if number.is_some() { "" } else { piece };
            pieces.push((text.to_owned(), number));
        }
        Self(pieces)
    }

    fn hash(&self, hashes: &[u64]) -> u64 {
        let mut hasher = DefaultHasher::new();
        for (text, target) in &self.0 {
            text.hash(&mut hasher);
            target
                .and_then(|target| hashes.get(target))
                .hash(&mut hasher);
        }
        hasher.finish()
    }

    fn full(&self, names: &[String]) -> String {
        let name = |target: &Option<usize>| target.and_then(|target| names.get(target));
        let pieces = self.0.iter();
        pieces
            .flat_map(|(text, target)| [text.as_str(), name(target).map_or("", String::as_str)])
            .collect()
    }
}
