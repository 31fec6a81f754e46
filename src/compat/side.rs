//! One version as the comparison needs it: its bundled schema made ready, and values meant for it.
//! Refuses to fail: a schema that cannot be read is kept with the reason.

use crate::catalogue::{Assumption, Catalogue, EntryFile, FormatMode, SchemaVersion};
use crate::inclusion::{
    Budget, Code, Dialect, Formats, Known, KnownKind, Reading, Schema, Why, check_numbers,
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
    /// The schema as a declared producer means it, where that is assumed and makes a difference.
    closed: Option<Schema>,
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
            closed: None,
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
        let file = catalogue.entry(&id.entry).map(|entry| &entry.file);
        let mut side = Self::meant(&bundle.value, file);
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

    /// The schema `document`, read as the file of its entry says.
    fn meant(document: &Value, file: Option<&EntryFile>) -> Self {
        let formats = match file.map(|file| file.format).unwrap_or_default() {
            FormatMode::Annotation => Formats::Annotation,
            FormatMode::Assertion => Formats::Assertion,
        };
        let reading = Reading {
            formats,
            ..Reading::default()
        };
        let budget = Budget::default();
        let side = Self::read(document, reading, &budget);
        let assumes = |file: &EntryFile| file.assume.contains(&Assumption::DeclaredProducer);
        if file.is_some_and(assumes) {
            return side.of_declared_producer(&budget);
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

    /// The same side where whoever sends is assumed to emit only what its own schema declares.
    #[must_use]
    pub fn of_declared_producer(mut self, budget: &Budget) -> Self {
        // What cannot be closed is not assumed: the strict answer counts.
        let closed = |schema: &Schema| schema.closed(&budget.stop).ok().flatten();
        self.closed = self.schema.as_ref().ok().and_then(closed);
        self
    }

    /// The same side without what was assumed of it.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.closed = None;
        self
    }

    /// Whether something is assumed of it that makes a difference.
    #[must_use]
    pub fn assumes(&self) -> bool {
        self.closed.is_some()
    }

    /// Whether `value`, which was really sent, is accepted and yet not what is assumed.
    #[must_use]
    pub fn refutes(&self, value: &Value) -> bool {
        let (Ok(schema), Some(closed)) = (&self.schema, &self.closed) else {
            return false;
        };
        schema.accepts(value) && !closed.accepts(value)
    }

    /// This side as it is assumed to be sent.
    pub(super) fn assumed(&self) -> Option<Self> {
        let closed = self.closed.clone()?;
        Some(Self {
            schema: Ok(closed),
            closed: None,
            ..self.clone()
        })
    }

    /// The schema where `format` says nothing; `None` where it says nothing anyway.
    pub(super) fn without_formats(&self) -> Option<Schema> {
        let schema = self.schema.as_ref().ok()?;
        let reading = Reading {
            dialect: Some(schema.dialect()),
            formats: Formats::Annotation,
        };
        let is_asserted = schema.formats() == Formats::Assertion;
        let read = || Schema::read(schema.written(), reading, &Budget::default().stop).ok();
        is_asserted.then(read)?
    }

    /// Why no question about this side can be answered, if so.
    #[must_use]
    pub fn fault(&self) -> Option<&Why> {
        self.schema.as_ref().err()
    }
}
