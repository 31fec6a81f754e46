//! A Rust type as a JSON Schema, in the draft that the reader of it knows.
//! Knows nothing of which types there are.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

/// An edition of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draft {
    /// 2020-12, which we judge with.
    Modern,
    /// Draft 07, which editors know.
    Seven,
}

impl Draft {
    pub const ALL: [Self; 2] = [Self::Modern, Self::Seven];

    fn settings(self) -> SchemaSettings {
        match self {
            Self::Modern => SchemaSettings::draft2020_12(),
            Self::Seven => SchemaSettings::draft07(),
        }
    }
}

/// The schema of what we read as `T`.
pub(super) fn made<T: JsonSchema>(draft: Draft) -> Value {
    root::<T>(draft.settings())
}

/// The schema of what we write as `T`.
pub(super) fn sent<T: JsonSchema>(draft: Draft) -> Value {
    root::<T>(draft.settings().for_serialize())
}

fn root<T: JsonSchema>(settings: SchemaSettings) -> Value {
    let generator = settings.into_generator();
    generator.into_root_schema_for::<T>().to_value()
}
