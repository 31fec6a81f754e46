//! The document that every rule sees: names, pointers, counts and words, never a payload's value.
//! Refuses to know how a fact is found. Total: every key is present, nothing is null, what is not known is `unknown`.

mod change;
mod field;
mod operating;
mod operation;
mod partner;
mod proof;
mod schema;
mod transform;

pub use change::{ChangeFacts, DeprecationFacts, TouchedFacts, WindowFacts};
pub use field::{Case, FieldFacts, SemanticsFacts, SemanticsState};
pub use operating::{
    AlertFacts, AreaFacts, ExternalFacts, ProcessFacts, ResponseFacts, ReviewFacts, RunbookFacts,
    SlaFacts, StepFacts,
};
pub use operation::{
    AuthFacts, CriticalityFacts, ErrorFacts, IdempotencyFacts, OperationFacts, RetryFacts,
    ScopeFacts,
};
pub use partner::{DutyFacts, FailureFacts, PartnerFacts, UseFacts};
pub use proof::{ContractFacts, EvidenceFacts, ReplayFacts};
pub use schema::{
    ConsentFacts, ExampleFacts, FileFacts, FinancialFacts, FolderShape, IdentityFacts, SchemaFacts,
};
pub use transform::{MapFacts, TransformFacts};

use crate::model::Stage;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::LazyLock;
use wire::payload::SchemaFault;

/// Version of the document's shape: the released version of `schemas/policy-input`.
pub const VERSION: &str = "3.0.0";

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
    /// One item for each step between versions that was compared, by entry and numbers; none when `compat` was left out.
    #[schemars(extend("x-since" = "3.0.0"))]
    pub changes: Vec<ChangeFacts>,
    /// One item for each deprecated version, by entry and number.
    #[schemars(extend("x-since" = "3.0.0"))]
    pub deprecations: Vec<DeprecationFacts>,
    /// One item for each operation that a partner uses, by partner; none when `contract` was left out.
    #[schemars(extend("x-since" = "3.0.0"))]
    pub contracts: Vec<ContractFacts>,
    /// One item for each version and partner with payloads on record; none when `replay` was left out.
    #[schemars(extend("x-since" = "3.0.0"))]
    pub replays: Vec<ReplayFacts>,
    /// One item for each partner, by id.
    #[schemars(extend("x-since" = "3.0.0"))]
    pub partners: Vec<PartnerFacts>,
    /// One item for each service level document, by path.
    #[schemars(extend("x-since" = "3.0.0"))]
    pub slas: Vec<SlaFacts>,
    /// One item for each alert, by path.
    #[schemars(extend("x-since" = "3.0.0"))]
    pub alerts: Vec<AlertFacts>,
    /// One item for each runbook, by path.
    #[schemars(extend("x-since" = "3.0.0"))]
    pub runbooks: Vec<RunbookFacts>,
    /// One item for each area of work that somebody has to answer for, in the order of the file.
    #[schemars(extend("x-since" = "3.0.0"))]
    pub areas: Vec<AreaFacts>,
    /// One item for each process that follows an exchange, in the order of the file.
    #[schemars(extend("x-since" = "3.0.0"))]
    pub processes: Vec<ProcessFacts>,
    /// One item for each outside dependency, in the order of the file.
    #[schemars(extend("x-since" = "3.0.0"))]
    pub externals: Vec<ExternalFacts>,
    /// One item for each automated failure response, in the order of the file.
    #[schemars(extend("x-since" = "3.0.0"))]
    pub responses: Vec<ResponseFacts>,
    /// The last review of the board: one item wherever a board or a review is on record.
    #[schemars(extend("x-since" = "3.0.0"))]
    pub reviews: Vec<ReviewFacts>,
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
        "operations[].error_schemas[].schema",
        "transforms[].file",
        "changes[].schema",
        "changes[].entry",
        "deprecations[].schema",
        "deprecations[].entry",
        "replays[].schema",
        "partners[].id",
        "contracts[].partner",
        "slas[].file",
        "alerts[].file",
        "runbooks[].file",
        "areas[].file",
        "processes[].file",
        "externals[].file",
        "responses[].file",
        "reviews[].file",
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
    let whole = schema.get("x-since").cloned().unwrap_or(json!(FIRST));
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
        let items = property.get("items").and_then(|items| items.get("x-since"));
        let since = items.unwrap_or(&whole).clone();
        property.entry("x-since").or_insert(since);
        let source = json!({ "guide": "matchmark", "version": VERSION, "statement": "Input" });
        property.insert("x-source".to_owned(), source);
    }
}
