//! `cargo xtask new-schema ID`: the folder of a schema, with what only its author can know left open.

use crate::fault::Fault;
use crate::repository;
use matchmark::catalogue::BASE;
use matchmark::format::{PUBLISHED, directed};

/// Writes `schemas/<id>/` with a draft that the gate complains of until it is complete.
pub fn run(id: &str) -> Result<(), Fault> {
    repository::kebab_case(id)?;
    let folder = format!("schemas/{id}");
    repository::begin(
        &folder,
        &[
            (
                "entry.toml",
                directed(&format!("{folder}/entry.toml"), &entry(id), PUBLISHED),
            ),
            ("next/schema.json", schema(id)),
            (
                "next/accepted/smallest.json",
                "{\n  \"id\": \"example\"\n}\n".to_owned(),
            ),
            ("next/rejected/without-id.json", "{}\n".to_owned()),
        ],
    )?;
    println!(
        "  Next     fill in {folder}/entry.toml, then run `matchmark check`; docs/handbook/adding-a-schema.md"
    );
    Ok(())
}

fn entry(id: &str) -> String {
    format!(
        r#"id = "{id}"
title = ""                                # what it is, in a few words
direction = "shared"                      # request | response | event | shared
owner = ""                                # a team of policies/board.toml
reviewers = []                            # at least one other team
escalation = ""                           # whom to call
criticality = "medium"                    # low | medium | high
phi = "P3"                                # P0 none | P1 pseudonymous | P2 demographics, coverage | P3 clinical, claims
guide = "matchmark"                       # the published guide, or matchmark for a shape of our own
errors = "p2p-operation-outcome"          # the schema of its refusals; none where it cannot be refused
identity = []                             # pointers of what identifies a member
consent = "none"                          # none | bearing | required
depends-on = []

[[version]]
version = "1.0.0"
status = "draft"
notes = "First version."
"#
    )
}

fn schema(id: &str) -> String {
    format!(
        r#"{{
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "$id": "{BASE}{id}/1.0.0",
  "title": "",
  "type": "object",
  "additionalProperties": false,
  "required": ["id"],
  "properties": {{
    "id": {{
      "type": "string",
      "minLength": 1
    }}
  }}
}}
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_entry_is_readable_and_names_no_owner_yet() {
        let entry: matchmark::catalogue::EntryFile = toml::from_str(&entry("new-entry")).unwrap();
        assert_eq!(entry.id, "new-entry");
        assert!(entry.owner.is_empty() && entry.reviewers.is_empty());
        serde_json::from_str::<serde_json::Value>(&schema("new-entry")).unwrap();
    }
}
