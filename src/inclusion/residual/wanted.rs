//! What it takes to meet a class: its keywords, one by one, for values of one type.
//! Refuses to search: it names goals, and choices between them.

use super::atom::{Atom, Cover, Goal, Items, Place, Rule, Spelt, Uncounted};
use super::cover::{self, Taken};
use super::facts::{Kinds, kind_of};
use super::graph::{Class, Graph};
use super::literal::Literal;
use crate::inclusion::answer::Code;
use crate::inclusion::evaluate::{Id, Keyword, Kind};
use serde_json::Value;
use std::rc::Rc;

/// The keywords of a class, read in its program.
#[derive(Clone, Copy)]
pub(super) struct Reader<'g, 'a> {
    pub(super) graph: &'g Graph<'a>,
    pub(super) home: usize,
    pub(super) kind: Kind,
}

impl Reader<'_, '_> {
    pub(super) fn class(&self, id: Id) -> Class {
        self.graph.class(self.home, id)
    }

    pub(super) fn yes(&self, id: Id) -> Literal {
        Literal::yes(self.class(id))
    }

    pub(super) fn no(&self, id: Id) -> Literal {
        Literal::no(self.class(id))
    }

    pub(super) fn goal_yes(&self, id: Id) -> Goal {
        Goal::Literal(self.yes(id))
    }

    pub(super) fn goal_no(&self, id: Id) -> Goal {
        Goal::Literal(self.no(id))
    }
}

/// What a value of this kind has to meet so that the class accepts it.
pub(super) fn wanted(graph: &Graph<'_>, class: Class, kind: Kind) -> Result<Spelt, Code> {
    let (keywords, home) = graph.keywords(class);
    let reader = Reader { graph, home, kind };
    let mut spelt = Spelt {
        never: graph.is_never(class),
        ..Spelt::default()
    };
    for keyword in keywords {
        branch(reader, keyword, &mut spelt);
        match kind {
            Kind::Number | Kind::Integer => number(keyword, &mut spelt),
            Kind::String => text(keyword, &mut spelt),
            Kind::Array => list(reader, keyword, &mut spelt),
            Kind::Object => record(reader, keyword, &mut spelt),
            Kind::Null | Kind::Boolean => {}
        }
        uncovered(reader, keywords, keyword, &mut spelt)?;
    }
    Ok(spelt)
}

fn branch(reader: Reader<'_, '_>, keyword: &Keyword, spelt: &mut Spelt) {
    match keyword {
        Keyword::Types(kinds) => {
            let whole = kinds.contains(&Kind::Integer);
            if kinds.contains(&reader.kind) {
            } else if reader.kind == Kind::Number && whole {
                spelt.atom(Atom::Whole(true));
            } else {
                spelt.never = true;
            }
        }
        Keyword::Values(values) => {
            let of_kind = values.iter().filter(|value| kind_of(value) == reader.kind);
            let of_kind: Vec<Value> = of_kind.cloned().collect();
            spelt.finite.get_or_insert(of_kind);
        }
        Keyword::Refer(id) => spelt.literal(reader.yes(*id)),
        Keyword::All(ids) => ids.iter().for_each(|id| spelt.literal(reader.yes(*id))),
        Keyword::Not(id) => spelt.literal(reader.no(*id)),
        Keyword::Any(ids) => {
            let ways = ids.iter().map(|id| vec![reader.goal_yes(*id)]);
            spelt.choice(None, ways.collect());
        }
        Keyword::One(ids) => spelt.choice(None, exactly_one(reader, ids)),
        Keyword::Choice { when, then, other } => {
            let with = |first: Goal, id: &Option<Id>| {
                let second = id.map(|id| reader.goal_yes(id));
                std::iter::once(first).chain(second).collect()
            };
            let ways = vec![
                with(reader.goal_yes(*when), then),
                with(reader.goal_no(*when), other),
            ];
            spelt.choice(None, ways);
        }
        Keyword::Open(code) => spelt.atom(Atom::Open(*code)),
        _ => {}
    }
}

fn exactly_one(reader: Reader<'_, '_>, ids: &[Id]) -> Vec<Vec<Goal>> {
    let kinds = Kinds::of(reader.kind);
    let way = |chosen: usize, id: Id| {
        let others = ids.iter().enumerate().filter(|(index, _)| *index != chosen);
        let others = others.filter(|(_, other)| {
            !reader
                .graph
                .are_disjoint(reader.class(id), reader.class(**other), kinds)
        });
        let others = others.map(|(_, other)| reader.goal_no(*other));
        std::iter::once(reader.goal_yes(id)).chain(others).collect()
    };
    ids.iter()
        .enumerate()
        .map(|(chosen, id)| way(chosen, *id))
        .collect()
}

fn number(keyword: &Keyword, spelt: &mut Spelt) {
    match keyword {
        Keyword::Least { bound, exclusive } => spelt.atom(Atom::Least(*bound, *exclusive)),
        Keyword::Most { bound, exclusive } => spelt.atom(Atom::Most(*bound, *exclusive)),
        Keyword::Step(step) => spelt.atom(Atom::Step(*step, true)),
        _ => {}
    }
}

fn text(keyword: &Keyword, spelt: &mut Spelt) {
    match keyword {
        Keyword::Text(lengths) => spelt.atom(Atom::Text(*lengths)),
        Keyword::Format(name) => spelt.atom(Atom::Format(name.clone(), true)),
        Keyword::Matches(pattern) => spelt.atom(Atom::Matches(pattern.clone(), true)),
        _ => {}
    }
}

fn list(reader: Reader<'_, '_>, keyword: &Keyword, spelt: &mut Spelt) {
    match keyword {
        Keyword::Items { prefix, rest } => {
            let items = Items {
                prefix: prefix.iter().map(|id| reader.yes(*id)).collect(),
                rest: rest.map(|id| reader.yes(id)),
            };
            spelt.atom(Atom::Items(Rc::new(items)));
        }
        Keyword::Length(lengths) => spelt.atom(Atom::Length(*lengths)),
        Keyword::Distinct => spelt.atom(Atom::Distinct),
        Keyword::Contains { schema, count } => {
            spelt.atom(Atom::Count(reader.yes(*schema), *count));
        }
        _ => {}
    }
}

fn record(reader: Reader<'_, '_>, keyword: &Keyword, spelt: &mut Spelt) {
    let present = |name: &String| Goal::Atom(Atom::Member(Place::Key(name.clone()), Vec::new()));
    let absent = |name: &String| vec![Goal::Atom(Atom::Absent(name.clone()))];
    match keyword {
        Keyword::Members {
            named,
            matching,
            rest,
        } => {
            let named = named.iter();
            let matching = matching.iter();
            let rule = Rule {
                named: named
                    .map(|(name, id)| (name.clone(), Some(reader.yes(*id))))
                    .collect(),
                matching: matching
                    .map(|(pattern, id)| (pattern.clone(), Some(reader.yes(*id))))
                    .collect(),
                rest: rest.map(|id| reader.yes(id)),
            };
            spelt.atom(Atom::Rule(Rc::new(rule)));
        }
        Keyword::Names(id) => spelt.atom(Atom::Names(reader.yes(*id))),
        Keyword::Size(lengths) => spelt.atom(Atom::Size(*lengths)),
        Keyword::Required(names) => spelt.goals.extend(names.iter().map(present)),
        Keyword::RequiredWith(needed) => {
            for (name, names) in needed {
                let all = names.iter().map(present).collect();
                spelt.choice(None, vec![absent(name), all]);
            }
        }
        Keyword::SchemaWith(schemas) => {
            for (name, id) in schemas {
                spelt.choice(None, vec![absent(name), vec![reader.goal_yes(*id)]]);
            }
        }
        _ => {}
    }
}

/// Whatever the keywords around have not taken into account has to be as `unevaluated*` says.
fn uncovered(
    reader: Reader<'_, '_>,
    keywords: &[Keyword],
    keyword: &Keyword,
    spelt: &mut Spelt,
) -> Result<(), Code> {
    let id = match (keyword, reader.kind) {
        (Keyword::UnevaluatedItems(id), Kind::Array)
        | (Keyword::UnevaluatedMembers(id), Kind::Object) => *id,
        (_, _) => return Ok(()),
    };
    let holds = reader.yes(id);
    let mut ways = Vec::new();
    for case in cover::cases(reader, keywords)? {
        let mut goals = case.goals;
        if let Some(atom) = all_else(&case.taken, holds, reader.kind) {
            goals.push(Goal::Atom(atom));
        }
        ways.push(goals);
    }
    spelt.choice(None, ways);
    Ok(())
}

/// That everything which is not taken into account is as `holds` says.
fn all_else(taken: &Taken, holds: Literal, kind: Kind) -> Option<Atom> {
    if taken.all {
        return None;
    }
    if kind == Kind::Array {
        return Some(Atom::Uncounted(Rc::new(Uncounted {
            from: taken.prefix,
            unless: taken.contains.clone(),
            holds,
        })));
    }
    let Cover { names, patterns } = taken.cover.clone();
    let matching = patterns.into_iter().map(|pattern| (pattern, None));
    Some(Atom::Rule(Rc::new(Rule {
        named: names.into_iter().map(|name| (name, None)).collect(),
        matching: matching.collect(),
        rest: Some(holds),
    })))
}
