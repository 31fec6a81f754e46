//! Regular expressions of contracts: what they match, and the same in the dialect of schemas.
//! Refuses look-around, back-references, and every other word that two readers could take for two things.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// Expressions that a thread keeps compiled; with more it begins anew.
///
/// Source: a contract has tens of them, and one compiled holds some kilobytes
const KEPT: usize = 512;

/// Source: semver.org, the suggested regular expression, anchored
pub const SEMVER: &str = concat!(
    r"^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)",
    r"(-((0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)",
    r"(\.(0|[1-9][0-9]*|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*))*))?",
    r"(\+([0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*))?$"
);

/// Whether a text is a full semantic version, with numbers of any length.
#[must_use]
pub fn is_semver(text: &str) -> bool {
    static WHOLE: LazyLock<Option<regex::Regex>> = LazyLock::new(|| regex::Regex::new(SEMVER).ok());
    WHOLE.as_ref().is_some_and(|regex| regex.is_match(text))
}

/// A regular expression that must match a text whole.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// As it stands in the contract.
    pub source: String,
    /// Shared, so that what the expression needs while it matches is made once a thread and not once a line.
    regex: Arc<regex::Regex>,
}

impl Pattern {
    /// The expression that `source` writes; classes such as `\d` mean their ASCII characters.
    ///
    /// Shape: nothing when it is outside the dialect: look-around, back-references, syntax errors
    #[must_use]
    pub fn parse(source: &str) -> Option<Self> {
        thread_local! {
            // The same few expressions stand on line after line, and compiling one takes longer than all the rest.
            static COMPILED: RefCell<HashMap<String, Arc<regex::Regex>>> = RefCell::default();
        }
        let regex = COMPILED.with_borrow_mut(|compiled| {
            if let Some(regex) = compiled.get(source) {
                return Some(Arc::clone(regex));
            }
            let regex = Arc::new(compile(source)?);
            if compiled.len() >= KEPT {
                compiled.clear();
            }
            compiled.insert(source.to_owned(), Arc::clone(&regex));
            Some(regex)
        })?;
        Some(Self {
            source: source.to_owned(),
            regex,
        })
    }

    #[must_use]
    pub fn accepts(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    /// A `pattern` of a schema that matches the same texts, or nothing where the dialects differ.
    #[must_use]
    pub fn portable(&self) -> Option<String> {
        let text = ported(&self.source)?;
        let ends = text.ends_with('$') && !text.ends_with("\\$");
        if text.contains('|') || text.ends_with("\\$") {
            return Some(format!("^(?:{text})$"));
        }
        let start = if text.starts_with('^') { "" } else { "^" };
        let end = if ends { "" } else { "$" };
        Some(format!("{start}{text}{end}"))
    }
}

/// A `pattern` of a schema that finds `text` anywhere.
#[must_use]
pub fn found(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        // Source: ECMA-262, SyntaxCharacter
        if r"^$\.*+?()[]{}|/".contains(letter) {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern
}

fn compile(source: &str) -> Option<regex::Regex> {
    let mut text = String::with_capacity(source.len() + 16);
    let mut chars = source.chars();
    while let Some(letter) = chars.next() {
        if letter != '\\' {
            text.push(letter);
            continue;
        }
        let escaped = chars.next()?;
        match ascii_class(escaped) {
            Some(class) => text.push_str(class),
            None => text.extend(['\\', escaped]),
        }
    }
    // Parsed alone first: a source that closes our group early is no expression.
    regex_syntax::Parser::new().parse(&text).ok()?;
    regex::Regex::new(&format!(r"\A(?:{text})\z")).ok()
}

fn ascii_class(escaped: char) -> Option<&'static str> {
    match escaped {
        'd' => Some("[0-9]"),
        'D' => Some("[^0-9]"),
        'w' => Some("[0-9A-Za-z_]"),
        'W' => Some("[^0-9A-Za-z_]"),
        's' => Some(r"[\t\n\x0B\f\r ]"),
        'S' => Some(r"[^\t\n\x0B\f\r ]"),
        'b' => Some(r"(?-u:\b)"),
        _ => None,
    }
}

/// The expression in words that ECMA-262 reads the same way.
fn ported(source: &str) -> Option<String> {
    let mut text = String::with_capacity(source.len() + 16);
    let mut in_class = false;
    let mut chars = source.chars().peekable();
    while let Some(letter) = chars.next() {
        match letter {
            '\\' => escape(chars.next()?, in_class, &mut text)?,
            // A class in a class, and classes taken from one another, are words of one dialect only.
            '[' if in_class => return None,
            '&' | '~' | '-' if in_class && chars.peek() == Some(&letter) => return None,
            '[' => {
                in_class = true;
                text.push('[');
                if chars.next_if_eq(&'^').is_some() {
                    text.push('^');
                }
                if chars.next_if_eq(&']').is_some() {
                    text.push_str(r"\]");
                }
            }
            ']' => {
                in_class = false;
                text.push(']');
            }
            '(' if !in_class && chars.next_if_eq(&'?').is_some() => {
                chars.next_if_eq(&':')?;
                text.push_str("(?:");
            }
            '.' if !in_class => text.push_str(r"[^\n]"),
            other => text.push(other),
        }
    }
    Some(text)
}

fn escape(escaped: char, in_class: bool, text: &mut String) -> Option<()> {
    match (escaped, in_class) {
        ('d', true) => text.push_str("0-9"),
        ('w', true) => text.push_str("0-9A-Za-z_"),
        ('s', true) => text.push_str(r"\t\n\v\f\r "),
        ('d', false) => text.push_str("[0-9]"),
        ('D', false) => text.push_str("[^0-9]"),
        ('w', false) => text.push_str("[0-9A-Za-z_]"),
        ('W', false) => text.push_str("[^0-9A-Za-z_]"),
        ('s', false) => text.push_str(r"[\t\n\v\f\r ]"),
        ('S', false) => text.push_str(r"[^\t\n\v\f\r ]"),
        ('t' | 'n' | 'r' | 'f' | 'v', _) | ('b', false) => text.extend(['\\', escaped]),
        (other, _) if other.is_ascii_punctuation() => text.extend(['\\', other]),
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_pattern_matches_whole_and_with_ascii_classes() {
        let digits = Pattern::parse(r"\d+").unwrap();
        assert!(digits.accepts("12") && !digits.accepts("a12") && !digits.accepts("\u{0664}"));
        assert!(Pattern::parse(r"a\/b").unwrap().accepts("a/b"));
        for outside in ["(?=a)", r"(a)\1", "(", "a)(?:b", "\\"] {
            assert!(Pattern::parse(outside).is_none(), "{outside}");
        }
    }

    #[test]
    fn what_only_one_dialect_knows_is_not_carried_over() {
        for (source, ported) in [
            (r"\d+\s", Some(r"^[0-9]+[\t\n\v\f\r ]$")),
            ("a|b", Some("^(?:a|b)$")),
            (r"^a\$", Some(r"^(?:^a\$)$")),
            (r"[\w.]", Some("^[0-9A-Za-z_.]$")),
            ("a.", Some(r"^a[^\n]$")),
            ("(?i)a", None),
            (r"\p{L}", None),
            ("[a&&b]", None),
            (r"a\z", None),
        ] {
            let pattern = Pattern::parse(source).unwrap();
            assert_eq!(pattern.portable().as_deref(), ported, "{source}");
        }
    }

    #[test]
    fn a_version_has_three_numbers_of_any_length() {
        assert!(is_semver("1.2.3-rc.1+5") && is_semver("99999999999999999999.0.0"));
        assert!(!is_semver("1.0") && !is_semver("01.0.0") && !is_semver("1.2.3\n"));
    }
}
