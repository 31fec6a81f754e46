//! The log as it is read: searched by its metadata, exported line by line, and the parts of its tree for proofs.
//! Refuses to read without a bound: a search and a page have a longest length.

use super::LOG;
use super::append::{position, signed};
use crate::store::row::text;
use crate::store::{Store, StoreError};
use domain::audit::{Entry, Hash, Kept, Node, Tombstone};
use domain::record::{AuditRecord, Digest};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};
use std::collections::BTreeMap;

/// The longest answer of one search, and the longest page of an export.
pub(crate) const LONGEST: i64 = 1000;

/// What to search for. Everything that is named has to fit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Search {
    /// An exchange, a business transaction or one call.
    pub request: Option<String>,
    pub partner: Option<String>,
    pub actor: Option<String>,
    /// From this moment on, as stored.
    pub since: Option<String>,
    /// Up to, and without, this moment.
    pub until: Option<String>,
    /// Only records after this position.
    pub after: u64,
}

impl Search {
    /// The conditions, each with what is bound to it. An index serves each of them.
    fn conditions(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("partner =", &self.partner),
            ("actor =", &self.actor),
            ("at >=", &self.since),
            ("at <", &self.until),
        ];
        all.into_iter()
            .filter_map(|(condition, value)| Some((condition, value.as_deref()?)))
            .collect()
    }

    fn sql(&self) -> String {
        let mut sql = "SELECT record FROM audit WHERE seq > $1 AND record IS NOT NULL".to_owned();
        let mut place = 2_u32;
        for (condition, _) in self.conditions() {
            sql.push_str(&format!(" AND {condition} ${place}"));
            place = place.saturating_add(1);
        }
        if self.request.is_some() {
            // An id names one thing only, whichever of the three it is.
            sql.push_str(&format!(
                " AND seq IN (SELECT seq FROM audit WHERE exchange = ${place}
                   UNION SELECT seq FROM audit WHERE business_transaction_id = ${place}
                   UNION SELECT seq FROM audit WHERE correlation_id = ${place})"
            ));
        }
        sql.push_str(&format!(" ORDER BY seq LIMIT {LONGEST}"));
        sql
    }
}

impl Store {
    /// The first records that fit, oldest first.
    pub(crate) async fn audited(&self, search: &Search) -> Result<Vec<AuditRecord>, StoreError> {
        let mut query = sqlx::query(AssertSqlSafe(search.sql())).bind(signed(search.after));
        for (_, value) in search.conditions() {
            query = query.bind(value);
        }
        if let Some(request) = &search.request {
            query = query.bind(request);
        }
        let rows = query.fetch_all(&self.pool).await;
        let rows = rows.map_err(StoreError::Audit)?;
        rows.iter().map(|row| record(row, "record")).collect()
    }

    /// The next lines of the log after this position, as they are exported.
    pub(crate) async fn audit_page(&self, after: u64) -> Result<Vec<Entry>, StoreError> {
        let rows = sqlx::query(AssertSqlSafe(format!(
            "SELECT seq, leaf, record, removed_by FROM audit WHERE seq > $1 ORDER BY seq LIMIT {LONGEST}"
        )))
        .bind(signed(after))
        .fetch_all(&self.pool)
        .await
        .map_err(StoreError::Audit)?;
        rows.iter().map(entry).collect()
    }

    /// One line of the log.
    pub(crate) async fn audit_entry(&self, seq: u64) -> Result<Option<Entry>, StoreError> {
        let row = sqlx::query("SELECT seq, leaf, record, removed_by FROM audit WHERE seq = $1")
            .bind(signed(seq))
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::Audit)?;
        row.as_ref().map(entry).transpose()
    }

    /// How long the log is now.
    pub(crate) async fn audit_size(&self) -> Result<u64, StoreError> {
        let row = sqlx::query("SELECT size FROM audit_edge WHERE log = $1")
            .bind(LOG)
            .fetch_optional(&self.pool)
            .await
            .map_err(StoreError::Audit)?;
        row.as_ref().map_or(Ok(0), |row| position(row, "size"))
    }

    /// These complete subtrees; one that is not there is left out.
    pub(crate) async fn audit_nodes(
        &self,
        nodes: &[Node],
    ) -> Result<BTreeMap<Node, Hash>, StoreError> {
        let mut found = BTreeMap::new();
        for node in nodes {
            let row = sqlx::query("SELECT hash FROM audit_nodes WHERE level = $1 AND place = $2")
                .bind(i64::from(node.level))
                .bind(signed(node.index))
                .fetch_optional(&self.pool)
                .await
                .map_err(StoreError::Audit)?;
            if let Some(row) = row {
                let bytes: Vec<u8> = row.try_get(0)?;
                found.insert(
                    *node,
                    Hash::of_bytes(&bytes).ok_or(StoreError::Row("hash"))?,
                );
            }
        }
        Ok(found)
    }
}

fn entry(row: &AnyRow) -> Result<Entry, StoreError> {
    let leaf: Digest = text(row, "leaf")?
        .parse()
        .map_err(|_| StoreError::Row("leaf"))?;
    let removed_by: Option<i64> = row.try_get("removed_by")?;
    match removed_by.and_then(|seq| u64::try_from(seq).ok()) {
        None => Ok(Entry::Kept(Box::new(Kept {
            leaf,
            record: record(row, "record")?,
        }))),
        Some(removed_by) => Ok(Entry::Removed(Tombstone {
            seq: position(row, "seq")?,
            leaf,
            removed_by,
        })),
    }
}

fn record(row: &AnyRow, column: &'static str) -> Result<AuditRecord, StoreError> {
    serde_json::from_str(&text(row, column)?).map_err(|_| StoreError::Row(column))
}
