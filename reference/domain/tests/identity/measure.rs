//! How often the matcher is right, by tier, on records of which it is known who is who.
//! Refuses to know the rules of the matcher: it asks and counts.

use crate::trainer::Index;
use domain::identity::policy::Sensitivity;
use domain::identity::{
    Asked, Candidate, Decision, Knowledge, MatchingPolicy, NamedPayer, Outcome, PersonRecord,
    Profile, Question, Tier, decide,
};
use domain::ids::MemberRef;
use std::collections::BTreeMap;

/// What the decisions were, and how many of them were right.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub asked: u32,
    /// Requests whose person is in the store.
    pub known: u32,
    pub pairs: u64,
    /// Requests whose person was among the candidates.
    pub blocked: u32,
    pub deterministic: (u32, u32),
    pub probabilistic: (u32, u32),
    /// Sent to a person: with the right one among those shown, and without.
    pub review: (u32, u32),
    pub other: u32,
}

impl Tally {
    pub fn automatic(&self) -> (u32, u32) {
        let (one, two) = (self.deterministic, self.probabilistic);
        (one.0 + two.0, one.1 + two.1)
    }

    pub fn add(&mut self, other: &Self) {
        self.asked += other.asked;
        self.known += other.known;
        self.pairs += other.pairs;
        self.blocked += other.blocked;
        self.other += other.other;
        let pairs = [
            (&mut self.deterministic, other.deterministic),
            (&mut self.probabilistic, other.probabilistic),
            (&mut self.review, other.review),
        ];
        for (mine, theirs) in pairs {
            mine.0 += theirs.0;
            mine.1 += theirs.1;
        }
    }

    pub fn recall(&self) -> f64 {
        f64::from(self.automatic().0) / f64::from(self.known.max(1))
    }

    fn count(&mut self, decision: &Decision, right: Option<&MemberRef>) {
        let hit = |person: &MemberRef| Some(person) == right;
        let cell = match (decision.tier(), decision.outcome()) {
            (Tier::Deterministic, Outcome::Matched { person }) => {
                (&mut self.deterministic, hit(person))
            }
            (Tier::Probabilistic, Outcome::Matched { person }) => {
                (&mut self.probabilistic, hit(person))
            }
            (Tier::Review, _) => (&mut self.review, decision.candidates().iter().any(hit)),
            _ => {
                self.other += 1;
                return;
            }
        };
        let (counts, is_right) = cell;
        if is_right {
            counts.0 += 1;
        } else {
            counts.1 += 1;
        }
    }

    /// The lines that a person reads.
    pub fn told(&self, title: &str) -> String {
        let (right, wrong) = self.automatic();
        let share = |part: u32, of: u32| f64::from(part) / f64::from(of.max(1));
        let bound = 3.0 / f64::from((right + wrong).max(1));
        let tier = |(right, wrong): (u32, u32)| format!("{right} right, {wrong} false");
        [
            format!("{title}: {} asked, {} of them known", self.asked, self.known),
            format!(
                "  candidate pairs {}, blocking recall {:.4}",
                self.pairs,
                share(self.blocked, self.known)
            ),
            format!("  tier 1 deterministic  {}", tier(self.deterministic)),
            format!("  tier 2 probabilistic  {}", tier(self.probabilistic)),
            format!(
                "  tier 3 review         {} with the person, {} without; share {:.4}",
                self.review.0,
                self.review.1,
                share(self.review.0 + self.review.1, self.asked)
            ),
            format!("  refused               {}", self.other),
            format!(
                "  automatic: precision {:.4}, recall {:.4}, recall with review {:.4}, false links {wrong}{}",
                share(right, right + wrong),
                self.recall(),
                share(right + self.review.0, self.known),
                if wrong == 0 {
                    format!(" (95 % upper bound {bound:.5})")
                } else {
                    String::new()
                }
            ),
        ]
        .join("\n")
    }
}

pub struct Trial<'a> {
    pub policy: &'a MatchingPolicy,
    pub knowledge: &'a Knowledge,
    pub sensitivity: Sensitivity,
    pub index: &'a Index<'a>,
}

impl Trial<'_> {
    pub fn decide(&self, record: &PersonRecord) -> (Decision, Vec<Candidate>) {
        let profile = Profile::read(self.policy, record);
        let found = self.index.candidates(&profile);
        let candidates: Vec<Candidate> = found
            .into_iter()
            .map(|id| Candidate {
                person: reference(id),
                profile: self.index.profiles[&id].clone(),
            })
            .collect();
        let asked = Asked {
            payer: NamedPayer::Us,
            profile,
        };
        let question = Question {
            policy: self.policy,
            knowledge: self.knowledge,
            sensitivity: self.sensitivity,
            snapshot: 1,
            on: "2026-10-01".parse().unwrap(),
        };
        (decide(&question, &asked, &candidates), candidates)
    }

    /// Asks for each record; `who` says whom of the store it really means.
    pub fn run(
        &self,
        asked: &BTreeMap<u32, PersonRecord>,
        who: impl Fn(u32) -> Option<u32>,
    ) -> Tally {
        let mut tally = Tally::default();
        for (id, record) in asked {
            let (decision, candidates) = self.decide(record);
            let right = who(*id).map(reference);
            tally.asked += 1;
            tally.known += u32::from(right.is_some());
            tally.pairs += candidates.len() as u64;
            let among = candidates
                .iter()
                .any(|one| Some(&one.person) == right.as_ref());
            tally.blocked += u32::from(among);
            tally.count(&decision, right.as_ref());
        }
        tally
    }
}

pub fn reference(id: u32) -> MemberRef {
    MemberRef::new(format!("p{id:06}"))
}
