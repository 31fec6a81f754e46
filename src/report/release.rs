//! Whether something may be released, for a terminal and for a pull request: pairs, questions, whose turn it is.
//! Refuses to leave the verdict without its reasons.

use super::Style;
use super::hygiene::clean;
use super::markdown::{code, prose};
use super::text::{Paint, limits, verdict_line};
use crate::model::{
    Fault, OpenPoint, Pair, PairState, Party, Question, Rate, ReleaseAnswer, Reply, Verdict,
    counted, rule,
};
use std::fmt::Write as _;

/// Failures of one pair that are told in full.
const TOLD: usize = 5;

/// The whole answer; the verdict stands last.
pub(super) fn text(answer: &ReleaseAnswer, style: &Style<'_>) -> String {
    let paint = Paint::new(style.color);
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{} -> {}   as of {}   evidence in {}\n",
        clean(&answer.subject.to_string()),
        clean(&answer.environment),
        clean(&answer.as_of),
        clean(&answer.store)
    );
    faults(&mut out, &answer.faults, paint);
    pairs(&mut out, answer, paint);
    questions(&mut out, &answer.questions, paint);
    names(&mut out, "Would break", &answer.would_break);
    names(&mut out, "Not verified", &answer.not_verified);
    points(&mut out, &answer.open);
    limits(&mut out, &answer.not_proved);
    verdict_line(
        &mut out,
        answer.verdict,
        answer.exit_code,
        &sentence(answer),
        paint,
    );
    out
}

/// Records that cannot be trusted.
pub(super) fn faults(out: &mut String, faults: &[Fault], paint: Paint) {
    for fault in faults {
        let head = format!("fault[{}]", clean(&fault.rule));
        let _ = writeln!(
            out,
            "{} {}\n  --> {}",
            paint.red(&head),
            clean(&fault.message),
            clean(&fault.path)
        );
        let fix = rule(&fault.rule).map_or("", |rule| rule.fix);
        let _ = writeln!(
            out,
            "   = fix      {fix}\n   = more     matchmark explain {}",
            clean(&fault.rule)
        );
    }
    if !faults.is_empty() {
        out.push('\n');
    }
}

/// Worst first.
fn sorted(pairs: &[Pair]) -> Vec<&Pair> {
    let mut sorted: Vec<&Pair> = pairs.iter().collect();
    sorted.sort_by_key(|pair| std::cmp::Reverse(pair.state));
    sorted
}

/// The one of the two that is live.
fn other<'a>(answer: &ReleaseAnswer, pair: &'a Pair) -> &'a Party {
    if pair.provider.name == answer.subject.name {
        &pair.consumer
    } else {
        &pair.provider
    }
}

fn pairs(out: &mut String, answer: &ReleaseAnswer, paint: Paint) {
    let sorted = sorted(&answer.pairs);
    let width = |text: &dyn Fn(&Pair) -> String| {
        sorted
            .iter()
            .map(|pair| text(pair).chars().count())
            .max()
            .unwrap_or(0)
    };
    let name = |pair: &Pair| clean(&other(answer, pair).to_string());
    let place = |pair: &Pair| format!("{} {}", clean(&pair.instance), clean(&pair.role));
    let (names, places) = (width(&name), width(&place));
    for pair in &sorted {
        let word = pair.state.word();
        let room = "undecided".len() - word.len();
        let _ = writeln!(
            out,
            "{}{:room$}  {:names$}  {:places$}  {}",
            painted(pair.state, paint),
            "",
            name(pair),
            place(pair),
            clean(&pair.contract)
        );
        for reason in &pair.reasons {
            let _ = writeln!(
                out,
                "             {}",
                reasoned(reason.doubt.word(), &reason.detail)
            );
        }
        for failure in pair.failures.iter().take(TOLD) {
            let key = clean(&failure.interaction);
            let problem = &failure.problem;
            let _ = writeln!(
                out,
                "             {}{}  at {}",
                if key.is_empty() {
                    key
                } else {
                    format!("{key}  ")
                },
                clean(&problem.rule),
                clean(&problem.contract_at)
            );
        }
        if pair.failures.len() > TOLD {
            let more = pair.failures.len() - TOLD;
            let _ = writeln!(
                out,
                "             ... {more} more: the json format holds all"
            );
        }
    }
    if !sorted.is_empty() {
        out.push('\n');
    }
}

fn painted(state: PairState, paint: Paint) -> String {
    let word = state.word();
    match state {
        PairState::Proven => paint.green(word),
        PairState::Waived | PairState::Pending | PairState::Undecided => paint.yellow(word),
        PairState::Failed => paint.red(word),
    }
}

/// A reason with what it is about.
fn reasoned(word: &str, detail: &str) -> String {
    if detail.is_empty() {
        return word.to_owned();
    }
    format!("{word}: {}", clean(detail))
}

fn questions(out: &mut String, questions: &[Question], paint: Paint) {
    for question in questions {
        let word = question.reply.word();
        let room = "open".len() - word.len();
        let painted = match question.reply {
            Reply::Yes => paint.green(word),
            Reply::No => paint.red(word),
            Reply::Open => paint.yellow(word),
            Reply::Nothing => word.to_owned(),
        };
        let _ = writeln!(
            out,
            "  {} {painted}{:room$}  {}",
            question.number,
            "",
            clean(&question.asks)
        );
        for reason in &question.reasons {
            let _ = writeln!(out, "            {}", clean(reason));
        }
    }
    out.push('\n');
}

fn names(out: &mut String, label: &str, names: &[String]) {
    if !names.is_empty() {
        let _ = writeln!(out, "{label:<13} {}", clean(&names.join(", ")));
    }
}

fn points(out: &mut String, points: &[OpenPoint]) {
    for (index, point) in points.iter().enumerate() {
        let label = if index == 0 { "Open" } else { "" };
        let _ = writeln!(out, "{label:<8} {}", clean(&point.subject));
        let _ = writeln!(out, "         {}", clean(&point.what));
        let _ = writeln!(
            out,
            "         {}: {}",
            clean(&point.owner),
            clean(&point.command)
        );
    }
}

/// What the verdict rests on.
fn sentence(answer: &ReleaseAnswer) -> String {
    let pairs = counted(answer.pairs.len(), "pair");
    let count = |state: PairState| answer.pairs.iter().filter(|it| it.state == state).count();
    let (failed, undecided) = (count(PairState::Failed), count(PairState::Undecided));
    let borne = count(PairState::Pending) + count(PairState::Waived);
    match answer.verdict {
        Verdict::Error => format!(
            "{} cannot be trusted, so no evidence counts",
            counted(answer.faults.len(), "record")
        ),
        Verdict::NoGo if undecided > 0 => {
            format!("{failed} of {pairs} would break, {undecided} not decided")
        }
        Verdict::NoGo => format!("{failed} of {pairs} would break"),
        Verdict::Undecided => format!("{undecided} of {pairs} not decided"),
        Verdict::Empty => {
            "nobody it deals with is live there, so nothing was considered".to_owned()
        }
        Verdict::Go if answer.pairs.is_empty() => "it has no counterparts".to_owned(),
        Verdict::Go if borne > 0 => format!("{pairs} hold; {borne} by waiver or as pending"),
        Verdict::Go => format!("every live counterpart is proven: {pairs}"),
    }
}

/// The same for a pull request.
pub(super) fn markdown(answer: &ReleaseAnswer) -> String {
    let mut out = format!(
        "## {} - {} -> {}\n\n{}\n\n",
        answer.verdict.word().to_uppercase(),
        prose(&answer.subject.to_string()),
        prose(&answer.environment),
        prose(&sentence(answer))
    );
    for fault in &answer.faults {
        let _ = writeln!(out, "- {} {}", code(&fault.path), prose(&fault.message));
    }
    if !answer.faults.is_empty() {
        out.push('\n');
    }
    if !answer.pairs.is_empty() {
        out.push_str("| | counterpart | instance | contract | why |\n|---|---|---|---|---|\n");
    }
    for pair in sorted(&answer.pairs) {
        let reasons = pair.reasons.iter();
        let mut why: Vec<String> = reasons
            .map(|reason| reasoned(reason.doubt.word(), &reason.detail))
            .collect();
        let failures = pair.failures.iter().take(TOLD);
        why.extend(failures.map(|it| format!("{} `{}`", it.interaction, it.problem.rule)));
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} |",
            pair.state.word(),
            prose(&other(answer, pair).to_string()),
            prose(&format!("{} {}", pair.instance, pair.role)),
            code(&pair.contract),
            prose(&why.join("; "))
        );
    }
    out.push('\n');
    for question in &answer.questions {
        let _ = writeln!(
            out,
            "{}. **{}** {} {}",
            question.number,
            question.reply.word(),
            prose(&question.asks),
            prose(&question.reasons.join("; "))
        );
    }
    if !answer.open.is_empty() {
        out.push_str("\n| open | owner | command |\n|---|---|---|\n");
    }
    for point in &answer.open {
        let _ = writeln!(
            out,
            "| {} {} | {} | {} |",
            prose(&point.subject),
            prose(&point.what),
            prose(&point.owner),
            code(&point.command)
        );
    }
    for limit in &answer.not_proved {
        let _ = writeln!(out, "\n{}", prose(limit));
    }
    out
}

/// Stored results by partner and version.
pub(super) fn rates(out: &mut String, rates: &[Rate]) {
    for (index, rate) in rates.iter().enumerate() {
        let label = if index == 0 { "Held" } else { "" };
        let _ = writeln!(
            out,
            "{label:<8} {} <- {}   {} of {}",
            clean(&rate.consumer.to_string()),
            clean(&rate.provider.to_string()),
            rate.passed,
            counted(rate.total, "stored result")
        );
    }
}
