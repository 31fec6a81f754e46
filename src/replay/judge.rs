//! One recorded payload against its own version and against the new versions that follow it.

use super::Schemas;
use super::read::{Line, envelope};
use super::ruled::{Ask, Ruled, Rules};
use crate::catalogue::{Catalogue, Envelope, EnvelopeOutcome};
use crate::model::replayed::{Cause, Cluster, Part, Shift, Span, Specimen, Unknown};
use crate::model::{Finding, Mismatch, VersionId, VersionName, digest};
use chrono::{DateTime, Utc};
use wire::json::{Document, Limits, pointer_starred};
use wire::payload::Schema;

pub(super) struct Judge<'a> {
    pub head: &'a Catalogue,
    pub schemas: &'a Schemas<'a>,
    /// The same versions before the change.
    pub before: Option<&'a Schemas<'a>>,
    pub rules: Rules<'a>,
    /// The one version that judges all payloads of its entry, where there is one.
    pub candidate: Option<&'a VersionId>,
}

impl Judge<'_> {
    /// Adds what becomes of a line.
    pub(super) fn add(&self, line: &Line<'_>, part: &mut Part) {
        let recorded = match envelope(line) {
            Ok(recorded) => recorded,
            Err(finding) => return part.malformed.add((*finding).into()),
        };
        let version = VersionId {
            entry: recorded.schema.clone(),
            version: VersionName::Number(recorded.version.clone()),
        };
        if self.schemas.get(&version).is_none() {
            let first = line.place();
            return part.add_unknown(version, Unknown { count: 1, first });
        }
        let judges = self.judges(&version);
        if judges.is_empty() {
            part.passed_over += 1;
            return;
        }
        let mut not_evaluated = Vec::new();
        let shifts: Vec<Cause> = judges
            .iter()
            .filter_map(|judge| self.shift((line, &recorded), &version, judge, &mut not_evaluated))
            .collect();
        for finding in not_evaluated {
            part.not_evaluated.add(finding.into());
        }
        let mismatched = |shifted: bool| Mismatch {
            replayed: 1,
            mismatched: u64::from(shifted),
        };
        for judge in &judges {
            let shifted = shifts.iter().any(|cause| cause.candidate == *judge);
            part.rates
                .judged(&recorded.partner, judge, mismatched(shifted));
        }
        part.seen(&version, &recorded.partner, mismatched(!shifts.is_empty()));
        part.followers
            .extend(judges.into_iter().filter(|judge| *judge != version));
        if !shifts.is_empty() {
            self.cluster(line, &recorded, &version, shifts, part);
        }
    }

    fn cluster(
        &self,
        line: &Line<'_>,
        recorded: &Envelope,
        version: &VersionId,
        shifts: Vec<Cause>,
        part: &mut Part,
    ) {
        let payload = serde_json::to_vec(&recorded.payload).unwrap_or_default();
        let smallest = Specimen {
            bytes: payload.len(),
            place: line.place(),
            recorded: version.clone(),
            digest: digest(&payload),
        };
        let at: Option<DateTime<Utc>> = recorded.recorded_at.parse().ok();
        for cause in shifts {
            part.clusters.add(Cluster {
                cause,
                count: 1,
                first: smallest.place.clone(),
                recorded: at.map(|at| Span {
                    first: at,
                    last: at,
                }),
                smallest: smallest.clone(),
            });
        }
    }

    /// The versions by which payloads recorded under `version` are judged: the one that was named, or its own and
    /// those that are to follow it.
    pub(super) fn judges(&self, version: &VersionId) -> Vec<VersionId> {
        match self.candidate {
            Some(named) if named.entry == version.entry => vec![named.clone()],
            Some(_) => Vec::new(),
            None => {
                let mut judges = self.followers(version);
                judges.insert(0, version.clone());
                judges
            }
        }
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
        (line, recorded): (&Line<'_>, &Envelope),
        version: &VersionId,
        candidate: &VersionId,
        not_evaluated: &mut Vec<Finding>,
    ) -> Option<Cause> {
        let value = &recorded.payload;
        let now = self.schemas.get(candidate)?;
        let fits = now.accepts(value);
        let ruled = self.ruled(recorded, candidate);
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
            (true, false, _) => told(Shift::NewlyRejected, first_problem(now, line)),
            (true, true, Some(broken)) => told(
                Shift::NewlyRejected,
                (broken.rule, broken.pointer, broken.message),
            ),
            (false, true, None) => {
                let before = self.before(version)?;
                let broken = ask(self.rules.base, recorded, version).broken;
                let why = match broken.filter(|_| before.accepts(value)) {
                    Some(broken) => (broken.rule, broken.pointer, broken.message),
                    None => first_problem(before, line),
                };
                told(Shift::NewlyAccepted, why)
            }
        }
    }

    /// What the rules of the head say of a payload that is judged as this version.
    pub(super) fn ruled(&self, recorded: &Envelope, version: &VersionId) -> Ruled {
        ask(self.rules.head.map(|(ask, _)| ask), recorded, version)
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

/// What the rejection of a line's payload is told by: finding id, pointer and message of its first problem.
fn first_problem(schema: &Schema, line: &Line<'_>) -> (String, String, String) {
    let told = || {
        let whole = Document::parse(line.bytes, &Limits::default()).ok()?;
        let payload = whole.part("/payload")?;
        let first = schema.problems(&payload).into_iter().next()?;
        Some((first.id.to_owned(), first.pointer, first.message))
    };
    // A rejection that cannot be explained still counts.
    told().unwrap_or_else(|| {
        let message = "the schema rejects it".to_owned();
        ("payload/no-form-fits".to_owned(), String::new(), message)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_payload_that_is_longer_than_a_line_when_it_is_written_out_is_told_by_its_cause() {
        let schema = serde_json::json!({"type": "object", "required": ["x"]});
        let schema = Schema::compile(&schema).unwrap();
        let numbers = vec!["1e15"; 900_000].join(",");
        let line = format!("{{\"id\":\"a\",\"payload\":{{\"n\":[{numbers}]}}}}");
        let written =
            serde_json::to_vec(&serde_json::from_str::<serde_json::Value>(&line).unwrap());
        assert!(written.unwrap().len() > Limits::default().bytes);
        let line = Line {
            file: "day.ndjson",
            number: 1,
            bytes: line.as_bytes(),
        };
        assert_eq!(first_problem(&schema, &line).0, "payload/required-missing");
    }
}
