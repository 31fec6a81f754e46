//! A schema as numbered nodes, each a list of keywords.
//! Refuses to know how a node is evaluated.

use crate::inclusion::answer::Code;
use crate::inclusion::number::Decimal;
use crate::inclusion::pattern::Pattern;
use serde_json::Value;
use std::collections::BTreeMap;

/// JSON types; `Number` holds every number, `Integer` the whole ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::inclusion) enum Kind {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    pub(in crate::inclusion) const ALL: [Self; 7] = [
        Self::Null,
        Self::Boolean,
        Self::Integer,
        Self::Number,
        Self::String,
        Self::Array,
        Self::Object,
    ];

    pub(in crate::inclusion) fn named(word: &str) -> Option<Self> {
        Some(match word {
            "null" => Self::Null,
            "boolean" => Self::Boolean,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "string" => Self::String,
            "array" => Self::Array,
            "object" => Self::Object,
            _ => return None,
        })
    }

    /// Whether `value` is of this type.
    pub(in crate::inclusion) fn has(self, value: &Value) -> bool {
        match (self, value) {
            (Self::Integer, Value::Number(number)) => Decimal::of(number).is_integer(),
            (Self::Null, Value::Null)
            | (Self::Boolean, Value::Bool(_))
            | (Self::Number, Value::Number(_))
            | (Self::String, Value::String(_))
            | (Self::Array, Value::Array(_))
            | (Self::Object, Value::Object(_)) => true,
            _ => false,
        }
    }
}

/// A window of lengths; both ends are inside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::inclusion) struct Lengths {
    pub(in crate::inclusion) least: usize,
    pub(in crate::inclusion) most: Option<usize>,
}

impl Lengths {
    pub(in crate::inclusion) fn has(self, length: usize) -> bool {
        length >= self.least && self.most.is_none_or(|most| length <= most)
    }

    pub(in crate::inclusion) fn highest(self) -> usize {
        self.most.unwrap_or(usize::MAX)
    }
}

/// Number of a node in its program.
pub(in crate::inclusion) type Id = usize;

/// One keyword, or a family of keywords that only make sense together.
#[derive(Clone, Debug)]
pub(in crate::inclusion) enum Keyword {
    Types(Vec<Kind>),
    /// `enum`, and `const` as an `enum` of one.
    Values(Vec<Value>),
    Least {
        bound: Decimal,
        exclusive: bool,
    },
    Most {
        bound: Decimal,
        exclusive: bool,
    },
    Step(Decimal),
    Text(Lengths),
    Matches(Pattern),
    /// `format`, where it restricts.
    Format(String),
    Items {
        prefix: Vec<Id>,
        rest: Option<Id>,
    },
    Length(Lengths),
    Distinct,
    Contains {
        schema: Id,
        count: Lengths,
    },
    Members {
        named: BTreeMap<String, Id>,
        matching: Vec<(Pattern, Id)>,
        rest: Option<Id>,
    },
    Names(Id),
    Size(Lengths),
    Required(Vec<String>),
    RequiredWith(BTreeMap<String, Vec<String>>),
    SchemaWith(BTreeMap<String, Id>),
    Refer(Id),
    All(Vec<Id>),
    Any(Vec<Id>),
    One(Vec<Id>),
    Not(Id),
    Choice {
        when: Id,
        then: Option<Id>,
        other: Option<Id>,
    },
    /// After every other keyword of its node.
    UnevaluatedItems(Id),
    UnevaluatedMembers(Id),
    /// A keyword that cannot be evaluated.
    Open(Code),
}

/// One schema.
#[derive(Clone, Debug)]
pub(in crate::inclusion) struct Node {
    /// Where it stands in the respelt document.
    pub(in crate::inclusion) pointer: String,
    pub(in crate::inclusion) keywords: Vec<Keyword>,
    /// `false`: nothing is accepted.
    pub(in crate::inclusion) never: bool,
    /// Equal for schemas that are written alike, in whatever program they stand.
    pub(super) shape: u64,
}

/// A schema document as nodes; the first one is the root.
#[derive(Clone, Debug)]
pub(in crate::inclusion) struct Program {
    pub(super) nodes: Vec<Node>,
    /// Whether any node asks what its neighbours have evaluated.
    pub(super) tracks: bool,
}

impl Program {
    pub(in crate::inclusion) fn node(&self, id: Id) -> Option<&Node> {
        self.nodes.get(id)
    }

    pub(in crate::inclusion) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    pub(in crate::inclusion) fn root(&self) -> At<'_> {
        self.at(0)
    }

    pub(in crate::inclusion) fn at(&self, id: Id) -> At<'_> {
        At { program: self, id }
    }
}

/// A node of one of several programs.
#[derive(Clone, Copy, Debug)]
pub(in crate::inclusion) struct At<'a> {
    pub(in crate::inclusion) program: &'a Program,
    pub(in crate::inclusion) id: Id,
}

impl<'a> At<'a> {
    pub(in crate::inclusion) fn to(self, id: Id) -> Self {
        Self { id, ..self }
    }

    pub(in crate::inclusion) fn keywords(self) -> &'a [Keyword] {
        self.program
            .node(self.id)
            .map_or(&[], |node| node.keywords.as_slice())
    }

    /// Whether some schema that must hold wherever this one does is written like `other`.
    pub(in crate::inclusion) fn implies(self, other: Self) -> bool {
        let wanted = other.program.node(other.id).map(|node| node.shape);
        let mut seen = Vec::new();
        let mut open = vec![self.id];
        while let Some(id) = open.pop() {
            if self.program.node(id).map(|node| node.shape) == wanted {
                return true;
            }
            if seen.contains(&id) {
                continue;
            }
            seen.push(id);
            for keyword in self.to(id).keywords() {
                match keyword {
                    Keyword::Refer(id) => open.push(*id),
                    Keyword::All(ids) => open.extend(ids),
                    _ => {}
                }
            }
        }
        false
    }

    pub(in crate::inclusion) fn is_never(self) -> bool {
        self.program.node(self.id).is_some_and(|node| node.never)
    }
}

impl PartialEq for At<'_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.program, other.program) && self.id == other.id
    }
}
