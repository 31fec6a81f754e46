//! The smallest parts of JSON text: white space, words, strings, numbers.
//! Refuses to know arrays, objects and positions: it speaks of byte offsets.

use super::FaultKind;
use serde_json::{Number, Value};

/// What is wrong, and at which byte.
pub(super) type Stop = (FaultKind, usize);

const TEXT_END: FaultKind = FaultKind::Syntax("the text ends too early");
const STRING_END: FaultKind = FaultKind::Syntax("the string has no end");
const SURROGATE: FaultKind = FaultKind::Syntax("half of a surrogate pair stands alone");
const ESCAPE: FaultKind = FaultKind::Syntax("this escape is not one of JSON");
const CONTROL: FaultKind = FaultKind::Syntax("a control character must be escaped");
const NUMBER: FaultKind = FaultKind::Syntax("the number is not written as JSON writes numbers");
const WORD: FaultKind = FaultKind::Syntax("expected a value");

/// Whether JSON takes a byte for white space.
#[inline]
#[must_use]
pub fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Reads a text from left to right.
pub(super) struct Lexer<'t> {
    text: &'t str,
    pub(super) at: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// The next byte that is not white space; it is not consumed.
    pub(super) fn next_solid(&mut self) -> Option<u8> {
        while self.peek().is_some_and(is_blank) {
            self.at += 1;
        }
        self.peek()
    }

    /// Consumes `byte` if it stands here.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// The fault of finding something else than `expected` here.
    pub(super) fn unexpected(&self, expected: FaultKind) -> Stop {
        let kind = self.peek().map_or(TEXT_END, |_| expected);
        (kind, self.at)
    }

    fn slice(&self, from: usize, to: usize) -> &'t str {
        self.text.get(from..to).unwrap_or_default()
    }

    /// `true`, `false`, `null`, a number or a string.
    pub(super) fn scalar(&mut self) -> Result<Value, Stop> {
        match self.peek() {
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number().map(Value::Number),
            _ => self.word(),
        }
    }

    fn word(&mut self) -> Result<Value, Stop> {
        let rest = self.slice(self.at, self.text.len());
        for (word, value) in [
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("null", Value::Null),
        ] {
            if rest.starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        Err(self.unexpected(WORD))
    }

    /// A number within the range of a double.
    ///
    /// Source: RFC 8259, section 6
    fn number(&mut self) -> Result<Number, Stop> {
        let start = self.at;
        self.take(b'-');
        let whole = self.at;
        let digits = self.digits()?;
        if digits > 1 && self.text.as_bytes().get(whole) == Some(&b'0') {
            return Err((NUMBER, whole + 1));
        }
        if self.take(b'.') {
            self.digits()?;
        }
        if self.take(b'e') || self.take(b'E') {
            let _ = self.take(b'+') || self.take(b'-');
            self.digits()?;
        }
        self.slice(start, self.at)
            .parse()
            .map_err(|_| (FaultKind::Number, start))
    }

    /// Consumes digits, at least one, and gives how many.
    fn digits(&mut self) -> Result<usize, Stop> {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
        match self.at - start {
            0 => Err(self.unexpected(NUMBER)),
            count => Ok(count),
        }
    }

    /// A string from its opening quote to behind its closing one, escapes decoded.
    ///
    /// Source: RFC 8259, section 7
    pub(super) fn string(&mut self) -> Result<String, Stop> {
        self.at += 1;
        let mut decoded = String::new();
        loop {
            let start = self.at;
            let rest = self.text.as_bytes().get(start..).unwrap_or_default();
            let mut plain = rest.iter();
            let end = plain.position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1F));
            self.at += end.unwrap_or(rest.len());
            decoded.push_str(self.slice(start, self.at));
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(decoded);
                }
                Some(b'\\') => decoded.push(self.escape()?),
                Some(_) => return Err((CONTROL, self.at)),
                None => return Err((STRING_END, self.at)),
            }
        }
    }

    /// One escape, from its backslash on; a surrogate pair counts as one.
    fn escape(&mut self) -> Result<char, Stop> {
        let start = self.at;
        self.at += 1;
        let plain = match self.peek() {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(start),
            Some(_) => return Err((ESCAPE, start)),
            None => return Err((STRING_END, self.at)),
        };
        self.at += 1;
        Ok(plain)
    }

    fn unicode(&mut self, start: usize) -> Result<char, Stop> {
        let first = self.unit()?;
        if let Some(plain) = char::from_u32(first) {
            return Ok(plain);
        }
        let pair = first < 0xDC00 && self.take(b'\\') && self.peek() == Some(b'u');
        if !pair {
            return Err((SURROGATE, start));
        }
        let second = self.unit()?;
        if !(0xDC00..0xE000).contains(&second) {
            return Err((SURROGATE, start));
        }
        let joined = 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        char::from_u32(joined).ok_or((SURROGATE, start))
    }

    /// `u` and four hexadecimal digits.
    fn unit(&mut self) -> Result<u32, Stop> {
        self.at += 1;
        let mut unit = 0;
        for _ in 0..4 {
            let byte = self.peek().ok_or((STRING_END, self.at))?;
            let digit = char::from(byte).to_digit(16).ok_or((ESCAPE, self.at))?;
            unit = unit * 16 + digit;
            self.at += 1;
        }
        Ok(unit)
    }
}

/// Length of the number at the start of `text`.
pub(super) fn number_length(text: &str) -> usize {
    text.bytes()
        .take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
        .count()
}
