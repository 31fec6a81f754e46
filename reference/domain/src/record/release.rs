//! What was let out, by whom, on what evidence; or what kept it in.
//! Refuses to decide by itself: the verdict comes from the gate, the approvals from people.

use super::name::{ActorId, CommitId, Digest, EntryVersion, Slug, WaiverId};
use super::time::Instant;
use super::told;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// The chairs of the board, each of which has to agree.
    Seat {
        Platform = "platform",
        Security = "security",
        Compliance = "compliance",
        Integration = "integration",
    }
}

vocabulary! {
    /// What the gate said of the candidate.
    Verdict {
        Go = "go",
        Empty = "empty",
        Undecided = "undecided",
        NoGo = "no-go",
        Error = "error",
    }
}

vocabulary! {
    /// What keeps a candidate in.
    Refusal {
        VerdictNotGo = "verdict-not-go",
        PlatformMissing = "platform-missing",
        SecurityMissing = "security-missing",
        ComplianceMissing = "compliance-missing",
        IntegrationMissing = "integration-missing",
        NothingToGoBackTo = "nothing-to-go-back-to",
    }
}

impl Seat {
    const fn missing(self) -> Refusal {
        match self {
            Self::Platform => Refusal::PlatformMissing,
            Self::Security => Refusal::SecurityMissing,
            Self::Compliance => Refusal::ComplianceMissing,
            Self::Integration => Refusal::IntegrationMissing,
        }
    }
}

/// One chair's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// The chair for which the approver spoke.
    pub seat: Seat,
    /// Who approved; the author's own approval is kept and does not count.
    #[schemars(extend("x-phi" = "P0"))]
    pub by: ActorId,
    /// When the approval was given, which is before the decision.
    pub at: Instant,
}

/// What asks to be let out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Candidate {
    /// Names the release in the audit log and in every span of the service that runs it.
    pub release: Slug,
    /// The tree that was judged; what runs is built from it and from nothing else.
    pub commit: CommitId,
    /// Who wrote the change.
    #[schemars(extend("x-phi" = "P0"))]
    pub author: ActorId,
    /// Versions of the catalogue that become binding with it.
    #[schemars(length(max = 200))]
    pub publishes: Vec<EntryVersion>,
    /// What the gate said of the tree.
    pub verdict: Verdict,
    /// Digest of the gate's evidence, by which the verdict can be checked later.
    pub evidence: Digest,
    /// Exceptions on which the verdict rests; none is an empty list.
    #[schemars(length(max = 50))]
    pub waivers: Vec<WaiverId>,
    /// Whether it breaks what a partner may rely on, so that the whole board has to agree.
    pub is_major: bool,
    /// Everybody who approved, the author included if the author did.
    #[schemars(length(max = 20))]
    pub approvals: Vec<Approval>,
    /// The release that takes over again when this one is taken back; null for the first of all.
    #[serde(deserialize_with = "told")]
    pub goes_back_to: Option<Slug>,
}

/// A decision about a release. It can only be made by [`ReleaseRecord::decide`] or read as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseRecord {
    /// What was decided about.
    candidate: Candidate,
    /// When the decision was made; a release takes effect later.
    decided_at: Instant,
    /// Everything that kept it in; an empty list is a release.
    #[schemars(length(max = 6))]
    refusals: Vec<Refusal>,
}

impl ReleaseRecord {
    /// Decides about a candidate: the verdict is go, and the chairs that have to agree do.
    /// A patch or minor needs one chair, a major all four and something to go back to.
    #[must_use]
    pub fn decide(candidate: Candidate, now: Instant) -> Self {
        let refusals = refusals(&candidate, now);
        Self {
            candidate,
            decided_at: now,
            refusals,
        }
    }

    #[must_use]
    pub fn is_released(&self) -> bool {
        self.refusals.is_empty()
    }

    #[must_use]
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// Whether the refusals are those that the candidate deserves.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.refusals == refusals(&self.candidate, self.decided_at)
    }
}

fn refusals(candidate: &Candidate, now: Instant) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if candidate.verdict != Verdict::Go {
        refusals.push(Refusal::VerdictNotGo);
    }
    let agrees = |seat: Seat| {
        candidate.approvals.iter().any(|approval| {
            approval.seat == seat && approval.by != candidate.author && approval.at <= now
        })
    };
    let silent: Vec<Seat> = Seat::ALL
        .iter()
        .copied()
        .filter(|seat| !agrees(*seat))
        .collect();
    let enough = !candidate.is_major && silent.len() < Seat::ALL.len();
    if !enough {
        refusals.extend(silent.into_iter().map(Seat::missing));
    }
    if candidate.is_major && candidate.goes_back_to.is_none() {
        refusals.push(Refusal::NothingToGoBackTo);
    }
    refusals
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    const NOW: &str = "2026-10-01T12:00:00.000Z";

    fn approval(seat: Seat, by: &str) -> Approval {
        Approval {
            seat,
            by: by.parse().unwrap(),
            at: "2026-09-30T12:00:00.000Z".parse().unwrap(),
        }
    }

    fn major() -> Candidate {
        Candidate {
            release: "r-2026-10".parse().unwrap(),
            commit: "0".repeat(40).parse().unwrap(),
            author: "a-1".parse().unwrap(),
            publishes: vec!["hrex-coverage@2.0.1".parse().unwrap()],
            verdict: Verdict::Go,
            evidence: Digest::of(b"evidence"),
            waivers: Vec::new(),
            is_major: true,
            approvals: Seat::ALL
                .iter()
                .enumerate()
                .map(|(index, seat)| approval(*seat, &format!("b-{index}")))
                .collect(),
            goes_back_to: Some("r-2026-09".parse().unwrap()),
        }
    }

    fn refused(change: fn(&mut Candidate)) -> Vec<Refusal> {
        let mut candidate = major();
        change(&mut candidate);
        let record = ReleaseRecord::decide(candidate, NOW.parse().unwrap());
        assert!(record.is_sound());
        record.refusals().to_vec()
    }

    #[test]
    fn a_major_with_the_whole_board_goes_out() {
        assert_eq!(refused(|_| ()), []);
    }

    #[test]
    fn a_chair_that_is_silent_late_or_the_authors_keeps_it_in() {
        assert_eq!(
            refused(|c| drop(c.approvals.remove(1))),
            [Refusal::SecurityMissing]
        );
        assert_eq!(
            refused(|c| c.approvals[2].by = c.author.clone()),
            [Refusal::ComplianceMissing]
        );
        let late =
            |c: &mut Candidate| c.approvals[3].at = "2026-10-02T00:00:00.000Z".parse().unwrap();
        assert_eq!(refused(late), [Refusal::IntegrationMissing]);
    }

    #[test]
    fn a_verdict_that_is_not_go_keeps_it_in() {
        for verdict in [
            Verdict::Empty,
            Verdict::Undecided,
            Verdict::NoGo,
            Verdict::Error,
        ] {
            let candidate = Candidate { verdict, ..major() };
            let record = ReleaseRecord::decide(candidate, NOW.parse().unwrap());
            assert_eq!(record.refusals(), [Refusal::VerdictNotGo]);
        }
        assert_eq!(
            refused(|c| c.goes_back_to = None),
            [Refusal::NothingToGoBackTo]
        );
    }

    #[test]
    fn a_minor_needs_one_other_person() {
        assert_eq!(
            refused(|c| {
                c.is_major = false;
                c.approvals.truncate(1);
            }),
            []
        );
        assert_eq!(
            refused(|c| {
                c.is_major = false;
                c.approvals.clear();
            })
            .len(),
            Seat::ALL.len()
        );
    }

    #[test]
    fn a_record_whose_refusals_were_taken_out_is_not_sound() {
        let candidate = Candidate {
            verdict: Verdict::NoGo,
            ..major()
        };
        let mut record = ReleaseRecord::decide(candidate, NOW.parse().unwrap());
        record.refusals.clear();
        assert!(record.is_released() && !record.is_sound());
    }
}
