//! Where the resources and anchors of one document stand, so that references find their targets.
//! Refuses to look outside the document.

use super::answer::{Code, Why};
use super::dialect::{Dialect, subschemas};
use super::pointer;
use super::uri;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// The address of a document that names none itself.
const UNNAMED: &str = "matchmark:/schema";

/// Addresses of one document.
#[derive(Debug)]
pub(super) struct Index<'a> {
    document: &'a Value,
    /// Pointer of every schema that begins a resource, with the resource's address.
    bases: BTreeMap<String, String>,
    resources: BTreeMap<String, String>,
    anchors: BTreeMap<(String, String), String>,
    /// Names of dynamic anchors that stand more than once: a reference to them depends on the way there.
    ambiguous: BTreeSet<String>,
    recursive: bool,
}

impl<'a> Index<'a> {
    /// Reads every resource and anchor of `document`.
    pub(super) fn new(document: &'a Value, dialect: Dialect) -> Result<Self, Why> {
        let mut index = Self {
            document,
            bases: BTreeMap::from([(String::new(), UNNAMED.to_owned())]),
            resources: BTreeMap::from([(UNNAMED.to_owned(), String::new())]),
            anchors: BTreeMap::new(),
            ambiguous: BTreeSet::new(),
            recursive: false,
        };
        let mut dynamic = BTreeSet::new();
        let mut open = vec![(String::new(), UNNAMED.to_owned(), document)];
        while let Some((at, base, schema)) = open.pop() {
            let Value::Object(members) = schema else {
                continue;
            };
            let base = index.enter(&at, &base, members, dialect, &mut dynamic)?;
            for (names, value) in subschemas(dialect, members) {
                let below = pointer::steps(&at, names.iter().map(String::as_str));
                open.push((below, base.clone(), value));
            }
        }
        Ok(index)
    }

    /// Notes what the schema at `at` names, and gives the base of what stands below it.
    fn enter(
        &mut self,
        at: &str,
        base: &str,
        members: &Map<String, Value>,
        dialect: Dialect,
        dynamic: &mut BTreeSet<String>,
    ) -> Result<String, Why> {
        if dialect.reference_stands_alone() && members.contains_key("$ref") {
            return Ok(base.to_owned());
        }
        let base = self.name(at, base, members, dialect);
        let other = members
            .get("$schema")
            .and_then(Value::as_str)
            .is_some_and(|uri| !at.is_empty() && Dialect::of_uri(uri) != Some(dialect));
        if other {
            return Err(Why::new(Code::Dialect).at(pointer::step(at, "$schema")));
        }
        self.recursive |= members.get("$recursiveAnchor") == Some(&Value::Bool(true));
        for keyword in ["$anchor", "$dynamicAnchor"] {
            let Some(name) = members.get(keyword).and_then(Value::as_str) else {
                continue;
            };
            let key = (base.clone(), name.to_owned());
            self.anchors.insert(key, at.to_owned());
            if keyword == "$dynamicAnchor" && !dynamic.insert(name.to_owned()) {
                self.ambiguous.insert(name.to_owned());
            }
        }
        Ok(base)
    }

    /// Notes the resource that the schema at `at` begins, and gives the base inside it.
    fn name(
        &mut self,
        at: &str,
        base: &str,
        members: &Map<String, Value>,
        dialect: Dialect,
    ) -> String {
        let mut base = base.to_owned();
        if let Some(id) = members.get(dialect.id_keyword()).and_then(Value::as_str) {
            let (resource, fragment) = uri::resolve(&base, id);
            if !id.starts_with('#') {
                self.bases.insert(at.to_owned(), resource.clone());
                self.resources.insert(resource.clone(), at.to_owned());
                base = resource;
            }
            if !fragment.is_empty() && dialect <= Dialect::Draft7 {
                self.anchors.insert((base.clone(), fragment), at.to_owned());
            }
        }
        base
    }

    /// The pointer to which `reference`, standing in the schema at `at`, leads.
    pub(super) fn resolve(&self, at: &str, reference: &str) -> Option<String> {
        let (resource, fragment) = uri::resolve(self.base(at), reference);
        let root = self.resources.get(&resource)?;
        let fragment = uri::unescape(&fragment)?;
        let target = if fragment.is_empty() {
            root.clone()
        } else if fragment.starts_with('/') {
            format!("{root}{fragment}")
        } else {
            self.anchors.get(&(resource, fragment))?.clone()
        };
        let found = self.document.pointer(&target)?;
        (found.is_object() || found.is_boolean()).then_some(target)
    }

    /// The same for a dynamic reference whose target does not depend on the way there.
    pub(super) fn resolve_dynamic(&self, at: &str, reference: &str) -> Option<String> {
        let (_, fragment) = uri::resolve(self.base(at), reference);
        if self.ambiguous.contains(&fragment) {
            return None;
        }
        self.resolve(at, reference)
    }

    /// Whether a recursive reference may lead elsewhere than it says.
    pub(super) fn has_recursive_anchor(&self) -> bool {
        self.recursive
    }

    /// The address of the resource in which the schema at `at` stands.
    fn base(&self, at: &str) -> &str {
        let mut at = at;
        loop {
            if let Some(base) = self.bases.get(at) {
                return base;
            }
            match pointer::parent(at) {
                Some(up) => at = up,
                None => return UNNAMED,
            }
        }
    }
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
    fn a_resource_of_another_draft_is_refused() {
        let document =
            json!({"$defs": {"a": {"$schema": "http://json-schema.org/draft-07/schema#"}}});
        let refused = Index::new(&document, Dialect::Draft2020).unwrap_err();
        assert_eq!(refused.to_string(), "dialect at /$defs/a/$schema");
    }
}
