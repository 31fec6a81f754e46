//! By when something has to be done: business days, weeks and quarters, counted on a calendar that is data.
//! Refuses to know what day it is, and to invent a holiday.

use crate::Timestamp;
use crate::ids::DocumentNumber;
use crate::record::Day;
use chrono::{DateTime, Datelike, Days, FixedOffset, Months, NaiveDate, NaiveTime, TimeDelta};
use serde::Deserialize;
use std::collections::BTreeSet;

vocabulary! {
    /// What a deadline is for.
    Duty {
        /// We answer a partner's authenticated and attested request.
        Answer = "answer",
        /// We ask the former payer.
        Ask = "ask",
        /// We ask a payer again while both cover the member.
        AskAgain = "ask-again",
        /// A request of ours is taken on by a partner, or comes to its end.
        Acknowledge = "acknowledge",
        /// A partner that took our request on gives what was asked for.
        Fulfil = "fulfil",
        /// A person decides an unclear match.
        Review = "review",
    }
}

vocabulary! {
    /// How a duty ended.
    Settled {
        Done = "done",
        /// Nobody wants it any more.
        Withdrawn = "withdrawn",
    }
}

/// Days of a week on which we ask, after enough is known.
///
/// Units:  days
/// Source: 42 CFR 422.121(b)(4)(iv), within one week
const ASK_WITHIN: u64 = 7;

/// Months between two exchanges with a payer that covers the member too.
///
/// Units:  months
/// Source: 42 CFR 422.121(b)(6)(i), at least quarterly
const QUARTER: u32 = 3;

/// Days that are looked at for the next business day. No run of holidays is longer.
///
/// Units:  days
/// Source: ours; a calendar without a business day gives no deadline
const LONGEST_RUN: usize = 31;

/// Share of the time after which somebody is told, in hundredths.
///
/// Source: ours, as the first two marks of an error budget
const WARN_AT: i32 = 75;

/// Which days count: a document of the control plane.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Calendar {
    pub number: DocumentNumber,
    pub title: String,
    /// Minutes east of UTC; the clock of the payer's seat, summer time left out.
    pub zone_offset_minutes: i32,
    pub holidays: BTreeSet<Day>,
}

/// Whoever writes a larger number means that it never ends (ours).
const LONGEST: TimeDelta = TimeDelta::days(36_500);

/// One deadline, with the moment at which somebody is told before it ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline {
    pub duty: Duty,
    pub starts: Timestamp,
    pub warns: Timestamp,
    pub ends: Timestamp,
}

/// How a deadline stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    Open,
    /// Nearly over: somebody has to know.
    Pressing,
    Passed,
}

impl Deadline {
    /// A deadline between two moments; one that ends before it starts ends at once.
    #[must_use]
    pub fn between(duty: Duty, starts: Timestamp, ends: Timestamp) -> Self {
        let ends = ends.max(starts);
        let length = ends.signed_duration_since(starts);
        let until_warned = length
            .checked_mul(WARN_AT)
            .and_then(|hundredths| hundredths.checked_div(100))
            .unwrap_or(length);
        Self {
            duty,
            starts,
            warns: starts.checked_add_signed(until_warned).unwrap_or(ends),
            ends,
        }
    }

    /// A deadline of a fixed length, at most a century.
    #[must_use]
    pub fn after(duty: Duty, starts: Timestamp, length: TimeDelta) -> Self {
        let ends = starts.checked_add_signed(length.min(LONGEST));
        Self::between(duty, starts, ends.unwrap_or(starts))
    }

    #[must_use]
    pub fn stands(&self, now: Timestamp) -> Standing {
        if now >= self.ends {
            Standing::Passed
        } else if now >= self.warns {
            Standing::Pressing
        } else {
            Standing::Open
        }
    }
}

/// How long a deadline is that warns at one moment and ends at the other.
#[must_use]
pub fn length(warns: Timestamp, ends: Timestamp) -> TimeDelta {
    let warned = ends.signed_duration_since(warns);
    let whole = warned.checked_mul(100);
    whole
        .and_then(|hundredths| hundredths.checked_div(100 - WARN_AT))
        .unwrap_or(warned)
}

/// By when a payer is asked, after it is known whom to ask about and that the member wants it.
#[must_use]
pub fn ask(known: Timestamp) -> Deadline {
    let ends = known.checked_add_days(Days::new(ASK_WITHIN));
    Deadline::between(Duty::Ask, known, ends.unwrap_or(known))
}

/// By when a payer that covers the member too is asked again.
#[must_use]
pub fn ask_again(last: Timestamp) -> Deadline {
    let ends = last.checked_add_months(Months::new(QUARTER));
    Deadline::between(Duty::AskAgain, last, ends.unwrap_or(last))
}

impl Calendar {
    /// By when a request that came in now is answered: at the same time of the next business day. What comes in on
    /// another day counts as having come in when the next business day began.
    ///
    /// Errors: none when the calendar has no business day
    /// Source: 42 CFR 422.121(b)(5), one business day; how days are counted is ours
    #[must_use]
    pub fn answer(&self, received: Timestamp) -> Option<Deadline> {
        let zone = self.zone()?;
        let local = received.with_timezone(&zone);
        let begins = if self.is_business_day(local.date_naive()) {
            local.naive_local()
        } else {
            self.next_business_day(local.date_naive())?
                .and_time(NaiveTime::MIN)
        };
        let ends = self
            .next_business_day(begins.date())?
            .and_time(begins.time());
        let ends = ends.and_local_timezone(zone).single()?;
        Some(Deadline::between(Duty::Answer, received, utc(ends)))
    }

    /// Is it neither a weekend nor a holiday?
    #[must_use]
    pub fn is_business_day(&self, day: NaiveDate) -> bool {
        let weekend = day.weekday().number_from_monday() > 5;
        !weekend && !self.holidays.contains(&Day::new(day))
    }

    fn next_business_day(&self, after: NaiveDate) -> Option<NaiveDate> {
        after
            .iter_days()
            .skip(1)
            .take(LONGEST_RUN)
            .find(|day| self.is_business_day(*day))
    }

    fn zone(&self) -> Option<FixedOffset> {
        FixedOffset::east_opt(self.zone_offset_minutes.checked_mul(60)?)
    }
}

fn utc(at: DateTime<FixedOffset>) -> Timestamp {
    at.to_utc()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;
    use std::num::NonZeroU32;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Eastern Standard Time; Thanksgiving and the day after.
    fn calendar() -> Calendar {
        Calendar {
            number: DocumentNumber(NonZeroU32::MIN),
            title: "test".to_owned(),
            zone_offset_minutes: -300,
            holidays: ["2026-11-26", "2026-11-27"]
                .map(|day| day.parse().unwrap())
                .into(),
        }
    }

    #[test]
    fn a_deadline_keeps_its_length_and_one_that_never_ends_does_not_end_at_once() {
        let starts = at("2026-10-01T12:00:00Z");
        for length_of in [
            TimeDelta::days(28),
            TimeDelta::seconds(7),
            TimeDelta::zero(),
        ] {
            let deadline = Deadline::after(Duty::Fulfil, starts, length_of);
            assert_eq!(length(deadline.warns, deadline.ends), length_of);
        }
        let never = Deadline::after(Duty::Acknowledge, starts, TimeDelta::MAX);
        assert_eq!(never.ends, starts + TimeDelta::days(36_500));
    }

    #[test]
    fn one_business_day_skips_weekends_and_holidays_and_keeps_the_time_of_day() {
        for (received, ends) in [
            // Thursday to Friday.
            ("2026-10-01T15:30:00Z", "2026-10-02T15:30:00Z"),
            // Friday to Monday.
            ("2026-10-02T15:30:00Z", "2026-10-05T15:30:00Z"),
            // Saturday counts as Monday's first moment, in our zone.
            ("2026-10-03T15:30:00Z", "2026-10-06T05:00:00Z"),
            // Wednesday before a holiday of two days: the Monday after.
            ("2026-11-25T15:30:00Z", "2026-11-30T15:30:00Z"),
            // Still Friday in our zone, although it is Saturday in UTC.
            ("2026-10-03T02:00:00Z", "2026-10-06T02:00:00Z"),
        ] {
            let deadline = calendar().answer(at(received)).unwrap();
            assert_eq!(deadline.ends, at(ends), "{received}");
        }
    }

    #[test]
    fn a_calendar_without_a_business_day_gives_no_deadline() {
        let mut calendar = calendar();
        let first: NaiveDate = "2026-10-01".parse().unwrap();
        calendar.holidays = first.iter_days().take(90).map(Day::new).collect();
        assert_eq!(calendar.answer(at("2026-10-01T12:00:00Z")), None);
        calendar.zone_offset_minutes = i32::MAX;
        assert_eq!(calendar.answer(at("2026-10-01T12:00:00Z")), None);
    }

    #[test]
    fn asking_has_a_week_and_asking_again_a_quarter() {
        let known = at("2026-11-30T12:00:00Z");
        assert_eq!(ask(known).ends, at("2026-12-07T12:00:00Z"));
        assert_eq!(ask_again(known).ends, at("2027-02-28T12:00:00Z"));
    }

    #[test]
    fn a_deadline_is_open_then_pressing_then_passed() {
        let deadline = ask(at("2026-10-01T00:00:00Z"));
        for (now, standing) in [
            ("2026-10-01T00:00:00Z", Standing::Open),
            ("2026-10-06T05:59:59Z", Standing::Open),
            ("2026-10-06T06:00:00Z", Standing::Pressing),
            ("2026-10-08T00:00:00Z", Standing::Passed),
        ] {
            assert_eq!(deadline.stands(at(now)), standing, "{now}");
        }
    }

    proptest! {
        #[test]
        fn an_answer_is_due_on_a_business_day_after_at_least_a_day(seconds in 0i64..4_000_000_000) {
            let received = DateTime::from_timestamp(seconds, 0).unwrap();
            let deadline = calendar().answer(received).unwrap();
            let zone = calendar().zone().unwrap();
            let day = deadline.ends.with_timezone(&zone).date_naive();
            prop_assert!(calendar().is_business_day(day));
            prop_assert!(deadline.ends.signed_duration_since(received) >= TimeDelta::days(1));
            prop_assert!(received <= deadline.warns && deadline.warns <= deadline.ends);
        }
    }
}
