//! Whether the tables that a part of the service stands on can be read, and whether they fit together.
//! Refuses to read a row of a person.

use super::{Store, StoreError};
use domain::workflow::State;
use sqlx::{AssertSqlSafe, Row};

impl Store {
    /// Can be told which assertions have been used?
    pub(crate) async fn assertions_answer(&self) -> Result<(), StoreError> {
        self.reads("SELECT used FROM assertions LIMIT 1").await
    }

    /// Can members be found?
    pub(crate) async fn members_answer(&self) -> Result<(), StoreError> {
        self.reads("SELECT reference FROM members LIMIT 1").await?;
        self.reads("SELECT key FROM person_keys LIMIT 1").await?;
        self.reads("SELECT place FROM person_entries LIMIT 1").await
    }

    /// Can be written down what is done?
    pub(crate) async fn audit_answers(&self) -> Result<(), StoreError> {
        self.reads("SELECT seq FROM audit LIMIT 1").await?;
        self.reads("SELECT size FROM audit_heads LIMIT 1").await
    }

    /// The number of the newest snapshot; 0 before the first.
    pub(crate) async fn newest_number(&self) -> Result<u64, StoreError> {
        let row = sqlx::query("SELECT CAST(coalesce(max(number), 0) AS BIGINT) FROM snapshots")
            .fetch_one(&self.pool)
            .await?;
        Ok(u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default())
    }

    /// Is there an entry for every member? One without is told apart from nobody, and so not found.
    pub(crate) async fn is_indexed(&self) -> Result<bool, StoreError> {
        let missing = sqlx::query(
            "SELECT reference FROM members
             WHERE NOT EXISTS (SELECT 1 FROM person_entries WHERE person = members.reference) LIMIT 1",
        )
        .fetch_optional(&self.pool)
        .await?;
        Ok(missing.is_none())
    }

    /// Exchanges that have not ended.
    pub(crate) async fn open_exchanges(&self) -> Result<u64, StoreError> {
        let ended: Vec<String> = State::ALL
            .iter()
            .filter(|state| !state.is_open())
            .map(|state| format!("'{state}'"))
            .collect();
        let query = format!(
            "SELECT CAST(count(*) AS BIGINT) FROM exchanges WHERE state NOT IN ({})",
            ended.join(", ")
        );
        let row = sqlx::query(AssertSqlSafe(query))
            .fetch_one(&self.pool)
            .await?;
        Ok(u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or_default())
    }

    /// Connections of this process to the database that are in use, and how many there may be.
    pub(crate) fn connections(&self) -> (u64, u64) {
        let idle = u32::try_from(self.pool.num_idle()).unwrap_or(u32::MAX);
        let used = self.pool.size().saturating_sub(idle);
        let most = self.pool.options().get_max_connections();
        (u64::from(used), u64::from(most))
    }

    async fn reads(&self, question: &'static str) -> Result<(), StoreError> {
        sqlx::query(question).fetch_optional(&self.pool).await?;
        Ok(())
    }
}
