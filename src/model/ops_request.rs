//! What an operator asks of a running service, and where that service is.
//! Refuses to know how a service is spoken to.

use super::{Secret, Show};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// `matchmark ops ...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpsRequest {
    pub service: ServiceAsked,
    /// Why somebody acts; the service writes it down.
    pub purpose: String,
    pub ask: OpsAsk,
    pub show: Show,
}

/// Which service is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceAsked {
    /// Folder of a `service.toml`, ready to be opened.
    pub folder: PathBuf,
    /// What was named on the command line instead.
    pub given: Given,
}

/// A service as the command line names it, part by part; files are ready to be opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given {
    pub enterprise: Option<String>,
    pub admin: Option<String>,
    pub probe: Option<String>,
    pub authority: Option<PathBuf>,
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
    pub token: Option<PathBuf>,
}

/// One thing that is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpsAsk {
    Status,
    TxnList(Vec<(&'static str, String)>),
    TxnShow(String),
    TxnExplain(String),
    TxnTimeline(String),
    /// `cancel`, `pause` or `resume`, and the key under which it is said once.
    TxnAct {
        act: &'static str,
        id: String,
        key: Option<String>,
    },
    TraceExplain(String),
    RouteExplain {
        id: String,
        at: Option<String>,
    },
    DlqList(Vec<(&'static str, String)>),
    DlqShow(String),
    DlqFix {
        code: String,
        partner: Option<String>,
        reason: String,
        /// Take the word back instead.
        withdraw: bool,
    },
    DlqReplay {
        ids: Vec<String>,
        code: Option<String>,
        partner: Option<String>,
        limit: Option<u32>,
        /// Behind which letter the order begins.
        after: Option<String>,
        dry_run: bool,
        key: Option<String>,
    },
    DlqClose {
        id: String,
        reason: String,
        rule: String,
    },
    AuditAnswer(String),
    AuditSearch(Vec<(&'static str, String)>),
    ReviewList,
    ReviewDecide {
        id: String,
        decision: String,
        rule: String,
        reason: String,
        version: String,
    },
}

impl OpsAsk {
    /// The words of the command.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::TxnList(_) => "txn list",
            Self::TxnShow(_) => "txn show",
            Self::TxnExplain(_) => "txn explain",
            Self::TxnTimeline(_) => "txn timeline",
            Self::TxnAct { act, .. } => act,
            Self::TraceExplain(_) => "trace explain",
            Self::RouteExplain { .. } => "route explain",
            Self::DlqList(_) => "dlq list",
            Self::DlqShow(_) => "dlq show",
            Self::DlqFix { .. } => "dlq fix",
            Self::DlqReplay { .. } => "dlq replay",
            Self::DlqClose { .. } => "dlq close",
            Self::AuditAnswer(_) => "audit answer",
            Self::AuditSearch(_) => "audit search",
            Self::ReviewList => "review list",
            Self::ReviewDecide { .. } => "review decide",
        }
    }
}

/// `service.toml`: where a service listens, and with what somebody is let in. `matchmark serve --dev` writes one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ServiceFile {
    pub edition: u32,
    /// Address of each listener.
    pub partner: String,
    pub enterprise: String,
    pub admin: String,
    pub probe: String,
    /// Whose certificates the service shows; without it, the service is a plain one on this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<PathBuf>,
    /// Who acts on exchanges.
    pub enterprise_caller: CallerFiles,
    /// Who acts in the roles of an operator.
    pub operator_caller: CallerFiles,
}

/// Where the proofs of a caller lie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CallerFiles {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<PathBuf>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<PathBuf>,
    pub token: PathBuf,
}

/// The listeners of a service, each with what lets the caller in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceDoors {
    pub enterprise: String,
    pub admin: String,
    pub probe: String,
    /// PEM; none where the service is plain.
    pub authority: Option<Vec<u8>>,
    pub enterprise_caller: Caller,
    pub operator_caller: Caller,
}

/// What somebody shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// Certificate and key, PEM; none where the service is plain.
    pub identity: Option<Secret>,
    pub token: Secret,
    /// Where the token was read, for whoever has to renew it.
    pub token_file: PathBuf,
}
