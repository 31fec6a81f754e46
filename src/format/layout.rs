//! The text of a file of ours, laid out as everybody writes it: the same words, other white space.
//! Refuses to change a word, and to lay out what cannot be read.

use super::{json, toml};
use wire::json::Position;

/// Why a text has no layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    pub position: Position,
    pub why: String,
}

/// A text in its layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Laid {
    /// It had it already.
    Same,
    Other(String),
}

/// The layout of the file at `path`; `None` where we know none for its kind.
#[must_use]
pub fn lay_out(path: &str, text: &str) -> Option<Result<Laid, Flaw>> {
    let laid = match path.rsplit('.').next()? {
        "toml" => toml::laid(text),
        "json" => json::laid(text),
        _ => return None,
    };
    Some(laid.map(|laid| {
        if laid == text {
            Laid::Same
        } else {
            Laid::Other(laid)
        }
    }))
}
