//! A history of payloads against versions: what would newly be rejected or accepted, and for which cause.
//! Refuses to know files: lines come with their places.

pub mod behaviour;
mod judge;
pub mod quick;
mod read;
mod ruled;
mod schemas;

pub use crate::model::replayed::{Cause, Cluster, Part, Rates, Shift, Specimen};
pub use read::Line;
pub use ruled::{Ask, Broken, Ruled, Rules};
pub use schemas::Schemas;

use crate::catalogue::{Catalogue, Envelope, History};
use crate::model::{Finding, Mismatch, VersionId};
use judge::Judge;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;
use wire::payload::Schema;
use wire::stream::Runner;

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
    let head = Schemas::of(question.head);
    let before = question.base.map(|base| Schemas::beside(base, &head));
    let replay = Replay::new(
        question.head,
        (&head, before.as_ref()),
        question.rules,
        None,
    );
    let lines: Vec<Line<'_>> = question.histories.iter().flat_map(read::lines).collect();
    let mut all = Part::default();
    for part in in_parallel(&lines, question.jobs, |lines| {
        replay.part(lines.iter().copied())
    }) {
        all.merge(part);
    }
    Answer::of(all, question.budget)
}

impl Answer {
    fn of(part: Part, budget: u64) -> Self {
        let newly_rejected = part.clusters.shifted(Shift::NewlyRejected);
        let newly_accepted = part.clusters.shifted(Shift::NewlyAccepted);
        let partners = part.partners();
        let findings = findings(&part, budget);
        Self {
            envelopes: part.envelopes,
            newly_rejected,
            newly_accepted,
            clusters: part.clusters.sorted(),
            rates: part.rates,
            findings,
            partners,
            seen: part.seen,
            followers: part.followers,
        }
    }
}

/// What has to be said of a part, when so many payloads may be newly rejected without a word.
#[must_use]
pub fn findings(part: &Part, budget: u64) -> Vec<Finding> {
    let obstacles = part.malformed.first.iter().chain(&part.not_evaluated.first);
    let mut findings: Vec<Finding> = obstacles.cloned().map(Finding::from).collect();
    let unknown = part.unknown.iter();
    findings.extend(unknown.map(|(version, unknown)| unknown.finding(version)));
    let over_budget = part.clusters.shifted(Shift::NewlyRejected) > budget;
    let clusters = part.clusters.clone().sorted();
    let shown = clusters
        .iter()
        .filter(|cluster| over_budget || cluster.cause.shift == Shift::NewlyAccepted)
        .map(|cluster| cluster.finding(part.envelopes));
    findings.extend(shown);
    findings
}

/// Versions and rules made ready to judge recorded payloads.
pub struct Replay<'a> {
    judge: Judge<'a>,
    lanes: Vec<Door<'a>>,
    /// Index of a lane by entry and version.
    by_version: BTreeMap<String, BTreeMap<String, usize>>,
}

/// The lane of a version, made when its first payload comes; none where payloads of it all go the whole way.
struct Door<'a> {
    version: &'a VersionId,
    lane: OnceLock<Option<Lane<'a>>>,
}

/// What judges the payloads of a version.
struct Lane<'a> {
    version: VersionId,
    judges: Vec<VersionId>,
    schemas: Vec<&'a Schema>,
    /// The judges about whose payloads a rule has something to say.
    ruled: Vec<VersionId>,
}

impl<'a> Replay<'a> {
    /// `schemas` are those of the head and, where there is one, of the base. With a candidate every payload of its
    /// entry is judged by that version alone, and no other payload is judged.
    #[must_use]
    pub fn new(
        head: &'a Catalogue,
        (schemas, before): (&'a Schemas<'a>, Option<&'a Schemas<'a>>),
        rules: Rules<'a>,
        candidate: Option<&'a VersionId>,
    ) -> Self {
        let judge = Judge {
            head,
            schemas,
            before,
            rules,
            candidate,
        };
        let numbered = head.versions().map(|version| &version.id);
        let numbered = numbered.filter(|id| id.version.number().is_some());
        let door = |version| Door {
            version,
            lane: OnceLock::new(),
        };
        let lanes: Vec<Door<'a>> = numbered.map(door).collect();
        let mut by_version: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
        for (index, lane) in lanes.iter().enumerate() {
            let versions = by_version.entry(lane.version.entry.clone()).or_default();
            versions.insert(lane.version.version.to_string(), index);
        }
        Self {
            judge,
            lanes,
            by_version,
        }
    }

    /// What becomes of some lines, wherever they stand in the whole.
    #[must_use]
    pub fn part<'l>(&self, lines: impl IntoIterator<Item = Line<'l>>) -> Part {
        let mut part = Part::default();
        let mut runner = Runner::new(quick::limits());
        let mut fine: Vec<BTreeMap<String, u64>> = vec![BTreeMap::new(); self.lanes.len()];
        for line in lines {
            let known = self.fine(&mut runner, line.bytes);
            let counts = known.and_then(|(lane, partner)| Some((fine.get_mut(lane)?, partner)));
            match counts {
                None => self.judge.add(&line, &mut part),
                Some((counts, partner)) => match counts.get_mut(partner) {
                    Some(count) => *count += 1,
                    None => {
                        counts.insert(partner.to_owned(), 1);
                    }
                },
            }
        }
        let lanes = self.lanes.iter().map(|door| door.lane.get());
        for (lane, counts) in lanes.zip(fine) {
            let Some(Some(lane)) = lane else { continue };
            for (partner, replayed) in counts {
                lane.count(&partner, replayed, &mut part);
            }
        }
        part
    }

    /// What becomes of a line over the limit of a line.
    #[must_use]
    pub fn too_long(&self, file: &str, number: u32) -> Part {
        let line = Line {
            file,
            number,
            bytes: &[],
        };
        let mut part = Part::default();
        part.malformed.add(read::too_long(&line).into());
        part
    }

    /// The lane and the partner of an accepted payload that everybody who judges it surely accepts.
    fn fine<'l>(&self, runner: &mut Runner, line: &'l [u8]) -> Option<(usize, &'l str)> {
        let plain = quick::plain(line)?;
        let index = *self.by_version.get(plain.schema)?.get(plain.version)?;
        let door = self.lanes.get(index)?;
        let lane = door.lane.get_or_init(|| lane(&self.judge, door.version));
        let lane = lane.as_ref()?;
        let mut schemas = lane.schemas.iter();
        let is_fine = schemas.all(|schema| schema.settles(runner, plain.payload));
        (is_fine && self.is_unbroken(lane, line)).then_some((index, plain.partner))
    }

    /// Whether every rule that has something to say about an accepted payload gave an answer, and found nothing.
    fn is_unbroken(&self, lane: &Lane<'_>, line: &[u8]) -> bool {
        if lane.ruled.is_empty() {
            return true;
        }
        let recorded: Result<Envelope, _> = serde_json::from_slice(line);
        recorded.is_ok_and(|recorded| {
            let mut said = lane.ruled.iter().map(|id| self.judge.ruled(&recorded, id));
            said.all(|ruled| ruled == Ruled::default())
        })
    }
}

impl Lane<'_> {
    /// Adds payloads of a partner that shift nowhere.
    fn count(&self, partner: &str, replayed: u64, part: &mut Part) {
        let more = Mismatch {
            replayed,
            mismatched: 0,
        };
        part.seen(&self.version, partner, more);
        for judge in &self.judges {
            part.rates.judged(partner, judge, more);
        }
        let others = self.judges.iter().filter(|judge| **judge != self.version);
        part.followers.extend(others.cloned());
    }
}

fn lane<'a>(judge: &Judge<'a>, version: &VersionId) -> Option<Lane<'a>> {
    judge.schemas.get(version)?;
    let judges = judge.judges(version);
    if judges.is_empty() {
        return None;
    }
    let ruled = judges.iter().filter(|id| judge.rules.apply_to(id));
    let schemas = judges.iter().map(|id| judge.schemas.get(id));
    Some(Lane {
        version: version.clone(),
        schemas: schemas.collect::<Option<Vec<_>>>()?,
        ruled: ruled.cloned().collect(),
        judges,
    })
}

/// Gives `jobs` threads a share of `lines` each.
fn in_parallel<'l>(
    lines: &[Line<'l>],
    jobs: usize,
    work: impl Fn(&[Line<'l>]) -> Part + Sync,
) -> Vec<Part> {
    let share = lines.len().div_ceil(jobs.max(1)).max(1);
    let work = &work;
    std::thread::scope(|scope| {
        let threads: Vec<_> = lines
            .chunks(share)
            .map(|chunk| scope.spawn(move || work(chunk)))
            .collect();
        threads
            .into_iter()
            .map(|thread| match thread.join() {
                Ok(part) => part,
                Err(panic) => std::panic::resume_unwind(panic),
            })
            .collect()
    })
}
