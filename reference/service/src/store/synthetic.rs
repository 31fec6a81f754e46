//! Runs of synthetic checks: each an exchange that is marked, or the reason why none could be made.
//! Refuses to judge a run: how its exchange ended is told, the rules say what that means.

use super::row::{maybe_time, maybe_word, text, time};
use super::{Store, StoreError, Tx, stored};
use domain::Timestamp;
use domain::failure::Code;
use domain::ids::{DocumentNumber, ExchangeId};
use domain::synthetic::{Outcome, Run, failed_stage};
use domain::trace::Stage;
use domain::workflow::State;
use sqlx::any::AnyRow;

/// The latest runs that are looked at: a run may be asked for while others are under way (ours).
const MOST_RUNS: i64 = 16;

/// How many runs of a check are remembered (ours: a week of them at one in ten minutes).
const REMEMBERED: i64 = 1000;

/// Writes down that a run has begun; one that became no exchange has a code.
pub(super) async fn begun(
    tx: &mut Tx,
    (id, check): (&ExchangeId, DocumentNumber),
    code: Option<Code>,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO synthetic_runs (id, checked, begun_at, code) VALUES ($1, $2, $3, $4)")
        .bind(id.as_str())
        .bind(number(check))
        .bind(stored(now))
        .bind(code.map(|code| code.to_string()))
        .execute(&mut **tx)
        .await?;
    sqlx::query(
        "DELETE FROM synthetic_runs WHERE checked = $1 AND id NOT IN
            (SELECT id FROM synthetic_runs WHERE checked = $1 ORDER BY begun_at DESC, id DESC LIMIT $2)",
    )
    .bind(number(check))
    .bind(REMEMBERED)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// A number as it is stored.
pub(super) fn number(check: DocumentNumber) -> i64 {
    i64::from(check.0.get())
}

impl Store {
    /// Writes down that no exchange could be made for a run.
    pub(crate) async fn synthetic_refused(
        &self,
        run: (&ExchangeId, DocumentNumber),
        code: Code,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        begun(&mut tx, run, Some(code), now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The latest runs of a check, newest first.
    pub(crate) async fn synthetic_runs(
        &self,
        check: DocumentNumber,
    ) -> Result<Vec<Run>, StoreError> {
        let rows = sqlx::query(
            "SELECT r.id AS id, r.begun_at AS begun_at, r.code AS refused_by, e.state AS state, e.since AS since,
                    e.code AS code, (SELECT h.from_state FROM history h WHERE h.exchange = r.id
                        ORDER BY h.version DESC LIMIT 1) AS from_state
             FROM synthetic_runs r LEFT JOIN exchanges e ON e.id = r.id
             WHERE r.checked = $1 ORDER BY r.begun_at DESC, r.id DESC LIMIT $2",
        )
        .bind(number(check))
        .bind(MOST_RUNS)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(read).collect()
    }
}

fn read(row: &AnyRow) -> Result<Run, StoreError> {
    let begun_at = time(row, "begun_at")?;
    let state: Option<State> = maybe_word(row, "state")?;
    let id = text(row, "id")?;
    Ok(Run {
        begun_at,
        exchange: state.map(|_| ExchangeId::new(id)),
        outcome: match state {
            Some(state) => ended(row, state)?,
            None => Outcome::Failed {
                at: begun_at,
                stage: Stage::Ingestion,
                code: maybe_word(row, "refused_by")?,
            },
        },
    })
}

fn ended(row: &AnyRow, state: State) -> Result<Outcome, StoreError> {
    let at = maybe_time(row, "since")?.ok_or(StoreError::Row("since"))?;
    let code = maybe_word(row, "code")?;
    let from: Option<State> = maybe_word(row, "from_state")?;
    Ok(match state {
        State::Fulfilled => Outcome::Passed { at },
        State::Failed | State::DeadLettered => Outcome::Failed {
            at,
            stage: failed_stage(from.unwrap_or(State::Created), code),
            code,
        },
        State::Created
        | State::Validated
        | State::Matched
        | State::Routed
        | State::Acknowledged => Outcome::UnderWay,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::config::StoreAt;
    use crate::store::Vault;
    use domain::routing::By;
    use sqlx::AssertSqlSafe;
    use std::num::NonZeroU32;

    const AT: &str = "2026-10-01T12:00:00.000Z";

    /// A store with a real exchange that succeeded and a run of a check whose call failed, on the same routes.
    async fn store() -> Store {
        let vault = Vault::own(&StoreAt::Memory).unwrap();
        let store = Store::open(&StoreAt::Memory, vault, None).await.unwrap();
        let mut said = vec![format!(
            "INSERT INTO payloads (id, kind, at, body) VALUES ('p', 'x', '{AT}', '')"
        )];
        for (id, state, synthetic, code) in [
            ("real", "fulfilled", "NULL", "NULL"),
            ("check", "failed", "1", "'identity/no-match'"),
        ] {
            said.push(format!(
                "INSERT INTO exchanges (id, state, since, created_at, business_transaction_id, client, partner,
                    request, snapshot, disposition, synthetic, code)
                 VALUES ('{id}', '{state}', '{AT}', '{AT}', '{id}', 'c', 'northwind', 'p', 1, 'complete', {synthetic}, {code})"
            ));
            said.push(format!(
                "INSERT INTO route_decisions (exchange, version, at, snapshot, route_set, decided_by, choice)
                 VALUES ('{id}', 1, '{AT}', 1, 1, 'canary', '')"
            ));
            said.push(format!(
                "INSERT INTO attempts (exchange, number, at, correlation_id, status, code)
                 VALUES ('{id}', 1, '{AT}', '{id}', 200, {code})"
            ));
        }
        for statement in said {
            let done = sqlx::query(AssertSqlSafe(statement))
                .execute(&store.pool)
                .await;
            done.unwrap();
        }
        store
    }

    #[tokio::test]
    async fn a_canary_and_a_phase_are_judged_without_runs_of_checks() {
        let store = store().await;
        let since: Timestamp = AT.parse().unwrap();
        let set = DocumentNumber(NonZeroU32::new(1).unwrap());
        let sample = store.sample(set, By::Canary, since).await.unwrap();
        assert_eq!((sample.answered, sample.failed), (1, 0));
        let measured = store.measured(since, 10).await.unwrap();
        assert_eq!(
            (measured.decisions, measured.match_accuracy),
            (1, Some(1.0))
        );
    }
}
