//! What is answered later, exports and bulk matches: made once, and moved through their phases.
//! Refuses a step that the phases do not allow.

use super::job::{RunId, is_of};
use super::row::{maybe_time, maybe_word, number, text, word};
use super::{NamedFile, Store, StoreError, Tx, audit, duty, files, payload, stored};
use domain::Timestamp;
use domain::bulk::Form;
use domain::deadlines::Deadline;
use domain::export::{Kind, Made, Phase, Wishes};
use domain::failure::Code;
use domain::ids::{BusinessTransactionId, ExportId, PartnerId};
use domain::masked::Masked;
use sqlx::Row;
use sqlx::any::AnyRow;

/// An export that is asked for.
pub(crate) struct NewExport<'a> {
    pub id: ExportId,
    pub kind: Kind,
    pub client: &'a PartnerId,
    /// The list whose data are wanted, or that a bulk match makes.
    pub group: &'a str,
    pub wishes: &'a Wishes,
    /// In which form the answer to a bulk match is read.
    pub form: Option<Form>,
    /// The question of a bulk match.
    pub request: Option<Masked<Vec<u8>>>,
    pub fingerprint: &'a str,
    pub business_transaction: &'a BusinessTransactionId,
    pub snapshot: u64,
    /// The same question since then is the same export.
    pub repeated_since: Timestamp,
    /// By when it has to be answered, where the calendar says.
    pub answer: Option<Deadline>,
}

/// An export as it stands.
#[derive(Clone, Debug)]
pub(crate) struct Export {
    pub id: ExportId,
    pub kind: Kind,
    pub phase: Phase,
    pub client: PartnerId,
    pub group: String,
    pub wishes: Wishes,
    pub form: Option<Form>,
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
    fn read(row: &AnyRow) -> Result<Self, StoreError> {
        let made: Option<String> = row.try_get("made")?;
        let made = made.map(|made| serde_json::from_str(&made)).transpose();
        let wishes = serde_json::from_str(&text(row, "wishes")?);
        Ok(Self {
            id: ExportId::new(text(row, "id")?),
            kind: word(row, "kind")?,
            phase: word(row, "phase")?,
            client: PartnerId::new(text(row, "client")?),
            group: text(row, "group_id")?,
            wishes: wishes.map_err(|_| StoreError::Row("wishes"))?,
            form: maybe_word(row, "form")?,
            business_transaction: BusinessTransactionId::new(text(row, "business_transaction_id")?),
            done: number(row, "done")?,
            parts: number(row, "parts")?,
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
        ask(&mut tx, &new).await?;
        if let Some(known) = repeated(&mut tx, &new).await? {
            return Ok((known, false));
        }
        let wishes = serde_json::to_string(new.wishes).map_err(|_| StoreError::Row("wishes"))?;
        let request = match &new.request {
            Some(request) => Some(payload::keep(&mut tx, "bulk-match", request, now).await?),
            None => None,
        };
        // A list may have many members, so that the column of the first shape says nothing any more.
        sqlx::query(
            "INSERT INTO exports (id, phase, client, member, group_id, wishes, fingerprint, business_transaction_id,
                snapshot, created_at, kind, form, request)
             VALUES ($1, $2, $3, '', $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(new.id.as_str())
        .bind(Phase::Accepted.word())
        .bind(new.client.as_str())
        .bind(new.group)
        .bind(wishes)
        .bind(new.fingerprint)
        .bind(new.business_transaction.as_str())
        .bind(i64::try_from(new.snapshot).unwrap_or(i64::MAX))
        .bind(stored(now))
        .bind(new.kind.word())
        .bind(new.form.map(Form::word))
        .bind(request)
        .execute(&mut *tx)
        .await?;
        let entered = audit::Deed::Entered(Phase::Accepted);
        if let Some(owed) = duty::of_export(&new) {
            duty::open(&mut tx, &owed).await?;
        }
        audit::exported(&mut tx, &new.id, entered, None, now).await?;
        tx.commit().await?;
        Ok((new.id, true))
    }

    pub(crate) async fn export(&self, id: &ExportId) -> Result<Option<Export>, StoreError> {
        let row = sqlx::query("SELECT * FROM exports WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(Export::read).transpose()
    }

    /// Notes how many parts have been looked through. False when the export has ended in the meantime, or has been taken
    /// over.
    pub(crate) async fn advance_export(
        &self,
        (id, run): (&ExportId, &RunId),
        (done, parts): (u32, u32),
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        if !is_of(&mut tx, self.lock_clause(), id, run).await? {
            return Ok(false);
        }
        step(
            &mut tx,
            self.lock_clause(),
            id,
            Phase::InProgress,
            None,
            now,
        )
        .await?;
        // A restart begins again, and what was told never falls.
        let told = sqlx::query(
            "UPDATE exports SET done = CASE WHEN done < $1 THEN $1 ELSE done END, parts = $2 WHERE id = $3 AND phase = $4",
        )
        .bind(i64::from(done))
        .bind(i64::from(parts))
        .bind(id.as_str())
        .bind(Phase::InProgress.word())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(told.rows_affected() == 1)
    }

    /// Ends an export: from now on its files can be fetched, with what is absent told in one more. False when it had
    /// ended before, or has been taken over.
    pub(crate) async fn complete_export(
        &self,
        (id, run): (&ExportId, &RunId),
        made: &Made,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        if !is_of(&mut tx, self.lock_clause(), id, run).await? {
            return Ok(false);
        }
        if !complete(&mut tx, id, made, expires_at, now).await? {
            return Ok(false);
        }
        if let Some(messages) = made.messages() {
            files::keep(&mut tx, id, &NamedFile::first(messages), now).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Ends an export that cannot be carried out, unless it had ended before, or has been taken over.
    pub(crate) async fn fail_export(
        &self,
        (id, run): (&ExportId, &RunId),
        code: Code,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        if !is_of(&mut tx, self.lock_clause(), id, run).await? {
            return Ok(());
        }
        files::remove(&mut tx, id).await?;
        remove_request(&mut tx, id, now).await?;
        step(
            &mut tx,
            self.lock_clause(),
            id,
            Phase::Failed,
            Some(code),
            now,
        )
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Gives an export up, and removes its files. Whoever carries it out writes nothing more.
    pub(crate) async fn cancel_export(
        &self,
        id: &ExportId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        if step(&mut tx, self.lock_clause(), id, Phase::Cancelled, None, now).await? {
            files::remove(&mut tx, id).await?;
            remove_request(&mut tx, id, now).await?;
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
        sqlx::query("UPDATE exports SET expires_at = $1 WHERE id = $2")
            .bind(stored(at))
            .bind(id.as_str())
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}

/// Ends an export in the transaction of whatever ends with it. False when it had ended before.
pub(super) async fn complete(
    tx: &mut Tx,
    id: &ExportId,
    made: &Made,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let made = serde_json::to_string(made).map_err(|_| StoreError::Row("made"))?;
    // Whoever completes it holds the row already.
    if !step(tx, "", id, Phase::Complete, None, now).await? {
        return Ok(false);
    }
    sqlx::query(
        "UPDATE exports SET done = parts, made = $1, ended_at = $2, expires_at = $3 WHERE id = $4",
    )
    .bind(made)
    .bind(stored(now))
    .bind(stored(expires_at))
    .bind(id.as_str())
    .execute(&mut **tx)
    .await?;
    Ok(true)
}

/// Forgets the question of a bulk match: once it is answered, nobody needs it.
pub(super) async fn remove_request(
    tx: &mut Tx,
    id: &ExportId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let kept =
        sqlx::query("SELECT request, client, business_transaction_id FROM exports WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(&mut **tx)
            .await?;
    let Some(kept) = kept else { return Ok(()) };
    let request: Option<String> = kept.try_get("request")?;
    sqlx::query("UPDATE exports SET request = NULL WHERE id = $1")
        .bind(id.as_str())
        .execute(&mut **tx)
        .await?;
    let (transaction, client) = (
        text(&kept, "business_transaction_id")?,
        text(&kept, "client")?,
    );
    payload::discard(tx, request.as_deref(), (&transaction, &client), now).await
}

/// Lets equal questions of one partner follow each other: the second waits here until the first is in the store.
async fn ask(tx: &mut Tx, new: &NewExport<'_>) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO questions (client, fingerprint) VALUES ($1, $2)
         ON CONFLICT (client, fingerprint) DO UPDATE SET client = $1",
    )
    .bind(new.client.as_str())
    .bind(new.fingerprint)
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// The export that the same question made a short while ago, unless it came to nothing.
///
/// Source: ours; FHIR leaves it to the server whether a repeated kick-off is a new one
async fn repeated(tx: &mut Tx, new: &NewExport<'_>) -> Result<Option<ExportId>, StoreError> {
    let row = sqlx::query(
        "SELECT id FROM exports WHERE client = $1 AND fingerprint = $2 AND created_at > $3
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
    lock: &'static str,
    id: &ExportId,
    to: Phase,
    code: Option<Code>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let query = format!("SELECT phase FROM exports WHERE id = $1{lock}");
    let row = sqlx::query(sqlx::AssertSqlSafe(query))
        .bind(id.as_str())
        .fetch_optional(&mut **tx)
        .await?;
    let Some(from) = row.map(|row| word::<Phase>(&row, "phase")).transpose()? else {
        return Ok(false);
    };
    if !from.may_become(to) {
        return Ok(false);
    }
    // Another transaction may have moved it since it was looked at.
    let query = "UPDATE exports SET phase = $1, code = $2 WHERE id = $3 AND phase = $4";
    let moved = sqlx::query(query)
        .bind(to.word())
        .bind(code.map(|code| code.to_string()))
        .bind(id.as_str())
        .bind(from.word())
        .execute(&mut **tx)
        .await?;
    if moved.rows_affected() == 0 {
        return Ok(false);
    }
    duty::answered(tx, id, to, now).await?;
    audit::exported(tx, id, audit::Deed::Entered(to), code, now).await?;
    Ok(true)
}
