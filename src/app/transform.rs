//! `transform`: payloads of one version as payloads of another, or the fact that is missing.
//! The product holds what the payloads hold, because that is what it is for; everything else said here holds none of it.

use super::turn::{Turner, Unturned};
use super::{Answer, AppError, Output, Sink, card, told};
use crate::catalogue::Catalogue;
use crate::load::{self, PayloadPart, Piece};
use crate::model::{
    Format, Lacking, Redact, Target, TransformRequest, TransformState, Transformation,
    TransformedPayload, Verdict, VersionId, did_you_mean,
};
use crate::report::{self, Content, Style};
use crate::store;
use serde_json::Value;
use std::path::Path;
use wire::json::{Document, Limits};
use wire::payload::Problem;
use wire::transform::RefusalKind;

/// Bytes of payloads that are transformed in one run: all products are held until it ends.
const MOST: usize = 1 << 30;

/// Turns every named payload; one that is refused does not stop the others.
///
/// Errors: the catalogue cannot be read, there is no such version or no way between the two, or the product cannot be
/// written
pub(super) fn transform(
    request: &TransformRequest,
    sink: &mut dyn Sink,
) -> Result<Answer, AppError> {
    if let Target::File(path) = &request.out {
        // What an earlier run left must not pass for the product of this one.
        store::reserve(path, "")?;
    }
    let workspace = card::workspace(&request.repository)?;
    let catalogue = &workspace.catalogue;
    let (from, to) = (
        version(catalogue, &request.from)?,
        version(catalogue, &request.to)?,
    );
    let way = catalogue
        .way(&from, &to)
        .ok_or_else(|| no_way(catalogue, &from, &to))?;
    let turner = Turner::of(catalogue, &from, &way).map_err(|unusable| AppError::NoTransform {
        from: from.to_string(),
        to: to.to_string(),
        hint: format!(": {unusable}"),
    })?;
    let mut press = Press {
        turner,
        payloads: Vec::new(),
        products: Vec::new(),
        lines: request.files.len() > 1,
    };
    let mut bytes = 0;
    for part in load::payloads(&request.repository.root, &request.files) {
        bytes += part.piece.payloads().map(|(_, it)| it.len()).sum::<usize>();
        if bytes > MOST {
            press.too_much(&part);
            break;
        }
        press.part(&part);
    }
    let stops = way.iter().map(|step| step.to().to_string());
    let way = std::iter::once(from.to_string()).chain(stops).collect();
    press.answer(request, (from, to, way), sink)
}

/// `ID@VERSION`, which must be in the catalogue.
fn version(catalogue: &Catalogue, asked: &str) -> Result<VersionId, AppError> {
    let entry = asked.split('@').next().unwrap_or_default();
    let Some(entry) = catalogue.entry(entry) else {
        let known = catalogue.entries.keys().map(String::as_str);
        return Err(AppError::UnknownSchema {
            asked: asked.to_owned(),
            hint: did_you_mean(entry, known),
        });
    };
    let known: Vec<String> = entry
        .versions
        .values()
        .map(|version| version.id.to_string())
        .collect();
    let found = entry
        .versions
        .values()
        .find(|version| version.id.to_string() == asked);
    found
        .map(|version| version.id.clone())
        .ok_or_else(|| AppError::UnknownSchema {
            asked: asked.to_owned(),
            hint: format!("; there are {}", known.join(", ")),
        })
}

fn no_way(catalogue: &Catalogue, from: &VersionId, to: &VersionId) -> AppError {
    let leads: Vec<String> = catalogue
        .transforms()
        .filter(|transform| transform.from.entry == from.entry)
        .map(|transform| transform.title())
        .collect();
    let hint = if leads.is_empty() {
        format!("; none leads from `{}`", from.entry)
    } else {
        format!("; there are {}", leads.join(", "))
    };
    AppError::NoTransform {
        from: from.to_string(),
        to: to.to_string(),
        hint,
    }
}

/// Payloads go in, products and what is said of them come out.
struct Press {
    turner: Turner,
    payloads: Vec<TransformedPayload>,
    products: Vec<Value>,
    /// Whether products stand one a line.
    lines: bool,
}

impl Press {
    fn too_much(&mut self, part: &PayloadPart) {
        let why = format!(
            "with it there are more than {} MiB of payloads; transform them in several runs",
            MOST >> 20
        );
        self.payloads.push(TransformedPayload {
            state: TransformState::Unreadable,
            obstacle: Some(why),
            ..named(&part.file, None)
        });
    }

    fn part(&mut self, part: &PayloadPart) {
        self.lines |= matches!(part.piece, Piece::Lines { .. } | Piece::TooLong(_));
        match &part.piece {
            Piece::Unreadable(why) => self.payloads.push(TransformedPayload {
                state: TransformState::Unreadable,
                obstacle: Some(why.clone()),
                ..named(&part.file, None)
            }),
            Piece::TooLong(line) => self.payloads.push(TransformedPayload {
                problems: problems(&[told::too_long()], Some(*line)),
                ..named(&part.file, Some(*line))
            }),
            Piece::Whole(_) | Piece::Lines { .. } => {}
        }
        for (record, bytes) in part.piece.payloads() {
            self.payload(&part.file, record, bytes);
        }
    }

    fn payload(&mut self, file: &str, record: Option<u64>, bytes: &[u8]) {
        let blank = named(file, record);
        let payload = match Document::parse(bytes, &Limits::default()) {
            Err(fault) => TransformedPayload {
                problems: problems(&[Problem::from_fault(&fault)], record),
                ..blank
            },
            Ok(document) => match self.turner.turn(&document) {
                Ok(results) => {
                    let count = results.len() as u64;
                    self.products.extend(results);
                    TransformedPayload {
                        state: TransformState::Turned,
                        results: count,
                        ..blank
                    }
                }
                Err(unturned) => refused(blank, &document, unturned),
            },
        };
        self.payloads.push(payload);
    }

    fn answer(
        self,
        request: &TransformRequest,
        (from, to, way): (VersionId, VersionId, Vec<String>),
        sink: &mut dyn Sink,
    ) -> Result<Answer, AppError> {
        let product = self.product();
        let count = |state: TransformState| {
            self.payloads
                .iter()
                .filter(|payload| payload.state == state)
                .count() as u64
        };
        let (turned, refused) = (
            count(TransformState::Turned),
            count(TransformState::Refused),
        );
        let unreadable = count(TransformState::Unreadable);
        let verdict = match (unreadable, refused, turned) {
            (1.., _, _) => Verdict::Error,
            (0, 1.., _) => Verdict::NoGo,
            (0, 0, 0) => Verdict::Empty,
            (0, 0, 1..) => Verdict::Go,
        };
        let transformation = Transformation {
            verdict,
            exit_code: super::exit_code(verdict, request.allow_empty, request.exit_zero),
            from: from.to_string(),
            to: to.to_string(),
            way,
            turned,
            refused,
            unreadable,
            payloads: self.payloads,
        };
        let content = Content::Transformation(&transformation);
        if request.out == Target::Stdout {
            let style = Style {
                max_findings: request.max_findings,
                verbose: request.show.verbose,
                ..Style::default()
            };
            let told = report::render(Format::Text, content, &style).unwrap_or_default();
            sink.message(told.trim_end());
        }
        let code = transformation.exit_code;
        let mut answer = Answer::of(verdict, code, content, &request.show, request.max_findings)?;
        answer.outputs.push(Output {
            target: request.out.clone(),
            text: product,
        });
        Ok(answer)
    }

    /// The products: one alone as a person reads it, several one a line.
    fn product(&self) -> String {
        match self.products.as_slice() {
            [one] if !self.lines => format!("{one:#}\n"),
            several => several
                .iter()
                .map(|product| format!("{product}\n"))
                .collect(),
        }
    }
}

fn named(file: &str, record: Option<u64>) -> TransformedPayload {
    TransformedPayload {
        file: file.to_owned(),
        record,
        state: TransformState::Refused,
        results: 0,
        lacking: Vec::new(),
        unfit: None,
        problems: Vec::new(),
        obstacle: None,
    }
}

fn refused(blank: TransformedPayload, source: &Document, unturned: Unturned) -> TransformedPayload {
    let record = blank.record;
    match unturned {
        Unturned::NotTheSource(id, found) => TransformedPayload {
            unfit: Some(id.to_string()),
            problems: problems(&found, record),
            ..blank
        },
        // These are places of a result that nobody sees.
        Unturned::Unfit(id, found) => TransformedPayload {
            unfit: Some(id.to_string()),
            problems: problems(&found, record.or(Some(1))),
            ..blank
        },
        Unturned::Digits(pointer) => TransformedPayload {
            obstacle: Some(format!(
                "a number would come out with other digits; write it in its shortest form ({} line {})",
                Path::new(&blank.file).display(),
                source.nearest(&pointer).line
            )),
            ..blank
        },
        Unturned::Lacking {
            wanted_by,
            refusals,
            first,
        } => {
            let lacking = refusals.into_iter().map(|refusal| {
                let position = source.nearest(if first { &refusal.pointer } else { "" });
                Lacking {
                    kind: word(refusal.kind).to_owned(),
                    tag: refusal.tag,
                    line: record.map_or(position.line, in_file),
                    column: position.column,
                    pointer: refusal.pointer,
                    path: refusal.path.to_string(),
                    wanted_by: wanted_by.to_string(),
                    message: refusal.message,
                    remedy: refusal.remedy,
                }
            });
            TransformedPayload {
                lacking: lacking.collect(),
                ..blank
            }
        }
    }
}

fn word(kind: RefusalKind) -> &'static str {
    match kind {
        RefusalKind::Missing => "missing",
        RefusalKind::Unlisted => "unlisted",
        RefusalKind::Occupied => "occupied",
        RefusalKind::Roomless => "roomless",
        RefusalKind::Several => "several",
    }
}

fn problems(found: &[Problem], record: Option<u64>) -> Vec<crate::model::PayloadProblem> {
    let mut problems: Vec<_> = found
        .iter()
        .map(|one| told::problem(one, Redact::Strict))
        .collect();
    for problem in &mut problems {
        problem.line = record.map_or(problem.line, in_file);
    }
    problems
}

/// In a file of lines the record's number is the line.
fn in_file(record: u64) -> u32 {
    u32::try_from(record).unwrap_or(u32::MAX)
}
