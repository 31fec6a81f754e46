//! What a schema says of itself that tells its payloads from those of other schemas.
//! Refuses to choose: which marks weigh more is for whoever has several schemas.

use super::atlas::{Atlas, Spot};
use serde_json::Value;
use std::collections::BTreeSet;

/// Longest path to a value that is fixed.
///
/// Source: the code of a FHIR Group is `/code/coding/*/code`: 4 steps, and room for one more
const LONGEST_PATH: usize = 5;

/// Members that every schema may fix without telling anything of its own.
const UNTELLING: [&str; 3] = ["resourceType", "parameter", "meta"];

/// Keywords whose schemas speak of the same value, in every case or in some.
const SAME_VALUE: [&str; 6] = ["allOf", "anyOf", "oneOf", "if", "then", "else"];

/// Keywords whose schemas speak of items.
const ITEMS: [&str; 2] = ["items", "contains"];

/// A required value that the schema fixes.
#[derive(Clone, Debug, PartialEq)]
pub struct Pin {
    /// Steps from the top of the payload; `*` stands for any item.
    pub path: Vec<String>,
    /// What may stand there.
    pub values: Vec<Value>,
}

impl Pin {
    /// Whether `payload` has one of the values there; `None` when it has nothing there.
    #[must_use]
    pub fn holds(&self, payload: &Value) -> Option<bool> {
        let mut found = vec![payload];
        for step in &self.path {
            found = found.into_iter().flat_map(|at| below(at, step)).collect();
        }
        let fits = found.iter().any(|value| self.values.contains(value));
        (!found.is_empty()).then_some(fits)
    }
}

fn below<'a>(value: &'a Value, step: &str) -> Vec<&'a Value> {
    match (step, value) {
        ("*", Value::Array(items)) => items.iter().collect(),
        (name, Value::Object(members)) => members.get(name).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// The marks of one schema.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    /// The FHIR resource that it describes.
    pub resource_type: Option<String>,
    /// Names of the parts of a FHIR Parameters resource that it knows.
    pub parts: BTreeSet<String>,
    /// Names of the parts inside those parts.
    pub inner_parts: BTreeSet<String>,
    pub pins: Vec<Pin>,
    /// Top-level names that it requires.
    pub required: BTreeSet<String>,
    /// Top-level names that it declares.
    pub declared: BTreeSet<String>,
}

impl Marks {
    pub(super) fn of(atlas: &Atlas) -> Self {
        let root = atlas.root();
        let resource_type = match atlas.pinned(&root, "resourceType").as_deref() {
            Some([Value::String(word)]) => Some(word.clone()),
            _ => None,
        };
        let parameter = atlas.member(&root, "parameter");
        let parts = names(atlas, parameter);
        let inner = names(atlas, parts.inner);
        let mut pins = pins(atlas, &root);
        pins.retain(|pin| {
            !pin.path
                .first()
                .is_some_and(|name| UNTELLING.contains(&name.as_str()))
        });
        Self {
            resource_type,
            parts: parts.names,
            inner_parts: inner.names,
            pins,
            required: required(atlas, &root).map(str::to_owned).collect(),
            declared: declared(atlas, &root),
        }
    }
}

fn required<'a>(atlas: &'a Atlas, spot: &Spot<'a>) -> impl Iterator<Item = &'a str> {
    let views = atlas.views(spot).into_iter();
    views
        .filter_map(|view| view.schema.get("required")?.as_array())
        .flatten()
        .filter_map(Value::as_str)
}

fn declared(atlas: &Atlas, spot: &Spot<'_>) -> BTreeSet<String> {
    let views = atlas.views(spot).into_iter();
    let members = views.filter_map(|view| view.schema.get("properties")?.as_object());
    members
        .flat_map(|members| members.keys().cloned())
        .collect()
}

/// Every required value below `spot` that is fixed.
pub(super) fn pins<'a>(atlas: &'a Atlas, spot: &Spot<'a>) -> Vec<Pin> {
    let mut pins = Vec::new();
    pin(atlas, spot, &[], &mut pins);
    pins
}

/// Adds every required value below `spot` that is fixed.
fn pin<'a>(atlas: &'a Atlas, spot: &Spot<'a>, path: &[String], pins: &mut Vec<Pin>) {
    let names: BTreeSet<&str> = required(atlas, spot).collect();
    for name in names {
        let path = [path, &[name.to_owned()]].concat();
        match atlas.pinned(spot, name) {
            Some(values) => {
                let values = values.into_iter().cloned().collect();
                pins.push(Pin { path, values });
            }
            None => pin_inside(atlas, &atlas.member(spot, name), &path, pins),
        }
    }
}

fn pin_inside<'a>(atlas: &'a Atlas, views: &[Spot<'a>], path: &[String], pins: &mut Vec<Pin>) {
    if path.len() >= LONGEST_PATH {
        return;
    }
    for view in views {
        if view.schema.get("required").is_some() {
            pin(atlas, view, path, pins);
        }
        for item in ITEMS.iter().filter_map(|keyword| view.child(keyword)) {
            let path = [path, &["*".to_owned()]].concat();
            if let Some(fixed) = item.schema.get("const") {
                let values = vec![fixed.clone()];
                pins.push(Pin { path, values });
            } else {
                pin(atlas, &item, &path, pins);
            }
        }
    }
}

/// Names of parts, and where the parts inside them are described.
#[derive(Default)]
struct Parts<'a> {
    names: BTreeSet<String>,
    inner: Vec<Spot<'a>>,
}

/// Every name that the schemas of a list of parts allow, ask for or tell apart.
fn names<'a>(atlas: &'a Atlas, mut open: Vec<Spot<'a>>) -> Parts<'a> {
    let mut found = Parts::default();
    let mut seen = BTreeSet::new();
    while let Some(spot) = open.pop() {
        if !seen.insert(spot.pointer.clone()) {
            continue;
        }
        let words = atlas.pinned(&spot, "name").into_iter().flatten();
        found
            .names
            .extend(words.filter_map(Value::as_str).map(str::to_owned));
        found.inner.extend(atlas.member(&spot, "part"));
        let reference = spot.schema.get("$ref").and_then(Value::as_str);
        open.extend(reference.and_then(|target| atlas.resolve(&spot.pointer, target)));
        for keyword in ITEMS.iter().chain(&SAME_VALUE) {
            match spot.schema.get(*keyword) {
                Some(Value::Array(_)) => open.extend(spot.children(keyword)),
                Some(Value::Object(_)) => open.extend(spot.child(keyword)),
                _ => {}
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use serde_json::json;
    use std::sync::Arc;

    fn marks(schema: &Value) -> Marks {
        Marks::of(&Atlas::new(Arc::new(schema.clone()), Dialect::TwentyTwenty))
    }

    fn words(names: &BTreeSet<String>) -> Vec<&str> {
        names.iter().map(String::as_str).collect()
    }

    #[test]
    fn parts_are_told_from_the_parts_inside_them() {
        let named = |name: &str| json!({"properties": {"name": {"const": name}}});
        let found = marks(&json!({
            "properties": {
                "resourceType": {"const": "Parameters"},
                "parameter": {
                    "items": {"properties": {"name": {"type": "string"}}, "allOf": [
                        {"if": named("MemberBundle"), "then": {"properties": {"part": {"$ref": "#/$defs/parts"}}}}]},
                    "contains": named("Other"),
                },
            },
            "$defs": {"parts": {"items": {"properties": {"name": {"enum": ["MemberPatient", "Consent"]}}}}},
        }));
        assert_eq!(found.resource_type.as_deref(), Some("Parameters"));
        assert_eq!(words(&found.parts), ["MemberBundle", "Other"]);
        assert_eq!(words(&found.inner_parts), ["Consent", "MemberPatient"]);
        assert!(found.pins.is_empty());
    }

    #[test]
    fn only_required_values_are_pins_and_lists_are_looked_into() {
        let coding = json!({"required": ["code"], "properties": {"code": {"enum": ["match"]}, "system": {"const": "s"}}});
        let found = marks(&json!({
            "required": ["resourceType", "actual", "code"],
            "properties": {
                "resourceType": {"const": "Group"},
                "actual": {"const": true},
                "type": {"const": "person"},
                "code": {"required": ["coding"], "properties": {"coding": {"contains": coding}}},
            },
        }));
        let paths: Vec<String> = found.pins.iter().map(|pin| pin.path.join("/")).collect();
        assert_eq!(paths, ["actual", "code/coding/*/code"]);
        let group = |code: &str| json!({"code": {"coding": [{"code": "x"}, {"code": code}]}});
        let holds = |payload: &Value| found.pins.get(1).and_then(|pin| pin.holds(payload));
        assert_eq!(holds(&group("match")), Some(true));
        assert_eq!(holds(&group("nomatch")), Some(false));
        assert_eq!(holds(&json!({"code": {}})), None);
    }
}
