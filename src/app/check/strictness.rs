//! How strict this run is: the profile of its stage, and what the user asked on top.

use super::super::judge::Strictness;
use super::super::room::Room;
use super::guard::Guard;
use crate::catalogue::Workspace;
use crate::lifecycle::Allowance;
use crate::model::{CheckName, CheckRequest, Extent, Finding, Place, Severity};
use crate::policy::{Profile, RuleBook};
use std::collections::BTreeMap;

/// The strictness of the run, and what is wrong with the profiles.
pub(super) fn of(
    request: &CheckRequest,
    head: &Workspace,
    book: &RuleBook,
    allowance: &Allowance,
    guard: &Guard<'_>,
) -> (Strictness, Vec<Finding>) {
    let mut strictness = Strictness {
        fail_on: Severity::Error,
        required: CheckName::ALL.into(),
        raise: BTreeMap::new(),
        unwaivable: allowance.unwaivable(),
    };
    let mut findings = Vec::new();
    if head.profiles.is_empty() {
        findings.push(without_profile(request));
    } else {
        match Profile::read(request.stage, &head.profiles, book) {
            Ok(profile) => {
                // What the base demanded counts until the board lets it go.
                let profile = match &guard.profile {
                    Some(before) => profile.and(before.clone()),
                    None => profile,
                };
                strictness.fail_on = profile.fail_on;
                strictness.required = profile.require;
                strictness.raise = profile.raise;
            }
            Err(flaws) => findings = flaws,
        }
    }
    if request.extent == Extent::Part {
        strictness.required = request.checks.iter().copied().collect();
    }
    // The flag may harden the gate, never soften it.
    if let Some(asked) = request.fail_on {
        strictness.fail_on = strictness.fail_on.min(asked);
    }
    (strictness, findings)
}

/// Required checks that did not run or had nothing to judge.
pub(super) fn unmet(rooms: &[Room], strictness: &Strictness) -> Vec<Finding> {
    if rooms.iter().all(|room| room.subjects == 0) {
        // The verdict `empty` says it.
        return Vec::new();
    }
    strictness
        .required
        .iter()
        .filter_map(|name| {
            let room = rooms.iter().find(|room| room.name == *name);
            let name = name.word();
            let (rule, message) = match room {
                Some(room) if room.ran && room.subjects > 0 => return None,
                Some(room) if room.ran => (
                    "gate/nothing-checked",
                    format!("the {name} check had nothing to judge"),
                ),
                Some(room) => (
                    "gate/check-skipped",
                    format!("the {name} check did not run: {}", room.summary),
                ),
                None => (
                    "gate/check-skipped",
                    format!("the {name} check did not run"),
                ),
            };
            let finding = Finding::new(rule, name, Place::start("matchmark.toml"))
                .kind(name)
                .message(message)
                .remedy(
                    "run every check with something to judge; what was not judged is not green",
                );
            Some(finding)
        })
        .collect()
}

fn without_profile(request: &CheckRequest) -> Finding {
    let stage = request.stage.word();
    let path = format!("policies/profiles/{stage}.toml");
    Finding::new("gate/profile-missing", stage, Place::start(&path))
        .kind("missing")
        .message(format!("no profile says what the stage `{stage}` requires"))
        .remedy(format!("write {path}"))
}
