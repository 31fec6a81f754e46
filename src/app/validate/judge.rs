//! One payload against the schema that it is meant to fit and the rules that apply to it.

use super::batch::{Batch, List};
use super::quick::{Quick, fine};
use super::sound::Sound;
use crate::app::AppError;
use crate::app::recognise::{Recognised, Recogniser, newest_first};
use crate::app::recorded::Recorded;
use crate::app::ruling::{Known, Ruling};
use crate::app::told::{broken, in_file, judged, problem, too_long, unreadable, with_rules};
use crate::app::versions::{Chosen, Versions};
use crate::catalogue::Catalogue;
use crate::load::{self, PayloadPart, Piece};
use crate::model::{
    Against, PayloadProblem, PayloadState, Redact, ValidateRequest, ValidatedPayload, VersionId,
    did_you_mean,
};
use crate::policy::{Break, Judgement};
use crate::replay::Schemas;
use serde_json::Value;
use std::sync::OnceLock;
use wire::json::{Document, Limits};
use wire::payload::{Problem, Schema};
use wire::stream::Settled;

/// Payloads of a run that are judged before it pays to make a schema ready for the quick way.
///
/// Source: for the 680 definitions of FHIR R4 that takes as long as some thousand payloads, for one resource as some ten
const FEW: u64 = 16;

/// Bytes of a payload for which it pays however few there are: a tree takes some ten times as many.
const LONG: usize = 256 * 1024;

pub(super) struct Judge<'a> {
    catalogue: &'a Catalogue,
    pub(super) schemas: Schemas<'a>,
    /// Made when a payload first has to say itself what it is.
    recogniser: OnceLock<Recogniser<'a>>,
    pub(super) versions: Versions<'a>,
    /// Versions that every payload is judged against, when the user named them.
    named: Option<Vec<VersionId>>,
    /// A schema outside the catalogue, with its name.
    outside: Option<(String, Schema)>,
    redact: Redact,
    /// Where all payloads are judged by one schema and nothing else: what is told of one that is fine.
    fine: Option<ValidatedPayload>,
    ruling: Option<Ruling<'a>>,
    pub(super) known: Known,
}

impl<'a> Judge<'a> {
    /// Errors: `--as` names nothing, or the schema file cannot be used
    pub(super) fn new(
        catalogue: &'a Catalogue,
        request: &'a ValidateRequest,
        ruling: Option<Ruling<'a>>,
        known: Known,
    ) -> Result<Self, AppError> {
        let (mut named, mut outside) = (None, None);
        match &request.against {
            Against::Recognised => {}
            Against::Entry(asked) => named = Some(versions(catalogue, asked)?),
            Against::File(path) => {
                let shown = path.display().to_string();
                let document = load::schema(&request.repository.root.join(path), &shown)?;
                let schema = Schema::published(document.into_value()).map_err(|fault| {
                    AppError::SchemaInvalid {
                        name: shown.clone(),
                        reason: fault.reason,
                        pointer: fault.pointer,
                    }
                })?;
                outside = Some((shown, schema));
            }
        }
        let schemas = Schemas::of(catalogue);
        let fine = match (&named, &outside) {
            _ if !request.versions.is_empty() => None,
            (_, Some((shown, _))) => Some(fine(shown, without_rules(ruling.as_ref()))),
            (Some(named), None) => alone(named, ruling.as_ref()),
            (None, None) => None,
        };
        Ok(Self {
            fine,
            catalogue,
            recogniser: OnceLock::new(),
            versions: Versions::of(catalogue, &request.versions),
            schemas,
            named,
            outside,
            redact: request.redact,
            ruling,
            known,
        })
    }

    /// What becomes of the payloads of a part; with `stop`, only up to so many invalid ones.
    pub(super) fn part(&self, part: &PayloadPart, list: List, stop: Option<u64>) -> Batch {
        let mut batch = Batch::new(list, part.before);
        match &part.piece {
            Piece::Unreadable(why) => {
                batch.add(unreadable(&part.file, None, why.clone()), 0);
            }
            Piece::TooLong(line) => {
                let mut problem = problem(&too_long(), self.redact);
                in_file(&mut problem, Some(*line));
                batch.add(judged(&part.file, Some(*line), None, vec![problem]), 0);
            }
            Piece::Whole(_) | Piece::Lines { .. } => {}
        }
        let (mut quick, mut fine) = (self.quick(), 0);
        let mut sound = self.sound();
        for (place, (record, bytes)) in (0..).zip(part.piece.payloads()) {
            let few = part.before.saturating_add(place) < FEW && bytes.len() < LONG;
            let quick = quick.as_mut().filter(|_| !few);
            let settled = quick.map_or(Settled::Unsettled, |quick| quick.settled(bytes));
            if let (Settled::Accepted, Some(told)) = (settled, &self.fine) {
                batch.list_fine(told, (&part.file, record), place);
                fine += 1;
                continue;
            }
            let sound = sound.as_mut().filter(|_| !few);
            let told = sound.and_then(|sound| sound.told(&part.file, record, bytes));
            let is_refused = settled == Settled::Refused;
            let full = || self.payload(&part.file, record, bytes, is_refused);
            let told = told.unwrap_or_else(full);
            batch.add(told, place);
            if stop.is_some_and(|most| batch.tally.payloads.invalid >= most) {
                break;
            }
        }
        batch.count_fine(self.fine.as_ref(), fine);
        batch
    }

    fn recogniser(&self) -> &Recogniser<'a> {
        let marks = || Recogniser::of(self.catalogue, &self.schemas);
        self.recogniser.get_or_init(marks)
    }

    /// The quick way, where there is one schema for all.
    fn quick(&self) -> Option<Quick<'_>> {
        self.fine.as_ref()?;
        let schema = match (&self.outside, self.named.as_deref()) {
            (Some((_, schema)), _) => schema,
            (None, Some([only])) => self.schemas.get(only)?,
            (None, _) => return None,
        };
        Some(Quick::new(schema))
    }

    /// The way of the payloads that are judged by more than one schema; none where other versions are asked too.
    fn sound(&self) -> Option<Sound<'_, 'a>> {
        (self.fine.is_none() && self.versions.is_unasked()).then(|| Sound::new(self))
    }

    /// The whole way; `is_refused` of what the quick way has refused.
    fn payload(
        &self,
        file: &str,
        record: Option<u64>,
        bytes: &[u8],
        is_refused: bool,
    ) -> ValidatedPayload {
        let document = match Document::parse(bytes, &Limits::default()) {
            Ok(document) => document,
            Err(fault) => {
                let mut problem = problem(&Problem::from_fault(&fault), self.redact);
                in_file(&mut problem, record);
                return judged(file, record, None, vec![problem]);
            }
        };
        let recorded = Recorded::of(document);
        // What was refused is the envelope.
        let is_refused = is_refused && recorded.known.is_none();
        let document = recorded.payload;
        let accepts = |schema: &Schema| schema.accepts(document.value());
        let chosen = match self.schema_for(document.value(), recorded.spoken, accepts) {
            Ok(found) => found,
            Err(why) => return unreadable(file, record, why),
        };
        let found = match is_refused {
            true => chosen.schema.problems_of_refused(&document),
            false => chosen.schema.problems(&document),
        };
        let found = found.iter().map(|found| problem(found, self.redact));
        let mut problems: Vec<PayloadProblem> = found.collect();
        let known = recorded.known.as_ref().unwrap_or(&self.known);
        let judgement = self.ruled(&chosen, |ruling, id| {
            ruling.judge(id, &document, file, known)
        });
        let of_rule = |found: &Break| broken(found, chosen.schema, &document);
        problems.extend(judgement.breaks.iter().map(of_rule));
        for problem in &mut problems {
            in_file(problem, record);
        }
        let versions = self.versions.asked(&self.schemas, &chosen, &document);
        let refused_by = self.versions.refusing(&self.schemas, &chosen, &document);
        if problems.is_empty() && !chosen.schema.accepts(document.value()) {
            // Never valid for want of an explanation.
            let why = format!("{} rejects it, and no part of it says why", chosen.name);
            return ValidatedPayload {
                against: Some(chosen.name),
                state: PayloadState::Invalid,
                ..unreadable(file, record, why)
            };
        }
        let told = ValidatedPayload {
            versions,
            refused_by,
            ..judged(file, record, Some(chosen.name), problems)
        };
        with_rules(told, judgement)
    }

    /// What the payload rules say when they are asked; nothing of a payload of a schema outside the catalogue.
    pub(super) fn ruled(
        &self,
        chosen: &Chosen<'_>,
        ask: impl FnOnce(&Ruling<'_>, &VersionId) -> Judgement,
    ) -> Judgement {
        match (&self.ruling, &chosen.id) {
            (Some(ruling), Some(id)) => ask(ruling, id),
            (ruling, _) => without_rules(ruling.as_ref()),
        }
    }

    /// The newest candidate that accepts the payload, or else the newest.
    ///
    /// Errors: why there is no candidate
    pub(super) fn schema_for(
        &self,
        payload: &Value,
        spoken: Option<VersionId>,
        accepts: impl Fn(&Schema) -> bool,
    ) -> Result<Chosen<'_>, String> {
        if let Some((name, schema)) = &self.outside {
            return Ok(Chosen {
                name: name.clone(),
                schema,
                id: None,
                guessed: false,
            });
        }
        let spoken = spoken.filter(|id| self.schemas.get(id).is_some());
        let (candidates, guessed) = match (&self.named, spoken) {
            (Some(named), _) => (named.clone(), false),
            (None, Some(spoken)) => (vec![spoken], false),
            (None, None) => match self.recogniser().recognise(payload) {
                Recognised::As(versions) => (versions, true),
                Recognised::Nothing(why) => return Err(why),
            },
        };
        let compiled: Vec<(&VersionId, &Schema)> = candidates
            .iter()
            .filter_map(|id| Some((id, self.schemas.get(id)?)))
            .collect();
        compiled
            .iter()
            .find(|(_, schema)| accepts(schema))
            .or_else(|| compiled.first())
            .map(|(id, schema)| Chosen {
                name: id.to_string(),
                schema,
                id: Some((*id).clone()),
                guessed,
            })
            .ok_or_else(|| "the schema that it should fit cannot be used".to_owned())
    }
}

/// What is said of a payload that no rule has anything to say about.
fn without_rules(ruling: Option<&Ruling<'_>>) -> Judgement {
    let left_out = || {
        let rules = "payload rules".to_owned();
        (rules, "left out by --schema-only".to_owned())
    };
    Judgement {
        not_judged: ruling.is_none().then(left_out).into_iter().collect(),
        ..Judgement::default()
    }
}

/// What is told of a fine payload where one version judges them all, and no rule.
fn alone(named: &[VersionId], ruling: Option<&Ruling<'_>>) -> Option<ValidatedPayload> {
    let [only] = named else {
        return None;
    };
    let is_ruled = ruling.is_some_and(|ruling| ruling.applies_to(only));
    (!is_ruled).then(|| fine(&only.to_string(), without_rules(ruling)))
}

/// `ID@VERSION` gives that one; `ID` gives the newest served.
fn versions(catalogue: &Catalogue, asked: &str) -> Result<Vec<VersionId>, AppError> {
    let (id, version) = asked
        .split_once('@')
        .map_or((asked, None), |(id, version)| (id, Some(version)));
    let entry = catalogue.entry(id).ok_or_else(|| AppError::UnknownSchema {
        asked: asked.to_owned(),
        hint: did_you_mean(id, catalogue.entries.keys().map(String::as_str)),
    })?;
    let Some(version) = version else {
        return Ok(newest_first(entry).into_iter().take(1).collect());
    };
    let known: Vec<String> = entry.versions.keys().map(ToString::to_string).collect();
    let found = entry
        .versions
        .values()
        .find(|found| found.id.version.to_string() == version);
    found
        .map(|found| vec![found.id.clone()])
        .ok_or_else(|| AppError::UnknownSchema {
            asked: asked.to_owned(),
            hint: format!("; it has {}", known.join(", ")),
        })
}
