//! What is added to an exchange that waits for more: the request in its new form, and the signal that it is there.
//! Refuses to add anything to an exchange that waits for nothing.

use super::moved_on;
use crate::store::audit::Told;
use crate::store::exchange::lock;
use crate::store::signal::{heard, signal_within};
use crate::store::{Exchange, Heard, Store, StoreError, payload};
use domain::Timestamp;
use domain::masked::Masked;
use domain::workflow::{Hold, Signal};

impl Store {
    /// Puts a request in the place of the one that lacked something, and lets its exchange go on. Gives none where
    /// the exchange waits for nothing of the kind.
    pub(crate) async fn add_evidence(
        &self,
        exchange: &Exchange,
        request: &Masked<Vec<u8>>,
        (key, snapshot): (&str, u64),
        now: Timestamp,
    ) -> Result<Option<Heard>, StoreError> {
        let mut tx = self.write().await?;
        let clause = self.lock_clause();
        let present = lock(&mut tx, &exchange.id, clause).await?;
        // What has been added once changes nothing the second time, whatever the exchange waits for by now.
        if let Some(came_to) = heard(&mut tx, &exchange.id, key).await? {
            let again = true;
            return Ok(Some(Heard { came_to, again }));
        }
        let waits = |it: &Exchange| {
            it.state.is_open() && matches!(it.hold, Some(Hold::MoreData | Hold::Review))
        };
        let Some(present) = present.filter(waits) else {
            return Ok(None);
        };
        let new = payload::keep(&mut tx, "exchange-request", request, now).await?;
        sqlx::query("UPDATE exchanges SET request = $1 WHERE id = $2")
            .bind(new)
            .bind(present.id.as_str())
            .execute(&mut *tx)
            .await?;
        // The former one goes with the exchange, when its time is over and no hold keeps it.
        sqlx::query("UPDATE payloads SET exchange = $1 WHERE id = $2")
            .bind(present.id.as_str())
            .bind(present.request.as_str())
            .execute(&mut *tx)
            .await?;
        let named = (&present.id, clause);
        let heard = signal_within(
            &mut tx,
            named,
            (Signal::Evidence, Told::default()),
            key,
            now,
        )
        .await?;
        moved_on(&mut tx, &present.id, snapshot, now).await?;
        tx.commit().await?;
        Ok(heard)
    }
}
