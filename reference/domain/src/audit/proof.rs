//! Proofs of the log: that a leaf is in it, and that a longer log begins with a shorter one.
//! Refuses to believe a proof that has one hash too many or too few.

use super::hash::Hash;
use super::tree::{Node, Range};
use std::collections::BTreeMap;

/// The ranges whose hashes a proof consists of, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape(Vec<Range>);

impl Shape {
    /// The proof that leaf `index` is in a log of `size`; none when it cannot be.
    ///
    /// Source: RFC 6962 2.1.1
    #[must_use]
    pub fn of_inclusion(index: u64, size: u64) -> Option<Self> {
        if index >= size {
            return None;
        }
        let mut ranges = Vec::new();
        let mut within = Range {
            start: 0,
            end: size,
        };
        while let Some((left, right)) = halves(within) {
            let (inside, beside) = if index < right.start {
                (left, right)
            } else {
                (right, left)
            };
            ranges.push(beside);
            within = inside;
        }
        ranges.reverse();
        Some(Self(ranges))
    }

    /// The proof that a log of `size` begins with the one of `first` leaves; none when it cannot.
    ///
    /// Source: RFC 6962 2.1.2
    #[must_use]
    pub fn of_consistency(first: u64, size: u64) -> Option<Self> {
        if first == 0 || first > size {
            return None;
        }
        let mut ranges = Vec::new();
        let mut within = Range {
            start: 0,
            end: size,
        };
        while within.end != first {
            let (left, right) = halves(within)?;
            let (inside, beside) = if first <= right.start {
                (left, right)
            } else {
                (right, left)
            };
            ranges.push(beside);
            within = inside;
        }
        // The reader knows the root of the shorter log, unless the walk left it for a part of it.
        if within.start != 0 {
            ranges.push(within);
        }
        ranges.reverse();
        Some(Self(ranges))
    }

    /// Every complete subtree that is needed to write the proof.
    #[must_use]
    pub fn nodes(&self) -> Vec<Node> {
        self.0.iter().flat_map(|range| range.parts()).collect()
    }

    /// The proof; none when one of its subtrees is not among `nodes`.
    #[must_use]
    pub fn fill(&self, nodes: &BTreeMap<Node, Hash>) -> Option<Vec<Hash>> {
        self.0.iter().map(|range| range.hash(nodes)).collect()
    }
}

/// A range split at the largest power of two that is smaller than it; none for a single leaf.
fn halves(range: Range) -> Option<(Range, Range)> {
    let length = range.end.saturating_sub(range.start);
    let last = length.checked_sub(1).filter(|last| *last > 0)?;
    let half = 1_u64.checked_shl(last.ilog2())?;
    let middle = range.start.checked_add(half)?;
    let left = Range {
        end: middle,
        ..range
    };
    let right = Range {
        start: middle,
        ..range
    };
    Some((left, right))
}

/// Is `leaf` at `index` of the log with this size and root?
///
/// Source: RFC 9162 2.1.3.2
#[must_use]
pub fn verify_inclusion(leaf: Hash, index: u64, size: u64, proof: &[Hash], root: Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last) = (index, size.saturating_sub(1));
    let mut hash = leaf;
    for beside in proof {
        if last == 0 {
            return false;
        }
        if at % 2 == 1 || at == last {
            hash = Hash::node(*beside, hash);
            while at.is_multiple_of(2) && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            hash = Hash::node(hash, *beside);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && hash == root
}

/// Does the log with `size` and `root` begin with the one of `first` leaves and `first_root`?
///
/// Source: RFC 9162 2.1.4.2
#[must_use]
pub fn verify_consistency(
    (first, first_root): (u64, Hash),
    (size, root): (u64, Hash),
    proof: &[Hash],
) -> bool {
    if first == 0 || first > size {
        return false;
    }
    if first == size {
        return proof.is_empty() && first_root == root;
    }
    let known = first.is_power_of_two().then_some(first_root);
    let mut path = known.into_iter().chain(proof.iter().copied());
    let Some(begin) = path.next() else {
        return false;
    };
    let (mut at, mut last) = (first.saturating_sub(1), size.saturating_sub(1));
    while at % 2 == 1 {
        (at, last) = (at >> 1, last >> 1);
    }
    let (mut old, mut new) = (begin, begin);
    for beside in path {
        if last == 0 {
            return false;
        }
        if at % 2 == 1 || at == last {
            old = Hash::node(beside, old);
            new = Hash::node(beside, new);
            while at.is_multiple_of(2) && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            new = Hash::node(new, beside);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    old == first_root && new == root && last == 0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::audit::Frontier;
    use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
    use sha2::Sha256;
    use sha2::digest::Output;

    const SIZES: u64 = 300;

    /// The complete subtrees of the longest log, and the root at every size.
    fn grown() -> (BTreeMap<Node, Hash>, Vec<Hash>) {
        let mut frontier = Frontier::default();
        let mut nodes = BTreeMap::new();
        let mut roots = vec![frontier.root()];
        for leaf in 0..SIZES {
            nodes.extend(frontier.push(Hash::leaf(&leaf.to_be_bytes())));
            roots.push(frontier.root());
        }
        (nodes, roots)
    }

    fn outputs(hashes: &[Hash]) -> Vec<Output<Sha256>> {
        hashes.iter().map(|hash| (*hash.bytes()).into()).collect()
    }

    fn referee(root: Hash, size: u64) -> RootHash<Sha256> {
        RootHash::new((*root.bytes()).into(), size)
    }

    #[test]
    fn every_inclusion_proof_up_to_300_satisfies_both_verifiers() {
        let (nodes, roots) = grown();
        let mut proofs = 0;
        for size in 1..=SIZES {
            let root = roots[usize::try_from(size).unwrap()];
            for index in 0..size {
                let shape = Shape::of_inclusion(index, size).unwrap();
                let proof = shape.fill(&nodes).unwrap();
                let value = index.to_be_bytes();
                let told = InclusionProof::from_digests(&outputs(&proof));
                let judged = referee(root, size).verify_inclusion(&value, index, &told);
                assert!(judged.is_ok(), "{index} of {size}");
                let leaf = Hash::leaf(&value);
                assert!(verify_inclusion(leaf, index, size, &proof, root));
                let other = Hash::leaf(b"other");
                assert!(!verify_inclusion(other, index, size, &proof, root));
                proofs += 1;
            }
        }
        assert_eq!(proofs, 45_150);
    }

    #[test]
    fn every_consistency_proof_up_to_300_satisfies_both_verifiers() {
        let (nodes, roots) = grown();
        let mut proofs = 0;
        for size in 1..=SIZES {
            let root = roots[usize::try_from(size).unwrap()];
            for first in 1..size {
                let before = roots[usize::try_from(first).unwrap()];
                let shape = Shape::of_consistency(first, size).unwrap();
                let proof = shape.fill(&nodes).unwrap();
                let told = ConsistencyProof::from_digests(&outputs(&proof));
                let (old, new) = (referee(before, first), referee(root, size));
                let judged = new.verify_consistency(&old, &told);
                assert!(judged.is_ok(), "{first} of {size}");
                assert!(verify_consistency((first, before), (size, root), &proof));
                assert!(!verify_consistency((first, root), (size, root), &proof));
                proofs += 1;
            }
        }
        assert_eq!(proofs, 44_850);
    }

    #[test]
    fn a_proof_with_a_hash_too_many_too_few_or_changed_is_not_believed() {
        let (nodes, roots) = grown();
        let (index, size) = (123, 300);
        let shape = Shape::of_inclusion(index, size).unwrap();
        let proof = shape.fill(&nodes).unwrap();
        let leaf = Hash::leaf(&index.to_be_bytes());
        let believed = |proof: &[Hash]| verify_inclusion(leaf, index, size, proof, roots[300]);
        let mut longer = proof.clone();
        longer.push(Hash::empty());
        assert!(believed(&proof) && !believed(&longer) && !believed(&proof[1..]));
        for place in 0..proof.len() {
            let mut changed = proof.clone();
            changed[place] = Hash::empty();
            assert!(!believed(&changed));
        }
        let shape = Shape::of_consistency(123, 300).unwrap();
        let proof = shape.fill(&nodes).unwrap();
        let (old, new) = ((123, roots[123]), (300, roots[300]));
        assert!(verify_consistency(old, new, &proof));
        for place in 0..proof.len() {
            let mut changed = proof.clone();
            changed[place] = Hash::empty();
            assert!(!verify_consistency(old, new, &changed));
            assert!(!verify_consistency(old, new, &proof[..place]));
        }
    }

    #[test]
    fn there_is_no_proof_of_what_cannot_be() {
        assert_eq!(Shape::of_inclusion(3, 3), None);
        assert_eq!(Shape::of_consistency(0, 3), None);
        assert_eq!(Shape::of_consistency(4, 3), None);
        assert_eq!(Shape::of_consistency(3, 3).unwrap().nodes(), []);
    }

    #[test]
    fn a_proof_in_fifteen_thousand_events_is_448_bytes() {
        // Source: measured in REFERENCE.md section 14
        let shape = Shape::of_inclusion(7_000, 15_000).unwrap();
        assert_eq!(shape.0.len() * 32, 448);
    }
}
