//! `contract record`: traffic that was recorded in, a draft of a contract out, its questions beside it.
//! Refuses to show a word of the traffic.

use crate::app::AppError;
use crate::app::answer::{Answer, Output, Sink};
use crate::app::recognise::{Recognised, Recogniser};
use crate::catalogue::Catalogue;
use crate::contract::Versions;
use crate::contract::record::{Notation, Studio, draft, exchanges};
use crate::load;
use crate::model::{DraftRequest, Verdict, VersionId};
use crate::replay::Schemas;
use serde_json::Value;
use std::collections::BTreeSet;

/// Drafts a contract.
///
/// Errors: the catalogue or the file cannot be read, or something in it is no exchange
pub(super) fn record(request: &DraftRequest, sink: &mut dyn Sink) -> Result<Answer, AppError> {
    let repository = &request.repository;
    let (workspace, findings) = load::folder(&repository.root, repository.config.as_deref())?;
    crate::app::error::usable(&findings, "schemas/")?;
    let unusable = |place: &str, message: String| AppError::Traffic {
        file: request.file.display().to_string(),
        place: place.to_owned(),
        why: message,
    };
    let text = load::traffic(&repository.root, &request.file);
    let text = text.map_err(|why| unusable("the file", why))?;
    let notation = if request.is_archive {
        Notation::Har
    } else {
        Notation::Lines
    };
    let told =
        |unread: crate::contract::record::Unread| unusable(&unread.place, unread.why.to_owned());
    let traffic = exchanges(&text, notation).map_err(told)?;
    if traffic.is_empty() {
        return Err(unusable("the file", "it holds no exchange".to_owned()));
    }
    crate::app::daily::known(&workspace, &request.consumer)?;
    let catalogue = &workspace.catalogue;
    let schemas = Schemas::of(catalogue);
    let recogniser = Recogniser::of(catalogue, &schemas);
    let versions = Versions::new(catalogue);
    let studio = Studio {
        consumer: &request.consumer,
        provider: &workspace.config.payer.id,
        versions: &versions,
        recognise: &|body| recognised(&recogniser, &schemas, body),
        words: &words(catalogue, &schemas),
    };
    let draft = draft(&traffic, &studio).map_err(told)?;
    for remark in &draft.remarks {
        sink.message(&format!("? {remark}"));
    }
    let text = serde_json::to_string_pretty(&draft.contract).unwrap_or_default();
    Ok(Answer {
        verdict: Verdict::Go,
        exit_code: Verdict::Go.exit_code(),
        outputs: vec![Output {
            target: request.out.clone(),
            text: format!("{text}\n"),
        }],
    })
}

/// The newest version that accepts a body, or else the newest that it may be meant for.
fn recognised(
    recogniser: &Recogniser<'_>,
    schemas: &Schemas<'_>,
    body: &Value,
) -> Option<VersionId> {
    let Recognised::As(candidates) = recogniser.recognise(body) else {
        return None;
    };
    let accepts = |id: &&VersionId| schemas.get(id).is_some_and(|schema| schema.accepts(body));
    let fits = candidates.iter().find(accepts);
    fits.or_else(|| candidates.first()).cloned()
}

/// Segments of paths that are no data: those of operations, and the kinds of resources.
fn words(catalogue: &Catalogue, schemas: &Schemas<'_>) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for entry in catalogue.entries.values() {
        let path = entry
            .file
            .operation
            .as_ref()
            .map(|operation| operation.path.as_str());
        let segments = path.unwrap_or_default().split('/');
        words.extend(
            segments
                .filter(|segment| !segment.contains('{'))
                .map(str::to_owned),
        );
    }
    let kinds = catalogue
        .versions()
        .filter_map(|version| schemas.get(&version.id));
    words.extend(kinds.filter_map(|schema| schema.marks().resource_type));
    words.remove("");
    words
}
