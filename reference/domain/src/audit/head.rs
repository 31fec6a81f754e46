//! What is signed of a log: its size and root at a moment, and the head that was signed before.
//! Refuses to know the key; a head is believed only after its signature has been.

use crate::record::{Digest, Instant, Slug};
use serde::{Deserialize, Serialize};

/// The statement that a log had this size and root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeHead {
    /// Which log it is, when several share a key.
    pub log: Slug,
    /// Number of entries.
    pub size: u64,
    /// Root over them.
    pub root: Digest,
    /// When it was signed.
    pub at: Instant,
    /// Digest of the head before this one; zeros for the first.
    pub previous: Digest,
}

/// A head that does not follow the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a tree head does not follow the one before it")]
pub struct Unfollowed;

impl TreeHead {
    /// The bytes that are signed.
    #[must_use]
    pub fn canonical(&self) -> String {
        // Our own types always serialise; should one not, no signature fits.
        wire::json::canonical(&serde_json::to_value(self).unwrap_or_default())
    }

    /// The digest by which the next head names this one.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.canonical().as_bytes())
    }

    /// Does it come after `before`, or is it the first?
    ///
    /// Errors: another log, a smaller one, an earlier moment, or another head before it
    pub fn follows(&self, before: Option<&Self>) -> Result<(), Unfollowed> {
        let fits = match before {
            None => self.previous == Digest::none(),
            Some(before) => {
                self.previous == before.digest()
                    && self.log == before.log
                    && self.size > before.size
                    && self.at >= before.at
            }
        };
        fits.then_some(()).ok_or(Unfollowed)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::audit::Hash;

    fn head(size: u64, before: Option<&TreeHead>) -> TreeHead {
        TreeHead {
            log: "exchanges".parse().unwrap(),
            size,
            root: Hash::leaf(&size.to_be_bytes()).digest(),
            at: "2026-10-01T12:00:00.000Z".parse().unwrap(),
            previous: before.map_or_else(Digest::none, TreeHead::digest),
        }
    }

    #[test]
    fn heads_follow_one_another_in_size_time_and_digest() {
        let first = head(3, None);
        let second = head(5, Some(&first));
        assert_eq!(first.follows(None), Ok(()));
        assert_eq!(second.follows(Some(&first)), Ok(()));
        assert_eq!(second.follows(None), Err(Unfollowed));
        assert_eq!(head(3, Some(&first)).follows(Some(&first)), Err(Unfollowed));
        let earlier = TreeHead {
            at: "2026-10-01T11:59:59.000Z".parse().unwrap(),
            ..second.clone()
        };
        assert_eq!(earlier.follows(Some(&first)), Err(Unfollowed));
    }
}
