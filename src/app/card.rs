//! `catalogue list` and `catalogue show`: entries of the catalogue as cards.

use super::{Answer, AppError, fields};
use crate::catalogue::{Entry, SchemaVersion, Workspace};
use crate::load;
use crate::model::{
    CatalogueListRequest, CatalogueShowRequest, EntryCard, Repository, VersionCard, did_you_mean,
};
use crate::report::Content;

/// Every entry, without its fields.
pub(super) fn list(request: &CatalogueListRequest) -> Result<Answer, AppError> {
    let workspace = workspace(&request.repository)?;
    let cards: Vec<EntryCard> = workspace
        .catalogue
        .entries
        .values()
        .map(|entry| card(&workspace, entry))
        .collect();
    Answer::found(Content::Entries(&cards), &request.show)
}

/// One entry with the fields of its newest version, or of the one that was named.
pub(super) fn show(request: &CatalogueShowRequest) -> Result<Answer, AppError> {
    let workspace = workspace(&request.repository)?;
    let card = detailed(&workspace, &request.id)?;
    Answer::found(Content::Entry(&card), &request.show)
}

/// The catalogue of a repository, as far as it can be read.
pub(super) fn workspace(repository: &Repository) -> Result<Workspace, AppError> {
    let (workspace, findings) = load::folder(&repository.root, repository.config.as_deref())?;
    super::error::usable(&findings, "schemas/")?;
    Ok(workspace)
}

/// The card of `ID` or `ID@VERSION`, with fields.
pub(super) fn detailed(workspace: &Workspace, asked: &str) -> Result<EntryCard, AppError> {
    let (id, wanted) = match asked.split_once('@') {
        Some((id, version)) => (id, Some(version)),
        None => (asked, None),
    };
    let entries = &workspace.catalogue.entries;
    let unknown = |hint| AppError::UnknownSchema {
        asked: asked.to_owned(),
        hint,
    };
    let entry = entries
        .get(id)
        .ok_or_else(|| unknown(did_you_mean(id, entries.keys().map(String::as_str))))?;
    let mut card = card(workspace, entry);
    if let Some(wanted) = wanted {
        let known: Vec<String> = card
            .versions
            .iter()
            .map(|found| found.version.clone())
            .collect();
        card.versions.retain(|version| version.version == wanted);
        if card.versions.is_empty() {
            return Err(unknown(format!("; it has {}", known.join(", "))));
        }
    }
    let shown = card.versions.last().map(|version| version.version.clone());
    let version = entry
        .versions
        .values()
        .find(|version| Some(version.id.version.to_string()) == shown);
    card.fields = version.map(fields::of).unwrap_or_default();
    Ok(card)
}

fn card(workspace: &Workspace, entry: &Entry) -> EntryCard {
    let file = &entry.file;
    EntryCard {
        id: file.id.clone(),
        title: file.title.clone(),
        direction: file.direction,
        owner: file.owner.clone(),
        reviewers: file.reviewers.clone(),
        escalation: file.escalation.clone(),
        criticality: file.criticality.word().to_owned(),
        phi: file.phi.word().to_owned(),
        source: file.guide.clone(),
        profiles: file.profiles.clone(),
        errors: file.errors.clone(),
        identity: file.identity.clone(),
        consent: file.consent.word().to_owned(),
        depends_on: file.depends_on.clone(),
        needed_by: needed_by(workspace, &file.id),
        used_by: used_by(workspace, &file.id),
        versions: entry.versions.values().map(version).collect(),
        fields: Vec::new(),
    }
}

fn needed_by(workspace: &Workspace, id: &str) -> Vec<String> {
    let entries = workspace.catalogue.entries.values();
    entries
        .filter(|entry| entry.file.depends_on.iter().any(|needed| needed == id))
        .map(|entry| entry.file.id.clone())
        .collect()
}

fn used_by(workspace: &Workspace, id: &str) -> Vec<String> {
    let partners = workspace.partners.values();
    partners
        .filter_map(|partner| {
            let range = partner.file.uses.get(id)?;
            Some(format!("{} {range}", partner.file.id))
        })
        .collect()
}

fn version(version: &SchemaVersion) -> VersionCard {
    let file = &version.file;
    VersionCard {
        version: version.id.version.to_string(),
        status: file.status.word().to_owned(),
        guide_version: file.guide_version.clone(),
        released: file.released.map(|date| date.to_string()),
        sunset: file.sunset.map(|date| date.to_string()),
        replaced_by: file.replaced_by.clone(),
        path: version.path.clone(),
        digest: version.digest.clone(),
        accepted: version.accepted.len(),
        rejected: version.rejected.len(),
    }
}
