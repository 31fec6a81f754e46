//! Why a rehearsal or a service did not come about.

use std::path::PathBuf;
use std::time::Duration;

/// What kept the reference service or a stub from running.
#[derive(Debug, thiserror::Error)]
pub enum RehearsalError {
    #[error("no runtime for the reference service")]
    Runtime(#[source] std::io::Error),
    #[error("the reference service did not start")]
    Start(#[from] reference::StartError),
    #[error(transparent)]
    Collector(#[from] reference::telemetry::CollectorError),
    #[error("no development key")]
    Key(#[from] reference::token::TokenError),
    #[error(transparent)]
    Development(#[from] reference::DevelopmentError),
    #[error("the reference service cannot be reached")]
    Http(#[from] reqwest::Error),
    #[error("the reference service opened no control listener")]
    NoControl,
    #[error(
        "the address of the provider is none: give http:// or https://, a host, no user and no query"
    )]
    NoAddress,
    #[error("`{0}` is not this machine; it may be called with `--allow-net {0}`")]
    HostNotAllowed(String),
    #[error(transparent)]
    Demand(#[from] super::fault::NoDemand),
    #[error("`{0}` concerns jobs or callbacks, and a match has none")]
    Unplayable(&'static str),
    #[error("the stub of a partner cannot be played")]
    Stub(#[source] std::io::Error),
    #[error("the rehearsal was not over after {0:?}")]
    Timeout(Duration),
    #[error("cannot make {}", path.display())]
    Folder {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
}
