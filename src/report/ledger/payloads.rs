//! The result of `replay` as a ledger: every cause, and every line that could not be judged, is a finding.

use super::{Count, Ledger};
use crate::model::replayed::{BaseDoubt, Cluster, Loosened, Replayed, Shift, Unknown};
use crate::model::{Finding, Judged, Severity, VersionId, counted, rule};
use crate::report::replayed::{PRIVACY, found, heading, sentence, shares};

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
    let count = |(what, count, share, said)| Count {
        what,
        count,
        share,
        said,
    };
    Ledger {
        title: "Recorded payloads, judged again",
        verb: "replay",
        noun: "payload",
        verdict: replayed.verdict,
        exit_code: replayed.exit_code,
        sentence: sentence(replayed),
        heading: heading(replayed),
        counts: shares(replayed).into_iter().map(count).collect(),
        found: causes
            .chain(malformed)
            .chain(unanswered)
            .chain(unknown)
            .collect(),
        limits: limits(replayed),
        privacy: PRIVACY,
    }
}

fn cause(replayed: &Replayed, cluster: &Cluster) -> Judged {
    let cause = &cluster.cause;
    let is_over = replayed.newly_rejected > replayed.asked.budget;
    let (id, word, severity) = match cause.shift {
        Shift::NewlyRejected if is_over => ("replay/newly-rejected", "rejected", Severity::Error),
        Shift::NewlyRejected => ("replay/newly-rejected", "rejected", Severity::Warning),
        Shift::NewlyAccepted => ("replay/newly-accepted", "accepted", Severity::Warning),
    };
    let finding = Finding::new(id, cause.candidate.to_string(), cluster.first.clone())
        .pointer(&cause.pointer)
        .kind(format!("{} {}", cause.partner, cause.rule))
        .message(format!(
            "{} of {} newly {word} by `{}`: {}",
            counted(cluster.count, "payload"),
            cause.partner,
            cause.candidate,
            cause.message
        ))
        .remedy(rule(id).map_or("", |rule| rule.fix))
        .note("cause", format!("`{}`", cause.rule))
        .note("found", found(cluster))
        .note("digest", format!("`{}`", cluster.smallest.digest));
    Judged::new(finding, severity, None)
}

fn unknown((version, unknown): (&VersionId, &Unknown)) -> Judged {
    const RULE: &str = "replay/version-unknown";
    let payloads = counted(unknown.count, "payload");
    let finding = Finding::new(RULE, version.to_string(), unknown.first.clone())
        .kind("unknown")
        .message(format!(
            "{payloads} under `{version}`, which the catalogue does not have: not judged"
        ))
        .remedy(rule(RULE).map_or("", |rule| rule.fix));
    Judged::new(finding, Severity::Undecided, None)
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
        !replayed.is_whole(),
        "A share of the history was judged: nothing is known of the other shards.".to_owned(),
    );
    say(
        asked.sample.is_some(),
        "A sample of the history was judged: nothing is known of the other lines.".to_owned(),
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
    for (file, why) in &replayed.unreadable {
        say(true, format!("{file} was not read to its end: {why}"));
    }
    limits.extend(asked.loosened.iter().map(Loosened::sentence));
    limits.extend(asked.doubts.iter().map(BaseDoubt::sentence));
    limits
}
