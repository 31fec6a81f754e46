//! What each format shows, and what none of them may.
#![allow(clippy::unwrap_used)]

mod published;

use super::sample::{at, diff, entry, green, problem, red, required_added, validation};
use super::*;
use crate::model::{CheckName, Note, PayloadProblem, RuleCard, Severity, Summary, Verdict};

const PLAIN: Style<'_> = Style {
    color: false,
    verbose: false,
    max_findings: None,
    folder: None,
};

fn shown(format: Format, content: Content<'_>) -> String {
    render(format, content, &PLAIN).unwrap()
}

#[test]
fn a_green_run_reads_well() {
    insta::assert_snapshot!(
        "report_green_text",
        shown(Format::Text, Content::Report(&green()))
    );
    insta::assert_snapshot!(
        "report_green_markdown",
        shown(Format::Markdown, Content::Report(&green()))
    );
}

#[test]
fn the_contract_check_on_its_own_shows_its_matrix() {
    let mut report = green();
    let shown_of = |report: &Report| shown(Format::Text, Content::Report(report));
    assert!(!shown_of(&report).contains("Matrix"));
    report
        .checks
        .retain(|check| check.name == CheckName::Contract);
    insta::assert_snapshot!("contract_text", shown_of(&report));
}

#[test]
fn a_red_run_reads_well() {
    insta::assert_snapshot!(
        "report_red_text",
        shown(Format::Text, Content::Report(&red()))
    );
    insta::assert_snapshot!(
        "report_red_markdown",
        shown(Format::Markdown, Content::Report(&red()))
    );
    insta::assert_snapshot!(
        "report_red_comment",
        shown(Format::Comment, Content::Report(&red()))
    );
    insta::assert_snapshot!(
        "report_red_json",
        shown(Format::Json, Content::Report(&red()))
    );
}

#[test]
fn colour_changes_no_word() {
    let colored = Style {
        color: true,
        ..PLAIN
    };
    let text = render(Format::Text, Content::Report(&red()), &colored).unwrap();
    assert!(text.contains("\u{1b}[31;1mNO-GO\u{1b}[0m"));
    let mut bare = text;
    for code in ["31;1", "32;1", "33;1", "34;1", "0"] {
        bare = bare.replace(&format!("\u{1b}[{code}m"), "");
    }
    assert_eq!(bare, shown(Format::Text, Content::Report(&red())));
}

#[test]
fn a_commit_is_named_by_its_first_digits() {
    let mut report = green();
    report.header.head = format!("{} and changes", "3f2c91a".repeat(6).get(..40).unwrap());
    let text = shown(Format::Text, Content::Report(&report));
    assert!(
        text.contains("Judged   3f2c91a and changes against 9be01d4"),
        "{text}"
    );
}

#[test]
fn remarks_are_shown_only_to_who_asks() {
    let verbose = Style {
        verbose: true,
        ..PLAIN
    };
    let text = render(Format::Text, Content::Report(&red()), &verbose).unwrap();
    assert!(text.contains("info[replay/newly-accepted]"));
    assert!(shown(Format::Text, Content::Report(&red())).contains("1 remark kept back"));
}

#[test]
fn the_machine_format_holds_more_than_people_are_shown() {
    let one = Style {
        max_findings: Some(1),
        ..PLAIN
    };
    let text = render(Format::Text, Content::Report(&red()), &one).unwrap();
    assert!(text.contains("... 2 more: --max-findings shows them"));
    let json = render(Format::Json, Content::Report(&red()), &one).unwrap();
    let read: Report = serde_json::from_str(&json).unwrap();
    assert_eq!(read, red());
}

#[test]
fn every_verdict_says_its_word_and_its_code() {
    for (verdict, words) in [
        (Verdict::Go, "GO  everything that was asked for was checked"),
        (
            Verdict::NoGo,
            "NO-GO  1 error, 0 warnings; 1 question not settled; 1 waived",
        ),
        (Verdict::Error, "ERROR  0 files of ours could not be used"),
        (
            Verdict::Undecided,
            "UNDECIDED  1 question not settled; contract did not run",
        ),
        (Verdict::Empty, "EMPTY  nothing was checked"),
    ] {
        let exit_code = verdict.exit_code();
        let report = Report {
            verdict,
            exit_code,
            ..red()
        };
        let text = shown(Format::Text, Content::Report(&report));
        let last = text.lines().last().unwrap();
        assert!(last.starts_with(words), "{last}");
        assert!(last.ends_with(&format!("exit {exit_code}")), "{last}");
    }
}

#[test]
fn a_comment_stays_within_the_limit_of_its_host() {
    let mut long = required_added();
    long.message = "`".repeat(10_000) + &"x|<".repeat(30_000);
    long.hurts = vec![long.hurts.first().unwrap().clone(); 2_000];
    let findings = vec![long; 300];
    let report = Report {
        summary: Summary::of(&findings),
        findings,
        ..red()
    };
    let text = shown(Format::Comment, Content::Report(&report));
    assert!(text.len() <= 65_536, "{}", text.len());
    assert!(text.starts_with("<!-- matchmark -->\n## NO-GO"));
}

#[test]
fn no_name_steers_a_terminal_a_log_or_a_page() {
    let hostile = "\n::error::x\u{1b}[2J\u{202e}<img src=x>##[group]x";
    let mut judged = required_added();
    judged.rule = format!("a/{hostile}");
    judged.message = hostile.to_owned();
    judged.location = at(hostile, 1, 1);
    judged.remedy = hostile.to_owned();
    judged
        .notes
        .iter_mut()
        .for_each(|note| note.text = hostile.to_owned());
    judged
        .hurts
        .iter_mut()
        .for_each(|hurt| hurt.who = hostile.to_owned());
    let mut report = red();
    report.findings = vec![judged];
    report.not_proved = vec![hostile.to_owned()];
    report.header.head = hostile.to_owned();
    for format in [Format::Text, Format::Markdown, Format::Json] {
        let text = shown(format, Content::Report(&report));
        assert!(
            !text.lines().any(|line| line.trim_start().starts_with("::")),
            "{text}"
        );
        assert!(!text.contains("##["), "{text}");
        assert!(!text.contains('\u{1b}'), "{text}");
    }
    let comment = shown(Format::Markdown, Content::Report(&report));
    let outside_code: String = comment.split('`').step_by(2).collect();
    assert!(!outside_code.contains("<img"), "{comment}");
    assert!(!comment.contains('\u{202e}'));
}

#[test]
fn a_report_that_is_not_finished_is_never_green() {
    for format in [
        Format::Text,
        Format::Json,
        Format::Markdown,
        Format::Comment,
        Format::Html,
        Format::OperationOutcome,
        Format::Sarif,
        Format::Junit,
        Format::Github,
    ] {
        let text = unfinished(format, None).to_lowercase();
        assert!(
            text.contains("error") && text.contains("did not end"),
            "{text}"
        );
    }
    assert!(unfinished(Format::GithubOutput, None).starts_with("verdict=error\n"));
}

#[test]
fn a_run_that_broke_down_says_why_without_steering_anything() {
    let why = Some("no such folder\n::error::x ##[y]");
    for format in [
        Format::Json,
        Format::Sarif,
        Format::Junit,
        Format::Markdown,
        Format::Comment,
        Format::Text,
    ] {
        let text = unfinished(format, why);
        assert!(text.contains("no such folder"), "{text}");
        assert!(!text.contains("##["), "{text}");
        assert!(!text.lines().any(|line| line.starts_with("::")), "{text}");
    }
    let read: serde_json::Value = serde_json::from_str(&unfinished(Format::Json, why)).unwrap();
    assert_eq!(
        (&read["verdict"], &read["error"]),
        (&"error".into(), &"no such folder ::error::x ##[y]".into())
    );
}

#[test]
fn a_diff_reads_well() {
    insta::assert_snapshot!("diff_text", shown(Format::Text, Content::Diff(&diff())));
    insta::assert_snapshot!(
        "diff_markdown",
        shown(Format::Markdown, Content::Diff(&diff()))
    );
}

#[test]
fn a_validation_reads_well() {
    let value = validation();
    insta::assert_snapshot!(
        "validation_text",
        shown(Format::Text, Content::Validation(&value))
    );
    insta::assert_snapshot!(
        "validation_json",
        shown(Format::Json, Content::Validation(&value))
    );
    insta::assert_snapshot!(
        "validation_outcome",
        shown(Format::OperationOutcome, Content::Validation(&value))
    );
}

#[test]
fn many_problems_are_shortened_and_a_remedy_is_said_once() {
    let mut value = validation();
    let payload = value.payloads.get_mut(1).unwrap();
    let problem = PayloadProblem {
        fix: Some("use the wanted form".to_owned()),
        ..problem()
    };
    payload.problems = vec![problem; 25];
    let again = payload.clone();
    value.payloads.push(again);
    value.summary.causes[0].problems = 50;
    let text = shown(Format::Text, Content::Validation(&value));
    assert!(text.contains("and 30 more payload/format-wrong"), "{text}");
    assert!(text.contains("1 payload not named here"), "{text}");
    assert_eq!(text.matches("         fix ").count(), 1, "{text}");
}

#[test]
fn a_run_with_hundreds_of_findings_is_shortened_for_people() {
    let findings = vec![required_added(); 200];
    let report = Report {
        summary: Summary::of(&findings),
        findings,
        ..red()
    };
    let text = shown(Format::Text, Content::Report(&report));
    assert!(text.contains("... 180 more: --max-findings shows them"));
    assert!(text.contains(" 180 error[compat/required-added]\n"));
    let comment = shown(Format::Comment, Content::Report(&report));
    assert!(comment.contains("- 195 error `compat/required-added`"));
    assert!(comment.len() < 65_536);
}

#[test]
fn a_command_can_be_typed_where_the_reader_stands() {
    let style = Style {
        folder: Some("a demo"),
        ..PLAIN
    };
    let text = render(Format::Text, Content::Report(&red()), &style).unwrap();
    assert!(text.contains("again: matchmark validate -C 'a demo' .matchmark/witness/"));
    assert!(text.contains("= more     matchmark explain compat/required-added\n"));
}

#[test]
fn what_may_not_be_waived_names_no_way_to_do_it() {
    let waivable = |rule: &str, severity: Severity, note: Option<&str>| {
        let mut judged = required_added();
        judged.rule = rule.to_owned();
        judged.severity = severity;
        judged.notes.extend(note.map(|label| Note {
            label: label.to_owned(),
            text: "this rule allows no waiver".to_owned(),
        }));
        let report = Report {
            findings: vec![judged],
            ..red()
        };
        shown(Format::Text, Content::Report(&report)).contains("waiver new --for")
    };
    assert!(waivable("compat/required-added", Severity::Error, None));
    assert!(!waivable("compat/not-proved", Severity::Undecided, None));
    assert!(!waivable("lifecycle/waiver-expired", Severity::Error, None));
    assert!(!waivable(
        "catalogue/schema-unreadable",
        Severity::Fault,
        None
    ));
    assert!(!waivable("policy/a", Severity::Error, Some("waive")));
}

#[test]
fn a_base_that_is_the_head_is_said_to_be_it() {
    let mut report = green();
    report.header.base = Some(report.header.head.clone());
    let text = shown(Format::Text, Content::Report(&report));
    assert!(
        text.contains("which is the base itself: nothing is new"),
        "{text}"
    );
}

#[test]
fn a_schema_and_a_rule_read_well() {
    let entry = entry();
    insta::assert_snapshot!(
        "catalogue_list",
        shown(Format::Text, Content::Entries(std::slice::from_ref(&entry)))
    );
    insta::assert_snapshot!(
        "catalogue_show",
        shown(Format::Text, Content::Entry(&entry))
    );
    let rule = Explanation::Rule(RuleCard {
        id: "policy/auth-undeclared".to_owned(),
        severity: Severity::Error,
        title: "Each operation must name an auth scheme and at least one scope".to_owned(),
        why: "Without a scope nobody can tell\nwho may call it.".to_owned(),
        fix: "add `auth` to the operation".to_owned(),
        owner: Some("security".to_owned()),
        source: Some("PDex 2.2.0".to_owned()),
        bad: Some("auth = {}".to_owned()),
        good: None,
        file: Some("policies/rules/auth-undeclared/rule.toml".to_owned()),
    });
    insta::assert_snapshot!(
        "explain_rule",
        shown(Format::Text, Content::Explanation(&rule))
    );
    insta::assert_snapshot!(
        "explain_rule_json",
        shown(Format::Json, Content::Explanation(&rule))
    );
}
