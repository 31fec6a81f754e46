//! Payloads that a user names: files, folders, patterns, one a line or one a file, packed or plain, standard input.
//! Refuses to hold more than a block of them at once.

mod apart;
mod block;
mod form;
mod name;
mod shelf;
mod unpack;

pub use apart::{is_kept, is_read};

use super::tree;
use block::Blocks;
use form::Form;
use name::Named;
use shelf::Bytes;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use wire::json::{Limits, is_blank};

/// What some editors write before the first character of a text.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// Bytes of lines that are handed out together.
///
/// Source: large enough that handing it over costs nothing beside judging it
const BLOCK: usize = 512 * 1024;

/// A part of what was named, in the order of the names.
#[derive(Debug)]
pub struct PayloadPart {
    /// The name as the user gave it, or as it was found below a folder; `-` is standard input.
    pub file: Arc<str>,
    /// Lines that were handed out before this part.
    pub before: u64,
    pub piece: Piece,
}

/// What a part holds.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// A file that is one payload. One over the limit of a payload has one byte more than that.
    Whole(Vec<u8>),
    /// Whole lines, each a payload or blank; the first one's number, and how many they are.
    Lines {
        first: u64,
        count: u64,
        bytes: Bytes,
    },
    /// The number of a line over the limit of a payload; nothing of it is kept.
    TooLong(u64),
    /// Why nothing more comes from this file.
    Unreadable(String),
}

impl Piece {
    /// The payloads that it holds, those of a file of lines with the number of their line; blank lines are none.
    pub fn payloads(&self) -> impl Iterator<Item = (Option<u64>, &[u8])> {
        let (whole, lines) = match self {
            Self::Whole(bytes) => (Some(bytes.as_slice()), None),
            Self::Lines { first, bytes, .. } => (None, Some((*first, bytes))),
            Self::TooLong(_) | Self::Unreadable(_) => (None, None),
        };
        let lines = lines.into_iter().flat_map(|(first, bytes)| {
            (first..)
                .zip(block::split(bytes))
                .filter(|(_, line)| !line.iter().all(|byte| is_blank(*byte)))
                .map(|(number, line)| (Some(number), line))
        });
        whole.into_iter().map(|bytes| (None, bytes)).chain(lines)
    }

    /// Lines that it stands for.
    fn lines(&self) -> u64 {
        match self {
            Self::Whole(_) | Self::TooLong(_) | Self::Unreadable(_) => 1,
            Self::Lines { count, .. } => *count,
        }
    }

    /// Bytes that it holds.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Whole(bytes) => bytes.len(),
            Self::Lines { bytes, .. } => bytes.len(),
            Self::TooLong(_) | Self::Unreadable(_) => 0,
        }
    }
}

/// The payloads that `names` stand for, in order, each read when it is asked for. A folder gives its `.json`,
/// `.ndjson` and `.jsonl` files and the `.gz` and `.zst` of those; a name with `*`, `?` or `[` that is no file is a
/// pattern; `-` is standard input.
pub fn payloads(
    root: &Path,
    names: &[PathBuf],
) -> impl Iterator<Item = PayloadPart> + Send + use<> {
    let mut before = 0;
    let found: Vec<Named> = names
        .iter()
        .flat_map(|name| name::expand(root, name))
        .collect();
    found
        .into_iter()
        .flat_map(opened)
        .map(move |(file, piece)| {
            let part = PayloadPart {
                file,
                before,
                piece,
            };
            before += part.piece.lines();
            part
        })
}

type Pieces = Box<dyn Iterator<Item = Piece> + Send>;

/// The parts of one file.
fn opened(named: Named) -> impl Iterator<Item = (Arc<str>, Piece)> + Send {
    let file: Arc<str> = named.shown.into();
    let pieces = match named.path {
        Err(why) => alone(Piece::Unreadable(why)),
        Ok(None) => standard_input(),
        Ok(Some(path)) => match File::open(&path) {
            Err(error) => alone(Piece::Unreadable(tree::unopened(&error))),
            Ok(input) => pieces(Box::new(input), Form::of(&file)),
        },
    };
    pieces.map(move |piece| (Arc::clone(&file), piece))
}

fn alone(piece: Piece) -> Pieces {
    Box::new(std::iter::once(piece))
}

type Input = Box<dyn Read + Send>;

fn pieces(input: Input, form: Form) -> Pieces {
    match (unpack::unpacked(input), form) {
        (Err(error), _) => alone(broken(&error)),
        (Ok(input), Form::Lines) => lines(input),
        (Ok(input), Form::Whole) => alone(whole(input)),
    }
}

fn lines(input: Input) -> Pieces {
    Box::new(Blocks::new(input, BLOCK, Limits::PAYLOAD.bytes))
}

fn whole(input: Input) -> Piece {
    let mut bytes = Vec::new();
    let most = Limits::PAYLOAD.bytes as u64 + 1;
    match input.take(most).read_to_end(&mut bytes) {
        Ok(_) => Piece::Whole(bytes),
        Err(error) => broken(&error),
    }
}

fn broken(error: &io::Error) -> Piece {
    Piece::Unreadable(tree::unopened(error))
}

/// Standard input has no name that tells.
fn standard_input() -> Pieces {
    let said = unpack::unpacked(Box::new(io::stdin())).and_then(form::told);
    match said {
        Ok((Form::Whole, input)) => alone(whole(input)),
        Ok((Form::Lines, input)) => lines(input),
        Err(error) => alone(broken(&error)),
    }
}

#[cfg(test)]
mod tests;
