//! `validate`: payloads of a partner, each against the schema that it is meant to fit.

use super::AppError;
use super::recognise::{Recognised, Recogniser, newest_first};
use super::recorded::Recorded;
use super::ruling::{Known, Ruling};
use super::told::{broken, in_file, judged, problem, unreadable, with_rules};
use super::versions::{Chosen, Versions};
use crate::catalogue::{Catalogue, Workspace};
use crate::load::{self, PayloadFile};
use crate::model::{
    Against, Depth, PayloadProblem, PayloadState, Redact, ValidateRequest, ValidatedPayload,
    Validation, Verdict, VersionId, did_you_mean,
};
use crate::policy::{Break, Judgement, RuleBook};
use crate::replay::Schemas;
use chrono::{DateTime, Utc};
use wire::json::{Document, Limits};
use wire::payload::{Problem, Schema};

/// Judges every named payload; one that cannot be read does not stop the others.
///
/// Errors: the catalogue or the schema file cannot be read, or `--as` names nothing
pub(super) fn validate(
    request: &ValidateRequest,
    now: DateTime<Utc>,
) -> Result<Validation, AppError> {
    let workspace = workspace(request)?;
    let book = RuleBook::read(&workspace.payload_rules);
    let judge = Judge {
        ruling: match request.depth {
            Depth::Rules => Some(Ruling::of(&workspace, &book)),
            Depth::SchemaOnly => None,
        },
        known: Known {
            as_of: Some(request.as_of.unwrap_or(now)),
            caller: request.caller.clone(),
            payer: None,
            either_way: false,
        },
        ..Judge::new(&workspace.catalogue, request)?
    };
    let mut payloads = Vec::new();
    for file in load::payloads(&request.repository.root, &request.files) {
        judge.file(&file, &mut payloads);
    }
    Ok(summed(payloads, request))
}

fn workspace(request: &ValidateRequest) -> Result<Workspace, AppError> {
    if matches!(request.against, Against::File(_)) {
        return Ok(Workspace::default());
    }
    let repository = &request.repository;
    let (workspace, findings) = load::folder(&repository.root, repository.config.as_deref())?;
    super::error::usable(&findings, "schemas/")?;
    Ok(workspace)
}

fn summed(payloads: Vec<ValidatedPayload>, request: &ValidateRequest) -> Validation {
    let count = |state: PayloadState| payloads.iter().filter(|p| p.state == state).count() as u64;
    let (valid, invalid) = (count(PayloadState::Valid), count(PayloadState::Invalid));
    let undecided = count(PayloadState::Undecided);
    let unreadable = count(PayloadState::Unreadable);
    let verdict = if unreadable > 0 {
        Verdict::Error
    } else if invalid > 0 {
        Verdict::NoGo
    } else if undecided > 0 {
        Verdict::Undecided
    } else if valid == 0 {
        Verdict::Empty
    } else {
        Verdict::Go
    };
    Validation {
        verdict,
        exit_code: super::exit_code(verdict, request.allow_empty, request.exit_zero),
        valid,
        invalid,
        undecided,
        unreadable,
        payloads,
    }
}

struct Judge<'a> {
    schemas: Schemas,
    recogniser: Recogniser<'a>,
    versions: Versions<'a>,
    /// Versions that every payload is judged against, when the user named them.
    named: Option<Vec<VersionId>>,
    /// A schema outside the catalogue, with its name.
    outside: Option<(String, Schema)>,
    redact: Redact,
    ruling: Option<Ruling<'a>>,
    known: Known,
}

impl<'a> Judge<'a> {
    fn new(catalogue: &'a Catalogue, request: &'a ValidateRequest) -> Result<Self, AppError> {
        let (mut named, mut outside) = (None, None);
        match &request.against {
            Against::Recognised => {}
            Against::Entry(asked) => named = Some(versions(catalogue, asked)?),
            Against::File(path) => {
                let shown = path.display().to_string();
                let document = load::schema(&request.repository.root.join(path), &shown)?;
                let schema =
                    Schema::compile(document.value()).map_err(|fault| AppError::SchemaInvalid {
                        name: shown.clone(),
                        reason: fault.reason,
                        pointer: fault.pointer,
                    })?;
                outside = Some((shown, schema));
            }
        }
        let schemas = Schemas::of(catalogue);
        Ok(Self {
            recogniser: Recogniser::of(catalogue, &schemas),
            versions: Versions::of(catalogue, &request.versions),
            schemas,
            named,
            outside,
            redact: request.redact,
            ruling: None,
            known: Known::default(),
        })
    }

    fn file(&self, file: &PayloadFile, results: &mut Vec<ValidatedPayload>) {
        let source = match &file.source {
            Ok(source) => source,
            Err(why) => {
                results.push(unreadable(&file.name, None, why.clone()));
                return;
            }
        };
        if !file.is_lines() {
            results.push(self.payload(&file.name, None, &source.bytes));
            return;
        }
        for (record, line) in (1..).zip(source.bytes.split(|byte| *byte == b'\n')) {
            if !line.iter().all(u8::is_ascii_whitespace) {
                results.push(self.payload(&file.name, Some(record), line));
            }
        }
    }

    fn payload(&self, file: &str, record: Option<u64>, bytes: &[u8]) -> ValidatedPayload {
        let document = match Document::parse(bytes, &Limits::default()) {
            Ok(document) => document,
            Err(fault) => {
                let mut problem = problem(&Problem::from_fault(&fault), self.redact);
                in_file(&mut problem, record);
                return judged(file, record, None, vec![problem]);
            }
        };
        let recorded = Recorded::of(document);
        let document = recorded.payload;
        let chosen = match self.schema_for(&document, recorded.spoken) {
            Ok(found) => found,
            Err(why) => return unreadable(file, record, why),
        };
        let mut problems: Vec<PayloadProblem> = chosen
            .schema
            .problems(&document)
            .iter()
            .map(|found| problem(found, self.redact))
            .collect();
        let known = recorded.known.as_ref().unwrap_or(&self.known);
        let judgement = self.ruled(&chosen, &document, file, known);
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

    /// What the payload rules say; nothing of a payload of a schema outside the catalogue.
    fn ruled(
        &self,
        chosen: &Chosen<'_>,
        document: &Document,
        file: &str,
        known: &Known,
    ) -> Judgement {
        match (&self.ruling, &chosen.id) {
            (Some(ruling), Some(id)) => ruling.judge(id, document, file, known),
            (Some(_), None) => Judgement::default(),
            (None, _) => Judgement {
                not_judged: [(
                    "payload rules".to_owned(),
                    "left out by --schema-only".to_owned(),
                )]
                .into(),
                ..Judgement::default()
            },
        }
    }

    /// The newest candidate that accepts the payload, or else the newest.
    ///
    /// Errors: why there is no candidate
    fn schema_for(
        &self,
        document: &Document,
        spoken: Option<VersionId>,
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
            (None, None) => match self.recogniser.recognise(document.value()) {
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
            .find(|(_, schema)| schema.accepts(document.value()))
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
