//! The steps of a workflow file, as far as a gate needs them: their names, and whether they can fail the run.
//! Knows the block form of YAML that workflows are written in; what it cannot read is a step that is not there.

use super::Known;
use super::proof::Proof;
use crate::model::ReadinessLine;
use std::collections::BTreeMap;

pub(super) fn lines(known: &Known<'_>) -> Vec<ReadinessLine> {
    let config = &known.workspace.config.readiness;
    let steps = config.steps.iter();
    steps
        .map(|name| {
            let mut proof = Proof::default();
            for source in proof.papers(
                &known.papers.workflow,
                config.workflow.as_deref(),
                "workflow",
            ) {
                let text = source.text().unwrap_or_default();
                judge(&mut proof, &source.path, text, name);
            }
            proof.line(&name.to_lowercase().replace(' ', "-"), name)
        })
        .collect()
}

fn judge(proof: &mut Proof, path: &str, text: &str, name: &str) {
    let found = steps(text);
    let Some(step) = found.iter().find(|step| step.says("name", name)) else {
        proof.lacks(format!("{path} has no step `{name}`"));
        return;
    };
    let acts = step.keys.contains_key("run") || step.keys.contains_key("uses");
    if !acts {
        proof.lacks(format!("{path}:{}: step `{name}` does nothing", step.line));
    } else if step.says("continue-on-error", "true") {
        proof.lacks(format!(
            "{path}:{}: step `{name}` cannot fail the run",
            step.line
        ));
    } else if step.says("if", "false") {
        proof.lacks(format!(
            "{path}:{}: step `{name}` is switched off",
            step.line
        ));
    } else {
        proof.seen(format!("{path}:{}", step.line));
    }
}

/// One item below `steps:`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Step {
    /// From 1.
    line: usize,
    /// Its own keys, without those of nested blocks.
    keys: BTreeMap<String, String>,
}

impl Step {
    fn says(&self, key: &str, value: &str) -> bool {
        let said = self.keys.get(key).map(String::as_str);
        let said = said.map(|said| said.trim_matches(['"', '\'']));
        said == Some(value)
    }
}

/// Every step of every job.
fn steps(text: &str) -> Vec<Step> {
    let mut found: Vec<Step> = Vec::new();
    // Columns of `steps:` and of the keys of the step that is open.
    let mut list: Option<usize> = None;
    let mut own = 0;
    for (index, line) in text.lines().enumerate() {
        let body = line.trim_start();
        let column = line.len() - body.len();
        if body.is_empty() || body.starts_with('#') {
            continue;
        }
        if body.trim_end() == "steps:" {
            list = Some(column);
            own = 0;
            continue;
        }
        let Some(start) = list else { continue };
        let item = body
            .strip_prefix("- ")
            .filter(|_| own == 0 || column + 2 == own);
        if column < start || column == start && item.is_none() {
            list = None;
        } else if let Some(first) = item {
            own = column + 2;
            found.push(Step {
                line: index + 1,
                ..Step::default()
            });
            put(found.last_mut(), first);
        } else if column == own {
            put(found.last_mut(), body);
        }
    }
    found
}

fn put(step: Option<&mut Step>, line: &str) {
    if let (Some(step), Some((key, value))) = (step, line.split_once(':')) {
        let value = value.split(" #").next().unwrap_or_default().trim();
        step.keys.insert(key.trim().to_owned(), value.to_owned());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
jobs:
  check:
    steps:
      - uses: actions/checkout@0 # v1
        with:
          name: Schema lint
      # - name: Contract tests
      - name: Judge
        continue-on-error: true
        run: |
          - name: Policy as code
            run: true
      - name: \"Release gates\"
        if: always()
        run: ./gate
  gate:
    name: Contract tests
    steps:
    - name: Last
      run: true
";

    #[test]
    fn only_items_of_steps_are_steps() {
        let found = steps(TEXT);
        let names: Vec<Option<&str>> = found
            .iter()
            .map(|step| step.keys.get("name").map(String::as_str))
            .collect();
        let expected = [None, Some("Judge"), Some("\"Release gates\""), Some("Last")];
        assert_eq!(names, expected);
    }

    #[test]
    fn a_step_that_cannot_fail_is_no_gate() {
        let holds = |text: &str, name: &str| {
            let mut proof = Proof::default();
            judge(&mut proof, "w.yml", text, name);
            proof.line("x", "x").holds
        };
        assert!(holds(TEXT, "Release gates"));
        for (from, to) in [
            ("if: always()", "if: false"),
            ("if: always()", "continue-on-error: true"),
            ("run: ./gate", "env: {}"),
            ("name: \"Release gates\"", "name: Gates"),
        ] {
            assert!(!holds(&TEXT.replace(from, to), "Release gates"), "{to}");
        }
        for name in ["Schema lint", "Contract tests", "Policy as code", "Judge"] {
            assert!(!holds(TEXT, name), "{name}");
        }
    }
}
