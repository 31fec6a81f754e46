//! What a running service answered, for a person: one line of meaning, then every member by its path.
//! Refuses to leave anything out that the answer holds: the machine format has no more.

use super::hygiene::clean;
use crate::model::Operated;
use serde_json::{Map, Value};
use std::fmt::Write as _;

/// The answer as text.
pub(super) fn text(operated: &Operated) -> String {
    let mut out = String::new();
    if !operated.said.is_empty() {
        let _ = writeln!(out, "{}", clean(&operated.said));
    }
    match &operated.answer {
        Value::Object(parts) if sections(parts) => {
            for (name, part) in parts {
                let _ = writeln!(out, "\n{}", clean(name));
                object(&mut out, "", part.as_object().unwrap_or(&Map::new()));
            }
        }
        Value::Object(members) => object(&mut out, "", members),
        other => line(&mut out, "answer", &plain(other)),
    }
    out
}

/// Whether an answer was put together from several: then each stands under its own name.
fn sections(parts: &Map<String, Value>) -> bool {
    parts.len() > 1 && parts.values().all(Value::is_object)
}

/// The width of a name, so that values stand below each other.
const NAMES: usize = 26;

fn line(out: &mut String, name: &str, value: &str) {
    let _ = writeln!(out, "  {:<NAMES$} {}", clean(name), clean(value));
}

fn object(out: &mut String, path: &str, members: &Map<String, Value>) {
    for (name, value) in members {
        let path = match path {
            "" => name.clone(),
            path => format!("{path}.{name}"),
        };
        match value {
            Value::Object(members) if sections(members) => table(out, &path, &named(members)),
            Value::Object(members) if !members.is_empty() => object(out, &path, members),
            Value::Array(items) if items.iter().any(Value::is_object) => table(out, &path, items),
            other => line(out, &path, &plain(other)),
        }
    }
}

/// Things of one kind by their names, as rows that begin with the name.
fn named(members: &Map<String, Value>) -> Vec<Value> {
    let row = |(name, value): (&String, &Value)| {
        let mut row = Map::new();
        row.insert("name".to_owned(), Value::String(name.clone()));
        row.extend(value.as_object().cloned().unwrap_or_default());
        Value::Object(row)
    };
    members.iter().map(row).collect()
}

/// A value on one line; what is not there is a dash.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(members) => members
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| format!("{name}={}", plain(value)))
            .collect::<Vec<_>>()
            .join(" "),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

/// Rows below each other, a column for each member that any of them has: a column of dashes says nothing.
fn table(out: &mut String, path: &str, items: &[Value]) {
    let mut columns: Vec<&String> = Vec::new();
    for item in items.iter().filter_map(Value::as_object) {
        for (name, value) in item {
            if !value.is_null() && !columns.contains(&name) {
                columns.push(name);
            }
        }
    }
    let heads = columns.iter().map(|name| clean(name)).collect();
    let mut rows: Vec<Vec<String>> = vec![heads];
    for item in items {
        let cell = |name: &&String| item.get(name.as_str()).map_or("-".to_owned(), plain);
        rows.push(columns.iter().map(|name| clean(&cell(name))).collect());
    }
    let mut wide = vec![0; columns.len()];
    for row in &rows {
        for (width, cell) in wide.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let _ = writeln!(out, "  {}", clean(path));
    for row in &rows {
        let cells: Vec<String> = wide
            .iter()
            .zip(row)
            .map(|(width, cell)| format!("{cell:<width$}"))
            .collect();
        let _ = writeln!(out, "    {}", cells.join("  ").trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Verdict;
    use serde_json::json;

    #[test]
    fn every_member_of_an_answer_is_shown_and_nothing_of_others_moves_the_terminal() {
        let operated = Operated {
            verdict: Verdict::Go,
            exit_code: 0,
            command: "txn show".to_owned(),
            said: "It is at source-retrieval.".to_owned(),
            answer: json!({
                "id": "e1", "code": null, "holds": ["backoff"],
                "next_action": {"act": "submit", "at": "2026-10-01T12:00:02Z"},
                "items": [{"a": 1, "e": null}, {"a": 22, "b": {"c": "x\u{1b}[2J", "d": null}}],
                "checks": {"store": {"status": "ok", "cause": null}, "audit": {"status": "down", "cause": "full"}},
                "open_work": [],
            }),
        };
        let told = text(&operated);
        assert!(!told.contains('\u{1b}'), "{told}");
        for line in [
            "It is at source-retrieval.",
            "  id                         e1",
            "  code                       -",
            "  holds                      backoff",
            "  next_action.act            submit",
            "    a   b",
            "    22  c=x",
            "    name   status  cause",
            "    audit  down    full",
            "  open_work                  none",
        ] {
            assert!(
                told.lines().any(|told| told.starts_with(line)),
                "{line}\n{told}"
            );
        }
        assert!(told.contains("    a   b\n"), "a column of nothing: {told}");
    }

    #[test]
    fn an_answer_of_several_parts_has_a_heading_for_each() {
        let operated = Operated {
            verdict: Verdict::Go,
            exit_code: 0,
            command: "txn explain".to_owned(),
            said: "It waits.".to_owned(),
            answer: json!({"explain": {"id": "e1"}, "where": {"id": "e1", "owner": "partner"}}),
        };
        let told = text(&operated);
        let wanted = "It waits.\n\nexplain\n  id                         e1\n\nwhere\n";
        assert!(told.starts_with(wanted), "{told}");
    }
}
