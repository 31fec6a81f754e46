//! The crate `boon` as a validator: one value against one schema.
//! Refuses to know where it is blind.

use boon::{Compiler, Draft, Schemas};
use serde_json::Value;

/// Whether `schema`, read as the draft called `draft`, accepts `value`; `None` when it cannot be compiled.
pub fn accepts(schema: &Value, draft: &str, value: &Value) -> Option<bool> {
    let mut compiler = Compiler::new();
    compiler.set_default_draft(match draft {
        "4" => Draft::V4,
        "6" => Draft::V6,
        "7" => Draft::V7,
        "2019-09" => Draft::V2019_09,
        _ => Draft::V2020_12,
    });
    let mut schema = schema.clone();
    if let Some(members) = schema.as_object_mut() {
        members.remove("$schema");
    }
    compiler.add_resource("mem:///schema.json", schema).ok()?;
    let mut schemas = Schemas::new();
    let index = compiler.compile("mem:///schema.json", &mut schemas).ok()?;
    Some(schemas.validate(value, index).is_ok())
}
