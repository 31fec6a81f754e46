//! Accounts, however somebody spells them: one account has one voice.
//! Refuses to know which accounts there are.

/// Longest account word.
const LONGEST: usize = 100;

/// The account that a text names, as accounts are compared: `@Board-Security` and `board-security` are one.
#[must_use]
pub fn account(text: &str) -> String {
    text.trim().trim_start_matches('@').to_lowercase()
}

/// Whether a text is one plain account word, so that no other spelling of it looks like somebody else.
#[must_use]
pub fn is_account(text: &str) -> bool {
    let word = text.strip_prefix('@').unwrap_or(text);
    let is_edge = |one: Option<char>| one.is_some_and(|one| one.is_ascii_alphanumeric());
    let is_plain = |one: char| one.is_ascii_alphanumeric() || matches!(one, '-' | '_' | '.');
    word.len() <= LONGEST
        && is_edge(word.chars().next())
        && is_edge(word.chars().next_back())
        && word.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_an_account_is_that_account() {
        for text in ["board-security", "@board-security", " Board-SECURITY\n"] {
            assert_eq!(account(text), "board-security");
        }
    }

    #[test]
    fn only_a_plain_word_is_an_account() {
        for text in ["a", "board-security", "@Board_Security.2"] {
            assert!(is_account(text), "{text}");
        }
        let long = "a".repeat(LONGEST + 1);
        for text in [
            "",
            "@",
            "-a",
            "a-",
            "a b",
            "a\n",
            "@@a",
            "a/b",
            "bo\u{430}rd",
            &long,
        ] {
            assert!(!is_account(text), "{text:?}");
        }
    }
}
