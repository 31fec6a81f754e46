//! One version as the comparison needs it: its bundled schema made ready, and values meant for it.
//! Refuses to fail: a schema that cannot be read is kept with the reason.

use crate::catalogue::{Catalogue, SchemaVersion};
use crate::inclusion::{
    Budget, Code, Dialect, Known, KnownKind, Reading, Schema, Why, check_numbers,
};
use crate::model::{VersionId, WitnessSource, digest};
use serde_json::Value;

/// One side of a comparison.
#[derive(Clone, Debug)]
pub struct Side {
    pub(super) schema: Result<Schema, Why>,
    pub(super) known: Vec<Known>,
    /// Where each of `known` stands.
    pub(super) sources: Vec<WitnessSource>,
}

impl Side {
    /// The self-contained schema `document`.
    #[must_use]
    pub fn new(document: &Value) -> Self {
        Self::read(document, Reading::default(), &Budget::default())
    }

    /// The self-contained schema `document`, read as `reading` says.
    #[must_use]
    pub fn read(document: &Value, reading: Reading, budget: &Budget) -> Self {
        Self::unread(Schema::read(document, reading, &budget.stop))
    }

    pub(super) fn unread(schema: Result<Schema, Why>) -> Self {
        Self {
            schema,
            known: Vec::new(),
            sources: Vec::new(),
        }
    }

    /// The version `id` with everything that it refers to, and its accepted examples.
    #[must_use]
    pub fn of(catalogue: &Catalogue, id: &VersionId) -> Self {
        let bundle = match catalogue.bundle(id) {
            Ok(bundle) => bundle,
            Err(missing) => {
                return Self::unread(Err(Why::at_pointer(Code::Reference, &missing.pointer)));
            }
        };
        let drawn: Vec<&SchemaVersion> = std::iter::once(id)
            .chain(&bundle.members)
            .filter_map(|id| catalogue.version(id))
            .collect();
        let lossy = drawn
            .iter()
            .find_map(|version| check_numbers(&version.schema, "", Dialect::Draft2020).err());
        if let Some(why) = lossy {
            return Self::unread(Err(why));
        }
        let mut side = Self::new(&bundle.value);
        for example in drawn.first().map_or(&[][..], |version| &version.accepted) {
            let value = example.document.value();
            let source = WitnessSource::Example {
                place: crate::model::Place::start(&example.path),
                digest: digest(wire::json::canonical(value).as_bytes()),
            };
            side = side.knowing(Known::example(value.clone()), source);
        }
        side
    }

    /// The same side with one more value that was meant for it.
    #[must_use]
    pub fn knowing(mut self, known: Known, source: WitnessSource) -> Self {
        // A recorded payload may be cited, never changed: its source decides, not the caller's word.
        let known = match source {
            WitnessSource::Recorded { .. } => Known {
                kind: KnownKind::Recorded,
                ..known
            },
            WitnessSource::Generated | WitnessSource::Example { .. } => known,
        };
        self.known.push(known);
        self.sources.push(source);
        self
    }

    /// Why no question about this side can be answered, if so.
    #[must_use]
    pub fn fault(&self) -> Option<&Why> {
        self.schema.as_ref().err()
    }
}
