//! The words that every room shares: findings, verdicts, reports, ids, exchanges.
//! Refuses to know any room: nothing here imports anything of ours but the places of `wire`.

mod aim;
mod card;
mod comparison;
mod contract_card;
mod contract_request;
mod count;
mod course_request;
mod coverage;
mod daily;
mod daily_request;
mod effect;
mod evidence;
mod evidence_request;
mod excerpt;
mod exchange;
mod finding;
mod fingerprint;
mod gate;
mod gate_request;
mod governance;
mod ids;
mod letterhead;
mod lines;
mod matrix;
mod moved;
mod nearest;
mod notice;
mod operated;
#[cfg(feature = "service")]
mod ops_request;
mod policy;
mod policy_request;
mod readiness;
mod release;
mod replay_request;
pub mod replayed;
mod report;
mod request;
mod rule;
mod scrubbed;
#[cfg(feature = "service")]
mod service_request;
mod severity;
mod transformation;
mod validate_request;
mod validation;
mod waiver_request;

pub use aim::{Aim, Provider, Remote};
pub use card::{EntryCard, Explanation, FieldCard, RuleCard, VersionCard};
pub use comparison::{Compared, Comparison, NotCompared};
pub use contract_card::{BroughtOver, ContractCard, ContractList, InteractionCard};
pub use contract_request::{
    CompareRequest, ContractExportRequest, ContractImportRequest, ContractRequest,
    ContractShowRequest, DraftRequest, MatchRequest,
};
pub use count::counted;
pub use course_request::{DeprecateRequest, EndingAsked, PromoteRequest, Rung};
pub use coverage::{Coverage, CoverageSummary, CoveredPage, CoveredStatement, NamingSchema};
pub use daily::{
    Checkup, Daily, FormatCard, Health, LaidFile, Layout, LayoutState, Origin, Setting, Symptom,
};
pub use daily_request::{
    DailyRequest, DoctorRequest, FmtRequest, PartnerAsked, PartnerRequest, ReadinessAsked,
    ReadinessRequest, SchemaRequest,
};
pub use effect::{Bump, Direction, Effect};
pub use evidence::{
    Archive, Asked as RunAsked, Build, CheckState, ContractName, ContractRate, Deployment, Event,
    EventKind, Evidence, FindingMark, InteractionResult, Judge, JudgedTree, Kept, Party, Problem,
    Rederived, ReplayProof, ReplayRate, Role, RunFault, RunLine, RunList, RunRecord, RunsVerified,
    SchemaProof, Standing, StaticProof, StorePlace, WaiverUse,
};
pub use evidence_request::{
    Again, EvidenceListRequest, EvidenceRequest, EvidenceVerifyRequest, ReportRequest, RunsAsked,
};
pub use excerpt::Excerpt;
pub use exchange::{Call, Delivery, Effects, Exchange, HttpRequest, HttpResponse, Replay, Sending};
pub use finding::{Finding, Gravity, Hurt, Note, Place, Witness, WitnessSource};
pub use fingerprint::{digest, digest_of, fingerprint};
pub use gate::{
    Doubt, Failure, Fault, OpenPoint, Owed, OwedPair, Pair, PairState, Question, Rate,
    Reason as OpenReason, ReleaseAnswer, Reply,
};
pub use gate_request::{
    CanReleaseRequest, DeploymentRequest, OwedRequest, RecordedRequest, Recording, StoreAsked,
    SubjectAsked, Turn,
};
pub use governance::{
    ApprovedBy, DecisionNeeded, Governance, Mismatch, Period, ReplayCluster, RulesRun, TraceLine,
    TrendPoint, WaiverLine, WaiverState,
};
pub use ids::{NoVersion, Subject, VersionId, VersionName};
pub use letterhead::{Blank, Letterhead, Misfit, Piece, harmless, pieces};
pub use lines::changed_lines;
pub use matrix::{Cell, Proof};
pub use moved::{End, MoveRecord, Moved, PartnerWindow};
pub use nearest::{did_you_mean, nearest};
pub use notice::{Drift, EndNotice, Notice};
pub use operated::Operated;
#[cfg(feature = "service")]
pub use ops_request::{
    Caller, CallerFiles, Given, OpsAsk, OpsRequest, ServiceAsked, ServiceDoors, ServiceFile,
};
pub use policy::{
    CoveredFile, PolicyCoverage, PolicyTrial, PublishedRule, RuleFlaw, RulesPage, StageWeight,
    TriedRule,
};
pub use policy_request::{
    PolicyInputRequest, PolicyListRequest, PolicyNewRequest, PolicyRequest, PolicyTestRequest,
};
pub use readiness::{
    CardOwner, ErrorBudget, ExternalCard, Handover, PartnerCard, PartnerContact, Readiness,
    ReadinessLine, Rollback, RunbookCard,
};
pub use release::{Bumped, Comparand, Reason};
pub use replay_request::{ReplayAct, ReplayExchanges, ReplayJudge, ReplayRequest};
pub use report::{
    AppliedWaiver, Change, Check, CheckName, Diff, Judged, Mention, Report, ReportHeader, Summary,
};
pub use request::{
    BatchRequest, BumpRequest, BumpScope, CatalogueCoverageRequest, CatalogueListRequest,
    CatalogueShowRequest, CheckRequest, DiffRequest, ExplainRequest, Extent, Format, InitRequest,
    Redact, Repository, Request, Show, Stage, Target, TransformRequest, Wanted, WorkerRequest,
    named_folder,
};
pub use rule::{Rule, rule, rules};
pub use scrubbed::{ScrubRefusal, ScrubRequest, ScrubTally, Scrubbed};
#[cfg(feature = "service")]
pub use service_request::{Secret, ServeRequest, StubRequest};
pub use severity::{Severity, Verdict};
pub use transformation::{Lacking, TransformState, Transformation, TransformedPayload};
pub use validate_request::{Against, Depth, ValidateRequest};
pub use validation::{
    ExpectedAnswer, NotJudged, PayloadCount, PayloadProblem, PayloadState, ProblemCause,
    ValidatedPayload, Validation, ValidationSummary, VersionCount, VersionVerdict,
};
pub use waiver_request::{ApproveRequest, BoardAct, Register, WaiverAct, WaiverRequest};
