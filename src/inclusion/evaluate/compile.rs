//! Turns a respelt document into nodes, and refuses reference cycles that never descend.
//! Refuses to judge: a keyword of the wrong shape is left to the meta-schema.

use super::node::{Id, Keyword, Kind, Lengths, Node, Program};
use crate::inclusion::answer::{Code, Why};
use crate::inclusion::number::Decimal;
use crate::inclusion::pattern::Patterns;
use crate::inclusion::pointer;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// Most schemas in one document.
const NODES: usize = 50_000;

impl Program {
    /// The nodes of `document`, a respelt schema.
    pub(in crate::inclusion) fn compile(document: &Value) -> Result<Self, Why> {
        let mut compiler = Compiler::default();
        compiler.open("", document);
        for (name, definition) in document
            .get("$defs")
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
        {
            let at = pointer::steps("", ["$defs", name]);
            let id = compiler.open(&at, definition);
            compiler.definitions.insert(format!("#{at}"), id);
        }
        let mut done = 0;
        while done < compiler.open.len() {
            if done > NODES {
                return Err(Why::new(Code::Size).cap(NODES));
            }
            compiler.next(done);
            done += 1;
        }
        let program = Self {
            nodes: compiler.nodes,
            tracks: compiler.tracks,
        };
        match program.loops() {
            Some(at) => Err(Why::new(Code::Loop).at(at)),
            None => Ok(program),
        }
    }

    /// The pointer of a schema that refers to itself without ever descending into the value.
    fn loops(&self) -> Option<String> {
        // 0 unseen, 1 on the way down, 2 done
        let mut state = vec![0_u8; self.nodes.len()];
        for start in 0..self.nodes.len() {
            let mut way = vec![(start, false)];
            while let Some((id, leaving)) = way.pop() {
                let Some(seen) = state.get_mut(id) else {
                    continue;
                };
                if leaving {
                    *seen = 2;
                    continue;
                }
                if *seen != 0 {
                    continue;
                }
                *seen = 1;
                way.push((id, true));
                for next in self.in_place(id) {
                    match state.get(next) {
                        Some(1) => return self.node(next).map(|node| node.pointer.clone()),
                        Some(0) => way.push((next, false)),
                        _ => {}
                    }
                }
            }
        }
        None
    }

    /// The nodes that are asked about the same value as this one.
    fn in_place(&self, id: Id) -> Vec<Id> {
        let mut next = Vec::new();
        for keyword in self.at(id).keywords() {
            match keyword {
                Keyword::Refer(id) | Keyword::Not(id) => next.push(*id),
                Keyword::All(ids) | Keyword::Any(ids) | Keyword::One(ids) => next.extend(ids),
                Keyword::Choice { when, then, other } => {
                    next.push(*when);
                    next.extend(then);
                    next.extend(other);
                }
                Keyword::SchemaWith(schemas) => next.extend(schemas.values()),
                _ => {}
            }
        }
        next
    }
}

#[derive(Default)]
struct Compiler<'a> {
    nodes: Vec<Node>,
    /// The schemas of `nodes`, those behind `done` not yet read.
    open: Vec<&'a Value>,
    definitions: BTreeMap<String, Id>,
    patterns: Patterns,
    tracks: bool,
}

impl<'a> Compiler<'a> {
    fn open(&mut self, at: &str, schema: &'a Value) -> Id {
        self.open.push(schema);
        self.nodes.push(Node {
            pointer: at.to_owned(),
            keywords: Vec::new(),
            never: schema == &Value::Bool(false),
            shape: shape(schema),
        });
        self.open.len() - 1
    }

    fn next(&mut self, id: Id) {
        let Some(Value::Object(members)) = self.open.get(id).copied() else {
            return;
        };
        let at = self
            .nodes
            .get(id)
            .map_or_else(String::new, |node| node.pointer.clone());
        let mut keywords = Vec::new();
        self.scalars(members, &mut keywords);
        self.arrays(&at, members, &mut keywords);
        self.objects(&at, members, &mut keywords);
        self.branches(&at, members, &mut keywords);
        self.unevaluated(&at, members, &mut keywords);
        if let Some(node) = self.nodes.get_mut(id) {
            node.keywords = keywords;
        }
    }

    fn scalars(&mut self, members: &'a Map<String, Value>, keywords: &mut Vec<Keyword>) {
        let kinds = match members.get("type") {
            Some(Value::String(word)) => Some(Kind::named(word).into_iter().collect()),
            Some(Value::Array(words)) => Some(
                words
                    .iter()
                    .filter_map(|word| Kind::named(word.as_str()?))
                    .collect(),
            ),
            _ => None,
        };
        keywords.extend(kinds.map(Keyword::Types));
        if let Some(values) = members.get("enum").and_then(Value::as_array) {
            keywords.push(Keyword::Values(values.clone()));
        }
        if let Some(value) = members.get("const") {
            keywords.push(Keyword::Values(vec![value.clone()]));
        }
        for (name, exclusive) in [("minimum", false), ("exclusiveMinimum", true)] {
            let bound = number(members, name);
            keywords.extend(bound.map(|bound| Keyword::Least { bound, exclusive }));
        }
        for (name, exclusive) in [("maximum", false), ("exclusiveMaximum", true)] {
            let bound = number(members, name);
            keywords.extend(bound.map(|bound| Keyword::Most { bound, exclusive }));
        }
        keywords.extend(number(members, "multipleOf").map(Keyword::Step));
        keywords.extend(lengths(members, "minLength", "maxLength").map(Keyword::Text));
        if let Some(pattern) = members.get("pattern").and_then(Value::as_str) {
            keywords.push(Keyword::Matches(self.patterns.get(pattern)));
        }
        if let Some(format) = members.get("format").and_then(Value::as_str) {
            keywords.push(Keyword::Format(format.to_owned()));
        }
    }

    fn arrays(&mut self, at: &str, members: &'a Map<String, Value>, keywords: &mut Vec<Keyword>) {
        let prefix = self.list(at, members, "prefixItems");
        let rest = self.one(at, members, "items");
        if rest.is_some() || !prefix.is_empty() {
            keywords.push(Keyword::Items { prefix, rest });
        }
        keywords.extend(lengths(members, "minItems", "maxItems").map(Keyword::Length));
        if members.get("uniqueItems") == Some(&Value::Bool(true)) {
            keywords.push(Keyword::Distinct);
        }
        if let Some(schema) = self.one(at, members, "contains") {
            let count = Lengths {
                least: count(members, "minContains").unwrap_or(1),
                most: count(members, "maxContains"),
            };
            keywords.push(Keyword::Contains { schema, count });
        }
    }

    fn objects(&mut self, at: &str, members: &'a Map<String, Value>, keywords: &mut Vec<Keyword>) {
        let named = self.named(at, members, "properties");
        let matching: Vec<_> = self
            .named(at, members, "patternProperties")
            .into_iter()
            .map(|(source, id)| (self.patterns.get(&source), id))
            .collect();
        let rest = self.one(at, members, "additionalProperties");
        if rest.is_some() || !named.is_empty() || !matching.is_empty() {
            keywords.push(Keyword::Members {
                named,
                matching,
                rest,
            });
        }
        keywords.extend(self.one(at, members, "propertyNames").map(Keyword::Names));
        keywords.extend(lengths(members, "minProperties", "maxProperties").map(Keyword::Size));
        if let Some(names) = members.get("required") {
            keywords.push(Keyword::Required(words(names)));
        }
        if let Some(needed) = members.get("dependentRequired").and_then(Value::as_object) {
            let needed = needed
                .iter()
                .map(|(name, names)| (name.clone(), words(names)))
                .collect();
            keywords.push(Keyword::RequiredWith(needed));
        }
        let schemas = self.named(at, members, "dependentSchemas");
        if !schemas.is_empty() {
            keywords.push(Keyword::SchemaWith(schemas));
        }
    }

    fn branches(&mut self, at: &str, members: &'a Map<String, Value>, keywords: &mut Vec<Keyword>) {
        if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
            keywords.push(match self.definitions.get(reference) {
                Some(id) => Keyword::Refer(*id),
                None => Keyword::Open(Code::Reference),
            });
        }
        for (name, keyword) in [
            ("allOf", Keyword::All as fn(Vec<Id>) -> Keyword),
            ("anyOf", Keyword::Any),
            ("oneOf", Keyword::One),
        ] {
            if members.contains_key(name) {
                keywords.push(keyword(self.list(at, members, name)));
            }
        }
        keywords.extend(self.one(at, members, "not").map(Keyword::Not));
        if let Some(when) = self.one(at, members, "if") {
            let then = self.one(at, members, "then");
            let other = self.one(at, members, "else");
            keywords.push(Keyword::Choice { when, then, other });
        }
    }

    fn unevaluated(
        &mut self,
        at: &str,
        members: &'a Map<String, Value>,
        keywords: &mut Vec<Keyword>,
    ) {
        let items = self.one(at, members, "unevaluatedItems");
        let rest = self.one(at, members, "unevaluatedProperties");
        self.tracks |= items.is_some() || rest.is_some();
        keywords.extend(items.map(Keyword::UnevaluatedItems));
        keywords.extend(rest.map(Keyword::UnevaluatedMembers));
    }

    fn one(&mut self, at: &str, members: &'a Map<String, Value>, name: &str) -> Option<Id> {
        let schema = members.get(name)?;
        Some(self.open(&pointer::step(at, name), schema))
    }

    fn list(&mut self, at: &str, members: &'a Map<String, Value>, name: &str) -> Vec<Id> {
        let at = pointer::step(at, name);
        let schemas = members.get(name).and_then(Value::as_array);
        schemas
            .into_iter()
            .flatten()
            .enumerate()
            .map(|(index, schema)| self.open(&pointer::step(&at, &index.to_string()), schema))
            .collect()
    }

    fn named(
        &mut self,
        at: &str,
        members: &'a Map<String, Value>,
        name: &str,
    ) -> BTreeMap<String, Id> {
        let at = pointer::step(at, name);
        let schemas = members.get(name).and_then(Value::as_object);
        schemas
            .into_iter()
            .flatten()
            .map(|(name, schema)| (name.clone(), self.open(&pointer::step(&at, name), schema)))
            .collect()
    }
}

/// A number that schemas written alike share. The definitions of a document do not belong to its root.
fn shape(schema: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    match schema {
        Value::Object(members) => {
            for (keyword, value) in members.iter().filter(|(keyword, _)| *keyword != "$defs") {
                (keyword, value.to_string()).hash(&mut hasher);
            }
        }
        other => other.to_string().hash(&mut hasher),
    }
    hasher.finish()
}

fn number(members: &Map<String, Value>, name: &str) -> Option<Decimal> {
    match members.get(name) {
        Some(Value::Number(number)) => Some(Decimal::of(number)),
        _ => None,
    }
}

fn count(members: &Map<String, Value>, name: &str) -> Option<usize> {
    let count = members.get(name)?;
    let whole = count.as_u64().or_else(|| {
        // `3.0` is a count too.
        let text = count.as_f64().filter(|c| *c >= 0.0 && c.fract() == 0.0)?;
        format!("{text:.0}").parse().ok()
    })?;
    Some(usize::try_from(whole).unwrap_or(usize::MAX))
}

fn lengths(members: &Map<String, Value>, least: &str, most: &str) -> Option<Lengths> {
    let (least, most) = (count(members, least), count(members, most));
    (least.is_some() || most.is_some()).then(|| Lengths {
        least: least.unwrap_or(0),
        most,
    })
}

fn words(names: &Value) -> Vec<String> {
    names
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect()
}
