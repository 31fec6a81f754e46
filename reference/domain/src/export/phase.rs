//! How far an export has come, and what may follow what.
//! Refuses to know what an export gives.

vocabulary! {
    /// What a caller asked for that is answered later.
    Kind {
        DataExport = "data-export",
        BulkMatch = "bulk-match",
    }
}

vocabulary! {
    /// The phase of an export.
    Phase {
        Accepted = "accepted",
        InProgress = "in-progress",
        /// It has ended, and its files can be fetched until they expire.
        Complete = "complete",
        Failed = "failed",
        /// The caller gave it up; nothing of it is left.
        Cancelled = "cancelled",
    }
}

impl Phase {
    /// Is there still something to do?
    #[must_use]
    pub const fn is_open(self) -> bool {
        match self {
            Self::Accepted | Self::InProgress => true,
            Self::Complete | Self::Failed | Self::Cancelled => false,
        }
    }

    /// May `next` follow? Staying where one is counts as no step.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        match (self, next) {
            (Self::Accepted, Self::InProgress) => true,
            (
                Self::Accepted | Self::InProgress,
                Self::Complete | Self::Failed | Self::Cancelled,
            ) => true,
            (Self::Complete | Self::Failed, Self::Cancelled) => true,
            (
                Self::Accepted | Self::InProgress | Self::Complete | Self::Failed | Self::Cancelled,
                _,
            ) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_ends_once_and_nothing_follows_giving_it_up() {
        let pairs = || {
            let all = || Phase::ALL.iter().copied();
            all().flat_map(move |from| all().map(move |to| (from, to)))
        };
        let allowed = pairs().filter(|(from, to)| from.may_become(*to)).count();
        assert_eq!((pairs().count(), allowed), (25, 9));
        for (from, to) in pairs() {
            if from == to || from == Phase::Cancelled || to == Phase::Accepted {
                assert!(!from.may_become(to), "{from} to {to}");
            }
            if from.is_open() && !to.is_open() {
                assert!(from.may_become(to), "{from} to {to}");
            }
        }
    }
}
