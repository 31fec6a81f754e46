//! Why a verb could give no result at all.

use crate::load::LoadError;
use crate::model::{Finding, Severity, rule};
use crate::store::StoreError;

/// What stopped a verb; the process ends with exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(
        "the run could not be kept as evidence; where nothing may be written, leave that out with --no-evidence"
    )]
    NotKept(#[source] StoreError),
    #[error(
        "{path} cannot be trusted: {message}; nothing was added, `matchmark evidence verify` lists everything that is wrong"
    )]
    EvidenceBroken { path: String, message: String },
    #[error("{0}: no such folder, so no run is kept there")]
    NoRunsFolder(String),
    #[error("no kept run is called `{0}`; `matchmark evidence list` has them by number and digest")]
    NoSuchRun(String),
    #[error(
        "no whole run from {since} to {until} is kept in {folder}; `matchmark evidence list` tells of which days there are"
    )]
    NoRunWithin {
        folder: String,
        since: chrono::NaiveDate,
        until: chrono::NaiveDate,
    },
    #[error(
        "the report of run {0} is not kept beside it; bring back the folder `reports`, or judge its commit again"
    )]
    ReportGone(u64),
    #[error(
        "the report of run {0} has a shape that this program does not know; use the one that judged it"
    )]
    ReportUnknown(u64),
    #[error(transparent)]
    Gate(#[from] super::contract::GateError),
    #[error(transparent)]
    Board(#[from] super::waiver::BoardError),
    #[error("the result has no form as {0}")]
    NoSuchForm(&'static str),
    #[error("`{asked}` is neither a rule nor a schema{hint}")]
    UnknownId { asked: String, hint: String },
    #[error("there is no format `{asked}`{hint}; `matchmark schema --list` names them")]
    UnknownFormat { asked: String, hint: String },
    #[error("this program does not find itself, to start it once more")]
    Program(#[source] std::io::Error),
    #[error(
        "the system gives no randomness, so values could not be told apart without telling them"
    )]
    Secret(#[source] std::io::Error),
    #[error(
        "{path} holds no key: {least} bytes, drawn and not typed, are the least; `--new-key` makes a file that is not there yet"
    )]
    ShortKey { path: String, least: usize },
    #[error("{0} is the key or among what is read: write the scrubbed lines to another file")]
    OutIsRead(String),
    #[error("{file}, {place}: {why}")]
    Traffic {
        file: String,
        place: String,
        why: String,
    },
    #[error("nobody reads the result any more")]
    Unread(#[source] std::io::Error),
    #[cfg(feature = "service")]
    #[error(transparent)]
    Rehearsal(#[from] crate::rehearsal::RehearsalError),
    #[cfg(feature = "service")]
    #[error(transparent)]
    Ops(#[from] crate::ops::OpsError),
    #[error(
        "the consumer of {0} has no name that a folder can have; give one with `--as`: lower case, digits and `-`"
    )]
    NoFolderName(String),
    #[error("{0} is there already and says something else; name it with `--out` to replace it")]
    InTheWay(String),
    #[error("{place}: {message}; `matchmark check` lists everything that is wrong")]
    Unusable { place: String, message: String },
    #[error("there is no partner `{asked}`{hint}; partners/ has a file for each")]
    UnknownPartner { asked: String, hint: String },
    #[cfg(feature = "service")]
    #[error(
        "no contract says what we ask `{partner}`, so there is nothing to play; write contracts/{us}/{partner}-<topic>.json with consumer `{us}` and provider `{partner}`"
    )]
    NoContract { partner: String, us: String },
    #[error("no contract has the {what} `{asked}`{hint}; `matchmark contract show` lists them")]
    NotInContracts {
        what: &'static str,
        asked: String,
        hint: String,
    },
    #[error("there is no rule `{asked}`{hint}; `matchmark policy list` names them")]
    UnknownRule { asked: String, hint: String },
    #[error("`{0}` cannot be the name of a rule: lower-case words, joined by hyphens")]
    NoRuleName(String),
    #[error("{0} is there already; nothing was written")]
    FolderInTheWay(String),
    #[error("there is no schema `{asked}` in the catalogue{hint}")]
    UnknownSchema { asked: String, hint: String },
    #[error("no transform leads from `{from}` to `{to}`{hint}")]
    NoTransform {
        from: String,
        to: String,
        hint: String,
    },
    #[error("`{asked}` has more than one version; name one of them: {known}")]
    Unversioned { asked: String, known: String },
    #[error(
        "there is nothing before `{0}`; name the other side as well, or a revision with --base"
    )]
    NothingToCompare(String),
    #[error(
        "`{entry}` has no draft; copy schemas/{entry}/{latest} to schemas/{entry}/next and change it there"
    )]
    NoDraft { entry: String, latest: String },
    #[error(
        "`{0}` has no released version yet, so there is nothing that its draft could follow; its number is what entry.toml says"
    )]
    NothingBefore(String),
    #[error("{path} has no `$id` that ends in a version, so its number cannot be changed")]
    NoOwnName { path: String },
    #[error("{path} was left alone")]
    Manifest {
        path: String,
        #[source]
        source: crate::release::Damage,
    },
    #[error("{folder} cannot be trusted, so nothing was put behind it and nothing was written")]
    Moves {
        folder: &'static str,
        #[source]
        source: crate::evidence::MoveFault,
    },
    #[error("{name} is no valid JSON Schema: {reason} at {pointer}")]
    SchemaInvalid {
        name: String,
        reason: String,
        pointer: String,
    },
}

/// Refuses to go on when a file of ours below `folder` could not be used.
///
/// Errors: the first such file
pub(super) fn usable(findings: &[Finding], folder: &str) -> Result<(), AppError> {
    let fault = findings.iter().find(|finding| {
        finding.place.file.starts_with(folder)
            && rule(&finding.rule).is_some_and(|rule| rule.severity == Severity::Fault)
    });
    fault.map_or(Ok(()), |finding| {
        Err(AppError::Unusable {
            place: finding.place.to_string(),
            message: finding.message.clone(),
        })
    })
}
