//! Kept runs for a terminal: whether their chain holds, and what they came to.
//! Refuses to call a chain whole whose end nobody has put away.

use super::Style;
use super::hygiene::clean;
use super::text::{Paint, verdict_line};
use crate::model::{RunFault, RunLine, RunList, RunsVerified, Verdict, counted};
use std::fmt::Write as _;

/// Digits of a digest that people are shown.
const SHOWN: usize = 12;

pub(super) fn verified(answer: &RunsVerified, style: &Style<'_>) -> String {
    let paint = Paint::new(style.color);
    let mut out = String::new();
    faults(&mut out, &answer.faults);
    if let Some(head) = &answer.head {
        let _ = writeln!(out, "newest record  {}", clean(head));
    }
    if let Some(count) = answer.since_head {
        let _ = writeln!(out, "since --head   {}", counted(count, "record"));
    }
    let missing = answer.records.saturating_sub(answer.reports);
    if missing > 0 {
        let _ = writeln!(out, "reports        {missing} not kept beside their record");
    }
    if let Some(again) = &answer.rederived {
        let _ = writeln!(
            out,
            "judged again   record {}: {}",
            again.number,
            again.verdict.word()
        );
        for line in again.because.iter().chain(&again.notes) {
            let _ = writeln!(out, "    {}", clean(line));
        }
    }
    for limit in &answer.not_proved {
        let _ = writeln!(out, "not proved: {}", clean(limit));
    }
    if !out.is_empty() {
        out.push('\n');
    }
    let said = sentence(answer);
    verdict_line(&mut out, answer.verdict, answer.exit_code, &said, paint);
    out
}

fn sentence(answer: &RunsVerified) -> String {
    let folder = clean(&answer.folder);
    let records = counted(answer.records, "record");
    match answer.verdict {
        Verdict::Error if answer.faults.is_empty() => {
            format!("a run of {folder} does not come out the same once more")
        }
        Verdict::Error => format!("{folder} cannot be trusted"),
        Verdict::Undecided | Verdict::NoGo => {
            format!("{records} in one chain, but the run could not be judged again")
        }
        Verdict::Empty => format!("no run is kept in {folder}; `matchmark check` keeps one"),
        Verdict::Go => format!("{records} in one chain, each as it was written"),
    }
}

pub(super) fn list(list: &RunList, style: &Style<'_>) -> String {
    let paint = Paint::new(style.color);
    let mut out = String::new();
    faults(&mut out, &list.faults);
    for run in &list.runs {
        line(&mut out, run);
    }
    // Of all runs people want the rates of the newest; json has those of each.
    if let Some(newest) = list.runs.last() {
        rates(&mut out, newest, style.verbose);
    }
    if !out.is_empty() {
        out.push('\n');
    }
    let folder = clean(&list.folder);
    let said = match list.verdict {
        Verdict::Error => {
            format!("{folder} cannot be trusted; `matchmark evidence verify` says why")
        }
        Verdict::Empty => format!("no run is kept in {folder}; `matchmark check` keeps one"),
        Verdict::Go | Verdict::Undecided | Verdict::NoGo => {
            format!("{} in {folder}", counted(list.runs.len(), "run"))
        }
    };
    verdict_line(&mut out, list.verdict, list.exit_code, &said, paint);
    out
}

fn line(out: &mut String, run: &RunLine) {
    let commit = match (&run.head, run.clean) {
        (Some(commit), true) => shortened(commit),
        (Some(commit), false) => format!("{} and changes", shortened(commit)),
        (None, _) => "no commit".to_owned(),
    };
    let digest = run.record.strip_prefix("sha256:").unwrap_or(&run.record);
    let part = if run.whole { "" } else { ", some checks only" };
    let _ = writeln!(
        out,
        "{:>5}  {}  {}  {} at {}{part}  {}  {}",
        run.number,
        shortened(digest),
        clean(&run.as_of),
        run.verdict.word(),
        run.stage.word(),
        clean(&commit),
        counted(run.findings, "finding")
    );
}

/// Mismatches of recorded payloads and contracts that did not hold, by partner and version; all of them for `verbose`.
fn rates(out: &mut String, run: &RunLine, verbose: bool) {
    let replays = run.replays.iter().map(|rate| Rate {
        what: "mismatch",
        of: (&rate.partner, &rate.version),
        part: rate.mismatched,
        whole: rate.replayed,
        wrong: rate.mismatched > 0,
    });
    let contracts = run.contracts.iter().map(|rate| Rate {
        what: "contract",
        of: (&rate.partner, &rate.version),
        part: rate.passed,
        whole: rate.total,
        wrong: rate.passed < rate.total,
    });
    let (shown, quiet): (Vec<_>, Vec<_>) = replays
        .chain(contracts)
        .partition(|rate| verbose || rate.wrong);
    let _ = writeln!(out, "\nRates of run {}", run.number);
    for rate in &shown {
        let _ = writeln!(
            out,
            "  {}  {}  {}  {} of {}  {}",
            rate.what,
            clean(rate.of.0),
            clean(rate.of.1),
            rate.part,
            rate.whole,
            percent(rate.part, rate.whole)
        );
    }
    if !quiet.is_empty() {
        let pairs = counted(quiet.len(), "rate");
        let _ = writeln!(
            out,
            "  {pairs} with nothing against it; --verbose shows all"
        );
    }
}

/// One share, as a line shows it.
struct Rate<'a> {
    what: &'static str,
    /// Partner and version.
    of: (&'a str, &'a str),
    part: u64,
    whole: u64,
    /// Whether something did not fit.
    wrong: bool,
}

/// A share in whole percent, or in tenths where it is none.
fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "-".to_owned();
    }
    let tenths = part.saturating_mul(1000) / whole;
    match tenths % 10 {
        0 => format!("{} %", tenths / 10),
        rest => format!("{}.{rest} %", tenths / 10),
    }
}

fn faults(out: &mut String, faults: &[RunFault]) {
    for fault in faults {
        let number = fault.number.map(|number| format!("record {number}  "));
        let _ = writeln!(
            out,
            "{}{}\n    {}",
            number.unwrap_or_default(),
            clean(&fault.path),
            clean(&fault.message)
        );
    }
    if !faults.is_empty() {
        out.push('\n');
    }
}

fn shortened(digits: &str) -> String {
    clean(&digits.chars().take(SHOWN).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn a_share_is_told_in_percent() {
        assert_eq!(percent(7, 100), "7 %");
        assert_eq!(percent(1, 3), "33.3 %");
        assert_eq!(percent(0, 0), "-");
        assert_eq!(percent(5, 5), "100 %");
    }
}
