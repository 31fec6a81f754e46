//! Where one member belongs: found, not found, or found and not to be disclosed.
//! Refuses to look at any other member, and at the permission of somebody who was not found.

use crate::Timestamp;
use crate::consent::{ConsentPolicy, Grant, Organisation, Question, Refused, Standing, evaluate};
use crate::identity::{Decision, Outcome};
use crate::ids::MemberRef;
use crate::member_match::{MemberMatch, Part};
use crate::message::group::MatchOutcome;

/// Who gives and who gets.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    pub discloser: &'a Organisation,
    pub recipient: &'a Organisation,
}

/// A member who was found and may be disclosed.
#[derive(Clone, Debug, PartialEq)]
pub struct Cleared {
    pub person: MemberRef,
    pub decision: Decision,
    pub grant: Grant,
}

/// What was found out about one member.
#[derive(Clone, Debug, PartialEq)]
pub enum Judged {
    Found(Box<Cleared>),
    NotFound(Decision),
    /// Found, and the permission does not hold. The reason stays with us.
    Constrained(Decision, Refused),
}

impl Judged {
    /// The list on which the member belongs.
    #[must_use]
    pub const fn outcome(&self) -> MatchOutcome {
        match self {
            Self::Found(_) => MatchOutcome::Match,
            Self::NotFound(_) => MatchOutcome::NoMatch,
            Self::Constrained(..) => MatchOutcome::ConsentConstraint,
        }
    }
}

/// Judges one member by the decision about who is meant, and then by the permission. `standing` is what our own
/// records say of the person whom the decision names; a member whom nobody has reviewed yet is not found.
///
/// Source: PDex 2.2.0 pdex-154, pdex-154a, pdex-154b
#[must_use]
pub fn judge(
    parts: &MemberMatch<'_>,
    decision: Decision,
    standing: Standing,
    sides: Sides<'_>,
    rules: &ConsentPolicy,
    now: Timestamp,
) -> Judged {
    let Some(person) = named(&decision) else {
        return Judged::NotFound(decision);
    };
    let question = Question {
        consent: parts.resource(Part::Consent),
        patient: parts.patient_id(),
        discloser: sides.discloser,
        recipient: sides.recipient,
        standing,
    };
    match evaluate(&question, rules, now) {
        Ok(grant) => Judged::Found(Box::new(Cleared {
            person,
            decision,
            grant,
        })),
        Err(refused) => Judged::Constrained(decision, refused),
    }
}

/// The person whom a decision names without a further word.
fn named(decision: &Decision) -> Option<MemberRef> {
    match decision.outcome() {
        Outcome::Matched { person } if decision.tier().is_settled() => Some(person.clone()),
        Outcome::Matched { .. }
        | Outcome::NoMatch {}
        | Outcome::MultipleMatch {}
        | Outcome::MissingIdentifier { .. }
        | Outcome::UnderReview { .. }
        | Outcome::ConflictingField { .. } => None,
    }
}
