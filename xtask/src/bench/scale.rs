//! The engine over large schemas: each compared with itself and with single edits of it, one process a question.
//! Refuses to take a wrong verdict: an open one is counted, a wrong one fails.

#[allow(dead_code, reason = "the tests also know which edits may be left open")]
#[path = "../../../tests/support/edit.rs"]
mod edit;

use super::compat::{WARM_UP, alone, build, engine};
use super::dialogue::{Cost, Dialogue, Reply};
use super::page::{self, rounded};
use super::peer::{self, Start};
use crate::fault::Fault;
use crate::repository;
use edit::Edits;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// The most that one question may cost.
///
/// Source: the performance targets of the engine
const CPU: f64 = 2.0;
const MEMORY: u64 = 1024;

/// What the engine may take here, in milliseconds: more than the limit, so that a table shows how far beyond it a question is.
const BUDGET: &str = "10000";
const LIMIT: Duration = Duration::from_secs(20);

const LISTS: &str = "tests/scale";

/// One question, and what came back.
struct Row {
    schema: String,
    edit: String,
    compatible: bool,
    verdict: String,
    why: String,
    cost: Cost,
    /// What containment alone says, and the seconds of CPU that it takes.
    alone: (String, f64),
}

/// Builds, asks about every list, prints the table and writes it.
pub fn run(profile: &str) -> Result<(), Fault> {
    build(profile)?;
    let mut rows = Vec::new();
    for (name, edits) in lists()? {
        let Some((schema, draft)) = schema(&name, &edits)? else {
            println!("scale: {} cannot be fetched here", edits.schema);
            continue;
        };
        for (edit, edited, compatible) in questions(&edits, &schema)? {
            let line = json!({"n": 1, "old": schema, "new": edited, "draft": draft}).to_string();
            let row = ask(profile, &line, &name, edit, compatible)?;
            println!("{}", row.line());
            rows.push(row);
        }
    }
    told(&rows)
}

fn lists() -> Result<Vec<(String, Edits)>, Fault> {
    let folder = repository::root().join(LISTS);
    let entries = std::fs::read_dir(&folder).map_err(Fault::file(&folder))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut paths: Vec<_> = paths.collect();
    paths.sort();
    let read = |path: &Path| {
        let text = std::fs::read_to_string(path).map_err(Fault::file(path))?;
        let edits = Edits::read(&text);
        let edits = edits.map_err(|error| Fault::Said(format!("{}: {error}", path.display())))?;
        let stem = path.file_stem().unwrap_or_default();
        Ok((stem.to_string_lossy().into_owned(), edits))
    };
    paths.iter().map(|path| read(path)).collect()
}

/// The schema of a list and its draft; `None` where it has to be fetched and cannot be.
fn schema(name: &str, edits: &Edits) -> Result<Option<(Value, &'static str)>, Fault> {
    let (path, draft) = if name == "fhir-r4" {
        let Some(path) = peer::fhir_schema() else {
            return Ok(None);
        };
        (path, "6")
    } else {
        (repository::root().join(&edits.schema), "2020-12")
    };
    let text = std::fs::read_to_string(&path).map_err(Fault::file(&path))?;
    let schema = serde_json::from_str(&text);
    let schema = schema.map_err(|error| Fault::Said(format!("{}: {error}", path.display())))?;
    Ok(Some((schema, draft)))
}

/// The schema itself and every edit of it: its name, the other side, and whether they are compatible.
fn questions<'a>(edits: &'a Edits, schema: &Value) -> Result<Vec<(&'a str, Value, bool)>, Fault> {
    let mut all = vec![("itself", schema.clone(), true)];
    for edit in &edits.edit {
        let edited = edit.of(schema);
        let edited = edited.ok_or_else(|| Fault::Said(format!("{}: no such place", edit.name)))?;
        all.push((&edit.name, edited, edit.compatible));
    }
    Ok(all)
}

/// Asks the engine and containment alone the same question.
fn ask(
    profile: &str,
    line: &str,
    schema: &str,
    edit: &str,
    compatible: bool,
) -> Result<Row, Fault> {
    let start = engine(profile);
    let patient = move || {
        let mut command = start();
        command.args(["--budget-ms", BUDGET]);
        command
    };
    let (answer, cost) = one(Box::new(patient), line)?;
    let (ground, spent) = one(alone(profile), line)?;
    Ok(Row {
        schema: schema.to_owned(),
        edit: edit.to_owned(),
        compatible,
        verdict: text(&answer, "verdict"),
        why: text(&answer, "why"),
        cost,
        alone: (text(&ground, "verdict"), spent.cpu),
    })
}

/// The answer of a fresh program to one question, and what it cost.
fn one(start: Start, line: &str) -> Result<(Value, Cost), Fault> {
    let mut asked = Dialogue::new(start, WARM_UP, LIMIT);
    let answer = match asked.ask(line)? {
        Reply::Line(line) => serde_json::from_str(&line).unwrap_or_default(),
        Reply::Late => json!({"verdict": "unknown", "why": "late"}),
        Reply::Gone => json!({"verdict": "unknown", "why": "died"}),
    };
    Ok((answer, asked.cost()))
}

fn text(answer: &Value, key: &str) -> String {
    let text = answer.get(key).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

impl Row {
    fn wanted(&self) -> &'static str {
        if self.compatible {
            "compatible"
        } else {
            "breaking"
        }
    }

    fn is_right(&self) -> bool {
        self.verdict == self.wanted()
    }

    fn is_within_limits(&self) -> bool {
        self.cost.cpu < CPU && self.cost.peak / 1024 < MEMORY
    }

    fn line(&self) -> String {
        let Self {
            schema,
            edit,
            verdict,
            why,
            cost,
            alone: (ground, spent),
            ..
        } = self;
        let verdict = if self.is_right() {
            verdict.clone()
        } else {
            format!("**{verdict}**, not {}", self.wanted())
        };
        let (cpu, peak) = (rounded(cost.cpu), cost.peak / 1024);
        let over = if self.is_within_limits() {
            ""
        } else {
            ", over"
        };
        let spent = rounded(*spent);
        format!(
            "| {schema} | {edit} | {verdict} | `{why}` | {cpu}{over} | {peak} | {ground} | {spent} |"
        )
    }
}

fn told(rows: &[Row]) -> Result<(), Fault> {
    let count = |is: fn(&Row) -> bool| rows.iter().filter(|row| is(row)).count();
    let total = rows.len();
    let (right, within) = (count(Row::is_right), count(Row::is_within_limits));
    let mut table =
        "| schema | edit | verdict | why | CPU s | peak MiB | `covers` alone | CPU s |\n\
         |---|---|---|---|--:|--:|---|--:|\n"
            .to_owned();
    for row in rows {
        table.push_str(&row.line());
        table.push('\n');
    }
    let closing = format!(
        "{right} of {total} decided, {within} of {total} within {CPU:.0} s of CPU and {MEMORY} MiB."
    );
    println!("\n{closing}");
    page::write("scale", &format!("{INTRODUCTION}\n{table}\n{closing}\n"))?;
    let wrong = count(|row| !row.is_right() && row.verdict != "unknown");
    if wrong > 0 {
        return Err(Fault::Said(format!("{wrong} verdicts are wrong")));
    }
    Ok(())
}

const INTRODUCTION: &str = "## How large may a schema be?

The largest schemas of the catalogue and the FHIR R4 schema that HL7 publishes (680 definitions), each compared with itself
and with a single edit deep inside it (`tests/scale/`), one process a question. A verdict in bold is still open. CPU is user
and system time of the question without the program's start; memory is the peak of the process, its start included. Here the
engine is given 10 s, five times its own limit, so that the table shows how far a question is beyond it. The last columns
are containment by the crate `jsonschema` alone, asked the same.
";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_edit_changes_one_place_and_refuses_one_that_is_not_there() {
        let list = |path: &str, op: &str| {
            let text = format!(
                "schema = \"x\"\n[[edit]]\nname = \"x\"\nop = \"{op}\"\npath = \"{path}\"\nvalue = 7\ncompatible = true\n"
            );
            Edits::read(&text).unwrap().edit.remove(0)
        };
        let schema = json!({"a": {"b": [1, 2]}});
        for (path, op, wanted) in [
            ("/a/b/-", "add", Some(json!({"a": {"b": [1, 2, 7]}}))),
            ("/a/c", "add", Some(json!({"a": {"b": [1, 2], "c": 7}}))),
            ("/a/b/0", "remove", Some(json!({"a": {"b": [2]}}))),
            ("/a/b", "remove", Some(json!({"a": {}}))),
            ("/a/b/1", "replace", Some(json!({"a": {"b": [1, 7]}}))),
            ("/a/c", "replace", None),
            ("/a/b/2", "remove", None),
            ("/c/d", "add", None),
        ] {
            assert_eq!(list(path, op).of(&schema), wanted, "{op} {path}");
        }
    }
}
