//! Payload files that a user names: files, folders, newline-delimited JSON, standard input.

use super::{LoadError, tree};
use crate::catalogue::Source;
use std::io::{BufRead, Read as _};
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// One payload file as it was found, or why it could not be opened.
#[derive(Debug)]
pub struct PayloadFile {
    /// The name as the user gave it, or as it was found below a folder.
    pub name: String,
    pub source: Result<Source, String>,
}

impl PayloadFile {
    /// Whether it holds one payload a line.
    #[must_use]
    pub fn is_lines(&self) -> bool {
        self.name.ends_with(".ndjson") || self.name.ends_with(".jsonl")
    }
}

/// The payloads that `names` stand for, in order; a folder gives its `.json` and `.ndjson` files, `-` standard input.
pub fn payloads(root: &Path, names: &[PathBuf]) -> impl Iterator<Item = PayloadFile> {
    let root = root.to_path_buf();
    names
        .iter()
        .flat_map(move |name| expand(&root, name))
        .collect::<Vec<_>>()
        .into_iter()
        .map(|(name, path)| {
            let bytes = path.and_then(|path| match path {
                Some(path) => tree::read(&path, tree::HISTORY_LIMIT),
                None => standard_input(),
            });
            let source = bytes.map(|bytes| Source::new(name.clone(), bytes));
            PayloadFile { name, source }
        })
}

/// Where the payloads of a name lie; `None` is standard input.
type Found = (String, Result<Option<PathBuf>, String>);

fn expand(root: &Path, name: &Path) -> Vec<Found> {
    let shown = name.to_string_lossy().into_owned();
    if shown == "-" {
        return vec![(shown, Ok(None))];
    }
    let path = root.join(name);
    if !path.is_dir() {
        return vec![(shown, Ok(Some(path)))];
    }
    WalkDir::new(&path)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter()
        .filter_map(|item| below(name, &path, item))
        .collect()
}

/// A payload file below a folder, or what could not be looked into; anything else is passed over.
fn below(name: &Path, folder: &Path, item: walkdir::Result<walkdir::DirEntry>) -> Option<Found> {
    let shown = |path: &Path| {
        let below = path.strip_prefix(folder).unwrap_or(path);
        name.join(below).to_string_lossy().into_owned()
    };
    let item = match item {
        Ok(item) => item,
        Err(error) => {
            let why = "it cannot be opened".to_owned();
            return Some((shown(error.path().unwrap_or(folder)), Err(why)));
        }
    };
    let file = item.file_name().to_string_lossy();
    let is_payload = [".json", ".ndjson", ".jsonl"]
        .iter()
        .any(|end| file.ends_with(end));
    (is_payload && item.file_type().is_file())
        .then(|| (shown(item.path()), Ok(Some(item.path().to_owned()))))
}

fn standard_input() -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(tree::HISTORY_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("standard input cannot be read: {}", error.kind()))?;
    tree::within(bytes, tree::HISTORY_LIMIT)
}

/// Longest line of a batch that is read.
///
/// Source: the compatibility specification allows 16 MiB
const LINE_LIMIT: u64 = 16 << 20;

/// A line of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Without its end.
    Read(Vec<u8>),
    /// Over the limit; nothing of it is kept.
    TooLong,
}

/// The lines of standard input, each as soon as it is there.
///
/// Errors: standard input cannot be read
pub fn questions() -> impl Iterator<Item = Result<Line, LoadError>> {
    std::iter::from_fn(move || {
        let line = question(&mut std::io::stdin().lock(), LINE_LIMIT).transpose()?;
        Some(line.map_err(|source| LoadError::Io {
            path: PathBuf::from("-"),
            source,
        }))
    })
}

/// The next line of `input`, of which no more than `limit` bytes are held.
fn question(input: &mut impl BufRead, limit: u64) -> std::io::Result<Option<Line>> {
    let mut line = Vec::new();
    // One more for the end of the line, which does not count.
    let most = limit.saturating_add(1);
    if input.by_ref().take(most).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if line.len() as u64 == most {
        input.skip_until(b'\n')?;
        return Ok(Some(Line::TooLong));
    }
    Ok(Some(Line::Read(line)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_line_over_the_limit_is_dropped_whole_and_the_next_one_is_read() {
        let mut input: &[u8] = b"1234\n12345\n\n12345678901\n123";
        let mut lines = Vec::new();
        while let Some(line) = question(&mut input, 4).unwrap() {
            lines.push(line);
        }
        let read = |text: &str| Line::Read(text.as_bytes().to_vec());
        let wanted = [
            read("1234"),
            Line::TooLong,
            read(""),
            Line::TooLong,
            read("123"),
        ];
        assert_eq!(lines, wanted);
    }
}
