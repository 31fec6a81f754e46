//! `readiness`: reads the papers that stand outside the five folders and tells line by line what is there.

use super::{answer, partner};
use crate::app::{Answer, AppError};
use crate::catalogue::{ReadinessConfig, Source, Workspace};
use crate::load;
use crate::model::{Daily, Readiness, ReadinessAsked, ReadinessLine, ReadinessRequest, Verdict};
use crate::release::readiness::{self, Known, Papers};
use chrono::{DateTime, SecondsFormat, Utc};
use std::path::Path;

pub(super) fn readiness(
    request: &ReadinessRequest,
    now: DateTime<Utc>,
) -> Result<Answer, AppError> {
    let now = request.as_of.unwrap_or(now);
    let workspace = super::workspace(&request.repository)?;
    let papers = papers(&request.repository.root, &workspace);
    let known = Known {
        workspace: &workspace,
        papers: &papers,
        day: now.date_naive(),
    };
    let mut go_live = Vec::new();
    let (subject, lines) = match &request.asked {
        ReadinessAsked::Partner(id) => {
            let partner = partner::named(&workspace, id)?;
            go_live = readiness::go_live(&known, partner);
            (id.clone(), readiness::partner(&known, partner))
        }
        ReadinessAsked::GoLive(id) => {
            let partner = partner::named(&workspace, id)?;
            (
                format!("{id}, before it goes live"),
                readiness::go_live(&known, partner),
            )
        }
        ReadinessAsked::PhaseOne => ("phase 1".to_owned(), readiness::phase_one(&known)),
        ReadinessAsked::PhaseTwo => ("phase 2".to_owned(), readiness::phase_two(&known)),
        ReadinessAsked::Capabilities => {
            ("capabilities".to_owned(), readiness::capabilities(&known))
        }
    };
    let holds = |lines: &[ReadinessLine]| lines.iter().all(|line| line.holds);
    let verdict = if lines.is_empty() {
        Verdict::Empty
    } else if holds(&lines) && holds(&go_live) {
        Verdict::Go
    } else {
        Verdict::NoGo
    };
    let told = Readiness {
        verdict,
        exit_code: verdict.exit_code(),
        subject,
        as_of: now.to_rfc3339_opts(SecondsFormat::Secs, true),
        lines,
        go_live,
    };
    answer(verdict, &Daily::Readiness(told), &request.show)
}

/// What the configuration says where to find; what is not there is not there.
fn papers(root: &Path, workspace: &Workspace) -> Papers {
    let config: &ReadinessConfig = &workspace.config.readiness;
    let read = |path: &Option<String>| -> Vec<Source> {
        let path = path.as_deref();
        path.map_or_else(Vec::new, |path| load::papers(root, path))
    };
    let mut papers = Papers {
        scope: read(&config.scope),
        capabilities: read(&config.capabilities),
        matching: read(&config.matching),
        routing: read(&config.routing),
        resilience: read(&config.resilience),
        synthetics: read(&config.synthetics),
        workflow: read(&config.workflow),
        named: Vec::new(),
    };
    let named = readiness::files_of_capabilities(&papers);
    papers.named = named
        .into_iter()
        .filter(|path| !load::papers(root, path).is_empty())
        .collect();
    papers
}
