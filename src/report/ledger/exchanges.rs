//! The result of `replay exchanges` as a ledger: every difference and every exchange that cannot be told is a finding.

use super::Ledger;
use super::open::{Open, lost};
use crate::model::replayed::{
    Answers, BEHAVIOUR_CHANGED, BaseDoubt, Behaved, Cluster, Departure, Difference, Loosened,
};
use crate::model::{Finding, Hurt, Judged, Severity, Verdict, counted, rule};
use crate::report::Style;
use crate::report::behaved::{again, heading, privacy, sentence, shares, told};
use crate::report::replayed::{found, of_a_part};

/// What is shown of recorded exchanges.
pub(in crate::report) fn exchanges(behaved: &Behaved, style: &Style<'_>) -> Ledger {
    let clusters = behaved.clusters.clone().sorted();
    let differences = clusters.iter().map(|one| difference(behaved, one, style));
    let undecided = behaved.undecided.first.iter().cloned();
    let undecided = undecided.map(|one| Judged::new(one.into(), Severity::Undecided, None));
    let sentence = sentence(behaved);
    let unusable = behaved.unusable.iter();
    let unusable = unusable.map(|why| lost(&behaved.asked.file, "cannot be used", why));
    let mut found: Vec<Judged> = unusable.chain(differences).chain(undecided).collect();
    found.extend(open(behaved, &sentence).beside(&found));
    Ledger {
        title: "Recorded exchanges, sent again",
        verb: "replay exchanges",
        noun: "exchange",
        verdict: behaved.verdict,
        exit_code: behaved.exit_code,
        sentence,
        heading: heading(behaved),
        counts: shares(behaved),
        found,
        limits: limits(behaved),
        privacy: privacy(behaved),
    }
}

fn open<'a>(behaved: &'a Behaved, sentence: &'a str) -> Open<'a> {
    let is_chosen = behaved.verdict == Verdict::Undecided && !behaved.asked.only.is_empty();
    Open {
        verdict: behaved.verdict,
        verb: "replay exchanges",
        sentence,
        named: std::slice::from_ref(&behaved.asked.file),
        remedy: is_chosen.then_some("Run without `--only`."),
    }
}

/// What the budget lets pass is a warning.
fn severity(behaved: &Behaved) -> Severity {
    match behaved.changed > behaved.asked.budget {
        true => Severity::Error,
        false => Severity::Warning,
    }
}

fn difference(
    behaved: &Behaved,
    cluster: &Cluster<Difference, Answers>,
    style: &Style<'_>,
) -> Judged {
    let (cause, smallest) = (&cluster.cause, &cluster.smallest);
    let answers = &smallest.recorded;
    let subject = format!("{} {}", cause.partner, cause.operation);
    let fix = rule(BEHAVIOUR_CHANGED).map_or("", |rule| rule.fix);
    let alone = again(&behaved.asked, answers.exchange, style.folder);
    // What came from standard input is gone, and so is the way to see one of it alone.
    let remedy = match behaved.asked.file.as_str() {
        "-" => fix.to_owned(),
        _ => format!("{fix} `{alone}` shows it alone."),
    };
    let is_pointer = cause.at.starts_with('/');
    let finding = Finding::new(BEHAVIOUR_CHANGED, subject, cluster.first.clone())
        .pointer(if is_pointer { cause.at.as_str() } else { "" })
        .kind(told(cause))
        .message(format!(
            "{} of {} to `{}`: {}",
            counted(cluster.count, "request"),
            cause.partner,
            cause.operation,
            plain(cause)
        ))
        .remedy(remedy)
        .note("found", found(cluster))
        .note(
            "recorded",
            format!("status {}, `{}`", answers.was, smallest.digest),
        )
        .note(
            "given",
            format!("status {}, `{}`", answers.now, answers.given),
        );
    let finding = finding.hurt(Hurt {
        who: cause.partner.clone(),
        why: format!("acts on the answer to {}", cause.operation),
        place: None,
    });
    Judged::new(finding, severity(behaved), None)
}

/// A difference as a sentence goes on.
fn plain(cause: &Difference) -> String {
    let (word, was, now) = (cause.departure.word(), &cause.was, &cause.now);
    match (cause.departure, cause.at.as_str()) {
        (Departure::Status, _) => format!("answered with status {now}, recorded {was}"),
        (_, "") => format!("{word}: recorded {was}, now {now}"),
        (_, at) => format!("{word} at `{at}`: recorded {was}, now {now}"),
    }
}

fn limits(behaved: &Behaved) -> Vec<String> {
    let asked = &behaved.asked;
    let mut limits =
        vec!["Only what was recorded was asked: what nobody recorded is not covered.".to_owned()];
    let mut say = |holds: bool, text: String| limits.extend(holds.then_some(text));
    let changed = counted(behaved.changed, "exchange");
    say(
        behaved.verdict == Verdict::Go && behaved.changed > 0,
        format!("{changed} answered otherwise, which the budget allows."),
    );
    let unknown = behaved.undecided.count;
    let listed = behaved.undecided.first.len();
    let undecided = counted(unknown, "exchange");
    say(unknown > 0, format!("Of {undecided} nothing can be told."));
    say(
        unknown > listed as u64,
        format!("Only the first {listed} of those are listed, in every format."),
    );
    say(
        behaved.sooner > 0,
        format!(
            "{}, sent while work was under way, answered sooner than recorded; what came of it is judged by a later exchange.",
            counted(behaved.sooner, "request")
        ),
    );
    say(
        asked.base.is_none(),
        "There was no base: `[replay]` of this folder alone says what counts.".to_owned(),
    );
    limits.extend(behaved.partial.as_deref().map(of_a_part));
    limits.extend(asked.loosened.iter().map(Loosened::sentence));
    limits.extend(asked.doubts.iter().map(BaseDoubt::sentence));
    limits
}
