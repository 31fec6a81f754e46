//! What the files that people write look like: the JSON Schema of each format, and how its text is laid out.
//! Refuses to know what a file is about, and to touch a disk.

mod json;
mod kind;
mod layout;
mod path;
mod schema;
mod toml;

pub use kind::{EDITORS, KINDS, Kind, PUBLISHED, directed, directive, kind, of_path};
pub use layout::{Flaw, Laid, lay_out};
pub use schema::Draft;
