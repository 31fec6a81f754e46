//! `scrub`: a production history as a history of nobody, line by line.
//! Refuses to hold more of it than is worked on at once, and to give out a line that it could not read.

use super::ordered::{in_order, threads};
use super::{Answer, AppError, Sink, card};
use crate::catalogue::Workspace;
use crate::load::{self, PayloadPart, Piece};
use crate::model::{
    Format, ScrubRefusal, ScrubRequest, ScrubTally, Scrubbed, Target, Verdict, counted,
};
use crate::report::{self, Content, Style};
use crate::scrub::{Key, Scrubber, Vocabulary};
use crate::store::{self, Lines};
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::Path;
use wire::json::{FaultKind, Position};

const RULE: &str = "payload/not-json";
/// Refusals that are listed.
const LISTED: usize = 1_000;

/// Scrubs every named line; one that is no JSON does not stop the others.
///
/// Errors: the catalogue or the key cannot be read, or the product cannot be written
pub(super) fn scrub(request: &ScrubRequest, sink: &mut dyn Sink) -> Result<Answer, AppError> {
    if let Target::File(out) = &request.out {
        apart(out, request)?;
    }
    let workspace = card::workspace(&request.repository)?;
    let key = key(request, sink)?;
    let vocabulary = vocabulary(&workspace);
    let mut prefixes = workspace.config.privacy.synthetic_numbers.iter();
    let prefix = prefixes.find(|prefix| !prefix.is_empty());
    let scrubber = Scrubber::new(key, &vocabulary, prefix.map_or("", String::as_str));
    // Before anything is written: neither the product nor what it is written to until it is whole is among them.
    let parts = load::payloads(&request.repository.root, &request.files);
    let mut product = match &request.out {
        Target::File(path) => Some(Lines::begin(path)?),
        Target::Stdout => None,
    };
    let done = run((&scrubber, request), parts, product.as_mut(), sink)?;
    if let Some(product) = product.filter(|_| done.unreadable.is_empty()) {
        product.finish()?;
    }
    answer(done, request, sink)
}

/// Errors: the product would take the place of the key, or of what it is made from
fn apart(out: &Path, request: &ScrubRequest) -> Result<(), AppError> {
    let is_read = load::is_read(out, &request.repository.root, &request.files);
    match is_read || load::is_kept(out, &request.key) {
        true => Err(AppError::OutIsRead(out.display().to_string())),
        false => Ok(()),
    }
}

/// The key of the file, which is made where that was asked for.
fn key(request: &ScrubRequest, sink: &mut dyn Sink) -> Result<Key, AppError> {
    if request.new_key {
        let secret = sink.secret().map_err(AppError::Secret)?;
        let text = secret.map(|byte| format!("{byte:02x}")).concat();
        if store::secret(&request.key, &format!("{text}\n"))? {
            sink.message(&format!("a new key is in {}", request.key.display()));
        }
    }
    let source = load::named(Path::new(""), &request.key)?;
    Key::new(&source.bytes).ok_or_else(|| AppError::ShortKey {
        path: request.key.display().to_string(),
        least: Key::SHORTEST,
    })
}

/// What the repository itself says, and is therefore nobody's.
fn vocabulary(workspace: &Workspace) -> Vocabulary {
    let mut vocabulary = Vocabulary::default();
    for version in workspace.catalogue.versions() {
        vocabulary.learn(version.schema.value());
        vocabulary.name(&version.id.to_string());
    }
    for (id, entry) in &workspace.catalogue.entries {
        vocabulary.name(id);
        let profiles = entry.file.profiles.iter();
        profiles.for_each(|profile| vocabulary.name(profile));
    }
    let payer = &workspace.config.payer;
    let participants = workspace.config.participants.keys();
    for name in workspace.partners.keys().chain(participants) {
        vocabulary.name(name);
    }
    for name in [&payer.id, &payer.identifiers] {
        vocabulary.name(name);
    }
    vocabulary
}

/// What became of the lines of one block or of all.
#[derive(Default)]
struct Done {
    text: String,
    lines: u64,
    refused: u64,
    values: ScrubTally,
    refusals: Vec<ScrubRefusal>,
    unreadable: BTreeMap<String, String>,
}

impl Done {
    fn part(scrubber: &Scrubber<'_>, part: &PayloadPart) -> Self {
        let mut done = Self::default();
        for (line, bytes) in part.piece.payloads() {
            match scrubber.line(bytes) {
                Ok((text, values)) => {
                    done.lines += 1;
                    done.values.add(&values);
                    done.text.push_str(&text);
                    done.text.push('\n');
                }
                Err(fault) => done.refuse(&part.file, line, fault.kind, fault.position),
            }
        }
        match &part.piece {
            Piece::TooLong(line) => {
                done.refuse(
                    &part.file,
                    Some(*line),
                    FaultKind::TooLarge,
                    Position::START,
                );
            }
            Piece::Unreadable(why) => {
                done.unreadable.insert(part.file.to_string(), why.clone());
            }
            Piece::Whole(_) | Piece::Lines { .. } => {}
        }
        done
    }

    fn refuse(&mut self, file: &str, line: Option<u64>, kind: FaultKind, position: Position) {
        self.refused += 1;
        self.refusals.push(ScrubRefusal {
            rule: RULE.to_owned(),
            file: file.to_owned(),
            line: line.unwrap_or_else(|| u64::from(position.line)),
            column: position.column,
            message: format!("it cannot be read and was not given out: {kind}"),
        });
    }

    fn merge(&mut self, later: Self) {
        self.lines += later.lines;
        self.refused += later.refused;
        self.values.add(&later.values);
        let room = LISTED.saturating_sub(self.refusals.len());
        self.refusals.extend(later.refusals.into_iter().take(room));
        self.unreadable.extend(later.unreadable);
    }
}

/// Scrubs block by block and hands each on in order.
fn run(
    (scrubber, request): (&Scrubber<'_>, &ScrubRequest),
    parts: impl Iterator<Item = PayloadPart> + Send + 'static,
    mut product: Option<&mut Lines>,
    sink: &mut dyn Sink,
) -> Result<Done, AppError> {
    let work = |part: PayloadPart| Done::part(scrubber, &part);
    let (mut all, mut failed) = (Done::default(), None);
    in_order(parts, threads(request.jobs), work, |mut done: Done| {
        let text = std::mem::take(&mut done.text);
        let given = match product.as_mut() {
            Some(lines) => lines.push(&text).map_err(AppError::Store),
            None => sink.result(&text).map_err(AppError::Unread),
        };
        if let Err(error) = given {
            failed = Some(error);
            return ControlFlow::Break(());
        }
        all.merge(done);
        sink.progress(&format!("{} scrubbed", counted(all.lines, "line")));
        ControlFlow::Continue(())
    });
    match failed {
        Some(error) => Err(error),
        None => Ok(all),
    }
}

fn answer(done: Done, request: &ScrubRequest, sink: &mut dyn Sink) -> Result<Answer, AppError> {
    let verdict = match (done.unreadable.len(), done.refused, done.lines) {
        (1.., _, _) => Verdict::Error,
        (0, 1.., _) => Verdict::NoGo,
        (0, 0, 0) => Verdict::Empty,
        (0, 0, 1..) => Verdict::Go,
    };
    let scrubbed = Scrubbed {
        verdict,
        exit_code: super::exit_code(verdict, request.allow_empty, request.exit_zero),
        lines: done.lines,
        refused: done.refused,
        values: done.values,
        not_listed: done.refused - done.refusals.len() as u64,
        refusals: done.refusals,
        unreadable: done.unreadable,
    };
    let content = Content::Scrubbed(&scrubbed);
    if request.out == Target::Stdout {
        let told = report::render(Format::Text, content, &Style::default()).unwrap_or_default();
        sink.message(told.trim_end());
    }
    Answer::of(verdict, scrubbed.exit_code, content, &request.show, None)
}
