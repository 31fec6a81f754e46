//! A runbook: Markdown between `+++` lines of TOML, with numbered steps that somebody can carry out.
//! Refuses to judge a step: what a step has is told, what it must have is a policy's matter.

use super::Source;
use crate::model::Place;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What stands between the two `+++` lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RunbookHead {
    /// Name in kebab case; the file is called after it.
    pub id: String,
    /// The team that keeps it.
    #[serde(default)]
    pub owner: String,
    /// Alerts that lead here.
    #[serde(default)]
    pub alerts: Vec<String>,
}

/// One numbered step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunbookStep {
    /// Line on which it begins, from 1.
    pub line: u32,
    /// What is done, without the number.
    pub text: String,
    /// Lines of its shell block that are no comments.
    pub commands: Vec<String>,
    /// What one sees when it worked: the text behind `Success:`.
    pub success: String,
}

/// A runbook as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runbook {
    pub source: Source,
    pub head: RunbookHead,
    /// In the order of the file, whatever headings stand between them.
    pub steps: Vec<RunbookStep>,
}

/// The fence of the head.
const FENCE: &str = "+++";
/// Where the success condition of a step begins.
const SUCCESS: &str = "Success:";

impl Runbook {
    /// Reads a runbook.
    ///
    /// Errors: the head is missing or is no TOML of this shape; the sentence says which
    pub fn read(source: Source) -> Result<Self, String> {
        let text = source.text().ok_or("is not UTF-8 text")?;
        let text = text.replace("\r\n", "\n");
        let rest = text
            .strip_prefix(FENCE)
            .and_then(|rest| rest.strip_prefix('\n'));
        let rest = rest.ok_or("does not begin with a line `+++` and its head in TOML")?;
        let end = format!("\n{FENCE}\n");
        let (head, body) = rest.split_once(&end).ok_or("has a head without an end")?;
        let head: RunbookHead = toml::from_str(head).map_err(|error| {
            let first = error.message().lines().next().unwrap_or("is not TOML");
            format!("has a head that cannot be read: {first}")
        })?;
        let before = text.len() - body.len();
        let lines = text.get(..before).unwrap_or("").lines().count();
        let steps = steps(body, lines);
        Ok(Self {
            source,
            head,
            steps,
        })
    }

    /// The place of a pointer: the whole file, or `/steps/0`.
    #[must_use]
    pub fn place(&self, pointer: &str) -> Option<Place> {
        if pointer.is_empty() {
            return Some(Place::start(&self.source.path));
        }
        let index: usize = pointer.strip_prefix("/steps/")?.parse().ok()?;
        let step = self.steps.get(index)?;
        Some(Place {
            line: step.line,
            ..Place::start(&self.source.path)
        })
    }
}

/// The numbered steps of a body that begins behind `before` lines.
fn steps(body: &str, before: usize) -> Vec<RunbookStep> {
    let mut steps: Vec<RunbookStep> = Vec::new();
    let mut reader = Reader::default();
    for (index, line) in body.lines().enumerate() {
        let number = u32::try_from(before + index + 1).unwrap_or(u32::MAX);
        reader.line(line, number, &mut steps);
    }
    steps
}

/// Where in a body the reader stands.
#[derive(Default)]
struct Reader {
    /// Inside a fenced block; true when it is one of commands.
    block: Option<bool>,
    /// Inside a step, not behind a heading that ended it.
    open: bool,
    /// Inside the success condition of that step.
    told: bool,
}

impl Reader {
    fn line(&mut self, line: &str, number: u32, steps: &mut Vec<RunbookStep>) {
        let text = line.trim();
        let step = steps.last_mut().filter(|_| self.open);
        if let Some(language) = text.strip_prefix("```") {
            let shell = matches!(language.trim(), "sh" | "bash" | "console" | "shell");
            self.block = match self.block {
                None => Some(shell),
                Some(_) => None,
            };
            self.told = false;
        } else if let Some(commands) = self.block {
            let is_command = commands && !text.is_empty() && !text.starts_with('#');
            if let Some(step) = step.filter(|_| is_command) {
                step.commands.push(text.to_owned());
            }
        } else if line.starts_with('#') {
            self.open = false;
        } else if let Some(text) = numbered(line) {
            (self.open, self.told) = (true, false);
            steps.push(RunbookStep {
                line: number,
                text: text.to_owned(),
                ..RunbookStep::default()
            });
        } else if let Some(step) = step {
            if let Some(success) = text.strip_prefix(SUCCESS) {
                self.told = true;
                step.success = success.trim().to_owned();
            } else if text.is_empty() {
                self.told = false;
            } else {
                let target = match self.told {
                    true => &mut step.success,
                    false => &mut step.text,
                };
                target.push(' ');
                target.push_str(text);
            }
        }
    }
}

/// The text of a line that begins a step: `1. text`.
fn numbered(line: &str) -> Option<&str> {
    let (number, text) = line.split_once(". ")?;
    let digits = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit());
    digits.then(|| text.trim())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    const TEXT: &str = "+++\nid = \"timeout\"\nowner = \"platform\"\nalerts = [\"slow\"]\n+++\n\n# A title\n\n1. Ask the service\n   how it is.\n\n   ```sh\n   # only this\n   curl -s http://127.0.0.1/ready\n   ```\n\n   Success: the answer is 200\n   and says ready.\n\n2. Check the logs\n\n## After\n\nWords of no step.\n";

    #[test]
    fn a_step_is_its_text_its_commands_and_what_one_sees() {
        let runbook = Runbook::read(Source::new("r.md", TEXT.as_bytes())).unwrap();
        assert_eq!(runbook.head.alerts, ["slow"]);
        assert_eq!(runbook.steps.len(), 2);
        let first = &runbook.steps[0];
        assert_eq!(first.text, "Ask the service how it is.");
        assert_eq!(first.commands, ["curl -s http://127.0.0.1/ready"]);
        assert_eq!(first.success, "the answer is 200 and says ready.");
        assert_eq!((first.line, runbook.steps[1].line), (9, 20));
        assert!(runbook.steps[1].commands.is_empty() && runbook.steps[1].success.is_empty());
        assert_eq!(runbook.place("/steps/1").unwrap().line, 20);
        assert_eq!(runbook.place("/steps/2"), None);
    }

    #[test]
    fn a_head_must_be_there_and_known() {
        for text in [
            "# no head\n",
            "+++\nid = \"a\"\n",
            "+++\nid = \"a\"\nmood = 1\n+++\n",
            "+++\nowner = \"a\"\n+++\n",
        ] {
            assert!(
                Runbook::read(Source::new("r.md", text.as_bytes())).is_err(),
                "{text}"
            );
        }
    }
}
