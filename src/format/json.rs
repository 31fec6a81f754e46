//! JSON, token by token: two columns a level, keys in their order, what an author keeps on one line stays on one line.
//! Refuses to read a number: its digits are handed on as they are written.

use super::layout::Flaw;
use std::iter::Peekable;
use std::str::Chars;
use wire::json::{Document, Limits};

/// Columns that one level is indented by.
const STEP: usize = 2;
/// Widest line that an author may keep together.
const WIDTH: usize = 160;

/// `text` in its layout.
///
/// Errors: it is no JSON, or names a key twice
pub(super) fn laid(text: &str) -> Result<String, Flaw> {
    Document::parse(text.as_bytes(), &Limits::default()).map_err(|fault| Flaw {
        position: fault.position,
        why: fault.to_string(),
    })?;
    let tokens = tokens(text);
    let mut writer = Writer {
        tokens: &tokens,
        out: String::with_capacity(text.len()),
        depth: 0,
        column: 0,
    };
    writer.all();
    writer.out.push('\n');
    Ok(writer.out)
}

/// A token, and whether a line break stands somewhere before it and after the token before.
struct Token {
    text: String,
    broken: bool,
}

fn tokens(text: &str) -> Vec<Token> {
    let mut letters = text.chars().peekable();
    let mut tokens = Vec::new();
    let mut broken = false;
    while let Some(letter) = letters.next() {
        match letter {
            '\n' => broken = true,
            ' ' | '\t' | '\r' => {}
            _ => {
                let text = match letter {
                    '"' => quoted(&mut letters),
                    '{' | '}' | '[' | ']' | ',' | ':' => letter.to_string(),
                    _ => literal(letter, &mut letters),
                };
                tokens.push(Token {
                    text,
                    broken: std::mem::take(&mut broken),
                });
            }
        }
    }
    tokens
}

fn quoted(letters: &mut Peekable<Chars<'_>>) -> String {
    let mut text = "\"".to_owned();
    while let Some(letter) = letters.next() {
        text.push(letter);
        match letter {
            '\\' => text.extend(letters.next()),
            '"' => break,
            _ => {}
        }
    }
    text
}

fn literal(first: char, letters: &mut Peekable<Chars<'_>>) -> String {
    let mut text = first.to_string();
    let goes_on = |letter: &char| letter.is_ascii_alphanumeric() || "+-.".contains(*letter);
    while let Some(letter) = letters.next_if(goes_on) {
        text.push(letter);
    }
    text
}

struct Writer<'t> {
    tokens: &'t [Token],
    out: String,
    depth: usize,
    column: usize,
}

impl Writer<'_> {
    /// Every token; the outermost group is always spread.
    fn all(&mut self) {
        let ends = ends(self.tokens);
        let mut index = 0;
        while let Some(token) = self.tokens.get(index) {
            let end = ends.get(index).copied().flatten();
            match end.and_then(|end| Some((end, self.kept(index, end)?))) {
                Some((end, text)) => {
                    self.word(&text);
                    index = end + 1;
                }
                None => {
                    self.spread(&token.text);
                    index += 1;
                }
            }
        }
    }

    /// The group on one line, where it is kept there.
    fn kept(&self, start: usize, end: usize) -> Option<String> {
        let flat = self.flat(start, end);
        let is_empty = end == start + 1;
        let fits = self.depth > 0 && self.column + flat.chars().count() <= WIDTH;
        (is_empty || fits && !self.is_broken(start, end)).then_some(flat)
    }

    fn spread(&mut self, token: &str) {
        match token {
            "{" | "[" => {
                self.depth += 1;
                self.out.push_str(token);
                self.line();
            }
            "}" | "]" => {
                self.depth = self.depth.saturating_sub(1);
                self.line();
                self.word(token);
            }
            "," => {
                self.out.push(',');
                self.line();
            }
            ":" => self.word(": "),
            text => self.word(text),
        }
    }

    fn word(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    fn line(&mut self) {
        self.out.push('\n');
        self.out.push_str(&" ".repeat(STEP * self.depth));
        self.column = STEP * self.depth;
    }

    fn group(&self, start: usize, end: usize) -> &[Token] {
        self.tokens.get(start..=end).unwrap_or_default()
    }

    /// Whether the author broke the line anywhere inside.
    fn is_broken(&self, start: usize, end: usize) -> bool {
        self.group(start, end)
            .iter()
            .skip(1)
            .any(|token| token.broken)
    }

    /// The group on one line.
    fn flat(&self, start: usize, end: usize) -> String {
        let mut text = String::new();
        let mut before = "";
        for token in self.group(start, end) {
            let blank = match (before, token.text.as_str()) {
                ("{", "}") => false,
                ("{" | "," | ":", _) | (_, "}") => true,
                _ => false,
            };
            if blank {
                text.push(' ');
            }
            text.push_str(&token.text);
            before = &token.text;
        }
        text
    }
}

/// Index of the end of each group, at the index of its beginning.
fn ends(tokens: &[Token]) -> Vec<Option<usize>> {
    let mut ends = vec![None; tokens.len()];
    let mut open = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "{" | "[" => open.push(index),
            "}" | "]" => {
                let start = open.pop().and_then(|start: usize| ends.get_mut(start));
                if let Some(end) = start {
                    *end = Some(index);
                }
            }
            _ => {}
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn groups_are_spread_where_the_author_broke_them_and_kept_where_not() {
        let text = "{\"b\":1.50,\n \"a\" : [1,2 ,{\"x\":[]}], \"c\":{\n\"d\":\"a, b: {\\\"}\" },\"e\":{ }}";
        let expected = "{\n  \"b\": 1.50,\n  \"a\": [1, 2, { \"x\": [] }],\n  \"c\": {\n    \"d\": \"a, b: {\\\"}\"\n  },\n  \"e\": {}\n}\n";
        let once = laid(text).unwrap();
        assert_eq!(once, expected);
        assert_eq!(laid(&once).unwrap(), once);
    }

    #[test]
    fn a_line_that_is_too_wide_is_spread() {
        let text = format!("{{\"list\": [{}1]}}", "1234567890, ".repeat(20));
        let once = laid(&text).unwrap();
        assert_eq!(once.lines().count(), 25);
        assert_eq!(laid(&once).unwrap(), once);
    }

    #[test]
    fn what_is_no_json_is_told_by_its_place() {
        let flaw = laid("{\n  \"a\": }").unwrap_err();
        assert_eq!((flaw.position.line, flaw.position.column), (2, 8));
        assert!(laid("{\"a\": 1, \"a\": 2}").is_err());
    }

    #[test]
    fn a_bare_value_is_a_document() {
        assert_eq!(laid("  -1.0e5 ").unwrap(), "-1.0e5\n");
    }
}
