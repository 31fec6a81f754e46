//! `matchmark.toml` as a value, with names in it that can be names of files.
//! Refuses to judge what it asks for.

use super::read::{malformed, toml};
use crate::catalogue::{Config, Source};
use crate::model::Finding;

const RULE: &str = "catalogue/config-unreadable";

/// The configuration, or what is wrong with it. A role names a file, so it is a plain word.
pub(super) fn read(source: &Source) -> Result<Config, Box<Finding>> {
    let config: Config = toml(source, RULE)?;
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
    fn a_role_of_the_board_cannot_lead_out_of_its_folder() {
        assert!(is_read("roles = ['security', 'team-2']"));
        for role in ["../../x", "", "Security", "a b", "2a", "-a", "a/b"] {
            assert!(!is_read(&format!("roles = ['{role}']")), "{role}");
            assert!(!is_read(&format!("quorum.waiver = ['{role}']")), "{role}");
        }
    }
}
