//! Where a schema of the old document can be edited without touching its other uses.
//! Refuses to know what the edit is.

use crate::inclusion::combine::{Edit, What};

/// The place of an edit.
#[derive(Clone, Debug, Default)]
pub(super) struct Address {
    pub(super) at: String,
    /// Copies that have to be made first: where, and of which definition.
    pub(super) unfold: Vec<(String, String)>,
}

impl Address {
    /// Edits of this very schema, made where they touch nothing else.
    pub(super) fn apply(&self, edits: &mut Vec<Edit>) {
        for edit in edits.iter_mut() {
            edit.at.clone_from(&self.at);
        }
        let copies = self.unfold.iter().map(|(at, definition)| Edit {
            at: at.clone(),
            what: What::Unfold(definition.clone()),
        });
        edits.splice(0..0, copies);
    }

    /// The address of what stands at `below`, under or behind the schema at `here`.
    pub(super) fn step(&self, here: &str, below: &str) -> Self {
        match below
            .strip_prefix(here)
            .filter(|rest| rest.starts_with('/'))
        {
            Some(rest) if !rest.starts_with("/$defs/") => Self {
                at: format!("{}{rest}", self.at),
                unfold: self.unfold.clone(),
            },
            Some(_) | None => Self {
                at: below.to_owned(),
                unfold: Vec::new(),
            },
        }
    }
}
