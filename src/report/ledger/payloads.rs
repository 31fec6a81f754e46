//! The result of `replay` as a ledger: every cause, and every line that could not be judged, is a finding.

use super::Ledger;
use super::open::{Open, lost};
use crate::model::replayed::{BaseDoubt, Cluster, Loosened, Replayed, Shift, Unknown};
use crate::model::{Judged, Severity, Verdict, VersionId, counted, rule};
use crate::report::replayed::{PRIVACY, found, heading, of_a_part, sentence, shares};

/// What is shown of recorded payloads.
pub(in crate::report) fn payloads(replayed: &Replayed) -> Ledger {
    let part = &replayed.part;
    let clusters = part.clusters.clone().sorted();
    let causes = clusters.iter().map(|cluster| cause(replayed, cluster));
    let malformed = part.malformed.first.iter().cloned();
    let malformed = malformed.map(|one| Judged::new(one.into(), Severity::Error, None));
    let unanswered = part.not_evaluated.first.iter().cloned();
    let unanswered = unanswered.map(|one| Judged::new(one.into(), Severity::Undecided, None));
    let unknown = part.unknown.iter().map(unknown);
    let unread = replayed.unreadable.iter();
    let unread = unread.map(|(file, why)| lost(file, "was not read to its end", why));
    let mut found: Vec<Judged> = unread
        .chain(causes)
        .chain(malformed)
        .chain(unanswered)
        .chain(unknown)
        .collect();
    let sentence = sentence(replayed);
    found.extend(open(replayed, &sentence).beside(&found));
    Ledger {
        title: "Recorded payloads, judged again",
        verb: "replay",
        noun: "payload",
        verdict: replayed.verdict,
        exit_code: replayed.exit_code,
        sentence,
        heading: heading(replayed),
        counts: shares(replayed),
        found,
        limits: limits(replayed),
        privacy: PRIVACY,
    }
}

fn open<'a>(replayed: &'a Replayed, sentence: &'a str) -> Open<'a> {
    let remedy = match replayed.verdict {
        Verdict::Undecided if !replayed.is_whole() => {
            Some("Replay every shard and put the results together with `matchmark replay merge`.")
        }
        Verdict::Undecided if replayed.asked.sample.is_some() => Some("Run without `--sample`."),
        _ => None,
    };
    Open {
        verdict: replayed.verdict,
        verb: "replay",
        sentence,
        named: &replayed.asked.histories,
        remedy,
    }
}

fn cause(replayed: &Replayed, cluster: &Cluster) -> Judged {
    let is_over = replayed.newly_rejected > replayed.asked.budget;
    let severity = match cluster.cause.shift {
        Shift::NewlyRejected if is_over => Severity::Error,
        Shift::NewlyRejected | Shift::NewlyAccepted => Severity::Warning,
    };
    let finding = cluster.finding(replayed.part.envelopes);
    let fix = rule(&finding.rule).map_or("", |rule| rule.fix);
    let finding = finding
        .remedy(fix)
        .note("cause", because(cluster))
        .note("found", found(cluster))
        .note("digest", format!("`{}`", cluster.smallest.digest));
    Judged::new(finding, severity, None)
}

/// What the payload breaks, and where in it.
fn because(cluster: &Cluster) -> String {
    let (rule, pointer) = (&cluster.cause.rule, &cluster.cause.pointer);
    match pointer.as_str() {
        "" => format!("`{rule}` of the whole payload"),
        pointer => format!("`{rule}` at `{pointer}`"),
    }
}

fn unknown((version, unknown): (&VersionId, &Unknown)) -> Judged {
    Judged::new(unknown.finding(version), Severity::Undecided, None)
}

fn limits(replayed: &Replayed) -> Vec<String> {
    let (asked, part) = (&replayed.asked, &replayed.part);
    let mut limits =
        vec!["Only what was recorded was judged: what nobody recorded is not covered.".to_owned()];
    let mut say = |holds: bool, text: String| limits.extend(holds.then_some(text));
    say(
        asked.base.is_none() && asked.candidate.is_none(),
        "There was no base: nothing was compared with what was accepted before.".to_owned(),
    );
    say(
        part.passed_over > 0,
        format!(
            "{} of other entries: not asked about, and nothing is known of {}.",
            counted(part.passed_over, "payload"),
            if part.passed_over == 1 { "it" } else { "them" }
        ),
    );
    say(
        (1..=asked.budget).contains(&replayed.newly_rejected),
        format!(
            "{} newly rejected, which the budget allows.",
            counted(replayed.newly_rejected, "payload")
        ),
    );
    for (obstacles, what) in [(&part.malformed, "line"), (&part.not_evaluated, "answer")] {
        let listed = obstacles.first.len();
        let all = counted(obstacles.count, what);
        say(
            obstacles.count > listed as u64,
            format!("Only the first {listed} of {all} that could not be judged are listed."),
        );
    }
    limits.extend(replayed.partial.as_deref().map(of_a_part));
    limits.extend(asked.loosened.iter().map(Loosened::sentence));
    limits.extend(asked.doubts.iter().map(BaseDoubt::sentence));
    limits
}
