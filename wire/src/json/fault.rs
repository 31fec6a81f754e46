//! What can be wrong with JSON text, and where.
//! Refuses to hold any of the text: a fault is a kind, fixed words and a position.

use std::fmt;

/// A place in a text. Lines and columns start at 1; columns count Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

impl Position {
    /// The first character of a text.
    pub const START: Self = Self { line: 1, column: 1 };

    /// The place of a byte offset. Works on text that is not UTF-8 too: it counts what is not a continuation byte.
    #[must_use]
    pub fn of(text: &[u8], offset: usize) -> Self {
        Self::START.after(text.get(..offset).unwrap_or(text))
    }

    /// The place right behind `text`, when it starts here.
    pub(super) fn after(self, text: &[u8]) -> Self {
        if text.is_ascii() && !text.contains(&b'\n') {
            let columns = u32::try_from(text.len()).unwrap_or(u32::MAX);
            return Self {
                column: self.column.saturating_add(columns),
                ..self
            };
        }
        text.iter().fold(self, |at, byte| match byte {
            b'\n' => Self {
                line: at.line.saturating_add(1),
                column: 1,
            },
            0x80..=0xBF => at,
            _ => Self {
                column: at.column.saturating_add(1),
                ..at
            },
        })
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// How much of a text is read before it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Length of the text.
    pub bytes: usize,
    /// Arrays and objects inside each other; at most [`Limits::DEEPEST`].
    pub depth: usize,
    /// Values, members and items counted one each.
    pub nodes: usize,
}

impl Limits {
    /// A file of a repository, or one line of a history.
    ///
    /// Units:  bytes, levels, values
    /// Source: contract files are refused above 16 MiB or 128 levels; the number of values keeps the tree of such
    ///         a file below about 100 MB
    pub const FILE: Self = Self {
        bytes: 16 * 1024 * 1024,
        depth: 128,
        nodes: 1_000_000,
    };

    /// A payload that a partner or a person hands over for judgement.
    ///
    /// Source: as for a file
    pub const PAYLOAD: Self = Self::FILE;

    /// The body of one match request at a service.
    ///
    /// Source: capacity limits of the reference service: 256 KiB, 64 levels
    pub const MATCH_BODY: Self = Self {
        bytes: 256 * 1024,
        depth: 64,
        nodes: 50_000,
    };

    /// No limit on depth goes beyond this: dropping a tree of values takes one stack frame a level.
    ///
    /// Source: a frame takes under 1 KiB, the smallest stack that we run on has 1 MiB
    pub const DEEPEST: usize = 512;
}

impl Default for Limits {
    fn default() -> Self {
        Self::FILE
    }
}

/// Why a text is not a JSON document that we read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FaultKind {
    NotUtf8,
    /// What was expected, or what stands there that may not.
    Syntax(&'static str),
    DuplicateKey,
    TooDeep,
    TooLarge,
    TooManyNodes,
    /// A number beyond what a double can hold.
    Number,
    TrailingData,
    Empty,
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotUtf8 => "the text is not UTF-8",
            Self::Syntax(expected) => expected,
            Self::DuplicateKey => "the object has this name twice",
            Self::TooDeep => "arrays and objects are nested too deep",
            Self::TooLarge => "the text is too long",
            Self::TooManyNodes => "the text holds too many values",
            Self::Number => "the number is too large for a double",
            Self::TrailingData => "something follows the document",
            Self::Empty => "the text holds no value",
        })
    }
}

/// The first thing that is wrong with a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at {position}")]
pub struct Fault {
    pub kind: FaultKind,
    pub position: Position,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_end_at_line_feeds() {
        let text = "a\r\nzwölf €x".as_bytes();
        let x = text.len() - 1;
        assert_eq!(Position::of(text, 0), Position::START);
        assert_eq!(Position::of(text, 3), Position { line: 2, column: 1 });
        assert_eq!(Position::of(text, x), Position { line: 2, column: 8 });
        assert_eq!(Position::of(text, x + 100), Position { line: 2, column: 9 });
    }
}
