//! Writes files; the only room that does. A file is either its old self or its new self, never half.
//! Refuses to know why anything is written.

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

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_to_and_never_replaced() {
        let device = Path::new("/dev/null");
        reserve(device, "unfinished").unwrap();
        write(device, "text").unwrap();
        assert!(is_special(device));
    }
}
