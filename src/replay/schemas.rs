//! The versions of a catalogue, each compiled when it is first asked for.

use crate::catalogue::Catalogue;
use crate::model::VersionId;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use wire::payload::Schema;

/// Compiled versions by id. One that does not compile is absent: the catalogue's own check says so.
pub struct Schemas<'a> {
    catalogue: &'a Catalogue,
    compiled: BTreeMap<&'a VersionId, OnceLock<Option<Schema>>>,
}

impl<'a> Schemas<'a> {
    #[must_use]
    pub fn of(catalogue: &'a Catalogue) -> Self {
        let versions = catalogue.versions();
        let compiled = versions.map(|version| (&version.id, OnceLock::new()));
        Self {
            catalogue,
            compiled: compiled.collect(),
        }
    }

    #[must_use]
    pub fn get(&self, id: &VersionId) -> Option<&Schema> {
        let compile = || {
            let bundle = self.catalogue.bundle(id).ok()?;
            Schema::compile(&bundle.value).ok()
        };
        self.compiled.get(id)?.get_or_init(compile).as_ref()
    }
}
