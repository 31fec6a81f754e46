//! The letter to a partner about a version that ends.
//! Refuses to say anything that the repository does not hold, or where it holds it.

use super::hygiene::{clean, guard};
use super::markdown::{code, prose};
use super::range;
use crate::model::EndNotice;
use std::fmt::Write as _;

/// The letter in Markdown.
#[must_use]
pub fn end_notice(notice: &EndNotice) -> String {
    let mut out = String::new();
    let (version, end) = (code(&notice.version), &notice.end);
    let _ = writeln!(
        out,
        "# Notice to {}: {version} ends on {}\n",
        prose(&notice.partner),
        prose(&end.sunset)
    );
    if let Some(contact) = &notice.contact {
        // To be copied: prose would break an address with characters that nobody sees.
        let _ = writeln!(out, "To: {}  ", code(contact));
    }
    let _ = writeln!(out, "Notice given on {}.\n", prose(&end.deprecated));
    let _ = writeln!(
        out,
        "Your profile asks for {} of this schema, which admits {version}. It is served until the end of {}, in UTC; \
         after that\nday requests in it are refused.\n",
        prose(&range::words(&notice.range)),
        prose(&end.sunset)
    );
    table(&mut out, notice);
    let _ = writeln!(
        out,
        "\nPlease answer within {} days, and quote this line:\n\n    {} {}\n",
        notice.acknowledge_within, notice.version, notice.digest
    );
    let _ = writeln!(
        out,
        "From {} days before the end our gate fails for as long as somebody still uses this version.\n\n---\n\n\
         Attached: {}\n",
        notice.error_before,
        code(attachment(notice))
    );
    for line in notice.note.lines() {
        let _ = writeln!(out, "{}", clean(line));
    }
    guard(&out)
}

/// The name of the note, without the folders in which it is kept here.
fn attachment(notice: &EndNotice) -> &str {
    let path = notice.end.migration.as_str();
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

fn table(out: &mut String, notice: &EndNotice) {
    let _ = writeln!(out, "| | |\n|---|---|");
    let mut row = |label: &str, text: String| {
        let _ = writeln!(out, "| {label} | {text} |");
    };
    row("instead", code(&notice.instead));
    row(
        "how to move",
        format!("attached: {}", code(attachment(notice))),
    );
    if let Some(command) = &notice.transform {
        row("payloads", code(command));
    }
    row("help", prose(&notice.help));
    if let Some(days) = notice.days {
        row(
            "window",
            format!("{days} days, by your maturity and criticality"),
        );
    }
}
