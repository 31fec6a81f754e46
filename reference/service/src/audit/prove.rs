//! Proofs of the log for whoever asks: that an event is in it, and that it has only grown.
//! Refuses a proof of what is not there.

use crate::store::{Store, StoreError};
use domain::audit::{Entry, Hash, Range, Shape};
use domain::record::Digest;
use serde::Serialize;

/// That an event is in the log of this size and root.
#[derive(Debug, Serialize)]
pub(crate) struct Inclusion {
    pub entry: Entry,
    /// Index of the leaf, from 0.
    pub index: u64,
    pub size: u64,
    pub root: Digest,
    pub proof: Vec<Digest>,
}

/// That the log of `size` begins with the one of `first`.
#[derive(Debug, Serialize)]
pub(crate) struct Consistency {
    pub first: u64,
    pub first_root: Digest,
    pub size: u64,
    pub root: Digest,
    pub proof: Vec<Digest>,
}

/// The proof that the event at `seq` is in the log of `size`.
pub(crate) async fn inclusion(
    store: &Store,
    seq: u64,
    size: u64,
) -> Result<Option<Inclusion>, StoreError> {
    let index = seq.wrapping_sub(1);
    let (Some(shape), Some(root)) = (Shape::of_inclusion(index, size), root(store, size).await?)
    else {
        return Ok(None);
    };
    let Some(entry) = store.audit_entry(seq).await? else {
        return Ok(None);
    };
    Ok(filled(store, &shape).await?.map(|proof| Inclusion {
        entry,
        index,
        size,
        root: root.digest(),
        proof,
    }))
}

/// The proof that the log of `size` begins with the one of `first`.
pub(crate) async fn consistency(
    store: &Store,
    first: u64,
    size: u64,
) -> Result<Option<Consistency>, StoreError> {
    let Some(shape) = Shape::of_consistency(first, size) else {
        return Ok(None);
    };
    let (Some(before), Some(after)) = (root(store, first).await?, root(store, size).await?) else {
        return Ok(None);
    };
    Ok(filled(store, &shape).await?.map(|proof| Consistency {
        first,
        first_root: before.digest(),
        size,
        root: after.digest(),
        proof,
    }))
}

/// The root at a size that the log has reached.
async fn root(store: &Store, size: u64) -> Result<Option<Hash>, StoreError> {
    if size > store.audit_size().await? {
        return Ok(None);
    }
    let whole = Range {
        start: 0,
        end: size,
    };
    let nodes = store.audit_nodes(&whole.parts()).await?;
    Ok(whole.hash(&nodes))
}

async fn filled(store: &Store, shape: &Shape) -> Result<Option<Vec<Digest>>, StoreError> {
    let nodes = store.audit_nodes(&shape.nodes()).await?;
    let proof = shape.fill(&nodes);
    Ok(proof.map(|proof| proof.iter().map(Hash::digest).collect()))
}
