//! A history of payloads against versions: what would newly be rejected or accepted, and for which cause.
//! Refuses to know files: lines come with their places.

mod cluster;
mod judge;
mod rate;
mod read;
mod ruled;
mod schemas;

pub use cluster::{Cause, Cluster, Shift, Specimen};
pub use rate::Rates;
pub use ruled::{Ask, Broken, Ruled, Rules};
pub use schemas::Schemas;

use crate::catalogue::{Catalogue, History};
use crate::model::{Finding, Place, VersionId};
use judge::Unjudged;
use std::collections::{BTreeMap, BTreeSet};

/// What a replay is asked.
pub struct Question<'a> {
    pub histories: &'a [History],
    pub head: &'a Catalogue,
    /// The catalogue before the change, where there is one.
    pub base: Option<&'a Catalogue>,
    /// What JSON Schema cannot say, before and after the change.
    pub rules: Rules<'a>,
    /// Recorded payloads that may be newly rejected before it is a finding.
    pub budget: u64,
    /// Threads; the answer does not depend on it.
    pub jobs: usize,
}

/// What a replay found.
#[derive(Debug, Default, PartialEq)]
pub struct Answer {
    pub envelopes: u64,
    pub newly_rejected: u64,
    pub newly_accepted: u64,
    pub clusters: Vec<Cluster>,
    pub rates: Rates,
    pub findings: Vec<Finding>,
    /// Partners that have at least one envelope.
    pub partners: BTreeSet<String>,
    /// Envelopes on record, by version and partner.
    pub seen: BTreeMap<VersionId, BTreeMap<String, u64>>,
    /// New versions that recorded payloads were judged by besides their own.
    pub followers: BTreeSet<VersionId>,
}

/// Judges every recorded payload by its own version and by the new ones that are to follow it.
#[must_use]
pub fn replay(question: &Question<'_>) -> Answer {
    let schemas = Schemas::of(question.head);
    let before = question.base.map(Schemas::of);
    let lines: Vec<read::Line<'_>> = question.histories.iter().flat_map(read::lines).collect();
    let judge = judge::Judge {
        head: question.head,
        schemas: &schemas,
        before: before.as_ref(),
        rules: question.rules,
    };
    let verdicts = in_parallel(&lines, question.jobs, |line| judge.line(line));
    let mut answer = Answer::default();
    let mut clusters = cluster::Clusters::default();
    let mut unknown: BTreeMap<VersionId, (u64, Place)> = BTreeMap::new();
    for verdict in verdicts {
        match verdict {
            Err(Unjudged::Malformed(finding)) => answer.findings.push(*finding),
            Err(Unjudged::Unknown(version, place)) => {
                unknown.entry(version).or_insert((0, place)).0 += 1;
            }
            Ok(judged) => {
                answer.envelopes += 1;
                answer.partners.insert(judged.partner.clone());
                *answer
                    .seen
                    .entry(judged.version.clone())
                    .or_default()
                    .entry(judged.partner.clone())
                    .or_default() += 1;
                answer.followers.extend(judged.followers.clone());
                for finding in &judged.not_evaluated {
                    if !answer.findings.contains(finding) {
                        answer.findings.push(finding.clone());
                    }
                }
                answer.rates.add(&judged);
                clusters.add(judged);
            }
        }
    }
    answer
        .findings
        .extend(unknown.into_iter().map(version_unknown));
    answer.clusters = clusters.finish();
    for (shift, count) in [
        (Shift::NewlyRejected, &mut answer.newly_rejected),
        (Shift::NewlyAccepted, &mut answer.newly_accepted),
    ] {
        let of_shift = answer.clusters.iter().filter(|c| c.cause.shift == shift);
        *count = of_shift.map(|cluster| cluster.count).sum();
    }
    let over_budget = answer.newly_rejected > question.budget;
    let shown = answer
        .clusters
        .iter()
        .filter(|cluster| over_budget || cluster.cause.shift == Shift::NewlyAccepted)
        .map(|cluster| cluster.finding(answer.envelopes));
    answer.findings.extend(shown);
    answer
}

fn version_unknown((version, (count, first)): (VersionId, (u64, Place))) -> Finding {
    let payloads = if count == 1 {
        "payload was"
    } else {
        "payloads were"
    };
    Finding::new("replay/version-unknown", version.to_string(), first)
        .kind("unknown")
        .message(format!(
            "{count} {payloads} recorded under `{version}`, which cannot be judged: the catalogue does not have it"
        ))
        .remedy("add the version to the catalogue, or take its payloads out of the history")
}

/// Maps `items` on `jobs` threads; the results keep the order of the items.
fn in_parallel<T: Sync, R: Send>(
    items: &[T],
    jobs: usize,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let share = items.len().div_ceil(jobs.max(1)).max(1);
    std::thread::scope(|scope| {
        let threads: Vec<_> = items
            .chunks(share)
            .map(|chunk| scope.spawn(|| chunk.iter().map(&work).collect::<Vec<R>>()))
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| match thread.join() {
                Ok(results) => results,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}
