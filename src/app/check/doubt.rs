//! What the choice of a base, or what vanished since, leaves open: from a pull request on nobody may call that green.
//! Refuses to speak where there is no base at all: that is a limit which the report tells.

use super::base::{Base, Sides};
use crate::catalogue::{Envelope, Workspace};
use crate::model::{CheckRequest, Extent, Finding, Place, Stage, counted, digest};
use std::collections::{BTreeMap, BTreeSet};
use wire::json::canonical;

const CONFIG: &str = "matchmark.toml";

/// What could not be read, and what the comparison leaves open at the stage that was asked for.
pub(super) fn findings(request: &CheckRequest, sides: &Sides) -> Vec<Finding> {
    let mut findings = sides.unreadable.clone();
    let Ok(base) = &sides.base else {
        return findings;
    };
    if request.stage == Stage::Local || request.extent == Extent::Part {
        return findings;
    }
    if sides.is_its_own_base() {
        findings.push(own_base());
    }
    if request.base.is_none() {
        findings.extend(chosen(&base.workspace, &sides.head));
    }
    findings.extend(sides.gone(base).into_iter().map(gone));
    let files = Files::that_changed(&base.workspace, &sides.head);
    findings.extend(files.lost(base));
    findings
}

fn own_base() -> Finding {
    Finding::new("gate/base-is-head", "base", Place::start(CONFIG))
        .kind("same")
        .message("the base is the commit of the head itself, so nothing that it changes was looked at")
        .remedy("compare with what was there before: matchmark check --base HEAD~1, or fetch the branch that `[gate] base` names")
}

/// The change itself says with what it is compared, now or the last time that it was changed.
fn chosen(base: &Workspace, head: &Workspace) -> Option<Finding> {
    let (was, is) = (&base.config.gate.base, &head.config.gate.base);
    let is_known = base.inputs.contains_key(CONFIG);
    let (message, remedy) = if is_known && was != is {
        (
            format!(
                "the change is compared with `{is}` because it says so itself; before it that was `{was}`"
            ),
            format!("say with what it is compared: matchmark check --base {was}"),
        )
    } else if head.config.gate.has_no_branch() {
        (
            format!("the change is compared with `{is}`, which is no branch: every change picks it anew"),
            "name the branch that changes land on as `base` of `[gate]`, or say with what it is compared: matchmark check --base origin/main".to_owned(),
        )
    } else {
        return None;
    };
    let finding = Finding::new("gate/base-chosen", "base", Place::start(CONFIG));
    let finding = finding.pointer("/gate/base").kind("moved");
    Some(finding.message(message).remedy(remedy))
}

fn gone(path: &str) -> Finding {
    Finding::new("gate/voice-gone", path, Place::start(path))
        .kind("file")
        .message(format!(
            "`{path}` is gone since the base, so nobody asks for what it asked"
        ))
        .remedy("restore it; a partner that really leaves is settled by people who see that it is all that changes")
}

/// Digests of envelopes by partner, each as often as it was recorded.
type Voices = BTreeMap<String, BTreeMap<String, usize>>;

/// Files of recorded payloads that one side has and the other has not, or has otherwise.
struct Files {
    before: Voices,
    now: Voices,
    /// Those of the base.
    paths: BTreeSet<String>,
}

impl Files {
    fn that_changed(base: &Workspace, head: &Workspace) -> Self {
        let mut paths = BTreeSet::new();
        let before = voices(base, head, |path| {
            paths.insert(path.to_owned());
        });
        let now = if paths.is_empty() {
            Voices::new()
        } else {
            voices(head, base, |_| {})
        };
        Self { before, now, paths }
    }

    /// Partners whose recorded payloads are fewer now, or others.
    fn lost(&self, base: &Base) -> Vec<Finding> {
        let known = base.workspace.partners.values();
        let known: BTreeSet<&str> = known.map(|partner| partner.file.id.as_str()).collect();
        let first = self.paths.first().map_or("payloads", String::as_str);
        let files: Vec<&str> = self.paths.iter().map(String::as_str).collect();
        let lost = self.before.iter().filter_map(|(who, all)| {
            let kept = |voice: &String| {
                let own = self.now.get(who)?;
                own.get(voice).copied()
            };
            let missing = |(voice, count): (&String, &usize)| {
                count.saturating_sub(kept(voice).unwrap_or_default())
            };
            let count: usize = all.iter().map(missing).sum();
            // The name in an envelope is a foreign word until a profile says the same.
            let who = known.get(who.as_str()).copied().unwrap_or("somebody");
            (count > 0).then_some((who, count))
        });
        lost.map(|(who, count)| {
            Finding::new("gate/voice-gone", who, Place::start(first))
                .kind("payloads")
                .message(format!(
                    "{} that {who} had on record at the base are not there, or read otherwise: {}",
                    counted(count, "payload"),
                    files.join(", ")
                ))
                .remedy("restore the lines; what was recorded is evidence and is not edited")
        })
        .collect()
    }
}

/// Envelopes of `side` in files that `other` has not as they are; `tell` hears each such file.
fn voices(side: &Workspace, other: &Workspace, mut tell: impl FnMut(&str)) -> Voices {
    let mut voices = Voices::new();
    for history in &side.histories {
        let path = &history.source.path;
        let digests = (side.inputs.get(path), other.inputs.get(path));
        if digests.0 == digests.1 && other.histories.iter().any(|it| it.source.path == *path) {
            continue;
        }
        tell(path);
        for (_, line) in history.lines() {
            let Ok(value) = serde_json::from_slice::<serde_json::Value>(line) else {
                continue;
            };
            let text = digest(canonical(&value).as_bytes());
            if let Ok(envelope) = serde_json::from_value::<Envelope>(value) {
                let own = voices.entry(envelope.partner).or_default();
                *own.entry(text).or_default() += 1;
            }
        }
    }
    voices
}
