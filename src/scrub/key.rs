//! The secret that pseudonyms and offsets come from.
//! Refuses to be shown, and to be short.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use std::collections::BTreeSet;
use std::fmt;

/// Different bytes that a secret has at least: fewer are typed, not drawn.
const FEWEST: usize = 8;

/// What a derived value is for: values for different ends tell nothing of each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Pseudonym,
    Uuid,
    Token,
    Offset,
    Name,
}

impl End {
    fn byte(self) -> u8 {
        match self {
            Self::Pseudonym => 1,
            Self::Uuid => 2,
            Self::Token => 3,
            Self::Offset => 4,
            Self::Name => 5,
        }
    }
}

/// HMAC-SHA256 under one secret.
///
/// Source: RFC 2104
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    /// Fewest bytes of a secret.
    pub const SHORTEST: usize = 32;

    /// The key of `secret`, which may end in a line's end; none where it is shorter than `SHORTEST` or says hardly anything.
    #[must_use]
    pub fn new(secret: &[u8]) -> Option<Self> {
        let secret = secret.strip_suffix(b"\n").unwrap_or(secret);
        let secret = secret.strip_suffix(b"\r").unwrap_or(secret);
        let signs: BTreeSet<u8> = secret.iter().copied().collect();
        let enough = secret.len() >= Self::SHORTEST && signs.len() >= FEWEST;
        Self::of(secret).filter(|_| enough)
    }

    /// A key of one byte again and again, for tests.
    #[cfg(test)]
    #[allow(clippy::unwrap_used)]
    pub(super) fn of_byte(byte: u8) -> Self {
        Self::of(&[byte; 32]).unwrap()
    }

    fn of(secret: &[u8]) -> Option<Self> {
        Hmac::new_from_slice(secret).map(Self).ok()
    }

    /// What `parts` come to for `end`; their borders count.
    pub(super) fn derive(&self, end: End, parts: &[&[u8]]) -> [u8; 32] {
        let mut sum = self.0.clone();
        sum.update(&[end.byte()]);
        for part in parts {
            sum.update(&(part.len() as u64).to_be_bytes());
            sum.update(part);
        }
        sum.finalize().into_bytes().into()
    }

    /// The same as a number.
    pub(super) fn number(&self, end: End, text: &str) -> u64 {
        let sum = self.derive(end, &[text.as_bytes()]);
        sum.iter()
            .take(8)
            .fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_derived_value_is_the_keyed_digest_of_the_standard() {
        // Computed with Python's hmac module: key of 32 bytes 7, text 4, eight bytes of the length 1, "a".
        let made = Key::of_byte(7).derive(End::Offset, &[b"a"]);
        let hex = made.map(|byte| format!("{byte:02x}")).concat();
        assert_eq!(
            hex,
            "5e9b3ad18ae28a7e42af2390868dd165b27ce78f907ac39ec21bbf22d4c5183c"
        );
    }

    #[test]
    fn a_short_secret_is_no_key_and_ends_differ() {
        let drawn: Vec<u8> = (0..32).collect();
        assert!(Key::new(&drawn).is_some() && Key::new(&drawn[1..]).is_none());
        assert!(Key::new(&[0; 32]).is_none());
        let key = Key::of_byte(7);
        assert_ne!(key.number(End::Offset, "a"), key.number(End::Name, "a"));
        let (one, other): ([&[u8]; 2], [&[u8]; 2]) = ([b"ab", b"c"], [b"a", b"bc"]);
        assert_ne!(key.derive(End::Uuid, &one), key.derive(End::Uuid, &other));
        assert_eq!(format!("{key:?}"), "Key");
    }
}
