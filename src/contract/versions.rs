//! Versions of the catalogue made ready for questions: compiled once, shared by all contracts of a run.
//! Refuses to know contracts.

use super::declared::{Declared, declared, names};
use super::path::everything;
use crate::catalogue::Catalogue;
use crate::inclusion::{Known, Schema as Side};
use crate::model::{Place, VersionId};
use semver::VersionReq;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};
use wire::payload::Schema;

/// One version, ready.
#[derive(Debug)]
pub struct Ready {
    pub id: VersionId,
    pub bundle: Value,
    /// Versions of other entries that it draws in.
    pub drawn: Vec<VersionId>,
    pub schema: Schema,
    side: OnceLock<Result<Side, String>>,
    pub declared: Declared,
    /// Every member name that is declared anywhere.
    pub names: BTreeSet<String>,
    /// Every constant and code: what a schema fixes is no data.
    pub fixed: BTreeSet<String>,
    /// Examples that the version must accept.
    pub accepted: Vec<Known>,
    /// Where each of them stands.
    pub accepted_at: Vec<String>,
}

impl Ready {
    /// The version for the prover, made when it is first asked for.
    ///
    /// Errors: why no question about it can be answered
    pub fn side(&self) -> Result<Side, String> {
        let side = || Side::new(&self.bundle).map_err(|why| why.to_string());
        self.side.get_or_init(side).clone()
    }
}

fn fixed(bundle: &Value) -> BTreeSet<String> {
    let mut fixed = BTreeSet::new();
    for (_, value) in everything("", bundle) {
        fixed.extend(value.get("const").and_then(scalar));
        let listed = value.get("enum").and_then(Value::as_array);
        fixed.extend(listed.into_iter().flatten().filter_map(scalar));
    }
    fixed
}

/// The text of a string or a number.
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// All versions of a catalogue, each made ready when it is first asked for.
#[derive(Debug)]
pub struct Versions<'c> {
    catalogue: &'c Catalogue,
    ready: BTreeMap<VersionId, OnceLock<Result<Arc<Ready>, String>>>,
}

impl<'c> Versions<'c> {
    #[must_use]
    pub fn new(catalogue: &'c Catalogue) -> Self {
        let ready = catalogue
            .versions()
            .map(|version| (version.id.clone(), OnceLock::new()))
            .collect();
        Self { catalogue, ready }
    }

    /// The versions of `entry` that `range` admits: what is served, and the draft.
    #[must_use]
    pub fn in_range(&self, entry: &str, range: &VersionReq) -> Vec<VersionId> {
        self.catalogue
            .in_range(entry, range)
            .into_iter()
            .map(|version| version.id.clone())
            .collect()
    }

    /// One version, ready.
    ///
    /// Errors: why it cannot be used, in words without any value
    pub fn get(&self, id: &VersionId) -> Result<Arc<Ready>, String> {
        let Some(slot) = self.ready.get(id) else {
            return Err(format!("{id} is not in the catalogue"));
        };
        slot.get_or_init(|| self.prepare(id).map(Arc::new)).clone()
    }

    /// The file, line and column of `pointer` in the bundle of `id`.
    #[must_use]
    pub fn place(&self, id: &VersionId, pointer: &str) -> Place {
        self.catalogue.place(id, pointer)
    }

    fn prepare(&self, id: &VersionId) -> Result<Ready, String> {
        let bundle = self
            .catalogue
            .bundle(id)
            .map_err(|missing| missing.to_string())?;
        let (bundle, drawn) = (bundle.value, bundle.members);
        let schema = Schema::compile(&bundle).map_err(|fault| fault.to_string())?;
        let version = self.catalogue.version(id);
        let accepted = version.map_or(&[][..], |version| &version.accepted);
        Ok(Ready {
            id: id.clone(),
            side: OnceLock::new(),
            declared: declared(&bundle),
            names: names(&bundle),
            fixed: fixed(&bundle),
            accepted: accepted
                .iter()
                .map(|example| Known::example(example.document.value().clone()))
                .collect(),
            accepted_at: accepted
                .iter()
                .map(|example| example.path.clone())
                .collect(),
            schema,
            bundle,
            drawn,
        })
    }
}
