//! What this process is carrying out, by id: its leases may run out under it, and it does not take the same thing twice.
//! Refuses to know what is carried out, and to keep an id longer than the work on it lives, a panic included.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The ids of what is under way.
#[derive(Debug, Default)]
pub(super) struct Hands(Mutex<BTreeSet<String>>);

/// One thing in hand; no more once it is dropped.
#[derive(Debug)]
pub(super) struct InHand {
    of: Arc<Hands>,
    id: String,
}

impl Hands {
    pub(super) fn take(self: &Arc<Self>, id: &str) -> InHand {
        held(&self.0).insert(id.to_owned());
        InHand {
            of: Arc::clone(self),
            id: id.to_owned(),
        }
    }

    /// All that is in hand, in order.
    pub(super) fn full(&self) -> Vec<String> {
        held(&self.0).iter().cloned().collect()
    }
}

impl Drop for InHand {
    fn drop(&mut self) {
        held(&self.of.0).remove(&self.id);
    }
}

fn held(lock: &Mutex<BTreeSet<String>>) -> MutexGuard<'_, BTreeSet<String>> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_taken_is_in_hand_until_it_is_let_go_or_its_work_panics() {
        let hands = Arc::new(Hands::default());
        let first = hands.take("s1");
        let inside = Arc::clone(&hands);
        std::thread::spawn(move || {
            let _second = inside.take("s2");
            assert_eq!(inside.full(), ["s1", "s2"]);
            std::panic::resume_unwind(Box::new(()));
        })
        .join()
        .unwrap_err();
        assert_eq!(hands.full(), ["s1"]);
        drop(first);
        assert!(hands.full().is_empty());
    }
}
