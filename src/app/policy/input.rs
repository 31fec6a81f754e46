//! `policy input`: the document of facts, so that an author of rules works with real ones.

use crate::app::{Answer, AppError, Sink, check};
use crate::model::{
    Aim, CheckName, CheckRequest, Extent, PolicyInputRequest, Show, Verdict, named_folder,
};
use chrono::{DateTime, Utc};

/// Checks whose results are facts, and the one that collects them.
const NEEDED: [CheckName; 4] = [
    CheckName::Policy,
    CheckName::Compat,
    CheckName::Contract,
    CheckName::Replay,
];

/// The facts of the repository, to standard output.
pub(super) fn input(
    request: &PolicyInputRequest,
    now: DateTime<Utc>,
    sink: &mut dyn Sink,
) -> Result<Answer, AppError> {
    let document = check::facts(&asked(request), now, sink)?;
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    sink.result(&format!("{text}\n"))
        .map_err(AppError::Unread)?;
    Ok(Answer::said(Verdict::Go))
}

fn asked(request: &PolicyInputRequest) -> CheckRequest {
    let repository = request.repository.clone();
    let folder = named_folder(&repository.root);
    CheckRequest {
        repository,
        base: None,
        stage: request.stage,
        checks: NEEDED.to_vec(),
        extent: Extent::Part,
        fail_on: None,
        max_findings: None,
        as_of: request.as_of,
        allow_empty: false,
        exit_zero: false,
        evidence: false,
        jobs: None,
        timeout: None,
        aim: Aim::default(),
        show: Show {
            wanted: Vec::new(),
            verbose: false,
            color: false,
            folder,
        },
    }
}
