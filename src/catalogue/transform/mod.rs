//! Transforms of the catalogue: what they are, how they are looked up and strung together.
//! Refuses to run one over a payload: that is the crate `wire`'s part.

mod meaning;
mod route;

pub use meaning::{Meaning, Meanings};
pub use route::Step;

use super::{Catalogue, Source};
use crate::model::{Place, VersionId};
use wire::transform::{Inner, MapFault, Path, Read, Transform as Ready, TransformFile};

/// Deepest that transforms may name one another; a ring ends here.
const DEEPEST: usize = 4;

/// `schemas/<id>/transforms/<from>-to-<to>.toml`.
#[derive(Clone, Debug, PartialEq)]
pub struct Transform {
    pub source: Source,
    pub from: VersionId,
    pub to: VersionId,
    pub file: TransformFile,
}

/// A map that cannot run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    #[error("map {index}: {fault}")]
    Map { index: usize, fault: MapFault },
    #[error("map {index} names the transform `{by}`, which does not exist")]
    Unknown { index: usize, by: String },
}

impl Transform {
    /// What a file says of its two ends; none where it names no versions.
    #[must_use]
    pub fn read(source: Source, file: TransformFile) -> Option<Self> {
        Some(Self {
            from: file.from.parse().ok()?,
            to: file.to.parse().ok()?,
            source,
            file,
        })
    }

    /// `hrex-coverage@1.0.0 -> hrex-coverage@2.0.0`.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{} -> {}", self.from, self.to)
    }

    /// The stem that its file must have.
    #[must_use]
    pub fn stem(&self) -> String {
        let end = if self.from.entry == self.to.entry {
            self.to.version.to_string()
        } else {
            self.to.to_string()
        };
        format!("{}-to-{end}", self.from.version)
    }

    /// Where map `index` stands, counted from 0.
    #[must_use]
    pub fn place(&self, index: usize) -> Place {
        map_place(&self.source, index)
    }
}

/// Where the map `index` of a transform's file begins.
#[must_use]
pub fn map_place(source: &Source, index: usize) -> Place {
    let starts = source.text().unwrap_or_default().match_indices("[[map]]");
    let found = starts.map(|(offset, _)| offset).nth(index);
    found.map_or_else(|| Place::start(&source.path), |offset| source.place(offset))
}

impl Catalogue {
    /// All transforms, by entry and name.
    pub fn transforms(&self) -> impl Iterator<Item = &Transform> {
        self.entries
            .values()
            .flat_map(|entry| entry.transforms.values())
    }

    /// The transform `<entry>/<stem>`.
    #[must_use]
    pub fn transform(&self, name: &str) -> Option<&Transform> {
        let (entry, stem) = name.split_once('/')?;
        self.entry(entry)?.transforms.get(stem)
    }

    /// A transform as it runs: every transform that it names is laid out, every place of the target has its meaning.
    ///
    /// Errors: a map that lacks a key, or names a transform that is not there
    pub fn ready(&self, transform: &Transform) -> Result<Ready, NotReady> {
        self.laid_out(transform, DEEPEST)
    }

    fn laid_out(&self, transform: &Transform, depth: usize) -> Result<Ready, NotReady> {
        let bundles = [&transform.to, &transform.from].map(|id| self.bundle(id).ok());
        let [to, from] = bundles.each_ref().map(|bundle| {
            let bundle = bundle.as_ref();
            bundle.map(|bundle| Meanings::of(&bundle.value))
        });
        let tag = |path: &Path| {
            // One result for each value of a list begins at that value.
            let there = match &transform.file.each {
                Some(each) => path.after(each),
                None => Some(path.clone()),
            };
            let meant = to.as_ref().and_then(|meanings| meanings.at(&there?));
            let found = meant.or_else(|| from.as_ref()?.at(path));
            found.map_or_else(String::new, |meaning| meaning.word().to_owned())
        };
        let mut ready = Ready {
            maps: Vec::new(),
            each: transform.file.each.clone(),
        };
        for (index, map) in transform.file.maps.iter().enumerate() {
            let read = map
                .read(tag)
                .map_err(|fault| NotReady::Map { index, fault })?;
            match read {
                Read::Map(map) => ready.maps.push(map),
                Read::Inner(Inner { within, by }) => {
                    let unknown = || NotReady::Unknown {
                        index,
                        by: by.to_owned(),
                    };
                    let inner = self.transform(by).ok_or_else(unknown)?;
                    let deeper = depth.checked_sub(1).ok_or_else(unknown)?;
                    let inner = self.laid_out(inner, deeper)?;
                    ready
                        .maps
                        .extend(inner.maps.iter().map(|map| map.inside(&within)));
                }
            }
        }
        Ok(ready)
    }
}
