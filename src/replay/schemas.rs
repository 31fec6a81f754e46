//! Every version of a catalogue, compiled once.

use crate::catalogue::Catalogue;
use crate::model::VersionId;
use std::collections::BTreeMap;
use wire::payload::Schema;

/// Compiled versions by id. One that does not compile is absent: the catalogue's own check says so.
pub struct Schemas(BTreeMap<VersionId, Schema>);

impl Schemas {
    #[must_use]
    pub fn of(catalogue: &Catalogue) -> Self {
        let compiled = catalogue.versions().filter_map(|version| {
            let bundle = catalogue.bundle(&version.id).ok()?;
            let schema = Schema::compile(&bundle.value).ok()?;
            Some((version.id.clone(), schema))
        });
        Self(compiled.collect())
    }

    #[must_use]
    pub fn get(&self, id: &VersionId) -> Option<&Schema> {
        self.0.get(id)
    }
}
