//! A line or two of one of our own files, to stand above a caret.
//! Refuses files that may hold payloads: contracts, examples, histories, policy cases.

use super::Place;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Longest line that is worth showing, in characters.
const LONGEST: usize = 160;

/// The line of a place and the one above it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Excerpt {
    /// What stands directly above it, when there is something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// What stands where the location points, as it was written.
    pub line: String,
    /// How many characters the caret underlines, from the place's column on.
    pub length: u32,
}

impl Excerpt {
    /// Whether a file holds only what we wrote ourselves and never a payload.
    #[must_use]
    pub fn may_quote(file: &str) -> bool {
        let parts: Vec<&str> = file.split('/').collect();
        match parts.as_slice() {
            ["matchmark.toml"]
            | ["schemas", _, "entry.toml"]
            | ["schemas", _, _, "schema.json"]
            | ["policies", "rules", _, "rule.toml" | "rule.rego"] => true,
            ["policies", name] | ["policies", "profiles" | "waivers", name] => {
                name.ends_with(".toml")
            }
            _ => false,
        }
    }

    /// What stands at `place` in `text`, when that file may be shown and the line is short enough.
    #[must_use]
    pub fn of(text: &str, place: &Place) -> Option<Self> {
        if !Self::may_quote(&place.file) {
            return None;
        }
        let index = usize::try_from(place.line).ok()?.checked_sub(1)?;
        let line = short(text.lines().nth(index)?)?;
        let column = usize::try_from(place.column).ok()?.checked_sub(1)?;
        let rest: Vec<char> = line.chars().skip(column).collect();
        let before = index.checked_sub(1).and_then(|above| {
            let above = text.lines().nth(above)?;
            short(above).map(str::to_owned)
        });
        Some(Self {
            before,
            line: line.to_owned(),
            length: u32::try_from(token(&rest)?).ok()?,
        })
    }
}

fn short(line: &str) -> Option<&str> {
    (line.chars().count() <= LONGEST).then_some(line)
}

/// Length of the string, word or sign that begins here; none where nothing begins.
fn token(rest: &[char]) -> Option<usize> {
    let first = rest.first()?;
    if *first == '"' {
        let mut escaped = false;
        for (index, letter) in rest.iter().enumerate().skip(1) {
            match letter {
                '"' if !escaped => return Some(index + 1),
                '\\' => escaped = !escaped,
                _ => escaped = false,
            }
        }
        return Some(rest.len());
    }
    let word = rest
        .iter()
        .take_while(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.'))
        .count();
    Some(word.max(1))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const SCHEMA: &str = "{\n  \"required\": [\"a\",\n    \"b \\\" c\"]\n}\n";

    fn at(file: &str, line: u32, column: u32) -> Place {
        Place {
            file: file.to_owned(),
            line,
            column,
        }
    }

    #[test]
    fn the_caret_covers_the_token_at_the_place() {
        let found = Excerpt::of(SCHEMA, &at("schemas/x/next/schema.json", 3, 5)).unwrap();
        assert_eq!(found.before.as_deref(), Some("  \"required\": [\"a\","));
        assert_eq!(found.line, "    \"b \\\" c\"]");
        assert_eq!(found.length, 8);
    }

    #[test]
    fn files_that_may_hold_payloads_are_never_quoted() {
        for file in [
            "contracts/northwind/a.json",
            "payloads/northwind/2026-08.ndjson",
            "schemas/x/1.0.0/accepted/a.json",
            "schemas/x/1.0.0/accepted/schema.json",
            "policies/rules/a/fires/a.json",
            "partners/northwind.toml",
        ] {
            assert_eq!(Excerpt::of(SCHEMA, &at(file, 2, 3)), None, "{file}");
        }
    }

    #[test]
    fn a_place_outside_the_file_gives_nothing() {
        for (line, column) in [(0, 1), (9, 1), (1, 9), (1, 0)] {
            let place = at("schemas/x/next/schema.json", line, column);
            assert_eq!(Excerpt::of(SCHEMA, &place), None, "{line}:{column}");
        }
    }
}
