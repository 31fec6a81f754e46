//! Whether a text is one payload or one a line: by its name, or by how it begins.

use super::{Input, name};
use std::io::{self, BufRead as _, BufReader, Cursor, Read as _};
use wire::json::{Limits, is_blank};

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
/// In one JSON text no object begins right behind the end of another, so a second one makes it lines.
pub(super) fn told(input: Input) -> io::Result<(Form, Input)> {
    let mut input = BufReader::new(input);
    let mut read = Vec::new();
    let most = Limits::PAYLOAD.bytes as u64;
    let mut begun = 0;
    loop {
        let length = input.by_ref().take(most).read_until(b'\n', &mut read)?;
        let line = read.get(begun..).unwrap_or_default();
        let is_blank = line.iter().all(|byte| is_blank(*byte));
        if length == 0 || !is_blank || read.len() > Limits::PAYLOAD.bytes {
            break;
        }
        begun = read.len();
    }
    let first = read.get(begun..).unwrap_or_default().trim_ascii();
    let first = first.strip_prefix(super::MARK).unwrap_or(first);
    let is_one = first.starts_with(b"{") && first.ends_with(b"}");
    let follows = match is_one {
        true => next(&mut input, &mut read)?,
        false => None,
    };
    let form = match follows {
        Some(b'{') => Form::Lines,
        Some(_) | None => Form::Whole,
    };
    Ok((form, Box::new(Cursor::new(read).chain(input))))
}

/// The next byte that is not blank; what is blank before it goes to `read`.
fn next(input: &mut BufReader<Input>, read: &mut Vec<u8>) -> io::Result<Option<u8>> {
    while read.len() <= Limits::PAYLOAD.bytes {
        let waiting = input.fill_buf()?;
        let blank = waiting.iter().take_while(|byte| is_blank(**byte)).count();
        if let Some(byte) = waiting.get(blank) {
            return Ok(Some(*byte));
        }
        if waiting.is_empty() {
            return Ok(None);
        }
        read.extend_from_slice(waiting);
        input.consume(blank);
    }
    Ok(None)
}
