//! What came of each member of a bulk exchange, by its place in the request: a word, and a code where one says why.
//! Refuses to hold anything of a person, and to call a member well of whom nothing is decided.

use crate::consent::Refusal;
use crate::failure::Code;
use crate::workflow::Completion;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

vocabulary! {
    /// What came of one member.
    MemberOutcome {
        /// The partner is to be asked, or has not answered yet.
        Asked = "asked",
        /// The partner is not asked: what was handed in of the member does not stand.
        LeftOut = "left-out",
        Matched = "matched",
        NoMatch = "no-match",
        ConsentConstraint = "consent-constraint",
        /// The answer says nothing of the member, or two things.
        Undecided = "undecided",
        /// Matched, and data have arrived.
        Given = "given",
        /// Matched, and no record has arrived.
        WithoutData = "without-data",
    }
}

/// One member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seat {
    pub outcome: MemberOutcome,
    /// Why the member was left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Code>,
}

/// All members of a bulk exchange, in the order of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Roster(Vec<Seat>);

impl Roster {
    /// As many members who are to be asked about.
    #[must_use]
    pub fn asked(count: usize) -> Self {
        let seat = Seat {
            outcome: MemberOutcome::Asked,
            code: None,
        };
        Self(vec![seat; count])
    }

    #[must_use]
    pub fn seats(&self) -> &[Seat] {
        &self.0
    }

    /// Is the partner asked about the member?
    #[must_use]
    pub fn stands(&self, position: usize) -> bool {
        let seat = self.0.get(position);
        seat.is_some_and(|seat| seat.outcome != MemberOutcome::LeftOut)
    }

    #[must_use]
    pub fn anybody_stands(&self) -> bool {
        (0..self.0.len()).any(|position| self.stands(position))
    }

    pub fn leave_out(&mut self, position: usize, code: Code) {
        if let Some(seat) = self.0.get_mut(position) {
            *seat = Seat {
                outcome: MemberOutcome::LeftOut,
                code: Some(code),
            };
        }
    }

    /// Takes those back in who were left out for such a reason: they are judged anew.
    pub fn readmit(&mut self, may_change: impl Fn(Code) -> bool) {
        for seat in &mut self.0 {
            if seat.code.is_some_and(&may_change) {
                *seat = Seat {
                    outcome: MemberOutcome::Asked,
                    code: None,
                };
            }
        }
    }

    /// Writes down what the partner says of a member. Who was left out stays left out.
    pub fn place(&mut self, position: usize, outcome: MemberOutcome) {
        let seat = self.0.get_mut(position);
        if let Some(seat) = seat.filter(|seat| seat.outcome != MemberOutcome::LeftOut) {
            seat.outcome = outcome;
        }
    }

    /// Writes down that data of a member who was matched have arrived. Gives whether that is news.
    pub fn give(&mut self, position: usize) -> bool {
        let seat = self.0.get_mut(position);
        let seat = seat.filter(|seat| seat.outcome == MemberOutcome::Matched);
        seat.map(|seat| seat.outcome = MemberOutcome::Given)
            .is_some()
    }

    /// Tells nobody as given: what has arrived counts when the whole has been judged.
    pub fn hold_back(&mut self) {
        for seat in &mut self.0 {
            if seat.outcome == MemberOutcome::Given {
                seat.outcome = MemberOutcome::Matched;
            }
        }
    }

    /// Nothing arrives any more.
    pub fn close(&mut self) {
        for seat in &mut self.0 {
            if seat.outcome == MemberOutcome::Matched {
                seat.outcome = MemberOutcome::WithoutData;
            }
        }
    }

    /// How many members have each outcome.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<MemberOutcome, usize> {
        let mut counts = BTreeMap::new();
        for seat in &self.0 {
            let count: &mut usize = counts.entry(seat.outcome).or_default();
            *count = count.saturating_add(1);
        }
        counts
    }

    #[must_use]
    pub fn has(&self, outcome: MemberOutcome) -> bool {
        self.0.iter().any(|seat| seat.outcome == outcome)
    }

    /// The whole only when every member of the request has come to `wanted`.
    #[must_use]
    pub fn completion(&self, wanted: MemberOutcome) -> Completion {
        if self.0.iter().all(|seat| seat.outcome == wanted) {
            Completion::Complete
        } else {
            Completion::Partial
        }
    }

    /// Why the exchange has come to nothing when nobody was matched. An answer that is silent about somebody is none.
    #[must_use]
    pub fn refusal(&self) -> Code {
        if self.has(MemberOutcome::Undecided) || self.has(MemberOutcome::Asked) {
            return Code::BadResponse;
        }
        if self.has(MemberOutcome::NoMatch) {
            return Code::NoMatch;
        }
        if self.has(MemberOutcome::ConsentConstraint) {
            return Code::Consent(Refusal::ByPartner);
        }
        let why = self.0.iter().find_map(|seat| seat.code);
        why.unwrap_or(Code::BadResponse)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn roster(outcomes: &[MemberOutcome]) -> Roster {
        let mut roster = Roster::asked(outcomes.len());
        for (position, outcome) in outcomes.iter().enumerate() {
            roster.place(position, *outcome);
        }
        roster
    }

    #[test]
    fn who_was_left_out_is_neither_placed_nor_given() {
        let mut roster = Roster::asked(2);
        roster.leave_out(0, Code::MissingIdentifier);
        roster.place(0, MemberOutcome::Matched);
        roster.place(1, MemberOutcome::Matched);
        assert!(!roster.give(0) && roster.give(1) && !roster.give(1));
        assert!(!roster.stands(0) && roster.stands(1) && !roster.stands(2));
        let part = roster.completion(MemberOutcome::Given);
        assert_eq!(part, Completion::Partial);
    }

    #[test]
    fn only_everybody_is_the_whole() {
        use MemberOutcome::{Given, Matched, Undecided};
        let mut all = roster(&[Matched, Matched]);
        assert!(all.give(0) && all.give(1));
        assert_eq!(all.completion(Given), Completion::Complete);
        for other in MemberOutcome::ALL.iter().filter(|one| **one != Given) {
            let part = roster(&[Given, *other]);
            assert_eq!(part.completion(Given), Completion::Partial, "{other}");
        }
        let mut open = roster(&[Matched, Undecided]);
        open.close();
        assert!(open.has(MemberOutcome::WithoutData) && open.has(Undecided));
    }

    #[test]
    fn nobody_matched_is_a_refusal_only_where_everybody_was_answered() {
        use MemberOutcome::{ConsentConstraint, NoMatch, Undecided};
        let refusal = |outcomes: &[MemberOutcome]| roster(outcomes).refusal();
        assert_eq!(refusal(&[NoMatch, ConsentConstraint]), Code::NoMatch);
        let by_partner = Code::Consent(Refusal::ByPartner);
        assert_eq!(refusal(&[ConsentConstraint]), by_partner);
        assert_eq!(refusal(&[NoMatch, Undecided]), Code::BadResponse);
        let mut none = Roster::asked(1);
        assert_eq!(none.refusal(), Code::BadResponse);
        none.leave_out(0, Code::MissingIdentifier);
        assert_eq!(none.refusal(), Code::MissingIdentifier);
    }

    #[test]
    fn it_is_kept_and_read_back_as_it_was() {
        let mut kept = roster(&[MemberOutcome::Given, MemberOutcome::NoMatch]);
        kept.leave_out(1, Code::Consent(Refusal::Absent));
        let text = serde_json::to_string(&kept).unwrap();
        assert_eq!(
            text,
            r#"[{"outcome":"given"},{"outcome":"left-out","code":"consent/absent"}]"#
        );
        assert_eq!(serde_json::from_str::<Roster>(&text).unwrap(), kept);
    }
}
