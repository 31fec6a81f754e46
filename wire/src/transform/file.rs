//! A transform as people write it: `schemas/<id>/transforms/<from>-to-<to>.toml`.
//! Refuses to know schemas: what a path means there, its reader says.

use super::map::{Map, Op};
use super::path::Path;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// One transform. What no map names is copied as it stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TransformFile {
    /// `hrex-coverage@1.0.0`: the version that payloads come from.
    pub from: String,
    /// The version that they turn into.
    pub to: String,
    /// What partners should know of it, in a sentence or two.
    pub notes: String,
    /// One result for each value here, instead of one for the whole payload.
    pub each: Option<Path>,
    #[serde(default, rename = "map")]
    pub maps: Vec<MapFile>,
}

/// What becomes of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Via {
    /// The value also stands at `to`.
    Copy,
    /// The value stands at `to` instead of `from`.
    Rename,
    /// The one value that the target's schema allows at `to`.
    Constant,
    /// Codes at `from` become those of the table.
    Code,
    /// Nothing, for a reason.
    Drop,
    /// A fact that the target requires: without it the payload is refused.
    Needs,
    /// At most one value: which of several holds, a transform does not choose.
    Single,
    /// A fact that the target has no room for and that must not be lost: with it the payload is refused.
    Refuse,
    /// Another transform, for a payload of another entry that stands inside this one.
    Transform,
}

/// What becomes of codes that a table does not list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Unlisted {
    #[default]
    Refuse,
    Keep,
}

/// One `[[map]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MapFile {
    pub via: Via,
    /// Where the map applies, once for each value there; the whole payload unless it says otherwise.
    #[serde(rename = "in")]
    pub within: Option<Path>,
    pub from: Option<Path>,
    pub to: Option<Path>,
    /// Other places of which one is enough (needs), or that count with it (single).
    #[serde(default)]
    pub or: Vec<Path>,
    /// What stands there (constant).
    pub value: Option<Value>,
    /// `old = "new"` or `"system#old" = "system#new"` (code).
    #[serde(default)]
    pub table: BTreeMap<String, String>,
    pub unlisted: Option<Unlisted>,
    /// `hrex-coverage/1.0.0-to-2.0.0` (transform).
    pub by: Option<String>,
    /// Why nothing is left of it (drop).
    pub because: Option<String>,
    /// What a sender can do about it (needs, single, refuse).
    pub remedy: Option<String>,
}

/// What a map has too much or too little.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MapFault {
    #[error("it lacks `{0}`")]
    Lacks(&'static str),
    #[error("`{0}` says nothing here")]
    Idle(&'static str),
    #[error("`to` ends in a name without a filter; items are not made one by one")]
    Items,
}

/// Another transform that a map leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inner<'a> {
    pub within: Path,
    pub by: &'a str,
}

/// A map as it runs, or the transform that stands for it.
#[derive(Clone, Debug, PartialEq)]
pub enum Read<'a> {
    Map(Map),
    Inner(Inner<'a>),
}

impl MapFile {
    /// The map as it runs. `tag` gives what a place means: in the target or, where it has none there, in the source.
    ///
    /// Errors: a key is missing, or says nothing for this way
    pub fn read(&self, tag: impl Fn(&Path) -> String) -> Result<Read<'_>, MapFault> {
        self.idle()?;
        let within = self.within.clone().unwrap_or_else(Path::root);
        let place = |to: &Path| tag(&within.join(to));
        let op = match self.via {
            Via::Copy | Via::Rename => {
                let to = self.target()?;
                Op::Move {
                    from: self.source()?,
                    tag: place(&to),
                    to,
                    stays: self.via == Via::Copy,
                }
            }
            Via::Constant => {
                let to = self.target()?;
                Op::Constant {
                    tag: place(&to),
                    to,
                    value: self.value.clone().ok_or(MapFault::Lacks("value"))?,
                }
            }
            Via::Code => self.code(place)?,
            Via::Drop => {
                self.because.as_ref().ok_or(MapFault::Lacks("because"))?;
                Op::Drop {
                    from: self.source()?,
                }
            }
            Via::Needs => {
                let to = self.to.clone().ok_or(MapFault::Lacks("to"))?;
                let (tag, remedy) = (place(&to), self.remedy()?);
                let any = self.with_others(to);
                Op::Needs { any, remedy, tag }
            }
            Via::Single => {
                let from = self.source()?;
                let (tag, remedy) = (place(&from), self.remedy()?);
                let any = self.with_others(from);
                Op::Single { any, remedy, tag }
            }
            Via::Refuse => {
                let from = self.source()?;
                let (tag, remedy) = (place(&from), self.remedy()?);
                Op::Refuse { from, remedy, tag }
            }
            Via::Transform => {
                let by = self.by.as_deref().ok_or(MapFault::Lacks("by"))?;
                return Ok(Read::Inner(Inner { within, by }));
            }
        };
        Ok(Read::Map(Map { within, op }))
    }

    fn code(&self, tag: impl Fn(&Path) -> String) -> Result<Op, MapFault> {
        if self.table.is_empty() {
            return Err(MapFault::Lacks("table"));
        }
        let from = self.source()?;
        Ok(Op::Code {
            tag: tag(&from),
            from,
            table: self.table.clone(),
            unlisted: self.unlisted.unwrap_or_default(),
        })
    }

    fn with_others(&self, first: Path) -> Vec<Path> {
        std::iter::once(first).chain(self.or.clone()).collect()
    }

    fn remedy(&self) -> Result<String, MapFault> {
        self.remedy.clone().ok_or(MapFault::Lacks("remedy"))
    }

    fn source(&self) -> Result<Path, MapFault> {
        self.from.clone().ok_or(MapFault::Lacks("from"))
    }

    /// `to` where something is put.
    fn target(&self) -> Result<Path, MapFault> {
        let to = self.to.clone().ok_or(MapFault::Lacks("to"))?;
        let ends_in_name = to.steps().last().is_some_and(|step| step.filter.is_none());
        if ends_in_name {
            Ok(to)
        } else {
            Err(MapFault::Items)
        }
    }

    /// A key that does nothing is a misunderstanding.
    fn idle(&self) -> Result<(), MapFault> {
        let via = self.via;
        let is = |ways: &[Via]| ways.contains(&via);
        let moves = is(&[Via::Copy, Via::Rename]);
        let keys = [
            (
                "from",
                self.from.is_some(),
                moves || is(&[Via::Code, Via::Drop, Via::Single, Via::Refuse]),
            ),
            (
                "to",
                self.to.is_some(),
                moves || is(&[Via::Constant, Via::Needs]),
            ),
            ("or", !self.or.is_empty(), is(&[Via::Needs, Via::Single])),
            ("value", self.value.is_some(), is(&[Via::Constant])),
            ("table", !self.table.is_empty(), is(&[Via::Code])),
            ("unlisted", self.unlisted.is_some(), is(&[Via::Code])),
            ("by", self.by.is_some(), is(&[Via::Transform])),
            ("because", self.because.is_some(), is(&[Via::Drop])),
            (
                "remedy",
                self.remedy.is_some(),
                is(&[Via::Needs, Via::Single, Via::Refuse]),
            ),
        ];
        match keys.into_iter().find(|(_, given, used)| *given && !used) {
            Some((key, _, _)) => Err(MapFault::Idle(key)),
            None => Ok(()),
        }
    }
}
