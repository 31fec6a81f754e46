//! The report as a pull-request comment: verdict, the worst findings, checks, limits, within GitHub's size.
//! Refuses to print a name raw: nothing in it makes markup, a link or a mention.

mod escape;
mod section;

use super::Style;
use super::text::{revision, sentence};
use crate::model::Report;

pub(super) use escape::{code, prose};
pub(super) use section::{changes, findings};

/// Largest comment, in bytes (GitHub counts characters).
///
/// Source: GitHub refuses a comment body over 65,536 characters
const LARGEST: usize = 65_536;
/// Findings shown in full.
const SHOWN: usize = 5;
/// By this line the comment is found again and edited in place.
const MARKER: &str = "<!-- matchmark -->\n";
const CUT: &str = "\nMore was cut here to fit a comment: the json report holds all of it.\n";

/// The whole comment.
pub(super) fn report(report: &Report, style: &Style<'_>) -> String {
    let shown = style.max_findings.unwrap_or(SHOWN).min(SHOWN);
    let mut parts = vec![MARKER.to_owned(), header(report)];
    parts.extend(findings(&report.findings, shown, style));
    parts.push(section::checks(&report.checks));
    parts.extend(changes(&report.changes));
    parts.push(section::limits(&report.not_proved));
    within(&parts, LARGEST)
}

fn header(report: &Report) -> String {
    let header = &report.header;
    let against = match &header.base {
        None => "without a base".to_owned(),
        Some(base) if *base == header.head => "which is the base itself".to_owned(),
        Some(base) => format!("against {}", code(&revision(base))),
    };
    format!(
        "## {} - matchmark\n\n{}\n\n{} {against}, stage {}, as of {}, exit {}\n",
        report.verdict.word().to_uppercase(),
        prose(&sentence(report)),
        code(&revision(&header.head)),
        prose(&header.stage),
        prose(&header.as_of),
        report.exit_code,
    )
}

/// The parts in order for as long as they fit, and a word when some did not.
fn within(parts: &[String], largest: usize) -> String {
    let mut text = String::new();
    for part in parts {
        if text.len() + part.len() + CUT.len() > largest {
            text.push_str(CUT);
            break;
        }
        text.push_str(part);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_cut_and_said() {
        let parts = ["a".repeat(50), "b".repeat(50), "c".repeat(50)];
        let text = within(&parts, 180);
        assert!(text.len() <= 180);
        assert!(text.contains("bbb") && !text.contains('c'.to_string().repeat(3).as_str()));
        assert!(text.ends_with(CUT));
    }
}
