//! What other versions of its entry say of a payload: those that were asked for, or the newer ones that refuse it.

use crate::catalogue::{Catalogue, SchemaVersion};
use crate::model::{PayloadState, VersionId, VersionVerdict};
use crate::replay::Schemas;
use semver::VersionReq;
use std::collections::BTreeMap;
use wire::json::Document;
use wire::payload::Schema;

/// The schema that a payload is judged by.
pub(super) struct Chosen<'a> {
    pub(super) name: String,
    pub(super) schema: &'a Schema,
    /// The version of the catalogue that it is; none for a schema file.
    pub(super) id: Option<VersionId>,
    /// Whether nobody named the version, so that a newer one is news.
    pub(super) guessed: bool,
}

/// The versions of a catalogue, and which of them are asked beside the one that judges.
pub(super) struct Versions<'a> {
    catalogue: &'a Catalogue,
    asked: &'a [VersionReq],
}

impl<'a> Versions<'a> {
    pub(super) fn of(catalogue: &'a Catalogue, asked: &'a [VersionReq]) -> Self {
        Self { catalogue, asked }
    }

    /// Whether nobody asked for any.
    pub(super) fn is_unasked(&self) -> bool {
        self.asked.is_empty()
    }

    /// What the versions say that were asked for, oldest first.
    pub(super) fn asked(
        &self,
        schemas: &Schemas<'_>,
        chosen: &Chosen<'_>,
        document: &Document,
    ) -> Vec<VersionVerdict> {
        let is_asked = |version: &SchemaVersion| {
            self.asked
                .iter()
                .any(|range| range.matches(&version.number))
        };
        let served = self.served(schemas, chosen, is_asked);
        served
            .map(|(id, schema)| verdict(id, schema, document))
            .collect()
    }

    /// The newer versions that refuse what the chosen one takes, oldest first; none where the version was named.
    pub(super) fn refusing(
        &self,
        schemas: &Schemas<'_>,
        chosen: &Chosen<'_>,
        document: &Document,
    ) -> Vec<VersionVerdict> {
        if !chosen.guessed || !chosen.schema.accepts(document.value()) {
            return Vec::new();
        }
        let newer = self.newer(schemas, chosen);
        let mut judged: Vec<_> = newer
            .map(|(id, schema)| verdict(id, schema, document))
            .collect();
        judged.retain(|verdict| verdict.state == PayloadState::Invalid);
        judged
    }

    /// The newer versions that have a word to say, oldest first; none where the version was named.
    pub(super) fn newer<'s>(
        &'s self,
        schemas: &'s Schemas<'_>,
        chosen: &'s Chosen<'_>,
    ) -> impl Iterator<Item = (&'s VersionId, &'s Schema)> {
        let is_newer =
            |version: &SchemaVersion| chosen.guessed && Some(&version.id) > chosen.id.as_ref();
        self.served(schemas, chosen, is_newer)
    }

    fn served<'s>(
        &'s self,
        schemas: &'s Schemas<'_>,
        chosen: &'s Chosen<'_>,
        wanted: impl Fn(&SchemaVersion) -> bool + 's,
    ) -> impl Iterator<Item = (&'s VersionId, &'s Schema)> {
        let entry = chosen
            .id
            .as_ref()
            .and_then(|id| self.catalogue.entry(&id.entry));
        let served = entry.into_iter().flat_map(|entry| entry.served());
        served
            .filter(move |version| wanted(version))
            .filter_map(|version| Some((&version.id, schemas.get(&version.id)?)))
    }
}

fn verdict(id: &VersionId, schema: &Schema, document: &Document) -> VersionVerdict {
    let mut problems = BTreeMap::new();
    for problem in schema.problems(document) {
        *problems.entry(problem.id.to_owned()).or_default() += 1;
    }
    VersionVerdict {
        version: id.to_string(),
        state: if problems.is_empty() {
            PayloadState::Valid
        } else {
            PayloadState::Invalid
        },
        problems,
    }
}
