//! From one version to another: the fewest transforms in a row.
//! A patch step needs none, because both versions accept the same payloads.

use super::Transform;
use crate::catalogue::{Catalogue, SchemaVersion};
use crate::model::{VersionId, VersionName};
use std::collections::{BTreeMap, VecDeque};

/// One step of a way.
#[derive(Clone, Debug, PartialEq)]
pub enum Step<'a> {
    By(&'a Transform),
    /// A patch: the payload stays as it is.
    Patch {
        to: VersionId,
    },
}

impl Step<'_> {
    /// The version that is reached.
    #[must_use]
    pub fn to(&self) -> &VersionId {
        match self {
            Self::By(transform) => &transform.to,
            Self::Patch { to } => to,
        }
    }
}

impl Catalogue {
    /// The steps that lead from one version to another: none for the version itself, `None` where there is no way.
    #[must_use]
    pub fn way(&self, from: &VersionId, to: &VersionId) -> Option<Vec<Step<'_>>> {
        let mut ways: BTreeMap<VersionId, Vec<Step<'_>>> = BTreeMap::new();
        ways.insert(from.clone(), Vec::new());
        let mut open = VecDeque::from([from.clone()]);
        while let Some(here) = open.pop_front() {
            let so_far = ways.get(&here).cloned().unwrap_or_default();
            if here == *to {
                return Some(so_far);
            }
            for step in self.steps(&here) {
                if !ways.contains_key(step.to()) {
                    open.push_back(step.to().clone());
                    let mut way = so_far.clone();
                    way.push(step.clone());
                    ways.insert(step.to().clone(), way);
                }
            }
        }
        None
    }

    fn steps(&self, here: &VersionId) -> Vec<Step<'_>> {
        let registered = self
            .transforms()
            .filter(|transform| transform.from == *here);
        let versions = self.entry(&here.entry).into_iter();
        let patches = versions
            .flat_map(|entry| entry.versions.values())
            .filter(|other| other.id != *here && is_patch(here, other))
            .map(|other| Step::Patch {
                to: other.id.clone(),
            });
        registered.map(Step::By).chain(patches).collect()
    }
}

/// Whether two versions differ by their last number only. A draft has not shown yet what it is.
fn is_patch(here: &VersionId, other: &SchemaVersion) -> bool {
    match (&here.version, &other.id.version) {
        (VersionName::Number(a), VersionName::Number(b)) => {
            (a.major, a.minor) == (b.major, b.minor)
        }
        (VersionName::Next, _) | (_, VersionName::Next) => false,
    }
}
