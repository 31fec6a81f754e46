//! What a value has to be so that several schemas accept it, with one branch taken at every choice.
//! Refuses to prove that such a value exists: whoever makes one asks the evaluator.

use crate::inclusion::evaluate::{At, Keyword, Kind, Lengths};
use crate::inclusion::number::Decimal;
use crate::inclusion::pattern::Pattern;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Most ways through the branches of one conjunction.
const WAYS: usize = 24;
/// Most states looked at while the ways are sought.
const STATES: usize = 400;

/// A number bound and whether the bound itself is outside.
pub(super) type Bound = (Decimal, bool);

/// The keywords of a conjunction, side by side.
#[derive(Clone, Debug)]
pub(super) struct Demand<'a> {
    pub(super) kinds: Vec<Kind>,
    pub(super) values: Option<Vec<&'a Value>>,
    pub(super) least: Option<Bound>,
    pub(super) most: Option<Bound>,
    pub(super) steps: Vec<Decimal>,
    pub(super) text: Lengths,
    pub(super) patterns: Vec<&'a Pattern>,
    pub(super) formats: Vec<&'a str>,
    pub(super) items: Vec<(Vec<At<'a>>, Option<At<'a>>)>,
    pub(super) length: Lengths,
    pub(super) distinct: bool,
    pub(super) contains: Vec<(At<'a>, Lengths)>,
    pub(super) members: Vec<MemberRule<'a>>,
    pub(super) unevaluated: Vec<At<'a>>,
    pub(super) names: Vec<At<'a>>,
    pub(super) size: Lengths,
    pub(super) required: BTreeSet<String>,
    pub(super) required_with: Vec<&'a BTreeMap<String, Vec<String>>>,
    pub(super) schema_with: Vec<(&'a str, At<'a>)>,
    /// Schemas that must reject the value.
    pub(super) nots: Vec<At<'a>>,
    /// Values that a member is known to be limited to.
    fixed: BTreeMap<&'a str, Vec<&'a Value>>,
}

/// The member keywords of one schema.
#[derive(Clone, Debug)]
pub(super) struct MemberRule<'a> {
    pub(super) at: At<'a>,
    pub(super) named: &'a BTreeMap<String, usize>,
    pub(super) matching: &'a [(Pattern, usize)],
    pub(super) rest: Option<usize>,
}

impl<'a> MemberRule<'a> {
    /// The schemas that this rule sets for the member `name`, and whether the name is declared.
    pub(super) fn of(&self, name: &str) -> (Vec<At<'a>>, bool) {
        let mut ids: Vec<usize> = self.named.get(name).copied().into_iter().collect();
        for (pattern, id) in self.matching {
            if pattern.matches(name) == Some(true) {
                ids.push(*id);
            }
        }
        let declared = !ids.is_empty();
        if !declared {
            ids.extend(self.rest);
        }
        (ids.into_iter().map(|id| self.at.to(id)).collect(), declared)
    }
}

impl<'a> Demand<'a> {
    fn free() -> Self {
        Self {
            kinds: Kind::ALL.to_vec(),
            values: None,
            least: None,
            most: None,
            steps: Vec::new(),
            text: Lengths::default(),
            patterns: Vec::new(),
            formats: Vec::new(),
            items: Vec::new(),
            length: Lengths::default(),
            distinct: false,
            contains: Vec::new(),
            members: Vec::new(),
            unevaluated: Vec::new(),
            names: Vec::new(),
            size: Lengths::default(),
            required: BTreeSet::new(),
            required_with: Vec::new(),
            schema_with: Vec::new(),
            nots: Vec::new(),
            fixed: BTreeMap::new(),
        }
    }

    /// The schemas that hold for the member `name`.
    pub(super) fn member(&self, name: &str) -> Vec<At<'a>> {
        let mut all = Vec::new();
        let mut declared = false;
        for rule in &self.members {
            let (schemas, is_declared) = rule.of(name);
            declared |= is_declared || (rule.rest.is_some());
            all.extend(schemas);
        }
        if !declared {
            all.extend(self.unevaluated.iter().copied());
        }
        all
    }

    /// The schemas that hold for the item at `index`.
    pub(super) fn item(&self, index: usize) -> Vec<At<'a>> {
        self.items
            .iter()
            .filter_map(|(prefix, rest)| prefix.get(index).copied().or(*rest))
            .collect()
    }

    /// Length of the longest prefix.
    pub(super) fn prefix(&self) -> usize {
        self.items
            .iter()
            .map(|(prefix, _)| prefix.len())
            .max()
            .unwrap_or(0)
    }

    /// Every member name that some rule declares.
    pub(super) fn declared(&self) -> BTreeSet<&'a str> {
        let named = self.members.iter().flat_map(|rule| rule.named.keys());
        named.map(String::as_str).collect()
    }

    fn is_dead(&self) -> bool {
        self.kinds.is_empty()
            || self.values.as_ref().is_some_and(Vec::is_empty)
            || self
                .fixed
                .iter()
                .any(|(name, values)| values.is_empty() && self.required.contains(*name))
    }

    fn kinds(&mut self, kinds: &[Kind]) {
        let allows = |kind: &Kind| {
            kinds.contains(kind) || (*kind == Kind::Integer && kinds.contains(&Kind::Number))
        };
        let narrowed = self.kinds.iter().copied().filter(allows);
        self.kinds = narrowed.collect();
    }

    fn values(&mut self, values: &'a [Value]) {
        let meets = |value: &&Value| {
            self.values.as_ref().is_none_or(|had| {
                had.iter()
                    .any(|one| crate::inclusion::evaluate::equal(one, value))
            })
        };
        self.values = Some(values.iter().filter(meets).collect());
    }

    fn members(&mut self, rule: MemberRule<'a>) {
        for (name, id) in rule.named {
            for keyword in rule.at.to(*id).keywords() {
                if let Keyword::Values(values) = keyword {
                    let slot = self
                        .fixed
                        .entry(name)
                        .or_insert_with(|| values.iter().collect());
                    slot.retain(|had| values.contains(had));
                }
            }
        }
        self.members.push(rule);
    }
}

fn meet(window: &mut Lengths, other: Lengths) {
    window.least = window.least.max(other.least);
    window.most = match (window.most, other.most) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
}

fn tighter(had: &mut Option<Bound>, bound: Decimal, exclusive: bool, above: bool) {
    let replaces = had.is_none_or(|(old, _)| {
        bound == old && exclusive || if above { bound > old } else { bound < old }
    });
    if replaces {
        *had = Some((bound, exclusive));
    }
}

#[derive(Clone)]
struct State<'a> {
    demand: Demand<'a>,
    open: Vec<At<'a>>,
}

/// The ways in which all of `schemas` can accept one value, the first branches first.
pub(super) fn ways<'a>(schemas: &[At<'a>]) -> Vec<Demand<'a>> {
    let mut open: Vec<At<'a>> = schemas.to_vec();
    open.reverse();
    let mut states = vec![State {
        demand: Demand::free(),
        open,
    }];
    let mut found = Vec::new();
    for _ in 0..STATES {
        let Some(mut state) = states.pop() else {
            break;
        };
        if state.demand.is_dead() {
            continue;
        }
        match state.open.pop() {
            None => found.push(state.demand),
            Some(at) => {
                let mut forks = state.absorb(at);
                forks.reverse();
                states.extend(forks);
            }
        }
        if found.len() >= WAYS {
            break;
        }
    }
    found
}

impl<'a> State<'a> {
    /// Takes in one schema; every choice inside makes one state a branch.
    fn absorb(mut self, at: At<'a>) -> Vec<Self> {
        if at.is_never() {
            return Vec::new();
        }
        let mut choices = Vec::new();
        for keyword in at.keywords() {
            match keyword {
                Keyword::Any(ids) => choices.push(
                    ids.iter()
                        .map(|id| (vec![at.to(*id)], Vec::new()))
                        .collect(),
                ),
                Keyword::One(ids) => choices.push(one_of(at, ids)),
                Keyword::Choice { when, then, other } => choices.push(vec![
                    (with(at, *when, *then), Vec::new()),
                    (
                        other.iter().map(|id| at.to(*id)).collect(),
                        vec![at.to(*when)],
                    ),
                ]),
                Keyword::Refer(id) => self.open.push(at.to(*id)),
                Keyword::All(ids) => self.open.extend(ids.iter().rev().map(|id| at.to(*id))),
                Keyword::Not(id) => self.demand.nots.push(at.to(*id)),
                plain => self.demand.take(at, plain),
            }
        }
        let mut states = vec![self];
        for branches in choices {
            states = forked(&states, &branches);
        }
        states
    }
}

type Branch<'a> = (Vec<At<'a>>, Vec<At<'a>>);

fn with<'a>(at: At<'a>, when: usize, then: Option<usize>) -> Vec<At<'a>> {
    std::iter::once(when)
        .chain(then)
        .map(|id| at.to(id))
        .collect()
}

fn one_of<'a>(at: At<'a>, ids: &[usize]) -> Vec<Branch<'a>> {
    ids.iter()
        .map(|chosen| {
            let others = ids.iter().filter(|id| *id != chosen);
            (vec![at.to(*chosen)], others.map(|id| at.to(*id)).collect())
        })
        .collect()
}

fn forked<'a>(states: &[State<'a>], branches: &[Branch<'a>]) -> Vec<State<'a>> {
    let mut forks = Vec::new();
    for state in states {
        for (take, avoid) in branches {
            if forks.len() >= WAYS * 4 {
                return forks;
            }
            let mut fork = state.clone();
            fork.open.extend(take.iter().rev().copied());
            fork.demand.nots.extend(avoid.iter().copied());
            forks.push(fork);
        }
    }
    forks
}

impl<'a> Demand<'a> {
    /// Takes in a keyword that leaves no choice.
    fn take(&mut self, at: At<'a>, keyword: &'a Keyword) {
        match keyword {
            Keyword::Types(kinds) => self.kinds(kinds),
            Keyword::Values(values) => self.values(values),
            Keyword::Least { bound, exclusive } => {
                tighter(&mut self.least, *bound, *exclusive, true);
            }
            Keyword::Most { bound, exclusive } => {
                tighter(&mut self.most, *bound, *exclusive, false);
            }
            Keyword::Step(step) => self.steps.push(*step),
            Keyword::Text(lengths) => meet(&mut self.text, *lengths),
            Keyword::Matches(pattern) => self.patterns.push(pattern),
            Keyword::Items { prefix, rest } => self.items.push((
                prefix.iter().map(|id| at.to(*id)).collect(),
                rest.map(|id| at.to(id)),
            )),
            Keyword::Length(lengths) => meet(&mut self.length, *lengths),
            Keyword::Distinct => self.distinct = true,
            Keyword::Contains { schema, count } => self.contains.push((at.to(*schema), *count)),
            Keyword::Members {
                named,
                matching,
                rest,
            } => self.members(MemberRule {
                at,
                named,
                matching,
                rest: *rest,
            }),
            Keyword::Names(id) => self.names.push(at.to(*id)),
            Keyword::Size(lengths) => meet(&mut self.size, *lengths),
            Keyword::Required(names) => self.required.extend(names.iter().cloned()),
            Keyword::RequiredWith(needed) => self.required_with.push(needed),
            Keyword::SchemaWith(schemas) => {
                let with = schemas.iter().map(|(name, id)| (name.as_str(), at.to(*id)));
                self.schema_with.extend(with);
            }
            Keyword::UnevaluatedMembers(id) => self.unevaluated.push(at.to(*id)),
            Keyword::Format(name) => self.formats.push(name),
            Keyword::UnevaluatedItems(_)
            | Keyword::Open(_)
            | Keyword::Refer(_)
            | Keyword::All(_)
            | Keyword::Any(_)
            | Keyword::One(_)
            | Keyword::Not(_)
            | Keyword::Choice { .. } => {}
        }
    }
}
