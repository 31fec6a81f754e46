//! `diff A [B]`: what the step from one schema to another does, with a witness for each break and whom it hurts.

mod harm;
mod side;

use super::AppError;
use super::judge::{self, Strictness};
use crate::catalogue::Workspace;
use crate::compat::{Comparison, Explanation, Pair, compare, findings};
use crate::inclusion::{Answer, Budget, Prefer};
use crate::load;
use crate::model::{
    Bump, Change, CheckName, Diff, DiffRequest, Direction, Effect, Judged, Mention, Severity,
    Verdict, VersionId,
};
use harm::Harm;
use side::{Desk, Named};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

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
    let head = Arc::new(workspace);
    let (old, new) = Desk { root, head: &head }.sides(request)?;
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
        side.place(pointer)
    };
    let explained = findings(&comparison, &pair, place);
    let details = mentions(&comparison.explanations, &explained);
    let harm = Harm::of(&head, &old, &new);
    let explained = explained
        .into_iter()
        .map(|finding| new.named(old.named(harm.told(finding))));
    let strictness = Strictness {
        fail_on: Severity::Error,
        required: [CheckName::Compat].into(),
        raise: BTreeMap::new(),
        unwaivable: BTreeSet::new(),
    };
    let text = |path: &str| load::text(root, path);
    let judged = judge::findings(explained.collect(), &[], &strictness, text);
    super::witness::keep(root, &judged)?;
    let mut diff = told(&old, &new, direction, &comparison, details, judged);
    diff.not_proved.extend(harm.limits());
    Ok(diff)
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
    let (entry, from) = names(old, new);
    Diff {
        verdict,
        exit_code: verdict.exit_code(),
        direction,
        change: Change {
            entry,
            from,
            to: new.label.clone(),
            new: false,
            direction,
            effect: comparison.effect,
            declared,
            required: comparison.required,
            proof: proof(comparison),
            details,
            lines: Vec::new(),
        },
        findings,
        not_proved: vec![new.format().limit().to_owned()],
    }
}

/// What the step is a step of, and where it begins.
fn names(old: &Named, new: &Named) -> (String, String) {
    match (&old.entry, &new.entry) {
        (old_entry, Some(entry)) if old_entry.as_ref() == Some(entry) => {
            (entry.clone(), old.label.clone())
        }
        (Some(other), Some(entry)) => (entry.clone(), format!("{other}@{}", old.label)),
        (None, Some(entry)) => (entry.clone(), old.label.clone()),
        (Some(other), None) => (other.clone(), old.label.clone()),
        (None, None) => ("schema".to_owned(), old.label.clone()),
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
