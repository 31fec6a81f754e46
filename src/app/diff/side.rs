//! The two sides of a `diff`: versions, schema files, and either of them at a git revision.

use crate::app::AppError;
use crate::catalogue::{Catalogue, FormatMode, SchemaVersion, Workspace};
use crate::compat::Side;
use crate::load;
use crate::model::{DiffRequest, Direction, Finding, Place, VersionId, VersionName, did_you_mean};
use std::path::Path;
use std::sync::Arc;
use wire::json::Document;

/// One side, wherever it comes from.
pub(super) struct Named {
    /// What findings call it. What stands outside the catalogue of the working tree is told apart by its path.
    pub(super) id: VersionId,
    /// What people call it.
    pub(super) label: String,
    pub(super) entry: Option<String>,
    pub(super) number: Option<semver::Version>,
    pub(super) side: Side,
    pub(super) direction: Option<Direction>,
    home: Home,
}

enum Home {
    /// A schema file outside the catalogue.
    File(String, Document),
    Version {
        workspace: Arc<Workspace>,
        id: VersionId,
        revision: Option<String>,
    },
}

impl Named {
    /// What its entry takes formats for.
    pub(super) fn format(&self) -> FormatMode {
        match &self.home {
            Home::File(..) => FormatMode::default(),
            Home::Version { workspace, id, .. } => {
                let entry = workspace.catalogue.entry(&id.entry);
                entry.map_or_else(FormatMode::default, |entry| entry.file.format)
            }
        }
    }

    /// The place of a pointer of this side.
    pub(super) fn place(&self, pointer: &str) -> Place {
        match &self.home {
            Home::File(path, document) => Place::at(path, document.nearest(pointer)),
            Home::Version {
                workspace,
                id,
                revision,
            } => {
                let mut place = workspace.catalogue.place(id, pointer);
                if let Some(revision) = revision {
                    place.file = format!("{revision}:{}", place.file);
                }
                place
            }
        }
    }

    /// The finding with this side called by its path, where it is no version of the catalogue.
    pub(super) fn named(&self, mut finding: Finding) -> Finding {
        if self.served().is_some() {
            return finding;
        }
        let (id, path) = (self.id.to_string(), &self.id.entry);
        finding.remedy = finding.remedy.replace(&id, path);
        for note in &mut finding.notes {
            note.text = note.text.replace(&id, path);
        }
        finding
    }

    /// The version of the working tree's catalogue that it is.
    pub(super) fn served(&self) -> Option<&SchemaVersion> {
        match &self.home {
            Home::Version {
                workspace,
                id,
                revision: None,
            } => workspace.catalogue.version(id),
            Home::Version { .. } | Home::File(..) => None,
        }
    }
}

/// Where both sides are looked up.
pub(super) struct Desk<'a> {
    pub(super) root: &'a Path,
    pub(super) head: &'a Arc<Workspace>,
}

/// A tree in which names are looked up.
#[derive(Clone)]
struct Tree {
    workspace: Arc<Workspace>,
    /// Its revision as it was asked for, and the commit.
    revision: Option<(String, String)>,
}

impl Desk<'_> {
    /// The older and the newer side.
    ///
    /// Errors: a side names nothing, or cannot be read
    pub(super) fn sides(&self, request: &DiffRequest) -> Result<(Named, Named), AppError> {
        let head = Tree {
            workspace: Arc::clone(self.head),
            revision: None,
        };
        let base = match &request.base {
            Some(base) => self.tree(base)?,
            None => head.clone(),
        };
        match &request.other {
            Some(other) => Ok((self.find(&base, &request.first)?, self.find(&head, other)?)),
            None => self.alone(&head, &base, &request.first, request.base.is_some()),
        }
    }

    /// One version against the one before it, or against itself as it was.
    fn alone(
        &self,
        head: &Tree,
        base: &Tree,
        asked: &str,
        has_base: bool,
    ) -> Result<(Named, Named), AppError> {
        let catalogue = &head.workspace.catalogue;
        let newest = catalogue
            .entry(asked)
            .and_then(|entry| entry.versions.values().next_back());
        let named = newest.map_or_else(|| asked.to_owned(), |version| version.id.to_string());
        let new = self.find(head, &named)?;
        if has_base {
            return Ok((self.find(base, &named)?, new));
        }
        let alone = || AppError::NothingToCompare(named.clone());
        let version = new.served().ok_or_else(alone)?;
        let entry = catalogue.entry(&version.id.entry).ok_or_else(alone)?;
        let old = entry.followed(version).ok_or_else(alone)?;
        Ok((head.version(old.id.clone(), entry.file.direction), new))
    }

    fn tree(&self, revision: &str) -> Result<Tree, AppError> {
        let commit = match load::base(self.root, Some(revision), "")? {
            load::Base::Commit(commit) => commit,
            load::Base::None(_) => {
                return Err(load::LoadError::UnknownRevision(revision.to_owned()).into());
            }
        };
        let (workspace, _) = load::revision(self.root, &commit)?;
        Ok(Tree {
            workspace: Arc::new(without_examples(workspace)),
            revision: Some((revision.to_owned(), commit)),
        })
    }

    /// `ID@VERSION`, the path of a schema file, or either behind `REV:`.
    fn find(&self, tree: &Tree, asked: &str) -> Result<Named, AppError> {
        let is_file = tree.revision.is_none() && self.root.join(asked).is_file();
        if let Some((revision, path)) = asked.split_once(':').filter(|_| !is_file) {
            return self.find(&self.tree(revision)?, path);
        }
        let catalogue = &tree.workspace.catalogue;
        let plain = asked.strip_prefix("./").unwrap_or(asked);
        let mut versions = catalogue.versions();
        if let Some(version) = versions.find(|version| version.path == plain) {
            return tree.named(&version.id);
        }
        if let Some((entry, version)) = asked.split_once('@').filter(|_| !is_file) {
            return tree.named(&in_catalogue(catalogue, asked, entry, version)?);
        }
        match &tree.revision {
            Some((revision, commit)) => {
                let name = format!("{revision}:{plain}");
                let document = load::schema_at(self.root, commit, plain, &name)?;
                Ok(file(name, document))
            }
            None if is_file => {
                let document = load::schema(&self.root.join(asked), asked)?;
                Ok(file(asked.to_owned(), document))
            }
            None => Err(unnamed(catalogue, asked)),
        }
    }
}

impl Tree {
    fn named(&self, id: &VersionId) -> Result<Named, AppError> {
        let entry = self.workspace.catalogue.entry(&id.entry);
        let direction = entry.map(|entry| entry.file.direction);
        let direction = direction.ok_or_else(|| unnamed(&self.workspace.catalogue, &id.entry))?;
        Ok(self.version(id.clone(), direction))
    }

    fn version(&self, id: VersionId, direction: Direction) -> Named {
        let catalogue = &self.workspace.catalogue;
        let found = catalogue.version(&id);
        let revision = self.revision.as_ref().map(|(revision, _)| revision.clone());
        let shown = match (&revision, found) {
            (Some(revision), Some(found)) => outside(format!("{revision}:{}", found.path)),
            (Some(_), None) | (None, _) => id.clone(),
        };
        Named {
            label: match &revision {
                Some(revision) => format!("{} at {revision}", id.version),
                None => id.version.to_string(),
            },
            id: shown,
            entry: Some(id.entry.clone()),
            number: found.map(|found| found.number.clone()),
            side: Side::of(catalogue, &id),
            direction: Some(direction),
            home: Home::Version {
                workspace: Arc::clone(&self.workspace),
                id,
                revision,
            },
        }
    }
}

fn file(name: String, document: Document) -> Named {
    Named {
        id: outside(name.clone()),
        label: name.clone(),
        entry: None,
        number: None,
        side: Side::new(document.value()),
        direction: None,
        home: Home::File(name, document),
    }
}

/// A name that no entry has: entries have neither a slash nor a dot in theirs.
fn outside(path: String) -> VersionId {
    VersionId {
        entry: path,
        version: VersionName::Next,
    }
}

/// Examples of another revision are no files that anyone here could try again.
fn without_examples(mut workspace: Workspace) -> Workspace {
    for entry in workspace.catalogue.entries.values_mut() {
        for version in entry.versions.values_mut() {
            version.accepted.clear();
        }
    }
    workspace
}

/// What was named is neither a version nor a file.
fn unnamed(catalogue: &Catalogue, asked: &str) -> AppError {
    if let Some(entry) = catalogue.entry(asked) {
        let known = entry
            .versions
            .values()
            .map(|version| version.id.to_string());
        let known: Vec<String> = known.collect();
        return AppError::Unversioned {
            asked: asked.to_owned(),
            known: known.join(", "),
        };
    }
    let known = catalogue.versions().map(|version| version.id.to_string());
    let known: Vec<String> = known.collect();
    AppError::UnknownSchema {
        asked: asked.to_owned(),
        hint: did_you_mean(
            asked,
            known
                .iter()
                .chain(catalogue.entries.keys())
                .map(String::as_str),
        ),
    }
}

fn in_catalogue(
    catalogue: &Catalogue,
    asked: &str,
    entry: &str,
    version: &str,
) -> Result<VersionId, AppError> {
    let unknown = |hint: String| AppError::UnknownSchema {
        asked: asked.to_owned(),
        hint,
    };
    let found = catalogue.entry(entry).ok_or_else(|| {
        unknown(did_you_mean(
            entry,
            catalogue.entries.keys().map(String::as_str),
        ))
    })?;
    let mut versions = found.versions.values();
    let known = versions.find(|known| known.id.version.to_string() == version);
    let known = known.ok_or_else(|| {
        let all: Vec<String> = found.versions.keys().map(ToString::to_string).collect();
        unknown(format!("; it has {}", all.join(", ")))
    })?;
    Ok(known.id.clone())
}
