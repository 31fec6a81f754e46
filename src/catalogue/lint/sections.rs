//! Whether an entry says the five things that a reader needs: shape, required and optional fields,
//! errors, identity.

use crate::catalogue::Entry;
use crate::model::{Finding, Place};
use serde_json::Value;

pub(super) fn entry(entry: &Entry) -> Vec<Finding> {
    let mut missing = Vec::new();
    if entry.file.errors.trim().is_empty() {
        missing.push(("errors", "the entry of its refusals, or `none`"));
    }
    if entry.file.identity.is_empty() && entry.file.phi >= crate::catalogue::PhiClass::P2 {
        missing.push(("identity", "the attributes that identify a member"));
    }
    let newest = entry.versions.values().next_back();
    if let Some(version) = newest {
        let facts = Facts::of(version.schema.value());
        for (section, present, wanted) in [
            ("shape", facts.shape, "the properties of its payload"),
            ("required", facts.required, "which fields are required"),
            ("optional", facts.optional, "which fields are optional"),
        ] {
            if !present {
                missing.push((section, wanted));
            }
        }
    } else {
        missing.push(("version", "at least one version"));
    }
    missing
        .into_iter()
        .map(|(section, wanted)| {
            Finding::new(
                "catalogue/section-missing",
                entry.file.id.clone(),
                Place::start(&entry.source.path),
            )
            .pointer(format!("/{section}"))
            .kind(section)
            .message(format!("`{}` does not say {wanted}", entry.file.id))
            .remedy("complete the entry; `matchmark explain` shows the five sections")
        })
        .collect()
}

/// What a schema document says anywhere in it.
#[derive(Default)]
struct Facts {
    shape: bool,
    required: bool,
    optional: bool,
}

impl Facts {
    fn of(schema: &Value) -> Self {
        let mut facts = Self::default();
        let mut open = vec![schema];
        while let Some(value) = open.pop() {
            match value {
                Value::Object(members) => {
                    facts.read(members);
                    open.extend(members.values());
                }
                Value::Array(items) => open.extend(items),
                Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
            }
        }
        facts
    }

    fn read(&mut self, schema: &serde_json::Map<String, Value>) {
        let names = |key: &str| schema.get(key).and_then(Value::as_array);
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            return;
        };
        let required = names("required").map_or(0, Vec::len);
        self.shape = true;
        self.required |= required > 0;
        // A closed object that requires everything says that nothing is optional.
        let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
        self.optional |= properties.len() > required || closed;
    }
}
