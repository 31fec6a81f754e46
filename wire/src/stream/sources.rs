//! Where references of a schema lead: pointers, anchors and the ids of the resources that stand in the document.
//! Refuses relative ids and whatever two places claim: then a document, or a reference, means nothing here.

use crate::annotation::is_annotation;
use crate::dialect::Dialect;
use crate::json::pointer_segments;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// How a document is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Draft {
    Seven,
    TwentyTwenty,
}

impl Draft {
    fn of(dialect: Dialect, bundle: &Value) -> Option<Self> {
        match dialect {
            Dialect::TwentyTwenty => Some(Self::TwentyTwenty),
            Dialect::Seven => Some(Self::Seven),
            // Draft 7 made keywords of these three and changed none of the others.
            Dialect::Six => (!has_condition(bundle, 0)?).then_some(Self::Seven),
            Dialect::Four | Dialect::TwentyNineteen => None,
        }
    }
}

/// The resources of one document.
pub(super) struct Sources<'v> {
    pub(super) draft: Draft,
    dialect: Dialect,
    roots: Vec<&'v Value>,
    /// By id.
    named: HashMap<&'v str, usize>,
    /// By resource and name; `None` where two have the same.
    anchors: HashMap<(usize, &'v str), Option<&'v Value>>,
    /// How many schemas have a dynamic anchor of this name: what one of several means, only a payload tells.
    dynamic: HashMap<&'v str, usize>,
    /// The resource that a schema stands in, by the schema's address.
    homes: HashMap<usize, usize>,
    /// How many ids and anchors were met where schemas stand.
    marks: usize,
}

/// Keywords under which no schema stands before 2019-09: what is referred to there is one, but an id in it is none.
const NEWER: [&str; 6] = [
    "$defs",
    "contentSchema",
    "dependentSchemas",
    "prefixItems",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// How deep schemas may stand inside each other.
const DEEPEST: usize = 200;

impl<'v> Sources<'v> {
    /// `None` when the document may mean something else than what is understood here.
    pub(super) fn new(bundle: &'v Value) -> Option<Self> {
        let dialect = Dialect::of(bundle)?;
        let mut sources = Self {
            draft: Draft::of(dialect, bundle)?,
            dialect,
            roots: vec![bundle],
            named: HashMap::new(),
            anchors: HashMap::new(),
            dynamic: HashMap::new(),
            homes: HashMap::new(),
            marks: 0,
        };
        sources.visit(bundle, (0, true), 0)?;
        // One that stands elsewhere may or may not count.
        (sources.marks == marks(bundle, 0)?).then_some(sources)
    }

    /// `counts` says whether an id would begin a resource here.
    fn visit(
        &mut self,
        schema: &'v Value,
        (home, counts): (usize, bool),
        depth: usize,
    ) -> Option<()> {
        let Value::Object(keywords) = schema else {
            return Some(());
        };
        if depth > DEEPEST {
            return None;
        }
        let home = match counts {
            true => self.enter(schema, keywords, home, depth == 0)?,
            false => home,
        };
        self.homes.insert(address(schema), home);
        for (keyword, value) in keywords {
            let is_known = self.draft == Draft::TwentyTwenty || !NEWER.contains(&keyword.as_str());
            for inner in children(self.draft, keyword, value) {
                self.visit(inner, (home, counts && is_known), depth + 1)?;
            }
        }
        Some(())
    }

    /// The resource of a schema, which may begin one or have a name in it.
    fn enter(
        &mut self,
        schema: &'v Value,
        keywords: &'v Map<String, Value>,
        mut home: usize,
        outermost: bool,
    ) -> Option<usize> {
        if let Some(named) = keywords.get("$schema")
            && Dialect::named(named)? != self.dialect
        {
            return None;
        }
        let hidden = self.draft == Draft::Seven && keywords.contains_key("$ref");
        if hidden {
            return Some(home);
        }
        if let Some(Value::String(id)) = keywords.get("$id") {
            self.marks += 1;
            match id.split_once('#') {
                Some(("", name)) if self.draft == Draft::Seven && !name.is_empty() => {
                    self.anchor(home, name, schema);
                }
                None | Some((_, "")) => home = self.resource(id, schema, outermost)?,
                Some(_) => return None,
            }
        }
        if self.draft == Draft::TwentyTwenty {
            for keyword in ["$anchor", "$dynamicAnchor"] {
                if let Some(Value::String(name)) = keywords.get(keyword) {
                    self.marks += 1;
                    self.anchor(home, name, schema);
                }
            }
            if let Some(Value::String(name)) = keywords.get("$dynamicAnchor") {
                *self.dynamic.entry(name).or_default() += 1;
            }
        }
        Some(home)
    }

    /// `None` when another resource has the same id, or might have.
    fn resource(&mut self, id: &'v str, schema: &'v Value, outermost: bool) -> Option<usize> {
        let home = if outermost { 0 } else { self.roots.len() };
        if !outermost {
            self.roots.push(schema);
        }
        let distinct = match is_absolute(id) {
            true => is_normal(id),
            false => outermost,
        };
        let before = self.named.insert(id.trim_end_matches('#'), home);
        (distinct && before.is_none()).then_some(home)
    }

    fn anchor(&mut self, home: usize, name: &'v str, schema: &'v Value) {
        let place = self.anchors.entry((home, name));
        place
            .and_modify(|place| *place = None)
            .or_insert(Some(schema));
    }

    /// The schema that is meant where `schema` stands: what it refers to, if it does nothing else.
    pub(super) fn meant(&self, mut schema: &'v Value) -> &'v Value {
        // A loop of references is left where it is, and judged as one.
        for _ in 0..DEEPEST {
            let Some(target) = self.only_reference(schema) else {
                break;
            };
            schema = target;
        }
        schema
    }

    fn only_reference(&self, schema: &Value) -> Option<&'v Value> {
        let keywords = schema.as_object()?;
        let reference = keywords.get("$ref")?.as_str()?;
        let asks = |name: &String| name != "$ref" && !is_annotation(name);
        let alone = self.draft == Draft::Seven || !keywords.keys().any(asks);
        self.resolve(schema, reference).filter(|_| alone)
    }

    /// The schema that a reference leads to which stands in `from`.
    pub(super) fn resolve(&self, from: &Value, reference: &str) -> Option<&'v Value> {
        let home = *self.homes.get(&address(from))?;
        let (base, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let root = match base {
            "" if reference.is_empty() => return None,
            "" => home,
            _ if is_absolute(base) => *self.named.get(base)?,
            _ => return None,
        };
        let target = match fragment {
            "" => *self.roots.get(root)?,
            pointer if pointer.starts_with('/') => follow(self.roots.get(root)?, pointer)?,
            name if self.dynamic.get(name).is_some_and(|count| *count > 1) => return None,
            name => (*self.anchors.get(&(root, name))?)?,
        };
        let known = target.is_boolean() || self.homes.contains_key(&address(target));
        known.then_some(target)
    }
}

/// The address of a schema, which does not move while it is borrowed.
pub(super) fn address(schema: &Value) -> usize {
    std::ptr::from_ref(schema).addr()
}

fn is_absolute(base: &str) -> bool {
    let is_scheme = |scheme: &str| scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let scheme = base.split_once("://").map(|(scheme, _)| scheme);
    base.starts_with("urn:") || scheme.is_some_and(is_scheme)
}

/// Whether no other way of writing an absolute id means the same.
///
/// Source: RFC 3986, section 6.2.2; the last is the id of a document without one
fn is_normal(id: &str) -> bool {
    let (scheme, rest) = id.split_once("://").unwrap_or(("", ""));
    let host = rest.split('/').next().unwrap_or_default();
    let lower = |text: &str| !text.contains(|letter: char| letter.is_ascii_uppercase());
    lower(scheme)
        && lower(host)
        // The port may be the one that nobody writes, or none.
        && !host.contains(':')
        && !id.contains('%')
        && !id.contains("/.")
        && scheme != "json-schema"
}

/// The schemas that stand directly below a keyword.
fn children<'v>(draft: Draft, keyword: &str, value: &'v Value) -> Vec<&'v Value> {
    match (keyword, value) {
        // What stands there is judged, but ids and anchors in it count for nothing.
        ("dependencies" | "additionalItems", _) if draft == Draft::TwentyTwenty => Vec::new(),
        (
            "additionalProperties"
            | "propertyNames"
            | "items"
            | "contains"
            | "not"
            | "if"
            | "then"
            | "else"
            | "additionalItems"
            | "unevaluatedItems"
            | "unevaluatedProperties"
            | "contentSchema",
            Value::Object(_),
        ) => vec![value],
        ("allOf" | "anyOf" | "oneOf" | "prefixItems" | "items", Value::Array(list)) => {
            list.iter().collect()
        }
        (
            "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas"
            | "dependencies",
            Value::Object(map),
        ) => map.values().collect(),
        _ => Vec::new(),
    }
}

/// Whether anything in the document is called as a condition is since draft 7, or as what it leads to.
fn has_condition(value: &Value, depth: usize) -> Option<bool> {
    if depth > DEEPEST * 2 {
        return None;
    }
    let is_condition = |name: &String| matches!(name.as_str(), "if" | "then" | "else");
    let inner: Vec<&Value> = match value {
        Value::Object(map) if map.keys().any(is_condition) => return Some(true),
        Value::Object(map) => map.values().collect(),
        Value::Array(list) => list.iter().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    let mut inner = inner.into_iter();
    inner.try_fold(false, |any, value| {
        Some(any || has_condition(value, depth + 1)?)
    })
}

/// How many ids and anchors the document has, wherever they stand.
fn marks(value: &Value, depth: usize) -> Option<usize> {
    if depth > DEEPEST * 2 {
        return None;
    }
    match value {
        Value::Object(map) => map.iter().try_fold(0, |sum, (name, value)| {
            let is_name = matches!(name.as_str(), "$id" | "$anchor" | "$dynamicAnchor");
            let here = usize::from(is_name && value.is_string());
            Some(sum + here + marks(value, depth + 1)?)
        }),
        Value::Array(list) => list
            .iter()
            .try_fold(0, |sum, value| Some(sum + marks(value, depth + 1)?)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Some(0),
    }
}

fn follow<'v>(root: &'v Value, pointer: &str) -> Option<&'v Value> {
    let decoded = decoded(pointer)?;
    let mut at = root;
    for segment in pointer_segments(&decoded)? {
        at = match at {
            Value::Object(map) => map.get(segment.as_ref())?,
            Value::Array(list) => {
                let index: usize = segment.parse().ok()?;
                (index.to_string() == segment).then(|| list.get(index))??
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
        };
    }
    Some(at)
}

/// The fragment without its percent signs.
fn decoded(fragment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.as_bytes().iter();
    while let Some(byte) = rest.next() {
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let mut digit = || char::from(*rest.next()?).to_digit(16);
        let code = digit()? * 16 + digit()?;
        bytes.push(u8::try_from(code).ok()?);
    }
    String::from_utf8(bytes).ok()
}
