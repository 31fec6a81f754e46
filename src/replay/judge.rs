//! One recorded payload against its own version and against the new versions that follow it.

use super::Schemas;
use super::cluster::{Cause, Shift};
use super::read::{Line, envelope};
use super::ruled::{Ask, Ruled, Rules};
use crate::catalogue::{Catalogue, Envelope, EnvelopeOutcome};
use crate::model::{Finding, Place, VersionId, VersionName, digest};
use serde_json::Value;
use wire::json::{Document, Limits, pointer_starred};
use wire::payload::Schema;

pub(super) struct Judge<'a> {
    pub head: &'a Catalogue,
    pub schemas: &'a Schemas,
    /// The same versions before the change.
    pub before: Option<&'a Schemas>,
    pub rules: Rules<'a>,
}

/// What one recorded payload came to.
pub(super) struct Judged {
    pub partner: String,
    pub version: VersionId,
    /// New versions of its major that it was judged by as well.
    pub followers: Vec<VersionId>,
    pub place: Place,
    pub bytes: usize,
    pub digest: String,
    pub shifts: Vec<Cause>,
    /// Rules that gave no usable answer about it.
    pub not_evaluated: Vec<Finding>,
}

/// Why a line could not be judged.
pub(super) enum Unjudged {
    Malformed(Box<Finding>),
    /// Its version is not in the catalogue.
    Unknown(VersionId, Place),
}

impl Judge<'_> {
    pub(super) fn line(&self, line: &Line<'_>) -> Result<Judged, Unjudged> {
        let recorded = envelope(line).map_err(Unjudged::Malformed)?;
        let version = VersionId {
            entry: recorded.schema.clone(),
            version: VersionName::Number(recorded.version.clone()),
        };
        if self.schemas.get(&version).is_none() {
            return Err(Unjudged::Unknown(version, line.place.clone()));
        }
        let followers = self.followers(&version);
        let payload = serde_json::to_vec(&recorded.payload).unwrap_or_default();
        let candidates = std::iter::once(&version).chain(&followers);
        let mut not_evaluated = Vec::new();
        Ok(Judged {
            shifts: candidates
                .filter_map(|candidate| {
                    self.shift(&recorded, &version, candidate, &mut not_evaluated)
                })
                .collect(),
            not_evaluated,
            partner: recorded.partner,
            place: line.place.clone(),
            bytes: payload.len(),
            digest: digest(&payload),
            version,
            followers,
        })
    }

    /// Versions that promise to accept what `version` accepts and that no partner has met yet: later numbers of its
    /// major, as a draft or released by this very change.
    fn followers(&self, version: &VersionId) -> Vec<VersionId> {
        let (Some(entry), Some(number)) =
            (self.head.entry(&version.entry), version.version.number())
        else {
            return Vec::new();
        };
        let is_new = |id: &VersionId| self.before.is_some_and(|before| before.get(id).is_none());
        entry
            .versions
            .values()
            .filter(|other| other.id != *version && self.schemas.get(&other.id).is_some())
            .filter(|other| other.number.major == number.major && other.number >= *number)
            .filter(|other| other.file.status.is_open() || is_new(&other.id))
            .map(|other| other.id.clone())
            .collect()
    }

    fn shift(
        &self,
        recorded: &Envelope,
        version: &VersionId,
        candidate: &VersionId,
        not_evaluated: &mut Vec<Finding>,
    ) -> Option<Cause> {
        let value = &recorded.payload;
        let now = self.schemas.get(candidate)?;
        let fits = now.accepts(value);
        let ruled = ask(self.rules.head, recorded, candidate);
        not_evaluated.extend(ruled.not_evaluated);
        let was_accepted = match recorded.outcome {
            EnvelopeOutcome::Accepted => true,
            // Its receiver refused it too: a rule that is new only says why.
            EnvelopeOutcome::Rejected if fits && ruled.broken.is_some() => return None,
            // It may have been refused for a reason that no schema knows.
            EnvelopeOutcome::Rejected => {
                let before = ask(self.rules.base, recorded, version);
                before.broken.is_none() && self.before(version)?.accepts(value)
            }
        };
        let cause = |shift, rule: &str, pointer: &str, message: &str| Cause {
            shift,
            candidate: candidate.clone(),
            direction: self
                .head
                .entry(&candidate.entry)
                .map(|entry| entry.file.direction),
            partner: recorded.partner.clone(),
            rule: rule.to_owned(),
            pointer: pointer_starred(pointer),
            message: message.to_owned(),
        };
        let told = |shift, (rule, pointer, message): (String, String, String)| {
            Some(cause(shift, &rule, &pointer, &message))
        };
        match (was_accepted, fits, ruled.broken) {
            (true, true, None) | (false, false, _) | (false, true, Some(_)) => None,
            (true, false, _) => told(Shift::NewlyRejected, first_problem(now, value)),
            (true, true, Some(broken)) => told(
                Shift::NewlyRejected,
                (broken.rule, broken.pointer, broken.message),
            ),
            (false, true, None) => {
                let before = self.before(version)?;
                let broken = ask(self.rules.base, recorded, version).broken;
                let why = match broken.filter(|_| before.accepts(value)) {
                    Some(broken) => (broken.rule, broken.pointer, broken.message),
                    None => first_problem(before, value),
                };
                told(Shift::NewlyAccepted, why)
            }
        }
    }

    fn before(&self, version: &VersionId) -> Option<&Schema> {
        self.before
            .and_then(|before| before.get(version))
            .or_else(|| self.schemas.get(version))
    }
}

/// What the rules of a side say; nothing where there are none.
fn ask(rules: Option<Ask<'_>>, recorded: &Envelope, version: &VersionId) -> Ruled {
    rules.map_or_else(Ruled::default, |rules| rules(recorded, version))
}

/// What a payload's rejection is told by: finding id, pointer and message of its first problem.
fn first_problem(schema: &Schema, payload: &Value) -> (String, String, String) {
    let told = || {
        let bytes = serde_json::to_vec(payload).ok()?;
        let document = Document::parse(&bytes, &Limits::default()).ok()?;
        let first = schema.problems(&document).into_iter().next()?;
        Some((first.id.to_owned(), first.pointer, first.message))
    };
    // A rejection that cannot be explained still counts.
    told().unwrap_or_else(|| {
        let message = "the schema rejects it".to_owned();
        ("payload/no-form-fits".to_owned(), String::new(), message)
    })
}
