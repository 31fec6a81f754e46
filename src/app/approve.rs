//! `approve SUBJECT --role ROLE --as ACCOUNT`: one decision of one role about a thing as it stands.
//! Refuses to prove who types: branch protection and required review do that.

use super::deprecate::others;
use super::error::usable;
use super::waiver::BoardError;
use super::{Answer, AppError};
use crate::catalogue::{ApprovalFile, Decision, Workspace, account as same, is_account};
use crate::lifecycle::{Expiry, approvable, ending, ending_on, release_subject, sunset_subject};
use crate::model::{ApproveRequest, BoardAct, Verdict, did_you_mean};
use crate::report::Content;
use crate::{load, store};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;

/// Answers `approve`.
///
/// Errors: there is no such role or thing, the account may not decide about it, or the file cannot be written
pub(super) fn approve(request: &ApproveRequest, now: DateTime<Utc>) -> Result<Answer, AppError> {
    let (root, config) = (
        &request.repository.root,
        request.repository.config.as_deref(),
    );
    let (workspace, findings) = load::folder(root, config)?;
    usable(&findings, "policies/")?;
    usable(&findings, "matchmark.toml")?;
    let (subject, role, account) = (&request.subject, &request.role, &request.account);
    known_role(&workspace, role)?;
    if account.trim().is_empty() {
        return Err(BoardError::NoAccount.into());
    }
    if !is_account(account) {
        return Err(BoardError::NotAnAccount(account.clone()).into());
    }
    let digest = digest(&workspace, request)?;
    foreign(request, &workspace)?;
    let file = ApprovalFile {
        subject: subject.clone(),
        digest: digest.clone(),
        role: role.clone(),
        approver: account.clone(),
        decision: match request.reject {
            true => Decision::Reject,
            false => Decision::Approve,
        },
        date: request.as_of.unwrap_or(now).date_naive(),
    };
    let path = format!(
        "policies/approvals/{}/{role}.toml",
        ApprovalFile::folder(subject)
    );
    if !request.dry_run {
        store::write(&root.join(&path), &text(&file))?;
    }
    let mut told = told(request, digest, path);
    let at = request.as_of.unwrap_or(now);
    told.notes.extend(ended(&workspace, subject, at));
    Answer::found(Content::BoardAct(&told), &request.show)
}

/// The digest of what is decided about, with the day of an end that is still to be written.
fn digest(workspace: &Workspace, request: &ApproveRequest) -> Result<String, BoardError> {
    let subject = &request.subject;
    let found = approvable(workspace, subject).ok_or_else(|| BoardError::UnknownSubject {
        asked: subject.clone(),
        hint: hint(workspace, subject),
    })?;
    match (ending(workspace, subject), request.sunset) {
        (Some(version), Some(day)) => Ok(ending_on(version, day)),
        (Some(version), None) if version.file.sunset.is_none() => {
            Err(BoardError::NoDay(subject.clone()))
        }
        (None, Some(_)) => Err(BoardError::NoEnd(subject.clone())),
        (Some(_) | None, None) => Ok(found),
    }
}

fn told(request: &ApproveRequest, digest: String, path: String) -> BoardAct {
    let word = if request.reject {
        "rejects"
    } else {
        "approves"
    };
    let stands = request.sunset.map_or_else(
        || "as it stands".to_owned(),
        |day| format!("with {day} as its last day"),
    );
    let proof = "the file records the decision; a required review of this role's team proves it";
    BoardAct {
        verdict: Verdict::Go,
        subject: request.subject.clone(),
        done: format!("{} {word} {} {stands}", request.role, request.subject),
        digest: Some(digest),
        written: vec![path],
        removed: Vec::new(),
        missing: Vec::new(),
        lacking: Vec::new(),
        next: vec!["commit it in the change that it is about".to_owned()],
        notes: vec![proof.to_owned()],
        dry_run: request.dry_run,
    }
}

/// An approval does not bring back what is over.
fn ended(workspace: &Workspace, subject: &str, at: DateTime<Utc>) -> Option<String> {
    let mut waivers = workspace.waivers.iter();
    let waiver = waivers.find(|waiver| waiver.file.id == *subject)?;
    let end = Expiry::read(&waiver.file.expires).filter(|end| end.is_over(at))?;
    Some(format!(
        "{subject} expired after {}: it covers nothing, approved or not; matchmark waiver renew {subject} --until DATE",
        end.date()
    ))
}

fn known_role(workspace: &Workspace, role: &str) -> Result<(), BoardError> {
    let roles = &workspace.config.board.roles;
    if roles.iter().any(|known| known == role) {
        return Ok(());
    }
    Err(BoardError::UnknownRole {
        asked: role.to_owned(),
        hint: did_you_mean(role, roles.iter().map(String::as_str)),
    })
}

/// Nobody decides about what is his own, nor for two roles.
fn foreign(request: &ApproveRequest, workspace: &Workspace) -> Result<(), AppError> {
    let (subject, account) = (&request.subject, &request.account);
    let own = |why: &'static str| BoardError::OwnApproval {
        account: account.clone(),
        subject: subject.clone(),
        why,
    };
    let mut waivers = workspace.waivers.iter();
    let waiver = waivers.find(|waiver| waiver.file.id == *subject);
    let is_own = |other: &str| same(other) == same(account);
    if waiver.is_some_and(|waiver| is_own(&waiver.file.requested_by)) {
        return Err(own("who asks for a waiver does not grant it").into());
    }
    let root = &request.repository.root;
    let default = &workspace.config.gate.base;
    let base = match load::base(root, request.base.as_deref(), default)? {
        load::Base::Commit(commit) => Some(commit),
        load::Base::None(_) => None,
    };
    let authors = load::authors(root, base.as_deref())?;
    let wrote: Option<&BTreeSet<String>> = match waiver {
        Some(waiver) => authors.waivers.get(&waiver.source.path),
        None => Some(&authors.change),
    };
    if wrote.is_some_and(|wrote| wrote.iter().any(|other| is_own(other))) {
        return Err(own("it is an author of it").into());
    }
    let mut others = workspace.approvals.iter().map(|approval| &approval.file);
    let speaks = |other: &&ApprovalFile| {
        other.subject == *subject && is_own(&other.approver) && other.role != request.role
    };
    if others.any(|other| speaks(&other)) {
        return Err(own("it speaks for another role in this already").into());
    }
    Ok(())
}

/// What was meant: another version of the same entry, or a name that is nearly the same.
fn hint(workspace: &Workspace, subject: &str) -> String {
    match subject.split_once('@') {
        Some((entry, _)) => others(workspace, entry),
        None => did_you_mean(subject, subjects(workspace).iter().map(String::as_str)),
    }
}

/// What can be decided about, to guess what was meant.
fn subjects(workspace: &Workspace) -> Vec<String> {
    let waivers = workspace
        .waivers
        .iter()
        .map(|waiver| waiver.file.id.clone());
    let rules = workspace
        .rules
        .values()
        .chain(workspace.payload_rules.values());
    let versions = workspace.catalogue.versions();
    let versions = versions.flat_map(|version| [release_subject(version), sunset_subject(version)]);
    let partners = workspace.partners.keys().map(|id| format!("partner:{id}"));
    let named = waivers.chain(rules.map(|rule| rule.id()));
    let profiles = workspace.profiles.keys().map(|id| format!("profile:{id}"));
    let named = named.chain(versions).chain(partners);
    named.chain(profiles).chain(["board".to_owned()]).collect()
}

/// The file, one key a line.
fn text(file: &ApprovalFile) -> String {
    let quoted = |text: &str| toml::Value::from(text).to_string();
    let decision = match file.decision {
        Decision::Approve => "approve",
        Decision::Reject => "reject",
    };
    format!(
        "subject = {}\ndigest = \"{}\"\nrole = {}\napprover = {}\ndecision = \"{decision}\"\ndate = \"{}\"\n",
        quoted(&file.subject),
        file.digest,
        quoted(&file.role),
        quoted(&file.approver),
        file.date
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn the_written_file_is_read_as_what_it_records() {
        let file = ApprovalFile {
            subject: "partner:north\"wind".to_owned(),
            digest: "sha256:00".to_owned(),
            role: "security".to_owned(),
            approver: "board\\security".to_owned(),
            decision: Decision::Reject,
            date: "2026-11-21".parse().unwrap(),
        };
        assert_eq!(toml::from_str::<ApprovalFile>(&text(&file)).unwrap(), file);
    }

    #[test]
    fn a_profile_and_the_board_are_known_by_nearly_their_names() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let (head, _) = load::folder(root, None).unwrap();
        let meant = |text: &str| format!("; did you mean `{text}`?");
        assert_eq!(hint(&head, "profile:stagin"), meant("profile:staging"));
        assert_eq!(hint(&head, "bord"), meant("board"));
        assert!(hint(&head, "hrex-coverage@9.9.9").contains("; it has 1.0.0"));
    }
}
