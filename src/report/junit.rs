//! The report as JUnit XML: a suite for each check, a case for each finding, so that any build server shows what failed.
//! Refuses to show a run as passed that did not run: each check has a case of its own.

use super::hygiene::clean;
use super::ledger::Ledger;
use super::text::sentence;
use crate::model::{Check, Judged, Place, Report, Severity, Verdict};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// How a case came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// It speaks and fails nothing here.
    Told,
    Failure,
    /// There is no verdict: a file that could not be used, or a question that stayed open.
    Error,
    Skipped,
}

/// One case, ready to be counted and written.
struct Case {
    class: String,
    name: String,
    outcome: Outcome,
    /// What tools show in one line.
    message: String,
    body: String,
    file: Option<(String, u32)>,
}

impl Case {
    fn fails(&self) -> bool {
        matches!(self.outcome, Outcome::Failure | Outcome::Error)
    }
}

/// The whole file.
pub(super) fn report(report: &Report) -> String {
    let mut suites: Vec<(&str, Vec<Case>)> = Vec::new();
    for check in &report.checks {
        let of_check = |judged: &&Judged| judged.check() == Some(check.name);
        let own: Vec<&Judged> = report.findings.iter().filter(of_check).collect();
        let mut cases = vec![whole(check)];
        cases.extend(findings(&own, check.verdict));
        suites.push((check.name.word(), cases));
    }
    let has_suite = |judged: &Judged| {
        let name = judged.check();
        name.is_some() && report.checks.iter().any(|c| Some(c.name) == name)
    };
    let others: Vec<&Judged> = report.findings.iter().filter(|f| !has_suite(f)).collect();
    let others = findings(&others, None);
    let earlier = suites.iter().flat_map(|(_, cases)| cases);
    let is_told = earlier.chain(&others).any(Case::fails);
    let said = format!("{}: {}", report.verdict.word(), sentence(report));
    let mut cases = vec![verdict(report.verdict, &said, &report.not_proved, is_told)];
    cases.extend(others);
    suites.push(("gate", cases));
    written(&suites, &facts(report))
}

/// The whole file of a replay.
pub(super) fn ledger(ledger: &Ledger) -> String {
    let counts = ledger.counts.iter();
    let counts: Vec<String> = counts
        .map(|one| format!("{} {} {}", one.what, one.count, one.said))
        .map(|line| line.trim_end().to_owned())
        .collect();
    let ran = Case {
        class: ledger.verb.to_owned(),
        name: format!("{} ran", ledger.verb),
        outcome: Outcome::Told,
        message: ledger.heading.clone(),
        body: [std::slice::from_ref(&ledger.heading), &counts]
            .concat()
            .join("\n"),
        file: None,
    };
    let own: Vec<&Judged> = ledger.found.iter().collect();
    let own = proved(&own);
    let said = format!("{}: {}", ledger.verdict.word(), ledger.sentence);
    let is_told = own.iter().any(Case::fails);
    let last = verdict(ledger.verdict, &said, &ledger.limits, is_told);
    let cases = [ran].into_iter().chain(own).collect();
    let suites = [(ledger.verb, cases), ("gate", vec![last])];
    let facts = [
        ("verdict", ledger.verdict.word()),
        ("replayed", ledger.heading.as_str()),
        ("privacy", ledger.privacy),
    ];
    written(&suites, &facts)
}

/// The file of a run that did not end.
pub(super) fn unfinished(why: &str) -> String {
    let case = Case {
        class: "gate".to_owned(),
        name: "verdict".to_owned(),
        outcome: Outcome::Error,
        message: why.to_owned(),
        body: String::new(),
        file: None,
    };
    let suite = suite("gate", &[case], &[("verdict", "error")]);
    format!(
        "{HEAD}<testsuites name=\"matchmark\" tests=\"1\" failures=\"0\" errors=\"1\">\n{suite}</testsuites>\n"
    )
}

fn written(suites: &[(&str, Vec<Case>)], facts: &[(&str, &str)]) -> String {
    let all = || suites.iter().flat_map(|(_, cases)| cases);
    let count = |outcome| all().filter(|case| case.outcome == outcome).count();
    let mut out = format!(
        "{HEAD}<testsuites name=\"matchmark\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n",
        all().count(),
        count(Outcome::Failure),
        count(Outcome::Error),
    );
    for (name, cases) in suites {
        let facts = if *name == "gate" { facts } else { &[] };
        out.push_str(&suite(name, cases, facts));
    }
    out.push_str("</testsuites>\n");
    out
}

/// What was judged, and when.
fn facts(report: &Report) -> Vec<(&str, &str)> {
    let mut facts = vec![
        ("verdict", report.verdict.word()),
        ("stage", report.header.stage.as_str()),
        ("as-of", report.header.as_of.as_str()),
        ("head", report.header.head.as_str()),
    ];
    facts.extend(report.header.base.as_deref().map(|base| ("base", base)));
    let emergency = report.governance.emergency.iter();
    facts.extend(emergency.map(|waiver| ("EMERGENCY", waiver.as_str())));
    facts
}

/// The check itself: what it judged.
fn whole(check: &Check) -> Case {
    let name = check.name.word();
    let body = format!("{} {}; {}", check.subjects, check.unit, check.summary);
    Case {
        class: name.to_owned(),
        name: format!("{name} ran"),
        outcome: if check.ran {
            Outcome::Told
        } else {
            Outcome::Skipped
        },
        message: check.summary.clone(),
        body,
        file: None,
    }
}

/// The verdict: red only where no finding is, so that there are as many failures as findings that fail.
fn verdict(verdict: Verdict, said: &str, not_proved: &[String], is_told: bool) -> Case {
    let outcome = match verdict {
        Verdict::NoGo if !is_told => Outcome::Failure,
        Verdict::Error | Verdict::Undecided | Verdict::Empty if !is_told => Outcome::Error,
        Verdict::Go | Verdict::NoGo | Verdict::Error | Verdict::Undecided | Verdict::Empty => {
            Outcome::Told
        }
    };
    let mut body = vec![said.to_owned()];
    body.extend(not_proved.iter().cloned());
    Case {
        class: "gate".to_owned(),
        name: "verdict".to_owned(),
        outcome,
        message: said.to_owned(),
        body: body.join("\n"),
        file: None,
    }
}

fn findings(own: &[&Judged], verdict: Option<Verdict>) -> Vec<Case> {
    let is_red = |judged: &&&Judged| judged.waived.is_none() && judged.severity > Severity::Warning;
    // The stage lets warnings fail where the check is red and nothing heavier says why.
    let strict = verdict == Some(Verdict::NoGo) && !own.iter().any(|judged| is_red(&judged));
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    own.iter()
        .map(|judged| {
            let case = finding(judged, strict);
            let count = seen.entry(case.name.clone()).or_default();
            *count += 1;
            match count {
                1 => case,
                count => Case {
                    name: format!("{} #{count}", case.name),
                    ..case
                },
            }
        })
        .collect()
}

/// The cases of findings with the notes below them: of what was replayed they are the proof.
fn proved(own: &[&Judged]) -> Vec<Case> {
    let mut cases = findings(own, None);
    for (case, judged) in cases.iter_mut().zip(own) {
        for note in &judged.notes {
            let _ = write!(case.body, "\n{}: {}", note.label, note.text);
        }
    }
    cases
}

fn finding(judged: &Judged, strict: bool) -> Case {
    let outcome = match judged.severity {
        _ if judged.waived.is_some() => Outcome::Skipped,
        Severity::Fault | Severity::Undecided => Outcome::Error,
        Severity::Error => Outcome::Failure,
        Severity::Warning | Severity::Info if strict => Outcome::Failure,
        Severity::Warning | Severity::Info => Outcome::Told,
    };
    let mut body = vec![judged.message.clone(), format!("at {}", judged.location)];
    for hurt in &judged.hurts {
        body.push(format!("hurts {}: {}", hurt.who, hurt.why));
    }
    if !judged.remedy.is_empty() {
        body.push(format!("fix: {}", judged.remedy));
    }
    if let Some(waiver) = &judged.waived {
        body.push(format!(
            "waived by {} until {}, owner {}",
            waiver.id, waiver.expires, waiver.owner
        ));
    }
    let place = [judged.subject.as_str(), judged.pointer.as_str()].join(" ");
    Case {
        class: judged.rule.clone(),
        name: format!(
            "{} {} {}",
            judged.severity.word(),
            judged.fingerprint,
            place.trim_end()
        ),
        outcome,
        message: judged.message.clone(),
        body: body.join("\n"),
        file: file(&judged.location),
    }
}

/// What came from standard input is in no file.
fn file(place: &Place) -> Option<(String, u32)> {
    (!place.is_input()).then(|| (place.file.clone(), place.line))
}

fn suite(name: &str, cases: &[Case], facts: &[(&str, &str)]) -> String {
    let count = |outcome| cases.iter().filter(|c| c.outcome == outcome).count();
    let mut out = format!(
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n",
        escaped(name),
        cases.len(),
        count(Outcome::Failure),
        count(Outcome::Error),
        count(Outcome::Skipped),
    );
    if !facts.is_empty() {
        out.push_str("    <properties>\n");
        for (name, value) in facts {
            let (name, value) = (escaped(name), escaped(value));
            let _ = writeln!(out, "      <property name=\"{name}\" value=\"{value}\"/>");
        }
        out.push_str("    </properties>\n");
    }
    for case in cases {
        write_case(&mut out, case);
    }
    out.push_str("  </testsuite>\n");
    out
}

fn write_case(out: &mut String, case: &Case) {
    let place = case.file.as_ref().map_or_else(String::new, |(file, line)| {
        format!(" file=\"{}\" line=\"{line}\"", escaped(file))
    });
    let (class, name) = (escaped(&case.class), escaped(&case.name));
    let message = escaped(&case.message);
    let body: Vec<String> = case.body.lines().map(escaped).collect();
    let body = body.join("\n");
    let _ = writeln!(
        out,
        "    <testcase classname=\"{class}\" name=\"{name}\"{place}>"
    );
    let element = match case.outcome {
        Outcome::Told => format!("<system-out>{body}</system-out>"),
        Outcome::Failure => {
            format!("<failure type=\"{class}\" message=\"{message}\">{body}</failure>")
        }
        Outcome::Error => format!("<error type=\"{class}\" message=\"{message}\">{body}</error>"),
        Outcome::Skipped => format!("<skipped message=\"{message}\">{body}</skipped>"),
    };
    let _ = writeln!(out, "      {element}\n    </testcase>");
}

/// `text` as an attribute or as content.
///
/// Source: XML 1.0, 2.2: control characters, surrogates and the last two code points are no characters
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in clean(text).chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            letter => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{green, red, required_added};

    #[test]
    fn a_red_run_shows_failed_open_and_waived_cases() {
        insta::assert_snapshot!("report_red_junit", report(&red()));
        let text = report(&green());
        assert!(
            text.contains("tests=\"7\" failures=\"0\" errors=\"0\""),
            "{text}"
        );
    }

    #[test]
    fn what_xml_cannot_hold_does_not_get_in() {
        let mut hostile = required_added();
        hostile.message = "a<b>&\"'\u{0}\u{1b}\u{ffff}]]>\n<!--".to_owned();
        let whole = Report {
            findings: vec![hostile],
            ..red()
        };
        let text = report(&whole);
        let wanted = "a&lt;b&gt;&amp;&quot;&apos;\u{fffd}\u{fffd}\u{fffd}]]&gt; &lt;!--";
        assert!(text.contains(wanted), "{text}");
    }

    #[test]
    fn the_verdict_fails_only_where_no_finding_does() {
        let empty = Report {
            verdict: Verdict::Empty,
            ..green()
        };
        assert!(report(&empty).contains("tests=\"7\" failures=\"0\" errors=\"1\""));
        let told = report(&red());
        assert!(told.contains("failures=\"1\" errors=\"1\""), "{told}");
        assert!(told.contains("<system-out>no-go: 1 error"), "{told}");
    }

    #[test]
    fn two_findings_of_one_name_stay_two_cases() {
        let whole = Report {
            findings: vec![required_added(); 2],
            ..red()
        };
        assert_eq!(report(&whole).matches(" #2\"").count(), 1);
    }

    #[test]
    fn a_warning_fails_only_where_it_made_its_check_red() {
        let mut warning = required_added();
        warning.severity = Severity::Warning;
        let own = [&warning];
        let outcome = |verdict| findings(&own, verdict).first().map(|case| case.outcome);
        assert_eq!(outcome(Some(Verdict::Go)), Some(Outcome::Told));
        assert_eq!(outcome(Some(Verdict::NoGo)), Some(Outcome::Failure));
    }
}
