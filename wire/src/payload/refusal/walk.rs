//! A walk over a value and the nodes that judge it.
//! Refuses to go on for ever: beyond its depth or its steps it says that it gave up.

use super::budget::Budget;
use super::choice::Choice;
use super::later::Walk;
use super::node::{Condition, Node, NodeId, Nodes};
use super::place::{Found, Name, Place, Start};
use super::{Forms, Refusal, Said};
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::Value;
use std::cell::{Cell, OnceCell};
use std::rc::Rc;

/// Schemas and parts of values inside each other.
///
/// Source: as many take 640 KiB of stack without optimisation, and the smallest that we run on has 1 MiB; a payload may
/// be 128 deep, and most schemas that hold themselves do so by three schemas inside each other
const DEEPEST: usize = 400;

/// Nodes that are asked, one after the other, before a walk gives up.
///
/// Source: a payload of 16 MiB has some million values; a choice asks several nodes about each
pub(super) const MOST_STEPS: usize = 4_000_000;

/// What the root of `nodes` refuses in `value`, as much as there is room for, and what the telling may still take. `None`
/// when the walk gave up.
pub(in crate::payload) fn refusals<'a>(
    nodes: &'a Nodes,
    value: &'a Value,
) -> Option<(Vec<Refusal<'a>>, Rc<Budget>)> {
    let walker = Walker::new(nodes, MOST_STEPS, Rc::new(Budget::new()));
    let found = walker.all(0, value, &Start::default(), 0)?;
    Some((found, walker.budget))
}

/// A walk under way.
pub(super) struct Walker<'a> {
    pub(super) nodes: &'a Nodes,
    pub(super) steps: Cell<usize>,
    pub(super) gave_up: Cell<bool>,
    pub(super) budget: Rc<Budget>,
}

impl<'a> Walker<'a> {
    pub(super) fn new(nodes: &'a Nodes, steps: usize, budget: Rc<Budget>) -> Self {
        Self {
            nodes,
            steps: Cell::new(steps),
            gave_up: Cell::new(false),
            budget,
        }
    }

    /// What the node refuses, as much as there is room for; `None` when nothing is known.
    pub(super) fn all(
        &self,
        node: NodeId,
        value: &'a Value,
        start: &Start,
        depth: usize,
    ) -> Option<Vec<Refusal<'a>>> {
        let mut found = Found::All(Vec::new());
        self.judge(node, value, &Place::Start(start), &mut found, depth);
        let Found::All(found) = found else {
            return None;
        };
        let is_cut = found.is_empty() && self.budget.is_cut();
        (!self.gave_up.get() && !is_cut).then_some(found)
    }

    /// Notes a refusal at a keyword; an empty one stands for the schema itself. Nothing is noted once there is no room:
    /// what was not looked at any more would count as accepted.
    pub(super) fn refuse(
        &self,
        found: &mut Found<'a>,
        place: &Place<'_>,
        keyword: &str,
        said: impl FnOnce(&Start) -> Said<'a>,
    ) {
        let has_room = || match &*found {
            Found::All(_) => self.budget.take(place.length()),
            Found::First(_) => true,
        };
        if !self.budget.is_cut() && has_room() {
            found.refuse(place, keyword, said);
        }
    }

    /// Whether the node accepts the value.
    pub(super) fn accepts(&self, node: NodeId, value: &'a Value, depth: usize) -> bool {
        let (start, mut found) = (Start::default(), Found::First(false));
        self.judge(node, value, &Place::Start(&start), &mut found, depth);
        !found.is_settled()
    }

    pub(super) fn judge(
        &self,
        id: NodeId,
        value: &'a Value,
        place: &Place<'_>,
        found: &mut Found<'a>,
        depth: usize,
    ) {
        if self.gave_up.get() || self.budget.is_cut() {
            return;
        }
        let steps = self.steps.get();
        let (Some(node), Some(left)) = (self.nodes.list.get(id), steps.checked_sub(1)) else {
            return self.gave_up.set(true);
        };
        if depth > DEEPEST {
            return self.gave_up.set(true);
        }
        self.steps.set(left);
        if node.is_never {
            return self.refuse(found, place, "", |_| Said::Kind(Kind::FalseSchema));
        }
        self.own(node, value, place, found);
        if found.is_settled() {
            return;
        }
        self.same(node, value, place, found, depth + 1);
        match value {
            _ if found.is_settled() => {}
            Value::Object(members) => self.members(node, members, place, found, depth + 1),
            Value::Array(items) => self.items(node, items, place, found, depth + 1),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// What the schema asks by itself.
    fn own(&self, node: &'a Node, value: &'a Value, place: &Place<'_>, found: &mut Found<'a>) {
        let Some(own) = node.own else {
            return;
        };
        let Some(validator) = self.nodes.own(own) else {
            return self.gave_up.set(true);
        };
        if validator.is_valid(value) {
            return;
        }
        if let Found::First(found) = found {
            *found = true;
            return;
        }
        for error in validator.iter_errors(value) {
            let parts = error.into_parts();
            let keyword = parts.evaluation_path.as_str().trim_start_matches('/');
            self.refuse(found, place, keyword, |_| Said::Kind(parts.kind));
        }
    }

    /// Whether the node, its references and all that it joins ask for another kind of value.
    pub(super) fn is_wrong_kind(&self, id: NodeId, value: &'a Value, depth: usize) -> bool {
        let left = self.steps.get().checked_sub(1);
        let node = self.nodes.list.get(id).filter(|_| depth < DEEPEST);
        let (Some(node), Some(left)) = (node, left) else {
            self.gave_up.set(true);
            return false;
        };
        self.steps.set(left);
        let asks = node
            .own
            .is_some_and(|own| self.nodes.is_wrong_kind(own, value));
        let applies = |(name, dependent): &'a (String, NodeId)| {
            value.get(name).is_some().then_some(dependent)
        };
        let dependent = node.dependent.iter().filter_map(applies);
        let condition = node.condition.as_ref();
        let next = condition.and_then(|condition| self.chosen(condition, value, depth).1);
        let same = node.reference.iter().chain(&node.all).chain(dependent);
        asks || same
            .copied()
            .chain(next)
            .any(|same| self.is_wrong_kind(same, value, depth + 1))
    }

    /// The schemas that judge the same value.
    fn same(
        &self,
        node: &'a Node,
        value: &'a Value,
        place: &Place<'_>,
        found: &mut Found<'a>,
        depth: usize,
    ) {
        if let Some(target) = node.reference {
            let place = Place::Schema(place, "$ref", Name::None);
            self.judge(target, value, &place, found, depth);
        }
        for (index, part) in node.all.iter().enumerate() {
            if found.is_settled() {
                return;
            }
            let place = Place::Schema(place, "allOf", Name::Index(index));
            self.judge(*part, value, &place, found, depth);
        }
        if let Some(choice) = &node.any {
            self.choose(choice, "anyOf", value, place, found, depth);
        }
        if let Some(choice) = &node.one {
            self.choose(choice, "oneOf", value, place, found, depth);
        }
        if let Some((not, schema)) = &node.not
            && self.accepts(*not, value, depth)
        {
            let schema = schema.clone();
            self.refuse(found, place, "not", |_| Said::Kind(Kind::Not { schema }));
        }
        for (name, dependent) in &node.dependent {
            if value.get(name).is_some() && !found.is_settled() {
                let place = Place::Schema(place, "dependentSchemas", Name::Text(name));
                self.judge(*dependent, value, &place, found, depth);
            }
        }
        self.condition(node, value, place, found, depth);
    }

    fn condition(
        &self,
        node: &'a Node,
        value: &'a Value,
        place: &Place<'_>,
        found: &mut Found<'a>,
        depth: usize,
    ) {
        let Some(condition) = node.condition.as_ref().filter(|_| !found.is_settled()) else {
            return;
        };
        if let (keyword, Some(next)) = self.chosen(condition, value, depth) {
            let place = Place::Schema(place, keyword, Name::None);
            self.judge(next, value, &place, found, depth);
        }
    }

    /// What a condition leads to, and by which keyword.
    fn chosen(
        &self,
        condition: &Condition,
        value: &'a Value,
        depth: usize,
    ) -> (&'static str, Option<NodeId>) {
        match self.accepts(condition.test, value, depth) {
            true => ("then", condition.then),
            false => ("else", condition.otherwise),
        }
    }

    /// Asks the forms of a choice that may fit.
    fn choose(
        &self,
        choice: &'a Choice,
        keyword: &'static str,
        value: &'a Value,
        place: &Place<'_>,
        found: &mut Found<'a>,
        depth: usize,
    ) {
        let candidates = choice.candidates(value);
        if let ([only], Found::All(_)) = (candidates, &*found) {
            return self.ask(choice, *only, value, (place, keyword), found, depth);
        }
        let fits = |index: &usize| {
            let form = choice.forms.get(*index);
            form.is_some_and(|form| self.accepts(*form, value, depth))
        };
        let most = if keyword == "anyOf" { 1 } else { usize::MAX };
        let fitting: Vec<_> = candidates.iter().copied().filter(fits).take(most).collect();
        match fitting.len() {
            0 => self.refuse(found, place, keyword, |start| {
                self.no_form((choice, value), start, depth, None)
            }),
            1 => {}
            _ => self.refuse(found, place, keyword, |_| Said::SeveralForms(fitting)),
        }
    }

    /// Asks the one form that may fit for all that it refuses: most likely that is asked for next.
    fn ask(
        &self,
        choice: &'a Choice,
        only: usize,
        value: &'a Value,
        (place, keyword): (&Place<'_>, &'static str),
        found: &mut Found<'a>,
        depth: usize,
    ) {
        let (further, mut refused) = (
            Place::Schema(place, keyword, Name::Index(only)),
            Found::All(Vec::new()),
        );
        if let Some(form) = choice.forms.get(only) {
            self.judge(*form, value, &further, &mut refused, depth);
        }
        if let Found::All(refused) = refused
            && !refused.is_empty()
        {
            // They took the room that there was.
            found.refuse(place, keyword, |start| {
                self.no_form((choice, value), start, depth, Some((only, refused)))
            });
        }
    }

    /// No form of a choice fits; what one of them refuses may be known.
    fn no_form(
        &self,
        (choice, value): (&'a Choice, &'a Value),
        start: &Start,
        depth: usize,
        known: Option<(usize, Vec<Refusal<'a>>)>,
    ) -> Said<'a> {
        Said::NoForm(Forms::Walk(Walk {
            nodes: self.nodes,
            choice,
            value,
            start: start.clone(),
            depth,
            budget: Rc::clone(&self.budget),
            known,
            asked: OnceCell::new(),
        }))
    }
}
