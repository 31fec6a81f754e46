//! The address of a database server that stands in a file, password and all, and changes while the service runs.
//! Refuses an address that does not let us in: the one in use stays. Never tells what is in the file.

use super::{Store, StoreError};
use crate::clock::Moment;
use arc_swap::ArcSwap;
use domain::masked::Masked;
use sha2::{Digest, Sha256};
use sqlx::any::AnyConnectOptions;
use sqlx::{AnyConnection, ConnectOptions, Connection, Executor};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The longest address (ours).
const LONGEST: u64 = 8 * 1024;

/// What is in the file, as far as it was taken up.
#[derive(Debug)]
pub(super) struct Credentials {
    file: PathBuf,
    taken_up: Mutex<[u8; 32]>,
    /// Connections that are older were let in by what stood in the file before.
    since: Arc<ArcSwap<Moment>>,
}

impl Credentials {
    pub(super) fn open(file: &Path) -> Result<(Self, Masked<String>), StoreError> {
        let url = read(file)?;
        let credentials = Self {
            file: file.to_owned(),
            taken_up: Mutex::new(digest(&url)),
            since: Arc::new(ArcSwap::from_pointee(Moment::now())),
        };
        Ok((credentials, url))
    }

    /// Says of the age of a connection whether it is one of the present address.
    pub(super) fn judge(&self) -> impl Fn(Duration) -> bool + Send + Sync + 'static {
        let since = Arc::clone(&self.since);
        move |age| age <= since.load().elapsed()
    }

    fn is_taken_up(&self, url: &Masked<String>) -> bool {
        let taken_up = self.taken_up.lock();
        *taken_up.unwrap_or_else(PoisonError::into_inner) == digest(url)
    }
}

impl Store {
    /// Does the address of the database stand in a file?
    pub(crate) const fn has_credentials(&self) -> bool {
        self.credentials.is_some()
    }

    /// Takes up what is in the file now, if it has changed and lets us in; says whether it has. Work that has begun ends
    /// on the connection that it has, everything after it goes over new ones.
    ///
    /// Errors: it cannot be read, or the server does not let us in with it
    pub(crate) async fn renew(&self) -> Result<bool, StoreError> {
        let Some(credentials) = &self.credentials else {
            return Ok(false);
        };
        let url = read(&credentials.file)?;
        if credentials.is_taken_up(&url) {
            return Ok(false);
        }
        let options = options(&url)?;
        let mut tried = AnyConnection::connect_with(&options).await?;
        tried.execute("SELECT 1").await?;
        tried.close().await?;
        self.pool.set_connect_options(options);
        credentials.since.store(Arc::new(Moment::now()));
        let taken_up = credentials.taken_up.lock();
        *taken_up.unwrap_or_else(PoisonError::into_inner) = digest(&url);
        tracing::info!("the database is reached with new credentials");
        Ok(true)
    }
}

pub(super) fn options(url: &Masked<String>) -> Result<AnyConnectOptions, StoreError> {
    // What is wrong with it might be told with a piece of it.
    let options = AnyConnectOptions::from_str(url.expose());
    let options =
        options.map_err(|_| StoreError::Address("the address of the database is none"))?;
    Ok(options.disable_statement_logging())
}

fn read(file: &Path) -> Result<Masked<String>, StoreError> {
    let unfit = StoreError::Address("the file with the address of the database cannot be read");
    let known = std::fs::metadata(file).is_ok_and(|file| file.len() <= LONGEST);
    match std::fs::read_to_string(file) {
        Ok(text) if known => Ok(Masked::new(text.trim().to_owned())),
        Ok(_) | Err(_) => Err(unfit),
    }
}

fn digest(url: &Masked<String>) -> [u8; 32] {
    Sha256::digest(url.expose().as_bytes()).into()
}
