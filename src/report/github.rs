//! The report as annotations of a GitHub job: workflow commands with file, line and column, worst first, within the host's limits.
//! Refuses to let a name end a command or begin one: every part is escaped, and nothing else is printed.

use super::Style;
use super::hygiene::clean;
use super::text::sentence;
use super::weight::worst_first;
use crate::model::{Judged, Place, Report, Severity, Verdict, counted};
use std::collections::BTreeMap;

/// Findings of one level that stand alone; one line more counts the others.
///
/// Source: GitHub keeps 10 errors, 10 warnings and 10 notices of a step (actions/toolkit#734)
const SHOWN: usize = 9;

/// How loud an annotation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Error,
    Warning,
    Notice,
}

impl Level {
    const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Notice];

    fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }

    /// What a finding deserves; one that a waiver covers is only told.
    fn of(judged: &Judged) -> Self {
        match judged.severity {
            _ if judged.waived.is_some() => Self::Notice,
            Severity::Fault | Severity::Error => Self::Error,
            Severity::Undecided | Severity::Warning => Self::Warning,
            Severity::Info => Self::Notice,
        }
    }
}

/// All annotations, one a line.
pub(super) fn report(report: &Report, style: &Style<'_>) -> String {
    let mut out = String::new();
    for level in Level::ALL {
        let own = |judged: &&Judged| Level::of(judged) == level;
        let own = worst_first(report.findings.iter().filter(own));
        let said = said(level, report, own.is_empty());
        // What stands before the findings takes their room.
        let room = SHOWN.saturating_sub(said.len());
        for (title, message) in &said {
            out.push_str(&command(level, None, title, message, style));
        }
        for judged in own.iter().take(room) {
            let place = Some(&judged.location);
            out.push_str(&command(
                level,
                place,
                &judged.rule,
                &message(judged),
                style,
            ));
        }
        if let Some(rest) = own.get(room..).filter(|rest| !rest.is_empty()) {
            let more = more(level, rest);
            out.push_str(&command(level, None, "matchmark", &more, style));
        }
    }
    out
}

/// The annotation of a run that did not end.
pub(super) fn unfinished(why: &str) -> String {
    let style = Style::default();
    command(Level::Error, None, "matchmark error", why, &style)
}

/// What no finding says: an exception in an emergency, and a verdict that is red without an error.
fn said(level: Level, report: &Report, is_silent: bool) -> Vec<(String, String)> {
    match level {
        Level::Error if is_silent && report.verdict != Verdict::Go => {
            let word = report.verdict.word();
            vec![(format!("matchmark {word}"), sentence(report))]
        }
        Level::Warning if !report.governance.emergency.is_empty() => {
            let ids = report.governance.emergency.join(", ");
            let message = format!("an emergency waiver is in force: {ids}");
            vec![("EMERGENCY".to_owned(), message)]
        }
        Level::Error | Level::Warning | Level::Notice => Vec::new(),
    }
}

fn message(judged: &Judged) -> String {
    let mut lines = vec![judged.message.clone()];
    if judged.severity == Severity::Fault {
        lines.push("this file of ours could not be used, so there is no verdict".to_owned());
    }
    if judged.severity == Severity::Undecided {
        lines.push("not settled: neither proved nor refuted".to_owned());
    }
    for hurt in judged.hurts.iter().take(SHOWN) {
        lines.push(format!("hurts {}: {}", hurt.who, hurt.why));
    }
    if !judged.remedy.is_empty() {
        lines.push(format!("fix: {}", judged.remedy));
    }
    if let Some(waiver) = &judged.waived {
        lines.push(format!("waived by {} until {}", waiver.id, waiver.expires));
    }
    lines.push(format!("fingerprint {}", judged.fingerprint));
    lines.join("\n")
}

/// The findings that are not shown, counted by rule, so that no id is lost.
fn more(level: Level, rest: &[&Judged]) -> String {
    let mut rules: BTreeMap<&str, usize> = BTreeMap::new();
    for judged in rest {
        *rules.entry(&judged.rule).or_default() += 1;
    }
    let rules: Vec<String> = rules
        .iter()
        .map(|(rule, count)| format!("{count} {rule}"))
        .collect();
    let more = counted(rest.len(), &format!("more {}", level.word()));
    format!("{more}, see the summary: {}", rules.join(", "))
}

fn command(
    level: Level,
    place: Option<&Place>,
    title: &str,
    message: &str,
    style: &Style<'_>,
) -> String {
    let place = place.map_or_else(String::new, |place| {
        let (line, column) = (place.line, place.column);
        let file = property(&below(style.folder, &place.file));
        format!("file={file},line={line},col={column},")
    });
    let (level, title) = (level.word(), property(title));
    format!("::{level} {place}title={title}::{}\n", data(message))
}

/// A path as the workspace knows it: from the folder in which the program was started.
pub(super) fn below(folder: Option<&str>, file: &str) -> String {
    match folder {
        Some(folder) if !folder.starts_with('/') => {
            let folder = folder.trim_start_matches("./").trim_end_matches('/');
            format!("{folder}/{file}")
        }
        Some(_) | None => file.to_owned(),
    }
}

/// Source: GitHub's own toolkit, `escapeData`
fn data(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(clean).collect();
    // Anywhere in a line, this begins a command of the older form.
    let text = lines.join("\n").replace("##[", "# #[");
    text.replace('%', "%25").replace('\n', "%0A")
}

/// Source: GitHub's own toolkit, `escapeProperty`
fn property(text: &str) -> String {
    let text = data(&clean(text));
    text.replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{green, red, required_added};

    fn shown(whole: &Report) -> String {
        report(whole, &Style::default())
    }

    #[test]
    fn a_red_run_is_annotated_where_it_broke() {
        insta::assert_snapshot!("report_red_github", shown(&red()));
        assert_eq!(shown(&green()), "");
    }

    #[test]
    fn no_part_can_end_its_command_or_begin_another() {
        let mut hostile = required_added();
        hostile.location.file = "a,line=1::x\n::error::b%0A.json".to_owned();
        hostile.rule = "a:b,c".to_owned();
        hostile.message = "50%\r\n::set-output name=x::y ##[error]z".to_owned();
        let whole = Report {
            findings: vec![hostile],
            ..red()
        };
        let text = shown(&whole);
        let (line, others) = text.split_once('\n').unwrap_or_default();
        assert_eq!(others, "");
        assert!(line.starts_with(
            "::error file=a%2Cline=1%3A%3Ax %3A%3Aerror%3A%3Ab%250A.json,line=58,col=25,title=a%3Ab%2Cc::50%25%0A::set-output"
        ), "{line}");
        assert!(!text.contains("##[") && !text.contains('\r'), "{text}");
    }

    #[test]
    fn two_hundred_findings_make_ten_annotations_and_lose_no_id() {
        let mut other = required_added();
        other.rule = "compat/values-narrowed".to_owned();
        let mut findings = vec![required_added(); 150];
        findings.extend(vec![other; 50]);
        let whole = Report { findings, ..red() };
        let text = shown(&whole);
        assert_eq!(text.lines().count(), 10);
        assert!(
            text.ends_with(
                "191 more errors, see the summary: 145 compat/required-added, 46 compat/values-narrowed\n"
            ),
            "{text}"
        );
    }

    #[test]
    fn a_red_verdict_is_never_without_an_error() {
        let whole = Report {
            verdict: Verdict::Empty,
            ..green()
        };
        assert!(shown(&whole).starts_with("::error title=matchmark empty::nothing was checked"));
    }

    #[test]
    fn an_emergency_stands_first_among_the_warnings() {
        let mut whole = red();
        whole.governance.emergency = vec!["WV-0007".to_owned()];
        let text = shown(&whole);
        let first = text.lines().find(|line| line.starts_with("::warning"));
        assert_eq!(
            first,
            Some("::warning title=EMERGENCY::an emergency waiver is in force: WV-0007")
        );
    }

    #[test]
    fn a_path_is_told_from_the_folder_of_the_caller() {
        assert_eq!(below(Some("./demo/"), "a.json"), "demo/a.json");
        assert_eq!(below(Some("/srv/demo"), "a.json"), "a.json");
        assert_eq!(below(None, "a.json"), "a.json");
    }
}
