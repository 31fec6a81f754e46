//! Signed heads of the log: which have been signed, and which are due.
//! Refuses to sign: it hands a head over and keeps what comes back, while nobody else can.

use super::append::{End, position, signed, take_end};
use super::{EVERY, LOG, LONGEST_SILENCE};
use crate::store::row::text;
use crate::store::{Store, StoreError, Tx, stored};
use domain::Timestamp;
use domain::audit::{Hash, Node, Range, TreeHead};
use domain::record::{Digest, Instant};
use sqlx::Row;
use std::collections::BTreeMap;

/// A head that was signed.
#[derive(Clone, Debug)]
pub(crate) struct SignedHead {
    pub size: u64,
    pub at: Timestamp,
    digest: Digest,
    /// The JWS.
    pub signed: String,
}

/// When a head is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// When enough events have come, or enough time has passed.
    Due,
    /// When anything has come at all.
    Now,
}

impl Store {
    /// Signs what is due, and gives the last head of the log.
    ///
    /// Errors: the log cannot be read, or `sign` cannot sign
    pub(crate) async fn sign_heads(
        &self,
        when: When,
        now: Timestamp,
        sign: impl Fn(&TreeHead) -> Option<String>,
    ) -> Result<Option<SignedHead>, StoreError> {
        let mut tx = self.write().await?;
        let end = take_end(&mut tx).await?;
        let mut last = last(&mut tx).await?;
        for size in sizes(&end, last.as_ref(), when, now) {
            let root = root(&mut tx, &end, size).await?;
            let head = TreeHead {
                log: LOG.parse().map_err(|_| StoreError::Row("log"))?,
                size,
                root: root.digest(),
                at: Instant::new(last.as_ref().map_or(now, |last| last.at.max(now))),
                previous: last
                    .as_ref()
                    .map_or_else(Digest::none, |last| last.digest.clone()),
            };
            let kept = SignedHead {
                size,
                at: head.at.get(),
                digest: head.digest(),
                signed: sign(&head).ok_or(StoreError::Row("signature"))?,
            };
            put(&mut tx, &kept).await?;
            last = Some(kept);
        }
        tx.commit().await?;
        Ok(last)
    }

    /// Every head over more than this many events, oldest first.
    pub(crate) async fn heads_after(&self, size: u64) -> Result<Vec<SignedHead>, StoreError> {
        let rows = sqlx::query("SELECT * FROM audit_heads WHERE size > $1 ORDER BY size")
            .bind(signed(size))
            .fetch_all(&self.pool)
            .await
            .map_err(StoreError::Audit)?;
        rows.iter().map(read).collect()
    }
}

/// The sizes at which heads are to be signed now.
fn sizes(end: &End, last: Option<&SignedHead>, when: When, now: Timestamp) -> Vec<u64> {
    let (size, vouched) = (end.frontier.size(), last.map_or(0, |last| last.size));
    let mut sizes: Vec<u64> = (vouched.saturating_div(EVERY).saturating_add(1)..)
        .map(|step| step.saturating_mul(EVERY))
        .take_while(|full| *full <= size)
        .collect();
    let silent = last.is_none_or(|last| now.signed_duration_since(last.at) >= LONGEST_SILENCE);
    let open = size > sizes.last().copied().unwrap_or(vouched);
    if open && (silent || when == When::Now) {
        sizes.push(size);
    }
    sizes
}

/// The root at a size that the log has had.
async fn root(tx: &mut Tx, end: &End, size: u64) -> Result<Hash, StoreError> {
    if size == end.frontier.size() {
        return Ok(end.frontier.root());
    }
    let whole = Range {
        start: 0,
        end: size,
    };
    let mut nodes: BTreeMap<Node, Hash> = BTreeMap::new();
    for node in whole.parts() {
        let row = sqlx::query("SELECT hash FROM audit_nodes WHERE level = $1 AND place = $2")
            .bind(i64::from(node.level))
            .bind(signed(node.index))
            .fetch_one(&mut **tx)
            .await?;
        let bytes: Vec<u8> = row.try_get(0)?;
        nodes.insert(node, Hash::of_bytes(&bytes).ok_or(StoreError::Row("hash"))?);
    }
    whole.hash(&nodes).ok_or(StoreError::Row("hash"))
}

async fn last(tx: &mut Tx) -> Result<Option<SignedHead>, StoreError> {
    let row = sqlx::query("SELECT * FROM audit_heads ORDER BY size DESC LIMIT 1")
        .fetch_optional(&mut **tx)
        .await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &sqlx::any::AnyRow) -> Result<SignedHead, StoreError> {
    Ok(SignedHead {
        size: position(row, "size")?,
        at: text(row, "at")?
            .parse()
            .map_err(|_| StoreError::Row("at"))?,
        digest: text(row, "digest")?
            .parse()
            .map_err(|_| StoreError::Row("digest"))?,
        signed: text(row, "signed")?,
    })
}

async fn put(tx: &mut Tx, head: &SignedHead) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO audit_heads (size, at, digest, signed) VALUES ($1, $2, $3, $4)")
        .bind(signed(head.size))
        .bind(stored(head.at))
        .bind(head.digest.as_str())
        .bind(&head.signed)
        .execute(&mut **tx)
        .await?;
    Ok(())
}
