//! `fmt`: files of ours in their layout, but for those that somebody holds the digest of.

use super::answer;
use crate::app::{Answer, AppError};
use crate::catalogue::{ApprovalFile, Workspace};
use crate::format::{Laid, lay_out};
use crate::load;
use crate::model::{Daily, FmtRequest, LaidFile, Layout, LayoutState, Verdict};
use crate::store;
use std::path::Path;

pub(super) fn fmt(request: &FmtRequest) -> Result<Answer, AppError> {
    let repository = &request.repository;
    let (workspace, _) = load::folder(&repository.root, repository.config.as_deref())?;
    let mut files = Vec::new();
    for path in paths(request, &workspace) {
        files.extend(one(request, &workspace, path)?);
    }
    files.sort_by(|one, other| one.path.cmp(&other.path));
    let mut layout = Layout {
        verdict: Verdict::Go,
        exit_code: 0,
        files,
    };
    layout.verdict = if layout.count(LayoutState::Broken) > 0 {
        Verdict::Error
    } else if layout.count(LayoutState::WouldChange) > 0 {
        Verdict::NoGo
    } else if layout.files.is_empty() {
        Verdict::Empty
    } else {
        Verdict::Go
    };
    layout.exit_code = layout.verdict.exit_code();
    answer(
        layout.verdict,
        &Daily::Layout(layout.clone()),
        &request.show,
    )
}

/// Paths below the root: the named ones, or all that have a layout.
fn paths(request: &FmtRequest, workspace: &Workspace) -> Vec<String> {
    if !request.files.is_empty() {
        let named = request.files.iter();
        return named
            .map(|path| path.to_string_lossy().into_owned())
            .collect();
    }
    let ours = workspace.inputs.keys().filter(|path| is_laid_out(path));
    ours.cloned().collect()
}

/// Whether a path has a layout of ours: examples and records are kept as they were sent.
fn is_laid_out(path: &str) -> bool {
    let parts: Vec<&str> = path.split('/').collect();
    let ours = !matches!(
        parts.as_slice(),
        ["payloads", ..] | ["schemas", _, _, "accepted" | "rejected", ..]
    );
    ours && (path.ends_with(".toml") || path.ends_with(".json"))
}

fn one(
    request: &FmtRequest,
    workspace: &Workspace,
    path: String,
) -> Result<Option<LaidFile>, AppError> {
    if let Some(why) = sealed(workspace, &path) {
        // Nobody who asked for all files needs to hear of each that cannot change.
        let told = LaidFile {
            path,
            state: LayoutState::Sealed,
            why: Some(why),
        };
        return Ok((!request.files.is_empty()).then_some(told));
    }
    let root = &request.repository.root;
    let source = load::named(root, Path::new(&path))?;
    let laid = match source.text() {
        Some(text) => lay_out(&path, text),
        None => Some(Err(crate::format::Flaw {
            position: wire::json::Position { line: 1, column: 1 },
            why: "it is not UTF-8 text".to_owned(),
        })),
    };
    let (state, why) = match laid {
        None => (
            LayoutState::Sealed,
            Some("there is no layout for files of this kind".to_owned()),
        ),
        Some(Ok(Laid::Same)) => (LayoutState::Same, None),
        Some(Ok(Laid::Other(_))) if request.check => (LayoutState::WouldChange, None),
        Some(Ok(Laid::Other(text))) => {
            store::write(&root.join(&path), &text)?;
            (LayoutState::Formatted, None)
        }
        Some(Err(flaw)) => {
            let position = flaw.position;
            let why = format!("{}:{}: {}", position.line, position.column, flaw.why);
            (LayoutState::Broken, Some(why))
        }
    };
    Ok(Some(LaidFile { path, state, why }))
}

/// Whose digest covers the file, so that another blank in it would be another thing.
fn sealed(workspace: &Workspace, path: &str) -> Option<String> {
    if !is_laid_out(path) && (path.starts_with("schemas/") || path.starts_with("payloads/")) {
        return Some("an example or a record stays as it was sent".to_owned());
    }
    let parts: Vec<&str> = path.split('/').collect();
    let subject = match parts.as_slice() {
        ["schemas", id, version, ..] if parts.len() > 3 => {
            let versions = workspace.catalogue.versions();
            let mut known = versions.filter(|known| known.id.entry == *id);
            let known = known.find(|known| known.path == path);
            if known.is_some_and(|known| known.file.digest.is_some()) {
                return Some(format!("{id} {version} is released"));
            }
            format!("{id}@{version}")
        }
        ["policies", "waivers", name] => name.trim_end_matches(".toml").to_owned(),
        ["policies", "rules", name, ..] => format!("policy/{name}"),
        ["policies", "payload", name, ..] => format!("payload/{name}"),
        ["partners", name] => format!("partner:{}", name.trim_end_matches(".toml")),
        _ => return None,
    };
    let folder = ApprovalFile::folder(&subject);
    let decided = |approval: &&crate::catalogue::Approval| {
        approval.file.subject == subject
            || approval.source.path.split('/').nth(2) == Some(folder.as_str())
    };
    let approval = workspace.approvals.iter().find(decided)?;
    Some(format!(
        "{} approves it by its digest",
        approval.source.path
    ))
}
