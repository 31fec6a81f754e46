//! The text of a waiver: a draft that a person completes, and the same file with another end.

use crate::catalogue::{WaiverFile, Workspace};
use crate::model::Judged;
use chrono::{Days, NaiveDate};
use std::collections::BTreeSet;

/// The number after the highest that a waiver or an approval has.
pub(super) fn next_id(workspace: &Workspace) -> String {
    let waivers = workspace.waivers.iter().map(|waiver| &waiver.file.id);
    let approved = workspace.approvals.iter().map(|it| &it.file.subject);
    let numbers = waivers
        .chain(approved)
        .filter_map(|id| id.strip_prefix("WV-")?.parse::<u32>().ok());
    format!("WV-{:04}", numbers.max().unwrap_or(0).saturating_add(1))
}

/// A draft for a finding. What only a person can say is left empty, so that it counts for nothing yet.
pub(super) fn text(id: &str, found: &Judged, created: NaiveDate, days: u32) -> String {
    let last = created.checked_add_days(Days::new(u64::from(days)));
    let expires = last.unwrap_or(created);
    let hurt: BTreeSet<&str> = found.hurts.iter().map(|hurt| hurt.who.as_str()).collect();
    let hurt: Vec<&str> = hurt.into_iter().collect();
    let hurt = match hurt.as_slice() {
        [] => "nobody is hurt".to_owned(),
        names => format!("it hurts {}", names.join(", ")),
    };
    let owner = found.notes.iter().find(|note| note.label == "owner");
    let (subject, pointer) = (one_line(&found.subject), one_line(&found.pointer));
    let owner = toml::Value::from(owner.map_or("", |note| note.text.as_str()));
    format!(
        r#"# Covers one finding: {subject} {pointer}
id = "{id}"
rule = "{rule}"
class = "standard"              # standard | migration | emergency
why = "benign"                  # bug-fix | benign | no-consumers | partner-agreed | regulatory | security
reason = ""                     # at least 40 characters, for people
fingerprints = ["{print}"]
risk = ""                       # what can go wrong while it holds
compensating-control = ""       # what keeps the harm small
partners-notified = []          # {hurt}
owner = {owner}                 # a team of policies/board.toml
requested-by = ""               # who asks for it, and so does not approve it
created = "{created}"
renewals = 0
expires = "{expires}"           # inclusive
"#,
        rule = found.rule,
        print = found.fingerprint,
    )
}

/// In a comment nothing may end the line.
fn one_line(text: &str) -> String {
    let plain = |letter: char| if letter.is_control() { ' ' } else { letter };
    text.chars().map(plain).collect()
}

/// The same file with another beginning, end and count of renewals; `None` where its lines cannot be told apart.
pub(super) fn renewed(
    text: &str,
    file: &WaiverFile,
    (created, until): (NaiveDate, NaiveDate),
) -> Option<String> {
    let renewals = file.renewals.checked_add(1)?;
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    replace(&mut lines, "created", &format!("\"{created}\""))?;
    replace(&mut lines, "expires", &format!("\"{until}\""))?;
    if replace(&mut lines, "renewals", &renewals.to_string()).is_none() {
        let at = lines.iter().position(|line| is_of(line, "expires"))?;
        lines.insert(at, format!("renewals = {renewals}"));
    }
    let text = format!("{}\n", lines.join("\n"));
    let again: WaiverFile = toml::from_str(&text).ok()?;
    let expected = WaiverFile {
        created,
        renewals,
        expires: until.to_string(),
        ..file.clone()
    };
    (again == expected).then_some(text)
}

fn is_of(line: &str, key: &str) -> bool {
    let rest = line.trim_start().strip_prefix(key);
    rest.is_some_and(|rest| rest.trim_start().starts_with('='))
}

/// Gives the one line of `key` another value; a comment behind it stays.
fn replace(lines: &mut [String], key: &str, value: &str) -> Option<()> {
    let line = lines.iter_mut().find(|line| is_of(line, key))?;
    let comment = line.split_once('#').map(|(_, comment)| comment);
    let comment = comment.map_or_else(String::new, |text| format!(" #{text}"));
    *line = format!("{key} = {value}{comment}");
    Some(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::model::{Finding, Place, Severity};

    fn found() -> Judged {
        let finding = Finding::new("compat/required-added", "a@next", Place::start("a.json"));
        Judged::new(
            finding.pointer("/required\nid = 'x'"),
            Severity::Error,
            None,
        )
    }

    #[test]
    fn a_draft_is_a_waiver_and_its_renewal_changes_three_lines() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let text = text("WV-0007", &found(), day("2026-11-01"), 30);
        let file: WaiverFile = toml::from_str(&text).unwrap();
        assert_eq!((file.id.as_str(), file.reason.as_str()), ("WV-0007", ""));
        assert_eq!(file.expires, "2026-12-01");
        let again = renewed(&text, &file, (day("2026-11-30"), day("2026-12-31"))).unwrap();
        let changed = text.lines().zip(again.lines()).filter(|(a, b)| a != b);
        assert_eq!(changed.count(), 3);
        assert!(again.contains("expires = \"2026-12-31\" # inclusive"));
        let without = text.replace("renewals = 0\n", "");
        let file: WaiverFile = toml::from_str(&without).unwrap();
        let again = renewed(&without, &file, (day("2026-11-30"), day("2026-12-31"))).unwrap();
        assert!(again.contains("renewals = 1\n"));
    }

    #[test]
    fn the_next_number_is_one_that_nobody_has() {
        assert_eq!(next_id(&Workspace::default()), "WV-0001");
    }
}
