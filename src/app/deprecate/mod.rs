//! `deprecate ID@VERSION`: the end of a version, announced or made, with a notice for everybody whom it concerns.
//! Refuses to decide how long partners are warned: the policy does.

mod letter;
mod plan;

use super::error::usable;
use super::kept_move::{entry, kept, put};
use super::{Answer, AppError, check};
use crate::catalogue::{SchemaVersion, Workspace};
use crate::load;
use crate::model::{
    DeprecateRequest, EndingAsked, MoveRecord, Moved, PartnerWindow, Verdict, VersionId,
    did_you_mean,
};
use crate::report::Content;
use chrono::{DateTime, Utc};
use plan::Plan;

/// Answers `deprecate`.
///
/// Errors: there is no such version, or a file cannot be read or written
pub(super) fn deprecate(
    request: &DeprecateRequest,
    now: DateTime<Utc>,
) -> Result<Answer, AppError> {
    let repository = &request.repository;
    let (workspace, findings) = load::folder(&repository.root, repository.config.as_deref())?;
    for folder in [
        &format!("schemas/{}/", request.version.entry),
        "policies/windows.toml",
        "policies/approvals/",
        "partners/",
    ] {
        usable(&findings, folder)?;
    }
    let version = known(&workspace, &request.version)?;
    let at = request.as_of.unwrap_or(now);
    let plan = match &request.ending {
        EndingAsked::Told { .. } => plan::told(request, &workspace, version, at),
        EndingAsked::Retired => plan::retired(version, at),
    };
    let mut moved = if plan.refused.is_empty() && !plan.keys.is_empty() {
        written(request, &workspace, version, plan, at)?
    } else {
        answer(version, plan)
    };
    if request.ending == EndingAsked::Retired && moved.verdict == Verdict::Go {
        let uses = check::uses(&workspace, at);
        let still = uses.get(&version.id).into_iter().flatten();
        moved.not_proved.extend(still.map(|one| {
            let why = "it still asks for this version and will be refused";
            format!("{}: {why}.", one.who)
        }));
    }
    let content = Content::Moved(&moved);
    Answer::of(moved.verdict, moved.exit_code, content, &request.show, None)
}

/// Errors: the catalogue has no such version
pub(super) fn known<'a>(
    workspace: &'a Workspace,
    id: &VersionId,
) -> Result<&'a SchemaVersion, AppError> {
    let versions = || workspace.catalogue.versions();
    let mut open = versions().filter(|it| it.file.status.is_open());
    let found = workspace.catalogue.version(id).or_else(|| {
        // A draft may be called by the number that it is to get.
        open.find(|it| it.id.entry == id.entry && id.version.number() == Some(&it.number))
    });
    found.ok_or_else(|| {
        let asked = id.to_string();
        let hint = others(workspace, &id.entry);
        AppError::UnknownSchema { asked, hint }
    })
}

/// For the end of a message: the versions that an entry has, or the entry that was meant.
pub(super) fn others(workspace: &Workspace, entry: &str) -> String {
    let entries = &workspace.catalogue.entries;
    let Some(found) = entries.get(entry) else {
        return did_you_mean(entry, entries.keys().map(String::as_str));
    };
    let known: Vec<String> = found.versions.keys().map(ToString::to_string).collect();
    format!("; it has {}", known.join(", "))
}

/// Writes what is planned, all or nothing.
fn written(
    request: &DeprecateRequest,
    workspace: &Workspace,
    version: &SchemaVersion,
    plan: Plan,
    at: DateTime<Utc>,
) -> Result<Moved, AppError> {
    let root = &request.repository.root;
    let keys: Vec<(&str, &str)> = plan
        .keys
        .iter()
        .map(|(key, value)| (*key, value.as_str()))
        .collect();
    let letters = letter::letters(workspace, &plan);
    let record = MoveRecord {
        number: 0,
        previous: None,
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        version: version.id.to_string(),
        step: plan.step.word().to_owned(),
        from: version.file.status.word().to_owned(),
        to: plan.to.word().to_owned(),
        schema: version.digest.clone(),
        as_of: at,
        requested_by: request.requested_by.clone(),
        approved: plan.approved.clone(),
        run: None,
        end: plan.end(),
        notices: letters
            .iter()
            .map(|letter| (letter.partner.clone(), letter.digest.clone()))
            .collect(),
    };
    let mut files = vec![entry(root, version, &keys)?];
    files.extend(letters.into_iter().map(|letter| (letter.path, letter.text)));
    files.push(kept(root, record)?);
    put(root, files, request.dry_run, answer(version, plan))
}

fn answer(version: &SchemaVersion, plan: Plan) -> Moved {
    let verdict = if plan.refused.is_empty() {
        Verdict::Go
    } else {
        Verdict::NoGo
    };
    let windows = plan.windows.iter().map(|window| PartnerWindow {
        partner: window.partner.clone(),
        maturity: window.maturity.word().to_owned(),
        criticality: window.criticality.word().to_owned(),
        days: window.days,
        not_before: plan
            .notice
            .and_then(|notice| window.ends(notice))
            .map(|day| day.to_string()),
    });
    Moved {
        verdict,
        exit_code: verdict.exit_code(),
        version: version.id.to_string(),
        from: version.file.status.word().to_owned(),
        to: plan.to.word().to_owned(),
        outcome: plan.outcome(),
        windows: windows.collect(),
        end: plan.end(),
        refused: plan.refused,
        approved: plan.approved,
        run: None,
        files: Vec::new(),
        written: false,
        not_proved: plan.not_proved,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::path::Path;

    #[test]
    fn an_unknown_version_is_answered_with_those_that_there_are() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let (head, _) = load::folder(root, None).unwrap();
        let said = |id: &str| known(&head, &id.parse().unwrap()).unwrap_err().to_string();
        let hint = "; it has 1.0.0, 2.0.0, 2.0.1";
        assert!(said("hrex-coverage@9.9.9").ends_with(hint));
        assert!(said("hrex-coverag@2.0.0").ends_with("; did you mean `hrex-coverage`?"));
    }
}
