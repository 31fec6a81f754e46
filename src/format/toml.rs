//! TOML, token by token: one space about `=` and after `,`, no indentation but inside brackets, one blank line at most.
//! Refuses to move a line break: which items share a line is the author's word.

use super::layout::Flaw;
use toml_parser::Source;
use toml_parser::lexer::{Token, TokenKind};
use wire::json::Position;

/// Columns that one level of brackets is indented by.
const STEP: usize = 2;

/// `text` in its layout.
///
/// Errors: it is no TOML
pub(super) fn laid(text: &str) -> Result<String, Flaw> {
    toml::from_str::<toml::Table>(text).map_err(|error| flaw(text, &error))?;
    let source = Source::new(text);
    let mut writer = Writer::default();
    for token in source.lex() {
        writer.take(token.kind(), raw(text, &token));
    }
    Ok(writer.end())
}

fn raw<'t>(text: &'t str, token: &Token) -> &'t str {
    let span = token.span();
    text.get(span.start()..span.end()).unwrap_or_default()
}

fn flaw(text: &str, error: &toml::de::Error) -> Flaw {
    let at = error.span().map_or(0, |span| span.start);
    let before = text.get(..at).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before
        .rsplit('\n')
        .next()
        .map_or(0, |rest| rest.chars().count())
        + 1;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Flaw {
        position: Position {
            line: count(line),
            column: count(column),
        },
        why: error
            .message()
            .lines()
            .next()
            .unwrap_or("is not TOML")
            .to_owned(),
    }
}

/// A token with the white space that stood before it.
#[derive(Clone, Copy)]
struct Piece<'t> {
    kind: TokenKind,
    text: &'t str,
    /// Columns of white space before it.
    gap: usize,
}

#[derive(Default)]
struct Writer<'t> {
    out: String,
    line: Vec<Piece<'t>>,
    gap: usize,
    /// Lines on which the brackets that are still open were opened.
    open: Vec<usize>,
    number: usize,
    blank: bool,
}

impl<'t> Writer<'t> {
    fn take(&mut self, kind: TokenKind, text: &'t str) {
        match kind {
            TokenKind::Whitespace => self.gap += text.len(),
            TokenKind::Newline | TokenKind::Eof => self.finish_line(),
            _ => {
                let gap = std::mem::take(&mut self.gap);
                self.line.push(Piece { kind, text, gap });
            }
        }
    }

    fn finish_line(&mut self) {
        self.gap = 0;
        self.number += 1;
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            self.blank = !self.out.is_empty();
            return;
        }
        if std::mem::take(&mut self.blank) {
            self.out.push('\n');
        }
        let closing = line.iter().take_while(|piece| closes(piece.kind)).count();
        let kept = self.open.len().saturating_sub(closing);
        let mut levels: Vec<usize> = self.open.iter().take(kept).copied().collect();
        levels.dedup();
        self.out.push_str(&" ".repeat(STEP * levels.len()));
        let is_header = self.open.is_empty()
            && line
                .first()
                .is_some_and(|piece| piece.kind == TokenKind::LeftSquareBracket);
        let mut before = None;
        for piece in &line {
            self.out.push_str(&between(before, piece, is_header));
            self.out.push_str(word(piece));
            before = Some(piece.kind);
            if !is_header {
                self.count(piece.kind);
            }
        }
        self.out.push('\n');
    }

    fn count(&mut self, kind: TokenKind) {
        if opens(kind) {
            self.open.push(self.number);
        } else if closes(kind) {
            self.open.pop();
        }
    }

    fn end(mut self) -> String {
        if !self.line.is_empty() {
            self.finish_line();
        }
        self.out
    }
}

fn word<'t>(piece: &Piece<'t>) -> &'t str {
    if piece.kind == TokenKind::Comment {
        piece.text.trim_end()
    } else {
        piece.text
    }
}

fn opens(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket
    )
}

fn closes(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::RightSquareBracket | TokenKind::RightCurlyBracket
    )
}

/// What stands between a token and the one before it on the same line.
fn between(before: Option<TokenKind>, piece: &Piece<'_>, is_header: bool) -> String {
    let Some(before) = before else {
        return String::new();
    };
    let one = || " ".to_owned();
    match (before, piece.kind) {
        // Comments of neighbouring lines may stand in a column.
        (_, TokenKind::Comment) => " ".repeat(piece.gap.max(1)),
        _ if is_header => String::new(),
        (TokenKind::LeftCurlyBracket, TokenKind::RightCurlyBracket) => String::new(),
        (TokenKind::LeftCurlyBracket, _) | (_, TokenKind::RightCurlyBracket) => one(),
        (TokenKind::Equals, _) | (_, TokenKind::Equals) => one(),
        (TokenKind::Comma, TokenKind::RightSquareBracket) => String::new(),
        (TokenKind::Comma, _) => one(),
        // A date and its time may have a blank between them.
        (TokenKind::Atom, TokenKind::Atom) if piece.gap > 0 => one(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn white_space_is_set_and_words_stay() {
        let text = "\n\n# a remark   \nid=\"x\"   # why  \n  list = [ \"a\",\"b\" ]\n\n\n[ table . sub ]\n\tflat={a=1,b={}}\r\nday = 2026-11-21 08:00:00Z\n\n[[ many ]]\nwide = [\n      1,\n  # two\n 2,  3\n      ]\n";
        let expected = "# a remark\nid = \"x\"   # why\nlist = [\"a\", \"b\"]\n\n[table.sub]\nflat = { a = 1, b = {} }\nday = 2026-11-21 08:00:00Z\n\n[[many]]\nwide = [\n  1,\n  # two\n  2, 3\n]\n";
        let once = laid(text).unwrap();
        assert_eq!(once, expected);
        assert_eq!(laid(&once).unwrap(), once);
    }

    #[test]
    fn text_in_quotes_is_never_touched() {
        let text = "a = '''\n  keep   \n\n\n  this\n'''\nb = \"x  =  y\"\n\"odd key\".c = 1\n";
        assert_eq!(laid(text).unwrap(), text);
    }

    #[test]
    fn brackets_that_open_on_one_line_are_one_level() {
        let text = "x = [\n{ a = [\n1,\n] },\n]";
        assert_eq!(laid(text).unwrap(), "x = [\n  { a = [\n    1,\n  ] },\n]\n");
    }

    #[test]
    fn what_is_no_toml_is_told_by_its_place() {
        let flaw = laid("a = 1\nb = \n").unwrap_err();
        assert_eq!(flaw.position.line, 2);
    }
}
