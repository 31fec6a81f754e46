//! The fast path: the canonical module of the crate `jsonschema`, which is experimental and pinned.
//! Refuses to let any other file name it; only its `Yes` is trusted, and that is attacked afterwards.

use super::answer::Code;
use super::schema::Formats;
use jsonschema::CanonicalizationError;
use jsonschema::canonical::{self, CanonicalSchema, Containment, Satisfiability};
use serde_json::Value;

/// A respelt schema in canonical form.
#[derive(Clone, Debug)]
pub(super) struct Canonical(CanonicalSchema);

/// What the canonical module says of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Covers {
    Yes,
    /// It says no, or cannot tell: only a value settles that.
    Open,
}

impl Canonical {
    pub(super) fn new(document: &Value, formats: Formats) -> Result<Self, Code> {
        canonical::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(formats == Formats::Assertion)
            .offline()
            .canonicalize(document)
            .map(Self)
            .map_err(|error| match error {
                CanonicalizationError::InvalidPattern { .. } => Code::Pattern,
                CanonicalizationError::ReferenceResolution(_) => Code::Reference,
                _ => Code::SchemaInvalid,
            })
    }

    /// Whether the union of `all` covers `self`.
    pub(super) fn is_covered_by(&self, all: &[&Self]) -> Covers {
        let Some(union) = union(all) else {
            return Covers::Open;
        };
        match union.covers(&self.0) {
            Ok(Containment::Yes) => Covers::Yes,
            Ok(Containment::No | Containment::Unknown) | Err(_) => Covers::Open,
        }
    }

    /// What `self` accepts and `all` reject, as a schema; `None` where the form cannot express it.
    pub(super) fn without(&self, all: &[&Self]) -> Option<Value> {
        let difference = self.0.subtract(&union(all)?).ok()?;
        (difference.satisfiability() != Satisfiability::No).then(|| difference.to_json_schema())
    }
}

fn union(all: &[&Canonical]) -> Option<CanonicalSchema> {
    let (first, rest) = all.split_first()?;
    rest.iter()
        .try_fold(first.0.clone(), |union, next| union.union(&next.0).ok())
}
