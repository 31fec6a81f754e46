//! The tokens that are held, each in a slot of its own: so many, and no more.
//! Refuses to give up a slot that a call has in its hands.

use super::answer::Token;
use super::right::Purpose;
use domain::Timestamp;
use domain::ports::Failure;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// The most tokens that are held at once (ours: a token of one member or list is good for one exchange).
const MOST: usize = 1024;

/// What is held for one purpose.
#[derive(Default)]
pub(super) struct Slot {
    /// How often the endpoint has been asked.
    pub asked: AtomicU64,
    pub held: tokio::sync::Mutex<Held>,
}

#[derive(Default)]
pub(super) struct Held {
    pub token: Option<Token>,
    /// Counts the tokens of this slot.
    pub generation: u64,
    /// Which of our certificates the token was asked for with.
    pub shown: u64,
    /// How the last question ended, for those who waited for it.
    pub failed: Option<Failure>,
}

/// Slots by their purpose.
pub(super) struct Slots {
    most: usize,
    all: BTreeMap<Purpose, Arc<Slot>>,
}

impl Default for Slots {
    fn default() -> Self {
        Self {
            most: MOST,
            all: BTreeMap::new(),
        }
    }
}

impl Slots {
    /// The slot of this purpose. When there is no room, what has ended goes, then what ends first; while everything is
    /// in use, the caller has a slot that nobody shares.
    pub(super) fn of(&mut self, purpose: Purpose, now: Timestamp) -> Arc<Slot> {
        if let Some(slot) = self.all.get(&purpose) {
            return Arc::clone(slot);
        }
        let slot = Arc::new(Slot::default());
        if self.all.len() >= self.most {
            self.make_room(now);
        }
        if self.all.len() < self.most {
            self.all.insert(purpose, Arc::clone(&slot));
        }
        slot
    }

    fn make_room(&mut self, now: Timestamp) {
        self.all
            .retain(|_, slot| ends(slot).is_none_or(|end| end > now));
        if self.all.len() < self.most {
            return;
        }
        let idle = self.all.iter();
        let idle = idle.filter_map(|(purpose, slot)| Some((ends(slot)?, purpose)));
        let first = idle.min().map(|(_, purpose)| purpose.clone());
        if let Some(first) = first {
            self.all.remove(&first);
        }
    }
}

/// When the slot is of no use any more; none while somebody has it in hand.
fn ends(slot: &Arc<Slot>) -> Option<Timestamp> {
    if Arc::strong_count(slot) > 1 {
        return None;
    }
    let held = slot.held.try_lock().ok()?;
    let token = held.token.as_ref();
    Some(token.map_or(Timestamp::MIN_UTC, |token| token.until))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::right::Right;
    use super::*;
    use crate::config::{organisation, partner};
    use chrono::TimeDelta;
    use domain::masked::Masked;

    fn purpose(number: usize) -> Purpose {
        let known = partner(
            "contoso",
            organisation("urn:x", "c"),
            "https://x.example",
            "d",
        );
        let name = Masked::new(format!("m-{number}"));
        Right::Member(&name).purpose(&known, "https://x.example/token")
    }

    fn filled(slots: &mut Slots, number: usize, now: Timestamp, life: i64) {
        let slot = slots.of(purpose(number), now);
        let mut held = slot.held.try_lock().unwrap();
        held.token = Some(Token {
            text: Masked::new("t".to_owned()),
            until: now + TimeDelta::seconds(life),
            patient: None,
        });
    }

    #[test]
    fn no_more_are_held_than_the_bound_and_those_that_end_first_go_first() {
        let now: Timestamp = "2026-10-01T12:00:00Z".parse().unwrap();
        let mut slots = Slots {
            most: 3,
            ..Slots::default()
        };
        for (number, life) in [(0, 300), (1, 100), (2, 200)] {
            filled(&mut slots, number, now, life);
        }
        filled(&mut slots, 3, now, 400);
        let held = |slots: &Slots, number| slots.all.contains_key(&purpose(number));
        assert_eq!(
            [0, 1, 2, 3].map(|n| held(&slots, n)),
            [true, false, true, true]
        );
        // Everything that has ended goes at once.
        filled(&mut slots, 4, now + TimeDelta::seconds(350), 400);
        assert_eq!(
            [0, 2, 3, 4].map(|n| held(&slots, n)),
            [false, false, true, true]
        );
        // What is in use stays, and nobody waits for room.
        let hands: Vec<_> = [3, 4, 5].map(|n| slots.of(purpose(n), now)).into();
        let alone = slots.of(purpose(6), now);
        assert_eq!((slots.all.len(), held(&slots, 6)), (3, false));
        assert_eq!((Arc::strong_count(&alone), hands.len()), (1, 3));
    }
}
