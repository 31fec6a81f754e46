//! The keys that tokens are signed and checked with: one signs, those it has replaced are believed a little longer.
//! Refuses a replaced key once its grace is over.

use super::token::{SigningKey, VerificationKey};
use arc_swap::ArcSwap;
use domain::Timestamp;
use std::time::Duration;

/// A key that signs no more.
#[derive(Clone, Debug)]
struct Retired {
    key: VerificationKey,
    until: Timestamp,
}

#[derive(Clone, Debug, Default)]
struct Held {
    signer: Option<SigningKey>,
    retired: Vec<Retired>,
}

/// The keys of a service. Reading them waits for nobody.
#[derive(Debug)]
pub(crate) struct Keyring {
    /// Keys of others whose tokens are believed; they were configured and do not change.
    fixed: Vec<VerificationKey>,
    held: ArcSwap<Held>,
}

impl Keyring {
    pub(crate) fn new(fixed: Vec<VerificationKey>) -> Self {
        Self {
            fixed,
            held: ArcSwap::default(),
        }
    }

    /// Signs with this key from now on. The one before is believed until its grace is over.
    pub(crate) fn sign_with(&self, key: &SigningKey, now: Timestamp, grace: Duration) {
        let until = now + chrono::TimeDelta::from_std(grace).unwrap_or_default();
        self.held.rcu(|held| {
            let mut next = Held::clone(held);
            let before = next.signer.replace(key.clone());
            let before = before.map(|before| before.verification_key());
            let replaced = before.filter(|before| *before != key.verification_key());
            next.retired
                .extend(replaced.map(|key| Retired { key, until }));
            next.retired.retain(|retired| retired.until > now);
            next
        });
    }

    /// The key that signs, if this service signs tokens at all.
    pub(crate) fn signer(&self) -> Option<SigningKey> {
        self.held.load().signer.clone()
    }

    /// Every key that is believed at `now`, ours first.
    pub(crate) fn believed(&self, now: Timestamp) -> Vec<VerificationKey> {
        let mut keys = self.ours(now);
        keys.extend(self.fixed.iter().cloned());
        keys
    }

    /// The keys of ours that others need to check our tokens.
    pub(crate) fn ours(&self, now: Timestamp) -> Vec<VerificationKey> {
        let held = self.held.load();
        let signer = held.signer.iter().map(SigningKey::verification_key);
        let retired = held.retired.iter().filter(|retired| now < retired.until);
        signer
            .chain(retired.map(|retired| retired.key.clone()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_replaced_key_is_believed_until_its_grace_is_over() {
        let (fixed, one, two) = (
            SigningKey::generate().unwrap(),
            SigningKey::generate().unwrap(),
            SigningKey::generate().unwrap(),
        );
        let ring = Keyring::new(vec![fixed.verification_key()]);
        let grace = Duration::from_secs(600);
        ring.sign_with(&one, at("2026-10-01T12:00:00Z"), grace);
        ring.sign_with(&one, at("2026-10-01T12:00:01Z"), grace);
        assert_eq!(ring.ours(at("2026-10-01T12:00:01Z")).len(), 1);
        ring.sign_with(&two, at("2026-10-01T12:00:02Z"), grace);
        let keys = |now| ring.believed(at(now));
        let (one, two, fixed) = (
            one.verification_key(),
            two.verification_key(),
            fixed.verification_key(),
        );
        assert_eq!(
            keys("2026-10-01T12:10:01Z"),
            [two.clone(), one, fixed.clone()]
        );
        assert_eq!(keys("2026-10-01T12:10:02Z"), [two.clone(), fixed]);
        assert_eq!(ring.signer().unwrap().verification_key(), two);
    }
}
