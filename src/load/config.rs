//! `matchmark.toml` as a value, with names in it that can be names of files.
//! Refuses to judge what it asks for.

use super::read::{malformed, toml};
use crate::catalogue::{Config, ReplayConfig, Source};
use crate::model::Finding;
use wire::json::pointer_segments;

const RULE: &str = "catalogue/config-unreadable";

/// The configuration, or what is wrong with it. A role names a file, so it is a plain word.
pub(super) fn read(source: &Source) -> Result<Config, Box<Finding>> {
    let config: Config = toml(source, RULE)?;
    if let Some((text, what)) = odd_place(&config.replay) {
        return Err(malformed(RULE, source.find(text), what));
    }
    let board = &config.board;
    let mut roles = board.roles.iter().chain(board.quorum.values().flatten());
    match roles.find(|role| !is_role(role)) {
        Some(role) => {
            let what = "names a role of the board that is no plain word: a-z, then a-z, 0-9 and -";
            Err(malformed(RULE, source.find(role), what))
        }
        None => Ok(config),
    }
}

/// The first text that names no place of an answer, and what is wrong with it.
fn odd_place(replay: &ReplayConfig) -> Option<(&str, &'static str)> {
    let is_pointer = |text: &str| pointer_segments(text).is_some();
    let is_whole = |text: &str| {
        let segments = pointer_segments(text);
        segments.is_some_and(|segments| segments.iter().all(|it| matches!(&**it, "*" | "**")))
    };
    if let Some(whole) = replay.volatile.iter().find(|text| is_whole(text)) {
        return Some((
            whole,
            "calls whole answers volatile, so that none of them would be compared",
        ));
    }
    let mut all = replay.volatile.iter().chain(&replay.unordered);
    if let Some(text) = all.find(|text| has_position(text)) {
        return Some((
            text,
            "names a position of a list, and places are without positions: write `*`, as in /issue/*/diagnostics",
        ));
    }
    let is_header = |text: &str| {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        !text.is_empty() && text.chars().all(is_plain)
    };
    let mut volatile = replay.volatile.iter();
    let mut unordered = replay.unordered.iter();
    let odd = volatile.find(|text| !is_pointer(text) && !is_header(text));
    let odd = odd.map(|text| {
        let what = "calls volatile what is neither a JSON pointer, as in /issue/*/diagnostics, nor the name of a header";
        (text.as_str(), what)
    });
    odd.or_else(|| {
        let odd = unordered.find(|text| !is_pointer(text))?;
        Some((
            odd.as_str(),
            "calls unordered what is no JSON pointer, as in /entry",
        ))
    })
}

/// Whether a pointer has a number where a list has its items.
fn has_position(text: &str) -> bool {
    let is_number =
        |segment: &str| !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
    pointer_segments(text).is_some_and(|segments| segments.iter().any(|it| is_number(it)))
}

fn is_role(role: &str) -> bool {
    let is_plain = |one: char| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '-';
    role.starts_with(|one: char| one.is_ascii_lowercase()) && role.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_read(board: &str) -> bool {
        let text = format!("edition = 1\n[board]\n{board}\n");
        read(&Source::new("matchmark.toml", text.into_bytes())).is_ok()
    }

    #[test]
    fn a_place_of_an_answer_is_a_pointer_or_a_header() {
        let is_read = |line: &str| {
            let text = format!("edition = 1\n[replay]\n{line}\n");
            read(&Source::new("matchmark.toml", text.into_bytes())).is_ok()
        };
        assert!(is_read(
            "volatile = ['/issue/*/diagnostics', '/**/note', 'ETag']"
        ));
        assert!(is_read("unordered = ['/entry', '']"));
        assert!(is_read("unordered = ['/2nd/v1']"));
        assert!(is_read("budget.behaviour-changed = 3"));
        for odd in [
            "volatile = ['/a~2']",
            "volatile = ['']",
            "volatile = ['/**']",
            "volatile = ['/*']",
            "volatile = ['/**/*']",
            "volatile = ['/issue/0/diagnostics']",
            "unordered = ['/entry/12']",
            "volatile = ['a b']",
            "unordered = ['ETag']",
            "volatile = ['a/b']",
        ] {
            assert!(!is_read(odd), "{odd}");
        }
    }

    #[test]
    fn a_role_of_the_board_cannot_lead_out_of_its_folder() {
        assert!(is_read("roles = ['security', 'team-2']"));
        for role in ["../../x", "", "Security", "a b", "2a", "-a", "a/b"] {
            assert!(!is_read(&format!("roles = ['{role}']")), "{role}");
            assert!(!is_read(&format!("quorum.waiver = ['{role}']")), "{role}");
        }
    }
}
