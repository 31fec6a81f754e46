//! What a partner gave of a member's history: the window of service that was looked through, and what is absent from it.
//! Refuses to call a part the whole.

use super::name::ResourceType;
use super::time::Day;
use crate::workflow::Completion;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Years of service that an answer has to reach back.
///
/// Units:  years
/// Source: 42 CFR 422.121(b)(4)(ii); PDex 2.2.0 pdex-130, pdex-172
const YEARS: u32 = 5;

vocabulary! {
    /// Why something is absent from an answer.
    GapWhy {
        /// The payer never had it.
        NotHeld = "not-held",
        /// Its source was down when the answer was made.
        SourceUnavailable = "source-unavailable",
        /// The answer told of an error for it.
        PartnerError = "partner-error",
        /// The deadline came before it.
        NotInTime = "not-in-time",
    }
}

/// Something that was asked for and is absent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gap {
    /// The FHIR resources that are absent for these days of service.
    pub resource_type: ResourceType,
    /// First day of service for which they are absent.
    #[schemars(extend("x-phi" = "P1"))]
    pub from: Day,
    /// Last day of service for which they are absent, that day included.
    #[schemars(extend("x-phi" = "P1"))]
    pub to: Day,
    /// Decides whether asking again can close the gap.
    pub why: GapWhy,
}

/// What an answer holds, by days of service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// First day of service that the answering payer looked through, whether or not anything happened on it.
    #[schemars(extend(
        "x-phi" = "P1",
        "x-source" = { "guide": "PDex", "version": "2.2.0", "statement": ["pdex-130", "pdex-172"] }
    ))]
    pub from: Day,
    /// Last day of service that was looked through, that day included; not the day of the request.
    #[schemars(extend("x-phi" = "P1"))]
    pub to: Day,
    /// Everything inside the window that was asked for and is absent; an answer without gaps has an empty list.
    #[schemars(length(max = 1000))]
    pub gaps: Vec<Gap>,
}

impl Given {
    /// The window that an answer of this day has to look through, with nothing absent from it.
    #[must_use]
    pub fn floor(today: Day) -> Self {
        Self {
            from: today.years_before(YEARS).unwrap_or(today),
            to: today,
            gaps: Vec::new(),
        }
    }

    /// Complete is only what reaches back five years and lacks nothing.
    #[must_use]
    pub fn completion(&self) -> Completion {
        let floor = self.to.years_before(YEARS);
        let reaches_back = floor.is_some_and(|floor| self.from <= floor);
        if reaches_back && self.gaps.is_empty() {
            Completion::Complete
        } else {
            Completion::Partial
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn given(from: &str, gaps: Vec<Gap>) -> Given {
        Given {
            from: from.parse().unwrap(),
            to: "2026-09-30".parse().unwrap(),
            gaps,
        }
    }

    fn gap() -> Gap {
        Gap {
            resource_type: "ExplanationOfBenefit".parse().unwrap(),
            from: "2022-01-01".parse().unwrap(),
            to: "2022-12-31".parse().unwrap(),
            why: GapWhy::SourceUnavailable,
        }
    }

    #[test]
    fn five_years_without_a_gap_are_complete() {
        for from in ["2021-09-30", "2019-01-01"] {
            assert_eq!(
                given(from, Vec::new()).completion(),
                Completion::Complete,
                "{from}"
            );
        }
    }

    #[test]
    fn a_day_less_or_one_gap_is_a_part() {
        let short = given("2021-10-01", Vec::new());
        let torn = given("2019-01-01", vec![gap()]);
        for part in [short, torn] {
            assert_eq!(part.completion(), Completion::Partial);
        }
    }
}
