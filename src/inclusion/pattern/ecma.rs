//! Translates a pattern of ECMA-262 (unicode mode) into the syntax of the crate `regex`.
//! Refuses look-around, back-references, flags and what is no pattern of ECMA-262: the linear engine would misread it.

use super::class;
use super::escape::{self, Escaped};
use std::iter::Peekable;
use std::str::Chars;

/// Source: ECMA-262, LineTerminator
const NOT_LINE_END: &str = "[^\\n\\r\\x{2028}\\x{2029}]";

pub(super) type Rest<'a> = Peekable<Chars<'a>>;

/// `pattern` in the syntax of the crate `regex`; `None` when it has no equal there.
pub(super) fn translate(pattern: &str) -> Option<String> {
    let mut reader = Reader {
        rest: pattern.chars().peekable(),
        written: String::with_capacity(pattern.len() + 8),
    };
    reader.pattern()?;
    Some(reader.written)
}

/// Whether a quantifier may follow.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Atom,
    Other,
}

struct Reader<'a> {
    rest: Rest<'a>,
    written: String,
}

impl Reader<'_> {
    fn pattern(&mut self) -> Option<()> {
        let mut last = Last::Other;
        while let Some(next) = self.rest.next() {
            last = self.term(next, last)?;
        }
        Some(())
    }

    fn term(&mut self, next: char, last: Last) -> Option<Last> {
        match next {
            '*' | '+' | '?' | '{' if last == Last::Other => None,
            '*' | '+' | '?' | '{' => self.quantifier(next),
            '(' => self.group(),
            '\\' => self.escape(),
            '.' => Some(self.atom(NOT_LINE_END)),
            '[' => {
                class::translate(&mut self.rest, &mut self.written)?;
                Some(Last::Atom)
            }
            '^' | '$' | '|' => {
                self.written.push(next);
                Some(Last::Other)
            }
            other => {
                self.written.push(other);
                Some(Last::Atom)
            }
        }
    }

    fn atom(&mut self, text: &str) -> Last {
        self.written.push_str(text);
        Last::Atom
    }

    /// One quantifier, lazy or not: the crate would read `{,2}` and `a++` otherwise than ECMA-262 does.
    fn quantifier(&mut self, sign: char) -> Option<Last> {
        self.written.push(sign);
        if sign == '{' {
            self.digits()?;
            if self.rest.next_if_eq(&',').is_some() {
                self.written.push(',');
                if self.rest.peek().is_some_and(char::is_ascii_digit) {
                    self.digits()?;
                }
            }
            self.rest.next_if_eq(&'}')?;
            self.written.push('}');
        }
        // Lazy or greedy, the strings that match are the same.
        self.rest.next_if_eq(&'?');
        Some(Last::Other)
    }

    fn digits(&mut self) -> Option<()> {
        let before = self.written.len();
        while let Some(digit) = self.rest.next_if(char::is_ascii_digit) {
            self.written.push(digit);
        }
        (self.written.len() > before).then_some(())
    }

    /// What stands behind `(`: plain groups, `(?:` and `(?<name>` only.
    fn group(&mut self) -> Option<Last> {
        self.written.push('(');
        if self.rest.next_if_eq(&'?').is_none() {
            return Some(Last::Other);
        }
        if self.rest.next_if_eq(&':').is_some() {
            self.written.push_str("?:");
            return Some(Last::Other);
        }
        self.rest.next_if_eq(&'<')?;
        self.written.push_str("?P<");
        loop {
            match self.rest.next()? {
                '>' => break,
                part if part == '_' || part.is_alphanumeric() => self.written.push(part),
                _ => return None,
            }
        }
        self.written.push('>');
        Some(Last::Other)
    }

    fn escape(&mut self) -> Option<Last> {
        for (letter, look) in [('b', "(?-u:\\b)"), ('B', "(?-u:\\B)")] {
            if self.rest.next_if_eq(&letter).is_some() {
                self.written.push_str(look);
                return Some(Last::Other);
            }
        }
        match escape::read(&mut self.rest)? {
            Escaped::Point(point) => escape::write_point(point, &mut self.written),
            Escaped::Set(set) => self.written.push_str(&set),
        }
        Some(Last::Atom)
    }
}
