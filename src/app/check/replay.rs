//! The replay check: what partners really sent, against the versions of the head.

use super::{Question, Room};
use crate::model::{CheckName, Finding};
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
    let answer = replay(&crate::replay::Question {
        histories: &head.histories,
        head: &head.catalogue,
        base: question.base.map(|base| &base.catalogue),
        budget: head.config.replay.budget.newly_rejected,
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
            "{} recorded payloads of {} partners: {same} same verdict, {} newly rejected, {} newly accepted",
            answer.envelopes,
            answer.partners.len(),
            answer.newly_rejected,
            answer.newly_accepted
        ))
        .findings(findings)
        .not_proved(unseen(question, &answer));
    Replayed {
        room,
        clusters: answer.clusters,
        total: answer.envelopes,
    }
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
