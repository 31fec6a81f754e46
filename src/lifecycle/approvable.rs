//! What an approval is held against: the digest of the thing that a subject names, as it stands.
//! Refuses to know who approves.

use super::announced::sunset_digest;
use crate::catalogue::{RuleFolder, SchemaVersion, Source, Workspace};
use crate::model::digest;
use chrono::NaiveDate;

/// Prefix of a subject that is a partner's profile.
const PARTNER: &str = "partner:";
/// Prefix of a subject that is the profile of a stage.
const PROFILE: &str = "profile:";
/// Prefix of a subject that is the end of a version.
const SUNSET: &str = "sunset:";
/// The subject that is `[board]` of `matchmark.toml`.
pub const BOARD: &str = "board";

/// The digest of what `subject` names: a waiver, `<entry>@<x.y.z>`, the id of a rule, `partner:<id>`,
/// `profile:<stage>`, `sunset:<entry>@<x.y.z>` or `board`. `None` where there is no such thing.
///
/// A version is its schema and its notes, whichever folder they lie in: what was approved as a draft is approved when
/// it is released. A rule is everything in its folder, its cases too.
#[must_use]
pub fn approvable(workspace: &Workspace, subject: &str) -> Option<String> {
    if subject == BOARD {
        let board = serde_json::to_value(&workspace.config.board).ok()?;
        return Some(digest(wire::json::canonical(&board).as_bytes()));
    }
    if let Some(id) = subject.strip_prefix(PARTNER) {
        return workspace.partners.get(id).map(|it| it.source.digest());
    }
    if let Some(stage) = subject.strip_prefix(PROFILE) {
        return workspace.profiles.get(stage).map(Source::digest);
    }
    if subject.starts_with(SUNSET) {
        return ending(workspace, subject).map(sunset_digest);
    }
    if let Some((entry, number)) = subject.split_once('@') {
        return version(workspace, entry, number);
    }
    if subject.contains('/') {
        let mut rules = workspace
            .rules
            .values()
            .chain(workspace.payload_rules.values());
        return rules.find(|rule| rule.id() == subject).map(folder);
    }
    let mut waivers = workspace.waivers.iter();
    let waiver = waivers.find(|waiver| waiver.file.id == subject)?;
    Some(waiver.source.digest())
}

/// The version whose end `subject` names, `sunset:<entry>@<x.y.z>`. `None` where it names no end or there is no such
/// version.
#[must_use]
pub fn ending<'a>(workspace: &'a Workspace, subject: &str) -> Option<&'a SchemaVersion> {
    let (entry, number) = subject.strip_prefix(SUNSET)?.split_once('@')?;
    numbered(workspace, entry, number)
}

/// The digest of `version` ending on `day`, whatever the catalogue says of its end.
#[must_use]
pub fn ending_on(version: &SchemaVersion, day: NaiveDate) -> String {
    let mut version = version.clone();
    version.file.sunset = Some(day);
    sunset_digest(&version)
}

fn version(workspace: &Workspace, entry: &str, number: &str) -> Option<String> {
    let version = numbered(workspace, entry, number)?;
    let notes = version.notes.as_ref().map(Source::digest);
    let notes = notes.as_deref().unwrap_or("none");
    let text = format!("schema.json {}\nNOTES.md {notes}\n", version.digest);
    Some(digest(text.as_bytes()))
}

fn numbered<'a>(workspace: &'a Workspace, entry: &str, number: &str) -> Option<&'a SchemaVersion> {
    let number: semver::Version = number.parse().ok()?;
    let mut versions = workspace.catalogue.entry(entry)?.versions.values();
    versions.find(|version| version.number == number)
}

fn folder(rule: &RuleFolder) -> String {
    let home = format!("{}/", rule.home());
    let cases = rule.fires.iter().chain(&rule.quiet);
    let mut lines: Vec<String> = rule
        .toml
        .iter()
        .chain(&rule.rego)
        .chain(cases)
        .map(|source| {
            let name = source.path.strip_prefix(&home).unwrap_or(&source.path);
            format!("{name} {}\n", source.digest())
        })
        .collect();
    lines.sort();
    digest(lines.concat().as_bytes())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::catalogue::RuleFamily;

    fn rule(rego: &str, case: &str) -> RuleFolder {
        let home = "policies/rules/a-b";
        let source = |name: &str, text: &str| {
            Source::new(format!("{home}/{name}"), text.as_bytes().to_vec())
        };
        RuleFolder {
            toml: Some(source("rule.toml", "id = 'policy/a-b'")),
            rego: Some(source("rule.rego", rego)),
            fires: vec![source("fires/one.json", case)],
            ..RuleFolder::named(RuleFamily::Policy, "a-b")
        }
    }

    fn workspace(rego: &str, case: &str) -> Workspace {
        let mut workspace = Workspace::default();
        workspace.rules.insert("a-b".to_owned(), rule(rego, case));
        workspace
    }

    #[test]
    fn a_rule_is_everything_in_its_folder() {
        let of = |rego, case| approvable(&workspace(rego, case), "policy/a-b").unwrap();
        assert_eq!(of("deny", "{}"), of("deny", "{}"));
        assert_ne!(of("deny", "{}"), of("deny2", "{}"));
        assert_ne!(of("deny", "{}"), of("deny", "{ }"));
    }

    #[test]
    fn the_board_is_what_its_table_says() {
        let mut workspace = Workspace::default();
        let before = approvable(&workspace, BOARD).unwrap();
        workspace.config.board.max_waiver_days = Some(30);
        assert_ne!(before, approvable(&workspace, BOARD).unwrap());
    }

    #[test]
    fn what_is_not_there_cannot_be_approved() {
        let workspace = workspace("deny", "{}");
        for subject in [
            "policy/other",
            "payload/a-b",
            "WV-0001",
            "a@1.0.0",
            "a@one",
            "partner:northwind",
            "profile:local",
            "",
        ] {
            assert_eq!(approvable(&workspace, subject), None, "{subject}");
        }
    }
}
