//! Trying a route set on a share of the exchanges: who gets it, how it compares, and when to stop or to take it on.
//! Refuses to count: samples are handed in, and so is the time that has passed.

use super::set::RouteSet;
use crate::Timestamp;
use crate::ids::{BusinessTransactionId, DocumentNumber};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::time::Duration;

/// Of how many exchanges a share counts.
const OF: u64 = 10_000;

/// How many of ten thousand exchanges: at least one, at most all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct Share(u16);

/// A share that is none: zero, or more than everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a share is 1 to 10000 of ten thousand")]
pub struct NoShare;

impl TryFrom<u16> for Share {
    type Error = NoShare;
    fn try_from(share: u16) -> Result<Self, NoShare> {
        match share {
            1..=10_000 => Ok(Self(share)),
            _ => Err(NoShare),
        }
    }
}

impl From<Share> for u16 {
    fn from(share: Share) -> Self {
        share.0
    }
}

/// A set that is being tried.
#[derive(Clone, Debug, PartialEq)]
pub struct Canary {
    pub set: Arc<RouteSet>,
    pub share: Share,
    pub since: Timestamp,
    pub policy: CanaryPolicy,
}

/// Does this transaction belong to the share? The answer is the same at every asking, and stays yes as a share grows.
#[must_use]
pub fn assigned(set: DocumentNumber, transaction: &BusinessTransactionId, share: Share) -> bool {
    let digest = Sha256::digest(format!("{set}\n{transaction}").as_bytes());
    let place = digest
        .iter()
        .take(8)
        .fold(0u64, |place, byte| place << 8 | u64::from(*byte));
    place % OF < u64::from(share.0)
}

/// When a canary is worse, and when it has been good for long enough: `reference/config/canary/<n>.toml`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CanaryPolicy {
    pub number: DocumentNumber,
    pub title: String,
    /// Answered calls on each side before anything is compared.
    pub least_samples: u64,
    /// How much higher the failure rate may be.
    pub failure_rate_margin: f64,
    /// How many times as long the 95th percentile of acknowledgement may take.
    pub p95_ratio: f64,
    /// A percentile below this is never called slow.
    pub p95_floor_ms: u64,
    /// The chance below which a difference is not put down to chance.
    pub significance: f64,
    /// How long a canary has to be good before it is taken on.
    pub soak_ms: u64,
}

/// What one side has shown since the canary began. Only first calls count: a retry is no sample of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sample {
    /// First calls that have ended, one way or another.
    pub answered: u64,
    /// Those that ended in a fault of the endpoint or the way there.
    pub failed: u64,
    /// Those whose exchange was acknowledged.
    pub acknowledged: u64,
    /// How long each acknowledgement took.
    pub ack_ms: Vec<u64>,
}

vocabulary! {
    /// In what a canary is worse than the set in force.
    Worse {
        FailureRate = "failure-rate",
        AckP95 = "ack-p95",
        FailuresByTest = "failures-by-test",
        AcksByTest = "acknowledgements-by-test",
    }
}

/// What to do with a canary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    TooFew,
    Soaking,
    RollBack(Worse),
    Promote,
}

/// Compares the canary with the set in force, `soaked` after it began.
///
/// Source: the four conditions are ours; the test is Fisher's exact test, one-sided
#[must_use]
pub fn judge(stable: &Sample, canary: &Sample, policy: &CanaryPolicy, soaked: Duration) -> Verdict {
    if stable.answered.min(canary.answered) < policy.least_samples {
        return Verdict::TooFew;
    }
    if let Some(worse) = worse(stable, canary, policy) {
        return Verdict::RollBack(worse);
    }
    if soaked < Duration::from_millis(policy.soak_ms) {
        return Verdict::Soaking;
    }
    Verdict::Promote
}

fn worse(stable: &Sample, canary: &Sample, policy: &CanaryPolicy) -> Option<Worse> {
    let by_rate = share(canary.failed, canary.answered) - share(stable.failed, stable.answered)
        >= policy.failure_rate_margin;
    let slow = p95(&canary.ack_ms)
        .zip(p95(&stable.ack_ms))
        .is_some_and(|(tried, known)| {
            tried >= policy.p95_floor_ms && as_float(tried) >= policy.p95_ratio * as_float(known)
        });
    let failures = fisher_worse(
        (canary.failed, canary.answered),
        (stable.failed, stable.answered),
    );
    let silent = |side: &Sample| {
        (
            side.answered.saturating_sub(side.acknowledged),
            side.answered,
        )
    };
    let acks = fisher_worse(silent(canary), silent(stable));
    [
        (by_rate, Worse::FailureRate),
        (slow, Worse::AckP95),
        (failures < policy.significance, Worse::FailuresByTest),
        (acks < policy.significance, Worse::AcksByTest),
    ]
    .into_iter()
    .find_map(|(is, worse)| is.then_some(worse))
}

/// The value that 95 of 100 do not exceed, by nearest rank.
#[must_use]
pub fn p95(values: &[u64]) -> Option<u64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let rank = sorted.len().saturating_mul(95).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}

/// How likely `tried` would show so many bad ones, or more, if both sides were equally good.
///
/// Shape:  each side is (bad, all); the result is in 0.0..=1.0
/// Source: R. A. Fisher, exact test of a two by two table, one-sided
#[must_use]
pub fn fisher_worse(tried: (u64, u64), known: (u64, u64)) -> f64 {
    let (all, bad) = (tried.1 + known.1, tried.0 + known.0);
    let table = log_factorials(all);
    let choose = |of: u64, some: u64| {
        let log = |n: u64| usize::try_from(n).ok().and_then(|n| table.get(n)).copied();
        Some(log(of)? - log(some)? - log(of.checked_sub(some)?)?)
    };
    let total = choose(all, tried.1).unwrap_or(0.0);
    let chance: f64 = (tried.0..=bad.min(tried.1))
        .filter_map(|x| Some(choose(bad, x)? + choose(all - bad, tried.1.checked_sub(x)?)?))
        .map(|log| (log - total).exp())
        .sum();
    chance.min(1.0)
}

fn log_factorials(up_to: u64) -> Vec<f64> {
    let mut sum = 0.0;
    std::iter::once(0.0)
        .chain((1..=up_to).map(|n| {
            sum += as_float(n).ln();
            sum
        }))
        .collect()
}

fn share(some: u64, all: u64) -> f64 {
    if all == 0 {
        0.0
    } else {
        as_float(some) / as_float(all)
    }
}

/// Counts and milliseconds are far below 2^53.
const fn as_float(count: u64) -> f64 {
    count as f64
}
