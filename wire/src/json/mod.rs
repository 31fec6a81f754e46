//! JSON text as it travels: its value, the place of every part of it, and its canonical form.
//! Refuses to know schemas, and never puts a piece of the text into an error.

mod canonical;
mod document;
mod fault;
mod lexer;
mod pointer;
mod reader;

pub use canonical::canonical;
pub use document::Document;
pub use fault::{Fault, FaultKind, Limits, Position};
pub use lexer::is_blank;
pub use pointer::{pointer_escape, pointer_segments, pointer_starred};
pub(crate) use pointer::{pointer_index, pointer_name};
