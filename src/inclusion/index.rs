//! Where the resources and anchors of one document stand, so that references find their targets.
//! Refuses to look outside the document.

use super::answer::{Code, Why};
use super::dialect::{Dialect, subschemas};
use super::pointer;
use super::scope::Scope;
use super::uri;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The address of a document that names none itself.
const UNNAMED: &str = "matchmark:/schema";

/// Addresses of one document.
#[derive(Debug)]
pub(super) struct Index<'a> {
    document: &'a Value,
    /// Pointer of every schema that begins a resource, with the resource's address.
    bases: BTreeMap<String, String>,
    /// Where each address leads; `None` where it stands twice.
    resources: BTreeMap<String, Option<String>>,
    /// Where each anchor of a resource leads; `None` where it stands twice.
    anchors: BTreeMap<(String, String), Option<String>>,
    /// By resource, its dynamic anchors that other resources define too: a reference to them depends on the way there.
    dynamic: BTreeMap<String, BTreeMap<String, String>>,
}

impl<'a> Index<'a> {
    /// Reads every resource and anchor of `document`.
    pub(super) fn new(document: &'a Value, dialect: Dialect) -> Result<Self, Why> {
        let mut index = Self {
            document,
            bases: BTreeMap::from([(String::new(), UNNAMED.to_owned())]),
            resources: BTreeMap::from([(UNNAMED.to_owned(), Some(String::new()))]),
            anchors: BTreeMap::new(),
            dynamic: BTreeMap::new(),
        };
        let root = (String::new(), UNNAMED.to_owned());
        let mut open = vec![(String::new(), root, document)];
        while let Some((at, resource, schema)) = open.pop() {
            let Value::Object(members) = schema else {
                continue;
            };
            let resource = index.enter(&at, resource, members, dialect)?;
            for (names, value) in subschemas(dialect, members) {
                let below = pointer::steps(&at, names.iter().map(String::as_str));
                open.push((below, resource.clone(), value));
            }
        }
        index.forget_single_anchors();
        Ok(index)
    }

    /// Notes what the schema at `at` names, and gives the resource (its root and address) of what stands below it.
    fn enter(
        &mut self,
        at: &str,
        resource: (String, String),
        members: &Map<String, Value>,
        dialect: Dialect,
    ) -> Result<(String, String), Why> {
        if dialect.reference_stands_alone() && members.contains_key("$ref") {
            return Ok(resource);
        }
        let (root, address) = self.name(at, resource, members, dialect);
        let other = members
            .get("$schema")
            .and_then(Value::as_str)
            .is_some_and(|uri| !at.is_empty() && Dialect::of_uri(uri) != Some(dialect));
        if other {
            return Err(Why::new(Code::Dialect).at(pointer::step(at, "$schema")));
        }
        for keyword in ["$anchor", "$dynamicAnchor"] {
            let is_dynamic = keyword == "$dynamicAnchor";
            let from = if is_dynamic {
                Dialect::Draft2020
            } else {
                Dialect::Draft2019
            };
            let Some(name) = members.get(keyword).and_then(Value::as_str) else {
                continue;
            };
            if dialect < from {
                continue;
            }
            note(&mut self.anchors, (address.clone(), name.to_owned()), at);
            if is_dynamic {
                self.note_dynamic(&root, name, at);
            }
        }
        let recursive = members.get("$recursiveAnchor") == Some(&Value::Bool(true));
        if recursive && dialect == Dialect::Draft2019 && at == root {
            self.note_dynamic(&root, "", at);
        }
        Ok((root, address))
    }

    fn note_dynamic(&mut self, root: &str, name: &str, at: &str) {
        let anchors = self.dynamic.entry(root.to_owned()).or_default();
        anchors.insert(name.to_owned(), at.to_owned());
    }

    /// A dynamic anchor that stands in one resource only leads there, whatever the way.
    fn forget_single_anchors(&mut self) {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for name in self.dynamic.values().flat_map(BTreeMap::keys) {
            *counts.entry(name.clone()).or_default() += 1;
        }
        for anchors in self.dynamic.values_mut() {
            anchors.retain(|name, _| counts.get(name).is_some_and(|count| *count > 1));
        }
        self.dynamic.retain(|_, anchors| !anchors.is_empty());
    }

    /// Notes the resource that the schema at `at` begins, and gives the one in which it stands.
    fn name(
        &mut self,
        at: &str,
        (mut root, mut address): (String, String),
        members: &Map<String, Value>,
        dialect: Dialect,
    ) -> (String, String) {
        if let Some(id) = members.get(dialect.id_keyword()).and_then(Value::as_str) {
            let (resource, fragment) = uri::resolve(&address, id);
            if !id.starts_with('#') {
                self.bases.insert(at.to_owned(), resource.clone());
                note(&mut self.resources, resource.clone(), at);
                (root, address) = (at.to_owned(), resource);
            }
            if !fragment.is_empty() && dialect <= Dialect::Draft7 {
                note(&mut self.anchors, (address.clone(), fragment), at);
            }
        }
        (root, address)
    }

    /// The pointer to which `reference`, standing in the schema at `at`, leads.
    pub(super) fn resolve(&self, at: &str, reference: &str) -> Option<String> {
        let (root, base) = self.resource(at);
        let (resource, fragment) = uri::resolve(base, reference);
        let root = if resource == base {
            root
        } else {
            self.resources.get(&resource)?.as_deref()?
        };
        let fragment = uri::unescape(&fragment)?;
        let target = if fragment.is_empty() {
            root.to_owned()
        } else if fragment.starts_with('/') {
            format!("{root}{fragment}")
        } else {
            self.anchors.get(&(resource, fragment))?.clone()?
        };
        let found = self.document.pointer(&target)?;
        (found.is_object() || found.is_boolean()).then_some(target)
    }

    /// The same for a `$dynamicRef` or `$recursiveRef` in `scope`.
    pub(super) fn resolve_dynamic(
        &self,
        at: &str,
        reference: &str,
        scope: &Scope,
    ) -> Option<String> {
        let target = self.resolve(at, reference)?;
        let (_, fragment) = uri::resolve(self.resource(at).1, reference);
        let name = uri::unescape(&fragment)?;
        let (root, _) = self.resource(&target);
        // Only what first leads to a dynamic anchor asks for the way.
        let is_dynamic = self
            .dynamic
            .get(root)
            .is_some_and(|anchors| anchors.get(&name) == Some(&target));
        if !is_dynamic {
            return Some(target);
        }
        Some(scope.leads(&name).map_or(target, str::to_owned))
    }

    /// The scope of what stands at `at`, reached from `scope`.
    pub(super) fn scope(&self, scope: &Scope, at: &str) -> Scope {
        if self.dynamic.is_empty() {
            return scope.clone();
        }
        match self.dynamic.get(self.resource(at).0) {
            Some(anchors) => scope.inside(anchors),
            None => scope.clone(),
        }
    }

    /// Root and address of the resource in which the schema at `at` stands.
    fn resource<'s>(&'s self, at: &'s str) -> (&'s str, &'s str) {
        let mut at = at;
        loop {
            if let Some(base) = self.bases.get(at) {
                return (at, base);
            }
            match pointer::parent(at) {
                Some(up) => at = up,
                None => return ("", UNNAMED),
            }
        }
    }
}

/// Notes where `name` leads; a name that stands twice leads nowhere.
fn note<Name: Ord>(names: &mut BTreeMap<Name, Option<String>>, name: Name, at: &str) {
    names
        .entry(name)
        .and_modify(|known| *known = None)
        .or_insert_with(|| Some(at.to_owned()));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    #[test]
    fn references_find_resources_anchors_and_pointers() {
        let document = json!({
            "$id": "https://h.example/root",
            "$defs": {
                "a": {"$id": "inner", "$anchor": "here", "$defs": {"b": true}},
                "x/y": {"type": "string"}
            }
        });
        let index = Index::new(&document, Dialect::Draft2020).unwrap();
        for (at, reference, target) in [
            ("", "#/$defs/a", "/$defs/a"),
            ("", "inner", "/$defs/a"),
            ("", "inner#here", "/$defs/a"),
            ("", "https://h.example/inner#/$defs/b", "/$defs/a/$defs/b"),
            ("/$defs/a", "#/$defs/b", "/$defs/a/$defs/b"),
            ("", "#/$defs/x~1y", "/$defs/x~1y"),
            ("/$defs/a/$defs/b", "root", ""),
        ] {
            assert_eq!(
                index.resolve(at, reference).as_deref(),
                Some(target),
                "{reference}"
            );
        }
        assert_eq!(index.resolve("", "https://elsewhere.example/"), None);
    }

    #[test]
    fn a_name_that_stands_twice_leads_nowhere() {
        let document = json!({
            "$id": "https://h.example/root",
            "$defs": {"a": {"$anchor": "x"}, "b": {"$anchor": "x"}, "c": {"$id": "c"}, "d": {"$id": "c", "items": true}}
        });
        let index = Index::new(&document, Dialect::Draft2020).unwrap();
        assert_eq!(index.resolve("", "#x"), None);
        assert_eq!(index.resolve("", "c"), None);
        let own = index.resolve("/$defs/d", "#/items");
        assert_eq!(own.as_deref(), Some("/$defs/d/items"));
    }

    #[test]
    fn anchors_are_words_of_the_newer_drafts() {
        let document = json!({"definitions": {"a": {"$anchor": "x"}}});
        let index = Index::new(&document, Dialect::Draft7).unwrap();
        assert_eq!(index.resolve("", "#x"), None);
    }

    #[test]
    fn a_resource_of_another_draft_is_refused() {
        let document =
            json!({"$defs": {"a": {"$schema": "http://json-schema.org/draft-07/schema#"}}});
        let refused = Index::new(&document, Dialect::Draft2020).unwrap_err();
        assert_eq!(refused.to_string(), "dialect at /$defs/a/$schema");
    }
}
