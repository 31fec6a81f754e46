//! The ways in which a class can reject a value of one type: one keyword at a time.
//! Refuses to search: it names the ways.

use super::atom::{Atom, Cover, Goal, Place, Way};
use super::cover;
use super::facts::{Kinds, kind_of};
use super::graph::Class;
use super::literal::{Literal, Terms};
use super::wanted::Reader;
use crate::inclusion::answer::Code;
use crate::inclusion::evaluate::{Id, Keyword, Kind, Lengths};
use crate::inclusion::pattern::Pattern;
use serde_json::Value;
use std::collections::BTreeMap;
use std::rc::Rc;

/// The ways in which the class rejects a value of this kind; one without any goal when it rejects them all.
pub(super) fn unwanted(terms: &mut Terms<'_>, class: Class, kind: Kind) -> Result<Vec<Way>, Code> {
    let always = || Ok(vec![Vec::new()]);
    let (keywords, home) = terms.graph.keywords(class);
    if terms.graph.is_never(class) {
        return always();
    }
    let mut ways = Vec::new();
    for keyword in keywords {
        if let Keyword::Values(values) = keyword {
            let of_kind: Vec<&Value> = values.iter().filter(|one| kind_of(one) == kind).collect();
            if of_kind.is_empty() {
                return always();
            }
            let mut not = |value: &&Value| Goal::Literal(Literal::no(terms.value(value)));
            ways.push(of_kind.iter().map(&mut not).collect());
            continue;
        }
        let graph = &terms.graph;
        let reader = Reader { graph, home, kind };
        if branch(reader, keyword, &mut ways) {
            return always();
        }
        match kind {
            Kind::Number | Kind::Integer => number(keyword, &mut ways),
            Kind::String => text(keyword, &mut ways),
            Kind::Array => list(reader, keyword, &mut ways),
            Kind::Object => record(reader, keyword, &mut ways),
            Kind::Null | Kind::Boolean => {}
        }
        uncovered(reader, keywords, keyword, &mut ways)?;
    }
    Ok(ways)
}

/// The ways in which a list or an object differs from `value`.
pub(super) fn other_than(terms: &mut Terms<'_>, value: &Value) -> Vec<Way> {
    match value {
        Value::Array(items) => {
            let mut ways = windows(Some(items.len()), Some(items.len()), Atom::Length);
            for (index, item) in items.iter().enumerate() {
                let literal = Literal::no(terms.value(item));
                ways.push(vec![Goal::Atom(Atom::Item(index, literal))]);
            }
            ways
        }
        Value::Object(members) => {
            let cover = Cover {
                names: members.keys().cloned().collect(),
                patterns: Vec::new(),
            };
            let mut ways = vec![member(Place::Outside(Rc::new(cover)), Vec::new())];
            for (name, value) in members {
                let literal = Literal::no(terms.value(value));
                ways.push(vec![Goal::Atom(Atom::Absent(name.clone()))]);
                ways.push(member(Place::Key(name.clone()), vec![literal]));
            }
            ways
        }
        scalar => vec![vec![Goal::Atom(Atom::Excluded(scalar.clone()))]],
    }
}

fn member(place: Place, literals: Vec<Literal>) -> Way {
    vec![Goal::Atom(Atom::Member(place, literals))]
}

/// Whether every value of the kind is rejected outright; else the ways are added.
fn branch(reader: Reader<'_, '_>, keyword: &Keyword, ways: &mut Vec<Way>) -> bool {
    match keyword {
        Keyword::Types(kinds) => {
            if kinds.contains(&reader.kind) {
                return false;
            }
            if reader.kind != Kind::Number || !kinds.contains(&Kind::Integer) {
                return true;
            }
            ways.push(vec![Goal::Atom(Atom::Whole(false))]);
        }
        Keyword::Refer(id) => ways.push(vec![reader.goal_no(*id)]),
        Keyword::All(ids) => ways.extend(ids.iter().map(|id| vec![reader.goal_no(*id)])),
        Keyword::Any(ids) => ways.push(ids.iter().map(|id| reader.goal_no(*id)).collect()),
        Keyword::One(ids) => {
            ways.push(ids.iter().map(|id| reader.goal_no(*id)).collect());
            pairs(reader, ids, ways);
        }
        Keyword::Not(id) => ways.push(vec![reader.goal_yes(*id)]),
        Keyword::Choice { when, then, other } => {
            ways.extend(then.map(|id| vec![reader.goal_yes(*when), reader.goal_no(id)]));
            ways.extend(other.map(|id| vec![reader.goal_no(*when), reader.goal_no(id)]));
        }
        Keyword::Open(code) => ways.push(vec![Goal::Atom(Atom::Open(*code))]),
        _ => {}
    }
    false
}

/// Two branches at once.
fn pairs(reader: Reader<'_, '_>, ids: &[Id], ways: &mut Vec<Way>) {
    for (index, one) in ids.iter().enumerate() {
        for other in ids.iter().skip(index + 1) {
            let (first, second) = (reader.class(*one), reader.class(*other));
            if !reader
                .graph
                .are_disjoint(first, second, Kinds::of(reader.kind))
            {
                ways.push(vec![reader.goal_yes(*one), reader.goal_yes(*other)]);
            }
        }
    }
}

fn number(keyword: &Keyword, ways: &mut Vec<Way>) {
    let atom = match keyword {
        Keyword::Least { bound, exclusive } => Atom::Most(*bound, !exclusive),
        Keyword::Most { bound, exclusive } => Atom::Least(*bound, !exclusive),
        Keyword::Step(step) => Atom::Step(*step, false),
        _ => return,
    };
    ways.push(vec![Goal::Atom(atom)]);
}

fn text(keyword: &Keyword, ways: &mut Vec<Way>) {
    match keyword {
        Keyword::Text(lengths) => ways.extend(outside(*lengths, Atom::Text)),
        Keyword::Format(name) => {
            ways.push(vec![Goal::Atom(Atom::Format(name.clone(), false))]);
        }
        Keyword::Matches(pattern) => {
            ways.push(vec![Goal::Atom(Atom::Matches(pattern.clone(), false))]);
        }
        _ => {}
    }
}

fn list(reader: Reader<'_, '_>, keyword: &Keyword, ways: &mut Vec<Way>) {
    match keyword {
        Keyword::Items { prefix, rest } => {
            for (index, id) in prefix.iter().enumerate() {
                ways.push(vec![Goal::Atom(Atom::Item(index, reader.no(*id)))]);
            }
            let some = |id: Id| Atom::SomeItem(prefix.len(), vec![reader.no(id)]);
            ways.extend(rest.map(|id| vec![Goal::Atom(some(id))]));
        }
        Keyword::Length(lengths) => ways.extend(outside(*lengths, Atom::Length)),
        Keyword::Distinct => ways.push(vec![Goal::Atom(Atom::Twins)]),
        Keyword::Contains { schema, count } => {
            let literal = reader.yes(*schema);
            ways.extend(outside(*count, |lengths| Atom::Count(literal, lengths)));
        }
        _ => {}
    }
}

fn record(reader: Reader<'_, '_>, keyword: &Keyword, ways: &mut Vec<Way>) {
    match keyword {
        Keyword::Members {
            named,
            matching,
            rest,
        } => members(reader, named, matching, *rest, ways),
        Keyword::Names(id) => ways.push(member(Place::Named(reader.no(*id)), Vec::new())),
        Keyword::Size(lengths) => ways.extend(outside(*lengths, Atom::Size)),
        Keyword::Required(names) => {
            let absent = |name: &String| vec![Goal::Atom(Atom::Absent(name.clone()))];
            ways.extend(names.iter().map(absent));
        }
        Keyword::RequiredWith(needed) => {
            for (name, names) in needed {
                for missing in names {
                    let mut way = member(Place::Key(name.clone()), Vec::new());
                    way.push(Goal::Atom(Atom::Absent(missing.clone())));
                    ways.push(way);
                }
            }
        }
        Keyword::SchemaWith(schemas) => {
            for (name, id) in schemas {
                let mut way = member(Place::Key(name.clone()), Vec::new());
                way.push(reader.goal_no(*id));
                ways.push(way);
            }
        }
        _ => {}
    }
}

fn members(
    reader: Reader<'_, '_>,
    named: &BTreeMap<String, Id>,
    matching: &[(Pattern, Id)],
    rest: Option<Id>,
    ways: &mut Vec<Way>,
) {
    for (name, id) in named {
        ways.push(member(Place::Key(name.clone()), vec![reader.no(*id)]));
    }
    for (pattern, id) in matching {
        let place = Place::Matching(pattern.clone());
        ways.push(member(place, vec![reader.no(*id)]));
    }
    if let Some(id) = rest {
        let cover = Cover {
            names: named.keys().cloned().collect(),
            patterns: matching.iter().map(|(one, _)| one.clone()).collect(),
        };
        ways.push(member(Place::Outside(Rc::new(cover)), vec![reader.no(id)]));
    }
}

/// Something that nothing has taken into account, and that is not as `unevaluated*` says.
fn uncovered(
    reader: Reader<'_, '_>,
    keywords: &[Keyword],
    keyword: &Keyword,
    ways: &mut Vec<Way>,
) -> Result<(), Code> {
    let id = match (keyword, reader.kind) {
        (Keyword::UnevaluatedItems(id), Kind::Array)
        | (Keyword::UnevaluatedMembers(id), Kind::Object) => *id,
        (_, _) => return Ok(()),
    };
    let fails = reader.no(id);
    for case in cover::cases(reader, keywords)? {
        if case.taken.all {
            continue;
        }
        let mut way = case.goals;
        way.push(Goal::Atom(if reader.kind == Kind::Array {
            let counted = case.taken.contains.iter().map(|one| one.negated());
            let literals = std::iter::once(fails).chain(counted).collect();
            Atom::SomeItem(case.taken.prefix, literals)
        } else {
            Atom::Member(Place::Outside(Rc::new(case.taken.cover)), vec![fails])
        }));
        ways.push(way);
    }
    Ok(())
}

/// Outside a window of lengths.
fn outside(lengths: Lengths, atom: impl Fn(Lengths) -> Atom) -> Vec<Way> {
    windows(Some(lengths.least), lengths.most, atom)
}

fn windows(least: Option<usize>, most: Option<usize>, atom: impl Fn(Lengths) -> Atom) -> Vec<Way> {
    let below = least
        .and_then(|least| least.checked_sub(1))
        .map(|most| Lengths {
            least: 0,
            most: Some(most),
        });
    let above = most
        .and_then(|most| most.checked_add(1))
        .map(|least| Lengths { least, most: None });
    let way = |lengths| vec![Goal::Atom(atom(lengths))];
    below.into_iter().chain(above).map(way).collect()
}
