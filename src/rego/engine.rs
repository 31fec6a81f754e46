//! The one module that names `regorus`.
//! Refuses to let a built-in fail quietly or a policy run for longer than a second.

use super::{Module, PolicyEngine, Raised, Refused};
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, LimitError};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

/// How long one rule may run.
///
/// Source: policy specification, section 5 (1 s per rule)
const LIMIT: Duration = Duration::from_secs(1);

/// Steps between two looks at the clock; small enough to stop a loop at once, large enough not to be felt.
const CHECK_INTERVAL: NonZeroU32 = NonZeroU32::MIN.saturating_add(63);

/// A document of facts, made ready for the engine once and shared by all rules.
#[derive(Clone, Debug)]
pub struct Facts(regorus::Value);

impl Facts {
    #[must_use]
    pub fn new(document: &Value) -> Self {
        Self(document.clone().into())
    }

    /// The same facts with one top-level member replaced; the rest is shared.
    #[must_use]
    pub fn with(&self, name: &str, value: &Value) -> Self {
        let mut facts = self.0.clone();
        if let Ok(members) = facts.as_object_mut() {
            members.insert(name.into(), value.clone().into());
        }
        Self(facts)
    }
}

/// A parsed text and the interpreter that evaluates it.
#[derive(Clone, Debug)]
pub struct Regorus {
    engine: Engine,
    module: Module,
}

impl PolicyEngine for Regorus {
    fn load(path: &str, text: &str) -> Result<Self, Refused> {
        let mut engine = Engine::new();
        engine.set_strict_builtin_errors(true);
        engine.set_gather_prints(true);
        engine.set_execution_timer_config(ExecutionTimerConfig {
            limit: LIMIT,
            check_interval: CHECK_INTERVAL,
        });
        engine
            .add_policy(path.to_owned(), text.to_owned())
            .map_err(|error| refused(&format!("{error:#}")).in_characters(text))?;
        let module = module(&engine)?;
        Ok(Self { engine, module })
    }

    fn tree(&self) -> &Module {
        &self.module
    }

    fn ask(&mut self, facts: &Facts, query: &str) -> Result<Vec<Value>, Raised> {
        self.engine.set_input(facts.0.clone());
        let result = match self.engine.eval_rule(query.to_owned()) {
            Ok(result) => result,
            Err(error) if error.downcast_ref::<LimitError>().is_some() => {
                return Err(Raised::TimedOut(LIMIT.as_millis()));
            }
            Err(error) => {
                let refused = refused(&format!("{error:#}"));
                return Err(Raised::Failed {
                    line: refused.line,
                    reason: refused.reason,
                });
            }
        };
        let members = match &result {
            regorus::Value::Set(members) => members.iter(),
            other => return Err(Raised::NotASet(kind(other))),
        };
        members
            .map(|member| {
                serde_json::to_value(member).map_err(|error| Raised::Failed {
                    line: 1,
                    reason: error.to_string(),
                })
            })
            .collect()
    }

    fn watch(&mut self) {
        self.engine.set_enable_coverage(true);
    }

    fn reached(&self) -> BTreeSet<u32> {
        let report = self.engine.get_coverage_report().ok();
        let file = report.and_then(|report| report.files.into_iter().next());
        // A line of which one part was reached and another was not counts as not reached.
        file.map(|file| {
            file.covered
                .difference(&file.not_covered)
                .copied()
                .collect()
        })
        .unwrap_or_default()
    }
}

fn module(engine: &Engine) -> Result<Module, Refused> {
    #[derive(Deserialize)]
    struct Policy {
        ast: Module,
    }
    let unknown = |reason: String| Refused {
        line: 1,
        column: 1,
        reason: format!("it uses syntax that cannot be checked: {reason}"),
    };
    let text = engine
        .get_ast_as_json()
        .map_err(|error| unknown(error.to_string()))?;
    let policies: Vec<Policy> =
        serde_json::from_str(&text).map_err(|error| unknown(error.to_string()))?;
    let policy = policies.into_iter().next();
    policy
        .map(|policy| policy.ast)
        .ok_or_else(|| unknown("it is empty".to_owned()))
}

/// Line, column and reason out of the engine's message:
/// `--> path:line:column`, the line of the text, a caret, `error: reason`.
fn refused(message: &str) -> Refused {
    let at = message.lines().find_map(|line| {
        let mut parts = line.strip_prefix("--> ")?.rsplitn(3, ':');
        let column = parts.next()?.parse().ok()?;
        let line = parts.next()?.parse().ok()?;
        Some((line, column))
    });
    let reason = message
        .lines()
        .find_map(|line| line.strip_prefix("error: "))
        .or_else(|| message.lines().find(|line| !line.is_empty()))
        .unwrap_or("it cannot be used");
    let (line, column) = at.unwrap_or((1, 1));
    Refused {
        line,
        column,
        reason: reason.to_owned(),
    }
}

impl Refused {
    /// The engine counts a tab as four columns; a reader of the file counts it as one character.
    fn in_characters(mut self, text: &str) -> Self {
        let line = usize::try_from(self.line).unwrap_or(1).saturating_sub(1);
        let mut wide = 1;
        let mut column = 1;
        for c in text.lines().nth(line).unwrap_or_default().chars() {
            if wide >= self.column {
                break;
            }
            wide += if c == '\t' { 4 } else { 1 };
            column += 1;
        }
        self.column = column;
        self
    }
}

fn kind(value: &regorus::Value) -> &'static str {
    match value {
        regorus::Value::Null => "null",
        regorus::Value::Bool(_) => "a boolean",
        regorus::Value::Number(_) => "a number",
        regorus::Value::String(_) => "a string",
        regorus::Value::Array(_) => "an array",
        regorus::Value::Set(_) => "a set",
        regorus::Value::Object(_) => "an object",
        regorus::Value::Undefined => "undefined",
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing
    )]
    use super::*;
    use serde_json::json;

    fn ask(text: &str, input: &Value) -> Result<Vec<Value>, Raised> {
        Regorus::load("rule.rego", text)
            .unwrap()
            .ask(&Facts::new(input), "data.t.deny")
    }

    #[test]
    fn a_partial_set_gives_its_members_in_order() {
        let found = ask(
            "package t\n\ndeny contains x if some x in input.list\n",
            &json!({"list": ["b", "a", "b"]}),
        );
        assert_eq!(found.unwrap(), [json!("a"), json!("b")]);
    }

    #[test]
    fn a_result_that_is_no_set_is_no_answer() {
        for (text, kind) in [
            ("package t\n\ndeny := 3\n", "a number"),
            ("package t\n\ndeny := {\"a\": 1}\n", "an object"),
            ("package t\n\ndeny := 3 if input.absent\n", "undefined"),
        ] {
            assert_eq!(ask(text, &json!({})), Err(Raised::NotASet(kind)));
        }
    }

    #[test]
    fn a_built_in_that_fails_raises_instead_of_being_undefined() {
        let raised = ask(
            "package t\n\ndeny contains x if {\n\tx := lower(input.number)\n}\n",
            &json!({"number": 3}),
        );
        let Err(Raised::Failed { line, reason }) = raised else {
            panic!("{raised:?}");
        };
        assert_eq!(line, 4);
        assert!(reason.contains("lower"), "{reason}");
    }

    #[test]
    fn an_endless_rule_is_stopped() {
        let list: Vec<u32> = (0..3000).collect();
        let text = "package t\n\ndeny contains 1 if {\n\tsome a in input.l\n\tsome b in input.l\n\tsome c in input.l\n\ta + b + c < 0\n}\n";
        assert_eq!(
            ask(text, &json!({"l": list})),
            Err(Raised::TimedOut(LIMIT.as_millis()))
        );
    }

    #[test]
    fn a_syntax_error_has_its_place() {
        let refused = Regorus::load(
            "rule.rego",
            "package t\n\ndeny contains x if {\n\tx. == 1\n}\n",
        );
        let refused = refused.unwrap_err();
        assert_eq!((refused.line, refused.column), (4, 5));
        assert_eq!(refused.reason, "expecting identifier");
    }
}
