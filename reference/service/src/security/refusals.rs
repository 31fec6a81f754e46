//! Refusals of strangers, and of whoever is turned away at the door: the first ones of a window are told one by one, the
//! rest of it by their number.
//! Refuses to lose one while the process lives, and to remember more addresses than it may.

use super::policy::RefusalLimit;
use crate::data::doorstep::whose;
use domain::Timestamp;
use domain::failure::Code;
use domain::ids::PartnerId;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Addresses, doors and causes that are told apart at a time (ours); whoever comes beyond them is told of together.
const REMEMBERED: usize = 256;

/// At which listener somebody calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Door {
    Partner,
    Enterprise,
    Operator,
}

impl Door {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Partner => "partner",
            Self::Enterprise => "enterprise",
            Self::Operator => "operator",
        }
    }
}

/// Somebody whom nothing names, or who is turned away before anything is done for it, refused at a door for a cause.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Stranger {
    /// Where it comes from, as it is counted; nothing where addresses are told apart no longer.
    address: Option<IpAddr>,
    /// Who it is, where that is known.
    pub client: Option<PartnerId>,
    pub door: Door,
    pub code: Code,
}

impl Stranger {
    pub(crate) fn new(address: Option<IpAddr>, door: Door, code: Code) -> Self {
        Self {
            address: address.map(whose),
            client: None,
            door,
            code,
        }
    }

    /// The same, whom a certificate or a token names.
    pub(crate) fn known_as(self, client: Option<PartnerId>) -> Self {
        Self { client, ..self }
    }
}

/// How a refusal is told.
#[derive(Debug)]
pub(crate) enum Manner<'a> {
    /// By an event of its own, which is owed until it is written.
    Alone(Owed<'a>),
    /// With the number of those that followed.
    Counted,
}

/// A refusal whose event is being written. Dropped before that is known, as when the caller hangs up, it is counted: rather
/// twice than never.
#[must_use = "a refusal that is dropped is counted"]
#[derive(Debug)]
pub(crate) struct Owed<'a> {
    to: &'a Refusals,
    stranger: Option<Stranger>,
    at: Timestamp,
}

impl Owed<'_> {
    /// The event lasts: nothing is owed any more.
    pub(crate) fn written(mut self) {
        self.stranger = None;
    }
}

impl Drop for Owed<'_> {
    fn drop(&mut self) {
        if let Some(stranger) = self.stranger.take() {
            self.to.owe(&stranger, 1, self.at);
        }
    }
}

/// Which numbers are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Which {
    /// Those of windows that are over.
    Over,
    All,
}

/// So many refusals that have no event of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pile {
    pub stranger: Stranger,
    pub refusals: u32,
}

#[derive(Debug)]
struct Window {
    began: Timestamp,
    alone: u16,
    counted: u32,
}

/// The refusals of strangers that are not written down yet, and how many have been.
#[derive(Debug)]
pub(crate) struct Refusals {
    limit: RefusalLimit,
    windows: Mutex<BTreeMap<Stranger, Window>>,
}

impl Refusals {
    pub(crate) fn new(limit: RefusalLimit) -> Self {
        Self {
            limit,
            windows: Mutex::default(),
        }
    }

    /// Notes a refusal, and says how it is told.
    pub(crate) fn note(&self, stranger: &Stranger, now: Timestamp) -> Manner<'_> {
        let is_alone = self.at(stranger, now, |window, first| {
            let is_alone = window.alone < first;
            if is_alone {
                window.alone = window.alone.saturating_add(1);
            } else {
                window.counted = window.counted.saturating_add(1);
            }
            is_alone
        });
        if !is_alone {
            return Manner::Counted;
        }
        Manner::Alone(Owed {
            to: self,
            stranger: Some(stranger.clone()),
            at: now,
        })
    }

    /// Counts refusals that have no event of their own: nothing was asked, or it could not be written.
    pub(crate) fn owe(&self, stranger: &Stranger, refusals: u32, now: Timestamp) {
        self.at(stranger, now, |window, _| {
            window.counted = window.counted.saturating_add(refusals);
        });
    }

    /// Takes what has to be written down. Whoever cannot write it counts it again.
    pub(crate) fn take(&self, which: Which, now: Timestamp) -> Vec<Pile> {
        let mut windows = self.windows();
        let mut piles = Vec::new();
        windows.retain(|stranger, window| {
            let is_over = self.is_over(window, now);
            if (is_over || which == Which::All) && window.counted > 0 {
                piles.push(Pile {
                    stranger: stranger.clone(),
                    refusals: std::mem::take(&mut window.counted),
                });
            }
            !is_over
        });
        piles
    }

    /// The window of a stranger; one that is over begins again, with what of it is not written yet.
    fn at<T>(
        &self,
        stranger: &Stranger,
        now: Timestamp,
        act: impl FnOnce(&mut Window, u16) -> T,
    ) -> T {
        let mut windows = self.windows();
        let mut key = stranger.clone();
        if !windows.contains_key(&key) && windows.len() >= REMEMBERED {
            windows.retain(|_, window| window.counted > 0 || !self.is_over(window, now));
            if windows.len() >= REMEMBERED {
                key.address = None;
            }
        }
        let window = windows.entry(key).or_insert(Window {
            began: now,
            alone: 0,
            counted: 0,
        });
        if self.is_over(window, now) {
            window.began = now;
            window.alone = 0;
        }
        act(window, self.limit.first)
    }

    /// A clock that was put back ends a window too.
    fn is_over(&self, window: &Window, now: Timestamp) -> bool {
        let age = (now - window.began).to_std();
        age.is_ok_and(|age| age >= self.limit.window) || age.is_err()
    }

    fn windows(&self) -> MutexGuard<'_, BTreeMap<Stranger, Window>> {
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::net::Ipv4Addr;
    use std::time::Duration;

    fn refusals() -> Refusals {
        Refusals::new(RefusalLimit {
            first: 2,
            window: Duration::from_secs(60),
        })
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_timestamp(1_790_856_000 + seconds, 0).unwrap()
    }

    fn stranger(number: u32) -> Stranger {
        let address = IpAddr::V4(Ipv4Addr::from_bits(number));
        Stranger::new(Some(address), Door::Operator, Code::TokenInvalid)
    }

    /// Is it told alone? Its event is written at once.
    fn is_alone(refusals: &Refusals, stranger: &Stranger, now: Timestamp) -> bool {
        match refusals.note(stranger, now) {
            Manner::Alone(owed) => {
                owed.written();
                true
            }
            Manner::Counted => false,
        }
    }

    fn pile(stranger: &Stranger, refusals: u32) -> Pile {
        Pile {
            stranger: stranger.clone(),
            refusals,
        }
    }

    #[test]
    fn the_first_of_a_window_stand_alone_and_the_rest_becomes_a_number_once() {
        let (refusals, one) = (refusals(), stranger(1));
        let told: Vec<_> = (0..5).map(|_| is_alone(&refusals, &one, at(0))).collect();
        assert_eq!(told, [true, true, false, false, false]);
        assert_eq!(refusals.take(Which::Over, at(59)), []);
        assert_eq!(refusals.take(Which::Over, at(60)), [pile(&one, 3)]);
        assert_eq!(refusals.take(Which::All, at(60)), []);
        assert!(is_alone(&refusals, &one, at(61)));
    }

    #[test]
    fn one_whose_event_is_not_written_is_counted() {
        let (refusals, one) = (refusals(), stranger(1));
        drop(refusals.note(&one, at(0)));
        assert!(is_alone(&refusals, &one, at(0)));
        assert!(!is_alone(&refusals, &one, at(0)));
        assert_eq!(refusals.take(Which::All, at(1)), [pile(&one, 2)]);
    }

    #[test]
    fn each_address_client_door_and_cause_has_a_window_of_its_own() {
        let refusals = refusals();
        let one = stranger(1);
        let others = [
            stranger(2),
            Stranger {
                door: Door::Enterprise,
                ..one.clone()
            },
            Stranger {
                code: Code::TokenExpired,
                ..one.clone()
            },
            one.clone().known_as(Some(PartnerId::new("contoso"))),
        ];
        for _ in 0..9 {
            is_alone(&refusals, &one, at(0));
        }
        for other in others {
            assert!(is_alone(&refusals, &other, at(1)), "{other:?}");
        }
    }

    #[test]
    fn what_is_not_written_yet_stays_when_a_window_begins_again_and_all_is_given_at_the_end() {
        let (refusals, one) = (refusals(), stranger(1));
        for _ in 0..3 {
            is_alone(&refusals, &one, at(0));
        }
        for _ in 0..4 {
            is_alone(&refusals, &one, at(70));
        }
        assert_eq!(refusals.take(Which::Over, at(71)), []);
        assert_eq!(refusals.take(Which::All, at(71)), [pile(&one, 3)]);
        refusals.owe(&one, 3, at(71));
        assert_eq!(refusals.take(Which::All, at(71)), [pile(&one, 3)]);
    }

    #[test]
    fn however_many_addresses_come_few_are_remembered_and_every_refusal_is_counted() {
        let refusals = refusals();
        let (mut alone, mut counted) = (0, 0);
        for number in 0..10_000 {
            for _ in 0..3 {
                match is_alone(&refusals, &stranger(number), at(0)) {
                    true => alone += 1,
                    false => counted += 1,
                }
            }
        }
        assert!(refusals.windows().len() <= REMEMBERED + 1);
        assert_eq!(alone, 2 * (REMEMBERED + 1));
        assert_eq!(alone + counted, 30_000);
        let piles = refusals.take(Which::All, at(1));
        let told: u32 = piles.iter().map(|pile| pile.refusals).sum();
        assert_eq!(usize::try_from(told).unwrap(), counted);
    }
}
