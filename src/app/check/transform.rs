//! Every registered transform over the accepted examples and the recorded payloads of its source.

use crate::app::turn::{Turner, Unturned};
use crate::catalogue::{Catalogue, Transform, Workspace};
use crate::model::{Finding, Place, VersionId, counted};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use wire::json::{Document, Limits, pointer_starred};

/// What the transforms made of what is on record.
#[derive(Default)]
pub(super) struct Proof {
    pub findings: Vec<Finding>,
    transforms: u64,
    turned: u64,
    refused: u64,
    /// Transforms that nothing on record was tried on.
    idle: Vec<String>,
}

/// A payload that a source version accepts, and where it stands.
struct Specimen {
    place: Place,
    document: Document,
}

/// Why results do not fit: rule and place in the result.
type Cause = (String, String);

pub(super) fn prove(head: &Workspace) -> Proof {
    let catalogue = &head.catalogue;
    let sources: BTreeSet<&VersionId> = catalogue.transforms().map(|one| &one.from).collect();
    let mut recorded = recorded(head, &sources);
    for version in catalogue
        .versions()
        .filter(|version| sources.contains(&version.id))
    {
        let examples = version.accepted.iter().map(|example| Specimen {
            place: Place::start(&example.path),
            document: example.document.as_ref().clone(),
        });
        recorded
            .entry(version.id.clone())
            .or_default()
            .extend(examples);
    }
    let mut proof = Proof::default();
    for transform in catalogue.transforms() {
        let specimens = recorded.get(&transform.from).map_or(&[][..], Vec::as_slice);
        proof.of(catalogue, transform, specimens);
    }
    proof
}

impl Proof {
    fn of(&mut self, catalogue: &Catalogue, transform: &Transform, specimens: &[Specimen]) {
        // What cannot run was said by the lint of transforms.
        let Ok(turner) = Turner::by(catalogue, transform) else {
            return;
        };
        self.transforms += 1;
        let mut unfit: BTreeMap<Cause, (u64, &Place, String)> = BTreeMap::new();
        let mut tried = 0;
        for specimen in specimens {
            match turner.turn(&specimen.document) {
                Ok(_) => self.turned += 1,
                Err(Unturned::Lacking { .. } | Unturned::Digits(_)) => self.refused += 1,
                // Another check says that an example or a record does not fit its own version.
                Err(Unturned::NotTheSource(..)) => continue,
                Err(Unturned::Unfit(_, problems)) => {
                    let told = problems.into_iter().next();
                    let (cause, message) = told.map_or_else(
                        || {
                            (
                                ("unexplained".to_owned(), String::new()),
                                "no part of it says why".to_owned(),
                            )
                        },
                        |problem| {
                            (
                                (problem.id.to_owned(), pointer_starred(&problem.pointer)),
                                problem.message,
                            )
                        },
                    );
                    unfit
                        .entry(cause)
                        .or_insert((0, &specimen.place, message))
                        .0 += 1;
                }
            }
            tried += 1;
        }
        if tried == 0 {
            self.idle.push(transform.title());
        }
        let invalid = |(cause, found)| invalid(transform, cause, found);
        self.findings.extend(unfit.into_iter().map(invalid));
    }

    /// `; 8 transforms: 90 payloads turned, 60 refused by a named fact`, or nothing.
    pub(super) fn summary(&self) -> String {
        if self.transforms == 0 {
            return String::new();
        }
        format!(
            "; {}: {} turned, {} refused by a named fact",
            counted(self.transforms, "transform"),
            counted(self.turned, "payload"),
            self.refused
        )
    }

    /// What the proof does not show.
    pub(super) fn limits(&self) -> Vec<String> {
        if self.idle.is_empty() {
            return Vec::new();
        }
        let idle = self.idle.join(", ");
        vec![format!(
            "No example and no recorded payload was tried on these transforms: {idle}."
        )]
    }
}

fn invalid(
    transform: &Transform,
    (rule, pointer): Cause,
    (count, first, message): (u64, &Place, String),
) -> Finding {
    let place = Place::start(&transform.source.path);
    Finding::new(
        "catalogue/transform-invalid",
        transform.source.path.clone(),
        place,
    )
    .pointer(pointer)
    .kind(rule)
    .message(format!(
        "{} of `{}` turn into what `{}` rejects: {message}",
        counted(count, "payload"),
        transform.from,
        transform.to
    ))
    .remedy("add the map that is missing, or a `needs` or `single` that refuses by the fact")
    .note("first", first.to_string())
}

/// Recorded payloads that their receiver accepted, by version, as far as anything leads from it.
fn recorded(
    head: &Workspace,
    sources: &BTreeSet<&VersionId>,
) -> BTreeMap<VersionId, Vec<Specimen>> {
    let mut found: BTreeMap<VersionId, Vec<Specimen>> = BTreeMap::new();
    for history in &head.histories {
        for (line, bytes) in history.lines() {
            if let Some((version, document)) = accepted(bytes)
                && sources.contains(&version)
            {
                let place = Place {
                    line,
                    ..Place::start(&history.source.path)
                };
                found
                    .entry(version)
                    .or_default()
                    .push(Specimen { place, document });
            }
        }
    }
    found
}

/// The payload of an envelope; the check of the history says what is wrong with one that cannot be read.
fn accepted(envelope: &[u8]) -> Option<(VersionId, Document)> {
    let envelope = Document::parse(envelope, &Limits::default()).ok()?;
    let text = |name: &str| envelope.value().get(name).and_then(Value::as_str);
    let version = format!("{}@{}", text("schema")?, text("version")?)
        .parse()
        .ok()?;
    if text("outcome")? != "accepted" {
        return None;
    }
    let payload = envelope.value().get("payload")?.to_string();
    let payload = Document::parse(payload.as_bytes(), &Limits::default()).ok()?;
    Some((version, payload))
}
