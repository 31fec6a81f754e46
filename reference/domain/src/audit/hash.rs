//! Hashes of the tree: one form for leaves and one for nodes, so that neither can stand for the other.
//! Refuses to know what a leaf says.

use crate::record::Digest;
use sha2::{Digest as _, Sha256};

/// A SHA-256 hash of a leaf, a node or an empty tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hash([u8; 32]);

impl Hash {
    /// The hash of a leaf.
    ///
    /// Source: RFC 6962 2.1: SHA-256 of a zero byte and the entry
    #[must_use]
    pub fn leaf(entry: &[u8]) -> Self {
        Self(
            Sha256::new()
                .chain_update([0])
                .chain_update(entry)
                .finalize()
                .into(),
        )
    }

    /// The hash of what stands over two subtrees.
    ///
    /// Source: RFC 6962 2.1: SHA-256 of a one byte, left and right
    #[must_use]
    pub fn node(left: Self, right: Self) -> Self {
        let hasher = Sha256::new().chain_update([1]);
        let hasher = hasher.chain_update(left.0).chain_update(right.0);
        Self(hasher.finalize().into())
    }

    /// The root of a tree without leaves.
    ///
    /// Source: RFC 6962 2.1: SHA-256 of nothing
    #[must_use]
    pub fn empty() -> Self {
        Self(Sha256::digest([]).into())
    }

    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The hash that these bytes are; none when they are not 32.
    #[must_use]
    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The hash as records write it.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of_hash(self.0)
    }

    /// The hash that a record wrote; none when the text is not one.
    #[must_use]
    pub fn of_digest(digest: &Digest) -> Option<Self> {
        let hex = digest.as_str().strip_prefix("sha256:")?.as_bytes();
        let mut bytes = [0; 32];
        let (pairs, rest) = hex.as_chunks::<2>();
        if pairs.len() != bytes.len() || !rest.is_empty() {
            return None;
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            let digit = |one: &u8| char::from(*one).to_digit(16);
            let value = digit(high)?.checked_mul(16)?.checked_add(digit(low)?)?;
            *byte = u8::try_from(value).ok()?;
        }
        Some(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_hash_is_read_as_it_is_written() {
        let hash = Hash::leaf(b"a");
        assert_eq!(Hash::of_digest(&hash.digest()), Some(hash));
        assert_eq!(Hash::of_bytes(hash.bytes()), Some(hash));
        assert_eq!(Hash::of_bytes(b"short"), None);
    }

    #[test]
    fn a_leaf_cannot_stand_for_a_node() {
        let (left, right) = (Hash::leaf(b"a"), Hash::leaf(b"b"));
        let joined: Vec<u8> = [left.bytes().as_slice(), right.bytes()].concat();
        assert_ne!(Hash::leaf(&joined), Hash::node(left, right));
    }

    #[test]
    fn the_empty_tree_has_the_hash_of_nothing() {
        // Source: RFC 6962 2.1.3 test vector of the empty tree
        assert_eq!(
            Hash::empty().digest().as_str(),
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }
}
