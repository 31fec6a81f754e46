//! `entry.toml` with some keys of one version's record set, every other line as it was.
//! Refuses a text in which that would touch anything else.

use super::manifest::{Damage, RECORD, is_line, version};
use crate::catalogue::{EntryFile, VersionFile};
use semver::Version;
use serde_json::{Map, Value};

/// `text` with `keys` set in the record of `number`: a key that stands there gets the new value, another is added.
/// Comments and order stay.
///
/// Errors: the result would not be the same entry with those keys changed
pub fn amended(text: &str, number: &Version, keys: &[(&str, &str)]) -> Result<String, Damage> {
    let changed = edited(text, number, keys).ok_or(Damage)?;
    if holds(text, &changed, number, keys) {
        Ok(changed)
    } else {
        Err(Damage)
    }
}

fn edited(text: &str, number: &Version, keys: &[(&str, &str)]) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let wanted = version(number);
    let at = lines.iter().position(|line| is_line(line, &wanted))?;
    let is_head = |line: &&str| line.trim() == RECORD;
    let start = lines.get(..at)?.iter().rposition(is_head)?;
    let rest = lines.get(at..)?;
    let is_next = |line: &&str| line.trim_start().starts_with('[');
    let end = rest.iter().position(is_next);
    let end = end.map_or(lines.len(), |end| at + end);
    let mut record: Vec<String> = lines
        .get(start..end)?
        .iter()
        .map(|it| (*it).to_owned())
        .collect();
    for (key, value) in keys {
        set(&mut record, key, value)?;
    }
    Some(lines.get(..start)?.concat() + &record.concat() + &lines.get(end..)?.concat())
}

/// Changes the line of `key`, or adds one after the last line that says something of the state.
fn set(record: &mut Vec<String>, key: &str, value: &str) -> Option<()> {
    // A JSON string is a TOML string where it holds no odd control character; the caller reads the result again.
    let value = serde_json::to_string(value).ok()?;
    let line = format!("{key} = {value}\n");
    if let Some(old) = record.iter_mut().find(|line| is_of(line, key)) {
        let comment = old.split_once(" #").map(|(_, comment)| comment.trim_end());
        *old = match comment {
            Some(comment) if !comment.contains('"') => {
                format!("{} #{comment}\n", line.trim_end())
            }
            Some(_) | None => line,
        };
        return Some(());
    }
    const STATE: [&str; 6] = [
        "status",
        "released",
        "requested-by",
        "deprecated",
        "sunset",
        "replaced-by",
    ];
    let last = record
        .iter()
        .rposition(|line| STATE.iter().any(|key| is_of(line, key)));
    let last = last.or_else(|| record.iter().position(|line| is_of(line, "version")))?;
    let before = record.get_mut(last)?;
    if !before.ends_with('\n') {
        before.push('\n');
    }
    record.insert(last + 1, line);
    Some(())
}

/// Whether the line sets `key`.
fn is_of(line: &str, key: &str) -> bool {
    let rest = line.trim_start().strip_prefix(key);
    rest.is_some_and(|rest| rest.trim_start().starts_with('='))
}

/// Whether the two texts are the same entry but for `keys` of the one record.
fn holds(before: &str, after: &str, number: &Version, keys: &[(&str, &str)]) -> bool {
    let read = |text: &str| toml::from_str::<EntryFile>(text).ok();
    let (Some(mut before), Some(mut after)) = (read(before), read(after)) else {
        return false;
    };
    let (Some(old), Some(new)) = (taken(&mut before, number), taken(&mut after, number)) else {
        return false;
    };
    let Some(mut wanted) = told(&old) else {
        return false;
    };
    for (key, value) in keys {
        wanted.insert((*key).to_owned(), Value::from(*value));
    }
    told(&new) == Some(wanted) && before == after
}

fn taken(file: &mut EntryFile, number: &Version) -> Option<VersionFile> {
    let at = file.versions.iter().position(|it| it.version == *number)?;
    Some(file.versions.remove(at))
}

fn told(version: &VersionFile) -> Option<Map<String, Value>> {
    match serde_json::to_value(version).ok()? {
        Value::Object(told) => Some(told),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const ENTRY: &str = "# An entry.\nid = 'a'\ntitle = 'A'\ndirection = 'request'\ncriticality = 'low'\nphi = 'P0'\n\
        guide = 'matchmark'\nerrors = 'none'\nidentity = []\nconsent = 'none'\n\n\
        [[version]]\nversion = \"1.0.0\"\nstatus = \"released\"  # since spring\nreleased = \"2026-03-02\"\n\
        digest = \"sha256:00\"\nnotes = \"First.\"\n\n\
        [[version]]\nversion = \"2.0.0\"\nstatus = \"released\"";

    fn set(number: &str, keys: &[(&str, &str)]) -> Result<String, Damage> {
        amended(ENTRY, &number.parse().unwrap(), keys)
    }

    #[test]
    fn keys_are_set_and_added_and_nothing_else_moves() {
        let keys = [
            ("status", "deprecated"),
            ("deprecated", "2026-11-21"),
            ("sunset", "2027-09-17"),
        ];
        let wanted = ENTRY.replacen(
            "status = \"released\"  # since spring\nreleased = \"2026-03-02\"\n",
            "status = \"deprecated\" # since spring\nreleased = \"2026-03-02\"\ndeprecated = \"2026-11-21\"\n\
             sunset = \"2027-09-17\"\n",
            1,
        );
        assert_eq!(set("1.0.0", &keys), Ok(wanted));
    }

    #[test]
    fn a_record_at_the_end_of_a_file_without_a_line_break_is_one_too() {
        let after = set("2.0.0", &[("requested-by", "integration-bot")]).unwrap();
        assert_eq!(
            after,
            format!("{ENTRY}\nrequested-by = \"integration-bot\"\n")
        );
    }

    #[test]
    fn what_cannot_be_changed_alone_is_left_alone() {
        assert_eq!(set("3.0.0", &[("status", "retired")]), Err(Damage));
        assert_eq!(set("1.0.0", &[("status", "no such state")]), Err(Damage));
        assert_eq!(set("1.0.0", &[("sunset", "someday")]), Err(Damage));
        assert_eq!(set("1.0.0", &[("notes", "a\u{7f}b")]), Err(Damage));
        let inline = ENTRY.replace(
            "[[version]]\nversion = \"1.0.0\"",
            "[[version]]\nversion = '1.0.0'",
        );
        let keys = [("status", "retired")];
        assert_eq!(
            amended(&inline, &"1.0.0".parse().unwrap(), &keys),
            Err(Damage)
        );
    }
}
