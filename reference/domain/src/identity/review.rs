//! What waits for people: one proposes, another one agrees where the policy asks for two, and then it stands.
//! Refuses a second word of the same person, and a person who was never a candidate.

use super::policy::Approvals;
use super::{Attribute, Decision, Outcome, Tier};
use crate::Timestamp;
use crate::ids::MemberRef;
use crate::record::{ActorId, RuleId, Slug};
use serde::{Deserialize, Serialize};

vocabulary! {
    /// What waits.
    Cause {
        /// A partner asked about one member.
        Question = "question",
        /// A partner asked about a member among many.
        Bulk = "bulk",
        /// An exchange of ours, which the partner's people look at or for which something is missing.
        Exchange = "exchange",
    }
}

vocabulary! {
    /// What a reviewer may say.
    Choice {
        Approve = "approve",
        Reject = "reject",
        AskMore = "ask-more",
        AskAgain = "ask-again",
    }
}

/// What a reviewer holds to be true.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", deny_unknown_fields)]
pub enum Verdict {
    /// This candidate is meant.
    Approve { person: MemberRef },
    /// None of the candidates is.
    Reject {},
    /// It cannot be told before the requester says more.
    AskMore {},
    /// Our exchange may go on: the partner has made up its mind.
    AskAgain {},
}

/// A verdict with who gave it, on which rule, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    pub by: ActorId,
    pub verdict: Verdict,
    pub rule: RuleId,
    pub reason: Slug,
}

/// Where a review stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "phase", deny_unknown_fields)]
pub enum Phase {
    Waiting {},
    /// Somebody wants to approve; a second person has to agree.
    Proposed {
        first: Word,
    },
    /// The last word is the one that counted; a first one is there where two were asked for.
    Approved {
        first: Option<Word>,
        last: Word,
    },
    Rejected {
        by: Word,
    },
    MoreData {
        by: Option<Word>,
    },
    GoesOn {
        by: Word,
    },
    /// More was said, and the rules needed no person any more.
    Answered {},
}

vocabulary! {
    /// Where a review stands, in one word.
    ReviewState {
        Waiting = "waiting",
        Proposed = "proposed",
        MoreData = "more-data",
        Approved = "approved",
        Rejected = "rejected",
        GoesOn = "goes-on",
        Answered = "answered",
    }
}

impl ReviewState {
    /// Is there anything left to do?
    #[must_use]
    pub const fn is_open(self) -> bool {
        match self {
            Self::Waiting | Self::Proposed | Self::MoreData => true,
            Self::Approved | Self::Rejected | Self::GoesOn | Self::Answered => false,
        }
    }
}

impl Phase {
    #[must_use]
    pub const fn state(&self) -> ReviewState {
        match self {
            Self::Waiting {} => ReviewState::Waiting,
            Self::Proposed { .. } => ReviewState::Proposed,
            Self::Approved { .. } => ReviewState::Approved,
            Self::Rejected { .. } => ReviewState::Rejected,
            Self::MoreData { .. } => ReviewState::MoreData,
            Self::GoesOn { .. } => ReviewState::GoesOn,
            Self::Answered {} => ReviewState::Answered,
        }
    }
}

/// A word that is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unheard {
    #[error("the same person cannot speak twice")]
    SamePerson,
    #[error("the person is none of the candidates")]
    NoCandidate,
    #[error("the second person names somebody else than the first")]
    OtherPerson,
    #[error("nothing that waits here can be asked again")]
    NothingToAsk,
    #[error("the review has ended")]
    Ended,
}

/// One review.
#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    pub cause: Cause,
    /// What the rules made of it; none for an exchange of ours, where the partner decides who is meant.
    pub decision: Option<Decision>,
    /// What would have to be said to make it plain.
    pub missing: Vec<Attribute>,
    pub approvals: Approvals,
    pub opened_at: Timestamp,
    pub phase: Phase,
}

impl Review {
    /// A review of a decision that nobody has made yet; none for a decision that needs no person.
    #[must_use]
    pub fn of(
        decision: Decision,
        cause: Cause,
        approvals: Approvals,
        now: Timestamp,
    ) -> Option<Self> {
        let missing = match decision.outcome() {
            Outcome::UnderReview { missing, .. } => missing.clone(),
            Outcome::Matched { .. }
            | Outcome::NoMatch {}
            | Outcome::MultipleMatch {}
            | Outcome::MissingIdentifier { .. }
            | Outcome::ConflictingField { .. } => Vec::new(),
        };
        (decision.tier() == Tier::Review).then_some(Self {
            cause,
            decision: Some(decision),
            missing,
            approvals,
            opened_at: now,
            phase: Phase::Waiting {},
        })
    }

    /// An exchange of ours that people have to look at, or for which these attributes are missing.
    #[must_use]
    pub const fn of_exchange(missing: Vec<Attribute>, now: Timestamp) -> Self {
        let phase = if missing.is_empty() {
            Phase::Waiting {}
        } else {
            Phase::MoreData { by: None }
        };
        Self {
            cause: Cause::Exchange,
            decision: None,
            missing,
            approvals: Approvals::One,
            opened_at: now,
            phase,
        }
    }

    #[must_use]
    pub const fn state(&self) -> ReviewState {
        self.phase.state()
    }

    /// Everybody who might be meant.
    #[must_use]
    pub fn candidates(&self) -> &[MemberRef] {
        self.decision.as_ref().map_or(&[], Decision::candidates)
    }

    /// The review after this word.
    ///
    /// Errors: the same person twice, somebody who is no candidate, a review that has ended
    pub fn heard(&self, word: Word) -> Result<Self, Unheard> {
        match &word.verdict {
            Verdict::Approve { person } if !self.candidates().contains(person) => {
                return Err(Unheard::NoCandidate);
            }
            Verdict::AskAgain {} if self.cause != Cause::Exchange => {
                return Err(Unheard::NothingToAsk);
            }
            Verdict::Approve { .. }
            | Verdict::Reject {}
            | Verdict::AskMore {}
            | Verdict::AskAgain {} => {}
        }
        let phase = match &self.phase {
            Phase::Approved { .. }
            | Phase::Rejected { .. }
            | Phase::GoesOn { .. }
            | Phase::Answered {} => return Err(Unheard::Ended),
            Phase::Waiting {} | Phase::MoreData { .. } => first(word, self.approvals),
            Phase::Proposed { first } if first.by == word.by => return Err(Unheard::SamePerson),
            Phase::Proposed { first } => second(first, word)?,
        };
        Ok(Self {
            phase,
            ..self.clone()
        })
    }

    /// The review after more was said, and what was said left no doubt.
    #[must_use]
    pub fn answered(&self) -> Self {
        Self {
            phase: Phase::Answered {},
            ..self.clone()
        }
    }

    /// The person whom people have agreed on.
    #[must_use]
    pub const fn person(&self) -> Option<&MemberRef> {
        match &self.phase {
            Phase::Approved { last, .. } => match &last.verdict {
                Verdict::Approve { person } => Some(person),
                Verdict::Reject {} | Verdict::AskMore {} | Verdict::AskAgain {} => None,
            },
            Phase::Waiting {}
            | Phase::Proposed { .. }
            | Phase::Rejected { .. }
            | Phase::MoreData { .. }
            | Phase::GoesOn { .. }
            | Phase::Answered {} => None,
        }
    }

    /// What people have made of the decision, as it stands today: the person on whom they have agreed, if that person
    /// still fits; nobody, if nobody has turned up since whom they have not seen. None where people have to look again.
    #[must_use]
    pub fn settles(&self, today: &Decision) -> Option<Decision> {
        if let Some(person) = self.person() {
            return today.approved(person);
        }
        let seen = self.candidates();
        let nobody_new = today.candidates().iter().all(|one| seen.contains(one));
        (self.state() == ReviewState::Rejected && nobody_new)
            .then(|| today.rejected())
            .flatten()
    }
}

/// To give nothing away needs no second person; to disclose a person may.
fn first(word: Word, approvals: Approvals) -> Phase {
    match (&word.verdict, approvals) {
        (Verdict::Approve { .. }, Approvals::Two) => Phase::Proposed { first: word },
        (Verdict::Approve { .. }, Approvals::One) => Phase::Approved {
            first: None,
            last: word,
        },
        (Verdict::Reject {}, _) => Phase::Rejected { by: word },
        (Verdict::AskMore {}, _) => Phase::MoreData { by: Some(word) },
        (Verdict::AskAgain {}, _) => Phase::GoesOn { by: word },
    }
}

fn second(first: &Word, word: Word) -> Result<Phase, Unheard> {
    match word.verdict {
        Verdict::Approve { .. } if word.verdict != first.verdict => Err(Unheard::OtherPerson),
        Verdict::Approve { .. } => Ok(Phase::Approved {
            first: Some(first.clone()),
            last: word,
        }),
        Verdict::Reject {} => Ok(Phase::Rejected { by: word }),
        Verdict::AskMore {} => Ok(Phase::MoreData { by: Some(word) }),
        Verdict::AskAgain {} => Ok(Phase::GoesOn { by: word }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn word(by: &str, verdict: Verdict) -> Word {
        Word {
            by: by.parse().unwrap(),
            verdict,
            rule: "identity/review".parse().unwrap(),
            reason: "seen".parse().unwrap(),
        }
    }

    #[test]
    fn an_exchange_of_ours_goes_on_by_one_word_and_names_nobody() {
        let review = Review::of_exchange(Vec::new(), Timestamp::default());
        let person = MemberRef::new("p1");
        let named = review.heard(word("r1", Verdict::Approve { person }));
        assert_eq!(named.unwrap_err(), Unheard::NoCandidate);
        let again = review.heard(word("r1", Verdict::AskAgain {})).unwrap();
        assert_eq!(again.state(), ReviewState::GoesOn);
        let late = again.heard(word("r2", Verdict::Reject {}));
        assert_eq!(late.unwrap_err(), Unheard::Ended);
    }

    #[test]
    fn what_is_missing_is_waited_for_until_it_is_said() {
        let review = Review::of_exchange(vec![Attribute::MemberId], Timestamp::default());
        assert_eq!(review.state(), ReviewState::MoreData);
        assert!(review.state().is_open());
        assert_eq!(review.answered().state(), ReviewState::Answered);
        assert!(!review.answered().state().is_open());
    }
}
