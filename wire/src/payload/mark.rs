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
        let Some(root) = atlas.root() else {
            return Self::default();
        };
        let resource_type = match root.pinned("resourceType") {
            Some([Value::String(word)]) => Some(word.clone()),
            _ => None,
        };
        let parts = names(root.member("parameter").collect());
        let inner = names(parts.inner);
        let mut pins = root.pins().to_vec();
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
            required: root.required().map(str::to_owned).collect(),
            declared: root.declared().map(str::to_owned).collect(),
        }
    }
}

impl<'a> Spot<'a> {
    /// Every required value below it that is fixed.
    pub(super) fn pins(self) -> &'a [Pin] {
        self.kept().pins.get_or_init(|| {
            let mut pins = Vec::new();
            pin(self, &[], &mut pins);
            pins
        })
    }
}

/// Adds every required value below `spot` that is fixed.
fn pin(spot: Spot<'_>, path: &[String], pins: &mut Vec<Pin>) {
    let names: BTreeSet<&str> = spot.required().collect();
    for name in names {
        let path = [path, &[name.to_owned()]].concat();
        match spot.pinned(name) {
            Some(values) => {
                let values = values.to_vec();
                pins.push(Pin { path, values });
            }
            None => pin_inside(spot.member(name), &path, pins),
        }
    }
}

fn pin_inside<'a>(views: impl Iterator<Item = Spot<'a>>, path: &[String], pins: &mut Vec<Pin>) {
    if path.len() >= LONGEST_PATH {
        return;
    }
    for view in views {
        if view.word("required").is_some() {
            pin(view, path, pins);
        }
        for item in ITEMS.iter().filter_map(|keyword| view.child(keyword)) {
            let path = [path, &["*".to_owned()]].concat();
            if let Some(fixed) = item.word("const") {
                let values = vec![fixed.clone()];
                pins.push(Pin { path, values });
            } else {
                pin(item, &path, pins);
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
fn names(mut open: Vec<Spot<'_>>) -> Parts<'_> {
    let mut found = Parts::default();
    let mut seen = BTreeSet::new();
    while let Some(spot) = open.pop() {
        if !seen.insert(spot.id()) {
            continue;
        }
        let words = spot.pinned("name").into_iter().flatten();
        found
            .names
            .extend(words.filter_map(Value::as_str).map(str::to_owned));
        found.inner.extend(spot.member("part"));
        open.extend(spot.target("$ref"));
        for keyword in ITEMS.iter().chain(&SAME_VALUE) {
            match spot.child(keyword) {
                Some(child) if child.is_list() => open.extend(spot.children(keyword)),
                Some(child) if child.is_keyed() => open.push(child),
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

    fn marks(schema: &Value) -> Marks {
        Marks::of(&Atlas::new(schema, Dialect::TwentyTwenty))
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
