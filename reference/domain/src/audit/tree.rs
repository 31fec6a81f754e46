//! The tree over the log: which subtrees are complete, how a range of leaves is made of them, what a new leaf completes.
//! Refuses to hold the tree: whoever stores the complete subtrees hands over those that are needed.

use super::hash::Hash;
use std::collections::BTreeMap;

/// A complete subtree: `2^level` leaves, the `index`-th of that size. Level 0 is a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    pub level: u32,
    pub index: u64,
}

/// Leaves from `start` up to, and without, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    pub start: u64,
    pub end: u64,
}

impl Range {
    /// The complete subtrees that it is made of, from left to right. A whole log of `n` leaves is made of `popcount(n)`.
    #[must_use]
    pub fn parts(self) -> Vec<Node> {
        let mut parts = Vec::new();
        let mut start = self.start;
        while start < self.end {
            let room = self.end.saturating_sub(start).ilog2();
            // The first leaf of the log begins a subtree of any size.
            let level = if start == 0 {
                room
            } else {
                room.min(start.trailing_zeros())
            };
            let index = start.checked_shr(level).unwrap_or_default();
            parts.push(Node { level, index });
            start = start.saturating_add(1_u64.checked_shl(level).unwrap_or(u64::MAX));
        }
        parts
    }

    /// The hash over the range; none when one of its parts is not among `nodes`.
    #[must_use]
    pub fn hash(self, nodes: &BTreeMap<Node, Hash>) -> Option<Hash> {
        let parts: Option<Vec<Hash>> = self
            .parts()
            .iter()
            .map(|part| nodes.get(part).copied())
            .collect();
        Some(folded(parts?))
    }
}

/// The root over complete subtrees that stand side by side, the largest first.
fn folded(parts: Vec<Hash>) -> Hash {
    let joined = parts
        .into_iter()
        .rev()
        .reduce(|right, left| Hash::node(left, right));
    joined.unwrap_or_else(Hash::empty)
}

/// The complete subtrees along the right edge of a log: all that is needed to grow it and to know its root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    edge: Vec<Hash>,
}

impl Frontier {
    /// The edge of a log of `size` leaves; none when it is not made of that many subtrees.
    #[must_use]
    pub fn of(size: u64, edge: Vec<Hash>) -> Option<Self> {
        let fits = usize::try_from(size.count_ones()).ok()? == edge.len();
        fits.then_some(Self { size, edge })
    }

    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The subtrees of the edge, from left to right.
    #[must_use]
    pub fn edge(&self) -> &[Hash] {
        &self.edge
    }

    /// The root of the log as it is now.
    #[must_use]
    pub fn root(&self) -> Hash {
        folded(self.edge.clone())
    }

    /// Adds a leaf, and gives every subtree that is complete now and was not before: the leaf first, then upwards.
    pub fn push(&mut self, leaf: Hash) -> Vec<(Node, Hash)> {
        let mut node = Node {
            level: 0,
            index: self.size,
        };
        let mut hash = leaf;
        let mut complete = vec![(node, hash)];
        while node.index % 2 == 1 {
            // An odd index has a left neighbour of its size, which ends the edge.
            let Some(left) = self.edge.pop() else { break };
            hash = Hash::node(left, hash);
            node = Node {
                level: node.level.saturating_add(1),
                index: node.index / 2,
            };
            complete.push((node, hash));
        }
        self.edge.push(hash);
        self.size = self.size.saturating_add(1);
        complete
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn a_range_is_made_of_complete_subtrees() {
        let parts = |start, end| {
            let parts = Range { start, end }.parts();
            let told: Vec<(u32, u64)> = parts.iter().map(|n| (n.level, n.index)).collect();
            told
        };
        assert_eq!(parts(0, 7), [(2, 0), (1, 2), (0, 6)]);
        assert_eq!(parts(4, 7), [(1, 2), (0, 6)]);
        assert_eq!(parts(0, 8), [(3, 0)]);
        assert_eq!(parts(5, 5), []);
    }

    #[test]
    fn a_log_of_n_leaves_stores_two_n_less_the_ones_of_n() {
        let mut frontier = Frontier::default();
        let mut nodes = BTreeMap::new();
        for size in 1..=300_u64 {
            nodes.extend(frontier.push(Hash::leaf(&size.to_be_bytes())));
            let expected = 2 * size - u64::from(size.count_ones());
            assert_eq!(nodes.len() as u64, expected);
            let whole = Range {
                start: 0,
                end: size,
            };
            assert_eq!(whole.hash(&nodes), Some(frontier.root()));
        }
        let again = Frontier::of(300, frontier.edge().to_vec());
        assert_eq!(again, Some(frontier));
        assert_eq!(Frontier::of(300, Vec::new()), None);
    }
}
