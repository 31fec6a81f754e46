//! How much is left below each bound of the service, for whoever plans or watches.
//! Refuses to count what is used: whoever counts hands it in.

use super::Operation;
use crate::ids::PartnerId;

vocabulary! {
    /// What is bounded.
    Bound {
        OpenExchanges = "open-exchanges",
        /// Steps that wait, up to the depth at which the service is not ready.
        QueueDepth = "queue-depth",
        DatabaseConnections = "database-connections",
        /// Bytes of the bodies of calls that are not answered yet.
        BodyBytes = "body-bytes",
        CallsInAll = "calls-in-all",
        CallsPerPartner = "calls-per-partner",
        /// Calls of one partner for one operation, at this moment.
        Inbound = "inbound",
    }
}

/// How one bound stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Headroom {
    pub bound: Bound,
    /// Where the bound is one of each partner.
    pub partner: Option<PartnerId>,
    /// Where the bound is one of each operation.
    pub operation: Option<Operation>,
    pub used: u64,
    pub most: u64,
}

impl Headroom {
    /// A bound of the whole service.
    #[must_use]
    pub const fn of_all(bound: Bound, used: u64, most: u64) -> Self {
        Self {
            bound,
            partner: None,
            operation: None,
            used,
            most,
        }
    }

    /// What may still come. A bound that was lowered below what is in use leaves nothing.
    #[must_use]
    pub const fn left(&self) -> u64 {
        self.most.saturating_sub(self.used)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_never_falls_below_nothing() {
        let left = |used, most| Headroom::of_all(Bound::QueueDepth, used, most).left();
        assert_eq!((left(3, 10), left(10, 10), left(11, 10)), (7, 0, 0));
    }
}
