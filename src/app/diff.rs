//! `diff OLD NEW`: what the step from one schema to another does, with a witness for each break.

use super::AppError;
use super::judge::{self, Strictness};
use crate::catalogue::{Catalogue, Workspace};
use crate::compat::{Comparison, Explanation, Pair, Side, compare, findings};
use crate::inclusion::{Answer, Budget, Prefer};
use crate::load;
use crate::model::{
    Bump, Change, CheckName, Diff, DiffRequest, Direction, Effect, Judged, Mention, Place,
    Severity, Verdict, VersionId, VersionName, did_you_mean,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// One side, wherever it comes from.
struct Named {
    id: VersionId,
    number: Option<semver::Version>,
    side: Side,
    direction: Option<Direction>,
    /// The file, when it is outside the catalogue.
    file: Option<String>,
}

/// Compares two versions, or two schema files.
///
/// Errors: a side names nothing or cannot be read, or a witness cannot be written
pub(super) fn diff(request: &DiffRequest) -> Result<Diff, AppError> {
    let root = &request.repository.root;
    let workspace = match load::folder(root, request.repository.config.as_deref()) {
        Ok((workspace, _)) => workspace,
        // Two files need no repository.
        Err(load::LoadError::NotAWorkspace { .. }) => Workspace::default(),
        Err(error) => return Err(error.into()),
    };
    let old = named(root, &workspace.catalogue, &request.old)?;
    let new = named(root, &workspace.catalogue, &request.new)?;
    let direction = new.direction.or(old.direction).unwrap_or(Direction::Shared);
    let budget = Budget {
        prefer: Prefer::Generated,
        ..Budget::default()
    };
    let comparison = compare(&old.side, &new.side, direction, &budget);
    let pair = Pair {
        old: (&old.id, &old.side),
        new: (&new.id, &new.side),
        direction,
    };
    let place = |id: &VersionId, pointer: &str| {
        let side = if *id == old.id { &old } else { &new };
        match &side.file {
            Some(file) => Place::start(file),
            None => workspace.catalogue.place(id, pointer),
        }
    };
    let explained = findings(&comparison, &pair, place);
    let details = mentions(&comparison.explanations, &explained);
    let strictness = Strictness {
        fail_on: Severity::Error,
        required: [CheckName::Compat].into(),
        raise: BTreeMap::new(),
        unwaivable: BTreeSet::new(),
    };
    let text = |path: &str| load::text(root, path);
    let judged = judge::findings(explained, &[], &strictness, text);
    super::witness::keep(root, &judged)?;
    Ok(told(&old, &new, direction, &comparison, details, judged))
}

fn told(
    old: &Named,
    new: &Named,
    direction: Direction,
    comparison: &Comparison,
    details: Vec<Mention>,
    findings: Vec<Judged>,
) -> Diff {
    let verdict = if comparison.effect == Effect::Unsure {
        Verdict::Undecided
    } else {
        // A difference is what was asked for, not a fault.
        Verdict::Go
    };
    let declared = match (&old.number, &new.number) {
        (Some(from), Some(to)) => Bump::between(from, to),
        _ => Bump::None,
    };
    Diff {
        verdict,
        exit_code: verdict.exit_code(),
        direction,
        change: Change {
            entry: new.id.entry.clone(),
            from: old.id.version.to_string(),
            to: new.id.version.to_string(),
            new: false,
            effect: comparison.effect,
            declared,
            required: comparison.required,
            proof: proof(comparison),
            details,
        },
        findings,
        not_proved: vec![
            "Formats such as `date` count as annotations, as JSON Schema 2020-12 has it."
                .to_owned(),
        ],
    }
}

/// Every explanation beside the finding that was made of it.
pub(super) fn mentions(
    explanations: &[Explanation],
    explained: &[crate::model::Finding],
) -> Vec<Mention> {
    explanations
        .iter()
        .zip(explained)
        .map(|(explanation, finding)| Mention {
            rule: finding.rule.clone(),
            effect: explanation.effect,
            pointer: finding.pointer.clone(),
            location: finding.place.clone(),
            message: finding.message.clone(),
        })
        .collect()
}

/// How both questions were answered.
pub(super) fn proof(comparison: &Comparison) -> String {
    let word = |answer: &Answer| match answer {
        Answer::Compatible { proof } => format!("proved ({})", proof.word()),
        Answer::Breaking { .. } => "refuted by a witness".to_owned(),
        Answer::Unknown { why } => format!("not decided ({})", why.code.word()),
    };
    format!(
        "old fits new: {}; new fits old: {}",
        word(&comparison.forth),
        word(&comparison.back)
    )
}

/// `ID@VERSION`, or the path of a schema file.
fn named(root: &Path, catalogue: &Catalogue, asked: &str) -> Result<Named, AppError> {
    if let Some((entry, version)) = asked.split_once('@') {
        return in_catalogue(catalogue, asked, entry, version);
    }
    let path = root.join(asked);
    if !path.is_file() {
        return Err(unnamed(catalogue, asked));
    }
    let value = load::schema(&path, asked)?;
    Ok(Named {
        id: VersionId {
            entry: asked.to_owned(),
            version: VersionName::Next,
        },
        number: None,
        side: Side::new(&value),
        direction: None,
        file: Some(asked.to_owned()),
    })
}

/// What was named is neither a version nor a file.
fn unnamed(catalogue: &Catalogue, asked: &str) -> AppError {
    if let Some(entry) = catalogue.entry(asked) {
        let known = entry
            .versions
            .values()
            .map(|version| version.id.to_string());
        let known: Vec<String> = known.collect();
        return AppError::Unversioned {
            asked: asked.to_owned(),
            known: known.join(", "),
        };
    }
    let known = catalogue.versions().map(|version| version.id.to_string());
    let known: Vec<String> = known.collect();
    AppError::UnknownSchema {
        asked: asked.to_owned(),
        hint: did_you_mean(asked, known.iter().map(String::as_str)),
    }
}

fn in_catalogue(
    catalogue: &Catalogue,
    asked: &str,
    entry: &str,
    version: &str,
) -> Result<Named, AppError> {
    let unknown = |hint: String| AppError::UnknownSchema {
        asked: asked.to_owned(),
        hint,
    };
    let found = catalogue.entry(entry).ok_or_else(|| {
        unknown(did_you_mean(
            entry,
            catalogue.entries.keys().map(String::as_str),
        ))
    })?;
    let mut versions = found.versions.values();
    let known = versions.find(|known| known.id.version.to_string() == version);
    let known = known.ok_or_else(|| {
        let all: Vec<String> = found.versions.keys().map(ToString::to_string).collect();
        unknown(format!("; it has {}", all.join(", ")))
    })?;
    Ok(Named {
        id: known.id.clone(),
        number: Some(known.number.clone()),
        side: Side::of(catalogue, &known.id),
        direction: Some(found.file.direction),
        file: None,
    })
}
