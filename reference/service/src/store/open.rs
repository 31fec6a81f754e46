//! Opens the database: SQLite in memory or in a folder, or PostgreSQL by its address.
//! Refuses to let anything else know which of the two it is, beyond how a transaction begins and rows are locked.

use super::credentials::{self, Credentials};
use super::write::Watch;
use super::{Store, StoreError, Vault, migrations};
use crate::config::StoreAt;
use domain::masked::Masked;
use sqlx::any::AnyPoolOptions;
use sqlx::{AnyConnection, AssertSqlSafe, Executor};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    /// SQLite with a plain `BEGIN` fails a second writer in spite of its patience: it asks for the lock too late.
    pub(super) const fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// SQLite has one writer, so there is nothing to lock.
    pub(super) const fn lock_clause(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE",
        }
    }

    /// What a `SELECT` of work to be taken ends with: rows that another worker is just taking are passed over.
    pub(super) const fn take_clause(self) -> &'static str {
        match self {
            Self::Sqlite => "",
            Self::Postgres => " FOR UPDATE SKIP LOCKED",
        }
    }

    /// A script of ours in the words of this database.
    pub(super) fn script(self, text: &str) -> String {
        match self {
            Self::Sqlite => text.to_owned(),
            Self::Postgres => text.replace(" BLOB", " BYTEA"),
        }
    }
}

/// What every connection to SQLite is told first. A writer waits for another one for ten seconds.
///
/// Source: SQLite has one writer; a transaction of ours takes milliseconds
const SQLITE: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON";

impl Store {
    /// Opens the database and brings it to its present shape.
    pub(crate) async fn open(
        at: &StoreAt,
        vault: Vault,
        pages: Option<u32>,
    ) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let mut credentials = None;
        let (kind, url, connections) = match at {
            StoreAt::Memory => (Kind::Sqlite, Masked::new("sqlite::memory:".to_owned()), 1),
            StoreAt::Folder(folder) => (Kind::Sqlite, Masked::new(file(folder)?), 4),
            StoreAt::Postgres(url) => (Kind::Postgres, url.clone(), 16),
            StoreAt::PostgresFile(path) => {
                let (known, url) = Credentials::open(path)?;
                credentials = Some(Arc::new(known));
                (Kind::Postgres, url, 16)
            }
        };
        let mut pool = AnyPoolOptions::new()
            .min_connections(1)
            .max_connections(connections)
            .idle_timeout(None)
            .max_lifetime(None)
            .after_connect(move |connection, _| Box::pin(greet(kind, pages, connection)));
        if let Some(known) = &credentials {
            let is_present = known.judge();
            pool = pool.before_acquire(move |_, connection| {
                let present = is_present(connection.age);
                Box::pin(async move { Ok(present) })
            });
        }
        let pool = pool.connect_with(credentials::options(&url)?).await?;
        migrations::of(kind).run(&pool).await?;
        Ok(Self {
            pool,
            kind,
            watch: Watch::default(),
            vault: Arc::new(vault),
            credentials,
        })
    }
}

async fn greet(
    kind: Kind,
    pages: Option<u32>,
    connection: &mut AnyConnection,
) -> Result<(), sqlx::Error> {
    if kind == Kind::Sqlite {
        connection.execute(SQLITE).await?;
        if let Some(pages) = pages {
            let limit = format!("PRAGMA max_page_count = {pages}");
            connection.execute(AssertSqlSafe(limit)).await?;
        }
    }
    Ok(())
}

/// The address of the database in a folder, which is made when it is not there.
fn file(folder: &Path) -> Result<String, StoreError> {
    std::fs::create_dir_all(folder).map_err(|source| StoreError::Folder {
        folder: folder.to_owned(),
        source,
    })?;
    let path = folder.join("exchanges.db");
    let mut url = "sqlite://".to_owned();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => {
                url.push(char::from(*byte));
            }
            // Writing to a string cannot fail.
            other => drop(write!(url, "%{other:02X}")),
        }
    }
    url.push_str("?mode=rwc");
    Ok(url)
}
