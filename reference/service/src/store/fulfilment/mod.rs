//! How far an answer that comes later has come: where it is asked for, which files have arrived, what it gave.
//! Refuses to change anything by itself: notes are written with the step that they belong to.

mod note;

pub(super) use note::{escalate, write};

use super::row::{maybe_time, maybe_word, number, word};
use super::{Exchange, Store, StoreError, Tx, stored};
use domain::Timestamp;
use domain::bulk::Roster;
use domain::fulfilment::{Absent, Inventory, Listed, Message, Phase};
use domain::ids::ExchangeId;
use domain::masked::Masked;
use domain::record::{Digest, GapWhy, Given, ResourceType};
use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::any::AnyRow;

/// Where an acknowledged exchange stands.
#[derive(Clone, Debug)]
pub(crate) struct Fulfilment {
    pub phase: Phase,
    /// None until the partner took the request on: it may have been told already where we can be reached.
    pub opened_at: Option<Timestamp>,
    /// Where the partner is asked.
    pub place: Option<String>,
    /// The list of members whose data are fetched, as the partner names it.
    pub list: Option<String>,
    /// Before this it is not asked.
    pub first_at: Option<Timestamp>,
    /// How often it was asked in this phase.
    pub asked: u32,
    /// Failures in a row.
    pub failures: u32,
    pub failing_since: Option<Timestamp>,
    /// When the call went out that begins the export, while nobody has seen its end.
    pub begun_at: Option<Timestamp>,
    /// Callbacks so far, and how many of them have been followed.
    pub heard: i64,
    pub acted: i64,
    inventory: Option<String>,
    /// Where the list goes on that has been read in part, and how many of its pages have been.
    pub page: Option<String>,
    pub pages: u32,
}

/// What a step has learnt of an answer that comes later.
#[derive(Debug)]
pub(crate) enum Note {
    /// The partner took the request on.
    Opened {
        handle: String,
        phase: Phase,
        place: Option<String>,
        list: Option<String>,
        first_at: Option<Timestamp>,
    },
    /// It was asked, and the work goes on.
    Asked { percent: Option<u8>, acted: i64 },
    /// A call failed and is tried again.
    Failing,
    /// The next phase begins.
    Enters {
        phase: Phase,
        place: Option<String>,
        list: Option<String>,
        first_at: Option<Timestamp>,
    },
    /// A page of the list of files has arrived, and another one follows there.
    Paged(Inventory, String),
    /// The list of files has arrived.
    Listed(Inventory),
    /// A file has arrived and is what the list says.
    Arrived(FileNote),
    /// A file cannot be had.
    Missed {
        position: usize,
        listed: Listed,
        why: GapWhy,
    },
    /// What the answer gave, by days of service.
    Gave(Given),
    /// What came of each member of a bulk exchange.
    Members(Roster),
    /// What has arrived is read and taken in: the files of the next list are apart.
    Cleared,
    /// The partner spoke in words that no rule explains.
    Unmapped(u16),
}

/// A file that has arrived.
#[derive(Debug)]
pub(crate) struct FileNote {
    pub position: usize,
    pub listed: Listed,
    pub body: Masked<Vec<u8>>,
    pub count: u64,
    pub digest: Digest,
    pub messages: Vec<Message>,
}

/// A file of the list, as it stands.
#[derive(Clone, Debug)]
pub(crate) struct FileKept {
    pub position: usize,
    pub role: domain::fulfilment::Role,
    pub kind: Option<ResourceType>,
    /// Id of the protected body; none when it cannot be had.
    pub body: Option<String>,
    pub count: u64,
    /// How long the body is that was kept.
    pub bytes: u64,
    pub digest: Option<Digest>,
    pub messages: Vec<Message>,
    pub why: Option<GapWhy>,
}

impl FileKept {
    pub(crate) fn absent(&self) -> Option<Absent> {
        self.why.map(|why| Absent {
            kind: self.kind.clone(),
            why,
        })
    }

    fn read(row: &AnyRow) -> Result<Self, StoreError> {
        let position: u32 = number(row, "position")?;
        let messages: Option<String> = row.try_get("messages")?;
        let messages = messages.map(|text| read(&text, "messages")).transpose()?;
        Ok(Self {
            position: usize::try_from(position).map_err(|_| StoreError::Row("position"))?,
            role: word(row, "role")?,
            kind: maybe_word(row, "kind")?,
            body: row.try_get("body")?,
            count: amount(row, "count")?,
            bytes: amount(row, "bytes")?,
            digest: maybe_word(row, "digest")?,
            messages: messages.unwrap_or_default(),
            why: maybe_word(row, "why")?,
        })
    }
}

impl Fulfilment {
    fn of(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            phase: word(row, "phase")?,
            opened_at: maybe_time(row, "opened_at")?,
            place: row.try_get("place")?,
            list: row.try_get("list")?,
            first_at: maybe_time(row, "first_at")?,
            asked: number(row, "asked")?,
            failures: number(row, "failures")?,
            failing_since: maybe_time(row, "failing_since")?,
            begun_at: maybe_time(row, "begun_at")?,
            heard: row.try_get("heard")?,
            acted: row.try_get("acted")?,
            inventory: row.try_get("inventory")?,
            page: row.try_get("page")?,
            pages: number(row, "pages")?,
        })
    }

    /// Has the partner told us something that was not followed yet?
    pub(crate) const fn is_called(&self) -> bool {
        self.heard > self.acted
    }
}

impl Store {
    /// Notes that the call goes out that begins the export. False when another one has gone out; noting the same one
    /// again changes nothing.
    pub(crate) async fn begin_kick_off(
        &self,
        id: &ExchangeId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "UPDATE fulfilments SET begun_at = $1 WHERE exchange = $2 AND (begun_at IS NULL OR begun_at = $1)",
        )
        .bind(stored(now))
        .bind(id.as_str())
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Remembers where a partner may tell us, before it is asked.
    pub(crate) async fn expect_callback(
        &self,
        exchange: &ExchangeId,
        handle: &str,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT INTO fulfilments (exchange, handle, phase) VALUES ($1, $2, $3) ON CONFLICT (exchange) DO NOTHING",
        )
        .bind(exchange.as_str())
        .bind(handle)
        .bind(Phase::Matching.word())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    pub(crate) async fn fulfilment(
        &self,
        id: &ExchangeId,
    ) -> Result<Option<Fulfilment>, StoreError> {
        let row = sqlx::query("SELECT * FROM fulfilments WHERE exchange = $1")
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(Fulfilment::of).transpose()
    }

    /// The list of files of an export.
    pub(crate) async fn inventory(&self, fulfilment: &Fulfilment) -> Result<Inventory, StoreError> {
        let id = fulfilment.inventory.as_deref();
        let kept = self
            .payload(id.ok_or(StoreError::Row("inventory"))?)
            .await?;
        serde_json::from_slice(kept.expose()).map_err(|_| StoreError::Row("inventory"))
    }

    /// The files that have arrived or cannot be had, in the order of the list.
    pub(crate) async fn files(&self, id: &ExchangeId) -> Result<Vec<FileKept>, StoreError> {
        let query = "SELECT * FROM fulfilment_files WHERE exchange = $1 ORDER BY position";
        let rows = sqlx::query(query)
            .bind(id.as_str())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(FileKept::read).collect()
    }

    /// What an answer gave, by days of service.
    pub(crate) async fn given(&self, id: &ExchangeId) -> Result<Option<Given>, StoreError> {
        let row = sqlx::query("SELECT given FROM fulfilments WHERE exchange = $1")
            .bind(id.as_str())
            .fetch_optional(&self.pool)
            .await?;
        let given: Option<String> = row.map(|row| row.try_get("given")).transpose()?.flatten();
        given.map(|text| read(&text, "given")).transpose()
    }

    /// What the exchange has come to so far.
    pub(crate) async fn result(
        &self,
        id: &ExchangeId,
    ) -> Result<Option<Masked<Vec<u8>>>, StoreError> {
        let row = sqlx::query("SELECT result FROM exchanges WHERE id = $1")
            .bind(id.as_str())
            .fetch_one(&self.pool)
            .await?;
        let result: Option<String> = row.try_get("result")?;
        match result {
            Some(id) => self.payload(&id).await.map(Some),
            None => Ok(None),
        }
    }

    /// Counts an answer that no rule explains, and has somebody told.
    pub(crate) async fn note_unmapped(
        &self,
        exchange: &Exchange,
        status: Option<u16>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        unmapped(&mut tx, exchange, status, now).await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn unmapped(
    tx: &mut Tx,
    exchange: &Exchange,
    status: Option<u16>,
    now: Timestamp,
) -> Result<(), StoreError> {
    if exchange.synthetic.is_some() {
        return Ok(());
    }
    sqlx::query(
        "INSERT INTO unmapped (id, at, exchange, partner, status) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(crate::id::fresh(now))
    .bind(stored(now))
    .bind(exchange.id.as_str())
    .bind(exchange.partner.as_str())
    .bind(status.map(i64::from))
    .execute(&mut **tx)
    .await?;
    let notice = domain::workflow::Notice::Unmapped;
    super::progress::notify(tx, exchange, notice, now).await
}

/// A number that what is absent lacks.
fn amount(row: &AnyRow, column: &'static str) -> Result<u64, StoreError> {
    let amount: Option<i64> = row.try_get(column)?;
    let amount = amount.and_then(|amount| u64::try_from(amount).ok());
    Ok(amount.unwrap_or_default())
}

fn read<T: DeserializeOwned>(text: &str, column: &'static str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Row(column))
}
