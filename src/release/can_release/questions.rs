//! The seven questions, each with its answer and why.
//! Refuses to decide the verdict.

use super::Candidate;
use super::has;
use super::pair::Judged;
use super::span::{self, Span};
use crate::model::{Doubt, OpenPoint, PairState, Party, Question, Reply, counted};
use std::collections::BTreeSet;

/// Versions that run now, each with what its pairs come to.
type Back = [(Party, Vec<Judged>)];

const ASKS: [&str; 7] = [
    "is every live counterpart proven with it?",
    "do the versions served lie in every schema range, now and until each sunset?",
    "are error meanings and the demanded edges covered and passing?",
    "did historical replay pass for the same digests?",
    "what is pending, what is waived?",
    "what is open?",
    "may it be rolled back to what runs now?",
];

/// All seven, in their order.
pub(super) fn all(
    candidate: &Candidate<'_>,
    judged: &[Judged],
    open: &[OpenPoint],
    back: &Back,
) -> Vec<Question> {
    let answers = [
        counterparts(candidate, judged),
        ranges(candidate, judged),
        errors(judged),
        replay(candidate, judged),
        exceptions(candidate, judged),
        points(open),
        rollback(candidate, back),
    ];
    let numbered = (1..).zip(ASKS).zip(answers);
    numbered
        .map(|((number, asks), (reply, reasons))| Question {
            number,
            asks: asks.to_owned(),
            reply,
            reasons,
        })
        .collect()
}

type Answered = (Reply, Vec<String>);

/// No pair, no answer.
fn unless_empty(judged: &[Judged], answer: impl FnOnce() -> Answered) -> Answered {
    if judged.is_empty() {
        return (
            Reply::Nothing,
            vec!["nobody it deals with is live".to_owned()],
        );
    }
    answer()
}

fn counterparts(candidate: &Candidate<'_>, judged: &[Judged]) -> Answered {
    let name = &candidate.subject.name;
    if let (true, Some(owner)) = (judged.is_empty(), candidate.facts.alone(name)) {
        let why = format!("{owner} says that it has no counterparts");
        return (Reply::Yes, vec![why]);
    }
    unless_empty(judged, || {
        let count = |wanted: &dyn Fn(PairState) -> bool| {
            judged.iter().filter(|one| wanted(one.pair.state)).count()
        };
        let failed = count(&|state| state == PairState::Failed);
        let undecided = count(&|state| state == PairState::Undecided);
        let held = judged.len() - failed - undecided;
        let mut reason = format!("{held} of {} hold", counted(judged.len(), "pair"));
        if judged.len() == 1 {
            reason = format!("{held} of 1 holds");
        }
        if failed > 0 {
            reason.push_str(&format!(", {failed} would break"));
        }
        if undecided > 0 {
            reason.push_str(&format!(", {undecided} not decided"));
        }
        (reply(failed > 0, undecided > 0), vec![reason])
    })
}

fn reply(failed: bool, open: bool) -> Reply {
    match (failed, open) {
        (true, _) => Reply::No,
        (false, true) => Reply::Open,
        (false, false) => Reply::Yes,
    }
}

fn ranges(candidate: &Candidate<'_>, judged: &[Judged]) -> Answered {
    unless_empty(judged, || {
        let mut never = BTreeSet::new();
        let mut until = BTreeSet::new();
        let mut unknown = BTreeSet::new();
        for one in judged {
            let who = &one.live.party.name;
            let Some(record) = &one.record else {
                unknown.insert(format!(
                    "{who}: no record says which versions it lives with"
                ));
                continue;
            };
            if let Some(reason) = has(one, |doubt| doubt == Doubt::OtherSchemaVersion) {
                unknown.insert(format!("{who}: not judged with {}", reason.detail));
            }
            for schema in &record.schemas {
                let range = format!("{} {}", schema.id, schema.range);
                match span::span(candidate.facts, schema) {
                    Span::Open => {}
                    Span::Until(day) => {
                        until.insert(format!("{who}: nothing in {range} after {day}"));
                    }
                    Span::Never => {
                        never.insert(format!("{who}: nothing in {range} is served"));
                    }
                }
            }
        }
        let reply = reply(!never.is_empty(), !unknown.is_empty());
        let reasons = never.into_iter().chain(unknown).chain(until);
        (reply, reasons.collect())
    })
}

fn errors(judged: &[Judged]) -> Answered {
    unless_empty(judged, || {
        let mut reasons = Vec::new();
        let (mut failed, mut open) = (false, false);
        for one in judged {
            let who = &one.live.party.name;
            let (all, held) = one.weighed.refusals;
            failed |= held < all;
            if one.record.is_some() {
                reasons.push(format!("{who}: refusals hold, {held} of {all}"));
            } else {
                open = true;
                reasons.push(format!("{who}: not known"));
            }
            if let Some(reason) = has(one, |doubt| doubt == Doubt::EdgeUncovered) {
                open = true;
                reasons.push(format!("{who}: not covered: {}", reason.detail));
            }
        }
        (reply(failed, open), reasons)
    })
}

fn replay(candidate: &Candidate<'_>, judged: &[Judged]) -> Answered {
    if candidate.facts.corpus.is_none() {
        return (Reply::Nothing, vec!["no payload is recorded".to_owned()]);
    }
    unless_empty(judged, || {
        let mut reasons = BTreeSet::new();
        let (mut failed, mut open) = (false, false);
        for one in judged {
            let who = &one.live.party.name;
            let broken = |it: &crate::model::Failure| it.problem.rule.starts_with("replay/");
            if one.pair.failures.iter().any(broken) {
                failed = true;
                reasons.insert(format!("{who}: recorded payloads are newly rejected"));
            } else if one.record.is_none() || has(one, |d| d == Doubt::ReplayMissing).is_some() {
                open = true;
                reasons.insert(format!("{who}: not replayed with these digests"));
            } else if let Some(replay) = one.record.as_ref().and_then(|it| it.replay.as_ref()) {
                reasons.insert(format!(
                    "{} accepted as before",
                    counted(
                        usize::try_from(replay.envelopes).unwrap_or(usize::MAX),
                        "payload"
                    )
                ));
            }
        }
        (reply(failed, open), reasons.into_iter().collect())
    })
}

fn exceptions(candidate: &Candidate<'_>, judged: &[Judged]) -> Answered {
    let mut reasons = BTreeSet::new();
    for one in judged {
        for key in &one.weighed.pending {
            reasons.insert(format!(
                "pending: {key} of {}: new, never passed on {}",
                one.pair.contract, candidate.facts.main
            ));
        }
        let given = candidate.facts.exceptions.iter();
        for exception in given.filter(|it| one.weighed.waived.contains(&it.id)) {
            reasons.insert(format!(
                "waived: {} ({}) by {} until {}",
                exception.id, exception.rule, exception.owner, exception.expires
            ));
        }
    }
    if reasons.is_empty() {
        return (Reply::Nothing, vec!["nothing is".to_owned()]);
    }
    (Reply::Yes, reasons.into_iter().collect())
}

fn points(open: &[OpenPoint]) -> Answered {
    if open.is_empty() {
        return (Reply::Nothing, vec!["nothing is".to_owned()]);
    }
    let owners: BTreeSet<&str> = open.iter().map(|point| point.owner.as_str()).collect();
    let owners: Vec<&str> = owners.into_iter().collect();
    let reason = format!("{} for {}", counted(open.len(), "point"), owners.join(", "));
    (Reply::Open, vec![reason])
}

fn rollback(candidate: &Candidate<'_>, back: &Back) -> Answered {
    if back.is_empty() {
        let name = &candidate.subject.name;
        let reason = format!("no other version of {name} runs there");
        return (Reply::Nothing, vec![reason]);
    }
    let mut reasons = Vec::new();
    let (mut failed, mut open) = (false, false);
    for (party, judged) in back {
        let broken: BTreeSet<&str> = whose(judged, PairState::Failed);
        let unclear: BTreeSet<&str> = whose(judged, PairState::Undecided);
        let nobody = judged.is_empty();
        failed |= !broken.is_empty();
        open |= !unclear.is_empty() || nobody;
        let list = |names: &BTreeSet<&str>| names.iter().copied().collect::<Vec<_>>().join(", ");
        reasons.push(if !broken.is_empty() {
            format!("{party} breaks with {}", list(&broken))
        } else if !unclear.is_empty() {
            format!("{party} is not proven with {}", list(&unclear))
        } else if nobody {
            format!("{party} has nobody live to be proven with")
        } else {
            format!("{party} is proven with everybody live")
        });
    }
    (reply(failed, open), reasons)
}

fn whose(judged: &[Judged], state: PairState) -> BTreeSet<&str> {
    let hit = judged.iter().filter(|one| one.pair.state == state);
    hit.map(|one| one.live.party.name.as_str()).collect()
}
