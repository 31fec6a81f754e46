//! What the telling of one document may take: room for what is told, and steps for what is asked later.
//! Refuses to walk.

use super::walk::MOST_STEPS;
use std::cell::Cell;

/// Nodes that all forms of a document together may ask that are asked later.
const MOST_LATER: usize = 2 * MOST_STEPS;

/// Bytes that all refusals told of one document may take.
///
/// Source: some fifty thousand refusals at short places; nobody reads more
const ROOM: usize = 32 * 1024 * 1024;

/// Bytes of a refusal without the ways to it, about.
const REFUSAL: usize = 600;

/// What the telling of one document may still take.
#[derive(Debug)]
pub(in crate::payload) struct Budget {
    room: Cell<usize>,
    /// Steps of the forms that are asked later.
    pub(super) later: Cell<usize>,
    /// Whether anything was left out for want of room.
    is_cut: Cell<bool>,
}

impl Budget {
    pub(in crate::payload) fn new() -> Self {
        Self {
            room: Cell::new(ROOM),
            later: Cell::new(MOST_LATER),
            is_cut: Cell::new(false),
        }
    }

    pub(in crate::payload) fn is_cut(&self) -> bool {
        self.is_cut.get()
    }

    /// Takes the room of a refusal with so long ways, if it is there.
    pub(in crate::payload) fn take(&self, ways: usize) -> bool {
        let left = self.room.get().checked_sub(REFUSAL + ways);
        self.is_cut.set(self.is_cut.get() || left.is_none());
        self.room.set(left.unwrap_or_default());
        left.is_some()
    }
}
