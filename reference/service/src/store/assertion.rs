//! Which assertions have been used: an id of a client is good once.
//! Refuses to keep the id itself, which the client has chosen.

use super::{Store, StoreError, stored};
use chrono::TimeDelta;
use domain::Timestamp;
use domain::ids::{MemberRef, PartnerId};
use domain::masked::Masked;
use sha2::{Digest, Sha256};
use sqlx::Row;

/// How long an id is kept after its assertion has ended: processes on one database do not agree to the second.
const KEPT: TimeDelta = TimeDelta::hours(1);

impl Store {
    /// Uses an assertion up; says whether it was unused.
    ///
    /// Source: RFC 7523 section 3, item 7
    pub(crate) async fn use_assertion(
        &self,
        client: &PartnerId,
        id: &str,
        ends: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let digest = Sha256::digest(format!("{client}\n{id}").as_bytes());
        let used: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM assertions WHERE ends_at < $1")
            .bind(stored(now - KEPT))
            .execute(&mut *tx)
            .await?;
        let kept = sqlx::query(
            "INSERT INTO assertions (used, ends_at) VALUES ($1, $2) ON CONFLICT (used) DO NOTHING",
        )
        .bind(used)
        .bind(stored(ends))
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(kept.rows_affected() == 1)
    }

    /// The member whom we have named so to this client, by id of the Patient or by unique member identifier; in the
    /// answer of an older guide that is the member number.
    ///
    /// Source: PDex 2.2.0 pdex-222 to 224; HRex 1.0.0 member-match, MemberIdentifier of type MB
    pub(crate) async fn named(
        &self,
        client: &PartnerId,
        name: &Masked<String>,
    ) -> Result<Option<MemberRef>, StoreError> {
        let name = name.expose();
        let patient = name.strip_prefix("Patient/").unwrap_or(name);
        let rows = sqlx::query(
            "SELECT m.reference FROM links l JOIN members m ON m.reference = l.member
             WHERE l.client = $1 AND (m.patient = $2 OR $3 IN (m.umb, m.member_id))
             UNION SELECT m.reference FROM list_members l JOIN lists g ON g.id = l.list
                JOIN members m ON m.reference = l.member
             WHERE g.client = $1 AND (m.patient = $2 OR $3 IN (m.umb, m.member_id))",
        )
        .bind(client.as_str())
        .bind(patient)
        .bind(name.as_str())
        .fetch_all(&self.pool)
        .await?;
        // A name that fits two people names nobody.
        match rows.as_slice() {
            [row] => Ok(Some(MemberRef::new(row.try_get::<String, _>("reference")?))),
            _ => Ok(None),
        }
    }
}
