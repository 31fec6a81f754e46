//! Databases to test on: SQLite in a folder of its own and, where a server is named, PostgreSQL.
//! Refuses to share a database between two tests.

use reference::StoreAt;
use reference::domain::masked::Masked;
use sqlx::{AnyPool, AssertSqlSafe};
use tempfile::TempDir;

/// Names the server, as `postgres://user@host:port`. The test command starts one.
pub const SERVER: &str = "MATCHMARK_POSTGRES";

/// Makes every scene of a test run stand on PostgreSQL when it says `postgres`.
pub const EVERYWHERE: &str = "MATCHMARK_SCENE_STORE";

/// A database of one test.
pub struct Place {
    pub name: &'static str,
    pub at: StoreAt,
    url: String,
    _folder: Option<TempDir>,
}

impl Place {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            name: "sqlite",
            at: StoreAt::Folder(folder.path().to_owned()),
            url: format!("sqlite://{}/exchanges.db", folder.path().display()),
            _folder: Some(folder),
        }
    }

    /// A new database on the server, or none where no server is named.
    pub async fn postgres() -> Option<Self> {
        let Ok(server) = std::env::var(SERVER) else {
            println!("{SERVER} is not set: the test did not run on PostgreSQL");
            return None;
        };
        sqlx::any::install_default_drivers();
        let name = format!("t_{}", uuid::Uuid::now_v7().simple());
        let pool = AnyPool::connect(&format!("{server}/postgres"))
            .await
            .unwrap();
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .execute(&pool)
            .await
            .unwrap();
        pool.close().await;
        let url = format!("{server}/{name}");
        Some(Self {
            name: "postgres",
            at: StoreAt::Postgres(Masked::new(url.clone())),
            url,
            _folder: None,
        })
    }

    /// A new database of the same kind.
    pub async fn another(&self) -> Self {
        match self.name {
            "sqlite" => Self::sqlite(),
            _ => Self::postgres().await.unwrap(),
        }
    }

    /// The address of the database, which is made where it is not there.
    pub fn new_url(&self) -> String {
        match &self.at {
            StoreAt::Postgres(_) | StoreAt::PostgresFile(_) => self.url.clone(),
            StoreAt::Memory | StoreAt::Folder(_) => format!("{}?mode=rwc", self.url),
        }
    }

    /// A look into the database from outside the service.
    pub async fn look(&self) -> AnyPool {
        sqlx::any::install_default_drivers();
        AnyPool::connect(&self.url).await.unwrap()
    }
}

/// Every database that a test runs on.
pub async fn stores() -> Vec<Place> {
    let mut places = vec![Place::sqlite()];
    places.extend(Place::postgres().await);
    places
}

/// Where a scene stands that names no place of its own.
pub async fn usual(at: &StoreAt) -> StoreAt {
    let everywhere = std::env::var(EVERYWHERE).is_ok_and(|kind| kind == "postgres");
    match at {
        StoreAt::Memory if everywhere => Place::postgres().await.unwrap().at,
        other => other.clone(),
    }
}
