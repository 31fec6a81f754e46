//! One payload along the steps from one version to another, held against the schema at every stop.
//! Refuses to give what does not fit: a result is valid under its target, or there is none.

use crate::catalogue::{Catalogue, NotReady, Step, Transform};
use crate::model::VersionId;
use serde_json::Value;
use wire::json::{Document, Limits, pointer_escape};
use wire::payload::{Problem, Schema};
use wire::transform::{Refusal, Transform as Ready};

/// The way between two versions, ready for payloads.
pub(super) struct Turner {
    from: (VersionId, Schema),
    stops: Vec<Stop>,
}

struct Stop {
    /// None for a patch, which accepts the same payloads.
    by: Option<Ready>,
    to: VersionId,
    schema: Schema,
}

/// Why a payload did not turn.
pub(super) enum Unturned {
    /// It does not fit the version that it is said to be.
    NotTheSource(VersionId, Vec<Problem>),
    /// Facts are missing that `wanted_by` requires. Places are those of the payload itself on the first step only.
    Lacking {
        wanted_by: VersionId,
        refusals: Vec<Refusal>,
        first: bool,
    },
    /// The transform made something that its target does not accept.
    Unfit(VersionId, Vec<Problem>),
    /// A number would come out spelt otherwise.
    Digits(String),
}

/// Why a way cannot be gone at all.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unusable {
    #[error("the schema of `{0}` cannot be used")]
    Schema(VersionId),
    #[error(transparent)]
    NotReady(#[from] NotReady),
}

impl Turner {
    /// Errors: a schema of the way, or a transform, cannot be used
    pub(super) fn of(
        catalogue: &Catalogue,
        from: &VersionId,
        way: &[Step<'_>],
    ) -> Result<Self, Unusable> {
        let mut stops = Vec::with_capacity(way.len());
        for step in way {
            let by = match step {
                Step::By(transform) => Some(catalogue.ready(transform)?),
                Step::Patch { .. } => None,
            };
            let to = step.to().clone();
            stops.push(Stop {
                by,
                schema: compiled(catalogue, &to)?,
                to,
            });
        }
        Ok(Self {
            from: (from.clone(), compiled(catalogue, from)?),
            stops,
        })
    }

    /// The single step of a registered transform.
    pub(super) fn by(catalogue: &Catalogue, transform: &Transform) -> Result<Self, Unusable> {
        Self::of(catalogue, &transform.from, &[Step::By(transform)])
    }

    /// What the payload turns into, valid under the last version.
    pub(super) fn turn(&self, source: &Document) -> Result<Vec<Value>, Unturned> {
        let (id, schema) = &self.from;
        if !schema.accepts(source.value()) {
            return Err(Unturned::NotTheSource(id.clone(), schema.problems(source)));
        }
        if let Some(pointer) = respelt(source) {
            return Err(Unturned::Digits(pointer));
        }
        let mut payloads = vec![source.value().clone()];
        for (index, stop) in self.stops.iter().enumerate() {
            let mut next = Vec::new();
            for payload in payloads {
                next.extend(stop.pass(payload, index == 0)?);
            }
            payloads = next;
        }
        Ok(payloads)
    }
}

impl Stop {
    fn pass(&self, payload: Value, first: bool) -> Result<Vec<Value>, Unturned> {
        let results = match &self.by {
            None => vec![payload],
            Some(transform) => transform
                .apply(&payload)
                .map_err(|refusals| Unturned::Lacking {
                    wanted_by: self.to.clone(),
                    refusals,
                    first,
                })?,
        };
        match results.iter().find(|result| !self.schema.accepts(result)) {
            None => Ok(results),
            Some(unfit) => {
                let text = unfit.to_string();
                let document = Document::parse(text.as_bytes(), &Limits::default()).ok();
                let problems =
                    document.map_or_else(Vec::new, |document| self.schema.problems(&document));
                Err(Unturned::Unfit(self.to.clone(), problems))
            }
        }
    }
}

fn compiled(catalogue: &Catalogue, id: &VersionId) -> Result<Schema, Unusable> {
    let unusable = || Unusable::Schema(id.clone());
    let bundle = catalogue.bundle(id).map_err(|_| unusable())?;
    Schema::compile(&bundle.value).map_err(|_| unusable())
}

/// The pointer of the first number that would be written with other digits; decimals of FHIR keep theirs.
fn respelt(source: &Document) -> Option<String> {
    let mut open = vec![(String::new(), source.value())];
    while let Some((pointer, value)) = open.pop() {
        match value {
            Value::Number(number) => {
                if source.number_text(&pointer) != Some(number.to_string().as_str()) {
                    return Some(pointer);
                }
            }
            Value::Array(items) => {
                let item = |(index, item)| (format!("{pointer}/{index}"), item);
                open.extend(items.iter().enumerate().map(item));
            }
            Value::Object(members) => {
                for (name, member) in members {
                    open.push((format!("{pointer}/{}", pointer_escape(name)), member));
                }
            }
            Value::Null | Value::Bool(_) | Value::String(_) => {}
        }
    }
    None
}
