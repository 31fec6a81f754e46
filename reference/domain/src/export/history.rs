//! For which days of service we hold a member's records, and for which we do not.
//! Refuses to know the records themselves.

use super::CLAIMS;
use crate::record::{Day, Gap, GapWhy, Given, ResourceType};
use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};

/// Day of a month on which a synthetic member uses a service.
///
/// Source: ours; any day serves
const DAY_OF_SERVICE: u32 = 10;

/// Days for which records are absent, both days included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Hole {
    pub from: Day,
    pub to: Day,
    pub why: GapWhy,
}

/// What our source holds of one member; without bounds it holds everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    pub from: Option<Day>,
    pub to: Option<Day>,
    pub holes: Vec<Hole>,
    /// Whether the records at the source carry amounts.
    pub financial: bool,
}

impl History {
    /// What is absent from `window`, by day.
    #[must_use]
    pub fn absent(&self, window: &Given) -> Vec<Hole> {
        let why = GapWhy::NotHeld;
        let before = self.from.and_then(before).map(|to| Hole {
            from: window.from,
            to,
            why,
        });
        let after = self.to.and_then(after).map(|from| Hole {
            from,
            to: window.to,
            why,
        });
        let mut holes: Vec<Hole> = before
            .into_iter()
            .chain(self.holes.iter().copied())
            .chain(after)
            .filter_map(|hole| clipped(hole, window))
            .collect();
        holes.sort_unstable();
        holes
    }

    /// What an answer about `window` gives of claims, and of kinds that were wanted and that we do not hold.
    #[must_use]
    pub fn given(&self, window: &Given, claims: bool, unheld: &[ResourceType]) -> Given {
        let mut given = window.clone();
        if let (true, Ok(kind)) = (claims, CLAIMS.parse::<ResourceType>()) {
            for hole in self.absent(window) {
                given.gaps.push(Gap {
                    resource_type: kind.clone(),
                    from: hole.from,
                    to: hole.to,
                    why: hole.why,
                });
            }
        }
        for kind in unheld {
            given.gaps.push(Gap {
                resource_type: kind.clone(),
                from: window.from,
                to: window.to,
                why: GapWhy::NotHeld,
            });
        }
        given
    }

    /// The days of `window` for which there is a record, year by year.
    #[must_use]
    pub fn days(&self, window: &Given) -> Vec<Vec<Day>> {
        let absent = self.absent(window);
        let held = |day: &Day| {
            window.from <= *day
                && *day <= window.to
                && !absent
                    .iter()
                    .any(|hole| hole.from <= *day && *day <= hole.to)
        };
        years(window)
            .map(|year| {
                (1..=12)
                    .filter_map(|month| NaiveDate::from_ymd_opt(year, month, DAY_OF_SERVICE))
                    .map(Day::new)
                    .filter(held)
                    .collect()
            })
            .collect()
    }
}

fn years(window: &Given) -> impl Iterator<Item = i32> {
    window.from.date().year()..=window.to.date().year()
}

fn before(day: Day) -> Option<Day> {
    day.date().checked_sub_days(Days::new(1)).map(Day::new)
}

fn after(day: Day) -> Option<Day> {
    day.date().checked_add_days(Days::new(1)).map(Day::new)
}

/// The part of a hole that lies in the window.
fn clipped(hole: Hole, window: &Given) -> Option<Hole> {
    let (from, to) = (hole.from.max(window.from), hole.to.min(window.to));
    (from <= to).then_some(Hole { from, to, ..hole })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::workflow::Completion;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn window() -> Given {
        Given::floor(day("2026-10-01"))
    }

    fn hole(from: &str, to: &str) -> Hole {
        Hole {
            from: day(from),
            to: day(to),
            why: GapWhy::SourceUnavailable,
        }
    }

    #[test]
    fn without_bounds_five_years_are_complete() {
        let history = History::default();
        let given = history.given(&window(), true, &[]);
        assert_eq!(given.from, day("2021-10-01"));
        assert_eq!(given.completion(), Completion::Complete);
        let days: Vec<usize> = history.days(&window()).iter().map(Vec::len).collect();
        assert_eq!(days, [3, 12, 12, 12, 12, 9]);
    }

    #[test]
    fn missing_years_and_holes_are_told_by_day_and_have_no_record() {
        let history = History {
            from: Some(day("2023-01-01")),
            to: Some(day("2026-08-31")),
            holes: vec![
                hole("2025-03-01", "2025-04-30"),
                hole("2019-01-01", "2020-01-01"),
            ],
            financial: false,
        };
        let given = history.given(&window(), true, &[]);
        let gaps: Vec<(String, String, &str)> = given
            .gaps
            .iter()
            .map(|gap| (gap.from.to_string(), gap.to.to_string(), gap.why.word()))
            .collect();
        let told = |from: &str, to: &str, why| (from.to_owned(), to.to_owned(), why);
        assert_eq!(
            gaps,
            [
                told("2021-10-01", "2022-12-31", "not-held"),
                told("2025-03-01", "2025-04-30", "source-unavailable"),
                told("2026-09-01", "2026-10-01", "not-held"),
            ]
        );
        assert_eq!(given.completion(), Completion::Partial);
        let days: Vec<usize> = history.days(&window()).iter().map(Vec::len).collect();
        assert_eq!(days, [0, 0, 12, 12, 10, 8]);
    }

    #[test]
    fn a_kind_that_we_do_not_hold_is_absent_for_the_whole_window() {
        let kind: ResourceType = "Condition".parse().unwrap();
        let given = History::default().given(&window(), false, &[kind]);
        assert_eq!(given.gaps.len(), 1);
        assert_eq!(given.completion(), Completion::Partial);
    }

    #[test]
    fn a_history_outside_the_window_leaves_nothing() {
        let history = History {
            to: Some(day("2019-12-31")),
            ..History::default()
        };
        assert_eq!(history.absent(&window()).len(), 1);
        assert!(history.days(&window()).iter().all(Vec::is_empty));
    }
}
