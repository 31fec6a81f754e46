//! Buffers of blocks that were judged, to be read into again: fresh memory would cost whoever reads more than reading.
//! Refuses to keep large ones, or many.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

/// Buffers that are kept.
///
/// Source: what two threads work on and wait for
const MOST: usize = 8;

/// Buffers of one text; shared by whoever reads and whoever judges.
pub(super) struct Shelf {
    /// Bytes that a buffer may have room for.
    largest: usize,
    buffers: Mutex<Vec<Vec<u8>>>,
}

impl Shelf {
    pub(super) fn new(largest: usize) -> Arc<Self> {
        Arc::new(Self {
            largest,
            buffers: Mutex::new(Vec::new()),
        })
    }

    /// An empty buffer.
    pub(super) fn take(&self) -> Vec<u8> {
        let mut buffers = self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        buffers.pop().unwrap_or_default()
    }

    fn put(&self, mut buffer: Vec<u8>) {
        let mut buffers = self.buffers.lock().unwrap_or_else(PoisonError::into_inner);
        if buffers.len() < MOST && buffer.capacity() <= self.largest {
            buffer.clear();
            buffers.push(buffer);
        }
    }
}

/// Bytes that go back to their shelf when nobody needs them any more.
pub struct Bytes {
    bytes: Vec<u8>,
    shelf: Option<Arc<Shelf>>,
}

impl Bytes {
    pub(super) fn lent(bytes: Vec<u8>, shelf: &Arc<Shelf>) -> Self {
        Self {
            bytes,
            shelf: Some(Arc::clone(shelf)),
        }
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, shelf: None }
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Bytes {
    fn drop(&mut self) {
        if let Some(shelf) = &self.shelf {
            shelf.put(std::mem::take(&mut self.bytes));
        }
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for Bytes {}

impl fmt::Debug for Bytes {
    /// Sizes only: payloads are never printed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bytes")
            .field("length", &self.bytes.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_that_nobody_needs_is_read_into_again_unless_it_is_large() {
        let shelf = Shelf::new(100);
        let mut bytes = Vec::with_capacity(64);
        bytes.extend_from_slice(b"canary");
        let place = bytes.as_ptr();
        drop(Bytes::lent(bytes, &shelf));
        let again = shelf.take();
        assert_eq!((again.as_ptr(), again.len()), (place, 0));
        drop(Bytes::lent(Vec::with_capacity(1_000), &shelf));
        assert_eq!(shelf.take().capacity(), 0);
        let many: Vec<Bytes> = (0..20).map(|_| Bytes::lent(vec![1], &shelf)).collect();
        drop(many);
        assert_eq!(shelf.buffers.lock().unwrap().len(), MOST);
    }
}
