//! One line of a history as an envelope with its place.

use crate::catalogue::{Envelope, History};
use crate::model::{Finding, Place};
use wire::json::{Document, FaultKind, Limits};

/// A line that is not blank, with its place.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    pub file: &'a str,
    pub number: u32,
    pub bytes: &'a [u8],
}

impl Line<'_> {
    pub(super) fn place(&self) -> Place {
        Place {
            file: self.file.to_owned(),
            line: self.number,
            column: 1,
        }
    }
}

pub(super) fn lines(history: &History) -> impl Iterator<Item = Line<'_>> {
    let file = &history.source.path;
    history.lines().map(|(number, bytes)| Line {
        file,
        number,
        bytes,
    })
}

pub(super) fn envelope(line: &Line<'_>) -> Result<Envelope, Box<Finding>> {
    let document = Document::parse(line.bytes, &Limits::default()).map_err(|fault| {
        let mut place = line.place();
        place.column = fault.position.column;
        finding(
            "payload/not-json",
            place,
            format!("a recorded line cannot be read: {fault}"),
        )
    })?;
    serde_json::from_value(document.into_value()).map_err(|error| {
        let field = field_of(&error.to_string());
        let said = format!("a recorded line is no envelope: {field}");
        finding("replay/envelope-malformed", line.place(), said)
    })
}

/// A line of which nothing was kept.
pub(super) fn too_long(line: &Line<'_>) -> Finding {
    let said = format!("a recorded line cannot be read: {}", FaultKind::TooLarge);
    *finding("payload/not-json", line.place(), said)
}

/// serde's messages may quote values; only what speaks of names is kept.
fn field_of(message: &str) -> String {
    for start in ["missing field ", "unknown field ", "duplicate field "] {
        if start != "unknown field " && message.starts_with(start) {
            let end = message.rfind('`').map_or(message.len(), |at| at + 1);
            return message.get(..end).unwrap_or(start).to_owned();
        }
        if message.starts_with(start) {
            return "it has a field that envelopes do not have".to_owned();
        }
    }
    "a field has the wrong type or word".to_owned()
}

fn finding(rule: &str, place: Place, message: String) -> Box<Finding> {
    Box::new(
        Finding::new(rule, place.file.clone(), place.clone())
            .kind(format!("line {}", place.line))
            .message(message)
            .remedy("record the line again, or take it out of the history"),
    )
}
