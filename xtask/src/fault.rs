//! What can stop a command.

use std::path::{Path, PathBuf};

/// Why a command did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("{program} could not be started")]
    NotStarted {
        program: String,
        #[source]
        source: std::io::Error,
    },
    #[error("{0} failed")]
    Failed(String),
    #[error("{path} could not be used")]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// Anything that one sentence says completely.
    #[error("{0}")]
    Said(String),
}

impl Fault {
    /// For `map_err` beside anything that touches `path`.
    pub fn file(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        |source| Self::File { path, source }
    }

    /// The fault and its causes on one line.
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(inner) = cause {
            text.push_str(": ");
            text.push_str(&inner.to_string());
            cause = inner.source();
        }
        text
    }
}
