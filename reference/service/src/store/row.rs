//! Stored exchanges as values.
//! Refuses to guess: a word that is not of its vocabulary makes the row unreadable.

use super::StoreError;
use domain::Timestamp;
use domain::failure::Code;
use domain::ids::{
    BusinessTransactionId, CorrelationId, DocumentNumber, ExchangeId, PartnerId, PayloadId,
};
use domain::record::{EntryVersion, Kind, RequestType};
use domain::workflow::{self, Disposition, Hold, Move, State};
use sqlx::Row;
use sqlx::any::AnyRow;
use std::num::NonZeroU32;
use std::time::Duration;

/// An exchange as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Exchange {
    pub id: ExchangeId,
    pub version: i64,
    pub state: State,
    pub since: Timestamp,
    pub created_at: Timestamp,
    pub business_transaction: BusinessTransactionId,
    pub client: PartnerId,
    pub partner: PartnerId,
    /// Id of the protected request.
    pub request: PayloadId,
    pub schema_version: Option<EntryVersion>,
    pub route_set: Option<DocumentNumber>,
    pub snapshot: i64,
    pub consent_checked_at: Option<Timestamp>,
    pub submissions: u32,
    pub generation: u32,
    /// Calls that count for nothing any more: those before a replay.
    pub forgiven: u32,
    pub first_attempt_at: Option<Timestamp>,
    pub next_attempt_at: Option<Timestamp>,
    pub hold: Option<Hold>,
    pub disposition: Disposition,
    pub code: Option<Code>,
    pub resume_at: Option<State>,
    /// Since when an operator holds it.
    pub paused_at: Option<Timestamp>,
    /// The check that it is a run of. Such an exchange is counted nowhere, and nobody is told of it.
    pub synthetic: Option<DocumentNumber>,
    /// How many members it is about.
    pub kind: Kind,
}

/// One call to the partner.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub number: u32,
    pub at: Timestamp,
    pub correlation: CorrelationId,
    pub status: Option<u16>,
    pub code: Option<Code>,
    pub wait_ms: Option<i64>,
    /// How long it was on its way; none while nobody has seen its end.
    pub took: Option<Duration>,
}

/// One transition that was made.
#[derive(Clone, Debug)]
pub(crate) struct Past {
    pub at: Timestamp,
    pub from: State,
    pub to: State,
    pub by: Move,
    pub code: Option<Code>,
}

impl Exchange {
    pub(super) fn read(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: ExchangeId::new(text(row, "id")?),
            version: row.try_get("version")?,
            state: word(row, "state")?,
            since: time(row, "since")?,
            created_at: time(row, "created_at")?,
            business_transaction: BusinessTransactionId::new(text(row, "business_transaction_id")?),
            client: PartnerId::new(text(row, "client")?),
            partner: PartnerId::new(text(row, "partner")?),
            request: PayloadId::new(text(row, "request")?),
            schema_version: maybe_word(row, "schema_version")?,
            route_set: maybe_number(row, "route_set")?,
            snapshot: row.try_get("snapshot")?,
            consent_checked_at: maybe_time(row, "consent_checked_at")?,
            submissions: number(row, "submissions")?,
            generation: number(row, "generation")?,
            forgiven: number(row, "forgiven")?,
            first_attempt_at: maybe_time(row, "first_attempt_at")?,
            next_attempt_at: maybe_time(row, "next_attempt_at")?,
            hold: maybe_word(row, "hold")?,
            disposition: word(row, "disposition")?,
            code: maybe_word(row, "code")?,
            resume_at: maybe_word(row, "resume_at")?,
            paused_at: maybe_time(row, "paused_at")?,
            synthetic: maybe_number(row, "synthetic")?,
            kind: word(row, "kind")?,
        })
    }

    /// What it is about, as telemetry names it.
    pub(crate) const fn request_type(&self) -> RequestType {
        match (self.synthetic, self.kind) {
            (None, Kind::Single) => RequestType::ExchangeSingle,
            (None, Kind::Bulk) => RequestType::ExchangeBulk,
            (Some(_), _) => RequestType::Synthetic,
        }
    }

    /// Does it end where another one waits for a person? A run of a check does, and one about many members, of whom a
    /// person would look at each.
    pub(crate) fn waits_for_nobody(&self) -> bool {
        self.synthetic.is_some() || self.kind == Kind::Bulk
    }

    /// What the transition table looks at.
    pub(crate) fn for_table(&self) -> workflow::Row {
        workflow::Row {
            id: self.id.clone(),
            state: self.state,
            submissions: self.submissions,
            resume_at: self.resume_at,
        }
    }
}

impl Attempt {
    pub(super) fn read(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            number: number(row, "number")?,
            at: time(row, "at")?,
            correlation: CorrelationId::new(text(row, "correlation_id")?),
            status: maybe_status(row)?,
            code: maybe_word(row, "code")?,
            wait_ms: row.try_get("wait_ms")?,
            took: row
                .try_get::<Option<i64>, _>("took_ms")?
                .and_then(|ms| u64::try_from(ms).ok())
                .map(Duration::from_millis),
        })
    }
}

impl Past {
    pub(super) fn read(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            at: time(row, "at")?,
            from: word(row, "from_state")?,
            to: word(row, "to_state")?,
            by: word(row, "move")?,
            code: maybe_word(row, "code")?,
        })
    }
}

pub(super) fn text(row: &AnyRow, column: &'static str) -> Result<String, StoreError> {
    Ok(row.try_get(column)?)
}

pub(super) fn time(row: &AnyRow, column: &'static str) -> Result<Timestamp, StoreError> {
    text(row, column)?
        .parse()
        .map_err(|_| StoreError::Row(column))
}

pub(super) fn maybe_time(
    row: &AnyRow,
    column: &'static str,
) -> Result<Option<Timestamp>, StoreError> {
    maybe_word(row, column)
}

/// A count that is never negative.
pub(super) fn number(row: &AnyRow, column: &'static str) -> Result<u32, StoreError> {
    let number: i64 = row.try_get(column)?;
    u32::try_from(number).map_err(|_| StoreError::Row(column))
}

fn maybe_status(row: &AnyRow) -> Result<Option<u16>, StoreError> {
    let status: Option<i64> = row.try_get("status")?;
    status
        .map(|status| u16::try_from(status).map_err(|_| StoreError::Row("status")))
        .transpose()
}

fn maybe_number(row: &AnyRow, column: &'static str) -> Result<Option<DocumentNumber>, StoreError> {
    let number: Option<i64> = row.try_get(column)?;
    number
        .map(|number| {
            let fits = u32::try_from(number).ok().and_then(NonZeroU32::new);
            fits.map(DocumentNumber).ok_or(StoreError::Row(column))
        })
        .transpose()
}

pub(super) fn word<T: std::str::FromStr>(
    row: &AnyRow,
    column: &'static str,
) -> Result<T, StoreError> {
    text(row, column)?
        .parse()
        .map_err(|_| StoreError::Row(column))
}

pub(super) fn maybe_word<T: std::str::FromStr>(
    row: &AnyRow,
    column: &'static str,
) -> Result<Option<T>, StoreError> {
    let text: Option<String> = row.try_get(column)?;
    text.map(|text| text.parse().map_err(|_| StoreError::Row(column)))
        .transpose()
}
