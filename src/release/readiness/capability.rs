//! The table of capabilities: whose each is, and which hook makes it happen.
//! Refuses an owner that is no team and a hook whose file is not there.

use super::proof::Proof;
use super::{Known, Papers};
use crate::catalogue::CapabilitiesFile;
use crate::model::ReadinessLine;

fn read(papers: &Papers, proof: &mut Proof) -> Vec<(String, CapabilitiesFile)> {
    let files = papers.capabilities.iter();
    files
        .filter_map(|source| Some((source.path.clone(), proof.read(source)?)))
        .collect()
}

/// Files that hold hooks, as the table says.
pub(super) fn files(papers: &Papers) -> Vec<String> {
    let read = read(papers, &mut Proof::default());
    let all = read.into_iter().flat_map(|(_, file)| file.capabilities);
    all.flat_map(|capability| capability.files).collect()
}

pub(super) fn lines(known: &Known<'_>) -> Vec<ReadinessLine> {
    let mut whole = Proof::default();
    let config = &known.workspace.config.readiness;
    whole.papers(
        &known.papers.capabilities,
        config.capabilities.as_deref(),
        "capabilities",
    );
    let read = read(known.papers, &mut whole);
    let mut lines = Vec::new();
    for (path, file) in &read {
        for capability in &file.capabilities {
            let mut proof = Proof::default();
            proof.ask(
                known.workspace.board.team(&capability.owner).is_some(),
                &format!("owner {}", capability.owner),
                format!(
                    "{path}: owner `{}` is no team of policies/board.toml",
                    capability.owner
                ),
            );
            proof.ask(
                !capability.hook.trim().is_empty(),
                &format!("hook {}", capability.hook),
                format!("{path}: `{}` names no hook", capability.id),
            );
            if capability.files.is_empty()
                || capability.rows.is_empty()
                || capability.parts.is_empty()
            {
                proof.lacks(format!(
                    "{path}: `{}` names no part, no file or no row",
                    capability.id
                ));
            }
            for file in &capability.files {
                let is_there = known.papers.named.contains(file);
                proof.ask(is_there, file, format!("{path}: `{file}` is not there"));
            }
            lines.push(proof.line(&capability.id, &capability.title));
        }
    }
    if lines.is_empty() {
        whole.lacks("there is no capability");
        lines.push(whole.line("capabilities", "table of capabilities"));
    }
    lines
}
