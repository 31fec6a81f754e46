//! What a test has made go wrong: a caller at its limit, a dependency that is down.
//! Refuses to exist for anybody but the control listener; without it nothing ever is.

use domain::failure::Code;
use std::sync::Mutex;
use std::time::Duration;

/// A dependency that a test may take away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outage {
    Store,
    MemberStore,
}

/// How many more calls are let through.
#[derive(Clone, Copy, Debug)]
struct Throttle {
    left: u64,
    retry_after: Duration,
}

#[derive(Debug, Default)]
struct Present {
    throttle: Option<Throttle>,
    outages: Vec<Outage>,
}

/// The conditions of this moment.
#[derive(Debug, Default)]
pub(crate) struct Conditions(Mutex<Present>);

/// A call that is refused because of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hindered {
    pub code: Code,
    pub retry_after: Option<Duration>,
}

impl Conditions {
    pub(crate) fn throttle(&self, left: u64, retry_after: Duration) {
        self.change(|present| present.throttle = Some(Throttle { left, retry_after }));
    }

    pub(crate) fn take_away(&self, outage: Outage) {
        self.change(|present| present.outages.push(outage));
    }

    pub(crate) fn clear(&self) {
        self.change(|present| *present = Present::default());
    }

    /// Counts a call, and refuses it when the limit is reached.
    pub(crate) fn count_call(&self) -> Result<(), Hindered> {
        let mut refused = None;
        self.change(|present| {
            if let Some(throttle) = &mut present.throttle {
                if throttle.left == 0 {
                    refused = Some(throttle.retry_after);
                }
                throttle.left = throttle.left.saturating_sub(1);
            }
        });
        match refused {
            None => Ok(()),
            Some(wait) => Err(Hindered {
                code: Code::Rate,
                retry_after: Some(wait),
            }),
        }
    }

    /// Is the dependency there?
    pub(crate) fn check(&self, outage: Outage) -> Result<(), Code> {
        let mut down = false;
        self.change(|present| down = present.outages.contains(&outage));
        if down {
            Err(Code::StoreUnavailable)
        } else {
            Ok(())
        }
    }

    fn change(&self, with: impl FnOnce(&mut Present)) {
        let mut present = match self.0.lock() {
            Ok(present) => present,
            Err(poisoned) => poisoned.into_inner(),
        };
        with(&mut present);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_lets_that_many_calls_through() {
        let conditions = Conditions::default();
        conditions.throttle(1, Duration::from_secs(9));
        assert!(conditions.count_call().is_ok());
        let hindered = conditions.count_call();
        assert_eq!(
            hindered,
            Err(Hindered {
                code: Code::Rate,
                retry_after: Some(Duration::from_secs(9))
            })
        );
        conditions.clear();
        assert!(conditions.count_call().is_ok());
    }

    #[test]
    fn an_outage_is_of_one_dependency() {
        let conditions = Conditions::default();
        conditions.take_away(Outage::MemberStore);
        assert!(conditions.check(Outage::Store).is_ok());
        assert_eq!(
            conditions.check(Outage::MemberStore),
            Err(Code::StoreUnavailable)
        );
    }
}
