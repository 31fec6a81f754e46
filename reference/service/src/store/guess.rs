//! What clients have tried for whom, as digests.
//! Refuses to know what the digests are of.

use super::{Store, StoreError, stored};
use domain::Timestamp;
use domain::ids::PartnerId;
use sqlx::{AssertSqlSafe, Row};
use std::collections::BTreeSet;

impl Store {
    /// Notes that the client has tried each of these identifiers for each of these persons; how many different ones it
    /// has since `begins` for the person for whom it has tried the most.
    pub(crate) async fn tried(
        &self,
        client: &PartnerId,
        (persons, identifiers): (&BTreeSet<String>, &BTreeSet<String>),
        now: Timestamp,
        begins: Timestamp,
    ) -> Result<i64, StoreError> {
        self.forget_tries(begins).await?;
        let mut tx = self.write().await?;
        let mut most = 0;
        for person in persons {
            // In the order of the key, so that no two questions wait for each other.
            for identifier in identifiers {
                sqlx::query(
                    "INSERT INTO guesses (client, person, identifiers, at) VALUES ($1, $2, $3, $4)
                     ON CONFLICT (client, person, identifiers) DO UPDATE SET at = excluded.at",
                )
                .bind(client.as_str())
                .bind(person)
                .bind(identifier)
                .bind(stored(now))
                .execute(&mut *tx)
                .await?;
            }
            let row = sqlx::query(
                "SELECT CAST(count(*) AS BIGINT) AS tried FROM guesses WHERE client = $1 AND person = $2 AND at > $3",
            )
            .bind(client.as_str())
            .bind(person)
            .bind(stored(begins))
            .fetch_one(&mut *tx)
            .await?;
            most = row.try_get::<i64, _>("tried")?.max(most);
        }
        tx.commit().await?;
        Ok(most)
    }

    /// In a transaction of its own, and in the order of the key: it waits for nobody while it keeps somebody waiting.
    async fn forget_tries(&self, begins: Timestamp) -> Result<(), StoreError> {
        let old = sqlx::query("SELECT at FROM guesses WHERE at <= $1 LIMIT 1")
            .bind(stored(begins))
            .fetch_optional(&self.pool)
            .await?;
        if old.is_none() {
            return Ok(());
        }
        let query = format!(
            "DELETE FROM guesses WHERE (client, person, identifiers) IN
                (SELECT client, person, identifiers FROM guesses WHERE at <= $1
                 ORDER BY client, person, identifiers{})",
            self.lock_clause()
        );
        let mut tx = self.write().await?;
        sqlx::query(AssertSqlSafe(query))
            .bind(stored(begins))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(())
    }
}
