//! Finds a few words that a pattern matches.
//! Refuses to prove anything: whoever uses a word matches it first.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Most words that are made for one pattern.
const WORDS: usize = 12;
/// Longest word, so that a counted repetition cannot exhaust the memory.
const LONGEST: usize = 16_384;

/// Words of `pattern` (in the syntax of the crate `regex`), some of at least `least` code points.
pub(super) fn words(pattern: &str, least: usize) -> Vec<String> {
    let Ok(hir) = regex_syntax::parse(pattern) else {
        return Vec::new();
    };
    let mut words = of(&hir, 0);
    if least > 0 {
        let more: Vec<String> = of(&hir, least);
        words.extend(more);
        let padded: Vec<String> = words.iter().flat_map(|word| pad(word, least)).collect();
        words.extend(padded);
    }
    let mut kept: Vec<String> = Vec::new();
    for word in words {
        if word.len() <= LONGEST && !kept.contains(&word) {
            kept.push(word);
        }
    }
    kept
}

/// `word` made longer at either end, for patterns without anchors.
fn pad(word: &str, least: usize) -> Vec<String> {
    let length = word.chars().count();
    if length >= least || least > LONGEST {
        return Vec::new();
    }
    let filler = "a".repeat(least - length);
    vec![format!("{word}{filler}"), format!("{filler}{word}")]
}

/// Words of one node; an unbounded repetition is taken as often as `least` asks.
fn of(hir: &Hir, least: usize) -> Vec<String> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => vec![String::new()],
        HirKind::Literal(literal) => String::from_utf8(literal.0.to_vec()).into_iter().collect(),
        HirKind::Class(class) => characters(class).into_iter().map(String::from).collect(),
        HirKind::Capture(capture) => of(&capture.sub, least),
        HirKind::Repetition(repetition) => {
            let lowest = usize::try_from(repetition.min).unwrap_or(usize::MAX);
            let highest = repetition
                .max
                .map_or(usize::MAX, |max| usize::try_from(max).unwrap_or(usize::MAX));
            let mut counts = vec![lowest, lowest.saturating_add(1), least];
            counts.retain(|count| (lowest..=highest).contains(count));
            repeated(&of(&repetition.sub, 0), &counts)
        }
        HirKind::Concat(parts) => parts.iter().fold(vec![String::new()], |heads, part| {
            joined(&heads, &of(part, least))
        }),
        HirKind::Alternation(branches) => {
            let mut words: Vec<String> = Vec::new();
            for branch in branches {
                words.extend(of(branch, least).into_iter().take(3));
            }
            words.truncate(WORDS);
            words
        }
    }
}

fn repeated(words: &[String], counts: &[usize]) -> Vec<String> {
    let mut made = Vec::new();
    for &count in counts {
        for word in words.iter().take(2) {
            if word.len().saturating_mul(count) <= LONGEST {
                made.push(word.repeat(count));
            }
        }
    }
    made.dedup();
    made.truncate(WORDS);
    made
}

fn joined(heads: &[String], tails: &[String]) -> Vec<String> {
    let mut made = Vec::new();
    // Diagonal first: each head meets a tail before any head meets all of them.
    let longest = heads.len().max(tails.len());
    for index in 0..longest {
        let head = heads.get(index).or(heads.first());
        let tail = tails.get(index).or(tails.first());
        if let (Some(head), Some(tail)) = (head, tail) {
            made.push(format!("{head}{tail}"));
        }
    }
    for head in heads {
        for tail in tails {
            if made.len() >= WORDS {
                return made;
            }
            let word = format!("{head}{tail}");
            if !made.contains(&word) {
                made.push(word);
            }
        }
    }
    made
}

/// A few members of a class, plain ones first.
fn characters(class: &Class) -> Vec<char> {
    let Class::Unicode(class) = class else {
        return ['a', '0', 'A', '-']
            .into_iter()
            .filter(|c| has_byte(class, *c))
            .collect();
    };
    let has = |c: char| {
        class
            .iter()
            .any(|range| (range.start()..=range.end()).contains(&c))
    };
    let mut found: Vec<char> = ['0', 'a', 'A', '1', '-', ' ', '.', '\n']
        .into_iter()
        .filter(|c| has(*c))
        .take(3)
        .collect();
    for range in class.iter() {
        if found.len() < 3 && !found.contains(&range.start()) {
            found.push(range.start());
        }
    }
    found
}

fn has_byte(class: &Class, wanted: char) -> bool {
    let Class::Bytes(class) = class else {
        return false;
    };
    u8::try_from(wanted).is_ok_and(|byte| {
        class
            .iter()
            .any(|range| (range.start()..=range.end()).contains(&byte))
    })
}
