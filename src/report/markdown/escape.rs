//! Names and sentences as Markdown that shows exactly them.

use crate::report::hygiene::clean;

/// Longest single text that a comment shows, in characters.
const LONGEST: usize = 600;

/// `text` as a code span that also survives a table cell.
pub(in crate::report) fn code(text: &str) -> String {
    let text = short(&clean(text)).replace('|', "\\|");
    let longest = text
        .split(|letter| letter != '`')
        .map(str::len)
        .max()
        .unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let edge = if text.starts_with('`') || text.ends_with('`') || text.is_empty() {
        " "
    } else {
        ""
    };
    format!("{fence}{edge}{text}{edge}{fence}")
}

/// `text` as prose: code spans written with backticks stay, everything else that means something is escaped.
pub(in crate::report) fn prose(text: &str) -> String {
    let text = short(&clean(text));
    let pieces: Vec<&str> = text.split('`').collect();
    if pieces.len().is_multiple_of(2) {
        return escaped(&text);
    }
    pieces
        .iter()
        .enumerate()
        .map(|(index, piece)| match (index % 2, piece.is_empty()) {
            (1, true) => "\\`\\`".to_owned(),
            (1, false) => code(piece),
            _ => escaped(piece),
        })
        .collect()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // A mention would notify a stranger; a zero-width space after it shows the same.
            '@' => out.push_str("@&#8203;"),
            // The same for `#12`, a reference to someone's issue.
            '#' => out.push_str("#&#8203;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' => {
                out.push('\\');
                out.push(letter);
            }
            letter => out.push(letter),
        }
    }
    // Addresses are linked even without markup.
    out.replace("://", "&#58;//").replace("www.", "www&#46;")
}

fn short(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST).chain("...".chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_span_outlasts_backticks_and_pipes() {
        assert_eq!(code("a"), "`a`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("``a"), "``` ``a ```");
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code(""), "`  `");
    }

    #[test]
    fn prose_makes_no_markup_link_or_mention() {
        assert_eq!(
            prose("<img src=x> [a](b) @team #1 *b* a|b"),
            "&lt;img src=x&gt; \\[a\\](b) @&#8203;team #&#8203;1 \\*b\\* a\\|b"
        );
        assert_eq!(prose("https://a.example"), "https&#58;//a.example");
    }

    #[test]
    fn code_in_prose_stays_code() {
        assert_eq!(prose("`a_b` is now required"), "`a_b` is now required");
        assert_eq!(prose("one ` alone_"), "one \\` alone\\_");
    }
}
