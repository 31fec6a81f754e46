//! The row of an exchange after a step: where it stands, since when, why it waits, and what is remembered of the move.
//! Refuses a row that somebody else has written since it was read.

use super::progress::{Changes, Rest, won, word};
use super::{Exchange, StoreError, Tx, payload, stored};
use domain::Timestamp;
use domain::failure::Code;
use domain::workflow::{Event, Hold, State};

/// What the columns of an exchange say afterwards.
pub(super) struct Row {
    /// Only a move begins a new stay.
    begins: bool,
    disposition: &'static str,
    code: Option<Code>,
    hold: Option<Hold>,
    again: Option<Timestamp>,
}

impl Row {
    pub(super) const fn moved(event: &Event) -> Self {
        Self {
            begins: true,
            disposition: event.disposition().word(),
            code: event.code(),
            hold: None,
            again: None,
        }
    }

    pub(super) const fn resting(exchange: &Exchange, rest: &Rest, code: Option<Code>) -> Self {
        Self {
            begins: false,
            disposition: exchange.disposition.word(),
            code,
            hold: rest.hold,
            again: rest.again,
        }
    }
}

/// An exchange on its way into the store.
pub(super) struct Step<'a> {
    pub exchange: &'a Exchange,
    pub state: State,
    pub now: Timestamp,
    pub snapshot: Option<i64>,
}

impl Step<'_> {
    pub(super) async fn update(
        &self,
        tx: &mut Tx,
        changes: &Changes,
        row: &Row,
    ) -> Result<(), StoreError> {
        let result = match &changes.result {
            Some(body) => {
                let of = (self.exchange.id.as_str(), "result");
                Some(payload::keep_of(tx, of, body, self.now).await?)
            }
            None => None,
        };
        let since = if row.begins {
            self.now
        } else {
            self.exchange.since
        };
        let moved = sqlx::query(
            "UPDATE exchanges SET version = version + 1, state = $1, since = $2, disposition = $3, code = $4,
                schema_version = coalesce($5, schema_version), route_set = coalesce($6, route_set),
                consent_checked_at = coalesce($7, consent_checked_at), result = coalesce($8, result),
                snapshot = coalesce($9, snapshot), hold = $10, next_attempt_at = $11
             WHERE id = $12 AND version = $13",
        )
        .bind(self.state.word())
        .bind(stored(since))
        .bind(row.disposition)
        .bind(word(row.code))
        .bind(changes.schema_version.as_deref())
        .bind(changes.route_set)
        .bind(changes.consent.map(|grant| stored(grant.checked_at())))
        .bind(result)
        .bind(self.snapshot)
        .bind(row.hold.map(Hold::word))
        .bind(row.again.map(stored))
        .bind(self.exchange.id.as_str())
        .bind(self.exchange.version)
        .execute(&mut **tx)
        .await?;
        won(moved.rows_affected())
    }

    pub(super) async fn remember(&self, tx: &mut Tx, event: &Event) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO history (exchange, version, at, from_state, to_state, move, code, snapshot)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(self.exchange.id.as_str())
        .bind(self.exchange.version)
        .bind(stored(self.now))
        .bind(self.exchange.state.word())
        .bind(self.state.word())
        .bind(event.asks().word())
        .bind(word(event.code()))
        .bind(self.snapshot.unwrap_or(self.exchange.snapshot))
        .execute(&mut **tx)
        .await?;
        Ok(())
    }
}
