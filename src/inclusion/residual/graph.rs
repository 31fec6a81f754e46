//! The nodes of several programs as classes: nodes that say the same, in whatever program, are one class.
//! Refuses to merge by likeness: two nodes are one class only when no path below them tells them apart.

use super::facts::{self, Facts, Kinds};
use crate::inclusion::evaluate::{At, Id, Keyword, Node, Program};
use crate::inclusion::number::Decimal;
use serde_json::Value;
use std::collections::HashMap;

/// Number of a class.
pub(super) type Class = u32;

/// Several programs seen as one graph.
pub(super) struct Graph<'a> {
    programs: Vec<&'a Program>,
    /// Class of every node, program by program.
    classes: Vec<Vec<Class>>,
    /// One node of every class.
    members: Vec<At<'a>>,
    homes: Vec<usize>,
    facts: Vec<Facts<'a>>,
}

impl<'a> Graph<'a> {
    pub(super) fn new(programs: Vec<&'a Program>) -> Self {
        let classes = refine(&programs);
        let mut members: Vec<Option<(usize, Id)>> = Vec::new();
        for (home, own) in classes.iter().enumerate() {
            for (id, class) in own.iter().enumerate() {
                let index = usize::try_from(*class).unwrap_or(usize::MAX);
                if members.len() <= index {
                    members.resize(index.saturating_add(1), None);
                }
                let is_alias = is_alias(programs.get(home).and_then(|program| program.node(id)));
                if let Some(slot) = members.get_mut(index).filter(|slot| slot.is_none())
                    && !is_alias
                {
                    *slot = Some((home, id));
                }
            }
        }
        let members: Vec<(usize, Id)> = members.into_iter().flatten().collect();
        let homes = members.iter().map(|(home, _)| *home).collect();
        let members = members
            .iter()
            .filter_map(|(home, id)| programs.get(*home).map(|program| program.at(*id)))
            .collect();
        let mut graph = Self {
            programs,
            classes,
            members,
            homes,
            facts: Vec::new(),
        };
        graph.facts = facts::all(&graph);
        graph
    }

    /// How many classes there are.
    pub(super) fn len(&self) -> usize {
        self.members.len()
    }

    /// The class of the root of a program.
    pub(super) fn root(&self, program: usize) -> Class {
        self.class(program, 0)
    }

    /// The class of a node of a program.
    pub(super) fn class(&self, program: usize, id: Id) -> Class {
        let own = self.classes.get(program).and_then(|own| own.get(id));
        own.copied().unwrap_or(u32::MAX)
    }

    /// A node of the class.
    pub(super) fn at(&self, class: Class) -> Option<At<'a>> {
        let index = usize::try_from(class).ok()?;
        self.members.get(index).copied()
    }

    /// The keywords of the class, and the program in which their nodes are numbered.
    pub(super) fn keywords(&self, class: Class) -> (&'a [Keyword], usize) {
        let index = usize::try_from(class).unwrap_or(usize::MAX);
        let keywords = self.members.get(index).map_or(&[][..], |at| at.keywords());
        (keywords, self.homes.get(index).copied().unwrap_or_default())
    }

    pub(super) fn is_never(&self, class: Class) -> bool {
        self.at(class).is_none_or(At::is_never)
    }

    /// What can be told of the class at a glance.
    pub(super) fn facts(&self, class: Class) -> Option<&Facts<'a>> {
        self.facts.get(usize::try_from(class).ok()?)
    }

    /// Whether it can be told at a glance that no value of one of `kinds` is in both.
    pub(super) fn are_disjoint(&self, one: Class, other: Class, kinds: Kinds) -> bool {
        match (self.facts(one), self.facts(other)) {
            (Some(one), Some(other)) => one.excludes(other, kinds),
            (_, _) => false,
        }
    }

    pub(super) fn programs(&self) -> usize {
        self.programs.len()
    }
}

/// Whether the node only says what another one says.
fn is_alias(node: Option<&Node>) -> bool {
    node.is_some_and(|node| matches!(node.keywords.as_slice(), [Keyword::Refer(_)]))
}

/// The node that `id` stands for once plain references are followed.
fn resolved(program: &Program, id: Id) -> Id {
    let mut id = id;
    for _ in 0..program.nodes().len() {
        match program.node(id).map(|node| node.keywords.as_slice()) {
            Some([Keyword::Refer(next)]) => id = *next,
            Some(_) | None => break,
        }
    }
    id
}

/// What a node says by itself, and the nodes that it speaks of.
struct Spelling {
    own: u32,
    children: Vec<Part>,
}

/// Nodes that a keyword speaks of: one, or several whose order says nothing.
enum Part {
    One(usize),
    Bag(Vec<usize>),
}

/// Splits the nodes into classes until nothing tells two members of a class apart.
fn refine(programs: &[&Program]) -> Vec<Vec<Class>> {
    let mut offsets = Vec::new();
    let mut total = 0;
    for program in programs {
        offsets.push(total);
        total += program.nodes().len();
    }
    let mut texts: HashMap<String, u32> = HashMap::new();
    let mut spellings = Vec::with_capacity(total);
    let mut targets = Vec::with_capacity(total);
    for (program, offset) in programs.iter().zip(&offsets) {
        for (id, node) in program.nodes().iter().enumerate() {
            targets.push(offset + resolved(program, id));
            let place = |id: Id| offset + resolved(program, id);
            spellings.push(spelling(node, &place, &mut texts));
        }
    }
    let mut classes: Vec<u32> = spellings.iter().map(|spelling| spelling.own).collect();
    let mut count = 0;
    loop {
        let mut keys: HashMap<Vec<u32>, u32> = HashMap::new();
        let next: Vec<u32> = spellings
            .iter()
            .map(|spelling| {
                let fresh = number(keys.len());
                *keys.entry(key(spelling, &classes)).or_insert(fresh)
            })
            .collect();
        let found = keys.len();
        classes = next;
        if found == count {
            break;
        }
        count = found;
    }
    let compact = compacted(&targets, &classes);
    let mut all = Vec::new();
    for (program, offset) in programs.iter().zip(&offsets) {
        let end = offset + program.nodes().len();
        all.push(compact.get(*offset..end).unwrap_or_default().to_vec());
    }
    all
}

/// The classes of what every node stands for, numbered without gaps.
fn compacted(targets: &[usize], classes: &[u32]) -> Vec<Class> {
    let mut numbers: HashMap<u32, Class> = HashMap::new();
    targets
        .iter()
        .map(|target| {
            let class = classes.get(*target).copied().unwrap_or_default();
            let fresh = number(numbers.len());
            *numbers.entry(class).or_insert(fresh)
        })
        .collect()
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn key(spelling: &Spelling, classes: &[u32]) -> Vec<u32> {
    let class = |index: &usize| classes.get(*index).copied().unwrap_or(u32::MAX);
    let mut key = vec![spelling.own];
    for part in &spelling.children {
        match part {
            Part::One(index) => key.push(class(index)),
            Part::Bag(indices) => {
                let mut bag: Vec<u32> = indices.iter().map(class).collect();
                bag.sort_unstable();
                key.extend(bag);
            }
        }
    }
    key
}

fn spelling(
    node: &Node,
    place: &dyn Fn(Id) -> usize,
    texts: &mut HashMap<String, u32>,
) -> Spelling {
    let mut own = String::new();
    let mut children = Vec::new();
    if node.never {
        own.push('!');
    }
    for keyword in &node.keywords {
        say(keyword, place, &mut own, &mut children);
        own.push(';');
    }
    let fresh = number(texts.len());
    let own = *texts.entry(own).or_insert(fresh);
    Spelling { own, children }
}

/// Writes what the keyword says by itself, and notes the nodes that it speaks of.
fn say(keyword: &Keyword, place: &dyn Fn(Id) -> usize, own: &mut String, children: &mut Vec<Part>) {
    let mut one = |id: &Id| children.push(Part::One(place(*id)));
    let text = match keyword {
        Keyword::Types(kinds) => {
            let mut kinds = kinds.clone();
            kinds.sort_unstable();
            format!("type{kinds:?}")
        }
        Keyword::Values(values) => {
            let mut values: Vec<String> = values.iter().map(canonical).collect();
            values.sort_unstable();
            values.dedup();
            format!("enum{values:?}")
        }
        Keyword::Matches(pattern) => format!("pattern{:?}", pattern.source()),
        Keyword::Items { prefix, rest } => {
            prefix.iter().for_each(&mut one);
            rest.iter().for_each(&mut one);
            format!("items{}{}", prefix.len(), rest.is_some())
        }
        Keyword::Contains { schema, count } => {
            one(schema);
            format!("contains{count:?}")
        }
        Keyword::Members {
            named,
            matching,
            rest,
        } => {
            named.values().for_each(&mut one);
            matching.iter().for_each(|(_, id)| one(id));
            rest.iter().for_each(&mut one);
            let names: Vec<&String> = named.keys().collect();
            let patterns: Vec<&str> = matching.iter().map(|(one, _)| one.source()).collect();
            format!("members{names:?}{patterns:?}{}", rest.is_some())
        }
        Keyword::Required(names) => {
            let mut names = names.clone();
            names.sort_unstable();
            names.dedup();
            format!("required{names:?}")
        }
        Keyword::RequiredWith(needed) => format!("needs{needed:?}"),
        Keyword::SchemaWith(schemas) => {
            schemas.values().for_each(&mut one);
            format!("with{:?}", schemas.keys().collect::<Vec<_>>())
        }
        Keyword::Names(id)
        | Keyword::Refer(id)
        | Keyword::Not(id)
        | Keyword::UnevaluatedItems(id)
        | Keyword::UnevaluatedMembers(id) => {
            one(id);
            word(keyword).to_owned()
        }
        Keyword::All(ids) | Keyword::Any(ids) | Keyword::One(ids) => {
            children.push(Part::Bag(ids.iter().map(|id| place(*id)).collect()));
            format!("{}{}", word(keyword), ids.len())
        }
        Keyword::Choice { when, then, other } => {
            one(when);
            then.iter().for_each(&mut one);
            other.iter().for_each(&mut one);
            format!("if{}{}", then.is_some(), other.is_some())
        }
        plain => format!("{plain:?}"),
    };
    own.push_str(&text);
}

fn word(keyword: &Keyword) -> &'static str {
    match keyword {
        Keyword::Names(_) => "names",
        Keyword::Refer(_) => "refer",
        Keyword::Not(_) => "not",
        Keyword::UnevaluatedItems(_) => "unevaluatedItems",
        Keyword::UnevaluatedMembers(_) => "unevaluatedProperties",
        Keyword::All(_) => "all",
        Keyword::Any(_) => "any",
        _ => "one",
    }
}

/// One text for each JSON value: members in order, numbers by what they say.
pub(super) fn canonical(value: &Value) -> String {
    match value {
        Value::Number(number) => format!("{:?}", Decimal::of(number)),
        Value::Array(items) => format!(
            "[{}]",
            items.iter().map(canonical).collect::<Vec<_>>().join(",")
        ),
        Value::Object(members) => {
            let mut all: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{name:?}:{}", canonical(value)))
                .collect();
            all.sort_unstable();
            format!("{{{}}}", all.join(","))
        }
        scalar => scalar.to_string(),
    }
}
