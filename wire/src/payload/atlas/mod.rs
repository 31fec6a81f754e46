//! A bundle as a map: what a reference leads to, which names it declares, what a schema pins.
//! Refuses to know payloads.

use super::stands::Stands;
use crate::dialect::Dialect;
use crate::json::pointer_escape;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// In-place references followed from one schema before the search gives up.
///
/// Source: deeper than any chain of references in a published FHIR schema; stops loops of references
const MOST_VIEWS: usize = 64;

/// Keywords that hold something for each of several members, by its name; the last is of drafts before 2019-09.
const DECLARING: [&str; 4] = [
    "properties",
    "dependentRequired",
    "dependentSchemas",
    "dependencies",
];

/// A schema document with an index of what it names.
#[derive(Debug)]
pub(super) struct Atlas {
    bundle: Arc<Value>,
    pub(super) dialect: Dialect,
    /// `$id` to the pointer of its resource.
    resources: BTreeMap<String, String>,
    /// Pointer of a resource and anchor in it, to the pointer of the schema.
    anchors: BTreeMap<(String, String), String>,
    declared: BTreeSet<String>,
    /// Pointer and target of every reference, in the order of the document.
    references: Vec<(String, String)>,
}

/// A schema and where it stands in the bundle.
#[derive(Clone, Debug)]
pub(super) struct Spot<'a> {
    pub(super) pointer: String,
    pub(super) schema: &'a Value,
}

impl<'a> Spot<'a> {
    pub(super) fn child(&self, keyword: &str) -> Option<Spot<'a>> {
        let schema = match self.schema {
            Value::Array(items) => items.get(keyword.parse::<usize>().ok()?)?,
            other => other.get(keyword)?,
        };
        let pointer = [&self.pointer, "/", &pointer_escape(keyword)].concat();
        Some(Spot { pointer, schema })
    }

    /// The schema under a keyword, or the one of that name in the group under it.
    pub(super) fn below(&self, keyword: &str, name: Option<&str>) -> Option<Spot<'a>> {
        let child = self.child(keyword)?;
        match name {
            Some(name) => child.child(name),
            None => Some(child),
        }
    }

    /// The members of a keyword that holds schemas by name or by index.
    pub(super) fn children(&self, keyword: &str) -> Vec<Spot<'a>> {
        let Some(group) = self.child(keyword) else {
            return Vec::new();
        };
        let names: Vec<String> = match group.schema {
            Value::Array(items) => (0..items.len()).map(|index| index.to_string()).collect(),
            Value::Object(members) => members.keys().cloned().collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
        };
        names.iter().filter_map(|name| group.child(name)).collect()
    }
}

impl Atlas {
    pub(super) fn new(bundle: Arc<Value>, dialect: Dialect) -> Self {
        let mut atlas = Self {
            bundle: Arc::clone(&bundle),
            dialect,
            resources: BTreeMap::new(),
            anchors: BTreeMap::new(),
            declared: BTreeSet::new(),
            references: Vec::new(),
        };
        let mut anchors = Vec::new();
        let mut open = vec![(String::new(), &*bundle, Stands::Schema)];
        while let Some((pointer, value, stands)) = open.pop() {
            if stands == Stands::Schema {
                atlas.note(&pointer, value, &mut anchors);
            }
            let members: Vec<(String, &Value, Stands)> = match value {
                Value::Object(members) => members
                    .iter()
                    .filter_map(|(name, member)| {
                        Some((pointer_escape(name), member, stands.below(name)?))
                    })
                    .collect(),
                Value::Array(items) => items
                    .iter()
                    .enumerate()
                    .map(|(index, item)| (index.to_string(), item, stands))
                    .collect(),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
            };
            let below = |(name, member, stands)| (format!("{pointer}/{name}"), member, stands);
            open.extend(members.into_iter().rev().map(below));
        }
        for (pointer, anchor) in anchors {
            let resource = atlas.resource_of(&pointer).to_owned();
            atlas.anchors.insert((resource, anchor), pointer);
        }
        atlas
    }

    fn note(&mut self, pointer: &str, schema: &Value, anchors: &mut Vec<(String, String)>) {
        let text = |keyword| schema.get(keyword).and_then(Value::as_str);
        let is_lone = text("$ref").is_some() && self.dialect.has_lone_references();
        if let Some(id) = text(self.dialect.id()).filter(|_| !is_lone) {
            let id = id.trim_end_matches('#');
            match id.split_once('#') {
                // Before 2019-09 this was how an anchor was written.
                Some((_, name)) => anchors.push((pointer.to_owned(), name.to_owned())),
                None => {
                    let place = self.resources.entry(id.to_owned());
                    place.or_insert(pointer.to_owned());
                }
            }
        }
        for keyword in ["$anchor", "$dynamicAnchor"] {
            anchors.extend(text(keyword).map(|name| (pointer.to_owned(), name.to_owned())));
        }
        for keyword in ["$ref", "$dynamicRef", "$recursiveRef"] {
            let target = text(keyword);
            let found = target.map(|target| (format!("{pointer}/{keyword}"), target.to_owned()));
            self.references.extend(found);
        }
        for keyword in DECLARING {
            if let Some(Value::Object(members)) = schema.get(keyword) {
                self.declared.extend(members.keys().cloned());
            }
        }
        let dependent = schema.get("dependentRequired").and_then(Value::as_object);
        let dependent = dependent.into_iter().flat_map(serde_json::Map::values);
        for names in dependent
            .chain(schema.get("required"))
            .filter_map(Value::as_array)
        {
            let names = names.iter().filter_map(Value::as_str);
            self.declared.extend(names.map(str::to_owned));
        }
    }

    pub(super) fn root(&self) -> Spot<'_> {
        Spot {
            pointer: String::new(),
            schema: &self.bundle,
        }
    }

    /// Whether any schema of the bundle declares a member with this name: then it is the schema's word, not the payload's.
    pub(super) fn declares(&self, name: &str) -> bool {
        self.declared.contains(name)
    }

    /// The pointer of the first reference that leads nowhere.
    pub(super) fn dangling(&self) -> Option<&str> {
        self.references
            .iter()
            .find(|(pointer, target)| self.resolve(pointer, target).is_none())
            .map(|(pointer, _)| pointer.as_str())
    }

    /// What a reference that stands at `pointer` leads to.
    pub(super) fn resolve(&self, pointer: &str, reference: &str) -> Option<Spot<'_>> {
        let (uri, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let resource = match uri {
            "" => self.resource_of(pointer),
            uri => self.resources.get(uri)?,
        };
        let fragment = percent_decoded(fragment)?;
        let pointer = if fragment.is_empty() || fragment.starts_with('/') {
            format!("{resource}{fragment}")
        } else {
            self.anchors.get(&(resource.to_owned(), fragment))?.clone()
        };
        let schema = self.bundle.pointer(&pointer)?;
        Some(Spot { pointer, schema })
    }

    /// The pointer of the resource that owns `pointer`: the innermost schema around it that has an `$id`.
    fn resource_of(&self, pointer: &str) -> &str {
        self.resources
            .values()
            .map(String::as_str)
            .filter(|root| {
                let rest = pointer.strip_prefix(root);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
            .max_by_key(|root| root.len())
            .unwrap_or("")
    }

    /// The schema and all that it applies to the same value without condition: references and `allOf`.
    pub(super) fn views<'a>(&'a self, spot: &Spot<'a>) -> Vec<Spot<'a>> {
        let mut views = vec![spot.clone()];
        let mut next = 0;
        while let Some(view) = views.get(next).cloned() {
            let reference = view.schema.get("$ref").and_then(Value::as_str);
            let is_lone = reference.is_some() && self.dialect.has_lone_references();
            let target = reference.and_then(|target| self.resolve(&view.pointer, target));
            let beside = match is_lone {
                true => Vec::new(),
                false => view.children("allOf"),
            };
            for found in target.into_iter().chain(beside) {
                let known = views.iter().any(|view| view.pointer == found.pointer);
                if !known && views.len() < MOST_VIEWS {
                    views.push(found);
                }
            }
            if let Some(view) = views.get_mut(next).filter(|_| is_lone) {
                view.schema = &Value::Null;
            }
            next += 1;
        }
        views
    }

    /// The schemas that `spot` declares for the member `name`.
    pub(super) fn member<'a>(&'a self, spot: &Spot<'a>, name: &str) -> Vec<Spot<'a>> {
        let views = self.views(spot);
        views
            .iter()
            .filter_map(|view| view.below("properties", Some(name)))
            .flat_map(|member| self.views(&member))
            .collect()
    }

    /// Whether `spot` is closed and knows no member `name`.
    pub(super) fn forbids(&self, spot: &Spot<'_>, name: &str) -> bool {
        self.views(spot).iter().any(|view| {
            let has = |keyword: &str| view.schema.get(keyword).is_some();
            let is_closed = view.schema.get("additionalProperties") == Some(&Value::Bool(false));
            let declared = view.schema.get("properties").and_then(|all| all.get(name));
            is_closed && declared.is_none() && !has("patternProperties")
        })
    }

    /// The values that `spot` lets the member `name` have, where it lists them.
    pub(super) fn pinned<'a>(&'a self, spot: &Spot<'a>, name: &str) -> Option<Vec<&'a Value>> {
        self.member(spot, name).iter().find_map(|member| {
            let constant = member.schema.get("const").map(|value| vec![value]);
            let listed = || Some(member.schema.get("enum")?.as_array()?.iter().collect());
            constant.or_else(listed)
        })
    }

    /// What `x-semantics` says of the first of these schemas that carries it.
    pub(super) fn meaning(spots: &[Spot<'_>]) -> Option<String> {
        let text = |spot: &Spot<'_>| {
            let text = spot.schema.get("x-semantics")?.get("text")?.as_str()?;
            Some(text.to_owned())
        };
        spots.iter().find_map(text)
    }
}

/// A URI fragment without its percent escapes.
fn percent_decoded(fragment: &str) -> Option<String> {
    let mut bytes = fragment.bytes();
    let mut decoded = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let mut digit = || char::from(bytes.next()?).to_digit(16);
            let value = digit()? * 16 + digit()?;
            decoded.push(u8::try_from(value).ok()?);
        } else {
            decoded.push(byte);
        }
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn ours(bundle: &Value) -> Atlas {
        Atlas::new(Arc::new(bundle.clone()), Dialect::TwentyTwenty)
    }

    fn atlas() -> Atlas {
        ours(&json!({
            "$id": "https://matchmark.example/schemas/a/1.0.0",
            "properties": {"part": {"$ref": "https://matchmark.example/schemas/b/1.0.0#/$defs/x%20y"}},
            "$defs": {
                "here": {"type": "string"},
                "b@1.0.0": {
                    "$id": "https://matchmark.example/schemas/b/1.0.0",
                    "allOf": [{"$ref": "#named"}],
                    "const": {"properties": {"hidden": 1}},
                    "$defs": {
                        "x y": {"$ref": "#/$defs/name"},
                        "name": {"$anchor": "named", "properties": {"kind": {"enum": ["a", "b"]}}},
                    },
                },
            },
        }))
    }

    #[test]
    fn references_resolve_inside_the_resource_that_holds_them() {
        let atlas = atlas();
        for (from, reference, target) in [
            ("/properties/part", "#/$defs/here", "/$defs/here"),
            (
                "/$defs/b@1.0.0/$defs/x y",
                "#/$defs/name",
                "/$defs/b@1.0.0/$defs/name",
            ),
            (
                "/$defs/b@1.0.0/allOf/0",
                "#named",
                "/$defs/b@1.0.0/$defs/name",
            ),
            (
                "",
                "https://matchmark.example/schemas/b/1.0.0",
                "/$defs/b@1.0.0",
            ),
            (
                "",
                "https://matchmark.example/schemas/b/1.0.0#/$defs/x%20y",
                "/$defs/b@1.0.0/$defs/x y",
            ),
            (
                "/$defs/b@1.0.0",
                "https://matchmark.example/schemas/a/1.0.0#",
                "",
            ),
        ] {
            assert_eq!(atlas.resolve(from, reference).unwrap().pointer, target);
        }
        for reference in [
            "#/$defs/none",
            "#none",
            "https://elsewhere.example/",
            "#/%zz",
        ] {
            assert!(atlas.resolve("", reference).is_none(), "{reference}");
        }
        assert_eq!(atlas.dangling(), None);
    }

    #[test]
    fn pinned_values_are_found_through_references() {
        let atlas = atlas();
        let b = atlas
            .resolve("", "https://matchmark.example/schemas/b/1.0.0")
            .unwrap();
        assert_eq!(
            atlas.pinned(&b, "kind").unwrap(),
            [&json!("a"), &json!("b")]
        );
        assert_eq!(atlas.pinned(&b, "other"), None);
    }

    #[test]
    fn only_names_of_members_are_declared_and_data_declares_nothing() {
        let atlas = atlas();
        assert!(atlas.declares("part") && atlas.declares("kind"));
        assert!(!atlas.declares("hidden") && !atlas.declares("here") && !atlas.declares("a"));
    }

    #[test]
    fn what_stands_beside_a_reference_counts_since_2019_09_only() {
        let bundle = json!({"$ref": "#/definitions/a", "properties": {"kind": {"const": "beside"}},
            "definitions": {"a": {"properties": {"kind": {"const": "there"}}}}});
        for (dialect, pinned) in [
            (Dialect::Seven, json!("there")),
            (Dialect::TwentyNineteen, json!("beside")),
        ] {
            let atlas = Atlas::new(bundle.clone().into(), dialect);
            let found = atlas.pinned(&atlas.root(), "kind");
            assert_eq!(found.unwrap(), [&pinned]);
        }
    }

    #[test]
    fn a_loop_of_references_ends() {
        let atlas = ours(&json!({"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#"}]}}}));
        assert_eq!(atlas.views(&atlas.root()).len(), 3);
    }
}
