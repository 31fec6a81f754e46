//! What a place of a payload means: from a path through the schema to its `x-semantics`.
//! Reads everything together that speaks of one value; a slice is told by its `if` and `then`.

use crate::catalogue::bundle;
use serde_json::Value;
use std::collections::BTreeSet;
use wire::json::pointer_escape;
use wire::transform::{Filter, Path, Step, Want};

/// Deepest path that is followed; a schema that refers to itself ends here.
const DEEPEST: usize = 16;

/// The word for a place that no annotation speaks of.
const UNSAID: &str = "unknown";

/// What a schema says of one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    /// Pointer in the bundle of the first subschema that describes it.
    pub pointer: String,
    /// Tags of its annotations; one, unless several forms share the place.
    pub tags: BTreeSet<String>,
    /// Tags that it must not be taken for.
    pub not: BTreeSet<String>,
    /// The values that the schema allows, where it lists them.
    pub fixed: Vec<Value>,
}

impl Meaning {
    /// The one tag to name it by.
    #[must_use]
    pub fn word(&self) -> &str {
        self.tags.first().map_or(UNSAID, String::as_str)
    }

    /// Whether a value of this meaning must not stand for the other.
    #[must_use]
    pub fn contradicts(&self, other: &Self) -> bool {
        let said = !self.tags.is_empty() && !other.tags.is_empty();
        said && (self.tags.is_disjoint(&other.tags)
            || !self.not.is_disjoint(&other.tags)
            || !other.not.is_disjoint(&self.tags))
    }
}

/// A schema, to be asked what its places mean.
pub struct Meanings<'a> {
    root: &'a Value,
}

/// Subschemas, as pointers in the bundle.
type Sites = BTreeSet<String>;

/// Where a path leads: the value that it names, the member that holds it, and the items where that is a list.
struct Spot {
    direct: Sites,
    list: Sites,
    items: Sites,
}

impl<'a> Meanings<'a> {
    /// `bundle` needs no other document.
    #[must_use]
    pub fn of(bundle: &'a Value) -> Self {
        Self { root: bundle }
    }

    /// What stands at `path`; `None` where the schema declares nothing.
    #[must_use]
    pub fn at(&self, path: &Path) -> Option<Meaning> {
        let spot = self.spot(path)?;
        let filter = path.steps().last().and_then(|step| step.filter.as_ref());
        let meaning = self.meaning(&spot.direct, filter);
        // An item that says nothing of itself is one of what its list is.
        let silent = meaning.tags.is_empty();
        Some(if silent {
            self.meaning(&spot.list, None)
        } else {
            meaning
        })
    }

    /// Every place below `path`, seen from there; the fields of the items where a list stands there.
    #[must_use]
    pub fn below(&self, path: &Path) -> Vec<(Path, Meaning)> {
        let mut found = Vec::new();
        let filter = path.steps().last().and_then(|step| step.filter.as_ref());
        if let Some(spot) = self.spot(path) {
            self.walk(&Path::root(), &spot.items, filter, &mut found);
        }
        found
    }

    /// Where a path leads.
    fn spot(&self, path: &Path) -> Option<Spot> {
        let root = Sites::from([String::new()]);
        let mut spot = Spot {
            direct: root.clone(),
            list: root.clone(),
            items: root,
        };
        let mut filter = None;
        for step in path.steps() {
            let members = self.members(&self.in_place(&spot.items, filter), &step.name);
            if members.is_empty() {
                return None;
            }
            let items = self.items(&members);
            let picks = step.filter.is_some() && !items.is_empty();
            spot = Spot {
                direct: if picks {
                    items.clone()
                } else {
                    members.clone()
                },
                items: if items.is_empty() {
                    members.clone()
                } else {
                    items
                },
                list: members,
            };
            filter = step.filter.as_ref();
        }
        Some(spot)
    }

    /// Every place that the schema declares, slices apart, with what it means.
    #[must_use]
    pub fn every(&self) -> Vec<(Path, Meaning)> {
        let mut found = Vec::new();
        let root = Sites::from([String::new()]);
        self.walk(&Path::root(), &root, None, &mut found);
        found
    }

    fn walk(
        &self,
        path: &Path,
        sites: &Sites,
        filter: Option<&Filter>,
        found: &mut Vec<(Path, Meaning)>,
    ) {
        if path.steps().len() >= DEEPEST {
            return;
        }
        let here = self.in_place(sites, filter);
        for name in self.names(&here) {
            let members = self.members(&here, &name);
            let items = self.items(&members);
            let plain = path.below(Step {
                name: name.clone(),
                filter: None,
            });
            found.push((plain.clone(), self.meaning(&members, None)));
            let inner = if items.is_empty() { &members } else { &items };
            let slices = self.slices(inner);
            if slices.is_empty() {
                self.walk(&plain, inner, None, found);
            }
            for slice in slices {
                let step = Step {
                    name: name.clone(),
                    filter: Some(slice.clone()),
                };
                self.walk(&path.below(step), inner, Some(&slice), found);
            }
        }
    }

    fn site(&self, pointer: &str) -> &'a Value {
        self.root.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// The sites and everything that applies to the same value: references and branches.
    fn in_place(&self, sites: &Sites, filter: Option<&Filter>) -> Sites {
        let mut all = Sites::new();
        let mut open: Vec<String> = sites.iter().cloned().collect();
        while let Some(site) = open.pop() {
            if !all.insert(site.clone()) {
                continue;
            }
            let schema = self.site(&site);
            if let Some(target) = schema.get("$ref").and_then(Value::as_str) {
                open.extend(bundle::target(self.root, &site, target));
            }
            for keyword in ["allOf", "anyOf", "oneOf"] {
                let branches = schema.get(keyword).and_then(Value::as_array);
                let count = branches.map_or(0, Vec::len);
                open.extend((0..count).map(|index| format!("{site}/{keyword}/{index}")));
            }
            let asked = filter.and_then(|filter| asked(schema, filter));
            for (keyword, other) in [("then", Some(false)), ("else", Some(true))] {
                if schema.get(keyword).is_some() && asked != other {
                    open.push(format!("{site}/{keyword}"));
                }
            }
        }
        all
    }

    fn names(&self, sites: &Sites) -> BTreeSet<String> {
        let properties = |site: &String| self.site(site).get("properties")?.as_object();
        let names = sites.iter().filter_map(properties);
        names.flat_map(|members| members.keys().cloned()).collect()
    }

    /// Subschemas of a member. One that may not stand has none.
    fn members(&self, sites: &Sites, name: &str) -> Sites {
        let name = pointer_escape(name);
        let member = |site: &String| format!("{site}/properties/{name}");
        let is_there = |pointer: &String| {
            let schema = self.root.pointer(pointer);
            schema.is_some_and(|schema| *schema != Value::Bool(false))
        };
        sites.iter().map(member).filter(is_there).collect()
    }

    /// Subschemas of the items, where a list stands at the sites.
    fn items(&self, sites: &Sites) -> Sites {
        let lists = self.in_place(sites, None);
        let item = |site: &String| format!("{site}/items");
        let is_there = |pointer: &String| self.root.pointer(pointer).is_some_and(Value::is_object);
        lists.iter().map(item).filter(is_there).collect()
    }

    /// What tells the forms apart that the items have.
    fn slices(&self, items: &Sites) -> Vec<Filter> {
        let mut found = Vec::new();
        for site in self.in_place(items, None) {
            for (key, word) in conditions(self.site(&site)) {
                let filter = Filter {
                    key: vec![key.to_owned()],
                    want: Want::Word(word.to_owned()),
                    others: false,
                };
                if !found.contains(&filter) {
                    found.push(filter);
                }
            }
        }
        found
    }

    /// What the sites say themselves, or else what they refer to.
    fn meaning(&self, direct: &Sites, filter: Option<&Filter>) -> Meaning {
        let whole = self.in_place(direct, filter);
        let annotated = |site: &&String| self.site(site).get("x-semantics").is_some();
        let own: Vec<&String> = direct.iter().filter(annotated).collect();
        let speaking: Vec<&String> = if own.is_empty() {
            whole.iter().filter(annotated).collect()
        } else {
            own
        };
        let words = |keyword: &str| {
            let said = |site: &&String| self.site(site).get("x-semantics")?.get(keyword).cloned();
            let said: Vec<Value> = speaking.iter().filter_map(said).collect();
            let word = |value: &Value| match value {
                Value::String(word) => vec![word.clone()],
                Value::Array(words) => words
                    .iter()
                    .filter_map(|w| Some(w.as_str()?.to_owned()))
                    .collect(),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
            };
            said.iter().flat_map(word).collect()
        };
        let first = speaking.first().copied().or_else(|| direct.first());
        Meaning {
            pointer: first.cloned().unwrap_or_default(),
            tags: words("tag"),
            not: words("not"),
            fixed: whole
                .iter()
                .flat_map(|site| fixed(self.site(site)))
                .collect(),
        }
    }
}

/// The one value that a subschema allows.
fn fixed(schema: &Value) -> Option<Value> {
    let only = || match schema.get("enum")?.as_array()?.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    };
    schema.get("const").cloned().or_else(only)
}

/// Members that the `if` of a subschema pins to one word.
fn conditions(schema: &Value) -> Vec<(&str, &str)> {
    let members = schema.pointer("/if/properties").and_then(Value::as_object);
    let word = |(name, schema)| {
        Some((
            String::as_str(name),
            Value::as_str(Value::get(schema, "const")?)?,
        ))
    };
    members.into_iter().flatten().filter_map(word).collect()
}

/// Whether the `if` of a subschema holds for the items that `filter` means; `None` where it asks something else.
fn asked(schema: &Value, filter: &Filter) -> Option<bool> {
    let ([key], Want::Word(word)) = (filter.key.as_slice(), &filter.want) else {
        return None;
    };
    let conditions = conditions(schema);
    let pinned = conditions.iter().find(|(name, _)| name == key);
    pinned.map(|(_, wanted)| (wanted == word) != filter.others)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn schema() -> Value {
        json!({
            "properties": {"part": {"items": {
                "properties": {"name": {"enum": ["A", "B"]}, "body": {"x-semantics": {"tag": "part.body"}}},
                "allOf": [
                    {"if": {"properties": {"name": {"const": "A"}}},
                     "then": {"properties": {"body": {"$ref": "#/$defs/a"}}}},
                    {"if": {"properties": {"name": {"const": "B"}}},
                     "then": {"properties": {"body": {"properties":
                        {"id": {"const": 7, "x-semantics": {"tag": "b.id", "not": ["a.id"]}}}}}}}
                ]
            }}},
            "$defs": {"a": {"properties": {"id": {"x-semantics": {"tag": "a.id"}},
                "again": {"$ref": "#/$defs/a"}}}}
        })
    }

    #[test]
    fn a_slice_has_the_meaning_of_its_own_form() {
        let schema = schema();
        let meanings = Meanings::of(&schema);
        let at = |path: &str| meanings.at(&path.parse().unwrap());
        let (a, b) = (
            at("part[name=A].body.id").unwrap(),
            at("part[name=B].body.id").unwrap(),
        );
        assert_eq!((a.word(), b.word()), ("a.id", "b.id"));
        assert!(a.contradicts(&b));
        assert_eq!(b.fixed, [json!(7)]);
        assert_eq!(at("part.body.id").unwrap().tags.len(), 2);
        assert_eq!(at("part.body").unwrap().word(), "part.body");
        assert_eq!(at("part[name=B].body.again"), None);
        assert_eq!(at("absent"), None);
    }

    #[test]
    fn every_place_is_named_once_for_each_form() {
        let schema = schema();
        let every = Meanings::of(&schema).every();
        let named = |path: &str| every.iter().any(|(found, _)| found.to_string() == path);
        assert!(named("part[name=A].body.again.id"));
        assert!(named("part[name=B].body.id"));
        assert!(!named("part[name=B].body.again"));
    }
}
