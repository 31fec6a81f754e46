//! A bundle as nodes, each with what one schema asks of a value and which nodes judge the value or its parts.
//! Refuses bundles with a keyword whose meaning it does not know.

use super::choice::Choice;
use crate::annotation::is_annotation;
use crate::dialect::Dialect;
use crate::payload::atlas::{Atlas, Spot};
use crate::payload::schema::options;
use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

/// Index of a node.
pub(super) type NodeId = usize;

/// Keywords that look at one value and at nothing in it but names and numbers.
///
/// Source: JSON Schema 2020-12 validation, section 6
const OWN: [&str; 18] = [
    "type",
    "enum",
    "const",
    "multipleOf",
    "maximum",
    "exclusiveMaximum",
    "minimum",
    "exclusiveMinimum",
    "maxLength",
    "minLength",
    "pattern",
    "maxItems",
    "minItems",
    "uniqueItems",
    "maxProperties",
    "minProperties",
    "required",
    "dependentRequired",
];

/// Keywords that ask nothing of a value, beside annotations: they say where a schema stands, or hold others.
const SILENT: [&str; 9] = [
    "$vocabulary",
    "$id",
    // Of draft 4, and of OpenAPI: a published schema of a later draft may have kept them.
    "id",
    "discriminator",
    "$anchor",
    "$dynamicAnchor",
    "$defs",
    "definitions",
    "format",
];

/// What may stand beside a reference where that asks nothing, and would ask nothing elsewhere.
const BESIDE: [&str; 3] = ["$ref", "$schema", "definitions"];

/// Whether a keyword asks nothing.
fn is_silent(keyword: &str) -> bool {
    SILENT.contains(&keyword) || is_annotation(keyword)
}

/// Whether a keyword means now what it means in this draft, if anything in either.
///
/// Source: the appendices on changes of 2019-09 and 2020-12 core; draft-07 validation, section 6.6
fn is_as_now(dialect: Dialect, keyword: &str) -> bool {
    let since = match keyword {
        "prefixItems" | "$dynamicAnchor" => Dialect::TwentyTwenty,
        "dependentRequired" | "dependentSchemas" | "minContains" | "maxContains" | "$anchor"
        | "$defs" | "$vocabulary" => Dialect::TwentyNineteen,
        "if" | "then" | "else" => Dialect::Seven,
        _ => Dialect::Six,
    };
    since <= dialect
}

/// All nodes of a bundle; the first is its root.
#[derive(Debug)]
pub(in crate::payload) struct Nodes {
    pub(super) list: Vec<Node>,
    own: Vec<Own>,
}

/// One schema.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// The schema is `false`.
    pub(super) is_never: bool,
    /// Index of what it asks by itself.
    pub(super) own: Option<usize>,
    pub(super) reference: Option<NodeId>,
    pub(super) properties: BTreeMap<String, NodeId>,
    /// Index of what asks for the pattern, the pattern, and who judges members with such names.
    pub(super) patterns: Vec<(usize, String, NodeId)>,
    pub(super) additional: Option<NodeId>,
    pub(super) names: Option<NodeId>,
    pub(super) dependent: Vec<(String, NodeId)>,
    pub(super) prefix: Vec<NodeId>,
    pub(super) items: Option<NodeId>,
    pub(super) contains: Option<Contains>,
    pub(super) all: Vec<NodeId>,
    pub(super) any: Option<Choice>,
    pub(super) one: Option<Choice>,
    pub(super) not: Option<(NodeId, Value)>,
    pub(super) condition: Option<Condition>,
}

impl Node {
    /// The nodes that judge the same value.
    fn same(&self) -> Vec<NodeId> {
        let choices = self.any.iter().chain(&self.one);
        let choices = choices.flat_map(|choice| &choice.forms);
        let dependent = self.dependent.iter().map(|(_, node)| node);
        let not = self.not.iter().map(|(node, _)| node);
        let condition = self.condition.iter().flat_map(|condition| {
            let next = condition.then.iter().chain(&condition.otherwise);
            next.chain([&condition.test])
        });
        let all = self.reference.iter().chain(&self.all).chain(choices);
        all.chain(dependent)
            .chain(not)
            .chain(condition)
            .copied()
            .collect()
    }
}

#[derive(Debug)]
pub(super) struct Contains {
    pub(super) node: NodeId,
    pub(super) least: Option<u64>,
    pub(super) most: Option<u64>,
}

#[derive(Debug)]
pub(super) struct Condition {
    pub(super) test: NodeId,
    pub(super) then: Option<NodeId>,
    pub(super) otherwise: Option<NodeId>,
}

/// What schemas ask by themselves, made ready when it is first needed.
#[derive(Debug)]
struct Own {
    schema: Value,
    ready: OnceLock<Option<Validator>>,
}

impl Nodes {
    /// The nodes of a bundle; `None` when something in it means what is not known here.
    pub(in crate::payload) fn of(atlas: &Atlas) -> Option<Self> {
        let mut builder = Builder {
            atlas,
            known: HashMap::new(),
            open: Vec::new(),
            shared: HashMap::new(),
            own: Vec::new(),
        };
        builder.node(atlas.root()?);
        let mut list = Vec::new();
        while let Some(spot) = builder.open.get(list.len()).copied() {
            list.push(builder.read(spot)?);
        }
        let nodes = Self {
            list,
            own: builder.own,
        };
        (!nodes.have_loop()).then_some(nodes)
    }

    /// Whether a schema may come to judge the same value again.
    fn have_loop(&self) -> bool {
        let same: Vec<Vec<NodeId>> = self.list.iter().map(|node| node.same()).collect();
        // Takes away what leads nowhere further, until nothing does: what stays goes round.
        let mut waiting: Vec<usize> = same.iter().map(Vec::len).collect();
        let mut above = vec![Vec::new(); same.len()];
        for (id, next) in same.iter().enumerate() {
            for next in next {
                above
                    .get_mut(*next)
                    .into_iter()
                    .for_each(|all| all.push(id));
            }
        }
        let mut ends: Vec<NodeId> = (0..same.len())
            .filter(|id| waiting.get(*id) == Some(&0))
            .collect();
        let mut taken = 0;
        while let Some(id) = ends.pop() {
            taken += 1;
            for above in above.get(id).into_iter().flatten() {
                if let Some(waiting) = waiting.get_mut(*above) {
                    *waiting -= 1;
                    ends.extend((*waiting == 0).then_some(*above));
                }
            }
        }
        taken < same.len()
    }

    /// Whether what a schema asks by itself is asked of values of another kind.
    pub(super) fn is_wrong_kind(&self, index: usize, value: &Value) -> bool {
        let told = self.own.get(index).and_then(|own| own.is_wrong_kind(value));
        told.unwrap_or_else(|| {
            let own = self.own(index).filter(|own| !own.is_valid(value));
            let mut errors = own.into_iter().flat_map(|own| own.iter_errors(value));
            errors.any(|error| matches!(error.kind(), Kind::Type { .. }))
        })
    }

    /// What a schema asks by itself; `None` when it cannot be made ready.
    pub(super) fn own(&self, index: usize) -> Option<&Validator> {
        let own = self.own.get(index)?;
        let ready = || options(Dialect::TwentyTwenty).build(&own.schema).ok();
        own.ready.get_or_init(ready).as_ref()
    }
}

impl Own {
    /// Whether it is for values of another kind; `None` where that is not told by names alone.
    fn is_wrong_kind(&self, value: &Value) -> Option<bool> {
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => return None,
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        Some(match self.schema.get("type") {
            None => false,
            Some(Value::Array(kinds)) => !kinds.iter().any(|known| known == kind),
            Some(known) => known != kind,
        })
    }
}

struct Builder<'a> {
    atlas: &'a Atlas,
    /// Schemas by their place in the atlas.
    known: HashMap<usize, NodeId>,
    /// Every schema that has a node, in the order of the nodes.
    open: Vec<Spot<'a>>,
    shared: HashMap<String, usize>,
    own: Vec<Own>,
}

impl<'a> Builder<'a> {
    fn node(&mut self, spot: Spot<'a>) -> NodeId {
        if let Some(known) = self.known.get(&spot.id()) {
            return *known;
        }
        let id = self.open.len();
        self.known.insert(spot.id(), id);
        self.open.push(spot);
        id
    }

    fn one(&mut self, spot: Spot<'a>, keyword: &str) -> Option<NodeId> {
        Some(self.node(spot.child(keyword)?))
    }

    fn list(&mut self, spot: Spot<'a>, keyword: &str) -> Option<Vec<NodeId>> {
        let all = spot.child(keyword)?.is_list();
        let children = spot.children(keyword);
        all.then(|| children.map(|child| self.node(child)).collect())
    }

    fn choice(&mut self, spot: Spot<'a>, keyword: &str) -> Option<Choice> {
        let forms = self.list(spot, keyword)?;
        let spots: Vec<_> = spot.children(keyword).collect();
        Some(Choice::of(&spots, forms))
    }

    fn group(&mut self, spot: Spot<'a>, keyword: &str) -> Option<Vec<(String, NodeId)>> {
        let group = spot.child(keyword).filter(|group| group.is_keyed())?;
        let named = group.names().iter().cloned().zip(spot.children(keyword));
        let judged = named.map(|(name, child)| (name, self.node(child)));
        Some(judged.collect())
    }

    fn asks(&mut self, schema: Map<String, Value>) -> usize {
        let schema = Value::Object(schema);
        let next = self.own.len();
        let index = *self.shared.entry(schema.to_string()).or_insert(next);
        if index == next {
            let ready = OnceLock::new();
            self.own.push(Own { schema, ready });
        }
        index
    }

    fn read(&mut self, spot: Spot<'a>) -> Option<Node> {
        let mut node = Node::default();
        if let Some(accepts) = spot.boolean() {
            node.is_never = !accepts;
            return Some(node);
        }
        let words = spot.words().iter().map(|(name, _)| name);
        let mut keywords = words.chain(spot.names()).map(String::as_str);
        let is_now = |keyword| is_as_now(self.atlas.dialect, keyword);
        if !spot.is_keyed() || !keywords.clone().all(is_now) {
            return None;
        }
        if keywords.clone().any(|name| name == "$ref") && self.atlas.dialect.has_lone_references() {
            let asks = |name: &str| !BESIDE.contains(&name) && !is_annotation(name);
            if keywords.any(asks) {
                return None;
            }
        }
        let mut own = Map::new();
        for (keyword, value) in spot.words() {
            match keyword.as_str() {
                "$schema" if Dialect::named(value) == Some(self.atlas.dialect) => {}
                name if OWN.contains(&name) => {
                    own.insert(keyword.clone(), value.clone());
                }
                name if is_silent(name) => {}
                name => self.applies(spot, name, &mut node)?,
            }
        }
        for name in spot.names().iter().filter(|name| !is_silent(name)) {
            self.applies(spot, name, &mut node)?;
        }
        if !own.is_empty() {
            node.own = Some(self.asks(own));
        }
        Some(node)
    }

    /// Errors: `None` for a keyword that is not known
    fn applies(&mut self, spot: Spot<'a>, keyword: &str, node: &mut Node) -> Option<()> {
        match keyword {
            "$ref" => {
                node.reference = Some(self.node(spot.target(keyword)?));
            }
            "properties" => node.properties = self.group(spot, keyword)?.into_iter().collect(),
            "patternProperties" => {
                for (pattern, id) in self.group(spot, keyword)? {
                    let asked = Map::from_iter([("pattern".to_owned(), pattern.clone().into())]);
                    node.patterns.push((self.asks(asked), pattern, id));
                }
            }
            "additionalProperties" => node.additional = self.one(spot, keyword),
            "propertyNames" => node.names = self.one(spot, keyword),
            "dependentSchemas" => node.dependent = self.group(spot, keyword)?,
            "prefixItems" => node.prefix = self.list(spot, keyword)?,
            "items" => node.items = self.one(spot, keyword),
            "contains" => node.contains = Some(self.contains(spot)?),
            "minContains" | "maxContains" => {}
            "allOf" => node.all = self.list(spot, keyword)?,
            "anyOf" => node.any = Some(self.choice(spot, keyword)?),
            "oneOf" => node.one = Some(self.choice(spot, keyword)?),
            "not" => {
                let asked = spot.child(keyword)?.words().iter().cloned();
                node.not = Some((self.one(spot, keyword)?, asked.collect()));
            }
            "if" => {
                node.condition = Some(Condition {
                    test: self.one(spot, keyword)?,
                    then: self.one(spot, "then"),
                    otherwise: self.one(spot, "else"),
                });
            }
            "then" | "else" => {}
            _ => return None,
        }
        Some(())
    }

    fn contains(&mut self, spot: Spot<'a>) -> Option<Contains> {
        let bound = |keyword| match spot.word(keyword) {
            None => Some(None),
            Some(bound) => bound.as_u64().map(Some),
        };
        Some(Contains {
            least: bound("minContains")?,
            most: bound("maxContains")?,
            node: self.one(spot, "contains")?,
        })
    }
}
