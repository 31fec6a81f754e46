//! The result of `validate` for a terminal.
//! Every word comes from kinds and schemas; no value is ever at hand here.

use super::Style;
use super::hygiene::clean;
use super::text::{Paint, verdict_line};
use crate::model::{PayloadProblem, PayloadState, ValidatedPayload, Validation, counted};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Problems that are shown unless another number was asked for.
const SHOWN: usize = 20;
/// Payloads that could not be judged and are named; the rest is counted.
const NAMED: usize = 20;

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
    /// Problems that were not shown, by rule.
    rest: BTreeMap<&'a str, u64>,
    /// Payloads that were not named.
    unnamed: u64,
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
        rest: BTreeMap::new(),
        unnamed: 0,
    };
    for payload in &validation.payloads {
        page.payload(payload);
    }
    page.rest();
    page.ending(validation);
    page.out
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
        for (index, problem) in payload.problems.iter().enumerate() {
            if index < most {
                self.problem(problem);
            } else {
                *self.rest.entry(&problem.rule).or_default() += 1;
            }
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
        for (rule, count) in std::mem::take(&mut self.rest) {
            let _ = writeln!(self.out, "  and {count} more {}", clean(rule));
        }
        if self.unnamed > 0 {
            let payloads = counted(self.unnamed, "payload");
            let _ = writeln!(
                self.out,
                "  {payloads} not named here: --max-findings shows more, the json format holds all"
            );
        }
    }

    fn ending(&mut self, validation: &Validation) {
        self.out.push_str(&compared(&validation.payloads));
        for (said, count) in not_judged(&validation.payloads) {
            let payloads = counted(count, "payload");
            let _ = writeln!(self.out, "  not judged in {payloads}: {}", clean(&said));
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
        for (index, answer) in answers(&validation.payloads).iter().enumerate() {
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

/// `2 payload/unknown-name, 1 payload/required-missing`, in the order of the rules.
fn refused_for(problems: &BTreeMap<String, u64>) -> String {
    let counted = problems
        .iter()
        .map(|(rule, count)| format!("{count} {}", clean(rule)));
    counted.collect::<Vec<_>>().join(", ")
}

/// The versions that were asked beside the one that judged: how many payloads each takes, and why it refuses others.
fn compared(payloads: &[ValidatedPayload]) -> String {
    let mut versions: BTreeMap<&str, (u64, u64, BTreeMap<String, u64>)> = BTreeMap::new();
    for verdict in payloads.iter().flat_map(|payload| &payload.versions) {
        let (valid, invalid, problems) = versions.entry(&verdict.version).or_default();
        match verdict.state {
            PayloadState::Valid => *valid += 1,
            PayloadState::Invalid | PayloadState::Unreadable | PayloadState::Undecided => {
                *invalid += 1;
            }
        }
        for (rule, count) in &verdict.problems {
            *problems.entry(rule.clone()).or_default() += count;
        }
    }
    if versions.is_empty() {
        return String::new();
    }
    let wide = versions
        .keys()
        .map(|version| version.len())
        .max()
        .unwrap_or(0);
    let mut out = format!("{:wide$}  valid  invalid  refused for\n", "version");
    for (version, (valid, invalid, problems)) in &versions {
        let line = format!(
            "{:wide$}  {valid:>5}  {invalid:>7}  {}",
            clean(version),
            refused_for(problems)
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
fn answers(payloads: &[ValidatedPayload]) -> Vec<String> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for answer in payloads
        .iter()
        .filter_map(|payload| payload.answer.as_ref())
    {
        let code = clean(&answer.code);
        let text = format!("{} {code}; {}", answer.status, clean(&answer.retry));
        *counts.entry(text).or_default() += 1;
    }
    let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counts
        .into_iter()
        .map(|(text, count)| format!("{count} x {text}"))
        .collect()
}

/// Rules that could not look at what they ask about, each once, with the number of payloads.
fn not_judged(payloads: &[ValidatedPayload]) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for left in payloads.iter().flat_map(|payload| &payload.not_judged) {
        let said = format!("{}: {}", left.rule, left.why);
        *counts.entry(said).or_default() += 1;
    }
    counts
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
    match parts.is_empty() {
        true if validation.payloads.is_empty() => "nothing was judged".to_owned(),
        true if validation
            .payloads
            .iter()
            .any(|payload| !payload.not_judged.is_empty()) =>
        {
            "every payload meets its schema and the rules that were judged".to_owned()
        }
        true => "every payload meets its schema and the rules that apply to it".to_owned(),
        false => parts.join("; "),
    }
}
