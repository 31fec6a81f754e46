//! The forms of a choice that are asked when somebody wants to know what they refuse.
//! Refuses to choose among them.

use super::budget::Budget;
use super::choice::Choice;
use super::node::Nodes;
use super::place::Start;
use super::walk::{MOST_STEPS, Walker};
use super::{Refusal, distance};
use serde_json::Value;
use std::cell::OnceCell;
use std::rc::Rc;

/// The forms of one choice, each asked when somebody wants to know.
#[derive(Debug)]
pub(in crate::payload) struct Walk<'a> {
    pub(super) nodes: &'a Nodes,
    pub(super) choice: &'a Choice,
    pub(super) value: &'a Value,
    /// The way to the choice.
    pub(super) start: Start,
    /// Schemas and parts of values around it.
    pub(super) depth: usize,
    pub(super) budget: Rc<Budget>,
    /// What one of the forms refuses, if that is known already.
    pub(super) known: Option<(usize, Vec<Refusal<'a>>)>,
    /// The same of the form that was asked first.
    pub(super) asked: OnceCell<(usize, Option<Vec<Refusal<'a>>>)>,
}

impl<'a> Walk<'a> {
    /// What the form refuses; `None` when its walk gave up, or another form was asked before.
    pub(super) fn refusals(&self, index: usize) -> Option<&[Refusal<'a>]> {
        if let Some((_, known)) = self.known.as_ref().filter(|(form, _)| *form == index) {
            return Some(known);
        }
        let walk = || (index, self.walk(index, Rc::clone(&self.budget)));
        let (form, asked) = self.asked.get_or_init(walk);
        asked.as_deref().filter(|_| *form == index)
    }

    /// How many things the form refuses, and how many of them in the value itself; `None` when that is not known to its
    /// end.
    pub(super) fn distance(&self, index: usize) -> Option<(usize, usize)> {
        if let Some((_, known)) = self.known.as_ref().filter(|(form, _)| *form == index) {
            let is_all = !self.budget.is_cut();
            return is_all.then(|| distance(known, &self.start.instance));
        }
        let alone = Rc::new(Budget::new());
        let told = self.walk(index, Rc::clone(&alone))?;
        let is_all = !alone.is_cut();
        is_all.then(|| distance(&told, &self.start.instance))
    }

    fn walk(&self, index: usize, budget: Rc<Budget>) -> Option<Vec<Refusal<'a>>> {
        let node = self.choice.forms.get(index)?;
        let start = Start {
            evaluation: format!("{}/{index}", self.start.evaluation),
            instance: self.start.instance.clone(),
        };
        self.later(budget, |walker| {
            walker.all(*node, self.value, &start, self.depth)
        })
    }

    /// Walks with what is left of the steps for all that is asked later.
    fn later<T>(&self, budget: Rc<Budget>, walk: impl FnOnce(&Walker<'a>) -> T) -> T {
        let left = self.budget.later.get();
        let steps = left.min(MOST_STEPS);
        let walker = Walker::new(self.nodes, steps, budget);
        let told = walk(&walker);
        let used = steps - walker.steps.get();
        self.budget.later.set(left - used);
        told
    }

    /// Whether the form is for values of another kind, told by what it asks of every value.
    pub(super) fn is_wrong_kind(&self, index: usize) -> bool {
        let Some(node) = self.choice.forms.get(index) else {
            return false;
        };
        self.later(Rc::new(Budget::new()), |walker| {
            let is_wrong = walker.is_wrong_kind(*node, self.value, self.depth);
            is_wrong && !walker.gave_up.get()
        })
    }
}
