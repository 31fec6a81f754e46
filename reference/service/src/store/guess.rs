//! What clients have tried for whom, as digests.
//! Refuses to know what the digests are of.

use super::{Store, StoreError, stored};
use domain::Timestamp;
use domain::ids::PartnerId;
use sqlx::Row;

impl Store {
    /// Notes that the client has tried these identifiers for this person; how many different ones it has since `begins`.
    pub(crate) async fn tried(
        &self,
        client: &PartnerId,
        (person, identifiers): (&str, &str),
        now: Timestamp,
        begins: Timestamp,
    ) -> Result<i64, StoreError> {
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM guesses WHERE at <= $1")
            .bind(stored(begins))
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "INSERT INTO guesses (client, person, identifiers, at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (client, person, identifiers) DO UPDATE SET at = excluded.at",
        )
        .bind(client.as_str())
        .bind(person)
        .bind(identifiers)
        .bind(stored(now))
        .execute(&mut *tx)
        .await?;
        let row = sqlx::query(
            "SELECT CAST(count(*) AS BIGINT) AS tried FROM guesses WHERE client = $1 AND person = $2",
        )
        .bind(client.as_str())
        .bind(person)
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(row.try_get("tried")?)
    }
}
