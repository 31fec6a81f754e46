//! The versions of a catalogue, each compiled when it is first asked for.
//! Refuses to compile twice what two catalogues say in the same words.

use crate::catalogue::Catalogue;
use crate::model::VersionId;
use std::collections::BTreeMap;
use std::sync::OnceLock;
use wire::payload::Schema;

/// Compiled versions by id. One that does not compile is absent: the catalogue's own check says so.
pub struct Schemas<'a> {
    catalogue: &'a Catalogue,
    /// Another catalogue, most of whose versions are likely the same.
    beside: Option<&'a Schemas<'a>>,
    compiled: BTreeMap<&'a VersionId, OnceLock<Compiled>>,
}

/// What became of a version.
enum Compiled {
    Own(Box<Schema>),
    /// The other catalogue has the same.
    Beside,
    Unusable,
}

impl<'a> Schemas<'a> {
    #[must_use]
    pub fn of(catalogue: &'a Catalogue) -> Self {
        let versions = catalogue.versions();
        let compiled = versions.map(|version| (&version.id, OnceLock::new()));
        Self {
            catalogue,
            beside: None,
            compiled: compiled.collect(),
        }
    }

    /// The same, with what says the same in `other` taken from there.
    #[must_use]
    pub fn beside(catalogue: &'a Catalogue, other: &'a Schemas<'a>) -> Self {
        Self {
            beside: Some(other),
            ..Self::of(catalogue)
        }
    }

    #[must_use]
    pub fn get(&self, id: &VersionId) -> Option<&Schema> {
        match self.compiled.get(id)?.get_or_init(|| self.compile(id)) {
            Compiled::Own(schema) => Some(schema),
            Compiled::Beside => self.beside?.get(id),
            Compiled::Unusable => None,
        }
    }

    fn compile(&self, id: &VersionId) -> Compiled {
        let is_beside = |other: &Schemas<'_>| self.catalogue.is_same(other.catalogue, id);
        if self.beside.is_some_and(is_beside) {
            return Compiled::Beside;
        }
        let compile = || {
            let bundle = self.catalogue.bundle(id).ok()?;
            Schema::of(bundle.value).ok()
        };
        compile().map_or(Compiled::Unusable, |schema| Compiled::Own(Box::new(schema)))
    }
}
