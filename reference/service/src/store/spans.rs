//! Stages and calls of exchanges as they were noted, until a collector has them.
//! Refuses to keep what did not happen: a note is written with the step that it tells of, or not at all.

use super::row::{maybe_word, number, text, time, word};
use super::{Exchange, Past, Store, StoreError, Tx, stored};
use domain::failure::Code;
use domain::ids::{BusinessTransactionId, CorrelationId, ExchangeId};
use domain::trace::{Noted, Outcome, Said, SpanKind, Told, TraceId};
use domain::workflow::{Disposition, Move, State};
use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

/// How many spans, and how many traces, are handed to a collector at once (ours).
const AT_ONCE: i64 = 200;

/// What was noted in one step, for the trace of the exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// How often the exchange had been replayed.
    pub replays: u32,
    pub noted: Vec<Noted>,
}

/// A span that no collector has yet.
#[derive(Clone, Debug)]
pub(crate) struct Untold {
    pub about: Told,
    pub noted: Noted,
}

/// An exchange that has ended and whose root no collector has yet.
#[derive(Clone, Debug)]
pub(crate) struct Closed {
    pub exchange: ExchangeId,
    pub replays: u32,
    pub about: Told,
    pub outcome: Outcome,
    pub noted: Vec<Noted>,
    /// Stages that a replay did not run again, because they had passed before, and calls whose end nobody saw.
    pub besides: Vec<Noted>,
}

/// Writes down what a step has seen.
pub(super) async fn keep(tx: &mut Tx, id: &ExchangeId, seen: &Seen) -> Result<(), StoreError> {
    if seen.noted.is_empty() {
        return Ok(());
    }
    let replays = i64::from(seen.replays);
    sqlx::query("INSERT INTO traces (exchange, replays) VALUES ($1, $2) ON CONFLICT (exchange, replays) DO NOTHING")
        .bind(id.as_str())
        .bind(replays)
        .execute(&mut **tx)
        .await?;
    for noted in &seen.noted {
        let (consent, confidence) = match noted.said {
            None => (None, None),
            Some(Said::Consent(status)) => (Some(status.word()), None),
            Some(Said::Confidence(band)) => (None, Some(band.word())),
        };
        sqlx::query(
            "INSERT INTO spans (id, exchange, replays, kind, started_at, ended_at, correlation_id, failed, code, consent, confidence)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO NOTHING",
        )
        .bind(noted.id.to_string())
        .bind(id.as_str())
        .bind(replays)
        .bind(noted.kind.word())
        .bind(stored(noted.start))
        .bind(stored(noted.end))
        .bind(noted.correlation.as_ref().map(CorrelationId::as_str))
        .bind(i64::from(noted.is_error))
        .bind(noted.code.map(|code| code.to_string()))
        .bind(consent)
        .bind(confidence)
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

fn read(row: &AnyRow) -> Result<Noted, StoreError> {
    let consent = maybe_word(row, "consent")?.map(Said::Consent);
    let confidence = maybe_word(row, "confidence")?.map(Said::Confidence);
    let correlation: Option<String> = row.try_get("correlation_id")?;
    Ok(Noted {
        id: word(row, "id")?,
        kind: word(row, "kind")?,
        start: time(row, "started_at")?,
        end: time(row, "ended_at")?,
        correlation: correlation.map(CorrelationId::new),
        is_error: number(row, "failed")? > 0,
        code: maybe_word(row, "code")?,
        said: consent.or(confidence),
    })
}

fn about(id: &ExchangeId, replays: u32, transaction: BusinessTransactionId) -> Told {
    Told {
        trace: TraceId::of_exchange(id, replays),
        business_transaction: transaction,
    }
}

/// Of what was noted before a replay, the stages that had passed and did not run again, for the trace of the replay.
fn passed(before: &mut Vec<Noted>, noted: &[Noted], trace: TraceId) {
    before.retain(|old| !old.is_error && !noted.iter().any(|new| new.kind == old.kind));
    before.retain_mut(|old| match old.kind.stage() {
        Some(stage) => {
            old.id = trace.stage(stage);
            true
        }
        None => false,
    });
}

/// The moves after so many replays, until the next one.
fn between_replays(mut past: Vec<Past>, replays: u32) -> Vec<Past> {
    let replayed = |past: &Past| past.by == Move::Replay;
    for _ in 0..replays {
        let next = past.iter().position(replayed);
        past.drain(..next.map_or(0, |at| at.saturating_add(1)));
    }
    let until = past.iter().position(replayed);
    past.truncate(until.unwrap_or(past.len()));
    past
}

impl Store {
    /// How often an exchange has been replayed.
    pub(crate) async fn replays(&self, id: &ExchangeId) -> Result<u32, StoreError> {
        let query = "SELECT count(*) AS replays FROM history WHERE exchange = $1 AND move = $2";
        let row = sqlx::query(query)
            .bind(id.as_str())
            .bind(Move::Replay.word())
            .fetch_one(&self.pool)
            .await?;
        number(&row, "replays")
    }

    /// The first spans that no collector has yet.
    pub(crate) async fn untold(&self) -> Result<Vec<Untold>, StoreError> {
        let rows = sqlx::query(
            "SELECT s.*, e.business_transaction_id FROM spans s JOIN exchanges e ON e.id = s.exchange
             WHERE s.told = 0 ORDER BY s.id LIMIT $1",
        )
        .bind(AT_ONCE)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let id = ExchangeId::new(text(row, "exchange")?);
                let transaction = BusinessTransactionId::new(text(row, "business_transaction_id")?);
                Ok(Untold {
                    about: about(&id, number(row, "replays")?, transaction),
                    noted: read(row)?,
                })
            })
            .collect()
    }

    /// A collector has these.
    pub(crate) async fn told(&self, spans: &[Untold]) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        for span in spans {
            sqlx::query("UPDATE spans SET told = 1 WHERE id = $1")
                .bind(span.noted.id.to_string())
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// The first exchanges that have ended, or were replayed since, and whose root no collector has yet.
    pub(crate) async fn closed(&self) -> Result<Vec<Closed>, StoreError> {
        let open = State::ALL.iter().filter(|state| state.is_open());
        let open: Vec<String> = open.map(|state| format!("'{state}'")).collect();
        let query = format!(
            "SELECT t.replays AS told_replays, e.* FROM traces t JOIN exchanges e ON e.id = t.exchange
             WHERE (e.state NOT IN ({}) OR t.replays <
                (SELECT count(*) FROM history h WHERE h.exchange = t.exchange AND h.move = '{}'))
                AND NOT EXISTS (SELECT 1 FROM spans s WHERE s.exchange = t.exchange AND s.told = 0)
             ORDER BY t.exchange, t.replays LIMIT $1",
            open.join(", "),
            Move::Replay
        );
        let rows = sqlx::query(AssertSqlSafe(query))
            .bind(AT_ONCE)
            .fetch_all(&self.pool)
            .await?;
        let mut closed = Vec::new();
        for row in &rows {
            let exchange = Exchange::read(row)?;
            closed.extend(
                self.closing(&exchange, number(row, "told_replays")?)
                    .await?,
            );
        }
        Ok(closed)
    }

    /// How an exchange ended before its next replay, with everything that was noted until then.
    async fn closing(
        &self,
        exchange: &Exchange,
        replays: u32,
    ) -> Result<Option<Closed>, StoreError> {
        let all =
            sqlx::query("SELECT * FROM spans WHERE exchange = $1 ORDER BY replays, started_at, id")
                .bind(exchange.id.as_str())
                .fetch_all(&self.pool)
                .await?;
        let (mut noted, mut before) = (Vec::new(), Vec::new());
        for row in &all {
            let of = number(row, "replays")?;
            match of.cmp(&replays) {
                std::cmp::Ordering::Equal => noted.push(read(row)?),
                std::cmp::Ordering::Less => before.push(read(row)?),
                std::cmp::Ordering::Greater => {}
            }
        }
        let Some(outcome) = self.outcome(exchange, replays, &noted).await? else {
            return Ok(None);
        };
        let about = about(&exchange.id, replays, exchange.business_transaction.clone());
        passed(&mut before, &noted, about.trace);
        before.extend(self.cut_off(exchange, &outcome, about.trace).await?);
        Ok(Some(Closed {
            exchange: exchange.id.clone(),
            replays,
            about,
            outcome,
            noted,
            besides: before,
        }))
    }

    /// Calls that went out and whose end nobody saw: the process ended before.
    async fn cut_off(
        &self,
        exchange: &Exchange,
        outcome: &Outcome,
        trace: TraceId,
    ) -> Result<Vec<Noted>, StoreError> {
        let attempts = self.attempts(&exchange.id).await?;
        let within = outcome.start..=outcome.end;
        let open = attempts.into_iter().filter(|attempt| {
            attempt.status.is_none() && attempt.code.is_none() && within.contains(&attempt.at)
        });
        Ok(open
            .map(|attempt| Noted {
                id: trace.call(&attempt.correlation, 0),
                kind: SpanKind::Attempt,
                start: attempt.at,
                end: attempt.at,
                correlation: Some(attempt.correlation),
                is_error: true,
                code: None,
                said: None,
            })
            .collect())
    }

    async fn outcome(
        &self,
        exchange: &Exchange,
        replays: u32,
        noted: &[Noted],
    ) -> Result<Option<Outcome>, StoreError> {
        let past = between_replays(self.history(&exchange.id).await?, replays);
        let Some(last) = past.last().filter(|last| !last.to.is_open()) else {
            return Ok(None);
        };
        let code: Option<Code> = past.iter().rev().find_map(|past| past.code);
        let begun = noted.iter().map(|noted| noted.start).min();
        Ok(Some(Outcome {
            partner: exchange.partner.clone(),
            request_type: exchange.request_type(),
            schema_version: exchange.schema_version.clone(),
            retries: exchange
                .submissions
                .saturating_sub(exchange.forgiven.saturating_add(1)),
            disposition: match last.to {
                State::DeadLettered => Disposition::Exhausted,
                State::Created
                | State::Validated
                | State::Matched
                | State::Routed
                | State::Acknowledged
                | State::Fulfilled
                | State::Failed => exchange.disposition,
            },
            code,
            start: match replays {
                0 => exchange.created_at,
                _ => begun.unwrap_or(last.at),
            },
            end: last.at,
        }))
    }

    /// A collector has the root of this one too. What a replay may build upon stays until nobody can replay it.
    pub(crate) async fn told_whole(&self, closed: &Closed) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM traces WHERE exchange = $1 AND replays = $2")
            .bind(closed.exchange.as_str())
            .bind(i64::from(closed.replays))
            .execute(&mut *tx)
            .await?;
        if closed.outcome.disposition != Disposition::Exhausted {
            sqlx::query("DELETE FROM spans WHERE exchange = $1 AND told = 1")
                .bind(closed.exchange.as_str())
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }
}
