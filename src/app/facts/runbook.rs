//! What a step of a runbook tells whoever carries it out.
//! Refuses to run anything: a step has a command and a result, or it has not.

use super::operating::text;
use super::{count, known};
use crate::catalogue::{Operating, Runbook, RunbookStep};
use crate::policy::input::{RunbookFacts, StepFacts};

pub(super) fn of(all: &Operating, one: &Runbook) -> RunbookFacts {
    let answers = |id: &&String| {
        let mut alerts = all.alerts.iter();
        alerts.any(|alert| {
            text(alert, "id") == id.as_str() && text(alert, "runbook") == one.source.path
        })
    };
    RunbookFacts {
        id: one.head.id.clone(),
        file: one.source.path.clone(),
        owner: known(&one.head.owner),
        alerts: one.head.alerts.iter().filter(answers).cloned().collect(),
        steps: one
            .steps
            .iter()
            .enumerate()
            .map(|(index, found)| step(index, found))
            .collect(),
    }
}

/// Beginnings of steps that tell nobody what to do, unless a command and its result follow.
const VAGUE: [&str; 24] = [
    "ask",
    "assess",
    "be sure",
    "call",
    "check",
    "clean",
    "coordinate",
    "debug",
    "double-check",
    "ensure",
    "escalate",
    "fix",
    "follow up",
    "have a look",
    "investigate",
    "look",
    "make sure",
    "monitor",
    "reboot",
    "resolve",
    "restart",
    "review",
    "see",
    "verify",
];

/// Results that anybody may claim.
const EMPTY: [&str; 8] = [
    "done",
    "everything is fine",
    "fixed",
    "it is ok",
    "it works",
    "no errors",
    "ok",
    "resolved",
];

fn step(index: usize, found: &RunbookStep) -> StepFacts {
    let command = found.commands.iter().any(|command| is_command(command));
    let words = |text: &str| {
        let trimmed = text.trim().trim_end_matches(['.', '!']);
        trimmed.to_lowercase()
    };
    let said = words(&found.success);
    let success = !said.is_empty() && !EMPTY.contains(&said.as_str());
    let text = words(&found.text);
    let begins = |vague: &&str| {
        let rest = text.strip_prefix(*vague);
        rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    StepFacts {
        number: count(index + 1),
        pointer: format!("/steps/{index}"),
        command,
        success,
        vague: VAGUE.iter().any(begins) && !(command && success),
    }
}

/// Whether a line can be carried out as it stands: it holds no gap that a reader has to fill without a name.
fn is_command(line: &str) -> bool {
    let line = line.trim_start_matches("$ ").trim();
    !line.is_empty()
        && !["...", "…", "TODO", "<command>"]
            .iter()
            .any(|gap| line.contains(gap))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::super::tests::shipped;
    use super::*;
    use crate::catalogue::Source;

    fn steps_of(text: &str) -> Vec<StepFacts> {
        let text = format!("+++\nid = \"r\"\n+++\n\n{text}\n");
        let one = Runbook::read(Source::new("r.md", text.into_bytes())).unwrap();
        of(&Operating::default(), &one).steps
    }

    #[test]
    fn row_s0_99_twenty_orders_without_a_command_are_told_and_good_steps_are_not() {
        let vague = [
            "Check the logs",
            "Restart the service",
            "Look at the dashboard",
            "Ask the partner",
            "Investigate the cause",
            "Make sure that it works",
            "Monitor the queue",
            "Verify the configuration",
            "Review the change",
            "Escalate if needed",
            "Follow up with the team",
            "Fix the database",
            "Resolve the incident",
            "Ensure that the token is valid",
            "See what is wrong",
            "Call the vendor",
            "Debug the gateway",
            "Clean up",
            "Double-check the certificate",
            "Coordinate with security",
        ];
        for order in vague {
            let told = &steps_of(&format!("1. {order}."))[0];
            assert!(told.vague && !told.command && !told.success, "{order}");
            let empty = format!("1. {order}.\n\n   ```sh\n   ...\n   ```\n\n   Success: it works.");
            let told = &steps_of(&empty)[0];
            assert!(told.vague && !told.command && !told.success, "{order}");
            let good = format!(
                "1. {order}.\n\n   ```sh\n   true\n   ```\n\n   Success: it prints nothing."
            );
            let told = &steps_of(&good)[0];
            assert!(!told.vague && told.command && told.success, "{order}");
        }
    }

    #[test]
    fn every_step_of_the_shipped_runbooks_can_be_carried_out() {
        let head = shipped();
        assert!(head.operating.runbooks.len() >= 8);
        for one in &head.operating.runbooks {
            let facts = of(&head.operating, one);
            assert!(
                !facts.alerts.is_empty() && facts.steps.len() >= 3,
                "{}",
                facts.id
            );
            for step in facts.steps {
                assert!(
                    step.command && step.success && !step.vague,
                    "{} {}",
                    facts.id,
                    step.number
                );
            }
        }
    }
}
