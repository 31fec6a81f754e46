//! The replay check: what partners really sent, against the versions of the head.

use super::{Question, Room};
use crate::app::ruling::{Known, Ruling};
use crate::app::strict::{NEWLY_REJECTED, budget, loosened};
use crate::catalogue::{Envelope, Workspace};
use crate::model::replayed::Loosened;
use crate::model::{CheckName, Finding, VersionId, counted};
use crate::policy::RuleBook;
use crate::replay::{Answer, Ask, Broken, Cluster, Rates, Ruled, Rules, replay};
use std::collections::BTreeMap;

/// What was replayed: the room and what newly fails or passes, by cause.
pub(super) struct Replayed {
    pub room: Room,
    pub clusters: Vec<Cluster>,
    pub rates: Rates,
    /// Payloads on record.
    pub total: u64,
    /// The same by version and partner.
    pub seen: BTreeMap<VersionId, BTreeMap<String, u64>>,
}

/// `payload_rules` are the rules of the head and, where there is one, of the base.
pub(super) fn check(
    question: &Question<'_>,
    payload_rules: (&RuleBook, Option<&RuleBook>),
) -> Replayed {
    let (head, base) = (question.head, question.base);
    let answer = with_rules((head, base), payload_rules, |rules| {
        replay(&crate::replay::Question {
            histories: &head.histories,
            head: &head.catalogue,
            base: base.map(|base| &base.catalogue),
            rules,
            budget: budget(NEWLY_REJECTED, head, base),
            jobs: question.jobs,
        })
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
                .chain(loosened(head, base).iter().map(Loosened::sentence))
                .collect(),
        );
    Replayed {
        room,
        clusters: answer.clusters,
        rates: answer.rates,
        total: answer.envelopes,
        seen: answer.seen,
    }
}

/// Replays with the payload rules of the head and, where there is one, of the base.
pub(in crate::app) fn with_rules<R>(
    (head, base): (&Workspace, Option<&Workspace>),
    (head_book, base_book): (&RuleBook, Option<&RuleBook>),
    replays: impl FnOnce(Rules<'_>) -> R,
) -> R {
    let head_rules = Ruling::of(head, head_book);
    let base_rules = base.zip(base_book);
    let base_rules = base_rules.map(|(base, book)| Ruling::of(base, book));
    let of_head = |recorded: &Envelope, version: &VersionId| ruled(&head_rules, recorded, version);
    let of_base = base_rules.as_ref().map(|rules| {
        move |recorded: &Envelope, version: &VersionId| ruled(rules, recorded, version)
    });
    replays(Rules {
        head: Some((&of_head, &|version| head_rules.applies_to(version))),
        base: of_base.as_ref().map(|rules| rules as Ask<'_>),
    })
}

/// What one side's rules say of an envelope: the first thing that is broken tells the cause.
fn ruled(rules: &Ruling<'_>, recorded: &Envelope, version: &VersionId) -> Ruled {
    let judgement = rules.judge_value(version, &recorded.payload, &Known::of(recorded));
    let first = judgement.breaks.into_iter().next();
    Ruled {
        broken: first.map(|found| Broken {
            rule: found.finding.rule,
            pointer: found.finding.pointer,
            message: found.finding.message,
        }),
        not_evaluated: judgement.not_evaluated,
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
