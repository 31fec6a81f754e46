//! Exports: made once, moved through their phases, their files kept as protected bodies until they expire.
//! Refuses a step that the phases do not allow, and a file to anybody after its time.

use super::row::{maybe_time, maybe_word, text, word};
use super::{Store, StoreError, payload, stored};
use domain::Timestamp;
use domain::export::{Files, Made, Phase, Wishes};
use domain::failure::Code;
use domain::ids::{BusinessTransactionId, ExportId, MemberRef, PartnerId};
use domain::masked::Masked;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, Sqlite, Transaction};

type Tx = Transaction<'static, Sqlite>;

/// An export that is asked for.
pub(crate) struct NewExport<'a> {
    pub id: ExportId,
    pub client: &'a PartnerId,
    pub member: &'a MemberRef,
    pub group: &'a str,
    pub wishes: &'a Wishes,
    pub fingerprint: &'a str,
    pub business_transaction: &'a BusinessTransactionId,
    pub snapshot: u64,
    /// The same question since then is the same export.
    pub repeated_since: Timestamp,
}

/// An export as it stands.
#[derive(Clone, Debug)]
pub(crate) struct Export {
    pub id: ExportId,
    pub phase: Phase,
    pub client: PartnerId,
    pub group: String,
    pub wishes: Wishes,
    pub business_transaction: BusinessTransactionId,
    /// Parts that have been looked through, of all.
    pub done: u32,
    pub parts: u32,
    pub made: Option<Made>,
    pub ended_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    pub code: Option<Code>,
}

impl Export {
    fn read(row: &SqliteRow) -> Result<Self, StoreError> {
        let made: Option<String> = row.try_get("made")?;
        let made = made.map(|made| serde_json::from_str(&made)).transpose();
        let wishes = serde_json::from_str(&text(row, "wishes")?);
        Ok(Self {
            id: ExportId::new(text(row, "id")?),
            phase: word(row, "phase")?,
            client: PartnerId::new(text(row, "client")?),
            group: text(row, "group_id")?,
            wishes: wishes.map_err(|_| StoreError::Row("wishes"))?,
            business_transaction: BusinessTransactionId::new(text(row, "business_transaction_id")?),
            done: row.try_get("done")?,
            parts: row.try_get("parts")?,
            made: made.map_err(|_| StoreError::Row("made"))?,
            ended_at: maybe_time(row, "ended_at")?,
            expires_at: maybe_time(row, "expires_at")?,
            code: maybe_word(row, "code")?,
        })
    }

    /// Are its files gone?
    pub(crate) fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }
}

impl Store {
    /// Makes an export, or finds the one that the same question made a short while ago. Says whether it is new.
    pub(crate) async fn put_export(
        &self,
        new: NewExport<'_>,
        now: Timestamp,
    ) -> Result<(ExportId, bool), StoreError> {
        let mut tx = self.write().await?;
        if let Some(known) = repeated(&mut tx, &new).await? {
            return Ok((known, false));
        }
        let wishes = serde_json::to_string(new.wishes).map_err(|_| StoreError::Row("wishes"))?;
        sqlx::query(
            "INSERT INTO exports (id, phase, client, member, group_id, wishes, fingerprint, business_transaction_id,
                snapshot, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(new.id.as_str())
        .bind(Phase::Accepted.word())
        .bind(new.client.as_str())
        .bind(new.member.as_str())
        .bind(new.group)
        .bind(wishes)
        .bind(new.fingerprint)
        .bind(new.business_transaction.as_str())
        .bind(i64::try_from(new.snapshot).unwrap_or(i64::MAX))
        .bind(stored(now))
        .execute(&mut *tx)
        .await?;
        audit(&mut tx, &new.id, Phase::Accepted.word(), None, now).await?;
        tx.commit().await?;
        Ok((new.id, true))
    }

    pub(crate) async fn export(&self, id: &ExportId) -> Result<Option<Export>, StoreError> {
        let row = sqlx::query("SELECT * FROM exports WHERE id = ?")
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(Export::read).transpose()
    }

    /// Every export that still has something to do.
    pub(crate) async fn open_exports(&self) -> Result<Vec<ExportId>, StoreError> {
        let query = "SELECT id FROM exports WHERE phase IN ('accepted', 'in-progress') ORDER BY id";
        let rows = sqlx::query(query).fetch_all(&self.pool).await?;
        let id = |row| Ok(ExportId::new(text(row, "id")?));
        rows.iter().map(id).collect()
    }

    /// Notes how many parts have been looked through. False when the export has ended in the meantime.
    pub(crate) async fn advance_export(
        &self,
        id: &ExportId,
        done: u32,
        parts: u32,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        step(&mut tx, id, Phase::InProgress, None, now).await?;
        // A restart begins again, and what was told never falls.
        let told = sqlx::query(
            "UPDATE exports SET done = max(done, ?), parts = ? WHERE id = ? AND phase = ?",
        )
        .bind(done)
        .bind(parts)
        .bind(id.as_str())
        .bind(Phase::InProgress.word())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(told.rows_affected() == 1)
    }

    /// Ends an export with its files: all of them, or none. False when it had ended before.
    pub(crate) async fn complete_export(
        &self,
        id: &ExportId,
        files: &Files,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let made = serde_json::to_string(&files.made).map_err(|_| StoreError::Row("made"))?;
        let mut tx = self.write().await?;
        if !step(&mut tx, id, Phase::Complete, None, now).await? {
            return Ok(false);
        }
        for file in files.records.iter().chain(&files.messages) {
            let body = Masked::new(file.text.clone().into_bytes());
            let body = payload::keep(&mut tx, "export-file", &body, now).await?;
            sqlx::query("INSERT INTO export_files (export, kind, count, body) VALUES (?, ?, ?, ?)")
                .bind(id.as_str())
                .bind(file.kind)
                .bind(i64::try_from(file.count).unwrap_or(i64::MAX))
                .bind(body)
                .execute(&mut *tx)
                .await?;
        }
        sqlx::query(
            "UPDATE exports SET done = parts, made = ?, ended_at = ?, expires_at = ? WHERE id = ?",
        )
        .bind(made)
        .bind(stored(now))
        .bind(stored(expires_at))
        .bind(id.as_str())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(true)
    }

    pub(crate) async fn fail_export(
        &self,
        id: &ExportId,
        code: Code,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        step(&mut tx, id, Phase::Failed, Some(code), now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Gives an export up, and removes its files.
    pub(crate) async fn cancel_export(
        &self,
        id: &ExportId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        if step(&mut tx, id, Phase::Cancelled, None, now).await? {
            remove_files(&mut tx, id).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Kind and number of records of every file.
    pub(crate) async fn export_files(
        &self,
        id: &ExportId,
    ) -> Result<Vec<(String, u64)>, StoreError> {
        let rows =
            sqlx::query("SELECT kind, count FROM export_files WHERE export = ? ORDER BY kind")
                .bind(id.as_str())
                .fetch_all(&self.pool)
                .await?;
        let file = |row: &SqliteRow| {
            let count: i64 = row.try_get("count")?;
            Ok((text(row, "kind")?, u64::try_from(count).unwrap_or_default()))
        };
        rows.iter().map(file).collect()
    }

    /// The lines of one file. That they are read is written down first.
    pub(crate) async fn read_export_file(
        &self,
        id: &ExportId,
        kind: &str,
        now: Timestamp,
    ) -> Result<Option<Masked<Vec<u8>>>, StoreError> {
        let mut tx = self.write().await?;
        let row = sqlx::query(
            "SELECT p.body FROM export_files f JOIN payloads p ON p.id = f.body WHERE f.export = ? AND f.kind = ?",
        )
        .bind(id.as_str())
        .bind(kind)
        .fetch_optional(&mut *tx)
        .await?;
        if row.is_some() {
            audit(&mut tx, id, "file-read", None, now).await?;
        }
        tx.commit().await?;
        row.map(|row| Ok(Masked::new(row.try_get(0)?))).transpose()
    }

    /// Removes the files of exports whose time is over.
    pub(crate) async fn drop_expired_files(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let query = "SELECT id FROM exports WHERE expires_at <= ?
             AND EXISTS (SELECT 1 FROM export_files WHERE export = id)";
        let expired = sqlx::query(query).bind(stored(now)).fetch_all(&mut *tx);
        for row in expired.await? {
            remove_files(&mut tx, &ExportId::new(text(&row, "id")?)).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Sets the end of an export's files.
    pub(crate) async fn expire_export(
        &self,
        id: &ExportId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE exports SET expires_at = ? WHERE id = ?")
            .bind(stored(at))
            .bind(id.as_str())
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

/// The export that the same question made a short while ago, unless it came to nothing.
///
/// Source: ours; FHIR leaves it to the server whether a repeated kick-off is a new one
async fn repeated(tx: &mut Tx, new: &NewExport<'_>) -> Result<Option<ExportId>, StoreError> {
    let row = sqlx::query(
        "SELECT id FROM exports WHERE client = ? AND fingerprint = ? AND created_at > ?
         AND phase IN ('accepted', 'in-progress', 'complete') ORDER BY id LIMIT 1",
    )
    .bind(new.client.as_str())
    .bind(new.fingerprint)
    .bind(stored(new.repeated_since))
    .fetch_optional(&mut **tx)
    .await?;
    row.map(|row| Ok(ExportId::new(text(&row, "id")?)))
        .transpose()
}

/// Moves an export, and writes it down. False when the phases do not allow it.
async fn step(
    tx: &mut Tx,
    id: &ExportId,
    to: Phase,
    code: Option<Code>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT phase FROM exports WHERE id = ?")
        .bind(id.as_str())
        .fetch_optional(&mut **tx)
        .await?;
    let Some(from) = row.map(|row| word::<Phase>(&row, "phase")).transpose()? else {
        return Ok(false);
    };
    if !from.may_become(to) {
        return Ok(false);
    }
    sqlx::query("UPDATE exports SET phase = ?, code = ? WHERE id = ?")
        .bind(to.word())
        .bind(code.map(|code| code.to_string()))
        .bind(id.as_str())
        .execute(&mut **tx)
        .await?;
    audit(tx, id, to.word(), code, now).await?;
    Ok(true)
}

async fn audit(
    tx: &mut Tx,
    id: &ExportId,
    what: &'static str,
    code: Option<Code>,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO audit (at, exchange, business_transaction_id, action, code)
         SELECT ?, id, business_transaction_id, ?, ? FROM exports WHERE id = ?",
    )
    .bind(stored(now))
    .bind(format!("export-{what}"))
    .bind(code.map(|code| code.to_string()))
    .bind(id.as_str())
    .execute(&mut **tx)
    .await?;
    Ok(())
}

async fn remove_files(tx: &mut Tx, id: &ExportId) -> Result<(), StoreError> {
    let rows = sqlx::query("DELETE FROM export_files WHERE export = ? RETURNING body")
        .bind(id.as_str())
        .fetch_all(&mut **tx)
        .await?;
    for row in rows {
        sqlx::query("DELETE FROM payloads WHERE id = ?")
            .bind(text(&row, "body")?)
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}
