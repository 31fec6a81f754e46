//! One payload against one schema version: what is wrong, where, and what was meant.
//! Refuses to put a value or an undeclared name of the payload into any text.

mod atlas;
mod explain;
mod form;
mod id;
mod mark;
mod mask;
mod near;
mod problem;
mod refusal;
mod schema;
mod shape;
mod slice;
mod stands;
mod trail;
mod words;

pub use id::IDS;
pub use mark::{Marks, Pin};
pub use problem::Problem;
pub use schema::{Schema, SchemaFault};
