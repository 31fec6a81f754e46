//! `cargo xtask gen`: the files that are made from Rust types, so that what we publish is what we do.
//! Adding a line to `table` is enough; `gen --check` fails when the repository holds another text.

use crate::fault::Fault;
use crate::repository;
use domain::record;
use matchmark::format::{self, Draft, Kind};
use matchmark::{catalogue, model, policy};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use wire::outcome::OperationOutcome;

/// A file that nobody writes by hand.
struct Generated {
    path: String,
    text: String,
}

/// Every generated file.
fn table() -> Vec<Generated> {
    let mut files = Vec::new();
    for kind in format::KINDS {
        files.extend(Draft::ALL.map(|draft| editor(kind, draft)));
    }
    files.push(following::<model::Report>(
        "matchmark-report",
        "1.2.0",
        "1.1.0",
    ));
    files.push(published::<OperationOutcome>(
        "p2p-operation-outcome",
        "1.0.0",
    ));
    files.push(version_file(
        "policy-input",
        policy::input::VERSION,
        policy::input::schema(),
    ));
    files.extend(records());
    files
}

/// What the exchange says of itself, and what its operators keep: one entry a record.
fn records() -> [Generated; 10] {
    const FIRST: &str = "1.0.0";
    [
        published::<record::AsyncStatus>("async-status-headers", FIRST),
        published::<record::Attestation>("p2p-attestation", FIRST),
        published::<record::WorkflowRequest>("p2p-workflow-request", FIRST),
        published::<record::AuditRecord>("audit-record", FIRST),
        published::<record::DeadLetter>("dead-letter", FIRST),
        following::<catalogue::PartnerFile>("partner-profile", "2.0.0", FIRST),
        published::<record::SlaDocument>("sla-document", FIRST),
        published::<record::AlertRule>("alert-rule", FIRST),
        published::<record::ReleaseRecord>("release-record", FIRST),
        following::<catalogue::WaiverFile>("waiver-record", "2.0.0", FIRST),
    ]
}

/// Writes what is stale or, for `check`, lists it and fails.
pub fn run(check: bool) -> Result<(), Fault> {
    let root = repository::root();
    let stale: Vec<Generated> = table()
        .into_iter()
        .filter(|file| {
            std::fs::read_to_string(root.join(&file.path)).ok().as_ref() != Some(&file.text)
        })
        .collect();
    if check && !stale.is_empty() {
        let paths: Vec<String> = stale.into_iter().map(|file| file.path).collect();
        return Err(Fault::Said(format!(
            "stale, run `cargo xtask gen`: {}",
            paths.join(", ")
        )));
    }
    for file in &stale {
        repository::write(&file.path, &file.text)?;
        println!("  Written  {}", file.path);
        if file.path.starts_with("schemas/") {
            // A released version never changes; where it has not left this machine, its entry takes the new digest.
            println!("           {}", model::digest(file.text.as_bytes()));
        }
    }
    Ok(())
}

/// The schema of a format, for us (2020-12) or for editors (draft-07).
fn editor(kind: &Kind, draft: Draft) -> Generated {
    Generated {
        path: format!("docs/schemas/{}", kind.file(draft)),
        text: pretty(&kind.schema(draft)),
    }
}

/// The schema of something that we send, as a version of an entry of our own catalogue.
fn published<T: JsonSchema>(entry: &str, version: &str) -> Generated {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let flat = settings.with(|settings| settings.inline_subschemas = true);
    let generated = flat.into_generator().into_root_schema_for::<T>();
    let mut schema = generated.to_value();
    let facts = Facts {
        entry,
        version,
        source: json!({ "guide": "matchmark", "version": version, "statement": T::schema_name() }),
    };
    facts.explain(&mut schema);
    let mut named = Map::new();
    named.insert(
        "$schema".to_owned(),
        json!("https://json-schema.org/draft/2020-12/schema"),
    );
    let id = format!("{}{entry}/{version}", catalogue::BASE);
    named.insert("$id".to_owned(), json!(id));
    if let Value::Object(members) = schema {
        named.extend(members.into_iter().filter(|(key, _)| key != "$schema"));
    }
    version_file(entry, version, &Value::Object(named))
}

/// The same for a version that follows another: what stood there before keeps the version it came in.
fn following<T: JsonSchema>(entry: &str, version: &str, before: &str) -> Generated {
    let mut file = published::<T>(entry, version);
    let path = repository::root().join(format!("schemas/{entry}/{before}/schema.json"));
    let former = std::fs::read(path).unwrap_or_default();
    let former: Value = serde_json::from_slice(&former).unwrap_or_default();
    let mut schema: Value = serde_json::from_str(&file.text).unwrap_or_default();
    keep_since(&mut schema, &former);
    file.text = pretty(&schema);
    file
}

/// Gives every member of `schema` that `former` holds too the `x-since` that it had there.
fn keep_since(schema: &mut Value, former: &Value) {
    match (schema, former) {
        (Value::Object(members), Value::Object(former)) => {
            for (key, value) in members {
                match former.get(key) {
                    Some(former) if key == "x-since" => value.clone_from(former),
                    Some(former) => keep_since(value, former),
                    None => {}
                }
            }
        }
        (Value::Array(items), Value::Array(former)) => {
            for (item, former) in items.iter_mut().zip(former) {
                keep_since(item, former);
            }
        }
        _ => {}
    }
}

/// `schemas/<entry>/<version>/schema.json` with this schema.
fn version_file(entry: &str, version: &str, schema: &Value) -> Generated {
    Generated {
        path: format!("schemas/{entry}/{version}/schema.json"),
        text: pretty(schema),
    }
}

/// What every field of a generated entry has in common.
struct Facts<'a> {
    entry: &'a str,
    version: &'a str,
    source: Value,
}

impl Facts<'_> {
    /// Gives every property the annotations of the catalogue: its meaning from the documentation of the
    /// field, no personal data, and where it comes from. What a type or a field says itself stays, and an
    /// array is as sensitive as its items.
    fn explain(&self, schema: &mut Value) {
        let Value::Object(members) = schema else {
            return;
        };
        if let Some(why) = open(members) {
            members.entry("x-open").or_insert_with(|| json!(why));
        }
        for (keyword, value) in members.iter_mut() {
            match (keyword.as_str(), value) {
                ("properties", Value::Object(properties)) => {
                    for (name, property) in properties.iter_mut() {
                        self.annotate(name, property);
                        self.explain(property);
                    }
                }
                ("$defs" | "patternProperties", Value::Object(schemas)) => {
                    schemas.values_mut().for_each(|schema| self.explain(schema));
                }
                ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(schemas)) => {
                    schemas.iter_mut().for_each(|schema| self.explain(schema));
                }
                ("items" | "additionalProperties", schema) => self.explain(schema),
                _ => {}
            }
        }
    }

    fn annotate(&self, name: &str, property: &mut Value) {
        if *property == Value::Bool(true) {
            *property = json!({});
        }
        let Value::Object(members) = property else {
            return;
        };
        if members.get("format").is_some_and(is_width) {
            members.remove("format");
        }
        let form = json!("Names the form that this object has.");
        let text = members.remove("description").and_then(|text| first(&text));
        if let Some(text) = text.or_else(|| members.contains_key("const").then_some(form)) {
            let tag = format!("{}.{}", self.entry, kebab(name));
            let semantics = json!({ "text": text, "tag": tag });
            members.entry("x-semantics").or_insert(semantics);
        }
        let phi = members.get("items").and_then(|items| items.get("x-phi"));
        let phi = phi.cloned().unwrap_or_else(|| json!("P0"));
        members.entry("x-phi").or_insert(phi);
        members
            .entry("x-since")
            .or_insert_with(|| json!(self.version));
        members
            .entry("x-source")
            .or_insert_with(|| self.source.clone());
    }
}

/// Why an object takes names that it does not list, if it takes them with any value.
fn open(schema: &Map<String, Value>) -> Option<&'static str> {
    match schema.get("additionalProperties") {
        Some(Value::Bool(true)) => Some("whoever writes it chooses the names"),
        Some(_) => None,
        None => schema
            .contains_key("properties")
            .then_some("a later minor version may add names"),
    }
}

/// Rust's widths of numbers say nothing to a reader of JSON.
fn is_width(format: &Value) -> bool {
    let letters = format.as_str().unwrap_or_default().chars();
    let word: String = letters.filter(char::is_ascii_alphabetic).collect();
    matches!(
        word.as_str(),
        "int" | "uint" | "float" | "double" | "size" | "usize"
    )
}

/// The first paragraph of a documentation.
fn first(documentation: &Value) -> Option<Value> {
    let text = documentation.as_str()?;
    text.split("\n\n").next().map(|text| json!(text))
}

/// A name of JSON as a word of a tag: `recorded_at` and `recordedAt` are `recorded-at`.
fn kebab(name: &str) -> String {
    let mut word = String::with_capacity(name.len() + 2);
    for letter in name.chars() {
        if letter == '_' {
            word.push('-');
        } else if letter.is_ascii_uppercase() {
            word.push('-');
            word.push(letter.to_ascii_lowercase());
        } else {
            word.push(letter);
        }
    }
    word
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::identity;

    #[test]
    fn no_path_is_generated_twice_and_every_text_repeats() {
        let (once, again) = (table(), table());
        let paths: std::collections::BTreeSet<&str> =
            once.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths.len(), once.len());
        assert!(
            once.iter()
                .zip(&again)
                .all(|(one, other)| one.text == other.text)
        );
    }

    #[test]
    fn a_published_property_says_what_it_means_and_where_it_comes_from() {
        let file = published::<catalogue::Envelope>("envelope", "1.2.3");
        let schema: Value = serde_json::from_str(&file.text).unwrap();
        assert_eq!(file.path, "schemas/envelope/1.2.3/schema.json");
        assert_eq!(
            schema.pointer("/$id").unwrap(),
            "https://matchmark.example/schemas/envelope/1.2.3"
        );
        let time = schema.pointer("/properties/recorded_at").unwrap();
        assert_eq!(
            time.pointer("/x-semantics/text").unwrap(),
            "RFC 3339 instant."
        );
        assert_eq!(time.pointer("/x-source/statement").unwrap(), "Envelope");
    }

    #[test]
    fn every_property_that_we_send_says_what_it_means() {
        let published = table()
            .into_iter()
            .filter(|file| file.path.starts_with("schemas/"));
        for file in published {
            let schema: Value = serde_json::from_str(&file.text).unwrap();
            assert_eq!(silent(&schema), Vec::<String>::new(), "{}", file.path);
        }
    }

    #[test]
    fn a_field_is_as_sensitive_as_its_type_or_its_items_unless_it_says_otherwise() {
        let phi = |file: &Generated, pointer: &str| {
            let schema: Value = serde_json::from_str(&file.text).unwrap();
            let property = schema.pointer(pointer).unwrap();
            property.get("x-phi").cloned().unwrap()
        };
        let decision = published::<identity::Decision>("match-decision", "1.0.0");
        assert_eq!(phi(&decision, "/properties/candidates"), "P1");
        assert_eq!(phi(&decision, "/properties/tier"), "P0");
        let request = published::<record::WorkflowRequest>("p2p-workflow-request", "1.0.0");
        assert_eq!(phi(&request, "/properties/partner"), "P1");
        let rule = published::<record::AlertRule>("alert-rule", "1.0.0");
        assert_eq!(phi(&rule, "/properties/partner"), "P0");
    }

    #[test]
    fn a_date_keeps_its_format_and_a_width_loses_it() {
        let file = published::<record::WorkflowRequest>("p2p-workflow-request", "1.0.0");
        let schema: Value = serde_json::from_str(&file.text).unwrap();
        let format = |pointer: &str| schema.pointer(pointer).unwrap().get("format").cloned();
        assert_eq!(format("/properties/asked_at"), Some(json!("date-time")));
        assert_eq!(format("/properties/snapshot"), None);
    }

    /// Names of properties without a meaning.
    fn silent(schema: &Value) -> Vec<String> {
        let mut found = Vec::new();
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            let mute = properties
                .iter()
                .filter(|(_, property)| property.get("x-semantics").is_none());
            found.extend(mute.map(|(name, _)| name.clone()));
            found.extend(properties.values().flat_map(silent));
        }
        for keyword in ["items", "additionalProperties"] {
            found.extend(schema.get(keyword).into_iter().flat_map(silent));
        }
        for keyword in ["anyOf", "oneOf", "allOf"] {
            let branches = schema.get(keyword).and_then(Value::as_array);
            found.extend(branches.into_iter().flatten().flat_map(silent));
        }
        found
    }
}
