//! `entry.toml` with the record of one version changed or added, every other line as it was.
//! Refuses to know where the text comes from and where it goes.

use crate::catalogue::{EntryFile, Status};
use chrono::NaiveDate;
use semver::Version;

pub(super) const RECORD: &str = "[[version]]";

/// What the record of the draft is to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Number that it has now; `None` where the draft has no record yet.
    pub declared: Option<Version>,
    pub number: Version,
    /// Day and digest of its release; a draft stays one without them.
    pub released: Option<(NaiveDate, String)>,
}

/// The file is written in a way that cannot be changed without harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "entry.toml has no `version = \"...\"` line of the draft that could be changed without touching anything else"
)]
pub struct Damage;

/// `text` with the record as `mark` says. Comments and order stay.
///
/// Errors: the result would not be the same entry with that one record changed
pub fn marked(text: &str, mark: &Mark) -> Result<String, Damage> {
    let changed = match &mark.declared {
        Some(declared) => edited(text, declared, mark).ok_or(Damage)?,
        None => appended(text, mark),
    };
    if holds(text, &changed, mark) {
        Ok(changed)
    } else {
        Err(Damage)
    }
}

fn appended(text: &str, mark: &Mark) -> String {
    let gap = if text.ends_with('\n') { "\n" } else { "\n\n" };
    let mut record = vec![RECORD.to_owned(), version(&mark.number)];
    record.extend(state(mark));
    if mark.released.is_none() {
        record.insert(2, "status = \"draft\"".to_owned());
    }
    format!("{text}{gap}{}\n", record.join("\n"))
}

pub(super) fn version(number: &Version) -> String {
    format!("version = \"{number}\"")
}

/// The lines that a release adds.
fn state(mark: &Mark) -> Vec<String> {
    mark.released
        .as_ref()
        .map_or_else(Vec::new, |(day, digest)| {
            vec![
                "status = \"released\"".to_owned(),
                format!("released = \"{day}\""),
                format!("digest = \"{digest}\""),
            ]
        })
}

/// The text with the lines of one record replaced.
fn edited(text: &str, declared: &Version, mark: &Mark) -> Option<String> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let number = version(declared);
    let at = lines.iter().position(|line| is_line(line, &number))?;
    let is_head = |line: &&str| line.trim() == RECORD;
    let start = lines.get(..at)?.iter().rposition(is_head)?;
    let rest = lines.get(at..)?;
    let end = rest
        .iter()
        .position(|line| line.trim_start().starts_with('['));
    let end = end.map_or(lines.len(), |end| at + end);
    let mut out = lines.get(..start)?.concat();
    for line in lines.get(start..end)? {
        out.push_str(&replaced(line, &number, mark));
    }
    out.push_str(&lines.get(end..)?.concat());
    Some(out)
}

pub(super) fn is_line(line: &str, wanted: &str) -> bool {
    let line = line.trim();
    line.strip_prefix(wanted)
        .is_some_and(|rest| rest.trim_start().is_empty() || rest.trim_start().starts_with('#'))
}

fn replaced(line: &str, number: &str, mark: &Mark) -> String {
    if is_line(line, number) {
        return line.replacen(number, &version(&mark.number), 1);
    }
    let is = |key: &str| {
        let rest = line.trim_start().strip_prefix(key);
        rest.is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    match &mark.released {
        Some(_) if is("status") => state(mark).join("\n") + "\n",
        Some(_) if is("released") || is("digest") => String::new(),
        Some(_) | None => line.to_owned(),
    }
}

/// Whether the two texts are the same entry but for the marked record.
fn holds(before: &str, after: &str, mark: &Mark) -> bool {
    let read = |text: &str| toml::from_str::<EntryFile>(text).ok();
    let (Some(mut before), Some(mut after)) = (read(before), read(after)) else {
        return false;
    };
    let take = |file: &mut EntryFile, number: &Version| {
        let at = file.versions.iter().position(|v| v.version == *number)?;
        Some(file.versions.remove(at))
    };
    let old = mark.declared.as_ref().map(|old| take(&mut before, old));
    let Some(mut record) = take(&mut after, &mark.number) else {
        return false;
    };
    let as_asked = match &mark.released {
        Some((day, digest)) => {
            record.status == Status::Released
                && record.released == Some(*day)
                && record.digest.as_ref() == Some(digest)
        }
        None => record.status.is_open(),
    };
    if let Some(Some(old)) = &old {
        record.version = old.version.clone();
        record.status = old.status;
        record.released = old.released;
        record.digest = old.digest.clone();
    }
    let is_untouched = match old {
        Some(old) => old == Some(record),
        None => true,
    };
    as_asked && is_untouched && before == after
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const ENTRY: &str = "# An entry.\nid = 'a'\ntitle = 'A'\ndirection = 'request'\ncriticality = 'low'\nphi = 'P0'\n\
        guide = 'matchmark'\nerrors = 'none'\nidentity = []\nconsent = 'none'\n\n\
        [[version]]\nversion = \"1.0.0\"\nstatus = \"released\"\nnotes = \"First.\"\n";
    const DRAFT: &str = "\n[[version]] \nversion = \"1.0.1\"   # to be seen\nstatus = \"draft\"\n# why\nnotes = \"version = \\\"1.0.1\\\"\"\n";

    fn mark(declared: Option<&str>, number: &str) -> Mark {
        Mark {
            declared: declared.map(|number| number.parse().unwrap()),
            number: number.parse().unwrap(),
            released: None,
        }
    }

    #[test]
    fn a_number_moves_and_nothing_else_does() {
        let text = format!("{ENTRY}{DRAFT}");
        let wanted = text.replacen("\"1.0.1\"   #", "\"2.0.0\"   #", 1);
        assert_eq!(marked(&text, &mark(Some("1.0.1"), "2.0.0")), Ok(wanted));
    }

    #[test]
    fn a_draft_that_is_not_listed_gets_a_record() {
        let wanted = format!("{ENTRY}\n[[version]]\nversion = \"1.1.0\"\nstatus = \"draft\"\n");
        assert_eq!(marked(ENTRY, &mark(None, "1.1.0")), Ok(wanted));
    }

    #[test]
    fn a_release_writes_its_day_and_its_digest() {
        let text = format!("{ENTRY}{DRAFT}");
        let mark = Mark {
            released: Some(("2026-11-21".parse().unwrap(), "sha256:00".to_owned())),
            ..mark(Some("1.0.1"), "1.1.0")
        };
        let after = marked(&text, &mark).unwrap();
        let wanted =
            "status = \"released\"\nreleased = \"2026-11-21\"\ndigest = \"sha256:00\"\n# why\n";
        assert!(after.contains(wanted), "{after}");
    }

    #[test]
    fn a_file_in_another_form_is_left_alone() {
        let inline = ENTRY.replace(
            "[[version]]\nversion = \"1.0.0\"",
            "[[version]]\nversion = '1.0.0'",
        );
        assert_eq!(marked(&inline, &mark(Some("1.0.0"), "2.0.0")), Err(Damage));
        // The only line that looks like it belongs to a text.
        let text = format!(
            "{ENTRY}\n[[version]]\nstatus = \"draft\"\nnotes = '''\nversion = \"1.0.1\"\n'''\nversion = '1.0.1'\n"
        );
        assert_eq!(marked(&text, &mark(Some("1.0.1"), "2.0.0")), Err(Damage));
    }
}
