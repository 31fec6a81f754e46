//! What waits for the board, as a list in Markdown with the commands that settle it.

use super::{code, prose};
use crate::model::DecisionNeeded;
use crate::report::hygiene::is_command;
use std::fmt::Write as _;

/// Decisions that are told whatever else is cut.
const FEW: usize = 10;
/// Ways out that one decision shows.
const OPTIONS: usize = 4;

/// What waits for the board, with the commands that settle it.
pub(super) fn decisions(decisions: &[DecisionNeeded]) -> String {
    if decisions.is_empty() {
        return String::new();
    }
    let mut part = "\n**Waits for a decision**\n\n".to_owned();
    for decision in decisions.iter().take(FEW) {
        let _ = writeln!(
            part,
            "- {} {} {}",
            code(&decision.subject),
            prose(&decision.question),
            conditions(decision)
        );
        for option in decision.options.iter().take(OPTIONS) {
            let option = if is_command(option) {
                code(option)
            } else {
                prose(option)
            };
            let _ = writeln!(part, "  - {option}");
        }
    }
    if decisions.len() > FEW {
        let _ = writeln!(part, "- {} more", decisions.len() - FEW);
    }
    part
}

/// Whose word is missing, until when it can wait, and what happens otherwise: only what there is.
fn conditions(decision: &DecisionNeeded) -> String {
    let mut said = Vec::new();
    if !decision.roles.is_empty() {
        said.push(format!("missing: {}", prose(&decision.roles.join(", "))));
    }
    if let Some(day) = &decision.deadline {
        said.push(format!("by {}", prose(day)));
    }
    said.push(format!("otherwise: {}", prose(&decision.otherwise)));
    said.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::at;

    #[test]
    fn a_decision_says_only_what_there_is_and_sets_only_commands_as_code() {
        let decision = DecisionNeeded {
            subject: "WV-0002".to_owned(),
            question: "Is it fixed?".to_owned(),
            owner: "exchange-platform".to_owned(),
            roles: Vec::new(),
            options: vec![
                "fix what it covers".to_owned(),
                "matchmark waiver close WV-0002".to_owned(),
            ],
            deadline: None,
            otherwise: "the gate fails".to_owned(),
            location: at("policies/waivers/WV-0002.toml", 1, 1),
        };
        let told = decisions(&[decision]);
        assert_eq!(
            told,
            "\n**Waits for a decision**\n\n- `WV-0002` Is it fixed? otherwise: the gate fails\n  \
             - fix what it covers\n  - `matchmark waiver close WV-0002`\n"
        );
    }
}
