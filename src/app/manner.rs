//! By what the answers of `replay exchanges` are held against the record: places that are passed over, words that may be told.
//! Refuses to send anything.

use crate::catalogue::{Catalogue, ReplayConfig, Workspace};
use crate::contract::declared_names;
use crate::replay::behaviour::{Manner, Patterns};
use serde_json::Value;
use std::collections::BTreeSet;

/// Segments of paths that are of the protocol, whatever a catalogue holds.
///
/// Source: FHIR R4, RESTful API; SMART App Launch 2.0; RFC 8615
const OF_THE_PROTOCOL: [&str; 5] = [
    ".well-known",
    "_history",
    "_search",
    "metadata",
    "smart-configuration",
];

/// By what answers are held against the record: what FHIR says, and what the repository says. What only the head passes
/// over is compared.
pub(super) fn manner((head, base): (&Workspace, Option<&Workspace>)) -> Manner {
    let (declared, words) = vocabulary(&head.catalogue);
    let own = PassedOver::of(&head.config.replay);
    let own = match base {
        Some(base) => own.within(PassedOver::of(&base.config.replay)),
        None => own,
    };
    Manner {
        volatile: own.volatile,
        unordered: own.unordered,
        volatile_headers: own.headers,
        declared,
        words,
    }
}

/// What one side does not compare.
struct PassedOver {
    volatile: Patterns,
    unordered: Patterns,
    headers: BTreeSet<String>,
}

impl PassedOver {
    fn of(config: &ReplayConfig) -> Self {
        // Read and found right when the configuration was.
        let patterns =
            |texts: &mut dyn Iterator<Item = &str>| Patterns::of(texts).unwrap_or_default();
        let own = || config.volatile.iter().map(String::as_str);
        let mut pointers = own().filter(|text| text.starts_with('/'));
        let headers = own().filter(|text| !text.starts_with('/'));
        Self {
            // What is passed over is passed over with all that is in it.
            volatile: patterns(&mut pointers).and_below(),
            unordered: patterns(&mut config.unordered.iter().map(String::as_str)),
            headers: headers.map(str::to_ascii_lowercase).collect(),
        }
    }

    fn within(self, other: Self) -> Self {
        Self {
            volatile: self.volatile.within(other.volatile),
            unordered: self.unordered.within(other.unordered),
            headers: &self.headers & &other.headers,
        }
    }
}

/// Names of members that schemas declare, and segments of paths that are no data: those of operations, and the kinds
/// of resources.
fn vocabulary(catalogue: &Catalogue) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut declared, mut words) = (BTreeSet::new(), BTreeSet::new());
    for version in catalogue.versions() {
        if let Ok(bundle) = catalogue.bundle(&version.id) {
            declared.extend(declared_names(&bundle.value));
            kinds(&bundle.value, &mut words);
        }
    }
    for entry in catalogue.entries.values() {
        let operation = entry.file.operation.as_ref();
        let path = operation.map_or("", |operation| operation.path.as_str());
        let segments = path.split('/').filter(|segment| !segment.contains('{'));
        words.extend(segments.map(str::to_owned));
    }
    words.extend(OF_THE_PROTOCOL.map(str::to_owned));
    words.remove("");
    (declared, words)
}

/// Every kind of resource that a schema names.
fn kinds(bundle: &Value, words: &mut BTreeSet<String>) {
    let mut open = vec![bundle];
    while let Some(value) = open.pop() {
        if let Some(kind) = value.pointer("/properties/resourceType") {
            let named = kind.get("enum").and_then(Value::as_array);
            let named = named.into_iter().flatten().chain(kind.get("const"));
            words.extend(named.filter_map(Value::as_str).map(str::to_owned));
        }
        match value {
            Value::Object(members) => open.extend(members.values()),
            Value::Array(items) => open.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}
