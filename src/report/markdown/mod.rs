//! The report as Markdown: whole, for the summary of a job, and short, for the comment on a pull request.
//! Refuses to print a name raw: nothing in it makes markup, a link or a mention.

mod decision;
mod escape;
mod ledger;
mod section;

use super::Style;
use super::text::{revision, sentence};
use crate::model::Report;

pub(super) use escape::{code, prose};
pub(super) use ledger::ledger;
pub(super) use section::{changes, findings};

/// Largest whole report, in bytes.
///
/// Source: GitHub drops a step summary over 1 MiB; other steps of the job write into it too
const WHOLE: usize = 900 * 1024;
/// Largest comment, in bytes (GitHub counts characters); what is left is for the line by which a workflow names its run.
///
/// Source: GitHub refuses a comment body over 65,536 characters
const LARGEST: usize = 65_536 - 1_024;
/// Findings that a comment shows in full.
const SHOWN: usize = 5;
/// By this line the comment is found again and edited in place.
const MARKER: &str = "<!-- matchmark -->\n";
const CUT: &str = "\nMore was cut here to fit: the json report holds all of it.\n";

/// What of a report is shown, and how much room there is.
struct Extent {
    largest: usize,
    findings: usize,
    /// Whether those are counted too that are only worth knowing, and each waiver is told.
    everything: bool,
}

/// Every finding in full, for as long as there is room.
pub(super) fn report(report: &Report, style: &Style<'_>) -> String {
    let extent = Extent {
        largest: WHOLE,
        findings: style.max_findings.unwrap_or(usize::MAX),
        everything: true,
    };
    shown(report, style, &extent)
}

/// The comment: verdict, the worst findings, who is hurt, what waits for a decision.
pub(super) fn comment(report: &Report, style: &Style<'_>) -> String {
    let extent = Extent {
        largest: LARGEST - MARKER.len(),
        findings: style.max_findings.unwrap_or(SHOWN).min(SHOWN),
        everything: false,
    };
    MARKER.to_owned() + &shown(report, style, &extent)
}

/// Either of them for a run that did not end.
pub(super) fn unfinished(why: &str) -> String {
    format!(
        "{MARKER}## ERROR - matchmark\n\nThere is no result: {}\n",
        prose(why)
    )
}

fn shown(report: &Report, style: &Style<'_>, extent: &Extent) -> String {
    let mut text = header(report);
    text.push_str(&section::emergency(&report.governance.emergency));
    let mut kept = section::hurts(&report.findings);
    kept.push_str(&decision::decisions(&report.governance.decisions));
    kept.push_str(&section::checks(&report.checks));
    let room = extent.largest.saturating_sub(kept.len());
    let said = section::listed(&report.findings, extent.findings, extent.everything, style);
    let is_cut = !push(&mut text, &said, room);
    text.push_str(&kept);
    if !is_cut {
        let mut rest = changes(&report.changes);
        rest.push(section::limits(&report.not_proved));
        push(&mut text, &rest, extent.largest);
    }
    text
}

/// Adds the parts in order for as long as they fit, and a word when some did not; whether all did.
fn push(text: &mut String, parts: &[String], largest: usize) -> bool {
    for part in parts {
        if text.len() + part.len() + CUT.len() > largest {
            text.push_str(CUT);
            return false;
        }
        text.push_str(part);
    }
    true
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DecisionNeeded;
    use crate::report::sample::{at, red, required_added};

    #[test]
    fn what_does_not_fit_is_cut_and_said() {
        let parts = ["a".repeat(50), "b".repeat(50), "c".repeat(50)];
        let mut text = String::new();
        assert!(!push(&mut text, &parts, 180));
        assert!(text.len() <= 180);
        assert!(text.contains("bbb") && !text.contains("ccc"));
        assert!(text.ends_with(CUT));
    }

    #[test]
    fn a_comment_tells_who_is_hurt_and_who_has_to_decide_even_when_it_is_cut() {
        let mut long = required_added();
        long.message = "x ".repeat(400);
        long.hurts = vec![
            long.hurts
                .first()
                .cloned()
                .unwrap_or_else(|| unreachable!());
            40
        ];
        for hurt in &mut long.hurts {
            hurt.why = "y ".repeat(400);
        }
        let mut whole = Report {
            findings: vec![long; 200],
            ..red()
        };
        whole.governance.decisions = vec![DecisionNeeded {
            subject: "WV-0042".to_owned(),
            question: "may `hrex-coverage` require a subscriber number?".to_owned(),
            owner: "exchange-platform".to_owned(),
            roles: vec!["security".to_owned()],
            options: vec!["matchmark approve WV-0042 --role security".to_owned()],
            deadline: Some("2026-12-01".to_owned()),
            otherwise: "the finding counts".to_owned(),
            location: at("policies/waivers/WV-0042.toml", 1, 1),
        }];
        let text = comment(&whole, &Style::default());
        assert!(text.len() <= LARGEST, "{}", text.len());
        assert!(text.starts_with(MARKER) && text.contains(CUT));
        for words in [
            "| northwind | 200 |",
            "approve WV-0042 --role security",
            "| check |",
        ] {
            assert!(text.contains(words), "{words}");
        }
    }

    #[test]
    fn the_whole_report_names_every_finding() {
        let whole = Report {
            findings: vec![required_added(); 200],
            ..red()
        };
        let text = report(&whole, &Style::default());
        assert_eq!(
            text.matches("\n### error `compat/required-added`").count(),
            200
        );
        assert!(text.len() <= WHOLE);
    }
}
