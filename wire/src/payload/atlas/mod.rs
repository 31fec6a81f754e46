//! A bundle as a map: what a reference leads to, which names it declares, what a schema pins.
//! Refuses to know payloads.

mod plot;
mod spot;
mod ways;

use super::stands::Stands;
use crate::dialect::Dialect;
use crate::json::pointer_name;
use plot::{Plot, PlotId, Root};
use serde_json::Value;
pub(super) use spot::Spot;
use std::collections::{HashMap, HashSet};

/// Keywords that hold something for each of several members, by its name; the last is of drafts before 2019-09.
const DECLARING: [&str; 4] = [
    "properties",
    "dependentRequired",
    "dependentSchemas",
    "dependencies",
];

/// Keywords that lead elsewhere.
const REFERRING: [&str; 3] = ["$ref", "$dynamicRef", "$recursiveRef"];

/// A schema document with an index of what it names.
#[derive(Debug)]
pub(super) struct Atlas {
    pub(super) dialect: Dialect,
    /// The first is the document.
    plots: Vec<Plot>,
    /// `$id` to its resource.
    resources: HashMap<String, PlotId>,
    /// Resource and anchor in it, to the schema.
    anchors: HashMap<(PlotId, String), PlotId>,
    /// What only references lead to, by pointer.
    aside: HashMap<String, PlotId>,
    declared: HashSet<String>,
    /// Schemas with references, and by which keyword, in the order of the document.
    references: Vec<(PlotId, &'static str)>,
}

impl Atlas {
    pub(super) fn new(bundle: &Value, dialect: Dialect) -> Self {
        let mut atlas = Self {
            dialect,
            plots: Vec::new(),
            resources: HashMap::new(),
            anchors: HashMap::new(),
            aside: HashMap::new(),
            declared: HashSet::new(),
            references: Vec::new(),
        };
        let mut anchors = Vec::new();
        atlas.grow(bundle, String::new(), 0, Some(&mut anchors));
        for (id, anchor) in anchors {
            let resource = atlas.resource(id);
            atlas.anchors.insert((resource, anchor), id);
        }
        atlas.follow(bundle);
        atlas
    }

    /// Lays out a value and all plots in it, in the order of the text; with `anchors`, notes what its schemas name.
    fn grow(
        &mut self,
        value: &Value,
        pointer: String,
        resource: PlotId,
        mut anchors: Option<&mut Vec<(PlotId, String)>>,
    ) {
        let mut open = vec![(self.plots.len(), value, Stands::Schema)];
        let stands = Root::At(pointer.into());
        self.plots.push(Plot::new(value, stands, resource));
        while let Some((id, value, stands)) = open.pop() {
            if let Some(anchors) = anchors.as_mut().filter(|_| stands == Stands::Schema) {
                self.note(id, value, anchors);
            }
            let (first, resource) = (self.plots.len(), self.resource(id));
            let Some(plot) = self.plots.get_mut(id) else {
                continue;
            };
            plot.first = first;
            let below = plot.divide(value, stands);
            let plots = below
                .iter()
                .map(|(value, _)| Plot::new(value, Root::Below(id), resource));
            self.plots.extend(plots);
            let below = below.into_iter().enumerate().rev();
            open.extend(below.map(|(index, (value, stands))| (first + index, value, stands)));
        }
    }

    fn note(&mut self, id: PlotId, schema: &Value, anchors: &mut Vec<(PlotId, String)>) {
        let text = |keyword| schema.get(keyword).and_then(Value::as_str);
        let is_lone = text("$ref").is_some() && self.dialect.has_lone_references();
        if let Some(name) = text(self.dialect.id()).filter(|_| !is_lone) {
            let name = name.trim_end_matches('#');
            match name.split_once('#') {
                // Before 2019-09 this was how an anchor was written.
                Some((_, name)) => anchors.push((id, name.to_owned())),
                None => self.own(id, name),
            }
        }
        for keyword in ["$anchor", "$dynamicAnchor"] {
            anchors.extend(text(keyword).map(|name| (id, name.to_owned())));
        }
        for keyword in REFERRING {
            self.references.extend(text(keyword).map(|_| (id, keyword)));
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

    /// Makes a schema the resource of that name, unless another is.
    fn own(&mut self, id: PlotId, name: &str) {
        if self.resources.contains_key(name) {
            return;
        }
        self.resources.insert(name.to_owned(), id);
        if let Some(plot) = self.plots.get_mut(id) {
            plot.resource = id;
        }
    }

    /// The resource that owns a plot: the innermost schema around it that has an `$id`.
    fn resource(&self, id: PlotId) -> PlotId {
        self.plots.get(id).map_or(0, |plot| plot.resource)
    }

    /// Finds what every `$ref` leads to, and lays out what references alone lead to.
    fn follow(&mut self, bundle: &Value) {
        let mut next = 0;
        while next < self.plots.len() {
            for keyword in REFERRING {
                let spot = self.spot(next);
                let Some(reference) = spot.and_then(|spot| spot.text(keyword)) else {
                    continue;
                };
                let mut found = self.resolve(next, reference);
                let aside = || self.aside(next, reference, bundle);
                if let (None, Some((pointer, value, resource))) = (found, aside()) {
                    found = Some(self.plots.len());
                    self.grow(value, pointer.clone(), resource, None);
                    self.aside.extend(found.map(|id| (pointer, id)));
                }
                if let Some(plot) = self.plots.get_mut(next).filter(|_| keyword == "$ref") {
                    plot.reference = found;
                }
            }
            next += 1;
        }
    }

    /// What a reference leads to that is in no plot, by its pointer and with the resource that owns it.
    fn aside<'v>(
        &self,
        from: PlotId,
        reference: &str,
        bundle: &'v Value,
    ) -> Option<(String, &'v Value, PlotId)> {
        let (resource, fragment) = self.address(from, reference)?;
        if is_anchor(&fragment) {
            return None;
        }
        let (_, owner) = self.down(resource, &fragment);
        let pointer = self.spot(resource)?.pointer() + &fragment;
        let value = bundle.pointer(&pointer)?;
        Some((pointer, value, self.resource(owner)))
    }

    fn spot(&self, id: PlotId) -> Option<Spot<'_>> {
        let plot = self.plots.get(id)?;
        let atlas = self;
        Some(Spot { atlas, id, plot })
    }

    /// The document; there always is one.
    pub(super) fn root(&self) -> Option<Spot<'_>> {
        self.spot(0)
    }

    /// Whether any schema of the bundle declares a member with this name: then it is the schema's word, not the payload's.
    pub(super) fn declares(&self, name: &str) -> bool {
        self.declared.contains(name)
    }

    /// The pointer of the first reference that leads nowhere.
    pub(super) fn dangling(&self) -> Option<String> {
        let lost = |(id, keyword): &(PlotId, &str)| {
            let spot = self.spot(*id)?;
            let pointer = || format!("{}/{keyword}", spot.pointer());
            spot.target(keyword).is_none().then(pointer)
        };
        self.references.iter().find_map(lost)
    }

    /// What a reference that stands in a plot leads to.
    fn resolve(&self, from: PlotId, reference: &str) -> Option<PlotId> {
        let (resource, fragment) = self.address(from, reference)?;
        if is_anchor(&fragment) {
            return self.anchors.get(&(resource, fragment)).copied();
        }
        if let (true, found) = self.down(resource, &fragment) {
            return Some(found);
        }
        let pointer = self.spot(resource)?.pointer() + &fragment;
        self.aside.get(&pointer).copied()
    }

    /// The resource and the fragment that a reference names.
    fn address(&self, from: PlotId, reference: &str) -> Option<(PlotId, String)> {
        let (uri, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let resource = match uri {
            "" => self.resource(from),
            uri => *self.resources.get(uri)?,
        };
        Some((resource, percent_decoded(fragment)?))
    }

    /// The last plot on the way of a pointer, and whether the way ends there.
    fn down(&self, from: PlotId, pointer: &str) -> (bool, PlotId) {
        let mut at = from;
        for segment in pointer.split('/').skip(1) {
            let name = pointer_name(segment);
            match self.plots.get(at).and_then(|plot| plot.below(&name)) {
                Some(next) => at = next,
                None => return (false, at),
            }
        }
        (true, at)
    }
}

/// Whether a fragment is a name rather than a pointer.
fn is_anchor(fragment: &str) -> bool {
    !fragment.is_empty() && !fragment.starts_with('/')
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
        Atlas::new(bundle, Dialect::TwentyTwenty)
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

    /// Where a reference leads that stands at a pointer.
    fn led<'a>(atlas: &'a Atlas, from: &str, reference: &str) -> Option<Spot<'a>> {
        let (true, from) = atlas.down(0, from) else {
            return None;
        };
        atlas.spot(atlas.resolve(from, reference)?)
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
            assert_eq!(led(&atlas, from, reference).unwrap().pointer(), target);
        }
        for reference in [
            "#/$defs/none",
            "#none",
            "https://elsewhere.example/",
            "#/%zz",
        ] {
            assert!(led(&atlas, "", reference).is_none(), "{reference}");
        }
        assert_eq!(atlas.dangling(), None);
    }

    #[test]
    fn pinned_values_are_found_through_references() {
        let atlas = atlas();
        let b = led(&atlas, "", "https://matchmark.example/schemas/b/1.0.0").unwrap();
        assert_eq!(b.pinned("kind").unwrap(), [json!("a"), json!("b")]);
        assert_eq!(b.pinned("other"), None);
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
            let atlas = Atlas::new(&bundle, dialect);
            let found = atlas.root().unwrap().pinned("kind");
            assert_eq!(found.unwrap(), [pinned]);
        }
    }

    #[test]
    fn what_only_a_reference_leads_to_is_a_schema_too() {
        let atlas = ours(&json!({
            "$ref": "#/x-kept/a~1b",
            "x-kept": {"a/b": {"properties": {"kind": {"$ref": "#/x-kept/list/1"}}}, "list": [1, {"const": "there"}]},
        }));
        let kind = atlas.root().unwrap().member("kind").last().unwrap();
        assert_eq!(kind.pointer(), "/x-kept/list/1");
        assert_eq!(
            atlas.root().unwrap().pinned("kind").unwrap(),
            [json!("there")]
        );
        assert!(!atlas.declares("kind") && atlas.dangling().is_none());
    }

    #[test]
    fn a_loop_of_references_ends() {
        let atlas = ours(&json!({"$ref": "#/$defs/a", "$defs": {"a": {"allOf": [{"$ref": "#"}]}}}));
        assert_eq!(atlas.root().unwrap().views().count(), 3);
    }
}
