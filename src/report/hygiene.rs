//! Keeps names that others wrote from steering a terminal, a build log or a page.

/// `text` on one line, with every control and direction character replaced.
pub(super) fn clean(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '\n' | '\t' => ' ',
            letter if letter.is_control() || steers(letter) => char::REPLACEMENT_CHARACTER,
            letter => letter,
        })
        .collect()
}

/// Characters that are invisible, or that turn the direction of what follows.
fn steers(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// The same text, in which no build service finds a command.
///
/// Source: GitHub Actions, workflow commands: `::name::` at the start of a line, `##[name]` anywhere
pub(super) fn guard(text: &str) -> String {
    let mut guarded = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let body = line.trim_start();
        let indent = line.len() - body.len();
        guarded.push_str(line.get(..indent).unwrap_or_default());
        match body.strip_prefix("::") {
            Some(rest) => {
                guarded.push_str(": :");
                guarded.push_str(rest);
            }
            None => guarded.push_str(body),
        }
    }
    guarded.replace("##[", "# #[")
}

/// Whether `text` can be pasted into a shell as it stands; a remedy in words is none.
pub(super) fn is_command(text: &str) -> bool {
    let first = text.split(' ').next();
    first.is_some_and(|word| ["matchmark", "git"].contains(&word)) && !text.contains('`')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_and_direction_characters_are_replaced() {
        assert_eq!(clean("a\u{1b}[31mb"), "a\u{fffd}[31mb");
        assert_eq!(clean("a\r\nb\tc"), "a\u{fffd} b c");
        assert_eq!(
            clean("a\u{202e}b\u{200b}c\u{2028}"),
            "a\u{fffd}b\u{fffd}c\u{fffd}"
        );
        assert_eq!(clean("zwölf 十二"), "zwölf 十二");
    }

    #[test]
    fn no_line_is_a_command_of_a_build_service() {
        assert_eq!(
            guard("::error::x\n  ::set-output\na::b\n##[group]x\n"),
            ": :error::x\n  : :set-output\na::b\n# #[group]x\n"
        );
        assert_eq!(guard(":::x"), ": ::x");
        assert_eq!(guard("###[x]"), "## #[x]");
    }
}
