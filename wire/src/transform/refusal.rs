//! Why a payload cannot be carried over, in words that hold nothing of it.

use super::path::Path;

/// Why a map could not do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefusalKind {
    /// The target requires a fact that the source does not hold.
    Missing,
    /// A code that the table does not list.
    Unlisted,
    /// Something else stands in its place already.
    Occupied,
    /// A fact that the target has no room for.
    Roomless,
    /// Several values, where the target has room for one.
    Several,
}

/// One reason against a payload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub kind: RefusalKind,
    /// Meaning of the fact: `x-semantics.tag` of its place in the target.
    pub tag: String,
    /// Pointer into the source: the value itself, or where the fact is missing.
    pub pointer: String,
    /// The same fact as the transform writes it.
    pub path: Path,
    /// One sentence: what is wrong.
    pub message: String,
    /// What a sender can do about it.
    pub remedy: String,
}

impl Refusal {
    pub(super) fn missing(tag: &str, at: &str, path: &Path, remedy: &str) -> Self {
        Self {
            message: format!("the fact `{tag}` is required and the payload does not hold it"),
            remedy: remedy.to_owned(),
            ..Self::new(RefusalKind::Missing, tag, at, path)
        }
    }

    pub(super) fn unlisted(tag: &str, at: &str, path: &Path) -> Self {
        Self {
            message: format!("a code of `{tag}` has no counterpart in the table"),
            remedy: "send a code that the table lists, or add a row to the transform".to_owned(),
            ..Self::new(RefusalKind::Unlisted, tag, at, path)
        }
    }

    pub(super) fn occupied(tag: &str, at: &str, path: &Path) -> Self {
        Self {
            message: format!("something else stands already where `{tag}` belongs"),
            remedy: "take out one of the two; a transform overwrites nothing".to_owned(),
            ..Self::new(RefusalKind::Occupied, tag, at, path)
        }
    }

    pub(super) fn roomless(tag: &str, at: &str, path: &Path, remedy: &str) -> Self {
        Self {
            message: format!("the target has no room for the fact `{tag}`, which must not be lost"),
            remedy: remedy.to_owned(),
            ..Self::new(RefusalKind::Roomless, tag, at, path)
        }
    }

    pub(super) fn several(tag: &str, at: &str, path: &Path, remedy: &str) -> Self {
        Self {
            message: format!("several values stand for `{tag}`, which has room for one"),
            remedy: remedy.to_owned(),
            ..Self::new(RefusalKind::Several, tag, at, path)
        }
    }

    fn new(kind: RefusalKind, tag: &str, at: &str, path: &Path) -> Self {
        Self {
            kind,
            tag: tag.to_owned(),
            pointer: at.to_owned(),
            path: path.clone(),
            message: String::new(),
            remedy: String::new(),
        }
    }
}
