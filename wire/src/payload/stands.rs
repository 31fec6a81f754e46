//! Where schemas stand in a bundle, and where names, data and texts do.
//! Refuses to read any of them.

use crate::annotation::is_annotation;

/// Keywords whose content is data, not schema.
const DATA: [&str; 2] = ["const", "enum"];

/// Keywords that hold schemas by name.
const NAMING: [&str; 6] = [
    "$defs",
    "definitions",
    "dependencies",
    "dependentSchemas",
    "patternProperties",
    "properties",
];

/// What stands at a place of a bundle.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    Schema,
    /// Schemas by names, which are no keywords.
    Names,
}

impl Stands {
    /// What stands below a member of this; `None` where nothing is a schema.
    pub(super) fn below(self, name: &str) -> Option<Self> {
        match self {
            Self::Names => Some(Self::Schema),
            Self::Schema if NAMING.contains(&name) => Some(Self::Names),
            Self::Schema if DATA.contains(&name) || is_annotation(name) => None,
            Self::Schema => Some(Self::Schema),
        }
    }
}
