//! When somebody is called: what is watched, from which value on, for how long, and what to open first.
//! Refuses a rule without a runbook and an owner, and free text: the wording is the notifier's.

use super::name::{RunbookPath, Slug};
use super::told;
use crate::ids::PartnerId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

vocabulary! {
    /// How near the harm is.
    Severity {
        /// Something drifts.
        Warning = "warning",
        /// A promise is about to break.
        Critical = "critical",
        /// Somebody outside feels it.
        Incident = "incident",
    }
}

vocabulary! {
    /// What sort of thing is seen.
    AlertKind {
        Symptom = "symptom",
        Cause = "cause",
        Saturation = "saturation",
    }
}

vocabulary! {
    /// What is measured.
    Metric {
        SuccessRate = "success-rate",
        IdentitySuccessRate = "identity-success-rate",
        AckLatencyP95 = "ack-latency-p95",
        FulfilLatencyP95 = "fulfil-latency-p95",
        SchemaFailures = "schema-failures",
        UnmappedErrors = "unmapped-errors",
        Retries = "retries",
        RetryExhaustions = "retry-exhaustions",
        PartnerShare = "partner-share",
        DeadLetters = "dead-letters",
        ReviewBacklog = "review-backlog",
        ReviewAge = "review-age",
        QueueDepth = "queue-depth",
        BreakersOpen = "breakers-open",
        BudgetBurn = "budget-burn",
        CertificateLeft = "certificate-left",
    }
}

vocabulary! {
    /// What the numbers of a rule count.
    Unit {
        Count = "count",
        Milliseconds = "milliseconds",
        Seconds = "seconds",
        /// Hundredths of a per cent: 9800 is 98.00 %.
        HundredthsOfPercent = "hundredths-of-percent",
        /// Tenths of the speed that spends the budget exactly: 144 is 14.4 times as fast.
        TenthsOfBurn = "tenths-of-burn",
    }
}

impl Metric {
    /// The one unit in which the metric is told.
    #[must_use]
    pub const fn unit(self) -> Unit {
        match self {
            Self::SuccessRate | Self::IdentitySuccessRate | Self::PartnerShare => {
                Unit::HundredthsOfPercent
            }
            Self::AckLatencyP95 | Self::FulfilLatencyP95 => Unit::Milliseconds,
            Self::ReviewAge | Self::CertificateLeft => Unit::Seconds,
            Self::BudgetBurn => Unit::TenthsOfBurn,
            Self::SchemaFailures
            | Self::UnmappedErrors
            | Self::Retries
            | Self::RetryExhaustions
            | Self::DeadLetters
            | Self::ReviewBacklog
            | Self::QueueDepth
            | Self::BreakersOpen => Unit::Count,
        }
    }
}

vocabulary! {
    /// On which side of the threshold harm is.
    Comparison {
        Above = "above",
        Below = "below",
    }
}

vocabulary! {
    /// What a call or exchange is about, as telemetry names it.
    RequestType {
        MemberMatch = "member-match",
        BulkMemberMatch = "bulk-member-match",
        DataExport = "data-export",
        MemberRead = "member-read",
        ExchangeSingle = "exchange-single",
        ExchangeBulk = "exchange-bulk",
        Synthetic = "synthetic",
    }
}

/// From which value on, and over which time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Watch {
    /// The series that is looked at.
    pub metric: Metric,
    /// On which side of the threshold the harm is.
    pub comparison: Comparison,
    /// The last value that is still no reason to call anybody, counted in `unit`.
    pub threshold: u64,
    /// What the threshold counts.
    pub unit: Unit,
    /// Seconds for which the value has to stay beyond the threshold before anybody is called.
    pub hold_seconds: u32,
    /// Lengths in seconds of the windows that must all be beyond the threshold, short before long.
    ///
    /// Source: SRE Workbook, alerting on SLOs, multiple burn rates
    #[schemars(length(min = 1, max = 2))]
    pub windows: Vec<u32>,
}

/// One rule by which somebody is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlertRule {
    /// Names the rule in notices and in its runbook.
    pub id: Slug,
    /// How near the harm is, which decides whether anybody is woken.
    pub severity: Severity,
    /// Whether it shows what users feel, why, or what is about to run full.
    pub kind: AlertKind,
    /// What is watched.
    pub watch: Watch,
    /// The part of the system that a reader should open first.
    pub service: Slug,
    /// The one payer that the rule watches; null when it watches each by itself.
    #[serde(deserialize_with = "told")]
    #[schemars(extend("x-phi" = "P0"))]
    pub partner: Option<PartnerId>,
    /// The one sort of request that the rule watches; null when it watches all of them together.
    #[serde(deserialize_with = "told")]
    pub request_type: Option<RequestType>,
    /// The service level document from which the threshold comes; null when none promises it.
    #[serde(deserialize_with = "told")]
    pub sla: Option<Slug>,
    /// The team that is called.
    pub owner: Slug,
    /// What that team opens first.
    pub runbook: RunbookPath,
}

/// Why a rule of the right shape would call nobody, or everybody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Useless {
    #[error("the unit is not that of the metric")]
    Unit,
    #[error("a share is above all of it")]
    Threshold,
    #[error("windows are not rising, or are empty of time")]
    Windows,
    #[error("one window and no time to hold: a single point would call")]
    NoTime,
    #[error("a burn rate needs a short and a long window")]
    OneWindow,
}

impl AlertRule {
    /// Whether the rule can call somebody for a reason, and only then.
    ///
    /// Errors: the first that speaks against it
    pub fn check(&self) -> Result<(), Useless> {
        let watch = &self.watch;
        let share = watch.unit == Unit::HundredthsOfPercent;
        let rising = watch
            .windows
            .iter()
            .is_sorted_by(|short, long| short < long);
        let some_time = watch.windows.first().is_some_and(|first| *first > 0);
        let holds = [
            (watch.unit == watch.metric.unit(), Useless::Unit),
            (!share || watch.threshold <= 10_000, Useless::Threshold),
            (rising && some_time, Useless::Windows),
            (
                watch.metric != Metric::BudgetBurn || watch.windows.len() == 2,
                Useless::OneWindow,
            ),
            (
                watch.hold_seconds > 0 || watch.windows.len() == 2,
                Useless::NoTime,
            ),
        ];
        holds
            .into_iter()
            .find(|(holds, _)| !holds)
            .map_or(Ok(()), |(_, why)| Err(why))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn rule() -> AlertRule {
        AlertRule {
            id: "identity-success".parse().unwrap(),
            severity: Severity::Critical,
            kind: AlertKind::Symptom,
            watch: Watch {
                metric: Metric::IdentitySuccessRate,
                comparison: Comparison::Below,
                threshold: 9_800,
                unit: Unit::HundredthsOfPercent,
                hold_seconds: 900,
                windows: vec![300],
            },
            service: "identity".parse().unwrap(),
            partner: None,
            request_type: None,
            sla: None,
            owner: "member-identity".parse().unwrap(),
            runbook: "docs/runbooks/identity-failure.md".parse().unwrap(),
        }
    }

    #[test]
    fn a_rule_with_time_and_the_unit_of_its_metric_is_useful() {
        assert_eq!(rule().check(), Ok(()));
    }

    #[test]
    fn every_useless_rule_is_named() {
        let useless = |change: fn(&mut Watch)| {
            let mut rule = rule();
            change(&mut rule.watch);
            rule.check().unwrap_err()
        };
        assert_eq!(useless(|w| w.unit = Unit::Count), Useless::Unit);
        assert_eq!(useless(|w| w.threshold = 10_001), Useless::Threshold);
        assert_eq!(useless(|w| w.windows = vec![3_600, 300]), Useless::Windows);
        assert_eq!(useless(|w| w.windows = vec![0]), Useless::Windows);
        assert_eq!(useless(|w| w.hold_seconds = 0), Useless::NoTime);
        let burn = |w: &mut Watch| (w.metric, w.unit) = (Metric::BudgetBurn, Unit::TenthsOfBurn);
        assert_eq!(useless(burn), Useless::OneWindow);
    }
}
