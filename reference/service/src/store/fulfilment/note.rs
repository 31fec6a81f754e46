//! Writes down what an answer that comes later has come to, in the transaction of its step.
//! Refuses to decide what a note means for the exchange.

use super::super::{Exchange, StoreError, Tx, payload, roster, stored};
use super::{FileNote, Note, unmapped};
use domain::Timestamp;
use domain::failure::Code;
use domain::fulfilment::{Inventory, Listed};
use domain::masked::Masked;
use domain::record::GapWhy;
use domain::workflow::State;
use serde::Serialize;
use sqlx::Row;

/// Writes notes with the step that made them.
pub(in crate::store) async fn write(
    tx: &mut Tx,
    exchange: &Exchange,
    notes: &[Note],
    now: Timestamp,
) -> Result<(), StoreError> {
    for note in notes {
        write_one(tx, exchange, note, now).await?;
    }
    Ok(())
}

async fn write_one(
    tx: &mut Tx,
    exchange: &Exchange,
    note: &Note,
    now: Timestamp,
) -> Result<(), StoreError> {
    let id = exchange.id.as_str();
    match note {
        Note::Opened { .. } => return opened(tx, id, note, now).await,
        Note::Asked { percent, acted } => {
            sqlx::query(
                "UPDATE fulfilments SET asked = asked + 1, failures = 0, failing_since = NULL,
                    percent = coalesce($1, percent), acted = $2 WHERE exchange = $3",
            )
            .bind(percent.map(i64::from))
            .bind(*acted)
        }
        Note::Failing => sqlx::query(
            "UPDATE fulfilments SET failures = failures + 1, failing_since = coalesce(failing_since, $1), begun_at = NULL
             WHERE exchange = $2",
        )
        .bind(stored(now)),
        Note::Enters {
            phase,
            place,
            list,
            first_at,
        } => sqlx::query(
            // What was told while the export was asked for is about the export: it is still to be followed.
            "UPDATE fulfilments SET phase = $1,
                place = CASE WHEN phase = 'kick-off' THEN coalesce($2, place) ELSE $2 END,
                acted = CASE WHEN phase = 'kick-off' THEN acted ELSE heard END,
                list = coalesce($3, list), first_at = $4, asked = 0, page = NULL, pages = 0,
                failures = 0, failing_since = NULL, begun_at = NULL WHERE exchange = $5",
        )
        .bind(phase.word())
        .bind(place.clone())
        .bind(list.clone())
        .bind(first_at.map(stored)),
        Note::Paged(inventory, next) => {
            let kept = list(tx, id, inventory, now).await?;
            sqlx::query(
                "UPDATE fulfilments SET inventory = $1, page = $2, pages = pages + 1 WHERE exchange = $3",
            )
            .bind(kept)
            .bind(next.clone())
        }
        Note::Listed(inventory) => {
            let kept = list(tx, id, inventory, now).await?;
            sqlx::query("UPDATE fulfilments SET inventory = $1 WHERE exchange = $2").bind(kept)
        }
        Note::Arrived(file) => return arrived(tx, id, file, now).await,
        Note::Missed {
            position,
            listed,
            why,
        } => return missed(tx, id, (*position, listed), *why).await,
        Note::Gave(given) => sqlx::query("UPDATE fulfilments SET given = $1 WHERE exchange = $2")
            .bind(json(given, "given")?),
        Note::Members(members) => return roster::keep(tx, id, members).await,
        Note::Cleared => {
            forget_files(tx, id).await?;
            sqlx::query("UPDATE fulfilments SET inventory = NULL WHERE exchange = $1")
        }
        Note::Unmapped(status) => return unmapped(tx, exchange, Some(*status), now).await,
    }
    .bind(id)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn opened(tx: &mut Tx, id: &str, note: &Note, now: Timestamp) -> Result<(), StoreError> {
    let Note::Opened {
        handle,
        phase,
        place,
        list,
        first_at,
    } = note
    else {
        return Ok(());
    };
    // What an earlier try of the same exchange has brought does not count for this one.
    forget_files(tx, id).await?;
    sqlx::query(
        "INSERT INTO fulfilments (exchange, handle, phase, opened_at, place, list, first_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (exchange) DO UPDATE SET handle = $2, phase = $3, opened_at = $4,
            place = coalesce($5, fulfilments.place), list = $6, first_at = $7, asked = 0, failures = 0, failing_since = NULL, percent = NULL, inventory = NULL, given = NULL,
            page = NULL, pages = 0, begun_at = NULL, transport_ms = 0",
    )
    .bind(id)
    .bind(handle)
    .bind(phase.word())
    .bind(stored(now))
    .bind(place.clone())
    .bind(list.clone())
    .bind(first_at.map(stored))
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn forget_files(tx: &mut Tx, id: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM fulfilment_files WHERE exchange = $1")
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Keeps a list of files. What was known of the same list so far is in it.
async fn list(
    tx: &mut Tx,
    id: &str,
    inventory: &Inventory,
    now: Timestamp,
) -> Result<String, StoreError> {
    let former =
        sqlx::query("SELECT inventory FROM fulfilments WHERE exchange = $1 AND page IS NOT NULL")
            .bind(id)
            .fetch_optional(&mut **tx)
            .await?;
    let former: Option<String> = former.map(|row| row.try_get(0)).transpose()?.flatten();
    if let Some(former) = former {
        for statement in [
            "UPDATE fulfilments SET inventory = NULL WHERE inventory = $1",
            "DELETE FROM payloads WHERE id = $1",
        ] {
            sqlx::query(statement)
                .bind(&former)
                .execute(&mut **tx)
                .await?;
        }
    }
    let body = Masked::new(json(inventory, "inventory")?.into_bytes());
    payload::keep_of(tx, (id, "inventory"), &body, now).await
}

async fn arrived(tx: &mut Tx, id: &str, file: &FileNote, now: Timestamp) -> Result<(), StoreError> {
    let body = payload::keep_of(tx, (id, "export-file"), &file.body, now).await?;
    sqlx::query(
        "INSERT INTO fulfilment_files (exchange, position, role, kind, body, count, digest, messages, bytes)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (exchange, position) DO NOTHING",
    )
    .bind(id)
    .bind(i64::try_from(file.position).unwrap_or(i64::MAX))
    .bind(file.listed.role.word())
    .bind(file.listed.kind.as_ref().map(ToString::to_string))
    .bind(body)
    .bind(i64::try_from(file.count).unwrap_or(i64::MAX))
    .bind(file.digest.as_str())
    .bind(json(&file.messages, "messages")?)
    .bind(i64::try_from(file.body.expose().len()).unwrap_or(i64::MAX))
    .execute(&mut **tx)
    .await?;
    restored(tx, id).await
}

async fn missed(
    tx: &mut Tx,
    id: &str,
    (position, listed): (usize, &Listed),
    why: GapWhy,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO fulfilment_files (exchange, position, role, kind, why) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (exchange, position) DO NOTHING",
    )
    .bind(id)
    .bind(i64::try_from(position).unwrap_or(i64::MAX))
    .bind(listed.role.word())
    .bind(listed.kind.as_ref().map(ToString::to_string))
    .bind(why.word())
    .execute(&mut **tx)
    .await?;
    restored(tx, id).await
}

/// Failures in a row are those of one file.
async fn restored(tx: &mut Tx, id: &str) -> Result<(), StoreError> {
    sqlx::query("UPDATE fulfilments SET failures = 0, failing_since = NULL WHERE exchange = $1")
        .bind(id)
        .execute(&mut **tx)
        .await?;
    Ok(())
}

/// Writes down, with the dead letter, that a partner took a request on and did not keep its word.
pub(in crate::store) async fn escalate(
    tx: &mut Tx,
    exchange: &Exchange,
    code: Code,
    now: Timestamp,
) -> Result<(), StoreError> {
    let acknowledged = (exchange.state == State::Acknowledged).then(|| stored(exchange.since));
    sqlx::query(
        "INSERT INTO escalations (exchange, at, partner, code, asked_at, acknowledged_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (exchange, at) DO NOTHING",
    )
    .bind(exchange.id.as_str())
    .bind(stored(now))
    .bind(exchange.partner.as_str())
    .bind(code.to_string())
    .bind(stored(exchange.created_at))
    .bind(acknowledged)
    .execute(&mut **tx)
    .await?;
    let notice = domain::workflow::Notice::Escalated;
    super::super::progress::notify(tx, exchange, notice, now).await
}

fn json(value: &impl Serialize, column: &'static str) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|_| StoreError::Row(column))
}
