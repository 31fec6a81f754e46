//! The words that every room shares: findings, verdicts, reports, ids, exchanges.
//! Refuses to know any room: nothing here imports anything of ours but the places of `wire`.

mod effect;
mod exchange;
mod finding;
mod fingerprint;
mod ids;
mod report;
mod rule;
mod severity;

pub use effect::{Bump, Direction, Effect};
pub use exchange::{Effects, Exchange, HttpRequest, HttpResponse};
pub use finding::{Finding, Gravity, Hurt, Note, Place, Witness, WitnessSource};
pub use fingerprint::{digest, fingerprint};
pub use ids::{Subject, VersionId, VersionName};
pub use report::{
    AppliedWaiver, Change, Check, CheckName, Judged, Mention, Report, ReportHeader, Summary,
};
pub use rule::{Rule, rule, rules};
pub use severity::{Severity, Verdict};
