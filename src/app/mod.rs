//! The order of the hops: one file a verb.
//! Refuses to know how a check works.

mod answer;
mod approve;
mod batch;
mod bump;
mod card;
mod check;
mod contract;
mod coverage;
mod daily;
mod deprecate;
mod diff;
mod error;
mod evidence;
mod exchanges;
mod explain;
mod facts;
mod fields;
mod fit;
mod hurts;
mod init;
mod judge;
mod kept_move;
mod manner;
#[cfg(feature = "service")]
mod ops;
mod ordered;
mod policy;
mod promote;
mod questions;
mod recognise;
mod recorded;
mod release;
mod replay;
mod report;
mod room;
mod ruling;
mod scrub;
#[cfg(feature = "service")]
mod serve;
mod strict;
#[cfg(feature = "service")]
mod stub;
mod told;
mod transform;
mod turn;
mod validate;
mod versions;
mod waiver;
mod witness;
mod worker;

pub use answer::{Answer, Clock, Log, Output, Sink};
pub use error::AppError;
pub use policy::over_files;

use crate::model::{CheckRequest, Request, Verdict};
use crate::report::Content;
use chrono::{DateTime, Utc};

/// Answers a request. `now` is the only clock that a run knows.
///
/// Errors: the world denied what the answer needs, or the request names nothing
pub fn run(request: Request, now: DateTime<Utc>, sink: &mut dyn Sink) -> Result<Answer, AppError> {
    answer::reserve(&request)?;
    match request {
        Request::Validate(request) => {
            let validation = validate::validate(&request, now, sink)?;
            let (verdict, exit_code) = (validation.verdict, validation.exit_code);
            let content = Content::Validation(&validation);
            Answer::of(
                verdict,
                exit_code,
                content,
                &request.show,
                request.max_findings,
            )
        }
        Request::Replay(request) => replay::replay(&request, now, sink),
        Request::Scrub(request) => scrub::scrub(&request, sink),
        Request::Transform(request) => transform::transform(&request, sink),
        Request::Explain(request) => explain::explain(&request),
        Request::CatalogueList(request) => card::list(&request),
        Request::CatalogueShow(request) => card::show(&request),
        Request::CatalogueCoverage(request) => coverage::coverage(&request),
        Request::Init(request) => init::init(&request, sink),
        Request::Check(request) => judged(&request, now, sink),
        Request::Contract(request) => contract::run(&request, now, sink),
        Request::Evidence(request) => evidence::run(&request, sink),
        Request::Report(request) => report::report(&request),
        Request::Policy(request) => policy::run(&request, now, sink),
        Request::Daily(request) => daily::run(&request, now),
        Request::Diff(request) => {
            let diff = diff::diff(&request)?;
            let content = Content::Diff(&diff);
            Answer::of(
                diff.verdict,
                diff.exit_code,
                content,
                &request.show,
                request.max_findings,
            )
        }
        Request::Waiver(request) => waiver::waiver(&request, now, sink),
        Request::Approve(request) => approve::approve(&request, now),
        Request::Bump(request) => bump::bump(&request, now, sink),
        Request::Deprecate(request) => deprecate::deprecate(&request, now),
        Request::Promote(request) => promote::promote(&request, now),
        Request::CompatBatch(request) => batch::batch(&request, sink),
        Request::CompatWorker(request) => batch::work(&request, sink),
        #[cfg(feature = "service")]
        Request::Serve(request) => serve::serve(&request, now, sink),
        #[cfg(feature = "service")]
        Request::Stub(request) => stub::stub(&request, now, sink),
        #[cfg(feature = "service")]
        Request::Ops(request) => ops::ops(&request, sink),
    }
}

/// What the checks come to, as a report.
fn judged(
    request: &CheckRequest,
    now: DateTime<Utc>,
    sink: &mut dyn Sink,
) -> Result<Answer, AppError> {
    let report = check::check(request, now, sink)?;
    let content = Content::Report(&report);
    Answer::of(
        report.verdict,
        report.exit_code,
        content,
        &request.show,
        request.max_findings,
    )
}

/// The process exit code: an empty run may be allowed, and a trial never fails but for an error.
fn exit_code(verdict: Verdict, allow_empty: bool, exit_zero: bool) -> u8 {
    verdict.forgiven(allow_empty, exit_zero)
}
