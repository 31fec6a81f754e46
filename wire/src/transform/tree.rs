//! A payload on its way to another version: every part remembers where it stood in the source.
//! Refuses to hold a part that has neither a place in the source nor a constant behind it.

use super::path::{Path, Step};
use crate::json::pointer_escape;
use serde_json::{Map, Value};

/// A part of the payload and its pointer in the source; none for a constant.
#[derive(Clone)]
pub(super) struct Part {
    pub from: Option<String>,
    node: Node,
}

#[derive(Clone)]
enum Node {
    Leaf(Value),
    List(Vec<Part>),
    Object(Vec<(String, Part)>),
}

/// Where a part stands in the tree: the child of each level, members and items alike.
pub(super) type Address = Vec<usize>;

impl Part {
    /// The source itself.
    pub(super) fn of(source: &Value) -> Self {
        Self::at(source, String::new())
    }

    /// A value that no source holds.
    pub(super) fn constant(value: &Value) -> Self {
        let mut part = Self::at(value, String::new());
        part.forget();
        part
    }

    /// A list of parts that keep their places.
    pub(super) fn list(parts: Vec<Self>) -> Self {
        Self {
            from: None,
            node: Node::List(parts),
        }
    }

    fn at(value: &Value, pointer: String) -> Self {
        let node = match value {
            Value::Array(items) => {
                let item = |(index, item)| Self::at(item, format!("{pointer}/{index}"));
                Node::List(items.iter().enumerate().map(item).collect())
            }
            Value::Object(members) => {
                let member = |(name, member): (&String, &Value)| {
                    let pointer = format!("{pointer}/{}", pointer_escape(name));
                    (name.clone(), Self::at(member, pointer))
                };
                Node::Object(members.iter().map(member).collect())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                Node::Leaf(value.clone())
            }
        };
        Self {
            from: Some(pointer),
            node,
        }
    }

    fn forget(&mut self) {
        self.from = None;
        match &mut self.node {
            Node::Leaf(_) => {}
            Node::List(items) => items.iter_mut().for_each(Self::forget),
            Node::Object(members) => members.iter_mut().for_each(|(_, part)| part.forget()),
        }
    }

    pub(super) fn value(&self) -> Value {
        match &self.node {
            Node::Leaf(value) => value.clone(),
            Node::List(items) => Value::Array(items.iter().map(Self::value).collect()),
            Node::Object(members) => {
                let member = |(name, part): &(String, Self)| (name.clone(), part.value());
                Value::Object(members.iter().map(member).collect::<Map<String, Value>>())
            }
        }
    }

    /// The same part with other codes in it; it stood where it stood.
    pub(super) fn recode(&mut self, value: &Value) {
        let from = self.from.take();
        *self = Self::at(value, from.clone().unwrap_or_default());
        self.from = from;
    }

    pub(super) fn get(&self, address: &[usize]) -> Option<&Self> {
        let Some((first, rest)) = address.split_first() else {
            return Some(self);
        };
        match &self.node {
            Node::Leaf(_) => None,
            Node::List(items) => items.get(*first)?.get(rest),
            Node::Object(members) => members.get(*first)?.1.get(rest),
        }
    }

    pub(super) fn get_mut(&mut self, address: &[usize]) -> Option<&mut Self> {
        let Some((first, rest)) = address.split_first() else {
            return Some(self);
        };
        match &mut self.node {
            Node::Leaf(_) => None,
            Node::List(items) => items.get_mut(*first)?.get_mut(rest),
            Node::Object(members) => members.get_mut(*first)?.1.get_mut(rest),
        }
    }

    /// Addresses of what stands at `path`, in order; a last step without a filter means the whole list.
    pub(super) fn select(&self, path: &Path) -> Vec<Address> {
        let mut found = vec![Address::new()];
        for (index, step) in path.steps().iter().enumerate() {
            let is_last = index + 1 == path.steps().len();
            found = found
                .into_iter()
                .flat_map(|address| self.step(&address, step, is_last))
                .collect();
        }
        found
    }

    /// Addresses of the single values at `path`: the items where a list stands there.
    pub(super) fn each(&self, path: &Path) -> Vec<Address> {
        let found = self.select(path).into_iter();
        found.flat_map(|address| self.items(address)).collect()
    }

    fn step(&self, address: &[usize], step: &Step, is_last: bool) -> Vec<Address> {
        let Some(Node::Object(members)) = self.get(address).map(|part| &part.node) else {
            return Vec::new();
        };
        let Some(index) = members.iter().position(|(name, _)| *name == step.name) else {
            return Vec::new();
        };
        let mut member = address.to_vec();
        member.push(index);
        let Some(filter) = &step.filter else {
            return if is_last {
                vec![member]
            } else {
                self.items(member)
            };
        };
        let admitted = |address: &Address| {
            self.get(address)
                .is_some_and(|part| filter.admits(&part.value()))
        };
        self.items(member).into_iter().filter(admitted).collect()
    }

    fn items(&self, address: Address) -> Vec<Address> {
        let Some(Node::List(items)) = self.get(&address).map(|part| &part.node) else {
            return vec![address];
        };
        let item = |index| {
            let mut item = address.clone();
            item.push(index);
            item
        };
        (0..items.len()).map(item).collect()
    }

    /// Takes a part out; a list or an object that is left empty goes with it.
    pub(super) fn take(&mut self, address: &[usize]) -> Option<Self> {
        let (last, parent) = address.split_last()?;
        let part = self.get_mut(parent)?.remove(*last);
        let is_bare = self.get(parent).is_some_and(Self::is_bare);
        if is_bare && !parent.is_empty() {
            self.take(parent);
        }
        part
    }

    fn remove(&mut self, child: usize) -> Option<Self> {
        match &mut self.node {
            Node::List(items) if child < items.len() => Some(items.remove(child)),
            Node::Object(members) if child < members.len() => Some(members.remove(child).1),
            Node::Leaf(_) | Node::List(_) | Node::Object(_) => None,
        }
    }

    fn is_bare(&self) -> bool {
        match &self.node {
            Node::Leaf(_) => false,
            Node::List(items) => items.is_empty(),
            Node::Object(members) => members.is_empty(),
        }
    }

    /// Puts `part` where the names lead, through objects that are made where they are missing.
    ///
    /// Errors: something else stands there, or on the way
    pub(super) fn put(&mut self, names: &[Step], part: Self) -> Result<(), Occupied> {
        let (Some((step, rest)), Node::Object(members)) = (names.split_first(), &mut self.node)
        else {
            return Err(Occupied);
        };
        let known = members.iter_mut().find(|(name, _)| *name == step.name);
        match (known, rest.is_empty()) {
            (Some(_), true) => Err(Occupied),
            (Some((_, inner)), false) => inner.put(rest, part),
            (None, true) => {
                members.push((step.name.clone(), part));
                Ok(())
            }
            (None, false) => {
                let mut inner = Self {
                    from: None,
                    node: Node::Object(Vec::new()),
                };
                inner.put(rest, part)?;
                members.push((step.name.clone(), inner));
                Ok(())
            }
        }
    }
}

/// Something else stands where a part should go.
pub(super) struct Occupied;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn path(text: &str) -> Path {
        text.parse().unwrap()
    }

    #[test]
    fn a_part_keeps_its_place_in_the_source_when_its_neighbours_go() {
        let mut tree = Part::of(&json!({"p": [{"n": "a"}, {"n": "b", "v": [1]}]}));
        let first = tree.select(&path("p[n=a]"));
        tree.take(first.first().unwrap()).unwrap();
        let value = tree.select(&path("p[n=b].v"));
        let part = tree.get(value.first().unwrap()).unwrap();
        assert_eq!(part.from.as_deref(), Some("/p/1/v"));
        assert_eq!(tree.value(), json!({"p": [{"n": "b", "v": [1]}]}));
    }

    #[test]
    fn what_is_left_empty_goes_too() {
        let mut tree = Part::of(&json!({"a": {"b": [{"c": 1}]}, "d": 2}));
        let found = tree.select(&path("a.b.c"));
        tree.take(found.first().unwrap()).unwrap();
        assert_eq!(tree.value(), json!({"d": 2}));
    }

    #[test]
    fn nothing_is_put_over_something_else() {
        let mut tree = Part::of(&json!({"a": {"b": 1}}));
        let put = |tree: &mut Part, to: &str| {
            let constant = Part::constant(&json!(2));
            tree.put(path(to).steps(), constant).is_ok()
        };
        assert!(!put(&mut tree, "a.b"));
        assert!(!put(&mut tree, "a.b.c"));
        assert!(put(&mut tree, "a.c.d"));
        assert_eq!(tree.value(), json!({"a": {"b": 1, "c": {"d": 2}}}));
    }
}
