//! The parts of a value: its members by their names, the names themselves, and its items.
//! Refuses to judge the value as a whole.

use super::node::{Contains, Node, NodeId};
use super::place::{Found, Name, Place};
use super::walk::Walker;
use super::{Refusal, Said};
use jsonschema::error::ValidationErrorKind as Kind;
use serde_json::{Map, Value};
use std::cell::Cell;
use std::rc::Rc;

impl<'a> Walker<'a> {
    pub(super) fn members(
        &self,
        node: &'a Node,
        members: &'a Map<String, Value>,
        place: &Place<'_>,
        found: &mut Found<'a>,
        depth: usize,
    ) {
        let mut others = Vec::new();
        for (name, member) in members {
            if found.is_settled() {
                return;
            }
            let part = Place::Part(place, Name::Text(name));
            let mut known = false;
            if let Some(declared) = node.properties.get(name) {
                known = true;
                let place = Place::Schema(&part, "properties", Name::Text(name));
                self.judge(*declared, member, &place, found, depth);
            }
            for (own, pattern, judge) in &node.patterns {
                if self.is_like(*own, name) {
                    known = true;
                    let place = Place::Schema(&part, "patternProperties", Name::Text(pattern));
                    self.judge(*judge, member, &place, found, depth);
                }
            }
            if !known && node.additional.is_some() {
                others.push((name, member));
            }
        }
        self.names(node, members, place, found, depth);
        self.additional(node, &others, place, found, depth);
    }

    fn is_like(&self, own: usize, name: &str) -> bool {
        match self.nodes.own(own) {
            Some(pattern) => pattern.is_valid(&Value::String(name.to_owned())),
            None => {
                self.gave_up.set(true);
                false
            }
        }
    }

    /// The members with other names than are declared.
    fn additional(
        &self,
        node: &'a Node,
        others: &[(&'a String, &'a Value)],
        place: &Place<'_>,
        found: &mut Found<'a>,
        depth: usize,
    ) {
        let Some(id) = node.additional.filter(|_| !others.is_empty()) else {
            return;
        };
        let never = self.nodes.list.get(id).is_some_and(|node| node.is_never);
        let further = Place::Schema(place, "additionalProperties", Name::None);
        if never && node.properties.is_empty() && node.patterns.is_empty() {
            return self.judge(id, &Value::Null, &further, found, depth);
        }
        if never {
            let unexpected = || others.iter().map(|(name, _)| (*name).clone()).collect();
            return self.refuse(found, place, "additionalProperties", |_| {
                Said::Kind(Kind::AdditionalProperties {
                    unexpected: unexpected(),
                })
            });
        }
        for (name, member) in others {
            if found.is_settled() {
                return;
            }
            let part = Place::Part(place, Name::Text(name));
            let place = Place::Schema(&part, "additionalProperties", Name::None);
            self.judge(id, member, &place, found, depth);
        }
    }

    fn names(
        &self,
        node: &Node,
        members: &'a Map<String, Value>,
        place: &Place<'_>,
        found: &mut Found<'a>,
        depth: usize,
    ) {
        let Some(names) = node.names.filter(|_| !members.is_empty()) else {
            return;
        };
        if self.nodes.list.get(names).is_some_and(|node| node.is_never) {
            let place = Place::Schema(place, "propertyNames", Name::None);
            return self.refuse(found, &place, "", |_| Said::Kind(Kind::FalseSchema));
        }
        for name in members.keys() {
            if found.is_settled() {
                return;
            }
            self.name(names, name, place, found, depth);
        }
    }

    fn name(
        &self,
        names: NodeId,
        name: &str,
        place: &Place<'_>,
        found: &mut Found<'a>,
        depth: usize,
    ) {
        // The name is judged as a value of its own, which lives no longer than this.
        let text = Value::String(name.to_owned());
        let walker = Walker {
            nodes: self.nodes,
            steps: self.steps.clone(),
            gave_up: Cell::new(false),
            budget: Rc::clone(&self.budget),
        };
        let place = Place::Schema(place, "propertyNames", Name::None);
        let mut refused = match found {
            Found::First(_) => Found::First(false),
            Found::All(_) => Found::All(Vec::new()),
        };
        walker.judge(names, &text, &place, &mut refused, depth);
        if walker.gave_up.get() {
            self.gave_up.set(true);
        }
        self.steps.set(walker.steps.get());
        match (refused, found) {
            (Found::First(refused), Found::First(found)) => *found |= refused,
            (Found::All(refused), Found::All(found)) => {
                found.extend(refused.into_iter().map(|refusal| Refusal {
                    said: match refusal.said {
                        Said::Kind(kind) => Said::Name(Some(name.to_owned()), Some(kind)),
                        Said::NoForm(_) | Said::SeveralForms(_) | Said::Name(..) => {
                            Said::Name(Some(name.to_owned()), None)
                        }
                    },
                    evaluation: refusal.evaluation,
                    instance: refusal.instance,
                }));
            }
            (Found::First(_), Found::All(_)) | (Found::All(_), Found::First(_)) => {}
        }
    }

    pub(super) fn items(
        &self,
        node: &'a Node,
        items: &'a [Value],
        place: &Place<'_>,
        found: &mut Found<'a>,
        depth: usize,
    ) {
        for (index, item) in items.iter().enumerate() {
            if found.is_settled() {
                return;
            }
            let part = Place::Part(place, Name::Index(index));
            if let Some(prefix) = node.prefix.get(index) {
                let place = Place::Schema(&part, "prefixItems", Name::Index(index));
                self.judge(*prefix, item, &place, found, depth);
            } else if let Some(rest) = node.items {
                let place = Place::Schema(&part, "items", Name::None);
                self.judge(rest, item, &place, found, depth);
            }
        }
        if let Some(contains) = &node.contains
            && let Some(keyword) = self.miscounted(contains, items, depth)
        {
            self.refuse(found, place, keyword, |_| Said::Kind(Kind::Contains));
        }
    }

    /// The keyword whose bound the number of fitting items breaks.
    fn miscounted(
        &self,
        contains: &Contains,
        items: &'a [Value],
        depth: usize,
    ) -> Option<&'static str> {
        let fits = |item: &&Value| self.accepts(contains.node, item, depth);
        let count = items.iter().filter(fits).count() as u64;
        let over = contains.most.is_some_and(|most| count > most);
        let under = count < contains.least.unwrap_or(1);
        match (contains.least, contains.most) {
            (_, Some(_)) if over => Some("maxContains"),
            (None, Some(_)) if under => Some("maxContains"),
            (Some(_), _) if under => Some("minContains"),
            (None, None) if under => Some("contains"),
            _ => None,
        }
    }
}
