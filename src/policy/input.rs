//! The document that every rule sees: names, pointers, counts and words, never a payload's value.
//! Refuses to know how a fact is found. Total: every key is present, nothing is null, what is not known is `unknown`.

use crate::catalogue::{PhiClass, Status};
use crate::model::{Direction, Stage};
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::LazyLock;
use wire::payload::SchemaFault;
use wire::transform::Via;

/// Version of the document's shape: the released version of `schemas/policy-input`.
pub const VERSION: &str = "2.0.0";

/// The version that brought every fact that does not name another.
const FIRST: &str = "1.0.0";

/// The word for what is not known, so that *absent* can never mean *no*.
pub const UNKNOWN: &str = "unknown";

/// All facts of one run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Version of this shape that the facts were written for.
    pub input_version: String,
    /// Day against which every deadline is counted, as `YYYY-MM-DD`.
    pub as_of: String,
    /// How strict the run is, from a developer's machine to a release.
    pub stage: Stage,
    /// Thresholds and tables of the one rule that is being asked, from its own file.
    #[schemars(extend("x-open" = "each rule has parameters of its own"))]
    pub params: Map<String, Value>,
    /// One item for each version of each catalogue entry, by id.
    pub schemas: Vec<SchemaFacts>,
    /// One item for each leaf property of each version, by version and pointer.
    pub fields: Vec<FieldFacts>,
    /// One item for each operation that a request entry declares, by entry.
    pub operations: Vec<OperationFacts>,
    /// One item for each registered way from one version to another, by the path of its file.
    #[schemars(extend("x-since" = "2.0.0"))]
    pub transforms: Vec<TransformFacts>,
}

/// What is known of one transform.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TransformFacts {
    /// Path of its TOML; subject of findings about it.
    #[schemars(extend("x-since" = "2.0.0"))]
    pub file: String,
    /// Version whose payloads it takes: entry, `@`, number.
    #[schemars(extend("x-since" = "2.0.0"))]
    pub from: String,
    /// Version that its results must fit: entry, `@`, number.
    #[schemars(extend("x-since" = "2.0.0"))]
    pub to: String,
    /// What it does, in the order in which it does it.
    #[schemars(extend("x-since" = "2.0.0"))]
    pub maps: Vec<MapFacts>,
}

/// What is known of one step of a transform.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MapFacts {
    /// JSON pointer of the step in the transform's own file.
    #[schemars(extend("x-since" = "2.0.0"))]
    pub pointer: String,
    /// Which of the listed ways the step takes.
    #[schemars(extend("x-since" = "2.0.0"))]
    pub via: Via,
    /// Pointer in the bundled source schema of the place that is read, or `unknown`.
    #[schemars(extend("x-since" = "2.0.0"))]
    pub from_pointer: String,
    /// Pointer in the bundled target schema of the place that is written or asked for, or `unknown`.
    #[schemars(extend("x-since" = "2.0.0"))]
    pub to_pointer: String,
    /// Machine-readable meaning of the place that is read, or `unknown`.
    #[schemars(extend("x-since" = "2.0.0"))]
    pub from_tag: String,
    /// Machine-readable meaning of the place that is written or asked for, or `unknown`.
    #[schemars(extend("x-since" = "2.0.0"))]
    pub to_tag: String,
    /// Whether the step writes a value that neither the source holds nor the target's schema fixes.
    #[schemars(extend("x-since" = "2.0.0"))]
    pub invents: bool,
}

/// What is known of one version of an entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SchemaFacts {
    /// What a finding about this version names as its subject: entry, `@`, version.
    pub id: String,
    /// Stem of the entry's folder; subject of findings that hold for all its versions.
    pub entry: String,
    /// Letter shape of the entry's id.
    pub entry_case: Case,
    /// Number that the version has or, for a draft, declares to get.
    pub version: String,
    /// Name of the folder that holds the version's files.
    pub folder: String,
    /// Whether that folder is named as a version should be.
    pub folder_shape: FolderShape,
    /// Who reads and who writes payloads of this shape.
    pub direction: Direction,
    /// How far the version has come in its life.
    pub status: Status,
    /// Published guide that it comes from, or `matchmark` for shapes of our own.
    pub guide: String,
    /// Team that answers for the entry, or `unknown`.
    pub owner: String,
    /// Highest sensitivity of anything that its payloads carry.
    pub phi_max: PhiClass,
    /// What the version demands of the consent that travels in it.
    pub consent: ConsentFacts,
    /// How many synthetic payloads show what it accepts and what it rejects.
    pub examples: ExampleFacts,
    /// Files of the version, by path.
    pub files: Vec<FileFacts>,
}

/// What a version demands of the consent that travels in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentFacts {
    /// Whether a consent travels in payloads of this shape.
    pub bearing: bool,
    /// Required HRex items that the version would accept a payload without; all of them when no example shows otherwise.
    pub missing: Vec<String>,
    /// JSON pointer in the version's own file where the consent is described.
    pub anchor: String,
}

/// How many synthetic payloads a version has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExampleFacts {
    /// Payloads that must pass.
    pub accepted: u32,
    /// Payloads that must fail.
    pub rejected: u32,
}

/// One file of a version.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileFacts {
    /// Where it stands in the repository; subject of findings about it.
    pub path: String,
    /// Last part of the path without its extension.
    pub name: String,
    /// Letter shape of that last part.
    pub case: Case,
}

/// What is known of one leaf property.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldFacts {
    /// Version that declares it: entry, `@`, number.
    pub schema: String,
    /// Stem of that entry's folder.
    pub entry: String,
    /// JSON pointer of its subschema in that version's own file.
    pub pointer: String,
    /// Property key as it travels.
    pub name: String,
    /// The key's words in lower case.
    pub words: Vec<String>,
    /// Letter shape of the key.
    pub case: Case,
    /// What its description says.
    pub semantics: SemanticsFacts,
    /// Declared sensitivity: P0 to P3, or `unknown`.
    pub phi: String,
    /// Number of the version that brought it, or `unknown`.
    pub since: String,
    /// Guide, edition and statement that it traces to, or `unknown`.
    pub source: String,
    /// Whether a payload must carry it wherever its parent stands.
    pub required: bool,
}

/// What a description says of its field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SemanticsFacts {
    /// Whether there is a text at all and whether it goes beyond the key.
    pub state: SemanticsState,
    /// Count of meaningful words that the key does not already contain.
    pub adds: u32,
    /// Machine-readable meaning, or `unknown`.
    pub tag: String,
}

/// How much a description says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SemanticsState {
    Absent,
    RestatesName,
    SaysMore,
}

/// Letter shape of a name. `Flat` is one word in lower case: `status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Case {
    Flat,
    Camel,
    Pascal,
    Kebab,
    Snake,
    Upper,
    Other,
}

/// Whether a version's folder is named as a version should be: three numbers, or the word for the draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FolderShape {
    Number,
    Next,
    Other,
}

/// What is known of one operation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OperationFacts {
    /// Name of the operation as its guide writes it.
    pub id: String,
    /// Entry of its request; subject of findings about it.
    pub schema: String,
    /// JSON pointer of the operation in that entry's own file.
    pub pointer: String,
    /// How a caller proves who it is.
    pub auth: AuthFacts,
    /// Entry of its refusals.
    pub errors: String,
    /// Team that answers for the entry, or `unknown`.
    pub owner: String,
    /// Whom to wake, or `unknown`.
    pub escalation: String,
}

/// How a caller of an operation proves who it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AuthFacts {
    /// JSON pointer of the declaration in the entry's own file, or of the operation where there is none.
    pub pointer: String,
    /// Declared way of authentication, or `unknown`.
    pub scheme: String,
    /// Declared rights, in the order of the file.
    pub scopes: Vec<ScopeFacts>,
    /// Canonical URL of the published operation definition.
    pub scope_expected: String,
}

/// One right that a caller must hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopeFacts {
    /// Letters of the scope as declared.
    pub text: String,
    /// JSON pointer of the declaration in the entry's own file.
    pub pointer: String,
}

impl Input {
    /// The document as the rules see it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

static SCHEMA: LazyLock<Value> = LazyLock::new(generated);

static COMPILED: LazyLock<Result<wire::payload::Schema, SchemaFault>> =
    LazyLock::new(|| wire::payload::Schema::compile(&SCHEMA));

/// Why a document is not what every rule may rely on; `None` when it is.
#[must_use]
pub fn fault(document: &Value) -> Option<String> {
    misfit(&COMPILED, document)
}

/// Why a document does not fit a schema, or that the schema is none.
pub(super) fn misfit(
    compiled: &Result<wire::payload::Schema, SchemaFault>,
    document: &Value,
) -> Option<String> {
    let schema = match compiled {
        Ok(schema) => schema,
        Err(fault) => return Some(fault.to_string()),
    };
    if schema.accepts(document) {
        return None;
    }
    let text = wire::json::canonical(document);
    let problem = wire::json::Document::parse(text.as_bytes(), &wire::json::Limits::FILE)
        .ok()
        .and_then(|document| schema.problems(&document).into_iter().next());
    Some(problem.map_or_else(
        || "it does not fit its schema".to_owned(),
        |problem| format!("{}: {}", problem.pointer, problem.message),
    ))
}

/// Everything that a finding may name as its subject.
#[must_use]
pub fn subjects(document: &Value) -> BTreeSet<&str> {
    [
        "schemas[].id",
        "schemas[].entry",
        "schemas[].files[].path",
        "fields[].schema",
        "operations[].schema",
        "transforms[].file",
    ]
    .into_iter()
    .flat_map(|path| super::path::values(document, path))
    .filter_map(Value::as_str)
    .collect()
}

/// The schema of the document, as an entry of the catalogue publishes it.
#[must_use]
pub fn schema() -> &'static Value {
    &SCHEMA
}

fn generated() -> Value {
    let mut schema = inlined::<Input>();
    RecursiveTransform(describe).transform(&mut schema);
    let mut document = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("{}policy-input/{VERSION}", crate::catalogue::BASE),
    });
    if let (Some(document), Some(members)) = (document.as_object_mut(), schema.as_object()) {
        let rest = members.iter().filter(|(key, _)| *key != "$schema");
        document.extend(rest.map(|(key, value)| (key.clone(), value.clone())));
    }
    document
}

/// The schema of a type, with every part where it is used: paths of facts are followed without references.
pub(super) fn inlined<T: JsonSchema>() -> Schema {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
    });
    settings.into_generator().into_root_schema_for::<T>()
}

/// Turns the documentation of the Rust types into the annotations that the catalogue asks of every field.
fn describe(schema: &mut Schema) {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else {
        return;
    };
    for (name, property) in properties.iter_mut() {
        let Some(property) = property.as_object_mut() else {
            continue;
        };
        property.remove("format");
        let Some(text) = property.remove("description") else {
            continue;
        };
        let tag = format!("policy-input.{}", name.replace('_', "-"));
        property.insert(
            "x-semantics".to_owned(),
            json!({ "text": text, "tag": tag }),
        );
        property.insert("x-phi".to_owned(), json!("P0"));
        property.entry("x-since").or_insert_with(|| json!(FIRST));
        let source = json!({ "guide": "matchmark", "version": VERSION, "statement": "Input" });
        property.insert("x-source".to_owned(), source);
    }
}
