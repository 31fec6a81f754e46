//! A text that an expression matches whole, and a URL that is moved to another base.
//! Refuses to hand out a text that the expression does not accept.

use super::chance::Chance;
use crate::contract::matcher::Pattern;
use regex_syntax::hir::{Class, Hir, HirKind};

/// How often a text is tried; only expressions with edges inside need more than one.
const TRIES: usize = 64;
/// How many times more than it must something repeats at most.
const MORE: u32 = 4;

/// A text that `pattern` accepts.
///
/// Errors: none was found
pub fn of(pattern: &Pattern, chance: &mut Chance) -> Result<String, String> {
    let none = || "no text was found that the expression accepts".to_owned();
    let hir = regex_syntax::parse(&pattern.source).map_err(|_| none())?;
    for _ in 0..TRIES {
        let mut text = String::new();
        write(&hir, chance, &mut text);
        if pattern.accepts(&text) {
            return Ok(text);
        }
    }
    Err(none())
}

fn write(hir: &Hir, chance: &mut Chance, text: &mut String) {
    match hir.kind() {
        // Where an edge must lie shows when the whole text is tried.
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => text.extend(letter(class, chance)),
        HirKind::Repetition(repeated) => {
            let most = repeated.max.unwrap_or(u32::MAX);
            let most = most.min(repeated.min.saturating_add(MORE));
            let more = chance.below(u64::from(most - repeated.min) + 1);
            for _ in 0..u64::from(repeated.min) + more {
                write(&repeated.sub, chance, text);
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, chance, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, chance, text)),
        HirKind::Alternation(parts) => {
            let at = usize::try_from(chance.below(parts.len() as u64)).unwrap_or(0);
            if let Some(part) = parts.get(at) {
                write(part, chance, text);
            }
        }
    }
}

/// A letter of the class that can be printed in ASCII, where it has one.
fn letter(class: &Class, chance: &mut Chance) -> Option<char> {
    let spans: Vec<(u32, u32)> = match class {
        Class::Unicode(class) => class
            .iter()
            .map(|span| (u32::from(span.start()), u32::from(span.end())))
            .collect(),
        Class::Bytes(class) => class
            .iter()
            .map(|span| (u32::from(span.start()), u32::from(span.end())))
            .collect(),
    };
    let printable: Vec<(u32, u32)> = spans
        .iter()
        .map(|(start, end)| ((*start).max(0x20), (*end).min(0x7e)))
        .filter(|(start, end)| start <= end)
        .collect();
    let spans = if printable.is_empty() {
        spans
    } else {
        printable
    };
    let size = |(start, end): &(u32, u32)| u64::from(end - start) + 1;
    let mut at = chance.below(spans.iter().map(size).sum());
    for span in &spans {
        if at < size(span) {
            return char::from_u32(span.0 + u32::try_from(at).ok()?);
        }
        at -= size(span);
    }
    None
}

/// The URL `example` at `base`: what the first group of `regex` caught stays behind it.
///
/// Errors: the expression does not match the example, or catches nothing
pub fn moved(example: &str, regex: &str, base: &str) -> Result<String, String> {
    let caught = regex::Regex::new(regex).ok();
    let caught = caught.and_then(|regex| {
        let groups = regex.captures(example)?;
        Some(groups.get(1)?.as_str().to_owned())
    });
    let tail = caught.ok_or("the expression of the URL catches nothing of its example")?;
    let slash = if tail.is_empty() || tail.starts_with('/') {
        ""
    } else {
        "/"
    };
    Ok(format!("{base}{slash}{tail}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_text_is_made_that_the_expression_accepts() {
        for source in [
            r"\d{3}-[A-F]{2}",
            "(north|south)wind",
            r"[^a-z]+\s\w*",
            "a?b{2,}c*",
            r"^[0-9]{4}$",
            r"\bword\b",
            ".",
        ] {
            let pattern = Pattern::parse(source).unwrap();
            for seed in ["a", "b", "c"] {
                let text = of(&pattern, &mut Chance::of(seed)).unwrap();
                assert!(pattern.accepts(&text), "{source}: {text}");
            }
        }
        let never = Pattern::parse(r"a\bb").unwrap();
        assert!(of(&never, &mut Chance::of("a")).is_err());
    }

    #[test]
    fn a_url_keeps_what_its_expression_caught() {
        let moved = |example, regex| moved(example, regex, "http://127.0.0.1:8080");
        assert_eq!(
            moved("http://localhost/jobs/1", r".*(/jobs/\d+)$").unwrap(),
            "http://127.0.0.1:8080/jobs/1"
        );
        assert!(moved("http://localhost/jobs/1", "http.*").is_err());
        assert!(moved("http://localhost/jobs/1", "(ftp)").is_err());
    }
}
