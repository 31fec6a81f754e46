//! How far a rollout has come: which data, for which partners, and what has to be measured before it goes further.
//! Refuses a step further on a measurement that is missing, too small or beyond its threshold.

use crate::failure::{Code, Ending, RetryClass};
use crate::ids::PartnerId;
use crate::routing::DataType;
use crate::workflow::Hold;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

vocabulary! {
    /// The steps of a rollout, in order.
    PhaseName {
        /// Asking who a member is, and nothing of their care.
        ReadOnly = "read-only",
        /// Financial history without clinical detail.
        Limited = "limited",
        /// Everything but what is specially protected.
        Wide = "wide",
        General = "general",
    }
}

impl PhaseName {
    /// The most sensitive data that a phase may admit, whatever its document says.
    #[must_use]
    pub const fn ceiling(self) -> DataType {
        match self {
            Self::ReadOnly => DataType::Coverage,
            Self::Limited => DataType::PriorAuthorization,
            Self::Wide => DataType::Clinical,
            Self::General => DataType::Sensitive,
        }
    }

    #[must_use]
    pub fn next(self) -> Option<Self> {
        Self::ALL.iter().copied().find(|phase| *phase > self)
    }
}

/// Whom a phase is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Admitted {
    All,
    #[serde(untagged)]
    Only(BTreeSet<PartnerId>),
}

/// Where a rollout stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RolloutPhase {
    pub name: PhaseName,
    pub data_types: BTreeSet<DataType>,
    pub partners: Admitted,
    pub gate: Gate,
}

/// What the next phase asks of this one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Gate {
    /// Fewer decisions than this measure nothing.
    pub least_decisions: u64,
    pub least_match_accuracy: f64,
    /// The longest queue of the time, as a share of its bound.
    pub most_queue_share: f64,
    pub most_exception_share: f64,
    /// Of all decisions, those that a person made.
    pub most_manual_share: f64,
}

/// A phase that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhaseFault {
    #[error("the phase {0} admits {1}, which is more sensitive than it may")]
    TooSensitive(PhaseName, DataType),
    #[error("a share of the gate is not in 0 to 1")]
    Share,
}

/// Why an exchange does not belong to the phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Outside {
    #[error("the phase {0} does not bring {1}")]
    DataType(PhaseName, DataType),
    #[error("the partner is not part of the phase {0}")]
    Partner(PhaseName),
}

impl RolloutPhase {
    pub fn check(&self) -> Result<(), PhaseFault> {
        let beyond = self
            .data_types
            .iter()
            .find(|data| **data > self.name.ceiling());
        if let Some(beyond) = beyond {
            return Err(PhaseFault::TooSensitive(self.name, *beyond));
        }
        let gate = &self.gate;
        let shares = [
            gate.least_match_accuracy,
            gate.most_queue_share,
            gate.most_exception_share,
            gate.most_manual_share,
        ];
        let is_share = |share: &f64| (0.0..=1.0).contains(share);
        if shares.iter().all(is_share) {
            Ok(())
        } else {
            Err(PhaseFault::Share)
        }
    }

    /// May an exchange with this partner bring this data now?
    pub fn admit(&self, partner: &PartnerId, data: DataType) -> Result<(), Outside> {
        if !self.data_types.contains(&data) {
            return Err(Outside::DataType(self.name, data));
        }
        match &self.partners {
            Admitted::Only(few) if !few.contains(partner) => Err(Outside::Partner(self.name)),
            Admitted::Only(_) | Admitted::All => Ok(()),
        }
    }
}

/// What a phase has shown. A measurement that nobody took is absent, and absence holds the rollout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Measured {
    pub decisions: u64,
    /// Share of checked matches that were right.
    pub match_accuracy: Option<f64>,
    pub queue_share: Option<f64>,
    pub exception_share: Option<f64>,
    pub manual_share: Option<f64>,
}

vocabulary! {
    /// What a gate looks at.
    Measure {
        Decisions = "decisions",
        MatchAccuracy = "match-accuracy",
        Load = "queue-share",
        Exceptions = "exception-share",
        ManualShare = "manual-share",
    }
}

vocabulary! {
    /// One reason to stay in the phase.
    Short {
        Missing = "missing",
        Beyond = "beyond its threshold",
    }
}

/// What stands between this phase and the next, measure by measure. Empty: the gate is open.
#[must_use]
pub fn gate(gate: &Gate, measured: &Measured) -> Vec<(Measure, Short)> {
    let at_least = |value: Option<f64>, least: f64| value.map(|value| value >= least);
    let at_most = |value: Option<f64>, most: f64| value.map(|value| value <= most);
    let held = [
        (
            Measure::Decisions,
            Some(measured.decisions >= gate.least_decisions),
        ),
        (
            Measure::MatchAccuracy,
            at_least(measured.match_accuracy, gate.least_match_accuracy),
        ),
        (
            Measure::Load,
            at_most(measured.queue_share, gate.most_queue_share),
        ),
        (
            Measure::Exceptions,
            at_most(measured.exception_share, gate.most_exception_share),
        ),
        (
            Measure::ManualShare,
            at_most(measured.manual_share, gate.most_manual_share),
        ),
    ];
    held.into_iter()
        .filter_map(|(measure, holds)| match holds {
            Some(true) => None,
            Some(false) => Some((measure, Short::Beyond)),
            None => Some((measure, Short::Missing)),
        })
        .collect()
}

vocabulary! {
    /// Who deals with an exception.
    Handling {
        /// Tried again by policy.
        Retried = "retried",
        /// Answered, and the exchange ended, without anybody.
        Refused = "refused",
        /// The request never became an exchange; its caller is told.
        Returned = "returned",
        /// What arrived is delivered, and what is missing is listed.
        Delivered = "delivered",
        /// A person decides.
        Manual = "manual",
    }
}

/// Who deals with a failure of this code, by the table of failures.
#[must_use]
pub const fn handling(code: Code) -> Handling {
    let meaning = code.meaning();
    match (meaning.ending, meaning.class) {
        (Ending::Held(Hold::Review), _) | (_, RetryClass::Escalate) => Handling::Manual,
        (Ending::NotCreated, _) => Handling::Returned,
        (_, RetryClass::Transient | RetryClass::Throttled | RetryClass::AuthRefresh) => {
            Handling::Retried
        }
        (_, RetryClass::None) => Handling::Delivered,
        (Ending::As(_) | Ending::Held(_), RetryClass::Permanent | RetryClass::Hold) => {
            Handling::Refused
        }
    }
}

/// Every exception of the taxonomy and who deals with it, sorted by code.
#[must_use]
pub fn exceptions() -> Vec<(Code, Handling)> {
    let mut all: Vec<_> = Code::all().map(|code| (code, handling(code))).collect();
    all.sort_by_key(|(code, _)| code.to_string());
    all
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn phase(name: PhaseName, data: &[DataType], partners: Admitted) -> RolloutPhase {
        RolloutPhase {
            name,
            data_types: data.iter().copied().collect(),
            partners,
            gate: Gate {
                least_decisions: 100,
                least_match_accuracy: 0.99,
                most_queue_share: 0.8,
                most_exception_share: 0.02,
                most_manual_share: 0.05,
            },
        }
    }

    fn good() -> Measured {
        Measured {
            decisions: 100,
            match_accuracy: Some(0.99),
            queue_share: Some(0.8),
            exception_share: Some(0.02),
            manual_share: Some(0.05),
        }
    }

    #[test]
    fn phase_one_refuses_a_sensitive_type_and_needs_its_measurements() {
        let northwind = PartnerId::new("northwind");
        let few = Admitted::Only(BTreeSet::from([northwind.clone()]));
        let first = phase(PhaseName::ReadOnly, &[DataType::Coverage], few.clone());
        assert_eq!(first.check(), Ok(()));
        assert_eq!(first.admit(&northwind, DataType::Coverage), Ok(()));
        for data in [DataType::Claims, DataType::Clinical, DataType::Sensitive] {
            assert_eq!(
                first.admit(&northwind, data),
                Err(Outside::DataType(first.name, data))
            );
            let widened = phase(
                PhaseName::ReadOnly,
                &[DataType::Coverage, data],
                few.clone(),
            );
            assert_eq!(
                widened.check(),
                Err(PhaseFault::TooSensitive(first.name, data))
            );
        }
        let other = first.admit(&PartnerId::new("contoso"), DataType::Coverage);
        assert_eq!(other, Err(Outside::Partner(first.name)));

        assert!(gate(&first.gate, &good()).is_empty());
        for (measured, short) in [
            (
                Measured {
                    match_accuracy: Some(0.98),
                    ..good()
                },
                Measure::MatchAccuracy,
            ),
            (
                Measured {
                    queue_share: Some(0.81),
                    ..good()
                },
                Measure::Load,
            ),
            (
                Measured {
                    exception_share: Some(0.021),
                    ..good()
                },
                Measure::Exceptions,
            ),
            (
                Measured {
                    decisions: 99,
                    ..good()
                },
                Measure::Decisions,
            ),
        ] {
            assert_eq!(gate(&first.gate, &measured), [(short, Short::Beyond)]);
        }
        let nothing = gate(
            &first.gate,
            &Measured {
                decisions: 100,
                ..Measured::default()
            },
        );
        assert_eq!(nothing.len(), 4);
        assert!(nothing.iter().all(|(_, short)| *short == Short::Missing));
    }

    #[test]
    fn people_decide_edge_cases_only_and_the_list_says_which() {
        let first = phase(PhaseName::ReadOnly, &[], Admitted::All);
        let measured = Measured {
            manual_share: Some(0.051),
            ..good()
        };
        assert_eq!(
            gate(&first.gate, &measured),
            [(Measure::ManualShare, Short::Beyond)]
        );

        let listed = exceptions();
        assert_eq!(listed.len(), Code::all().count());
        let manual: Vec<String> = listed
            .iter()
            .filter(|(_, handling)| *handling == Handling::Manual)
            .map(|(code, _)| code.to_string())
            .collect();
        assert_eq!(
            manual,
            [
                "identity/low-confidence",
                "partner/completion-missing",
                "partner/job-lost"
            ]
        );
    }

    #[test]
    fn phases_widen_in_order() {
        let order: Vec<_> =
            std::iter::successors(Some(PhaseName::ReadOnly), |phase| phase.next()).collect();
        assert_eq!(order, PhaseName::ALL);
        assert!(
            order
                .windows(2)
                .all(|pair| pair[0].ceiling() < pair[1].ceiling())
        );
    }
}
