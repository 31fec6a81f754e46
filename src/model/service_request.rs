//! What was asked of the services that run here: the reference and the partner that is played.
//! Refuses to know how they are started.

use super::Repository;
use std::fmt;

/// A text that nobody is shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for the one who needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// `matchmark serve`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServeRequest {
    pub repository: Repository,
    /// Make development certificates, keys and tokens, and print curl lines that use them.
    pub dev: bool,
    /// Address of a PostgreSQL database, which may hold a password; without one, a folder of the repository.
    pub database: Option<Secret>,
    /// Address of the collector to which traces go.
    pub otlp: Option<String>,
}

/// `matchmark stub`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StubRequest {
    pub repository: Repository,
    /// Id of the partner that is played.
    pub partner: String,
    /// Where it listens; 0 stands for any free port.
    pub port: u16,
    /// What hits every call that asks for nothing else.
    pub fault: Option<String>,
    /// Which drift of a shape is played.
    pub seed: Option<u64>,
}
