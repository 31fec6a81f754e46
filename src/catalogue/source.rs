//! A file as it was read: its path, its bytes, its digest.

use crate::model::{Place, digest};
use std::sync::Arc;

/// A file of the repository, read once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Path relative to the repository's root, with forward slashes.
    pub path: String,
    pub bytes: Arc<[u8]>,
}

impl Source {
    #[must_use]
    pub fn new(path: impl Into<String>, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self {
            path: path.into(),
            bytes: bytes.into(),
        }
    }

    /// The text, if it is UTF-8.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.bytes).ok()
    }

    #[must_use]
    pub fn digest(&self) -> String {
        digest(&self.bytes)
    }

    /// The place of a byte offset, counted in Unicode scalar values.
    #[must_use]
    pub fn place(&self, offset: usize) -> Place {
        let before = self.bytes.get(..offset).unwrap_or(&self.bytes);
        let text = String::from_utf8_lossy(before);
        let line = text.matches('\n').count() + 1;
        let column = text.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        Place {
            file: self.path.clone(),
            line: u32::try_from(line).unwrap_or(u32::MAX),
            column: u32::try_from(column).unwrap_or(u32::MAX),
        }
    }

    /// The place of the first occurrence of `needle`, or the start of the file.
    #[must_use]
    pub fn find(&self, needle: &str) -> Place {
        self.at(|text| text.find(needle))
    }

    /// The place of the last occurrence of `needle`, or the start of the file.
    #[must_use]
    pub fn find_last(&self, needle: &str) -> Place {
        self.at(|text| text.rfind(needle))
    }

    fn at(&self, find: impl Fn(&str) -> Option<usize>) -> Place {
        self.text()
            .and_then(find)
            .map_or_else(|| Place::start(&self.path), |offset| self.place(offset))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_counts_lines_and_characters_from_one() {
        let source = Source::new("a.toml", "one\nzwölf x\n".as_bytes());
        assert_eq!(source.find("x").to_string(), "a.toml:2:7");
        assert_eq!(source.find_last("\n").to_string(), "a.toml:2:8");
        assert_eq!(source.find("absent").to_string(), "a.toml:1:1");
    }
}
