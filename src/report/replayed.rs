//! The result of `replay` for a terminal.
//! Every word comes from schemas, rules and counts; no value is ever at hand here.

use super::Style;
use super::hygiene::clean;
use super::ledger::Count;
use super::text::{Paint, verdict_line};
use crate::model::replayed::{BaseDoubt, Cluster, Loosened, Obstacles, Replayed, Shift};
use crate::model::{Verdict, counted};
use std::fmt::Write as _;

/// Causes that are shown unless another number was asked for.
const SHOWN: usize = 20;
/// What became of the values.
pub(super) const PRIVACY: &str = "Values are hidden. Nothing left this machine.";

/// For a terminal.
pub(super) fn text(replayed: &Replayed, style: &Style<'_>) -> String {
    let mut out = String::new();
    let paint = Paint::new(style.color);
    let _ = writeln!(out, "replay  {}", heading(replayed));
    numbers(&mut out, replayed, paint);
    let most = style.max_findings.unwrap_or(SHOWN);
    causes(&mut out, replayed, most);
    obstacles(&mut out, &replayed.part.malformed, "line", most);
    obstacles(&mut out, &replayed.part.not_evaluated, "answer", most);
    out.push_str(&reserved(&replayed.asked.loosened, &replayed.asked.doubts));
    for (version, unknown) in &replayed.part.unknown {
        let payloads = counted(unknown.count, "payload");
        let first = place(&unknown.first.file, unknown.first.line);
        let _ = writeln!(
            out,
            "  {payloads} under {}, which the catalogue does not have: not judged, first {first}",
            clean(&version.to_string())
        );
    }
    for (file, why) in &replayed.unreadable {
        let _ = writeln!(out, "  {}: {}", clean(file), clean(why));
    }
    let _ = writeln!(out, "{PRIVACY}");
    let (verdict, code) = (replayed.verdict, replayed.exit_code);
    verdict_line(&mut out, verdict, code, &sentence(replayed), paint);
    out
}

/// What was replayed, against what.
pub(super) fn heading(replayed: &Replayed) -> String {
    let part = &replayed.part;
    let partners = counted(part.rates.by_partner.len(), "partner");
    let mut out = format!("{}, {partners}", counted(part.envelopes, "payload"));
    out.push_str(&match (&replayed.asked.candidate, &replayed.asked.base) {
        (Some(candidate), _) => format!("; all by {}", clean(&candidate.to_string())),
        (None, base) => compared("against base", base.as_deref()),
    });
    if let Some(sample) = &replayed.asked.sample {
        let _ = write!(out, "; one line in {}, seed {}", sample.one_in, sample.seed);
    }
    if !replayed.is_whole() {
        let shards: Vec<String> = replayed.shards.iter().map(u32::to_string).collect();
        let (shards, of) = (shards.join(", "), replayed.asked.shards);
        let _ = write!(out, "; shard {shards} of {of}");
    }
    out
}

/// How it came out: what, how many, which share of all, and what that means.
pub(super) fn shares(replayed: &Replayed) -> Vec<Count> {
    let all = replayed.part.envelopes;
    let partners = replayed.part.rates.by_partner.values();
    let shifted: u64 = partners.map(|count| count.mismatched).sum();
    let budget = replayed.asked.budget;
    let fails = replayed.newly_rejected > budget;
    let over = match fails {
        true => format!("budget {budget}: fails the gate"),
        false => format!("budget {budget}"),
    };
    let relaxed = match replayed.newly_accepted {
        0 => "",
        _ => "relaxed by accident?",
    };
    let line = |what, count, said: String, fails| Count {
        what,
        count,
        share: share(count, all),
        said,
        fails,
    };
    let same = all.saturating_sub(shifted);
    let accepted = replayed.newly_accepted;
    vec![
        line("same verdict", same, String::new(), false),
        line("newly rejected", replayed.newly_rejected, over, fails),
        line("newly accepted", accepted, relaxed.to_owned(), false),
    ]
}

fn numbers(out: &mut String, replayed: &Replayed, paint: Paint) {
    if replayed.part.passed_over > 0 {
        let _ = writeln!(
            out,
            "  not asked about     {:>9}",
            replayed.part.passed_over
        );
    }
    for one in shares(replayed) {
        out.push_str(&counted_line(&one, paint));
    }
    let all = replayed.part.envelopes;
    if let (Some(_), 0, 1..) = (&replayed.asked.sample, replayed.newly_rejected, all) {
        let _ = writeln!(
            out,
            "  none of {all} in the sample: with 95 % certainty at most {} of all are",
            share(3, all)
        );
    }
}

/// One line of the count.
pub(super) fn counted_line(one: &Count, paint: Paint) -> String {
    let said = match one.fails {
        true => paint.red(&one.said),
        false => one.said.clone(),
    };
    let (what, count, share) = (one.what, one.count, &one.share);
    let line = format!("  {what:<18}  {count:>9}  {share:>6}  {said}");
    format!("{}\n", line.trim_end())
}

/// `2.3 %`, in whole numbers throughout.
pub(super) fn share(count: u64, all: u64) -> String {
    if all == 0 {
        return String::new();
    }
    let thousandths = (u128::from(count) * 100_000).div_ceil(u128::from(all));
    let rounded = match thousandths {
        1..100 => return format!("{}.{:03} %", thousandths / 1_000, thousandths % 1_000),
        more => (more + 50) / 100,
    };
    format!("{}.{} %", rounded / 10, rounded % 10)
}

fn causes(out: &mut String, replayed: &Replayed, most: usize) {
    let clusters: Vec<Cluster> = replayed.part.clusters.clone().sorted();
    if clusters.is_empty() {
        return;
    }
    let _ = writeln!(out, "  Causes, largest first");
    for cluster in clusters.iter().take(most) {
        one(out, cluster);
    }
    let rest: u64 = clusters.iter().skip(most).map(|it| it.count).sum();
    if rest > 0 {
        let _ = writeln!(
            out,
            "  {} of other causes: --max-findings shows more, the json format holds all",
            counted(rest, "payload")
        );
    }
}

fn one(out: &mut String, cluster: &Cluster) {
    let cause = &cluster.cause;
    let word = match cause.shift {
        Shift::NewlyRejected => "rejected by",
        Shift::NewlyAccepted => "accepted by",
    };
    let pointer = match cause.pointer.as_str() {
        "" => "the whole payload".to_owned(),
        pointer => clean(pointer),
    };
    let _ = writeln!(
        out,
        "{:>9}  {}  {word} {}  {}  {pointer}",
        cluster.count,
        clean(&cause.partner),
        clean(&cause.candidate.to_string()),
        clean(&cause.rule)
    );
    let _ = writeln!(out, "             {}", clean(&cause.message));
    let _ = writeln!(out, "             {}", found(cluster));
}

/// Where it was found.
pub(super) fn found<C, R>(cluster: &Cluster<C, R>) -> String {
    let (first, smallest) = (&cluster.first, &cluster.smallest);
    let mut text = format!("first {}", place(&first.file, first.line));
    if let Some(span) = &cluster.recorded {
        let days = [span.first.date_naive(), span.last.date_naive()];
        let _ = write!(text, ", recorded {} to {}", days[0], days[1]);
    }
    let _ = write!(
        text,
        ", smallest {} ({} bytes)",
        place(&smallest.place.file, smallest.place.line),
        smallest.bytes
    );
    text
}

/// What `[replay]` asks for and does not get, and what the base leaves open, one line each.
pub(super) fn reserved(loosened: &[Loosened], doubts: &[BaseDoubt]) -> String {
    let loosened = loosened.iter().map(Loosened::sentence);
    let all = loosened.chain(doubts.iter().map(BaseDoubt::sentence));
    all.map(|one| format!("  {}\n", clean(&one))).collect()
}

/// The commit that a result was compared with, as the end of a heading.
pub(super) fn compared(with: &str, base: Option<&str>) -> String {
    match base {
        Some(base) => {
            let short: String = base.chars().take(7).collect();
            format!("; {with} {}", clean(&short))
        }
        None => "; without a base".to_owned(),
    }
}

pub(super) fn obstacles(out: &mut String, obstacles: &Obstacles, what: &str, most: usize) {
    for obstacle in obstacles.first.iter().take(most) {
        let place = place(&obstacle.place.file, obstacle.place.line);
        let (rule, message) = (clean(&obstacle.rule), clean(&obstacle.message));
        let _ = writeln!(out, "  {place}  {rule}  {message}");
    }
    let shown = obstacles.first.len().min(most) as u64;
    let rest = obstacles.count.saturating_sub(shown);
    if rest > 0 {
        let _ = writeln!(out, "  and {} like these", counted(rest, what));
    }
}

pub(super) fn place(file: &str, line: u32) -> String {
    format!("{}:{line}", clean(file))
}

/// What the verdict rests on, and of what part of the history it is.
pub(super) fn sentence(replayed: &Replayed) -> String {
    let part = &replayed.part;
    let rest = match replayed.verdict {
        Verdict::Go => "every recorded payload keeps its verdict, within the budget".to_owned(),
        Verdict::Empty => "nothing was replayed".to_owned(),
        Verdict::Error => "not every file could be read to its end".to_owned(),
        Verdict::NoGo if part.malformed.count > 0 => {
            let are = match part.malformed.count {
                1 => "is no envelope",
                _ => "are no envelopes",
            };
            let lines = counted(part.malformed.count, "line");
            format!("{lines} of the history {are}")
        }
        Verdict::NoGo => format!(
            "{} newly rejected",
            counted(replayed.newly_rejected, "payload")
        ),
        Verdict::Undecided if !part.unknown.is_empty() || part.not_evaluated.count > 0 => {
            "some payloads could not be decided".to_owned()
        }
        Verdict::Undecided if replayed.is_unproved() => {
            "no base shows that `[replay]` is as strict as it was".to_owned()
        }
        Verdict::Undecided => {
            let part = chosen(replayed.partial.as_deref());
            return match replayed.is_whole() {
                true => part,
                false => format!("{part}; `matchmark replay merge` puts all shards together"),
            };
        }
    };
    in_part(rest, replayed.partial.as_deref())
}

/// Where nothing but the part keeps a result from being green.
pub(super) fn chosen(partial: Option<&str>) -> String {
    partial.map_or_else(
        || "what was not judged is not known".to_owned(),
        str::to_owned,
    )
}

/// What a verdict rests on, with the part that it is of: a red of a part says as little of the rest as a green.
pub(super) fn in_part(rest: String, partial: Option<&str>) -> String {
    match partial {
        None => rest,
        Some(partial) => format!("{rest}; {partial}"),
    }
}

/// The same among what is not proved.
pub(super) fn of_a_part(partial: &str) -> String {
    format!("This is {partial}.")
}
