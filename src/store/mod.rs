//! Writes files; the only room that does. A file is either its old self or its new self, never half.
//! Refuses to know why anything is written.

mod archive;
mod lines;
mod runs;

pub use archive::{Delivered, PushError, Scratch, Turn, push, put, shelf, turn};
pub use lines::{Lines, secret};
pub use runs::{Held, held};

use serde_json::Value;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use wire::json::canonical;

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}", path.display())]
pub struct StoreError {
    pub path: PathBuf,
    #[source]
    source: io::Error,
}

/// Puts `text` into `path` in one step. A pipe or a device is written to as it is.
///
/// Errors: the folder cannot be made, or the file cannot be written
pub fn write(path: &Path, text: &str) -> Result<(), StoreError> {
    let failed = |source| StoreError {
        path: path.to_owned(),
        source,
    };
    if is_special(path) {
        return straight(path, text).map_err(failed);
    }
    replace(path, text).map_err(failed)
}

/// Puts `text` into `path` before the work begins, so that a run that dies leaves no older result behind.
///
/// A pipe or a device is left alone: what went in could not be taken back.
///
/// Errors: as `write`
pub fn reserve(path: &Path, text: &str) -> Result<(), StoreError> {
    if is_special(path) {
        return Ok(());
    }
    write(path, text)
}

/// Makes `path` with `text` unless something is there. Gives whether it did.
///
/// Errors: as `write`
pub fn create(path: &Path, text: &str) -> Result<bool, StoreError> {
    let failed = |source| StoreError {
        path: path.to_owned(),
        source,
    };
    parent(path).map_err(failed)?;
    match OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => {
            file.write_all(text.as_bytes()).map_err(failed)?;
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(failed(error)),
    }
}

/// Files that change together, and the folder that gets another name with them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Together {
    /// Path and new text, in the order in which they are put in place.
    pub files: Vec<(PathBuf, String)>,
    /// A folder and its new name; the paths of `files` are those after the move.
    pub moved: Option<(PathBuf, PathBuf)>,
}

/// Puts all of it in place, or nothing.
///
/// Errors: the first part that cannot be written; what was done before it is undone
pub fn together(change: &Together) -> Result<(), StoreError> {
    let mut done = Done::default();
    let result = done.apply(change);
    if result.is_err() {
        done.undo();
    }
    result
}

/// What was done so far, so that it can be undone.
#[derive(Default)]
struct Done {
    /// New name and old name.
    moved: Option<(PathBuf, PathBuf)>,
    /// Files with their former text; none where there was no file.
    files: Vec<(PathBuf, Option<Vec<u8>>)>,
}

impl Done {
    fn apply(&mut self, change: &Together) -> Result<(), StoreError> {
        if let Some((from, to)) = &change.moved {
            self.rename(from, to).map_err(|source| StoreError {
                path: to.clone(),
                source,
            })?;
        }
        for (path, text) in &change.files {
            let before = fs::read(path).ok();
            write(path, text)?;
            self.files.push((path.clone(), before));
        }
        Ok(())
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        // Renaming replaces an empty folder without a word.
        if fs::symlink_metadata(to).is_ok() {
            return Err(io::Error::from(io::ErrorKind::AlreadyExists));
        }
        fs::rename(from, to)?;
        self.moved = Some((to.to_owned(), from.to_owned()));
        Ok(())
    }

    /// The first failure is the one that is told; what cannot be undone is seen by the next check.
    fn undo(&self) {
        for (path, before) in self.files.iter().rev() {
            let _ = match before {
                Some(bytes) => fs::write(path, bytes),
                None => fs::remove_file(path),
            };
        }
        if let Some((to, from)) = &self.moved {
            let _ = fs::rename(to, from);
        }
    }
}

/// Whether something can be written to `.matchmark` of a repository, or to the repository before there is one.
///
/// Errors: it cannot
pub fn probe(root: &Path) -> Result<(), StoreError> {
    let folder = root.join(".matchmark");
    let folder = if folder.is_dir() {
        folder
    } else {
        root.to_owned()
    };
    let path = folder.join(format!(".probe.{}.tmp", std::process::id()));
    let written = fill(&path, "").and_then(|()| fs::remove_file(&path));
    written.map_err(|source| StoreError { path, source })
}

/// Keeps a witness that was made from schemas alone, for the command that tries it again.
///
/// Errors: as `write`
pub fn witness(root: &Path, fingerprint: &str, value: &Value) -> Result<PathBuf, StoreError> {
    let path = root.join(format!(".matchmark/witness/{fingerprint}.json"));
    write(&path, &canonical(value))?;
    Ok(path)
}

/// Whether `path` is something that cannot be replaced by a file of the same name.
fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

fn straight(path: &Path, text: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    file.write_all(text.as_bytes())
}

fn replace(path: &Path, text: &str) -> io::Result<()> {
    parent(path)?;
    let beside = beside(path)?;
    let written = fill(&beside, text).and_then(|()| fs::rename(&beside, path));
    if written.is_err() {
        // What failed is said; a stray file of ours beside it need not be.
        let _ = fs::remove_file(&beside);
    }
    written
}

fn fill(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => fs::create_dir_all(folder),
        _ => Ok(()),
    }
}

/// A name in the same folder that no other process uses.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let name = path
        .file_name()
        .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidFilename))?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.tmp", std::process::id()));
    Ok(path.with_file_name(hidden))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/report.json");
        write(&path, "a longer first text").unwrap();
        write(&path, "second").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "second");
        assert_eq!(names(path.parent().unwrap()), ["report.json"]);
    }

    #[test]
    fn a_folder_in_the_way_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        fs::create_dir(&path).unwrap();
        let error = write(&path, "x").unwrap_err();
        assert!(error.to_string().contains("report.json"));
        assert_eq!(names(folder.path()), ["report.json"]);
    }

    #[test]
    fn what_exists_is_never_created_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("schemas/a.toml");
        assert!(create(&path, "first").unwrap());
        assert!(!create(&path, "second").unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "first");
    }

    #[test]
    fn a_witness_is_kept_in_its_canonical_form() {
        let folder = tempfile::tempdir().unwrap();
        let value = serde_json::json!({"b": 1, "a": 2});
        let path = witness(folder.path(), "00ff", &value).unwrap();
        assert!(path.ends_with(".matchmark/witness/00ff.json"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "{\"a\":2,\"b\":1}");
    }

    #[test]
    fn files_that_change_together_change_all_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        write(&at("next/schema.json"), "draft").unwrap();
        write(&at("entry.toml"), "before").unwrap();
        fs::create_dir(at("taken")).unwrap();
        let mut change = Together {
            files: vec![
                (at("1.0.0/schema.json"), "released".to_owned()),
                (at("1.0.0/NOTES.md"), "new".to_owned()),
                (at("entry.toml"), "after".to_owned()),
                (at("taken"), "a folder is in the way".to_owned()),
            ],
            moved: Some((at("next"), at("1.0.0"))),
        };
        assert!(together(&change).is_err());
        assert_eq!(names(folder.path()), ["entry.toml", "next", "taken"]);
        assert_eq!(names(&at("next")), ["schema.json"]);
        let text = |path: &str| fs::read_to_string(at(path)).unwrap();
        assert_eq!(
            (text("next/schema.json"), text("entry.toml")),
            ("draft".to_owned(), "before".to_owned())
        );

        change.files.pop();
        together(&change).unwrap();
        assert_eq!(names(&at("1.0.0")), ["NOTES.md", "schema.json"]);
        assert_eq!(text("entry.toml"), "after");
        // A second time there is nothing to move, and what stands there stays.
        assert!(together(&change).is_err());
        assert_eq!(text("1.0.0/schema.json"), "released");
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_to_and_never_replaced() {
        let device = Path::new("/dev/null");
        reserve(device, "unfinished").unwrap();
        write(device, "text").unwrap();
        assert!(is_special(device));
    }
}
