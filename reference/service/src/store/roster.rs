//! What came of each member of a bulk exchange, kept whole beside it.
//! Refuses to be written but with the step that learnt it.

use super::{Store, StoreError, Tx};
use domain::bulk::Roster;
use domain::ids::ExchangeId;
use sqlx::Row;

impl Store {
    /// What came of each member; none in an exchange about one member, and before the request was judged.
    pub(crate) async fn roster(&self, id: &ExchangeId) -> Result<Option<Roster>, StoreError> {
        let row = sqlx::query("SELECT members FROM rosters WHERE exchange = $1")
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await?;
        let text: Option<String> = row.map(|row| row.try_get("members")).transpose()?;
        let read = |text: String| serde_json::from_str(&text);
        text.map(read)
            .transpose()
            .map_err(|_| StoreError::Row("members"))
    }
}

pub(super) async fn keep(tx: &mut Tx, id: &str, roster: &Roster) -> Result<(), StoreError> {
    let members = serde_json::to_string(roster).map_err(|_| StoreError::Row("members"))?;
    sqlx::query(
        "INSERT INTO rosters (exchange, members) VALUES ($1, $2)
         ON CONFLICT (exchange) DO UPDATE SET members = $2",
    )
    .bind(id)
    .bind(members)
    .execute(&mut **tx)
    .await?;
    Ok(())
}
