//! What outlives a call: exchanges, members, links, kept answers, protected bodies.
//! Refuses to decide: every change of a state goes through the transition table of the rules.

mod assertion;
pub(crate) mod audit;
mod bulk;
mod call;
mod callback;
mod clocks;
mod control;
mod credentials;
mod dead_letter;
mod deadline;
mod dispute;
mod duty;
mod exchange;
mod export;
mod files;
mod fulfilment;
mod group;
mod guess;
mod health;
mod hold;
mod idempotency;
mod job;
mod measure;
mod member;
mod migrations;
mod notice;
mod open;
mod payload;
mod person;
mod progress;
mod review;
mod roster;
mod route;
mod row;
mod signal;
mod spans;
mod stay;
mod steps;
mod synthetic;
mod vault;
mod withdrawal;
mod write;

pub(crate) use bulk::{NewList, Placed};
pub(crate) use call::{Begun, Ended};
pub(crate) use callback::{Callback, CalledBack};
pub(crate) use clocks::{Broken, MOST_BROKEN};
pub(crate) use control::{CanaryState, KeptDocument, KeptSnapshot, Release, SnapshotState};
pub(crate) use dead_letter::{DeadFilter, Place, Said};
pub(crate) use deadline::Deadline;
pub(crate) use dispute::{KeptDispute, Resolving, Unsettled};
pub(crate) use domain::idempotency::{Claim, Kept, Scope};
pub(crate) use duty::{MOST_OWED, Owed, OwedFilter};
pub(crate) use exchange::{Filter, LONGEST_LIST, NewExchange, Submitted};
pub(crate) use export::{Export, NewExport};
pub(crate) use files::NamedFile;
pub(crate) use fulfilment::{FileKept, FileNote, Fulfilment, Note};
pub(crate) use group::{Link, List, Membership, group};
pub(crate) use hold::Hold;
pub(crate) use job::{Job, RunId};
pub(crate) use member::Known;
pub(crate) use notice::Taken as TakenNotice;
pub(crate) use progress::{Changes, Rest, Taken};
pub(crate) use review::{
    Approval, Figures, KeptReview, NewReview, QuestionKeys, REVIEW_PAGE, ReviewFilter, ReviewSaid,
    Settled, Unspoken,
};
pub(crate) use route::KeptChoice;
pub(crate) use row::{Attempt, Exchange, Past};
pub(crate) use signal::{Heard, Spoken};
pub(crate) use spans::{Closed, Seen};
pub(crate) use steps::{Lease, OpenStep};
pub(crate) use vault::Vault;
pub use vault::{PayloadKey, Sealed};
pub(crate) use withdrawal::Withdrawal;
pub use write::{WriteHook, WritePoint};

use domain::Timestamp;
use domain::failure::Code;
use sqlx::{AnyPool, Row};
use std::path::PathBuf;
use std::sync::Arc;
use write::{Tx, Watch};

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the folder {folder} cannot be made")]
    Folder {
        folder: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    #[error("the database could not be brought to its present shape")]
    Migration(#[from] sqlx::migrate::MigrateError),
    #[error("a stored row is not readable: {0}")]
    Row(&'static str),
    /// Somebody else moved the exchange first; the work is dropped.
    #[error("another worker moved the exchange first")]
    LostRace,
    /// What is not written down is not done.
    #[error("the audit log cannot be written")]
    Audit(#[source] sqlx::Error),
    #[error(transparent)]
    Unaccountable(#[from] domain::record::Unaccountable),
    #[error(transparent)]
    Sealed(#[from] Sealed),
    #[error("{0}")]
    Address(&'static str),
    #[error(transparent)]
    Illegal(#[from] domain::workflow::Illegal),
}

impl StoreError {
    /// May the same be taken when the store is back? What a row forbids is forbidden then, too.
    pub(crate) fn is_hiccup(&self) -> bool {
        match self {
            Self::Database(error) | Self::Audit(error) => is_passing(error),
            Self::Folder { .. }
            | Self::Migration(_)
            | Self::Row(_)
            | Self::LostRace
            | Self::Unaccountable(_)
            | Self::Sealed(_)
            | Self::Address(_)
            | Self::Illegal(_) => false,
        }
    }

    /// Is it so whatever comes back, the store or a key?
    pub(crate) const fn is_for_good(&self) -> bool {
        matches!(self, Self::Row(_) | Self::Illegal(_))
    }

    /// What the caller is told.
    pub(crate) const fn code(&self) -> Code {
        match self {
            Self::Audit(_) | Self::Unaccountable(_) => Code::AuditUnavailable,
            Self::Folder { .. }
            | Self::Database(_)
            | Self::Migration(_)
            | Self::Row(_)
            | Self::LostRace
            | Self::Address(_)
            | Self::Sealed(_)
            | Self::Illegal(_) => Code::StoreUnavailable,
        }
    }
}

/// Is it about the way to the database, or the database itself, and not about what was said to it?
fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(told) => matches!(told.kind(), sqlx::error::ErrorKind::Other),
        other => !matches!(
            other,
            sqlx::Error::RowNotFound
                | sqlx::Error::TypeNotFound { .. }
                | sqlx::Error::ColumnIndexOutOfBounds { .. }
                | sqlx::Error::ColumnNotFound(_)
                | sqlx::Error::ColumnDecode { .. }
                | sqlx::Error::Encode(_)
                | sqlx::Error::Decode(_)
        ),
    }
}

/// What happened because of calls, as tests count it. Audit records and kept answers are apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct EffectCount {
    pub rows: i64,
    pub events: i64,
    pub outbound_calls: i64,
}

/// The database: SQLite or PostgreSQL, under one spelling of SQL.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pool: AnyPool,
    kind: open::Kind,
    watch: Watch,
    vault: Arc<Vault>,
    /// Only where the address of the database stands in a file.
    credentials: Option<Arc<credentials::Credentials>>,
}

impl Store {
    /// A writing transaction. On SQLite it takes the one writer's place at once, so that it cannot fail later for
    /// want of it; on PostgreSQL rows that are read to be changed are locked with [`Self::lock_clause`].
    async fn write(&self) -> Result<Tx, StoreError> {
        self.watch.tell(WritePoint::Before);
        let begun = self.pool.begin_with(self.kind.begin()).await?;
        let vault = Arc::clone(&self.vault);
        Ok(Tx::new(begun, self.watch.clone(), vault))
    }

    /// The same store, every write of which is watched.
    pub(crate) fn watched(self, by: Option<WriteHook>) -> Self {
        Self {
            watch: Watch::by(by),
            ..self
        }
    }

    /// What a `SELECT` of rows that are about to change ends with.
    pub(crate) const fn lock_clause(&self) -> &'static str {
        self.kind.lock_clause()
    }

    /// Does the database answer?
    pub(crate) async fn ping(&self) -> Result<(), StoreError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }

    /// Counts what calls have left behind.
    pub(crate) async fn effects(&self) -> Result<EffectCount, StoreError> {
        let row = sqlx::query(
            "SELECT (SELECT count(*) FROM exchanges) + (SELECT count(*) FROM links) + (SELECT count(*) FROM dead_letters)
                    + (SELECT count(*) FROM exports) + (SELECT count(*) FROM lists),
                    (SELECT count(*) FROM outbox WHERE exchange IS NOT NULL), (SELECT count(*) FROM attempts)",
        )
        .fetch_one(&self.pool)
        .await?;
        Ok(EffectCount {
            rows: row.try_get(0)?,
            events: row.try_get(1)?,
            outbound_calls: row.try_get(2)?,
        })
    }

    /// Empties every table.
    pub(crate) async fn clear(&self) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        for statement in [
            "DELETE FROM duties",
            "DELETE FROM breaches",
            "DELETE FROM callbacks",
            "DELETE FROM escalations",
            "DELETE FROM unmapped",
            "DELETE FROM fulfilment_files",
            "DELETE FROM fulfilments",
            "DELETE FROM fixed_codes",
            "DELETE FROM paused_partners",
            "DELETE FROM steps",
            "DELETE FROM signals",
            "DELETE FROM deadlines",
            "DELETE FROM route_decisions",
            "DELETE FROM withdrawals",
            "DELETE FROM snapshots",
            "DELETE FROM control_documents",
            "DELETE FROM idempotency",
            "DELETE FROM dead_letters",
            "DELETE FROM outbox",
            "DELETE FROM holds",
            "DELETE FROM audit",
            "DELETE FROM audit_nodes",
            "DELETE FROM audit_edge",
            "DELETE FROM audit_heads",
            "DELETE FROM spans",
            "DELETE FROM traces",
            "DELETE FROM attempts",
            "DELETE FROM history",
            "DELETE FROM synthetic_runs",
            "DELETE FROM rosters",
            "DELETE FROM exchanges",
            "DELETE FROM export_files",
            "DELETE FROM exports",
            "DELETE FROM questions",
            "DELETE FROM histories",
            "DELETE FROM list_members",
            "DELETE FROM lists",
            "DELETE FROM links",
            "DELETE FROM person_keys",
            "DELETE FROM person_entries",
            "DELETE FROM members",
            "DELETE FROM replaced",
            "DELETE FROM payloads",
            "DELETE FROM assertions",
            "DELETE FROM guesses",
            "DELETE FROM reviews",
            "DELETE FROM disputes",
            "DELETE FROM match_figures",
        ] {
            sqlx::query(statement).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

/// A point in time as it is stored: sortable text.
fn stored(at: Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
