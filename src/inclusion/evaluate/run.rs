//! Judges one value against one node, in three values: accepted, rejected, cannot tell.
//! Refuses to recurse without bound: too deep or too long is "cannot tell".

use super::node::{At, Id, Keyword, Program};
use super::{array, equal, object};
use crate::inclusion::answer::Code;
use crate::inclusion::format;
use crate::inclusion::number::Decimal;
use crate::inclusion::pointer;
use serde_json::Value;
use std::collections::BTreeSet;

/// Deepest nesting of schemas and values together.
const DEPTH: usize = 3_000;
/// Most nodes that are asked about one value.
const STEPS: usize = 2_000_000;

/// What the evaluator says of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::inclusion) enum Judgement {
    Accepts,
    Rejects,
    Open(Code),
}

impl Judgement {
    pub(in crate::inclusion) fn of(accepted: bool) -> Self {
        if accepted {
            Self::Accepts
        } else {
            Self::Rejects
        }
    }

    /// Both must accept.
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Rejects, _) | (_, Self::Rejects) => Self::Rejects,
            (Self::Open(code), _) | (_, Self::Open(code)) => Self::Open(code),
            (Self::Accepts, Self::Accepts) => Self::Accepts,
        }
    }

    pub(in crate::inclusion) fn not(self) -> Self {
        match self {
            Self::Accepts => Self::Rejects,
            Self::Rejects => Self::Accepts,
            Self::Open(code) => Self::Open(code),
        }
    }
}

/// A node that was asked about the value at a pointer of the instance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::inclusion) struct Visit {
    pub(in crate::inclusion) pointer: String,
    pub(in crate::inclusion) id: Id,
}

/// Which members and items of a value the schemas around have already taken into account.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) members: BTreeSet<String>,
    pub(super) items: BTreeSet<usize>,
    /// A branch that may have contributed could not be judged.
    pub(super) open: Option<Code>,
}

impl Seen {
    fn add(&mut self, other: Self) {
        self.members.extend(other.members);
        self.items.extend(other.items);
        self.open = self.open.or(other.open);
    }
}

impl At<'_> {
    /// What this node says of `value`.
    pub(in crate::inclusion) fn judge(self, value: &Value) -> Judgement {
        Run::new(self.program).node(self.id, value).0
    }

    pub(in crate::inclusion) fn accepts(self, value: &Value) -> bool {
        self.judge(value) == Judgement::Accepts
    }

    pub(in crate::inclusion) fn rejects(self, value: &Value) -> bool {
        self.judge(value) == Judgement::Rejects
    }
}

impl Program {
    /// Every node that is asked when the root judges `value`, with the place of what it is asked about.
    pub(in crate::inclusion) fn visits(&self, value: &Value) -> BTreeSet<Visit> {
        let mut run = Run::new(self);
        run.visits = Some(BTreeSet::new());
        run.node(0, value);
        run.visits.unwrap_or_default()
    }
}

pub(super) struct Run<'a> {
    program: &'a Program,
    depth: usize,
    steps: usize,
    path: Vec<String>,
    visits: Option<BTreeSet<Visit>>,
}

impl<'a> Run<'a> {
    fn new(program: &'a Program) -> Self {
        Self {
            program,
            depth: 0,
            steps: 0,
            path: Vec::new(),
            visits: None,
        }
    }

    /// What node `id` says of `value`, and what it takes into account when it accepts.
    pub(super) fn node(&mut self, id: Id, value: &Value) -> (Judgement, Seen) {
        let Some(node) = self.program.node(id) else {
            return (Judgement::Open(Code::Reference), Seen::default());
        };
        self.steps += 1;
        if self.depth >= DEPTH || self.steps > STEPS {
            return (Judgement::Open(Code::Cases), Seen::default());
        }
        if node.never {
            return (Judgement::Rejects, Seen::default());
        }
        if let Some(visits) = &mut self.visits {
            let pointer = pointer::steps("", self.path.iter().map(String::as_str));
            visits.insert(Visit { pointer, id });
        }
        self.depth += 1;
        let mut judgement = Judgement::Accepts;
        let mut seen = Seen::default();
        for keyword in &node.keywords {
            judgement = judgement.and(self.keyword(keyword, value, &mut seen));
            if judgement == Judgement::Rejects {
                break;
            }
        }
        self.depth -= 1;
        match judgement {
            Judgement::Rejects => (judgement, Seen::default()),
            Judgement::Open(code) => {
                seen.open = Some(code);
                (judgement, seen)
            }
            Judgement::Accepts => (judgement, seen),
        }
    }

    /// What node `id` says of the member or item `name` of the present value.
    pub(super) fn below(&mut self, id: Id, name: &str, value: &Value) -> Judgement {
        if self.visits.is_some() {
            self.path.push(name.to_owned());
        }
        let judgement = self.node(id, value).0;
        self.path.pop();
        judgement
    }

    /// The same, with what it takes into account added to `seen`.
    pub(super) fn here(&mut self, id: Id, value: &Value, seen: &mut Seen) -> Judgement {
        let (judgement, more) = self.node(id, value);
        seen.add(more);
        judgement
    }

    /// Whether every member of `seen` has to be known, so that no branch may be skipped.
    pub(super) fn tracks(&self) -> bool {
        self.program.tracks
    }

    fn keyword(&mut self, keyword: &Keyword, value: &Value, seen: &mut Seen) -> Judgement {
        match keyword {
            Keyword::Types(kinds) => Judgement::of(kinds.iter().any(|kind| kind.has(value))),
            Keyword::Values(values) => Judgement::of(values.iter().any(|one| equal(one, value))),
            Keyword::Least { bound, exclusive } => {
                number(value, |n| n > *bound || (n == *bound && !exclusive))
            }
            Keyword::Most { bound, exclusive } => {
                number(value, |n| n < *bound || (n == *bound && !exclusive))
            }
            Keyword::Step(step) => number(value, |n| n.is_multiple_of(*step)),
            Keyword::Text(lengths) => match value {
                Value::String(text) => Judgement::of(lengths.has(text.chars().count())),
                _ => Judgement::Accepts,
            },
            Keyword::Matches(pattern) => match value {
                Value::String(text) => pattern
                    .matches(text)
                    .map_or(Judgement::Open(Code::Pattern), Judgement::of),
                _ => Judgement::Accepts,
            },
            Keyword::Format(name) => match value {
                Value::String(text) => {
                    format::judge(name, text).map_or(Judgement::Open(Code::Format), Judgement::of)
                }
                _ => Judgement::Accepts,
            },
            Keyword::Items { .. }
            | Keyword::Length(_)
            | Keyword::Distinct
            | Keyword::Contains { .. }
            | Keyword::UnevaluatedItems(_) => match value {
                Value::Array(items) => array::keyword(self, keyword, items, seen),
                _ => Judgement::Accepts,
            },
            Keyword::Members { .. }
            | Keyword::Names(_)
            | Keyword::Size(_)
            | Keyword::Required(_)
            | Keyword::RequiredWith(_)
            | Keyword::SchemaWith(_)
            | Keyword::UnevaluatedMembers(_) => match value {
                Value::Object(members) => object::keyword(self, keyword, (value, members), seen),
                _ => Judgement::Accepts,
            },
            Keyword::Open(code) => Judgement::Open(*code),
            Keyword::Refer(_)
            | Keyword::All(_)
            | Keyword::Any(_)
            | Keyword::One(_)
            | Keyword::Not(_)
            | Keyword::Choice { .. } => self.branch(keyword, value, seen),
        }
    }

    fn branch(&mut self, keyword: &Keyword, value: &Value, seen: &mut Seen) -> Judgement {
        match keyword {
            Keyword::Refer(id) => self.here(*id, value, seen),
            Keyword::All(ids) => {
                let mut all = Judgement::Accepts;
                for id in ids {
                    all = all.and(self.here(*id, value, seen));
                    if all == Judgement::Rejects {
                        break;
                    }
                }
                all
            }
            Keyword::Any(ids) => {
                let mut none = Judgement::Accepts;
                for id in ids {
                    none = none.and(self.here(*id, value, seen).not());
                    if none == Judgement::Rejects && !self.tracks() {
                        break;
                    }
                }
                none.not()
            }
            Keyword::One(ids) => self.exactly_one(ids, value, seen),
            Keyword::Not(id) => self.node(*id, value).0.not(),
            Keyword::Choice { when, then, other } => {
                self.choice(*when, (*then, *other), value, seen)
            }
            _ => Judgement::Accepts,
        }
    }

    fn choice(
        &mut self,
        when: Id,
        (then, other): (Option<Id>, Option<Id>),
        value: &Value,
        seen: &mut Seen,
    ) -> Judgement {
        let condition = self.here(when, value, seen);
        let mut side =
            |id: Option<Id>| id.map_or(Judgement::Accepts, |id| self.here(id, value, seen));
        match condition {
            Judgement::Accepts => side(then),
            Judgement::Rejects => side(other),
            Judgement::Open(code) => {
                let (then, other) = (side(then), side(other));
                if then == other {
                    then
                } else {
                    Judgement::Open(code)
                }
            }
        }
    }

    fn exactly_one(&mut self, ids: &[Id], value: &Value, seen: &mut Seen) -> Judgement {
        let (mut accepted, mut open) = (0, None);
        for id in ids {
            match self.here(*id, value, seen) {
                Judgement::Accepts => accepted += 1,
                Judgement::Rejects => {}
                Judgement::Open(code) => open = Some(code),
            }
            if accepted > 1 {
                return Judgement::Rejects;
            }
        }
        open.map_or(Judgement::of(accepted == 1), Judgement::Open)
    }
}

fn number(value: &Value, holds: impl Fn(Decimal) -> bool) -> Judgement {
    match value {
        Value::Number(number) => Judgement::of(holds(Decimal::of(number))),
        _ => Judgement::Accepts,
    }
}

/// What one keyword of a node says of `value` by itself; keywords that ask their neighbours are left open.
pub(super) fn keyword_alone(at: At<'_>, keyword: &Keyword, value: &Value) -> Judgement {
    match keyword {
        Keyword::UnevaluatedItems(_) | Keyword::UnevaluatedMembers(_) => at.judge(value),
        other => Run::new(at.program).keyword(other, value, &mut Seen::default()),
    }
}
