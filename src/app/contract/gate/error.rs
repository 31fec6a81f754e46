//! Why evidence could not be kept or a release not be judged.

use crate::store::PushError;

/// What stopped a verb of the gate; the process ends with exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum GateError {
    #[error("[evidence] store: {0}")]
    Store(String),
    #[error(
        "nothing names the head version of `{0}`: this is no git repository, and matchmark.toml has no [participants.{0}] version"
    )]
    NoHead(String),
    #[error(
        "the working tree differs from its commit, so no version names what was judged; commit it first"
    )]
    Unclean,
    #[error("files of ours could not be used, so nothing was judged that could be kept")]
    NothingJudged,
    #[error("a part of the contracts proves no version; leave out --consumer and --only")]
    Partial,
    #[error(
        "nothing says which version answers at that address; name it with --subject {0}@VERSION"
    )]
    NoRemoteVersion(String),
    #[error(
        "no record speaks of {0}, so nobody knows what it was proven with; `matchmark contract check --record` in that version keeps one"
    )]
    NoBuildRecord(String),
    #[error("{0} is still to come, and only what happened is written down")]
    StillToCome(String),
    #[error("{instance} of {participant} is not live in {environment}")]
    NotLive {
        environment: String,
        participant: String,
        instance: String,
    },
    #[error("{instance} of {participant} runs {live} in {environment}, not {asked}")]
    OtherLive {
        environment: String,
        participant: String,
        instance: String,
        live: String,
        asked: String,
    },
    #[error(
        "{store} cannot be trusted: {path}: {message}; `matchmark contract owed` lists everything that is wrong"
    )]
    Tampered {
        store: String,
        path: String,
        message: String,
    },
    #[error("others kept changing {0} while this was to be kept; nothing was kept, run it again")]
    Contended(String),
    #[error("cannot keep evidence in {store}")]
    Push {
        store: String,
        #[source]
        source: PushError,
    },
}
