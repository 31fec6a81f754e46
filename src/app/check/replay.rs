//! The replay check: what partners really sent, against the versions of the head.

use super::{Question, Room};
use crate::model::{CheckName, Finding, counted};
use crate::replay::{Answer, Cluster, replay};

/// What was replayed: the room and what newly fails or passes, by cause.
pub(super) struct Replayed {
    pub room: Room,
    pub clusters: Vec<Cluster>,
    /// Payloads on record.
    pub total: u64,
}

pub(super) fn check(question: &Question<'_>) -> Replayed {
    let head = question.head;
    // A change cannot raise the budget and spend it in one go: the smaller one counts.
    let budgets = [Some(head), question.base].into_iter().flatten();
    let budget = budgets.map(|side| side.config.replay.budget.newly_rejected);
    let answer = replay(&crate::replay::Question {
        histories: &head.histories,
        head: &head.catalogue,
        base: question.base.map(|base| &base.catalogue),
        budget: budget.min().unwrap_or_default(),
        jobs: question.jobs,
    });
    let mut findings = answer.findings.clone();
    if answer.envelopes > 0 {
        findings.extend(without_history(question, &answer));
    }
    let same = answer
        .envelopes
        .saturating_sub(answer.newly_rejected + answer.newly_accepted);
    let room = Room::ran(CheckName::Replay, answer.envelopes, "envelopes")
        .summary(format!(
            "of {}: {same} same verdict, {} newly rejected, {} newly accepted",
            counted(answer.partners.len(), "partner"),
            answer.newly_rejected,
            answer.newly_accepted
        ))
        .findings(findings)
        .not_proved(
            unseen(question, &answer)
                .into_iter()
                .chain(within_budget(&answer))
                .collect(),
        );
    Replayed {
        room,
        clusters: answer.clusters,
        total: answer.envelopes,
    }
}

/// What the budget lets pass is said all the same.
fn within_budget(answer: &Answer) -> Option<String> {
    let is_shown = |finding: &Finding| finding.rule == "replay/newly-rejected";
    (answer.newly_rejected > 0 && !answer.findings.iter().any(is_shown)).then(|| {
        format!(
            "{} recorded payloads are newly rejected, which the budget of matchmark.toml allows.",
            answer.newly_rejected
        )
    })
}

/// A partner whose traffic nobody recorded is a partner that was not replayed.
fn without_history(question: &Question<'_>, answer: &Answer) -> Vec<Finding> {
    let partners = question.head.partners.values();
    partners
        .filter(|partner| !answer.partners.contains(&partner.file.id))
        .map(|partner| {
            let id = &partner.file.id;
            Finding::new(
                "replay/history-missing",
                id.clone(),
                partner.source.find("id ="),
            )
            .kind("missing")
            .message(format!(
                "no payload of `{id}` is on record, so nothing was replayed for it"
            ))
            .remedy(format!(
                "record some of its payloads in payloads/{id}/, scrubbed of real people"
            ))
        })
        .collect()
}

/// Entries that no recorded payload shows: said, because a green does not cover them.
fn unseen(question: &Question<'_>, answer: &Answer) -> Vec<String> {
    let entries = question.head.catalogue.entries.keys();
    let unseen: Vec<&str> = entries
        .filter(|entry| !answer.seen.keys().any(|seen| seen.entry == **entry))
        .map(String::as_str)
        .collect();
    if unseen.is_empty() {
        return Vec::new();
    }
    vec![format!(
        "No recorded payload is of {}; they are proved by schema and contract only.",
        unseen.join(", ")
    )]
}
