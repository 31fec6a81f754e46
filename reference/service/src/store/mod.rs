//! What outlives a call: exchanges, members, links, kept answers, protected bodies.
//! Refuses to decide: every change of a state goes through the transition table of the rules.

mod exchange;
mod export;
mod group;
mod idempotency;
mod member;
mod payload;
mod progress;
mod row;

pub(crate) use exchange::{Filter, NewExchange, Submitted};
pub(crate) use export::{Export, NewExport};
pub(crate) use group::{Link, Membership, group};
pub(crate) use idempotency::{Claim, Kept, Scope};
pub(crate) use member::Known;
pub(crate) use progress::{Changes, Ended};
pub(crate) use row::{Attempt, Exchange, Past};

use crate::config::StoreAt;
use domain::Timestamp;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, Row, SqlSafeStr, Sqlite, Transaction};
use std::path::PathBuf;
use std::time::Duration;

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
    #[error(transparent)]
    Illegal(#[from] domain::workflow::Illegal),
}

/// What happened because of calls, as tests count it. Audit records and kept answers are apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct EffectCount {
    pub rows: i64,
    pub events: i64,
    pub outbound_calls: i64,
}

/// The database.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pool: SqlitePool,
}

/// How long a writer waits for another one.
///
/// Source: SQLite has one writer; a transaction of ours takes milliseconds
const BUSY: Duration = Duration::from_secs(10);

impl Store {
    /// Opens the database and brings it to its present shape.
    pub(crate) async fn open(at: &StoreAt) -> Result<Self, StoreError> {
        let (options, connections) = match at {
            StoreAt::Memory => (SqliteConnectOptions::new().in_memory(true), 1),
            StoreAt::Folder(folder) => (file(folder)?, 4),
        };
        let options = options
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(BUSY)
            .disable_statement_logging();
        let pool = SqlitePoolOptions::new()
            .min_connections(1)
            .max_connections(connections)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await?;
        migrations().run(&pool).await?;
        Ok(Self { pool })
    }

    /// A writing transaction. It takes the one writer's place at once, so that it cannot fail later for want of it.
    async fn write(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.pool.begin_with("BEGIN IMMEDIATE").await?)
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
                    + (SELECT count(*) FROM exports),
                    (SELECT count(*) FROM outbox), (SELECT count(*) FROM attempts)",
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
            "DELETE FROM idempotency",
            "DELETE FROM dead_letters",
            "DELETE FROM outbox",
            "DELETE FROM audit",
            "DELETE FROM attempts",
            "DELETE FROM history",
            "DELETE FROM exchanges",
            "DELETE FROM export_files",
            "DELETE FROM exports",
            "DELETE FROM histories",
            "DELETE FROM links",
            "DELETE FROM members",
            "DELETE FROM payloads",
        ] {
            sqlx::query(statement).execute(&mut *tx).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

fn file(folder: &PathBuf) -> Result<SqliteConnectOptions, StoreError> {
    std::fs::create_dir_all(folder).map_err(|source| StoreError::Folder {
        folder: folder.clone(),
        source,
    })?;
    let options = SqliteConnectOptions::new().filename(folder.join("exchanges.db"));
    Ok(options.create_if_missing(true))
}

/// The shapes that the database has had, oldest first.
const MIGRATIONS: [(i64, &str, &str); 2] = [
    (1, "first", include_str!("migrations/sqlite/0001_first.sql")),
    (
        2,
        "export",
        include_str!("migrations/sqlite/0002_export.sql"),
    ),
];

fn migrations() -> Migrator {
    let migration = |(version, name, sql): (i64, &'static str, &'static str)| {
        let kind = MigrationType::Simple;
        Migration::new(version, name.into(), kind, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(MIGRATIONS.into_iter().map(migration).collect())
}

/// A point in time as it is stored: sortable text.
fn stored(at: Timestamp) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
