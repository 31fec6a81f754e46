//! The letter to a partner about a version that ends.
//! Refuses to say anything that the repository does not hold.

use super::hygiene::guard;
use super::markdown::{code, prose};
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
        let _ = writeln!(out, "To: {}  ", prose(contact));
    }
    let _ = writeln!(out, "Notice given on {}.\n", prose(&end.deprecated));
    let _ = writeln!(
        out,
        "Your profile asks for {} of this schema, which admits {version}. It is served until the end of {}, in UTC; \
         after that\nday requests in it are refused.\n",
        code(&notice.range),
        prose(&end.sunset)
    );
    let _ = writeln!(out, "| | |\n|---|---|");
    let mut row = |label: &str, text: String| {
        let _ = writeln!(out, "| {label} | {text} |");
    };
    row("instead", code(&notice.instead));
    row("how to move", code(&end.migration));
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
    row("delivered by", prose(&notice.delivery));
    let _ = writeln!(
        out,
        "\nPlease answer within {} days, and quote this line:\n\n    {} {}\n",
        notice.acknowledge_within, notice.version, notice.digest
    );
    let _ = writeln!(
        out,
        "Your answer is written down in {}. From {} days before the end\nour gate fails for as long as somebody still \
         uses this version.",
        code(&notice.answer),
        notice.error_before
    );
    guard(&out)
}
