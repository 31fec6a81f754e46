//! One document of the control plane, read from its text.
//! Refuses text that is too long, malformed or of another kind, and tells where, never what it says.

use super::ControlError;
use domain::control::Risk;
use domain::control::{AuditPolicy, Kind, OverlapDocument, PartnersDocument, of_flags, risk};
use domain::flags::Flags;
use domain::identity::MatchingPolicy;
use domain::ids::DocumentNumber;
use domain::resilience::RetryPolicy;
use domain::routing::{RouteSet, RouteSetDocument};
use domain::snapshot::Snapshot;
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// The longest document, in bytes (ours: a thousand rows take a tenth of it).
pub(crate) const LONGEST: usize = 1024 * 1024;

/// A document that says what its kind may say. Whether it fits to the others is for the snapshot.
#[derive(Clone, Debug)]
pub(crate) enum Document {
    Partners(PartnersDocument),
    Routing(Arc<RouteSet>),
    Matching(MatchingPolicy),
    Resilience(Box<RetryPolicy>),
    Flags(Flags),
    Audit(AuditPolicy),
    Overlap(OverlapDocument),
}

/// Why a text is no document of its kind: a sentence for the operator, without a value of the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Refused(pub String);

impl Refused {
    pub(super) fn because(fault: impl std::fmt::Display) -> Self {
        Self(fault.to_string())
    }
}

impl From<ControlError> for Refused {
    fn from(error: ControlError) -> Self {
        Self::because(error)
    }
}

impl Document {
    /// Reads a text as a document of this kind.
    pub(crate) fn read(kind: Kind, text: &str) -> Result<Self, Refused> {
        if text.len() > LONGEST {
            return Err(Refused(
                "the document is longer than a document may be".to_owned(),
            ));
        }
        Ok(match kind {
            Kind::Partners => {
                let document: PartnersDocument = parse(text)?;
                document.check().map_err(Refused::because)?;
                Self::Partners(document)
            }
            Kind::Routing => {
                let document: RouteSetDocument = parse(text)?;
                let set = RouteSet::check(document).map_err(Refused::because)?;
                Self::Routing(Arc::new(set))
            }
            Kind::Matching => Self::Matching(parse(text)?),
            Kind::Resilience => {
                let policy: RetryPolicy = parse(text)?;
                match policy.faults().into_iter().next() {
                    Some(unfit) => return Err(Refused::because(unfit)),
                    None => Self::Resilience(Box::new(policy)),
                }
            }
            Kind::Flags => {
                let flags: Flags = parse(text)?;
                flags.check().map_err(Refused::because)?;
                Self::Flags(flags)
            }
            Kind::Audit => {
                let policy: AuditPolicy = parse(text)?;
                policy.check().map_err(Refused::because)?;
                Self::Audit(policy)
            }
            Kind::Overlap => Self::Overlap(parse(text)?),
        })
    }

    pub(crate) const fn kind(&self) -> Kind {
        match self {
            Self::Partners(_) => Kind::Partners,
            Self::Routing(_) => Kind::Routing,
            Self::Matching(_) => Kind::Matching,
            Self::Resilience(_) => Kind::Resilience,
            Self::Flags(_) => Kind::Flags,
            Self::Audit(_) => Kind::Audit,
            Self::Overlap(_) => Kind::Overlap,
        }
    }

    pub(crate) fn number(&self) -> DocumentNumber {
        match self {
            Self::Partners(document) => document.number,
            Self::Routing(set) => set.number(),
            Self::Matching(policy) => policy.number,
            Self::Resilience(policy) => policy.number,
            Self::Flags(flags) => flags.number,
            Self::Audit(policy) => policy.number,
            Self::Overlap(document) => document.number,
        }
    }

    /// The document in our own spelling: two texts that say the same become one.
    pub(super) fn text(&self) -> Result<String, Refused> {
        match self {
            Self::Partners(document) => toml::to_string(document),
            Self::Routing(set) => toml::to_string(set.document()),
            Self::Matching(policy) => toml::to_string(policy),
            Self::Resilience(policy) => toml::to_string(policy),
            Self::Flags(flags) => toml::to_string(flags),
            Self::Audit(policy) => toml::to_string(policy),
            Self::Overlap(document) => toml::to_string(document),
        }
        .map_err(Refused::because)
    }

    /// How many people it takes to put this in place of what is in force.
    pub(crate) fn risk(&self, present: &Snapshot) -> Risk {
        match self {
            Self::Flags(wanted) => of_flags(&present.flags, wanted),
            Self::Partners(_)
            | Self::Routing(_)
            | Self::Matching(_)
            | Self::Resilience(_)
            | Self::Audit(_)
            | Self::Overlap(_) => risk(self.kind()),
        }
    }
}

/// The place is told by line and column; the message of the parser may repeat the text, so it is not.
fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Refused> {
    toml::from_str(text).map_err(|error: toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or_default();
        let line = before.lines().count().max(1);
        let line = if before.ends_with('\n') {
            line.saturating_add(1)
        } else {
            line
        };
        Refused(format!("malformed or not of this kind in line {line}"))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn shipped_documents_are_read_and_the_wrong_kind_is_refused() {
        let flags = include_str!("../../../config/flags/1.toml");
        assert_eq!(
            Document::read(Kind::Flags, flags).unwrap().kind(),
            Kind::Flags
        );
        let audit = include_str!("../../../config/audit/1.toml");
        let refused = Document::read(Kind::Flags, audit).unwrap_err();
        assert!(refused.to_string().contains("line"), "{refused}");
    }

    #[test]
    fn a_refusal_names_the_line_and_repeats_nothing() {
        let text = "number = 1\ntitle = \"x\"\nsecret-word = 3\n";
        let refused = Document::read(Kind::Audit, text).unwrap_err().to_string();
        assert!(refused.contains("line 3"), "{refused}");
        assert!(!refused.contains("secret"));
        let long = "#".repeat(LONGEST + 1);
        assert!(Document::read(Kind::Audit, &long).is_err());
    }
}
