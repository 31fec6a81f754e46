//! Payload files that a user names: files, folders, newline-delimited JSON, standard input.

use super::{LoadError, tree};
use crate::catalogue::Source;
use std::io::{BufRead as _, Read as _};
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
            let bytes = path.map_or_else(standard_input, |path| bounded(&path));
            let source = bytes.map(|bytes| Source::new(name.clone(), bytes));
            PayloadFile { name, source }
        })
}

fn expand(root: &Path, name: &Path) -> Vec<(String, Option<PathBuf>)> {
    let shown = name.to_string_lossy().into_owned();
    if shown == "-" {
        return vec![(shown, None)];
    }
    let path = root.join(name);
    if !path.is_dir() {
        return vec![(shown, Some(path))];
    }
    WalkDir::new(&path)
        .sort_by_file_name()
        .into_iter()
        .filter_map(Result::ok)
        .filter(|item| item.file_type().is_file())
        .filter(|item| {
            let name = item.file_name().to_string_lossy();
            [".json", ".ndjson", ".jsonl"]
                .iter()
                .any(|end| name.ends_with(end))
        })
        .map(|item| {
            let below = item.path().strip_prefix(&path).unwrap_or(item.path());
            let shown = name.join(below).to_string_lossy().into_owned();
            (shown, Some(item.into_path()))
        })
        .collect()
}

fn bounded(path: &Path) -> Result<Vec<u8>, String> {
    let bytes = tree::read(path)?;
    too_large(bytes)
}

fn standard_input() -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(tree::HISTORY_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("standard input cannot be read: {}", error.kind()))?;
    too_large(bytes)
}

fn too_large(bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    if bytes.len() as u64 > tree::HISTORY_LIMIT {
        return Err(format!(
            "it is larger than {} MiB",
            tree::HISTORY_LIMIT >> 20
        ));
    }
    Ok(bytes)
}

/// Longest line of a batch that is read.
const LINE_LIMIT: u64 = 16 << 20;

/// The lines of standard input, each without its end; a line over the limit is cut, and so is no question.
///
/// Errors: standard input cannot be read
pub fn questions() -> impl Iterator<Item = Result<Vec<u8>, LoadError>> {
    let failed = |source| LoadError::Io {
        path: PathBuf::from("-"),
        source,
    };
    std::iter::from_fn(move || {
        let mut line = Vec::new();
        let mut input = std::io::stdin().lock();
        match input.by_ref().take(LINE_LIMIT).read_until(b'\n', &mut line) {
            Ok(0) => return None,
            Ok(_) if line.last() == Some(&b'\n') => {}
            Ok(_) => {
                if let Err(error) = input.skip_until(b'\n') {
                    return Some(Err(failed(error)));
                }
            }
            Err(error) => return Some(Err(failed(error))),
        }
        Some(Ok(line))
    })
}
