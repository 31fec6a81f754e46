//! What a developer needs to call the service by hand: a signing key that stays, certificates and tokens that do not.
//! Refuses to make anything that a service on another address than loopback would use.

mod certificates;
mod fort;

pub use fort::{DevCaller, DevFort, dev_fort};

use crate::security::token::{SigningKey, TokenError};
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a development token lives: long enough to try a few things (ours).
const LIFE: Duration = Duration::from_secs(900);

/// Why there is no development identity.
#[derive(Debug, thiserror::Error)]
pub enum DevelopmentError {
    #[error("cannot use {path}")]
    File {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error(transparent)]
    Token(#[from] TokenError),
    #[error("this machine gives no random bytes")]
    NoChance,
    #[error("a development certificate could not be made")]
    Certificate,
    #[error("{0} is not a loopback address: development secrets are for this machine only")]
    NotLoopback(SocketAddr),
}

/// The key that is kept in a file, or a new one that is kept there from now on.
fn signing_key(kept: &Path) -> Result<SigningKey, DevelopmentError> {
    match fs::read(kept) {
        Ok(der) => Ok(SigningKey::from_pkcs8(&der)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let key = SigningKey::generate()?;
            write_private(kept, key.pkcs8()).map_err(|source| unusable(kept, source))?;
            Ok(key)
        }
        Err(source) => Err(unusable(kept, source)),
    }
}

fn unusable(path: &Path, source: io::Error) -> DevelopmentError {
    DevelopmentError::File {
        path: path.to_owned(),
        source,
    }
}

/// Writes a file that only its owner can read.
fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write;
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}
