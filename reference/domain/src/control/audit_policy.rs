//! The audit policy: how long what is kept, and how long a change may wait for a second person.
//! Refuses a retention that is shorter than what the rules of the field ask for.

use crate::ids::DocumentNumber;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// `reference/config/audit/<n>.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AuditPolicy {
    pub number: DocumentNumber,
    pub title: String,
    /// A change that nobody agrees to in this time is denied.
    pub approval_hours: u32,
    pub retention: Retention,
}

/// Days that each class is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Retention {
    pub audit_days: u32,
    /// Counted from the end of the exchange, or of the consent of a match.
    pub payload_days: u32,
    pub idempotency_days: u32,
}

/// Why a policy cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyFault {
    #[error("audit events are kept six years at least")]
    AuditTooShort,
    #[error("an idempotency key is kept a day at least")]
    IdempotencyTooShort,
    #[error("an approval is waited for between 1 and 168 hours")]
    Approval,
}

/// Source: 45 CFR 164.316(b)(2)(i), documentation of the security rule is kept six years
const LEAST_AUDIT_DAYS: u32 = 6 * 365 + 2;

impl AuditPolicy {
    pub const fn check(&self) -> Result<(), PolicyFault> {
        if self.retention.audit_days < LEAST_AUDIT_DAYS {
            return Err(PolicyFault::AuditTooShort);
        }
        if self.retention.idempotency_days == 0 {
            return Err(PolicyFault::IdempotencyTooShort);
        }
        match self.approval_hours {
            1..=168 => Ok(()),
            _ => Err(PolicyFault::Approval),
        }
    }

    /// How long a key is remembered.
    #[must_use]
    pub fn idempotency(&self) -> Duration {
        Duration::from_secs(u64::from(self.retention.idempotency_days).saturating_mul(86_400))
    }

    #[must_use]
    pub fn approval(&self) -> Duration {
        Duration::from_secs(u64::from(self.approval_hours).saturating_mul(3_600))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_shipped_policy_holds_and_a_shorter_memory_is_refused() {
        let shipped: AuditPolicy =
            toml::from_str(include_str!("../../../config/audit/1.toml")).unwrap();
        assert_eq!(shipped.check(), Ok(()));
        assert_eq!(shipped.idempotency(), Duration::from_secs(7 * 86_400));
        let mut short = shipped.clone();
        short.retention.audit_days = 2_191;
        assert_eq!(short.check(), Err(PolicyFault::AuditTooShort));
        let mut none = shipped.clone();
        none.retention.idempotency_days = 0;
        assert_eq!(none.check(), Err(PolicyFault::IdempotencyTooShort));
        let mut never = shipped;
        never.approval_hours = 0;
        assert_eq!(never.check(), Err(PolicyFault::Approval));
    }
}
