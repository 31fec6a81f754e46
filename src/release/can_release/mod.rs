//! May this be released? Every counterpart that is live, the evidence of each pair, seven questions, one verdict.
//! Refuses to know files, git and clocks; what is not known is never taken for good.

mod facts;
mod known;
mod live;
mod owed;
mod pair;
mod questions;
mod rate;
mod record;
mod settle;
mod span;

pub use facts::{Exception, Facts, Promise, Served};
pub use owed::{Elder, elders, owed};

use crate::model::{
    Archive, Build, Doubt, Fault, OpenReason, PairState, Party, ReleaseAnswer, Role, Verdict,
};
use chrono::SecondsFormat;
use live::Instance;
use pair::{Judged, Meeting};
use record::Novelty;
use std::collections::BTreeSet;

/// What is to be released, and where.
#[derive(Clone, Copy, Debug)]
pub struct Candidate<'a> {
    pub subject: &'a Party,
    pub environment: &'a str,
    pub facts: &'a Facts,
    pub archive: &'a Archive,
    /// Where the archive was read.
    pub store: &'a str,
}

/// The version of `party` as the newest record names it, `None` where no record speaks of it.
#[must_use]
pub fn recorded(archive: &Archive, party: &Party) -> Option<Build> {
    known::completed(archive, party)
}

/// Answers the seven questions about a candidate.
#[must_use]
pub fn judge(candidate: &Candidate<'_>, faults: Vec<Fault>) -> ReleaseAnswer {
    let Candidate { facts, archive, .. } = *candidate;
    let instances: Vec<Instance> = live::live(archive)
        .into_iter()
        .filter(|instance| instance.environment == candidate.environment)
        .collect();
    let judged = pairs(facts, archive, candidate.subject, &instances);
    let back = rollback(candidate, &instances);
    let open = settle::open(facts, &judged);
    let verdict = verdict(candidate, &faults, &judged);
    let names = |wanted: &dyn Fn(&Judged) -> bool| -> Vec<String> {
        let hit = judged.iter().filter(|one| wanted(one));
        let names: BTreeSet<String> = hit.map(|one| one.live.party.to_string()).collect();
        names.into_iter().collect()
    };
    let involved = |one: &Judged| (one.pair.provider.clone(), one.pair.consumer.clone());
    let involved: BTreeSet<(Party, Party)> = judged.iter().map(involved).collect();
    ReleaseAnswer {
        verdict,
        exit_code: verdict.exit_code(),
        subject: candidate.subject.clone(),
        environment: candidate.environment.to_owned(),
        as_of: facts.as_of.to_rfc3339_opts(SecondsFormat::Secs, true),
        store: candidate.store.to_owned(),
        faults,
        questions: questions::all(candidate, &judged, &open, &back),
        would_break: names(&|one| one.pair.state == PairState::Failed),
        not_verified: names(&|one| one.pair.reasons.iter().any(|it| it.doubt.is_unverified())),
        rates: rate::rates(archive, |provider, consumer| {
            involved.iter().any(|(p, c)| {
                let same = |one: &Party, other: &Party| {
                    one.name == other.name && one.version.is(&other.version)
                };
                same(p, provider) && same(c, consumer)
            })
        }),
        not_proved: limits(candidate, &judged),
        pairs: judged.into_iter().map(|one| one.pair).collect(),
        open,
    }
}

/// The subject with everybody who is live beside it.
fn pairs(facts: &Facts, archive: &Archive, subject: &Party, instances: &[Instance]) -> Vec<Judged> {
    let mut judged = Vec::new();
    for instance in instances.iter().filter(|it| it.party.name != subject.name) {
        let other = &instance.party;
        if known::deal(facts, archive, &other.name, &subject.name) {
            let meeting = Meeting {
                consumer: other,
                provider: subject,
                instance,
                novelty: Novelty::Bears,
            };
            judged.extend(pair::judge(facts, archive, &meeting));
        }
        if known::deal(facts, archive, &subject.name, &other.name) {
            let meeting = Meeting {
                consumer: subject,
                provider: other,
                instance,
                novelty: Novelty::Stops,
            };
            judged.extend(pair::judge(facts, archive, &meeting));
        }
    }
    judged
}

/// What the subject could go back to, each version with what its pairs come to.
fn rollback(candidate: &Candidate<'_>, instances: &[Instance]) -> Vec<(Party, Vec<Judged>)> {
    let subject = candidate.subject;
    let mut seen: Vec<(Party, Vec<Judged>)> = Vec::new();
    for instance in instances.iter().filter(|it| it.party.name == subject.name) {
        let is_target = matches!(instance.role, Role::Stable | Role::RollbackTarget);
        let is_other = !instance.party.version.is(&subject.version);
        let is_new = seen.iter().all(|(known, _)| *known != instance.party);
        if is_target && is_other && is_new {
            let pairs = pairs(
                candidate.facts,
                candidate.archive,
                &instance.party,
                instances,
            );
            seen.push((instance.party.clone(), pairs));
        }
    }
    seen
}

/// The first that applies of error, no-go, undecided, empty and go.
fn verdict(candidate: &Candidate<'_>, faults: &[Fault], judged: &[Judged]) -> Verdict {
    let any = |state| judged.iter().any(|one| one.pair.state == state);
    if !faults.is_empty() {
        Verdict::Error
    } else if any(PairState::Failed) {
        Verdict::NoGo
    } else if any(PairState::Undecided) || is_cut(candidate.archive, judged) {
        Verdict::Undecided
    } else if judged.is_empty() && candidate.facts.alone(&candidate.subject.name).is_none() {
        Verdict::Empty
    } else {
        Verdict::Go
    }
}

/// Whether a record that no event tells of might speak of what was judged: nobody knows what it would say.
fn is_cut(archive: &Archive, judged: &[Judged]) -> bool {
    !judged.is_empty() && !archive.untold.is_empty()
}

/// What the verdict does not prove, in whole sentences.
fn limits(candidate: &Candidate<'_>, judged: &[Judged]) -> Vec<String> {
    let Candidate { facts, archive, .. } = *candidate;
    let name = &candidate.subject.name;
    let mut limits = Vec::new();
    let seen: BTreeSet<&str> = judged
        .iter()
        .map(|one| one.live.party.name.as_str())
        .collect();
    let counterparts: BTreeSet<&str> = facts
        .promises
        .iter()
        .filter_map(|it| match (&it.consumer, &it.provider) {
            (consumer, provider) if provider == name => Some(consumer.as_str()),
            (consumer, provider) if consumer == name => Some(provider.as_str()),
            _ => None,
        })
        .filter(|other| !seen.contains(other))
        .collect();
    if !counterparts.is_empty() {
        let names: Vec<&str> = counterparts.into_iter().collect();
        limits.push(format!(
            "Not live in {}, so not considered: {}.",
            candidate.environment,
            names.join(", ")
        ));
    }
    let stubbed = |one: &&Judged| one.pair.provider.name != facts.us && one.record.is_some();
    let stubs: BTreeSet<&str> = judged
        .iter()
        .filter(stubbed)
        .map(|one| one.pair.provider.name.as_str())
        .collect();
    if !stubs.is_empty() {
        let names: Vec<&str> = stubs.into_iter().collect();
        limits.push(format!(
            "Runs against {} may have met a stub of it, not its service.",
            names.join(", ")
        ));
    }
    if facts.corpus.is_none() {
        limits.push("No payload is recorded, so no history was replayed.".to_owned());
    }
    if !archive.untold.is_empty() {
        limits.push(format!(
            "{} of evidence did not count, and nobody knows what it would say: no event tells of it. A run that was cut \
             off leaves such a file; delete it, and run again.",
            crate::model::counted(archive.untold.len(), "record")
        ));
    }
    limits
}

/// Whether a reason of this kind keeps a pair waiting.
fn has(judged: &Judged, wanted: impl Fn(Doubt) -> bool) -> Option<&OpenReason> {
    judged.pair.reasons.iter().find(|it| wanted(it.doubt))
}
