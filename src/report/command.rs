//! Commands as a reader of a result can type them, from the folder in which the result was asked for.
//! Refuses to know what a command does.

/// `matchmark VERB` with `rest`, for a repository that stands in `folder`.
#[must_use]
pub fn command(folder: Option<&str>, verb: &str, rest: &str) -> String {
    let mut text = format!("matchmark {verb}");
    if let Some(folder) = folder {
        text.push_str(" -C ");
        text.push_str(&word(folder));
    }
    if !rest.is_empty() {
        text.push(' ');
        text.push_str(rest);
    }
    text
}

/// `text` as one word of a shell.
pub(super) fn word(text: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-@:+,=".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_names_the_folder_only_when_it_must() {
        assert_eq!(
            command(Some("demo"), "explain", "a/b"),
            "matchmark explain -C demo a/b"
        );
        assert_eq!(command(None, "check", ""), "matchmark check");
    }

    #[test]
    fn a_folder_with_a_blank_or_a_quote_stays_one_word() {
        assert_eq!(word("two words"), "'two words'");
        assert_eq!(word("a'b"), "'a'\\''b'");
    }
}
