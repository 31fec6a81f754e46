//! `contract compare`: the files, what the comparison finds, what it comes to.
//! Refuses to know OpenAPI.

use crate::app::{Answer, AppError, Sink, exit_code};
use crate::contract::compare::{self, Found, Malformed, Open, Paper, UNDECIDED, Weight};
use crate::load;
use crate::model::{
    CompareRequest, Compared, Comparison, Format, NotCompared, Place, Severity, Verdict, rule,
};
use crate::report::{self, Content};
use std::path::Path;
use wire::json::{Document, FaultKind, Limits};

const OPENAPI: &str = "give the document as JSON, in OpenAPI 3.0 or 3.1 or Swagger 2.0";

/// One of the two files, as it was named.
struct File {
    name: String,
    document: Document,
}

impl File {
    fn place(&self, pointer: &str) -> Place {
        Place::at(&self.name, self.document.nearest(pointer))
    }
}

/// Holds a contract against an OpenAPI document.
///
/// Errors: a file cannot be opened
pub(super) fn compare(request: &CompareRequest, sink: &mut dyn Sink) -> Result<Answer, AppError> {
    let openapi = file(&request.root, &request.openapi, Paper::OpenApi)?;
    let pact = file(&request.root, &request.pact, Paper::Pact)?;
    let mut comparison = match (openapi, pact) {
        (Ok(openapi), Ok(pact)) => compared(&openapi, &pact),
        (openapi, pact) => {
            let faults = openapi.err().into_iter().chain(pact.err());
            unread(faults.collect())
        }
    };
    let mut formats = request.show.wanted.iter();
    if !formats.any(|wanted| wanted.format == Format::Text) {
        // The results for machines have no room for what stayed open.
        for open in &comparison.undecided {
            let line = format!("{}: {}: {}", open.location, open.rule, open.message);
            sink.message(&report::plain(&[line]));
        }
    }
    comparison.exit_code = exit_code(comparison.verdict, request.allow_empty, request.exit_zero);
    Answer::of(
        comparison.verdict,
        comparison.exit_code,
        Content::Comparison(&comparison),
        &request.show,
        request.max_findings,
    )
}

fn file(root: &Path, name: &Path, paper: Paper) -> Result<Result<File, NotCompared>, AppError> {
    let source = load::named(root, name)?;
    let parsed = Document::parse(&source.bytes, &Limits::FILE);
    Ok(match parsed {
        Ok(document) => Ok(File {
            name: source.path,
            document,
        }),
        Err(fault) => {
            let id = match fault.kind {
                FaultKind::DuplicateKey => "contract/duplicate-key",
                FaultKind::NotUtf8
                | FaultKind::Syntax(_)
                | FaultKind::TooDeep
                | FaultKind::TooLarge
                | FaultKind::TooManyNodes
                | FaultKind::Number
                | FaultKind::TrailingData
                | FaultKind::Empty => "contract/not-json",
            };
            let place = Place::at(source.path, fault.position);
            Err(fault_in(paper, id, place, &fault.kind.to_string()))
        }
    })
}

fn not_compared(id: &str, location: Place, message: String) -> NotCompared {
    NotCompared {
        rule: id.to_owned(),
        location,
        message,
        remedy: rule(id).map_or("", |rule| rule.fix).to_owned(),
    }
}

/// A file that cannot be read; the rules' own remedies speak of contracts.
fn fault_in(paper: Paper, id: &str, location: Place, message: &str) -> NotCompared {
    let fault = not_compared(id, location, message.to_owned());
    match paper {
        Paper::OpenApi => NotCompared {
            remedy: OPENAPI.to_owned(),
            ..fault
        },
        Paper::Pact => fault,
    }
}

fn unread(faults: Vec<NotCompared>) -> Comparison {
    Comparison {
        verdict: Verdict::Error,
        exit_code: Verdict::Error.exit_code(),
        compared: 0,
        skipped: 0,
        results: Vec::new(),
        undecided: Vec::new(),
        faults,
    }
}

fn compared(openapi: &File, pact: &File) -> Comparison {
    let found = match compare::compare(openapi.document.value(), pact.document.value()) {
        Ok(found) => found,
        Err(malformed) => {
            let fault = |malformed: &Malformed| {
                let file = match malformed.paper {
                    Paper::OpenApi => openapi,
                    Paper::Pact => pact,
                };
                let place = file.place(&malformed.pointer);
                fault_in(malformed.paper, malformed.rule, place, malformed.message)
            };
            return unread(malformed.iter().map(fault).collect());
        }
    };
    let results = found.found.iter();
    let results: Vec<Compared> = results.map(|found| result(found, openapi, pact)).collect();
    let is_wrong = results
        .iter()
        .any(|result| result.severity == Severity::Error);
    let verdict = match (is_wrong, found.open.is_empty(), found.compared) {
        (true, _, _) => Verdict::NoGo,
        (false, false, _) => Verdict::Undecided,
        (false, true, 0) => Verdict::Empty,
        (false, true, 1..) => Verdict::Go,
    };
    let undecided = found.open.iter();
    Comparison {
        verdict,
        exit_code: verdict.exit_code(),
        compared: found.compared as u64,
        skipped: found.skipped as u64,
        results,
        undecided: undecided
            .map(|open| undecided_of(open, openapi, pact))
            .collect(),
        faults: Vec::new(),
    }
}

fn result(found: &Found, openapi: &File, pact: &File) -> Compared {
    let known = rule(found.code.rule);
    let title = known.map_or("", |rule| rule.title);
    let why = found.why.map_or_else(String::new, |why| format!(": {why}"));
    Compared {
        interaction: found.interaction.clone(),
        code: found.code.word.to_owned(),
        severity: match found.code.weight {
            Weight::Error => Severity::Error,
            Weight::Warning => Severity::Warning,
        },
        pointer: found.pointer.clone(),
        rule: found.code.rule.to_owned(),
        place: pact.place(&found.place),
        message: format!("{title}{why}"),
        remedy: known.map_or("", |rule| rule.fix).to_owned(),
        schema: found.schema.as_ref().map(|at| openapi.place(at)),
    }
}

fn undecided_of(open: &Open, openapi: &File, pact: &File) -> NotCompared {
    let others = match open.count {
        0 | 1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    let first = pact.place(&open.first);
    let message = format!("{}; the interaction at {first}{others} needs it", open.why);
    not_compared(UNDECIDED, openapi.place(&open.at), message)
}
