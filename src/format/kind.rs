//! Every format of ours with the Rust type that reads it: the one table that editors, `init` and `cargo xtask gen` share.
//! A format that is missing here has no published schema.

use super::path::fits;
use super::schema::{Draft, made, sent};
use crate::{catalogue, model, policy};
use serde_json::Value;

/// One format: what it is called, where its files stand, what they may hold.
pub struct Kind {
    /// Names it on the command line and in `docs/schemas/`.
    pub name: &'static str,
    /// One line for a list.
    pub about: &'static str,
    /// Where files of it stand; `*` is any part of one name. Empty for what is only sent or kept.
    pub paths: &'static [&'static str],
    schema: fn(Draft) -> Value,
}

impl Kind {
    /// The JSON Schema of the format.
    #[must_use]
    pub fn schema(&self, draft: Draft) -> Value {
        (self.schema)(draft)
    }

    /// Its file name below a folder of schemas.
    #[must_use]
    pub fn file(&self, draft: Draft) -> String {
        match draft {
            Draft::Modern => format!("{}.json", self.name),
            Draft::Seven => format!("{}.draft-07.json", self.name),
        }
    }
}

const fn written(
    name: &'static str,
    about: &'static str,
    paths: &'static [&'static str],
    schema: fn(Draft) -> Value,
) -> Kind {
    Kind {
        name,
        about,
        paths,
        schema,
    }
}

const fn unplaced(name: &'static str, about: &'static str, schema: fn(Draft) -> Value) -> Kind {
    written(name, about, &[], schema)
}

/// Every format, in order of the names.
pub const KINDS: &[Kind] = &[
    unplaced(
        "annotations",
        "the x- keywords of one field of a schema",
        made::<catalogue::Annotations>,
    ),
    written(
        "approval",
        "one decision of one role of the board",
        &["policies/approvals/*/*.toml"],
        made::<catalogue::ApprovalFile>,
    ),
    written(
        "board",
        "the teams that own, review and decide",
        &["policies/board.toml"],
        made::<catalogue::BoardFile>,
    ),
    written(
        "calendar",
        "days on which a rule of the outside world takes hold",
        &["policies/calendar.toml"],
        made::<catalogue::CalendarFile>,
    ),
    written(
        "capabilities",
        "who answers for which capability, and its hook",
        &["docs/capabilities.toml"],
        made::<catalogue::CapabilitiesFile>,
    ),
    written(
        "config",
        "what a repository asks of the gate",
        &["matchmark.toml"],
        made::<catalogue::Config>,
    ),
    unplaced(
        "deployment",
        "which version runs where",
        made::<model::Deployment>,
    ),
    written(
        "entry",
        "an entry of the catalogue with its versions",
        &["schemas/*/entry.toml"],
        made::<catalogue::EntryFile>,
    ),
    unplaced(
        "envelope",
        "one line of a payload history",
        made::<catalogue::Envelope>,
    ),
    unplaced(
        "event",
        "something that happened to evidence",
        made::<model::Event>,
    ),
    unplaced(
        "evidence",
        "what a run of contracts showed",
        made::<model::Evidence>,
    ),
    written(
        "partner",
        "the profile of a partner",
        &["partners/*.toml"],
        made::<catalogue::PartnerFile>,
    ),
    written(
        "profile",
        "how strict a stage is",
        &["policies/profiles/*.toml"],
        made::<policy::ProfileFile>,
    ),
    written(
        "raci",
        "who answers for which area, who is on call, who stands outside",
        &["policies/raci.toml"],
        made::<catalogue::RaciFile>,
    ),
    unplaced(
        "replay",
        "what `matchmark replay --format json` writes",
        sent::<model::replayed::Replayed>,
    ),
    unplaced(
        "replay-exchanges",
        "what `matchmark replay exchanges --format json` writes",
        sent::<model::replayed::Behaved>,
    ),
    unplaced(
        "report",
        "what `matchmark check --format json` writes",
        sent::<model::Report>,
    ),
    written(
        "review",
        "a review that the board held",
        &["policies/reviews/*.toml"],
        made::<catalogue::ReviewFile>,
    ),
    written(
        "rule",
        "a policy rule or a payload rule, beside its Rego",
        &["policies/rules/*/rule.toml", "policies/payload/*/rule.toml"],
        made::<policy::RuleFile>,
    ),
    unplaced(
        "run-record",
        "what is kept of one run of the gate",
        made::<model::RunRecord>,
    ),
    unplaced(
        "runbook",
        "the head of a runbook, above its steps",
        made::<catalogue::RunbookHead>,
    ),
    written(
        "scope",
        "what the exchange is for",
        &["docs/scope.toml"],
        made::<catalogue::ScopeFile>,
    ),
    unplaced(
        "scrub",
        "what `matchmark scrub --format json` writes",
        sent::<model::Scrubbed>,
    ),
    written(
        "state-map",
        "what a consumer's provider states are called by us",
        &["contracts/*/states.toml"],
        made::<catalogue::StateMapFile>,
    ),
    written(
        "statements",
        "the published statements of a guide",
        &["policies/statements/*.toml"],
        made::<catalogue::StatementsFile>,
    ),
    written(
        "transform",
        "the way from one version to the next",
        &["schemas/*/transforms/*.toml"],
        made::<wire::transform::TransformFile>,
    ),
    written(
        "waiver",
        "an exception that ends",
        &["policies/waivers/*.toml"],
        made::<catalogue::WaiverFile>,
    ),
    written(
        "windows",
        "how long partners are warned",
        &["policies/windows.toml"],
        made::<catalogue::WindowsFile>,
    ),
];

/// The format of this name.
#[must_use]
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// The format of the file at `path`, seen from the root of a repository.
#[must_use]
pub fn of_path(path: &str) -> Option<&'static Kind> {
    let meant = |kind: &&Kind| kind.paths.iter().any(|pattern| fits(pattern, path));
    KINDS.iter().find(meant)
}

/// Folder of the schemas that this repository publishes.
pub const PUBLISHED: &str = "docs/schemas";
/// Folder of the schemas that `init` writes for the editors of one machine.
pub const EDITORS: &str = ".matchmark/schemas";

/// The line with which the file at `path` tells an editor its schema, which stands below `folder`.
#[must_use]
pub fn directive(path: &str, folder: &str) -> Option<String> {
    let kind = of_path(path)?;
    let up = "../".repeat(path.matches('/').count());
    Some(format!(
        "#:schema {up}{folder}/{}\n",
        kind.file(Draft::Seven)
    ))
}

/// The text of the file at `path` with such a line at its head, in the place of one that it had.
#[must_use]
pub fn directed(path: &str, text: &str, folder: &str) -> String {
    let Some(line) = directive(path, folder).filter(|_| path.ends_with(".toml")) else {
        return text.to_owned();
    };
    let rest = match text.split_once('\n') {
        Some((first, rest)) if first.starts_with("#:schema ") => rest,
        Some(_) | None => text,
    };
    line + rest
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn names_are_in_order_and_no_two_formats_claim_one_path() {
        let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted);
        for kind in KINDS {
            for pattern in kind.paths {
                let path = pattern.replace('*', "some-name");
                assert_eq!(of_path(&path).unwrap().name, kind.name, "{path}");
            }
        }
    }

    #[test]
    fn a_file_names_its_schema_as_seen_from_where_it_stands() {
        let path = "schemas/hrex-consent/entry.toml";
        let text = directed(path, "id = 1\n", PUBLISHED);
        assert_eq!(
            text,
            "#:schema ../../docs/schemas/entry.draft-07.json\nid = 1\n"
        );
        let moved = directed(path, &text, EDITORS);
        assert_eq!(
            moved,
            "#:schema ../../.matchmark/schemas/entry.draft-07.json\nid = 1\n"
        );
        assert_eq!(directed("README.md", "x", PUBLISHED), "x");
        assert_eq!(directed("contracts/a/b.json", "{}", PUBLISHED), "{}");
    }

    #[test]
    fn every_format_says_its_draft_and_draft_07_has_no_newer_keyword() {
        for kind in KINDS {
            let (modern, seven) = (kind.schema(Draft::Modern), kind.schema(Draft::Seven));
            assert_eq!(
                modern.get("$schema").unwrap(),
                "https://json-schema.org/draft/2020-12/schema"
            );
            let old = seven.get("$schema").unwrap();
            assert_eq!(old, "http://json-schema.org/draft-07/schema#");
            let text = seven.to_string();
            for newer in ["\"$defs\"", "\"prefixItems\"", "\"unevaluatedProperties\""] {
                assert!(!text.contains(newer), "{} {newer}", kind.name);
            }
            jsonschema::options().build(&seven).unwrap();
            jsonschema::options().build(&modern).unwrap();
        }
    }
}
