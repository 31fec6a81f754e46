//! A schema file by itself: outside the catalogue, at a commit, or a draft that no entry lists yet.

use super::{LoadError, git, tree};
use crate::catalogue::{SchemaVersion, Status, VersionFile};
use crate::model::{VersionId, VersionName, digest};
use semver::Version;
use std::path::Path;
use std::sync::Arc;
use wire::json::{Document, Limits};

/// The schema in `path`, called `name` in messages.
///
/// Errors: it cannot be opened, or is not JSON
pub fn schema(path: &Path, name: &str) -> Result<Document, LoadError> {
    let bytes = tree::read(path, tree::FILE_LIMIT).map_err(|why| unreadable(name, &why))?;
    parsed(&bytes, name)
}

/// The schema that stood in `path` of `commit`, called `name` in messages.
///
/// Errors: the commit has no such file, or it is not JSON
pub fn schema_at(root: &Path, commit: &str, path: &str, name: &str) -> Result<Document, LoadError> {
    let mut listed = git::list(root, commit, &[path])?.blobs;
    listed.retain(|blob| blob.path == path && blob.size <= tree::FILE_LIMIT);
    let found = git::read(root, listed)?.pop();
    let (_, bytes) = found.ok_or_else(|| unreadable(name, "there is no such file"))?;
    parsed(&bytes, name)
}

/// The draft of `entry` that stands in `next` though no record of `entry.toml` says so; `number` is what it is to be
/// called until it has one of its own.
///
/// Errors: it is there and is not JSON
pub fn unlisted_draft(
    root: &Path,
    entry: &str,
    number: &Version,
) -> Result<Option<SchemaVersion>, LoadError> {
    let path = format!("schemas/{entry}/next/schema.json");
    let Ok(bytes) = tree::read(&root.join(&path), tree::FILE_LIMIT) else {
        return Ok(None);
    };
    Ok(Some(SchemaVersion {
        id: VersionId {
            entry: entry.to_owned(),
            version: VersionName::Next,
        },
        number: number.clone(),
        file: VersionFile {
            version: number.clone(),
            guide_version: None,
            status: Status::Draft,
            released: None,
            requested_by: None,
            deprecated: None,
            sunset: None,
            replaced_by: None,
            migration: None,
            digest: None,
            notes: String::new(),
        },
        digest: digest(&bytes),
        schema: Arc::new(parsed(&bytes, &path)?),
        accepted: Vec::new(),
        rejected: Vec::new(),
        notes: None,
        path,
    }))
}

fn parsed(bytes: &[u8], name: &str) -> Result<Document, LoadError> {
    Document::parse(bytes, &Limits::default()).map_err(|fault| unreadable(name, &fault.to_string()))
}

fn unreadable(name: &str, reason: &str) -> LoadError {
    LoadError::Schema {
        name: name.to_owned(),
        reason: reason.to_owned(),
    }
}
