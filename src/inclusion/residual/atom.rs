//! What a case asks of a value of one type, once references and branches are gone.
//! Refuses to know how a value that meets it is made.

use super::literal::Literal;
use crate::inclusion::answer::Code;
use crate::inclusion::evaluate::Lengths;
use crate::inclusion::number::Decimal;
use crate::inclusion::pattern::Pattern;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// One demand on a value.
#[derive(Clone, Debug)]
pub(super) enum Atom {
    Least(Decimal, bool),
    Most(Decimal, bool),
    Step(Decimal, bool),
    /// Whether it is of the type `integer`.
    Whole(bool),
    Text(Lengths),
    Matches(Pattern, bool),
    Format(String, bool),
    /// A number or a text that it is not.
    Excluded(Value),
    Length(Lengths),
    Distinct,
    /// Two equal items.
    Twins,
    Items(Rc<Items>),
    /// Every item from an index on that is in none of `unless`.
    Uncounted(Rc<Uncounted>),
    Item(usize, Literal),
    /// Some item from an index on.
    SomeItem(usize, Vec<Literal>),
    /// How many items there are of a kind.
    Count(Literal, Lengths),
    Rule(Rc<Rule>),
    Names(Literal),
    Size(Lengths),
    Absent(String),
    /// A member at a place, whose value is in all of these.
    Member(Place, Vec<Literal>),
    /// A demand that cannot be read.
    Open(Code),
}

/// Items of a list by index, and the rest.
#[derive(Clone, Debug)]
pub(super) struct Items {
    pub(super) prefix: Vec<Literal>,
    pub(super) rest: Option<Literal>,
}

/// Items that nothing else has taken into account.
#[derive(Clone, Debug)]
pub(super) struct Uncounted {
    pub(super) from: usize,
    pub(super) unless: Vec<Literal>,
    pub(super) holds: Literal,
}

/// What the members of an object have to be, by their names. `None` is anything.
#[derive(Clone, Debug, Default)]
pub(super) struct Rule {
    pub(super) named: BTreeMap<String, Option<Literal>>,
    pub(super) matching: Vec<(Pattern, Option<Literal>)>,
    pub(super) rest: Option<Literal>,
}

/// Where a member stands.
#[derive(Clone, Debug)]
pub(super) enum Place {
    Key(String),
    /// A name that the pattern matches.
    Matching(Pattern),
    /// A name that the cover does not cover.
    Outside(Rc<Cover>),
    /// A name as this literal has it.
    Named(Literal),
}

/// Names that some keywords have taken into account.
#[derive(Clone, Debug, Default)]
pub(super) struct Cover {
    pub(super) names: BTreeSet<String>,
    pub(super) patterns: Vec<Pattern>,
}

/// What stands in an option of a choice.
#[derive(Clone, Debug)]
pub(super) enum Goal {
    Literal(Literal),
    Atom(Atom),
}

/// Goals that are met together.
pub(super) type Way = Vec<Goal>;

/// Several ways, one of which has to be taken.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    /// The literal that the choice comes from, where it stands for the whole of it.
    pub(super) from: Option<Literal>,
    pub(super) ways: Rc<Vec<Way>>,
}

/// What one keyword comes to.
#[derive(Debug, Default)]
pub(super) struct Spelt {
    pub(super) goals: Vec<Goal>,
    pub(super) choices: Vec<Choice>,
    /// The only values that are left.
    pub(super) finite: Option<Vec<Value>>,
    /// Nothing is left.
    pub(super) never: bool,
}

impl Spelt {
    pub(super) fn atom(&mut self, atom: Atom) {
        self.goals.push(Goal::Atom(atom));
    }

    pub(super) fn literal(&mut self, literal: Literal) {
        self.goals.push(Goal::Literal(literal));
    }

    pub(super) fn choice(&mut self, from: Option<Literal>, ways: Vec<Way>) {
        let ways = Rc::new(ways);
        self.choices.push(Choice { from, ways });
    }
}
