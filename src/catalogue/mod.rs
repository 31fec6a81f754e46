//! What an entry, a version, a partner, a contract file, a waiver *is*, and how to look one up.
//! Refuses to know where they come from: no files, no git, no http.

mod account;
mod acknowledgement;
mod approval;
mod board;
mod bundle;
mod calendar;
mod citation;
mod config;
mod entry;
mod history;
mod lint;
mod operating;
mod operation;
mod partner;
mod readiness;
mod runbook;
mod source;
mod state_map;
mod statement;
mod transform;
mod waiver;
mod windows;
mod words;
mod workspace;

pub use account::{account, is_account};
pub use acknowledgement::{Acknowledgement, AcknowledgementFile};
pub use approval::{Approval, ApprovalFile, Decision};
pub use board::{BoardFile, Team};
pub use bundle::{BASE, Bundle, MissingReference, member_of, target as reference_target};
pub use calendar::{Calendar, CalendarEntry, CalendarFile};
pub use citation::{Citation, citations, schemas};
pub use config::{
    Against, Board, Config, EvidenceConfig, Gate, Participant, Payer, Privacy, ReplayBudget,
    ReplayConfig, Zone,
};
pub use entry::{
    Assumption, Catalogue, ConsentNeed, Criticality, Entry, EntryFile, Example, FormatMode,
    PhiClass, SchemaVersion, Status, VersionFile,
};
pub use history::{Envelope, EnvelopeOutcome, History};
pub use lint::{Annotations, lint};
pub use operating::{
    Area, External, OnCall, Operating, OperatingConfig, OperatingDocument, Process, Raci, RaciFile,
    Response, Review, ReviewFile,
};
pub use operation::{Auth, Idempotency, Operation, RetryClass, Service};
pub use partner::{Failure, Maturity, Partner, PartnerFile, Responsibilities, Support};
pub use readiness::{
    CapabilitiesFile, Capability, Domain, Mode, Observability, ReadinessConfig, ScopeFile, UseCase,
};
pub use runbook::{Runbook, RunbookHead, RunbookStep};
pub use source::Source;
pub use state_map::{StateMapFile, StateMapping};
pub use statement::{Statement, StatementList, StatementsFile, Strength};
pub use transform::{Meaning, Meanings, NotReady, Step, Transform, map_place};
pub use waiver::{Waiver, WaiverClass, WaiverFile, WaiverReview, WaiverWhy};
pub use windows::{MigrationPolicy, NoticePolicy, Windows, WindowsFile};
pub use words::{added, words};
pub use workspace::{ContractSource, RuleFamily, RuleFolder, Workspace};
