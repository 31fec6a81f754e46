//! One payload against one schema version: what is wrong, where, and what was meant.
//! Refuses to put a value or an undeclared name of the payload into any text.

mod problem;
mod schema;

pub use problem::Problem;
pub use schema::{Schema, SchemaFault};
