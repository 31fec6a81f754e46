//! What was promised to a partner, or by the platform to all: each promise a number with its unit.
//! Refuses a document that leaves a promise out; a promise that is not made is said by the other side's number, not by silence.

use super::name::{Slug, TimeOfDay, ZoneName};
use super::told;
use crate::ids::PartnerId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// How much service was bought.
    Tier {
        Platform = "platform",
        Standard = "standard",
        Critical = "critical",
    }
}

vocabulary! {
    /// A part of the way from request to result for which a latency is promised.
    SlaStep {
        Acknowledge = "acknowledge",
        Match = "match",
        Fulfil = "fulfil",
        Read = "read",
    }
}

vocabulary! {
    /// How bad it is for the partner.
    SupportSeverity {
        Major = "major",
        Minor = "minor",
    }
}

vocabulary! {
    /// What does not count against the promises.
    Exclusion {
        PlannedWindow = "planned-window",
        PartnerOutage = "partner-outage",
        PartnerRejection = "partner-rejection",
        SyntheticMember = "synthetic-member",
    }
}

vocabulary! {
    /// A day of the week.
    Day {
        Mon = "mon",
        Tue = "tue",
        Wed = "wed",
        Thu = "thu",
        Fri = "fri",
        Sat = "sat",
        Sun = "sun",
    }
}

/// How long one step may take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Latency {
    /// The step that is timed, from its start to the answer that ends it.
    pub step: SlaStep,
    /// Milliseconds within which half of the calls are answered.
    #[schemars(range(min = 1))]
    pub p50_ms: u64,
    /// Milliseconds within which 95 of 100 calls are answered.
    #[schemars(range(min = 1))]
    pub p95_ms: u64,
}

/// How soon a person answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Support {
    /// How bad the incident is, judged by the partner that reports it.
    pub severity: SupportSeverity,
    /// Minutes from the report to a person's answer, within the support hours.
    #[schemars(range(min = 1))]
    pub response_minutes: u32,
    /// Minutes between two words about an incident that is still open.
    #[schemars(range(min = 1))]
    pub update_minutes: u32,
}

/// A time in which interruptions were agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// The day on which the window opens.
    pub day: Day,
    /// When it opens, in `zone`.
    pub from: TimeOfDay,
    /// When it closes, in `zone`; earlier than `from` means on the next day.
    pub to: TimeOfDay,
    /// The zone whose clock counts, summer time included.
    pub zone: ZoneName,
}

/// Who is told how much of the allowed failure is spent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Per cent of the error budget whose use is announced.
    #[schemars(range(min = 1, max = 100))]
    pub spent_percent: u8,
    /// The team that is told, and then decides what is released.
    pub team: Slug,
}

/// One service level document. Shares are in hundredths of a per cent: 9990 is 99.90 %.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SlaDocument {
    /// Names the document in alerts and reports.
    pub id: Slug,
    /// The payer to whom the promises are made; null for the document of the platform itself.
    #[serde(deserialize_with = "told")]
    #[schemars(extend("x-phi" = "P0"))]
    pub partner: Option<PartnerId>,
    /// The bundle of promises from which the numbers come.
    pub tier: Tier,
    /// The team that answers when a promise is broken.
    pub owner: Slug,
    /// Teams that are called one after the other until one answers.
    #[schemars(length(min = 1, max = 5))]
    pub escalation: Vec<Slug>,
    /// Share of minutes in which requests are taken on; hundredths of a per cent.
    #[schemars(range(max = 10_000))]
    pub availability: u16,
    /// Share of valid requests that are taken on rather than refused; hundredths of a per cent.
    #[schemars(range(max = 10_000))]
    pub acceptance_rate: u16,
    /// Share of accepted requests for which the member's records were had; hundredths of a per cent.
    #[schemars(range(max = 10_000))]
    pub retrieval_rate: u16,
    /// Largest share of answers that are our own failures; hundredths of a per cent.
    #[schemars(range(max = 10_000))]
    pub error_rate: u16,
    /// Promised times, one line a step.
    #[schemars(length(min = 1, max = 4))]
    pub latency: Vec<Latency>,
    /// Hours until a person has decided an unclear match.
    #[schemars(range(min = 1))]
    pub review_hours: u32,
    /// Hours by which what we give may lag behind our own source.
    #[schemars(range(min = 1))]
    pub freshness_hours: u32,
    /// How soon a person answers, one line a severity.
    #[schemars(length(min = 1, max = 2))]
    pub support: Vec<Support>,
    /// Days between the announcement of an end and the end of a version.
    #[schemars(range(min = 1))]
    pub deprecation_days: u32,
    /// Days until data that was wrong is put right.
    #[schemars(range(min = 1))]
    pub correction_days: u32,
    /// Times in which interruptions were agreed; none is an empty list.
    #[schemars(length(max = 14))]
    pub windows: Vec<Window>,
    /// What does not count against the promises.
    #[schemars(length(max = 4))]
    pub exclusions: Vec<Exclusion>,
    /// Marks of the error budget at which somebody is told, rising.
    #[schemars(length(min = 3, max = 3))]
    pub budget: Vec<Budget>,
}

/// What in a document cannot be kept as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsound {
    #[error("a 95th percentile is below its median")]
    Percentiles,
    #[error("a step has two lines")]
    StepTwice,
    #[error("a severity has two lines, or none")]
    Severities,
    #[error("the budget is not announced at 50, 75 and 100 per cent")]
    Budget,
    #[error("the platform's own document names a partner, or a partner's names none")]
    Partner,
}

impl SlaDocument {
    /// Whether the promises fit each other.
    ///
    /// Errors: the first that does not
    pub fn check(&self) -> Result<(), Unsound> {
        let holds = [
            (
                self.latency.iter().all(|step| step.p50_ms <= step.p95_ms),
                Unsound::Percentiles,
            ),
            (
                distinct(self.latency.iter().map(|line| line.step)) == self.latency.len(),
                Unsound::StepTwice,
            ),
            (
                distinct(self.support.iter().map(|line| line.severity)) == self.support.len()
                    && self.support.len() == SupportSeverity::ALL.len(),
                Unsound::Severities,
            ),
            (
                self.budget
                    .iter()
                    .map(|mark| mark.spent_percent)
                    .eq([50, 75, 100]),
                Unsound::Budget,
            ),
            (
                (self.tier == Tier::Platform) == self.partner.is_none(),
                Unsound::Partner,
            ),
        ];
        holds
            .into_iter()
            .find(|(holds, _)| !holds)
            .map_or(Ok(()), |(_, why)| Err(why))
    }
}

fn distinct<T: Ord>(values: impl Iterator<Item = T>) -> usize {
    values.collect::<std::collections::BTreeSet<T>>().len()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    fn document() -> SlaDocument {
        let support = |severity, response_minutes| Support {
            severity,
            response_minutes,
            update_minutes: 60,
        };
        let mark = |spent_percent| Budget {
            spent_percent,
            team: "exchange-platform".parse().unwrap(),
        };
        SlaDocument {
            id: "northwind".parse().unwrap(),
            partner: Some(PartnerId::new("northwind")),
            tier: Tier::Critical,
            owner: "exchange-platform".parse().unwrap(),
            escalation: vec!["exchange-platform".parse().unwrap()],
            availability: 9_990,
            acceptance_rate: 9_900,
            retrieval_rate: 9_800,
            error_rate: 50,
            latency: vec![Latency {
                step: SlaStep::Match,
                p50_ms: 400,
                p95_ms: 2_000,
            }],
            review_hours: 24,
            freshness_hours: 24,
            support: vec![
                support(SupportSeverity::Major, 60),
                support(SupportSeverity::Minor, 1_440),
            ],
            deprecation_days: 180,
            correction_days: 5,
            windows: Vec::new(),
            exclusions: vec![Exclusion::SyntheticMember],
            budget: vec![mark(50), mark(75), mark(100)],
        }
    }

    #[test]
    fn a_document_whose_promises_fit_is_sound() {
        assert_eq!(document().check(), Ok(()));
        let platform = SlaDocument {
            tier: Tier::Platform,
            partner: None,
            ..document()
        };
        assert_eq!(platform.check(), Ok(()));
    }

    #[test]
    fn every_contradiction_is_named() {
        let broken = |change: fn(&mut SlaDocument)| {
            let mut document = document();
            change(&mut document);
            document.check().unwrap_err()
        };
        assert_eq!(
            broken(|d| d.latency[0].p50_ms = 3_000),
            Unsound::Percentiles
        );
        assert_eq!(
            broken(|d| d.latency.push(d.latency[0].clone())),
            Unsound::StepTwice
        );
        assert_eq!(broken(|d| d.support.truncate(1)), Unsound::Severities);
        assert_eq!(broken(|d| d.budget.swap(0, 1)), Unsound::Budget);
        assert_eq!(broken(|d| d.partner = None), Unsound::Partner);
    }
}
