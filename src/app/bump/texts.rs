//! The files of a draft with its new number in them.

use crate::app::AppError;
use crate::catalogue::{BASE, SchemaVersion};
use crate::model::{VersionId, VersionName, digest};
use semver::Version;
use std::sync::Arc;
use wire::json::{Document, Limits};

/// The text of the draft's schema under the number `to`: its own name, and since when its new fields are there.
///
/// Errors: the schema does not name itself
pub(super) fn schema(
    draft: &SchemaVersion,
    text: &str,
    taken: &[Version],
    to: &Version,
) -> Result<String, AppError> {
    let unnamed = || AppError::NoOwnName {
        path: draft.path.clone(),
    };
    let family = format!("{BASE}{}/", draft.id.entry);
    let own = draft.schema.value().get("$id").and_then(|id| id.as_str());
    let own = own.ok_or_else(unnamed)?;
    let number = own.strip_prefix(&family).ok_or_else(unnamed)?;
    let before: Version = number.parse().map_err(|_| unnamed())?;
    let at = offset(text, draft.schema.nearest("/$id"));
    let (head, tail) = at
        .and_then(|at| text.split_at_checked(at))
        .ok_or_else(unnamed)?;
    let literal = format!("\"{own}\"");
    if !tail.starts_with(&literal) {
        return Err(unnamed());
    }
    let tail = tail.replacen(&literal, &format!("\"{family}{to}\""), 1);
    let text = format!("{head}{tail}");
    // A number that is taken belongs to the version that the draft was copied from, and so do its fields.
    if taken.contains(&before) {
        return Ok(text);
    }
    let since = |number: &Version| format!("\"x-since\": \"{number}\"");
    Ok(text.replace(&since(&before), &since(to)))
}

/// The byte of a line and column.
fn offset(text: &str, position: wire::json::Position) -> Option<usize> {
    let mut start = 0;
    let mut lines = text.split_inclusive('\n');
    for _ in 1..position.line {
        start += lines.next()?.len();
    }
    let column = usize::try_from(position.column).ok()?.checked_sub(1)?;
    let line = lines.next()?;
    let inside = line.char_indices().nth(column).map(|(at, _)| at)?;
    Some(start + inside)
}

/// The draft as the version that `text` makes of it, in `next` or, once released, in the folder of its number.
///
/// Errors: never with a text that `schema` gave
pub(super) fn version(
    draft: &SchemaVersion,
    text: &str,
    to: &Version,
    is_release: bool,
) -> Result<SchemaVersion, AppError> {
    let name = if is_release {
        VersionName::Number(to.clone())
    } else {
        VersionName::Next
    };
    let path = format!("schemas/{}/{name}/schema.json", draft.id.entry);
    let document = Document::parse(text.as_bytes(), &Limits::default()).map_err(|fault| {
        AppError::Unusable {
            place: path.clone(),
            message: fault.to_string(),
        }
    })?;
    let mut file = draft.file.clone();
    file.version = to.clone();
    Ok(SchemaVersion {
        id: VersionId {
            entry: draft.id.entry.clone(),
            version: name,
        },
        number: to.clone(),
        file,
        digest: digest(text.as_bytes()),
        schema: Arc::new(document),
        path,
        ..draft.clone()
    })
}
