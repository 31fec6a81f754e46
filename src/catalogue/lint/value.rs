//! The values of a payload, each with every schema of a bundle that speaks of it.
//! Refuses to be fooled by where a schema stands: what applies to one value is read together, references followed.

use crate::catalogue::BASE;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use wire::json::pointer_escape;

/// A schema that applies to a value.
#[derive(Clone, Debug)]
pub(super) struct Site<'a> {
    /// Pointer in the bundle.
    pub pointer: String,
    pub schema: &'a Value,
    /// Whether it applies in every case, not only in one branch.
    pub always: bool,
    /// Whether it only asks, inside `if`, `contains` or `not`.
    pub asks: bool,
}

impl<'a> Site<'a> {
    fn below(&self, step: &str) -> Option<Self> {
        let schema = match self.schema {
            Value::Array(items) => items.get(step.parse::<usize>().ok()?)?,
            other => other.get(step)?,
        };
        Some(Self {
            pointer: format!("{}/{}", self.pointer, pointer_escape(step)),
            schema,
            ..self.clone()
        })
    }

    fn asking(mut self) -> Self {
        self.asks = true;
        self
    }

    fn sometimes(mut self) -> Self {
        self.always = false;
        self
    }

    /// Whether the version that the bundle was made for holds it itself.
    pub fn is_own(&self) -> bool {
        member_of(&self.pointer).is_empty()
    }

    pub fn has(&self, keyword: &str) -> bool {
        self.schema.get(keyword).is_some()
    }
}

/// A value that schemas speak of.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// Name of the member that it is; `None` for an item and the whole.
    pub name: Option<String>,
    /// Schemas that stand for it, references and branches not followed.
    pub places: Vec<Site<'a>>,
    /// All that apply to it.
    pub sites: Vec<Site<'a>>,
}

/// The values that a bundle describes.
pub(super) struct Values<'a> {
    bundle: &'a Value,
}

impl<'a> Values<'a> {
    pub(super) fn of(bundle: &'a Value) -> Self {
        Self { bundle }
    }

    /// The whole payload.
    pub(super) fn top(&self) -> Group<'a> {
        let whole = Site {
            pointer: String::new(),
            schema: self.bundle,
            always: true,
            asks: false,
        };
        self.group(None, vec![whole])
    }

    /// Every different value, from the whole down.
    pub(super) fn all(&self) -> Vec<Group<'a>> {
        let mut seen = BTreeSet::new();
        let mut open = vec![self.top()];
        let mut all = Vec::new();
        while let Some(group) = open.pop() {
            let key: Vec<String> = group
                .places
                .iter()
                .map(|site| site.pointer.clone())
                .collect();
            if !seen.insert((group.name.clone(), key)) {
                continue;
            }
            open.extend(self.members(&group));
            open.extend(self.items(&group));
            all.push(group);
        }
        all
    }

    fn group(&self, name: Option<String>, places: Vec<Site<'a>>) -> Group<'a> {
        Group {
            name,
            sites: self.in_place(places.clone()),
            places,
        }
    }

    /// The members that are declared, each with every place that does; one that may not stand is none.
    pub(super) fn members(&self, group: &Group<'a>) -> Vec<Group<'a>> {
        let mut found: BTreeMap<String, Vec<Site<'a>>> = BTreeMap::new();
        for site in &group.sites {
            let Some(properties) = site.below("properties") else {
                continue;
            };
            let names = properties
                .schema
                .as_object()
                .into_iter()
                .flat_map(serde_json::Map::keys);
            for (name, place) in names.filter_map(|name| Some((name, properties.below(name)?))) {
                if *place.schema != Value::Bool(false) {
                    found.entry(name.clone()).or_default().push(place);
                }
            }
        }
        let found = found.into_iter();
        found
            .map(|(name, places)| self.group(Some(name), places))
            .collect()
    }

    /// The items of a list, and the members that have no fixed name.
    pub(super) fn items(&self, group: &Group<'a>) -> Vec<Group<'a>> {
        let mut each = Vec::new();
        let mut groups = Vec::new();
        for site in &group.sites {
            each.extend(site.below("items"));
            each.extend(site.below("contains").map(Site::asking));
            for keyword in ["prefixItems", "patternProperties"] {
                let listed = site.below(keyword);
                groups.extend(listed.iter().flat_map(children).map(|place| vec![place]));
            }
            let open = site.below("additionalProperties");
            groups.extend(
                open.filter(|place| place.schema.is_object())
                    .map(|place| vec![place]),
            );
        }
        groups.push(each);
        groups.retain(|places| !places.is_empty());
        groups
            .into_iter()
            .map(|places| self.group(None, places))
            .collect()
    }

    /// The sites and everything that applies to the same value: references and branches.
    fn in_place(&self, mut open: Vec<Site<'a>>) -> Vec<Site<'a>> {
        let mut all: BTreeMap<(String, bool), Site<'a>> = BTreeMap::new();
        open.reverse();
        while let Some(site) = open.pop() {
            let key = (site.pointer.clone(), site.asks);
            if all.contains_key(&key) {
                continue;
            }
            let target = site.schema.get("$ref").and_then(Value::as_str);
            open.extend(target.and_then(|target| self.target(&site, target)));
            open.extend(site.below("allOf").iter().flat_map(children));
            for keyword in ["anyOf", "oneOf"] {
                let branches = site.below(keyword);
                open.extend(branches.iter().flat_map(children).map(Site::sometimes));
            }
            let branches = ["then", "else"]
                .into_iter()
                .filter_map(|keyword| site.below(keyword));
            open.extend(branches.map(Site::sometimes));
            let questions = ["if", "not"]
                .into_iter()
                .filter_map(|keyword| site.below(keyword));
            open.extend(questions.map(Site::sometimes).map(Site::asking));
            all.insert(key, site);
        }
        all.into_values().collect()
    }

    /// Where a reference leads inside the bundle.
    fn target(&self, from: &Site<'a>, target: &str) -> Option<Site<'a>> {
        let pointer = match target.strip_prefix(BASE) {
            Some(version) => {
                let (version, local) = version.split_once('#').unwrap_or((version, ""));
                format!("/$defs/{}{local}", version.replacen('/', "@", 1))
            }
            None => format!("{}{}", member_of(&from.pointer), target.strip_prefix('#')?),
        };
        Some(Site {
            schema: self.bundle.pointer(&pointer)?,
            pointer,
            ..from.clone()
        })
    }
}

/// The schemas of a keyword that holds them by name or by index.
fn children<'a>(group: &Site<'a>) -> Vec<Site<'a>> {
    let names: Vec<String> = match group.schema {
        Value::Array(items) => (0..items.len()).map(|index| index.to_string()).collect(),
        Value::Object(members) => members.keys().cloned().collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    };
    names.iter().filter_map(|name| group.below(name)).collect()
}

/// The pointer of the bundled entry that `pointer` stands in; empty for the version itself.
fn member_of(pointer: &str) -> &str {
    let inside = || {
        let rest = pointer.strip_prefix("/$defs/")?;
        let name = rest.split('/').next()?;
        name.contains('@').then_some("/$defs/".len() + name.len())
    };
    inside().and_then(|end| pointer.get(..end)).unwrap_or("")
}
