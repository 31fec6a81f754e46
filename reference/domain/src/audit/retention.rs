//! How long each class of what is kept is kept, and what a legal hold keeps longer.
//! Refuses to say what to do with what is due: that is removed where it is stored, and told of.

use crate::Timestamp;
use crate::control::Retention;
use crate::record::RuleId;
use chrono::TimeDelta;

vocabulary! {
    /// What is kept for a time of its own.
    Class {
        /// Records of the audit log.
        Audit = "audit",
        /// Protected bodies of exchanges that have ended.
        Payload = "payload",
        /// Answers that are given again under their key.
        Answer = "answer",
        /// Consents of matches that have ended, and the persons as they were submitted.
        Match = "match",
        /// Files of exports that can be fetched no more.
        File = "file",
    }
}

vocabulary! {
    /// What a legal hold keeps.
    Scope {
        /// Everything about one exchange or business transaction.
        Request = "request",
        /// Everything exchanged with one partner.
        Partner = "partner",
        Everything = "everything",
    }
}

impl Class {
    /// What had ended by then is due now.
    ///
    /// Shape:  never in the future
    #[must_use]
    pub fn due_before(self, retention: &Retention, now: Timestamp) -> Timestamp {
        let days = match self {
            Self::Audit => retention.audit_days,
            Self::Payload | Self::Match => retention.payload_days,
            // A key carries its own end, and so does an export.
            Self::Answer | Self::File => 0,
        };
        let kept = TimeDelta::try_days(i64::from(days)).unwrap_or(TimeDelta::MAX);
        // What is kept longer than time goes back is never due.
        now.checked_sub_signed(kept).unwrap_or(Timestamp::MIN_UTC)
    }

    /// The rule under which something of the class is removed; none is never, it has the form of one.
    #[must_use]
    pub fn rule(self) -> Option<RuleId> {
        format!("retention/{self}").parse().ok()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_class_is_due_after_its_own_time_and_never_before() {
        let retention = Retention {
            audit_days: 10,
            payload_days: 1,
            idempotency_days: 7,
        };
        let now: Timestamp = "2026-10-11T12:00:00Z".parse().unwrap();
        let due = |class: Class| class.due_before(&retention, now).to_rfc3339();
        assert_eq!(due(Class::Audit), "2026-10-01T12:00:00+00:00");
        assert_eq!(due(Class::Payload), "2026-10-10T12:00:00+00:00");
        assert_eq!(due(Class::Answer), "2026-10-11T12:00:00+00:00");
        for class in Class::ALL {
            assert!(class.rule().is_some());
        }
    }
}
