//! Why a running service gave no answer, and what to do about it.
//! Refuses to repeat a token, and what a service says beyond its codes.

use std::path::PathBuf;

/// What kept an answer from coming.
#[derive(Debug, thiserror::Error)]
pub enum OpsError {
    #[error("no runtime for the client")]
    Runtime(#[source] std::io::Error),
    #[error(
        "the certificates that the service is called with cannot be used; start `matchmark serve --dev` again"
    )]
    Certificates(#[source] reqwest::Error),
    #[error("`{0}` is no address of a listener: give https:// or http:// and a host")]
    NoAddress(String),
    #[error(
        "`{0}` is another machine, and a token is shown to none without TLS: give its https:// address"
    )]
    Plain(String),
    #[error(
        "nobody answers at {0}; start the service with `matchmark serve --dev`, or name the folder of another with `--service DIR`"
    )]
    NotRunning(String),
    #[error(
        "{0} is not the service that the certificates are for, or does not take ours: its files are of another start; name its folder with `--service DIR`"
    )]
    NotTrusted(String),
    #[error("{0} gave no answer in time; ask again, the same order under the same `--key`")]
    NoAnswer(String),
    #[error("what {0} answers is not what a service of ours says")]
    NotOurs(String),
    #[error(
        "the service does not take the token in {}: it has ended, or is for something else ({code}); `matchmark serve --dev` writes a fresh one while it runs", file.display()
    )]
    NotLetIn { file: PathBuf, code: String },
    #[error(
        "the caller may not do that ({code}); name one that may with `--certificate`, `--key` and `--token`"
    )]
    NotAllowed { code: String },
    #[error(
        "the service knows no `{0}`; `matchmark ops txn list` and `matchmark ops dlq list` name what it knows"
    )]
    Unknown(String),
    #[error("the service refused that as {code}{fields}")]
    Refused { code: String, fields: String },
    #[error("the service cannot do that now ({code}); ask again{after}")]
    Later { code: String, after: String },
}
