//! The letters to the partners that may be speaking a version which ends.
//! Refuses to deliver them.

use super::plan::Plan;
use crate::catalogue::Workspace;
use crate::lifecycle::notice_digest;
use crate::model::{EndNotice, VersionId};
use crate::report;

/// One letter, ready to be written.
pub(super) struct Letter {
    pub partner: String,
    pub path: String,
    pub text: String,
    /// What the partner answers to.
    pub digest: String,
}

/// One letter for each partner whose range admits the version; none where it ended already.
pub(super) fn letters(workspace: &Workspace, plan: &Plan) -> Vec<Letter> {
    let (Some(end), Some(policy)) = (plan.end(), &workspace.windows) else {
        return Vec::new();
    };
    let id = &plan.version.id;
    let notice = policy.file.notice.as_ref();
    let letters = plan.windows.iter().map(|window| {
        let profile = workspace.partners.get(&window.partner);
        let digest = notice_digest(&plan.version, &window.partner);
        let notice = EndNotice {
            partner: window.partner.clone(),
            contact: profile
                .and_then(|it| it.file.support.as_ref())
                .map(|support| support.contact.clone()),
            range: profile
                .and_then(|it| it.file.uses.get(&id.entry))
                .map_or_else(String::new, ToString::to_string),
            version: id.to_string(),
            instead: if end.replaced_by.contains('@') {
                end.replaced_by.clone()
            } else {
                format!("{}@{}", id.entry, end.replaced_by)
            },
            end: end.clone(),
            note: plan.note.clone(),
            days: window.days,
            transform: transform(workspace, id, &end.replaced_by),
            help: policy
                .file
                .migration
                .as_ref()
                .map_or_else(String::new, |it| it.help.clone()),
            acknowledge_within: notice.map_or(0, |it| it.acknowledge_within),
            error_before: notice.map_or(0, |it| it.error_before),
            digest: digest.clone(),
        };
        Letter {
            partner: window.partner.clone(),
            path: notice.path(),
            text: report::end_notice(&notice),
            digest,
        }
    });
    letters.collect()
}

/// The command that turns payloads of the version into those of its successor, where a transform is registered.
fn transform(workspace: &Workspace, id: &VersionId, replaced_by: &str) -> Option<String> {
    let entry = workspace.catalogue.entry(&id.entry)?;
    let from: semver::Version = id.version.number()?.clone();
    let to: semver::Version = replaced_by.parse().ok()?;
    let leads = |name: &String| {
        let (start, end) = name.split_once("-to-")?;
        let (start, end): (semver::Version, semver::Version) =
            (start.parse().ok()?, end.parse().ok()?);
        (start.major == from.major && end.major == to.major).then_some(())
    };
    let is_there = entry.transforms.keys().any(|name| leads(name).is_some());
    is_there.then(|| format!("matchmark transform --from {id} --to {}@{to}", id.entry))
}
