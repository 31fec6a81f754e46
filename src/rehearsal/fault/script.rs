//! Which calls a fault hits, and who brings it about.
//! Refuses to know how.

use crate::contract::{Fault, FaultKind};
use std::time::Duration;

/// How late an answer is, and how far apart its pieces are, when the script does not say.
///
/// Units: milliseconds; ours: longer than any answer on loopback takes, short enough to repeat it
const DELAY: Duration = Duration::from_millis(20);

/// A fault and the calls that it hits, `at` to `at + times`; every other call goes as it would have gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultScript {
    pub kind: FaultKind,
    /// The call that is hit first; 1 is the first call.
    pub at: u64,
    /// How many calls are hit; nothing stands for all of them.
    pub times: Option<u64>,
    pub delay: Option<Duration>,
    /// After how many bytes of the answer's body, or in pieces of how many.
    pub bytes: Option<u64>,
}

impl FaultScript {
    /// The fault at every call.
    #[must_use]
    pub fn of(kind: FaultKind) -> Self {
        Self {
            kind,
            at: 1,
            times: None,
            delay: None,
            bytes: None,
        }
    }

    /// No fault at any call.
    #[must_use]
    pub fn none() -> Self {
        Self {
            times: Some(0),
            ..Self::of(FaultKind::Delay)
        }
    }

    /// Whether call number `call` is hit.
    #[must_use]
    pub fn hits(&self, call: u64) -> bool {
        call >= self.at && self.times.is_none_or(|times| call - self.at < times)
    }

    /// The fault itself at call number `call`, if that is hit.
    #[must_use]
    pub fn at_call(&self, call: u64) -> Option<FaultKind> {
        self.hits(call).then_some(self.kind)
    }

    /// How late an answer is, or how far apart its pieces are.
    #[must_use]
    pub fn pause(&self) -> Duration {
        self.delay.unwrap_or(DELAY)
    }

    /// Bytes of the body that travel before the fault, or in one piece; never none, so that a drip ends.
    #[must_use]
    pub fn piece(&self) -> usize {
        let bytes = self.bytes.unwrap_or(1).max(1);
        usize::try_from(bytes).unwrap_or(usize::MAX)
    }
}

impl From<&Fault> for FaultScript {
    fn from(fault: &Fault) -> Self {
        Self {
            kind: fault.kind,
            at: fault.at,
            times: fault.times,
            delay: fault.delay,
            bytes: fault.bytes,
        }
    }
}

/// Who brings a fault about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Bringer {
    /// What is said: the mock server.
    Stub,
    /// How it travels: the proxy before the mock server.
    Proxy,
    /// What comes without being asked for: the scheduler of callbacks.
    Scheduler,
}

/// Who brings `kind` about.
#[must_use]
pub fn bringer(kind: FaultKind) -> Bringer {
    match kind {
        FaultKind::Delay
        | FaultKind::EmptyReply
        | FaultKind::MalformedJson
        | FaultKind::WrongContentType
        | FaultKind::Status
        | FaultKind::TokenExpired
        | FaultKind::PollNeverEnds
        | FaultKind::PollThrottled
        | FaultKind::JobExpired
        | FaultKind::SchemaDrift => Bringer::Stub,
        FaultKind::Timeout
        | FaultKind::Refused
        | FaultKind::ResetOnAccept
        | FaultKind::ResetAfterRequest
        | FaultKind::TruncatedBody
        | FaultKind::ResetMidBody
        | FaultKind::StallMidBody
        | FaultKind::Drip
        | FaultKind::Garbage
        | FaultKind::DuplicateRequest
        | FaultKind::TlsUntrusted
        | FaultKind::TlsExpired
        | FaultKind::TlsWrongHost
        | FaultKind::MtlsRefused
        | FaultKind::DnsFailure
        | FaultKind::BlackHole => Bringer::Proxy,
        FaultKind::CallbackDuplicate
        | FaultKind::CallbackOutOfOrder
        | FaultKind::CallbackEarly
        | FaultKind::CallbackMissing
        | FaultKind::CallbackWrongId => Bringer::Scheduler,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_calls_from_at_on_are_hit() {
        let hit = |at, times| {
            let script = FaultScript {
                at,
                times,
                ..FaultScript::of(FaultKind::Garbage)
            };
            let calls = (1..=5).filter(|call| script.hits(*call));
            calls.collect::<Vec<_>>()
        };
        assert_eq!(hit(1, None), [1, 2, 3, 4, 5]);
        assert_eq!(hit(2, Some(2)), [2, 3]);
        assert_eq!(hit(4, None), [4, 5]);
        assert_eq!(hit(1, Some(0)), [0; 0]);
        assert_eq!(hit(u64::MAX, Some(u64::MAX)), [0; 0]);
    }

    #[test]
    fn the_script_without_a_fault_hits_no_call() {
        assert!((1..100).all(|call| FaultScript::none().at_call(call).is_none()));
    }

    #[test]
    fn a_piece_is_never_empty() {
        let script = FaultScript {
            bytes: Some(0),
            ..FaultScript::of(FaultKind::Drip)
        };
        assert_eq!(script.piece(), 1);
    }
}
