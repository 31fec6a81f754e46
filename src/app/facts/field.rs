//! The leaves of a schema: every property of a payload that has no properties of its own, wherever it is declared.
//! Refuses to be fooled by where a property stands: schemas that apply to the same value are read together.

use super::word::{case, semantics};
use crate::catalogue::{SchemaVersion, member_of, reference_target, words};
use crate::model::VersionId;
use crate::policy::input::{FieldFacts, SemanticsFacts, UNKNOWN};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use wire::json::pointer_escape;

/// The leaves that `version` itself declares, by pointer.
///
/// `bundle` is the version as one document; where there is none, the lint of names says why.
pub(super) fn of(
    version: &SchemaVersion,
    bundle: Option<&Value>,
    operational: bool,
) -> Vec<FieldFacts> {
    let Some(bundle) = bundle else {
        return Vec::new();
    };
    let mut walk = Walk {
        root: bundle,
        seen: BTreeSet::new(),
        leaves: BTreeMap::new(),
    };
    walk.value(vec![Site::new(String::new())]);
    walk.leaves
        .into_iter()
        .map(|(pointer, leaf)| leaf.facts(&version.id, operational, pointer))
        .collect()
}

/// A subschema that applies to a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Site {
    /// Pointer in the bundle.
    pointer: String,
    /// Whether it applies in every case, not only under `if` or in one branch.
    always: bool,
}

impl Site {
    fn new(pointer: String) -> Self {
        Self {
            pointer,
            always: true,
        }
    }

    fn below(&self, step: &str) -> Self {
        Self {
            pointer: format!("{}/{}", self.pointer, pointer_escape(step)),
            always: self.always,
        }
    }
}

/// A leaf and the annotations that speak of it.
#[derive(Debug)]
struct Leaf<'a> {
    name: String,
    required: bool,
    bounded: bool,
    annotations: Option<&'a Value>,
}

impl Leaf<'_> {
    fn facts(self, id: &VersionId, operational: bool, pointer: String) -> FieldFacts {
        let text = |path: &str| {
            let found = self.annotations.and_then(|on| on.pointer(path));
            found.and_then(Value::as_str)
        };
        let (state, adds) = semantics(&self.name, text("/x-semantics/text").unwrap_or(""));
        let known = |path: &str| text(path).unwrap_or(UNKNOWN).to_owned();
        let several = |path: &str| {
            let found = self.annotations.and_then(|on| on.pointer(path));
            let list = found.and_then(Value::as_array).into_iter().flatten();
            list.filter_map(Value::as_str)
        };
        let source: Vec<&str> = ["guide", "version", "statement"]
            .iter()
            .filter_map(|part| text(&format!("/x-source/{part}")))
            .chain(several("/x-source/statement"))
            .collect();
        FieldFacts {
            schema: id.to_string(),
            entry: id.entry.clone(),
            pointer,
            words: words(&self.name),
            case: case(&self.name),
            semantics: SemanticsFacts {
                state,
                adds,
                tag: known("/x-semantics/tag"),
            },
            phi: known("/x-phi"),
            since: known("/x-since"),
            source: super::known(&source.join(" ")),
            required: self.required,
            bounded: self.bounded,
            operational,
            name: self.name,
        }
    }
}

/// Keywords that set an end to a text or a number.
const ENDS: [&str; 6] = [
    "const",
    "enum",
    "exclusiveMaximum",
    "maxLength",
    "maximum",
    "pattern",
];

/// Whether a schema by itself sets an end to what may be written.
fn ends(schema: &Value) -> bool {
    let kind = schema.get("type").and_then(Value::as_str);
    kind == Some("boolean") || ENDS.iter().any(|keyword| schema.get(keyword).is_some())
}

struct Walk<'a> {
    root: &'a Value,
    seen: BTreeSet<Vec<Site>>,
    leaves: BTreeMap<String, Leaf<'a>>,
}

impl<'a> Walk<'a> {
    /// Reads everything that the schemas at `sites`, which apply to one value, say of its members and items.
    fn value(&mut self, sites: Vec<Site>) {
        let mut open = vec![sites];
        while let Some(sites) = open.pop() {
            let sites = self.in_place(sites);
            if !self.seen.insert(sites.clone()) {
                continue;
            }
            for (name, places) in self.properties(&sites) {
                self.leaf(&name, &places, &sites);
                open.push(places);
            }
            open.extend(self.items(&sites));
        }
    }

    fn at(&self, site: &Site) -> &'a Value {
        self.root.pointer(&site.pointer).unwrap_or(&Value::Null)
    }

    /// The sites and everything that applies to the same value: references and branches.
    fn in_place(&self, mut open: Vec<Site>) -> Vec<Site> {
        let mut all = BTreeSet::new();
        while let Some(site) = open.pop() {
            let schema = self.at(&site);
            if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
                open.extend(self.target(&site, target));
            }
            for (keyword, always) in [("allOf", site.always), ("anyOf", false), ("oneOf", false)] {
                let branches = schema.get(keyword).and_then(Value::as_array);
                open.extend((0..branches.map_or(0, Vec::len)).map(|index| Site {
                    always,
                    ..site.below(keyword).below(&index.to_string())
                }));
            }
            for keyword in ["then", "else"] {
                if schema.get(keyword).is_some() {
                    open.push(Site {
                        always: false,
                        ..site.below(keyword)
                    });
                }
            }
            if !all.contains(&site) {
                all.insert(site);
            }
        }
        all.into_iter().collect()
    }

    /// Where a reference leads inside the bundle.
    fn target(&self, from: &Site, target: &str) -> Option<Site> {
        Some(Site {
            pointer: reference_target(self.root, &from.pointer, target)?,
            always: from.always,
        })
    }

    /// Properties by name, each with every place that declares it. A property that may not stand is none.
    fn properties(&self, sites: &[Site]) -> BTreeMap<String, Vec<Site>> {
        let mut found: BTreeMap<String, Vec<Site>> = BTreeMap::new();
        for site in sites {
            let properties = self.at(site).get("properties").and_then(Value::as_object);
            for (name, schema) in properties.into_iter().flatten() {
                if *schema != Value::Bool(false) {
                    let place = site.below("properties").below(name);
                    found.entry(name.clone()).or_default().push(place);
                }
            }
        }
        found
    }

    /// Groups of schemas that apply to the items, or to members without a fixed name.
    fn items(&self, sites: &[Site]) -> Vec<Vec<Site>> {
        let mut each = Vec::new();
        let mut groups = Vec::new();
        for site in sites {
            let schema = self.at(site);
            // What some item must contain says nothing of every item.
            let keywords = [("items", site.always), ("contains", false)].into_iter();
            let present = keywords.filter(|(keyword, _)| schema.get(keyword).is_some());
            each.extend(present.map(|(keyword, always)| Site {
                always,
                ..site.below(keyword)
            }));
            let first = schema.get("prefixItems").and_then(Value::as_array);
            let first = 0..first.map_or(0, Vec::len);
            groups.extend(first.map(|n| vec![site.below("prefixItems").below(&n.to_string())]));
            if schema
                .get("additionalProperties")
                .is_some_and(Value::is_object)
            {
                groups.push(vec![site.below("additionalProperties")]);
            }
            let patterns = schema.get("patternProperties").and_then(Value::as_object);
            let patterns = patterns.into_iter().flatten();
            groups.extend(
                patterns.map(|(pattern, _)| vec![site.below("patternProperties").below(pattern)]),
            );
        }
        groups.push(each);
        groups
    }

    /// Whether a value of the property has an end to what may be written there: by what applies to it in every case,
    /// or by each of the places that declare it.
    fn is_bounded(&self, whole: &[Site], places: &[Site]) -> bool {
        let alone = |place: &Site| {
            let place = Site {
                always: true,
                ..place.clone()
            };
            self.has_end(&self.in_place(vec![place]))
        };
        self.has_end(whole) || places.iter().all(alone)
    }

    /// Whether what applies in every case to a value, or to each of its items, sets an end.
    fn has_end(&self, sites: &[Site]) -> bool {
        let end = |sites: &[Site]| {
            let mut always = sites.iter().filter(|site| site.always);
            always.any(|site| ends(self.at(site)))
        };
        let items = self.items(sites).into_iter();
        let mut items = items.map(|sites| self.in_place(sites));
        end(sites) || items.any(|sites| end(&sites))
    }

    /// Notes the property when it is a leaf and this version declares it.
    fn leaf(&mut self, name: &str, places: &[Site], parents: &[Site]) {
        let whole = self.in_place(places.to_vec());
        let inner = self
            .items(&whole)
            .into_iter()
            .map(|sites| self.in_place(sites));
        let structured = inner
            .chain([whole.clone()])
            .any(|sites| !self.properties(&sites).is_empty());
        if structured {
            return;
        }
        let annotated = |site: &&Site| self.at(site).get("x-semantics").is_some();
        let declaring = places.iter().find(annotated);
        let annotations = declaring.or_else(|| whole.iter().find(annotated));
        let place = declaring.or_else(|| {
            places
                .iter()
                .find(|site| member_of(&site.pointer).is_empty())
        });
        let Some(place) = place.filter(|site| member_of(&site.pointer).is_empty()) else {
            return;
        };
        let required = parents.iter().filter(|parent| parent.always).any(|parent| {
            let names = self.at(parent).get("required").and_then(Value::as_array);
            names.is_some_and(|names| names.iter().any(|required| required == name))
        });
        let leaf = Leaf {
            name: name.to_owned(),
            required,
            bounded: self.is_bounded(&whole, places),
            annotations: annotations.map(|site| self.at(site)),
        };
        let known = self.leaves.entry(place.pointer.clone()).or_insert(leaf);
        known.required |= required;
    }
}
