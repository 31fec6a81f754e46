//! The result of `validate` for a terminal.
//! Every word comes from kinds and schemas; no value is ever at hand here.

use super::Style;
use super::hygiene::clean;
use super::text::{Paint, verdict_line};
use crate::model::{
    PayloadProblem, PayloadState, ProblemCause, ValidatedPayload, Validation, ValidationSummary,
    counted,
};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Problems that are shown unless another number was asked for.
const SHOWN: usize = 20;
/// Payloads that could not be judged and are named; the rest is counted.
const NAMED: usize = 20;

/// Causes that are shown when not every problem was.
const CAUSES: usize = 10;

/// What was said already, so that nothing is said twice and a large run stays short.
struct Page<'a> {
    out: String,
    verbose: bool,
    paint: Paint,
    /// Problems that may still be shown.
    left: usize,
    /// Payloads without a verdict that may still be named.
    named: usize,
    /// Rules whose remedy was told.
    told: BTreeSet<&'a str>,
    /// Problems that are there and that were shown, by rule.
    rules: BTreeMap<&'a str, (u64, u64)>,
    /// Payloads that were not named.
    unnamed: u64,
    is_shortened: bool,
}

/// For a terminal.
pub(super) fn text(validation: &Validation, style: &Style<'_>) -> String {
    let mut page = Page {
        out: String::new(),
        verbose: style.verbose,
        paint: Paint::new(style.color),
        left: style.max_findings.unwrap_or(SHOWN),
        named: style.max_findings.unwrap_or(NAMED),
        told: BTreeSet::new(),
        rules: totals(&validation.summary),
        unnamed: unlisted(validation, style.verbose),
        is_shortened: false,
    };
    for payload in &validation.payloads {
        page.payload(payload);
    }
    page.rest();
    page.ending(validation);
    page.out
}

/// Payloads that are only counted: those that a person has to know of, and the others where all are asked for.
fn unlisted(validation: &Validation, is_verbose: bool) -> u64 {
    if is_verbose {
        return validation.not_listed;
    }
    let all = validation.invalid + validation.undecided + validation.unreadable;
    let is_news = |payload: &&ValidatedPayload| {
        payload.state != PayloadState::Valid || !payload.refused_by.is_empty()
    };
    let listed = validation.payloads.iter().filter(is_news).count() as u64;
    (all + validation.summary.warned).saturating_sub(listed)
}

/// Problems by rule, none of them shown.
fn totals(summary: &ValidationSummary) -> BTreeMap<&str, (u64, u64)> {
    let mut totals: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for cause in &summary.causes {
        totals.entry(&cause.rule).or_default().0 += cause.problems;
    }
    totals
}

impl<'a> Page<'a> {
    fn payload(&mut self, payload: &'a ValidatedPayload) {
        let warns = !payload.refused_by.is_empty();
        match payload.state {
            PayloadState::Valid if self.verbose || (warns && self.named > 0) => {
                self.named = self.named.saturating_sub(1);
                self.heading(payload);
            }
            PayloadState::Valid if warns => self.unnamed += 1,
            PayloadState::Valid => {}
            PayloadState::Unreadable | PayloadState::Undecided if self.named == 0 => {
                self.unnamed += 1;
            }
            PayloadState::Unreadable | PayloadState::Undecided => {
                self.named -= 1;
                self.heading(payload);
            }
            PayloadState::Invalid => self.invalid(payload),
        }
    }

    fn invalid(&mut self, payload: &'a ValidatedPayload) {
        let most = self.left.min(payload.problems.len());
        if most > 0 || payload.problems.is_empty() {
            self.heading(payload);
        } else {
            self.unnamed += 1;
        }
        self.left -= most;
        for problem in payload.problems.iter().take(most) {
            self.rules.entry(&problem.rule).or_default().1 += 1;
            self.problem(problem);
        }
    }

    fn heading(&mut self, payload: &ValidatedPayload) {
        let word = match payload.state {
            PayloadState::Valid => self.paint.green("VALID"),
            PayloadState::Invalid => self.paint.red("INVALID"),
            PayloadState::Undecided => self.paint.red("UNDECIDED"),
            PayloadState::Unreadable => self.paint.red("UNREADABLE"),
        };
        let _ = write!(self.out, "{}  {word}", clean(&place(payload)));
        if let Some(against) = &payload.against {
            let _ = write!(self.out, "  as {}", clean(against));
        }
        self.out.push('\n');
        if let Some(obstacle) = &payload.obstacle {
            let _ = writeln!(self.out, "  {}", clean(obstacle));
        }
        for verdict in &payload.refused_by {
            let what = refused_for(&verdict.problems);
            let version = clean(&verdict.version);
            let _ = writeln!(self.out, "         but    {version} will refuse it: {what}");
        }
    }

    fn problem(&mut self, problem: &'a PayloadProblem) {
        let at = format!("{}:{}", problem.line, problem.column);
        let pointer = match problem.pointer.as_str() {
            "" => "the whole payload".to_owned(),
            pointer => clean(pointer),
        };
        let rule = clean(&problem.rule);
        let _ = writeln!(self.out, "{at:>7}  {rule:<26}  {pointer}");
        // A remedy is the same for every problem of a rule: once is enough.
        let is_news = self.told.insert(&problem.rule);
        let message = Some(problem.message.clone()).filter(|text| !text.is_empty());
        for (label, text) in [
            ("what", &message),
            ("is", &problem.found),
            ("want", &problem.want),
            ("rule", &problem.statement),
            ("form", &problem.form),
            ("means", &problem.means),
            ("fix", &problem.fix.clone().filter(|_| is_news)),
        ] {
            if let Some(text) = text {
                let _ = writeln!(self.out, "         {label:<6} {}", clean(text));
            }
        }
    }

    /// What was not shown, counted.
    fn rest(&mut self) {
        let rest = self
            .rules
            .iter()
            .map(|(rule, (all, shown))| (*rule, all.saturating_sub(*shown)));
        let rest: Vec<(&str, u64)> = rest.filter(|(_, count)| *count > 0).collect();
        self.is_shortened = !rest.is_empty() || self.unnamed > 0;
        for (rule, count) in rest {
            let _ = writeln!(self.out, "  and {count} more {}", clean(rule));
        }
        if self.unnamed > 0 {
            let payloads = counted(self.unnamed, "payload");
            let _ = writeln!(
                self.out,
                "  {payloads} not named here: --max-findings shows more, and the json format holds more"
            );
        }
    }

    fn ending(&mut self, validation: &'a Validation) {
        let summary = &validation.summary;
        if self.is_shortened || validation.not_listed > 0 {
            self.out.push_str(&schemas(summary));
            self.out.push_str(&causes(summary));
        }
        self.out.push_str(&compared(summary));
        for (said, count) in &summary.not_judged {
            let payloads = counted(*count, "payload");
            let _ = writeln!(self.out, "  not judged in {payloads}: {}", clean(said));
        }
        let undecided = match validation.undecided {
            0 => String::new(),
            count => format!("{count} undecided, "),
        };
        let _ = writeln!(
            self.out,
            "{} valid, {} invalid, {undecided}{} unreadable. Values are hidden. Nothing left this machine.",
            validation.valid, validation.invalid, validation.unreadable
        );
        for (index, answer) in answers(summary).iter().enumerate() {
            let label = if index == 0 { "Answers" } else { "" };
            let _ = writeln!(self.out, "{label:<8} {answer}");
        }
        verdict_line(
            &mut self.out,
            validation.verdict,
            validation.exit_code,
            &sentence(validation),
            self.paint,
        );
    }
}

/// What became of the payloads of each schema, where there are several.
fn schemas(summary: &ValidationSummary) -> String {
    if summary.schemas.len() < 2 {
        return String::new();
    }
    let names: Vec<String> = summary.schemas.keys().map(|name| clean(name)).collect();
    let wide = widest(&names, "schema");
    let mut out = format!("{:wide$}  valid  invalid  undecided\n", "schema");
    for (name, count) in names.iter().zip(summary.schemas.values()) {
        let _ = writeln!(
            out,
            "{name:wide$}  {:>5}  {:>7}  {:>9}",
            count.valid, count.invalid, count.undecided
        );
    }
    out
}

/// The most frequent causes, with the first place of each.
fn causes(summary: &ValidationSummary) -> String {
    let shown = summary.causes.iter().take(CAUSES);
    let said: Vec<(String, &ProblemCause)> = shown
        .map(|cause| {
            let pointer = match cause.pointer.as_str() {
                "" => "the whole payload".to_owned(),
                pointer => clean(pointer),
            };
            (format!("{:<26}  {pointer}", clean(&cause.rule)), cause)
        })
        .collect();
    if said.is_empty() {
        return String::new();
    }
    let texts: Vec<String> = said.iter().map(|(text, _)| text.clone()).collect();
    let wide = widest(&texts, "cause");
    let mut out = format!("{:wide$}  problems  first\n", "cause");
    for (text, cause) in &said {
        let first = clean(&cause.first);
        let _ = writeln!(out, "{text:wide$}  {:>8}  {first}", cause.problems);
    }
    let rest = summary.causes.iter().skip(CAUSES);
    let problems = rest.map(|cause| cause.problems).sum::<u64>() + summary.more_causes;
    if problems > 0 {
        let problems = counted(problems, "problem");
        let _ = writeln!(
            out,
            "  and {problems} of other causes: the json format names up to 1,000"
        );
    }
    out
}

fn widest(texts: &[String], title: &str) -> usize {
    let widths = texts.iter().map(|text| text.chars().count());
    widths.max().unwrap_or(0).max(title.len())
}

/// `2 payload/unknown-name, 1 payload/required-missing`, in the order of the rules.
fn refused_for(problems: &BTreeMap<String, u64>) -> String {
    let counted = problems
        .iter()
        .map(|(rule, count)| format!("{count} {}", clean(rule)));
    counted.collect::<Vec<_>>().join(", ")
}

/// The versions that were asked beside the one that judged: how many payloads each takes, and why it refuses others.
fn compared(summary: &ValidationSummary) -> String {
    if summary.versions.is_empty() {
        return String::new();
    }
    let names: Vec<String> = summary.versions.keys().map(|name| clean(name)).collect();
    let wide = names.iter().map(String::len).max().unwrap_or(0);
    let mut out = format!("{:wide$}  valid  invalid  refused for\n", "version");
    for (name, count) in names.iter().zip(summary.versions.values()) {
        let line = format!(
            "{name:wide$}  {:>5}  {:>7}  {}",
            count.payloads.valid,
            count.payloads.invalid,
            refused_for(&count.problems)
        );
        let _ = writeln!(out, "{}", line.trim_end());
    }
    out
}

fn place(payload: &ValidatedPayload) -> String {
    match payload.record {
        Some(line) => format!("{}:{line}", payload.file),
        None => payload.file.clone(),
    }
}

/// What the receiver will answer to what is invalid, each answer once, the most frequent first.
fn answers(summary: &ValidationSummary) -> Vec<String> {
    let mut counts: Vec<(&String, &u64)> = summary.answers.iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    counts
        .into_iter()
        .map(|(text, count)| format!("{count} x {}", clean(text)))
        .collect()
}

/// What the verdict rests on.
fn sentence(validation: &Validation) -> String {
    let said = |count: u64, what: &str| (count > 0).then(|| format!("{count} {what}"));
    let parts: Vec<String> = [
        said(validation.unreadable, "could not be judged"),
        said(validation.invalid, "would be refused by the receiver"),
        said(validation.undecided, "could not be decided"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let stopped = match validation.stopped {
        true => "; it stopped there, and what follows was not judged",
        false => "",
    };
    let is_whole = validation.summary.not_judged.is_empty();
    match (parts.is_empty(), validation.valid, is_whole) {
        (false, _, _) => format!("{}{stopped}", parts.join("; ")),
        (true, 0, _) => "nothing was judged".to_owned(),
        (true, _, false) => {
            "every payload meets its schema and the rules that were judged".to_owned()
        }
        (true, _, true) => {
            "every payload meets its schema and the rules that apply to it".to_owned()
        }
    }
}
