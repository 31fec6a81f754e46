//! Schemas to nodes: every set of schemas that meets at one value becomes one node.
//! Refuses to fail: what it does not understand becomes a node of which nothing can be said.

use super::gather::{Gathered, kind};
use super::numeral::NumberRules;
use super::pattern::{Pattern, Plain};
use super::program::{
    ANYTHING, ARRAY, ArrayRules, Branch, Contains, EVERY, Node, NodeId, OBJECT, Program, TextRules,
};
use super::sources::{Draft, Sources, address};
use serde_json::{Map, Value};
use std::collections::{BTreeSet, HashMap};

/// The node of which nothing can be said.
pub(super) const UNKNOWN: NodeId = 1;

/// The node that accepts nothing.
pub(super) const NEVER: NodeId = 2;

/// Most nodes of a program, so that schemas which multiply stay small.
const MOST_NODES: usize = 50_000;

/// Most schemas that `contains` may count side by side.
const MOST_COUNTED: usize = 64;

/// Largest divisor that is taken as it is written.
///
/// Source: the full validator keeps divisors as doubles, which are exact up to here
const LARGEST_DIVISOR: i64 = 1 << 53;

/// Longest prefix of an array with rules of its own.
const LONGEST_PREFIX: usize = 256;

/// Schemas that meet at one value, and what of them is judged already.
#[derive(Clone, Default)]
pub(super) struct Meeting<'v> {
    pub(super) schemas: Vec<&'v Value>,
    pub(super) skipped: Vec<usize>,
}

impl<'v> Meeting<'v> {
    pub(super) fn of(schemas: impl IntoIterator<Item = &'v Value>) -> Self {
        Self {
            schemas: schemas.into_iter().collect(),
            skipped: Vec::new(),
        }
    }

    fn key(&self) -> (Vec<usize>, Vec<usize>) {
        let schemas: BTreeSet<usize> = self.schemas.iter().map(|one| address(one)).collect();
        let skipped: BTreeSet<usize> = self.skipped.iter().copied().collect();
        (schemas.into_iter().collect(), skipped.into_iter().collect())
    }
}

pub(super) struct Compiler<'v> {
    pub(super) sources: Sources<'v>,
    known: HashMap<(Vec<usize>, Vec<usize>), NodeId>,
    waiting: Vec<(NodeId, Meeting<'v>)>,
    pub(super) program: Program,
    patterns: HashMap<String, u32>,
}

impl Program {
    /// The program of a bundle. What of the bundle is not understood, the program never accepts.
    #[must_use]
    pub fn compile(bundle: &Value) -> Self {
        let nodes = vec![
            Node {
                kinds: EVERY,
                booleans: 3,
                ..Node::default()
            },
            Node {
                kinds: EVERY,
                unsure: EVERY,
                booleans: 3,
                ..Node::default()
            },
            Node::default(),
        ];
        let program = Self {
            nodes,
            patterns: Vec::new(),
            root: UNKNOWN,
            names: 0,
        };
        match Sources::new(bundle) {
            Some(sources) => Compiler::new(sources, program).all(bundle),
            None => program,
        }
    }
}

impl<'v> Compiler<'v> {
    fn new(sources: Sources<'v>, program: Program) -> Self {
        Self {
            sources,
            known: HashMap::new(),
            waiting: Vec::new(),
            program,
            patterns: HashMap::new(),
        }
    }

    fn all(mut self, bundle: &'v Value) -> Program {
        self.program.root = self.node(Meeting::of([bundle]));
        while let Some((id, meeting)) = self.waiting.pop() {
            let node = self.build(&meeting);
            if let Some(place) = self.program.nodes.get_mut(id as usize) {
                *place = node;
            }
        }
        self.program
    }

    /// The node of a meeting, which is built later.
    pub(super) fn node(&mut self, mut meeting: Meeting<'v>) -> NodeId {
        let is_empty = |schema: &Value| match schema {
            Value::Bool(accepts) => *accepts,
            Value::Object(keywords) => keywords.is_empty(),
            Value::Null | Value::Number(_) | Value::String(_) | Value::Array(_) => false,
        };
        for schema in &mut meeting.schemas {
            *schema = self.sources.meant(schema);
        }
        meeting.schemas.retain(|schema| !is_empty(schema));
        if meeting.schemas.is_empty() {
            return ANYTHING;
        }
        let key = meeting.key();
        if let Some(id) = self.known.get(&key) {
            return *id;
        }
        let count = self.program.nodes.len();
        let Some(id) = u32::try_from(count).ok().filter(|_| count < MOST_NODES) else {
            return UNKNOWN;
        };
        self.program.nodes.push(Node {
            kinds: EVERY,
            unsure: EVERY,
            ..Node::default()
        });
        self.known.insert(key, id);
        self.waiting.push((id, meeting));
        id
    }

    fn build(&mut self, meeting: &Meeting<'v>) -> Node {
        let all = Gathered::of(&self.sources, &meeting.schemas, &meeting.skipped);
        let mut node = Node {
            kinds: all.kinds,
            unsure: all.unsure,
            booleans: 3,
            ..Node::default()
        };
        let mut text = TextRules {
            least: all.lengths.least,
            most: all.lengths.most,
            words: None,
            patterns: all.patterns.iter().map(|one| self.pattern(one)).collect(),
        };
        let mut number = numbers(&all);
        for choice in &all.choices {
            choose(&mut node, &mut text, &mut number, choice);
        }
        if let ([index], true, None) = (&*text.patterns, all.lengths.is_open(), &text.words) {
            let pattern = self.program.patterns.get(*index as usize);
            node.plain = pattern.map_or(Plain::No, |pattern| pattern.plain);
        }
        if !all.lengths.is_open() || text.words.is_some() || !text.patterns.is_empty() {
            node.text = Some(Box::new(text));
        }
        let free = number.bounds.is_empty() && number.multiples.is_empty();
        if !free || number.among.is_some() || number.uneven {
            node.number = Some(Box::new(number));
        }
        self.array(&all, &mut node);
        self.object(&all, &mut node);
        self.branches(&all, &mut node);
        self.jumps(meeting, &all, &mut node);
        node
    }

    pub(super) fn pattern(&mut self, pattern: &str) -> u32 {
        if let Some(index) = self.patterns.get(pattern) {
            return *index;
        }
        let index = u32::try_from(self.program.patterns.len()).unwrap_or(u32::MAX);
        self.program.patterns.push(Pattern::new(pattern));
        self.patterns.insert(pattern.to_owned(), index);
        index
    }

    fn array(&mut self, all: &Gathered<'v>, node: &mut Node) {
        let bare = all.arrays.is_empty() && all.contains.is_empty();
        if bare && all.items.is_open() && !all.unique {
            return;
        }
        let draft = self.sources.draft;
        let parts: Vec<_> = all.arrays.iter().map(|map| items(draft, map)).collect();
        let length = parts.iter().map(|(first, _)| first.len()).max();
        let length = length.unwrap_or(0);
        if length > LONGEST_PREFIX || all.contains.len() > MOST_COUNTED {
            node.unsure |= ARRAY;
            return;
        }
        let mut prefix = Vec::with_capacity(length);
        for index in 0..length {
            let meeting = parts
                .iter()
                .filter_map(|(first, rest)| first.get(index).or(*rest));
            prefix.push(self.node(Meeting::of(meeting)));
        }
        let rest = self.node(Meeting::of(parts.iter().filter_map(|(_, rest)| *rest)));
        let contains = all.contains.iter().map(|(schema, least, most)| Contains {
            node: self.node(Meeting::of([*schema])),
            least: *least,
            most: *most,
        });
        let contains = contains.collect();
        node.array = Some(Box::new(ArrayRules {
            prefix,
            rest,
            least: all.items.least,
            most: all.items.most,
            unique: all.unique,
            contains,
        }));
    }

    fn branches(&mut self, all: &Gathered<'v>, node: &mut Node) {
        for (groups, one) in [(&all.any, false), (&all.one, true)] {
            for group in groups {
                let Value::Array(list) = group else {
                    node.unsure = EVERY;
                    continue;
                };
                let nodes = list.iter().map(|one| self.node(Meeting::of([one])));
                let nodes = nodes.collect();
                node.branches.push(if one {
                    Branch::One(nodes)
                } else {
                    Branch::Any(nodes)
                });
            }
        }
        for schema in &all.not {
            let inner = self.node(Meeting::of([*schema]));
            node.branches.push(Branch::Not(inner));
        }
        for beside in &all.conditions {
            let mut part = |keyword| self.node(Meeting::of(beside.get(keyword)));
            node.branches.push(Branch::If {
                test: part("if"),
                then: part("then"),
                otherwise: part("else"),
            });
        }
    }
}

/// The schemas of the first items, and that of all others.
type Items<'v> = (&'v [Value], Option<&'v Value>);

/// Source: 2020-12 core 10.3.1 for `prefixItems`, draft-07 validation 6.4 for lists in `items`
fn items<'v>(draft: Draft, map: &'v Map<String, Value>) -> Items<'v> {
    let (first, rest) = match draft {
        Draft::TwentyTwenty => (map.get("prefixItems"), map.get("items")),
        Draft::Seven => match map.get("items") {
            Some(list @ Value::Array(_)) => (Some(list), map.get("additionalItems")),
            rest => (None, rest),
        },
    };
    let first = first.and_then(Value::as_array);
    (first.map_or(&[], Vec::as_slice), rest)
}

fn numbers(all: &Gathered<'_>) -> NumberRules {
    let divisors: Vec<_> = all.multiples.iter().map(|one| divisor(one)).collect();
    NumberRules {
        bounds: all.bounds.clone(),
        uneven: divisors.contains(&None),
        // Everything whole is a multiple of one, and nothing broken is.
        multiples: divisors.into_iter().flatten().collect(),
        among: None,
    }
}

fn divisor(value: &Value) -> Option<i64> {
    let divisor = value.as_i64()?;
    (1..=LARGEST_DIVISOR).contains(&divisor).then_some(divisor)
}

/// Narrows the rules to the values of one `enum` or `const`.
fn choose(node: &mut Node, text: &mut TextRules, number: &mut NumberRules, choice: &[Value]) {
    let (mut kinds, mut booleans) = (0, 0);
    let (mut words, mut numbers) = (BTreeSet::new(), Vec::new());
    for value in choice {
        kinds |= kind(value);
        match value {
            Value::Bool(value) => booleans |= if *value { 2 } else { 1 },
            Value::Number(value) => {
                number.uneven |= value.as_i64().is_none();
                numbers.extend(value.as_i64());
            }
            Value::String(word) => {
                words.insert(word.as_str());
            }
            Value::Null | Value::Array(_) | Value::Object(_) => {}
        }
    }
    node.kinds &= kinds;
    node.unsure |= kinds & (ARRAY | OBJECT);
    node.booleans &= booleans;
    let narrowed: Vec<Box<str>> = match &text.words {
        Some(before) => before
            .iter()
            .filter(|word| words.contains(word.as_ref()))
            .cloned()
            .collect(),
        None => words.into_iter().map(Box::from).collect(),
    };
    text.words = Some(narrowed);
    match &mut number.among {
        Some(before) => before.retain(|one| numbers.contains(one)),
        None => number.among = Some(numbers),
    }
}
