//! Whether a text is one payload or one a line: by its name, or by how it begins.

use super::{Input, name};
use std::io::{self, BufRead as _, BufReader, Cursor, Read as _};
use std::ops::Range;
use wire::json::{Document, Limits, is_blank};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Whole,
    Lines,
}

impl Form {
    pub(super) fn of(file: &str) -> Self {
        let plain = name::unpacked(file);
        match plain.ends_with(".ndjson") || plain.ends_with(".jsonl") {
            true => Self::Lines,
            false => Self::Whole,
        }
    }
}

/// The form of a text without a name, and all of the text.
///
/// In one JSON text no object begins right behind the end of another, so a second one makes it lines. So does anything
/// that follows a first line that is an object and JSON. A text that begins with something else is lines, too, when it is no
/// JSON as a whole and one of its lines is an object: then only what is broken is refused, and not all of it.
pub(super) fn told(input: Input) -> io::Result<(Form, Input)> {
    let mut read = Beginning {
        input: BufReader::new(input),
        bytes: Vec::new(),
    };
    let form = read.form()?;
    Ok((form, Box::new(Cursor::new(read.bytes).chain(read.input))))
}

/// As much of a text as had to be read to know its form.
struct Beginning {
    input: BufReader<Input>,
    bytes: Vec<u8>,
}

/// What comes next in a text.
enum Next {
    /// A line that is not blank, from here to the end of what was read.
    Line(usize),
    /// More than one payload may have.
    TooMuch,
    End,
}

impl Beginning {
    fn form(&mut self) -> io::Result<Form> {
        let first = match self.line()? {
            Next::Line(from) => from..self.bytes.len(),
            // The first line has no end within the limit, and what follows it may be fine.
            Next::TooMuch => return Ok(Form::Lines),
            Next::End => return Ok(Form::Whole),
        };
        if is_object(self.first(&first)) {
            match self.follows()? {
                Some(b'{') => return Ok(Form::Lines),
                // Nothing stands behind the end of one JSON text.
                Some(_) if is_json(self.first(&first)) => return Ok(Form::Lines),
                _ => {}
            }
        }
        let (mut any, mut before) = (false, false);
        loop {
            let from = match self.line()? {
                Next::Line(from) => from,
                Next::TooMuch if any => return Ok(Form::Lines),
                Next::End if any && !self.is_one() => return Ok(Form::Lines),
                Next::TooMuch | Next::End => return Ok(Form::Whole),
            };
            let line = self.from(from);
            let is_object = is_object(line.trim_ascii_end());
            if is_object && before {
                return Ok(Form::Lines);
            }
            any |= is_object && is_json(line);
            before = is_object;
        }
    }

    /// The first line, without what some editors write before it and what is blank around it.
    fn first(&self, range: &Range<usize>) -> &[u8] {
        let line = self.bytes.get(range.clone()).unwrap_or_default();
        line.strip_prefix(super::MARK).unwrap_or(line).trim_ascii()
    }

    fn from(&self, from: usize) -> &[u8] {
        self.bytes.get(from..).unwrap_or_default()
    }

    fn line(&mut self) -> io::Result<Next> {
        loop {
            let from = self.bytes.len();
            let room = (Limits::PAYLOAD.bytes + 1).saturating_sub(from) as u64;
            if room == 0 {
                return Ok(Next::TooMuch);
            }
            let mut input = self.input.by_ref().take(room);
            let length = input.read_until(b'\n', &mut self.bytes)?;
            let is_blank = self.from(from).iter().all(|byte| is_blank(*byte));
            match length {
                0 => return Ok(Next::End),
                _ if self.bytes.len() > Limits::PAYLOAD.bytes => return Ok(Next::TooMuch),
                _ if !is_blank => return Ok(Next::Line(from)),
                _ => {}
            }
        }
    }

    /// The next byte that is not blank; what is blank before it is read.
    fn follows(&mut self) -> io::Result<Option<u8>> {
        while self.bytes.len() <= Limits::PAYLOAD.bytes {
            let waiting = self.input.fill_buf()?;
            let blank = waiting.iter().take_while(|byte| is_blank(**byte)).count();
            if let Some(byte) = waiting.get(blank) {
                return Ok(Some(*byte));
            }
            if waiting.is_empty() {
                return Ok(None);
            }
            self.bytes.extend_from_slice(waiting);
            self.input.consume(blank);
        }
        Ok(None)
    }

    /// Whether all that was read is one JSON text.
    fn is_one(&self) -> bool {
        let all = self.bytes.as_slice();
        is_json(all.strip_prefix(super::MARK).unwrap_or(all))
    }
}

/// Whether a line begins and ends as an object does.
fn is_object(line: &[u8]) -> bool {
    line.starts_with(b"{") && line.ends_with(b"}")
}

fn is_json(text: &[u8]) -> bool {
    Document::parse(text, &Limits::PAYLOAD).is_ok()
}
