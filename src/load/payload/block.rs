//! Whole lines of a text, block by block.
//! Refuses to hold more than a block and one line.

use super::Piece;
use super::shelf::{Bytes, Shelf};
use std::io::{self, Read};
use std::sync::Arc;

/// The pieces of a text of lines; the last one says so when it cannot be read to its end.
pub(super) struct Blocks<R> {
    input: R,
    /// Bytes that are read before they are handed out.
    size: usize,
    /// Bytes that a line may have.
    limit: usize,
    /// The beginning of a line whose end was not read yet.
    rest: Vec<u8>,
    shelf: Arc<Shelf>,
    /// Number of the next line.
    next: u64,
    end: Option<End>,
}

/// Why nothing more can be read.
enum End {
    Reached,
    Broken(io::Error),
    Told,
}

impl<R: Read> Blocks<R> {
    pub(super) fn new(input: R, size: usize, limit: usize) -> Self {
        Self {
            input,
            size,
            limit,
            rest: Vec::new(),
            shelf: Shelf::new(size * 2),
            next: 1,
            end: None,
        }
    }

    /// Reads until `bytes` are `size` long, or nothing comes any more.
    fn fill(&mut self, bytes: &mut Vec<u8>, size: usize) {
        let wanted = size.saturating_sub(bytes.len());
        bytes.reserve_exact(wanted);
        let wanted = wanted as u64;
        match self.input.by_ref().take(wanted).read_to_end(bytes) {
            Ok(read) if (read as u64) < wanted => self.end = Some(End::Reached),
            Ok(_) => {}
            Err(error) => self.end = Some(End::Broken(error)),
        }
    }

    /// Passes over the rest of a line; what follows it comes next.
    fn skip(&mut self) {
        let mut bytes = Vec::new();
        while self.end.is_none() {
            bytes.clear();
            self.fill(&mut bytes, self.size);
            if let Some(end) = memchr::memchr(b'\n', &bytes) {
                self.rest = bytes.split_off(end + 1);
                return;
            }
        }
        self.rest.clear();
    }

    /// A buffer with what was read of the next line.
    fn begun(&mut self) -> Vec<u8> {
        if self.rest.len() > self.size {
            return std::mem::take(&mut self.rest);
        }
        let mut bytes = self.shelf.take();
        bytes.append(&mut self.rest);
        // What was a long line does not stay here.
        self.rest.shrink_to(self.size);
        bytes
    }

    fn piece(&mut self, bytes: Vec<u8>, count: u64) -> Piece {
        let first = self.next;
        self.next += count;
        Piece::Lines {
            first,
            count,
            bytes: Bytes::lent(bytes, &self.shelf),
        }
    }

    /// What is left at the end of the text: its last line, if it has no end, then why there is no more.
    fn last(&mut self, bytes: Vec<u8>) -> Option<Piece> {
        let end = self.end.replace(End::Told);
        match end {
            // What was cut off is no line.
            Some(End::Broken(error)) => Some(Piece::Unreadable(format!(
                "it cannot be read beyond line {}: {}",
                self.next.saturating_sub(1),
                error.kind()
            ))),
            Some(End::Reached) if !bytes.is_empty() => Some(self.piece(bytes, 1)),
            Some(End::Reached | End::Told) | None => None,
        }
    }
}

impl<R: Read> Iterator for Blocks<R> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let mut bytes = self.begun();
        let mut size = self.size;
        loop {
            if self.end.is_none() {
                self.fill(&mut bytes, size);
            }
            let first = self.next;
            if let Some(end) = memchr::memrchr(b'\n', &bytes) {
                let rest = bytes.get(end + 1..).unwrap_or_default();
                self.rest.extend_from_slice(rest);
                bytes.truncate(end + 1);
                let count = ends(&bytes);
                return Some(self.piece(bytes, count));
            }
            if bytes.len() > self.limit {
                self.next += 1;
                self.skip();
                return Some(Piece::TooLong(first));
            }
            if self.end.is_some() {
                return self.last(bytes);
            }
            size = (size * 2).min(self.limit + 1);
        }
    }
}

/// What stands between the line ends of `bytes`, before the first and behind the last.
pub(super) fn split(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let text = rest?;
        let end = memchr::memchr(b'\n', text);
        rest = end.and_then(|end| text.get(end + 1..));
        end.map_or(Some(text), |end| text.get(..end))
    })
}

/// Line ends in `bytes`.
fn ends(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}
