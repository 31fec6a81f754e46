//! The secret that pseudonyms and offsets come from.
//! Refuses to be shown, and to be short.

use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;
use std::fmt;

/// Bytes of a block of SHA-256.
const BLOCK: usize = 64;

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
pub struct Key {
    inner: Sha256,
    outer: Sha256,
}

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
        enough.then(|| Self::of(secret))
    }

    /// A key of one byte again and again, for tests.
    #[cfg(test)]
    pub(super) fn of_byte(byte: u8) -> Self {
        Self::of(&[byte; 32])
    }

    fn of(secret: &[u8]) -> Self {
        let mut block = [0_u8; BLOCK];
        let digest = Sha256::digest(secret);
        let bytes = if secret.len() > BLOCK {
            digest.as_slice()
        } else {
            secret
        };
        for (place, byte) in block.iter_mut().zip(bytes) {
            *place = *byte;
        }
        let padded = |pad: u8| Sha256::new_with_prefix(block.map(|byte| byte ^ pad));
        Self {
            inner: padded(0x36),
            outer: padded(0x5c),
        }
    }

    fn sum(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut inner = self.inner.clone();
        for part in parts {
            inner.update(part);
        }
        let mut outer = self.outer.clone();
        outer.update(inner.finalize());
        outer.finalize().into()
    }

    /// What `parts` come to for `end`; their borders count.
    pub(super) fn derive(&self, end: End, parts: &[&[u8]]) -> [u8; 32] {
        let mut text = vec![end.byte()];
        for part in parts {
            text.extend((part.len() as u64).to_be_bytes());
            text.extend_from_slice(part);
        }
        self.sum(&[&text])
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
    fn a_sum_is_that_of_the_standard() {
        // RFC 4231, test cases 2 and 6: a short key and one longer than a block.
        let hex = |sum: [u8; 32]| sum.map(|byte| format!("{byte:02x}")).concat();
        assert_eq!(
            hex(Key::of(b"Jefe").sum(&[b"what do ya want ", b"for nothing?"])),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hex(Key::of(&[0xaa; 131])
                .sum(&[b"Test Using Larger Than Block-Size Key - Hash Key First"])),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
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
