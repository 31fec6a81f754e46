//! Why an exchange that was recorded is answered otherwise now: what tells one cluster of exchanges from another.
//! Refuses to hold anything that was said: places, kinds and words of closed vocabularies only.

use super::partial::{numbered, partial};
use super::{BaseDoubt, Clusters, Loosened, Obstacles};
use crate::model::Verdict;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The finding of requests that are answered otherwise than recorded.
pub const BEHAVIOUR_CHANGED: &str = "replay/behaviour-changed";

/// In what an answer departs from the recorded one.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Departure {
    Status,
    HeaderMissing,
    HeaderAdded,
    HeaderChanged,
    BodyMissing,
    BodyAdded,
    BodyChanged,
    MemberMissing,
    MemberAdded,
    TypeChanged,
    ValueChanged,
    OrderChanged,
}

impl Departure {
    /// What a reader is told.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::HeaderMissing => "header missing",
            Self::HeaderAdded => "header added",
            Self::HeaderChanged => "header changed",
            Self::BodyMissing => "body missing",
            Self::BodyAdded => "body added",
            Self::BodyChanged => "body changed",
            Self::MemberMissing => "member missing",
            Self::MemberAdded => "member added",
            Self::TypeChanged => "type changed",
            Self::ValueChanged => "value changed",
            Self::OrderChanged => "order changed",
        }
    }
}

/// One difference, the same for all exchanges of its cluster.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    pub partner: String,
    /// Method and route, with `{id}` for what the route does not name: `GET /Patient/{id}`.
    pub operation: String,
    pub departure: Departure,
    /// `status`, the name of a header, or a pointer into the body with `*` for positions.
    pub at: String,
    /// Its kind as recorded, or a word of a closed vocabulary.
    pub was: String,
    pub now: String,
}

/// One recorded answer and the one that was given now, by status and digest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Answers {
    /// Number of the exchange in its file, counted from 1.
    pub exchange: u64,
    pub was: u16,
    pub now: u16,
    /// Digest of the answer given now, with all that is masked taken for the same.
    pub given: String,
}

/// What recorded exchanges were sent to, and by what their answers were held.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BehaviourAsked {
    /// Digest of the repository's files.
    pub head: String,
    /// Commit whose `[replay]` counts too, where it is the stricter one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// Keys of `[replay]` that are softer here than in the base.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub loosened: Vec<Loosened>,
    /// What the choice of the base leaves open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<BaseDoubt>,
    /// Where the service answered; none where the reference service was started for the occasion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider_url: Option<String>,
    /// Where that service was told its states.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub states_url: Option<String>,
    /// Hosts beyond this machine that might be called.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_hosts: Vec<String>,
    /// Seconds that one answer was waited for, where it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub patience_s: Option<u64>,
    /// Another configuration file than that of the repository, as it was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
    /// The file of exchanges, as it was named.
    pub file: String,
    /// How it is written: `har` or `ndjson`.
    pub notation: String,
    /// Who sent the requests, where an exchange does not say so itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consumer: Option<String>,
    /// Exchanges that were judged; all where it is empty.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub only: BTreeSet<u64>,
    /// Exchanges that may be answered otherwise.
    pub budget: u64,
}

/// The result of `replay exchanges`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Behaved {
    pub verdict: Verdict,
    pub exit_code: u8,
    pub asked: BehaviourAsked,
    /// What part of the file this is, in words; none where it is all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partial: Option<String>,
    /// Exchanges that were to be judged.
    pub exchanges: u64,
    /// Answered as recorded.
    pub same: u64,
    /// Polls that were answered sooner than recorded: done, where the record says that work was under way; what with is
    /// judged by a later one.
    pub sooner: u64,
    /// Answered otherwise; each is in a cluster for every difference.
    pub changed: u64,
    pub clusters: Clusters<Difference, Answers>,
    /// Exchanges of which nothing can be said, and why.
    pub undecided: Obstacles,
    /// Why the file cannot be used, with the place in it; nothing was sent then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unusable: Option<String>,
}

impl Behaved {
    /// A result of so many exchanges, before any of them was judged.
    #[must_use]
    pub fn new(asked: BehaviourAsked) -> Self {
        Self {
            verdict: Verdict::Error,
            exit_code: Verdict::Error.exit_code(),
            asked,
            partial: None,
            exchanges: 0,
            same: 0,
            sooner: 0,
            changed: 0,
            clusters: Clusters::default(),
            undecided: Obstacles::default(),
            unusable: None,
        }
    }

    /// The result of a file that cannot be used: there is no verdict.
    #[must_use]
    pub fn unusable(asked: BehaviourAsked, why: String) -> Self {
        Self {
            unusable: Some(why),
            ..Self::new(asked)
        }
    }

    /// Whether the answers are held to a `[replay]` that no base holds.
    #[must_use]
    pub fn is_unproved(&self) -> bool {
        let mut doubts = self.asked.doubts.iter();
        doubts.any(|doubt| doubt.leaves_open(self.changed))
    }

    /// Gives the verdict anew.
    pub fn judge(&mut self) {
        let only = &self.asked.only;
        let chosen = (!only.is_empty()).then(|| numbered("exchange", only.iter().copied()));
        self.partial = partial(chosen.as_slice());
        let judged = self.same + self.sooner + self.changed + self.undecided.count;
        let is_whole = judged == self.exchanges && self.asked.only.is_empty();
        self.verdict = if self.changed > self.asked.budget {
            Verdict::NoGo
        } else if self.undecided.count > 0 {
            Verdict::Undecided
        } else if self.exchanges == 0 {
            Verdict::Empty
        } else if !is_whole || self.is_unproved() {
            Verdict::Undecided
        } else {
            Verdict::Go
        };
        self.exit_code = self.verdict.exit_code();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(change: impl FnOnce(&mut Behaved)) -> Verdict {
        let mut behaved = Behaved::new(BehaviourAsked {
            budget: 1,
            ..BehaviourAsked::default()
        });
        change(&mut behaved);
        behaved.judge();
        behaved.verdict
    }

    #[test]
    fn only_a_whole_run_within_the_budget_is_green() {
        let counts = |exchanges, same, changed| {
            judged(|it| (it.exchanges, it.same, it.changed) = (exchanges, same, changed))
        };
        assert_eq!(counts(3, 2, 1), Verdict::Go);
        assert_eq!(counts(3, 1, 2), Verdict::NoGo);
        assert_eq!(counts(3, 2, 0), Verdict::Undecided, "one was not judged");
        assert_eq!(counts(0, 0, 0), Verdict::Empty);
        let chosen = judged(|it| {
            (it.exchanges, it.same) = (1, 1);
            it.asked.only.insert(7);
        });
        assert_eq!(chosen, Verdict::Undecided);
        let unknown = judged(|it| {
            (it.exchanges, it.undecided.count) = (1, 1);
        });
        assert_eq!(unknown, Verdict::Undecided);
    }
}
