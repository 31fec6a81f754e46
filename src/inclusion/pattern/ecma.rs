//! Translates a pattern of ECMA-262 (unicode mode) into the syntax of the crate `regex`.
//! Refuses look-around, back-references and flags: the linear engine has none.

use std::iter::Peekable;
use std::str::Chars;

const DIGIT: &str = "0-9";
const WORD: &str = "0-9A-Za-z_";
/// Source: ECMA-262, WhiteSpace and LineTerminator
const SPACE: &str = "\\x{9}-\\x{d}\\x{20}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}\\x{feff}";
/// Source: ECMA-262, LineTerminator
const NOT_LINE_END: &str = "[^\\n\\r\\x{2028}\\x{2029}]";

/// `pattern` in the syntax of the crate `regex`; `None` when it has no equal there.
pub(super) fn translate(pattern: &str) -> Option<String> {
    let mut reader = Reader {
        rest: pattern.chars().peekable(),
        written: String::with_capacity(pattern.len() + 8),
    };
    reader.pattern()?;
    Some(reader.written)
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    written: String,
}

impl Reader<'_> {
    fn pattern(&mut self) -> Option<()> {
        while let Some(next) = self.rest.next() {
            match next {
                '.' => self.written.push_str(NOT_LINE_END),
                '\\' => self.escape(false)?,
                '[' => self.class()?,
                '(' => self.group()?,
                other => self.written.push(other),
            }
        }
        Some(())
    }

    /// What stands behind `(`: plain groups, `(?:` and `(?<name>` only.
    fn group(&mut self) -> Option<()> {
        self.written.push('(');
        if self.rest.next_if_eq(&'?').is_none() {
            return Some(());
        }
        if self.rest.next_if_eq(&':').is_some() {
            self.written.push_str("?:");
            return Some(());
        }
        self.rest.next_if_eq(&'<')?;
        match self.rest.peek()? {
            '=' | '!' => None,
            _ => {
                self.written.push_str("?P<");
                Some(())
            }
        }
    }

    fn class(&mut self) -> Option<()> {
        let negated = self.rest.next_if_eq(&'^').is_some();
        if self.rest.next_if_eq(&']').is_some() {
            self.written
                .push_str(if negated { "[\\s\\S]" } else { "[^\\s\\S]" });
            return Some(());
        }
        self.written.push_str(if negated { "[^" } else { "[" });
        loop {
            match self.rest.next()? {
                ']' => break,
                '\\' => self.escape(true)?,
                mark @ ('[' | '&' | '~') => {
                    self.written.push('\\');
                    self.written.push(mark);
                }
                other => self.written.push(other),
            }
        }
        self.written.push(']');
        Some(())
    }

    fn escape(&mut self, in_class: bool) -> Option<()> {
        let next = self.rest.next()?;
        match next {
            'd' | 'w' | 's' => self.set(in_class, false, next),
            'D' | 'W' | 'S' => self.set(in_class, true, next),
            'b' if in_class => self.point(8),
            'b' => self.written.push_str("(?-u:\\b)"),
            'B' if !in_class => self.written.push_str("(?-u:\\B)"),
            'n' | 'r' | 't' | 'f' | 'v' => {
                self.written.push('\\');
                self.written.push(next);
            }
            '0' => self.point(0),
            'c' => {
                let letter = self.rest.next_if(char::is_ascii_alphabetic)?;
                self.point(u32::from(letter) % 32);
            }
            'x' => {
                let point = self.hex(2)?;
                self.point(point);
            }
            'u' => self.unicode()?,
            'p' | 'P' => {
                self.written.push('\\');
                self.written.push(next);
            }
            other if other.is_ascii_alphanumeric() => return None,
            other => self.point(u32::from(other)),
        }
        Some(())
    }

    fn set(&mut self, in_class: bool, negated: bool, letter: char) {
        let members = match letter.to_ascii_lowercase() {
            'd' => DIGIT,
            'w' => WORD,
            _ => SPACE,
        };
        let (open, close) = match (in_class, negated) {
            (true, false) => ("", ""),
            (_, true) => ("[^", "]"),
            (false, false) => ("[", "]"),
        };
        self.written.push_str(open);
        self.written.push_str(members);
        self.written.push_str(close);
    }

    fn unicode(&mut self) -> Option<()> {
        if self.rest.next_if_eq(&'{').is_some() {
            let mut point = 0_u32;
            loop {
                match self.rest.next()? {
                    '}' => break,
                    digit => point = point.checked_mul(16)?.checked_add(digit.to_digit(16)?)?,
                }
            }
            self.point(point);
            return Some(());
        }
        let first = self.hex(4)?;
        if !(0xd800..0xdc00).contains(&first) {
            self.point(first);
            return Some(());
        }
        self.rest.next_if_eq(&'\\')?;
        self.rest.next_if_eq(&'u')?;
        let second = self.hex(4)?;
        let low = second.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
        self.point(0x10000 + ((first - 0xd800) << 10) + low);
        Some(())
    }

    fn hex(&mut self, length: usize) -> Option<u32> {
        let mut point = 0;
        for _ in 0..length {
            point = point * 16 + self.rest.next()?.to_digit(16)?;
        }
        Some(point)
    }

    fn point(&mut self, point: u32) {
        self.written.push_str(&format!("\\x{{{point:x}}}"));
    }
}
