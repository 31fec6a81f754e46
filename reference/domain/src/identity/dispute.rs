//! A quarrel about who a person is: a partner rejects an identity, somebody has to say who is right, by a day.
//! Refuses to end without a resolution that says what becomes of the persons.

use super::{Attribute, Origin, PersonRecord, Provenance, Raw};
use crate::Timestamp;
use crate::failure::Code;
use crate::ids::{ExchangeId, MemberRef, PartnerId};
use crate::masked::Masked;
use crate::record::{Day, RuleId, Slug};
use chrono::Duration;

vocabulary! {
    /// How far a dispute has come.
    DisputeState {
        Open = "open",
        EvidenceAsked = "evidence-asked",
        /// It is the person, under another name or number too.
        ResolvedLinked = "resolved-linked",
        /// They are two persons.
        ResolvedSplit = "resolved-split",
        Withdrawn = "withdrawn",
    }
}

impl DisputeState {
    /// Is anything left to do?
    #[must_use]
    pub const fn is_open(self) -> bool {
        match self {
            Self::Open | Self::EvidenceAsked => true,
            Self::ResolvedLinked | Self::ResolvedSplit | Self::Withdrawn => false,
        }
    }
}

/// What somebody who may decide says.
#[derive(Clone, Debug, PartialEq)]
pub enum Resolution {
    AskEvidence,
    /// The value that the partner knows the person by is one of ours too.
    Link {
        attribute: Attribute,
        value: Masked<Raw>,
        rule: RuleId,
    },
    Split {
        rule: RuleId,
    },
    Withdraw,
}

/// What a resolution leads to.
#[derive(Clone, Debug, PartialEq)]
pub enum Consequence {
    /// The person has this alias from now on; the record is the new one, nothing of the old is lost.
    Aliased(PersonRecord),
    /// The exchanges that waited for an answer are looked at again.
    Reopen(Option<ExchangeId>),
}

/// A resolution that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unresolvable {
    #[error("the dispute has ended as {0}")]
    Ended(DisputeState),
    #[error("evidence has been asked for already")]
    AskedTwice,
    #[error("{0} is held already")]
    Held(Attribute),
}

/// What a dispute is about, by ids only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Whose name or number it is about; none as long as nobody has looked that up.
    pub person: Option<MemberRef>,
    pub partner: Option<PartnerId>,
    pub exchange: Option<ExchangeId>,
}

/// One dispute. It names persons by opaque ids only.
#[derive(Clone, Debug, PartialEq)]
pub struct Dispute {
    pub about: About,
    /// What the partner said.
    pub code: Code,
    pub state: DisputeState,
    /// The team that has to answer.
    pub owner: Slug,
    pub opened_at: Timestamp,
    pub due_at: Timestamp,
}

impl Dispute {
    /// The dispute that a partner's refusal opens; none when the refusal is about something else.
    #[must_use]
    pub fn of_refusal(
        code: Code,
        about: About,
        owner: Slug,
        now: Timestamp,
        within: Duration,
    ) -> Option<Self> {
        code.is_identity().then_some(Self {
            about,
            code,
            state: DisputeState::Open,
            owner,
            opened_at: now,
            due_at: now + within,
        })
    }

    #[must_use]
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.state.is_open() && now > self.due_at
    }

    /// The dispute after somebody has spoken, and what follows for the person.
    ///
    /// Errors: a dispute that has ended, evidence asked for twice, an alias that is held already
    pub fn resolved(
        &self,
        resolution: &Resolution,
        record: &PersonRecord,
        on: Day,
    ) -> Result<(Self, Vec<Consequence>), Unresolvable> {
        if !self.state.is_open() {
            return Err(Unresolvable::Ended(self.state));
        }
        let reopen = || Consequence::Reopen(self.about.exchange.clone());
        let (state, consequences) = match resolution {
            Resolution::AskEvidence if self.state == DisputeState::EvidenceAsked => {
                return Err(Unresolvable::AskedTwice);
            }
            Resolution::AskEvidence => (DisputeState::EvidenceAsked, Vec::new()),
            Resolution::Link {
                attribute, value, ..
            } => {
                let aliased = aliased(record, *attribute, value.expose(), on)?;
                let consequences = vec![Consequence::Aliased(aliased), reopen()];
                (DisputeState::ResolvedLinked, consequences)
            }
            Resolution::Split { .. } => (DisputeState::ResolvedSplit, vec![reopen()]),
            Resolution::Withdraw => (DisputeState::Withdrawn, Vec::new()),
        };
        let next = Self {
            state,
            ..self.clone()
        };
        Ok((next, consequences))
    }
}

/// An alias stands beside what holds, with the resolution as its evidence.
fn aliased(
    record: &PersonRecord,
    attribute: Attribute,
    value: &Raw,
    on: Day,
) -> Result<PersonRecord, Unresolvable> {
    let mut entries = record.entries().iter();
    if entries.any(|entry| entry.attribute == attribute && entry.value.expose() == value) {
        return Err(Unresolvable::Held(attribute));
    }
    let provenance = Provenance {
        since: Some(on),
        verified: Some(on),
        ..Provenance::of(Origin::Resolution)
    };
    Ok(record.clone().with(attribute, value.clone(), provenance))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn now() -> Timestamp {
        "2026-10-01T12:00:00Z".parse().unwrap()
    }

    fn on() -> Day {
        "2026-10-02".parse().unwrap()
    }

    fn dispute(code: Code) -> Option<Dispute> {
        let about = About {
            person: Some(MemberRef::new("p1")),
            partner: Some(PartnerId::new("contoso")),
            exchange: Some(ExchangeId::new("x1")),
        };
        let owner = "member-identity".parse().unwrap();
        Dispute::of_refusal(code, about, owner, now(), Duration::days(5))
    }

    fn link(value: &str) -> Resolution {
        Resolution::Link {
            attribute: Attribute::MemberId,
            value: Masked::new(Raw::Text(value.to_owned())),
            rule: "identity/alias".parse().unwrap(),
        }
    }

    #[test]
    fn a_partners_rejection_is_resolved_into_an_alias_and_looked_at_again() {
        assert!(dispute(Code::TransportTimeout).is_none());
        let open = dispute(Code::NoMatch).unwrap();
        assert!(!open.is_overdue(now()) && open.is_overdue(now() + Duration::days(6)));
        let record = PersonRecord::default().said(Attribute::MemberId, "M1", Origin::Enrollment);
        let (asked, nothing) = open
            .resolved(&Resolution::AskEvidence, &record, on())
            .unwrap();
        assert!(nothing.is_empty() && asked.state == DisputeState::EvidenceAsked);
        let (done, consequences) = asked.resolved(&link("M2"), &record, on()).unwrap();
        assert_eq!(done.state, DisputeState::ResolvedLinked);
        let [Consequence::Aliased(aliased), Consequence::Reopen(exchange)] =
            consequences.as_slice()
        else {
            panic!("an alias and a second look");
        };
        assert_eq!(exchange.as_ref().unwrap().as_str(), "x1");
        assert_eq!(aliased.entries().len(), 2);
        let evidence = aliased.entries().last().unwrap().provenance;
        assert_eq!(
            (evidence.origin, evidence.verified),
            (Origin::Resolution, Some(on()))
        );
    }

    #[test]
    fn what_has_ended_and_what_is_held_is_not_resolved_again() {
        let record = PersonRecord::default().said(Attribute::MemberId, "M1", Origin::Enrollment);
        let open = dispute(Code::ConflictingField).unwrap();
        let held = open.resolved(&link("M1"), &record, on());
        assert_eq!(held.unwrap_err(), Unresolvable::Held(Attribute::MemberId));
        let (ended, _) = open.resolved(&Resolution::Withdraw, &record, on()).unwrap();
        assert!(!ended.is_overdue(now() + Duration::days(60)));
        let again = ended.resolved(&Resolution::AskEvidence, &record, on());
        assert_eq!(
            again.unwrap_err(),
            Unresolvable::Ended(DisputeState::Withdrawn)
        );
    }
}
