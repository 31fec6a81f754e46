//! The result of `replay exchanges` for a terminal, and the words that every format tells it with.
//! Every word comes from places, kinds and counts; no value is ever at hand here.

use super::Style;
use super::command::{command, word};
use super::hygiene::clean;
use super::ledger::Count;
use super::replayed::{chosen, compared, counted_line, found, in_part, obstacles, reserved, share};
use super::text::{Paint, verdict_line};
use crate::model::replayed::{
    Answers, BEHAVIOUR_CHANGED, Behaved, BehaviourAsked, Cluster, Difference,
};
use crate::model::{Verdict, counted};
use std::fmt::Write as _;

/// Differences that are shown unless another number was asked for.
const SHOWN: usize = 20;

/// Letters by which a command names a commit.
const COMMIT: usize = 12;

type Of = Cluster<Difference, Answers>;

/// For a terminal.
pub(super) fn text(behaved: &Behaved, style: &Style<'_>) -> String {
    let paint = Paint::new(style.color);
    let most = style.max_findings.unwrap_or(SHOWN);
    let mut out = format!("replay  {}\n", heading(behaved));
    for one in shares(behaved) {
        out.push_str(&counted_line(&one, paint));
    }
    let clusters = behaved.clusters.clone().sorted();
    if !clusters.is_empty() {
        let _ = writeln!(out, "  Differences, largest first: {BEHAVIOUR_CHANGED}");
    }
    for cluster in clusters.iter().take(most) {
        one(&mut out, behaved, cluster, style);
    }
    let rest = clusters.len().saturating_sub(most);
    if rest > 0 {
        let rest = counted(rest, "other difference");
        let _ = writeln!(
            out,
            "  {rest}: --max-findings shows more, the json format holds all"
        );
    }
    obstacles(&mut out, &behaved.undecided, "exchange", most);
    if let Some(why) = &behaved.unusable {
        let _ = writeln!(out, "  {}: {}", clean(&behaved.asked.file), clean(why));
    }
    out.push_str(&reserved(&behaved.asked.loosened, &behaved.asked.doubts));
    let _ = writeln!(out, "{}", privacy(behaved));
    let (verdict, code) = (behaved.verdict, behaved.exit_code);
    verdict_line(&mut out, verdict, code, &sentence(behaved), paint);
    out
}

pub(super) fn heading(behaved: &Behaved) -> String {
    let asked = &behaved.asked;
    let by = match &asked.provider_url {
        None => "the reference service".to_owned(),
        Some(url) => clean(url),
    };
    let exchanges = counted(behaved.exchanges, "exchange");
    let with = match asked.doubts.is_empty() {
        true => "judged no more leniently than commit",
        false => "beside commit",
    };
    let base = compared(with, asked.base.as_deref());
    let answered = match behaved.unusable {
        None => format!("answered by {by}"),
        Some(_) => "not sent".to_owned(),
    };
    format!("{exchanges} of {}; {answered}{base}", clean(&asked.file))
}

/// How it came out: what, how many, which share of all, and what that means.
pub(super) fn shares(behaved: &Behaved) -> Vec<Count> {
    let budget = behaved.asked.budget;
    let fails = behaved.changed > budget;
    let over = match fails {
        true => format!("budget {budget}: fails"),
        false => format!("budget {budget}"),
    };
    let sooner = match behaved.sooner {
        0 => "",
        _ => {
            "asked again while work was under way, and done now; what they gave is judged by a later one"
        }
    };
    let unknown = behaved.undecided.count;
    let untold = match unknown {
        0 => "",
        _ => "neither good nor bad; those listed below say why",
    };
    let line = |what, count, said: String, fails| Count {
        what,
        count,
        share: share(count, behaved.exchanges),
        said,
        fails,
    };
    vec![
        line("same answer", behaved.same, String::new(), false),
        line("answered sooner", behaved.sooner, sooner.to_owned(), false),
        line("answered otherwise", behaved.changed, over, fails),
        line("cannot be told", unknown, untold.to_owned(), false),
    ]
}

pub(super) fn privacy(behaved: &Behaved) -> &'static str {
    match behaved
        .asked
        .provider_url
        .as_ref()
        .filter(|_| behaved.unusable.is_none())
    {
        None => "Values are hidden. Nothing left this machine.",
        Some(_) => {
            "Values are hidden. What was recorded was sent to that service and nowhere else."
        }
    }
}

/// What differs, as one line.
pub(super) fn told(cause: &Difference) -> String {
    let at = match cause.at.as_str() {
        "" => "the whole body",
        at => at,
    };
    format!(
        "{}  {at}  {} -> {}",
        cause.departure.word(),
        cause.was,
        cause.now
    )
}

fn one(out: &mut String, behaved: &Behaved, cluster: &Of, style: &Style<'_>) {
    let cause = &cluster.cause;
    let (count, partner) = (cluster.count, clean(&cause.partner));
    let _ = writeln!(out, "{count:>9}  {partner}  {}", clean(&cause.operation));
    let _ = writeln!(out, "             {}", clean(&told(cause)));
    let _ = writeln!(out, "             {}", clean(&found(cluster)));
    let answers = &cluster.smallest.recorded;
    let _ = writeln!(
        out,
        "             recorded {} {}\n             given    {} {}",
        answers.was,
        clean(&cluster.smallest.digest),
        answers.now,
        clean(&answers.given)
    );
    let again = again(&behaved.asked, answers.exchange, style.folder);
    let _ = writeln!(out, "             again: {}", clean(&again));
}

/// The command that judges one exchange alone. What came from standard input is gone.
pub(super) fn again(asked: &BehaviourAsked, exchange: u64, folder: Option<&str>) -> String {
    if asked.file == "-" {
        return format!("exchange {exchange} from standard input");
    }
    let mut rest = format!("--from {} {}", asked.notation, word(&asked.file));
    let base = asked.base.as_ref();
    let base = base.map(|commit| commit.chars().take(COMMIT).collect());
    let options = [
        ("--base", &base),
        ("--config", &asked.config),
        ("--consumer", &asked.consumer),
        ("--provider-url", &asked.provider_url),
        ("--states-url", &asked.states_url),
    ];
    for (flag, value) in options {
        if let Some(value) = value {
            let _ = write!(rest, " {flag} {}", word(value));
        }
    }
    for host in &asked.allowed_hosts {
        let _ = write!(rest, " --allow-net {}", word(host));
    }
    if let Some(seconds) = asked.patience_s {
        let _ = write!(rest, " --timeout {seconds}s");
    }
    let _ = write!(rest, " --only {exchange}");
    command(folder, "replay exchanges", &rest)
}

/// What the verdict rests on, and of what part of the file it is.
pub(super) fn sentence(behaved: &Behaved) -> String {
    let rest = match behaved.verdict {
        Verdict::Go => {
            "every recorded request is answered as recorded, within the budget".to_owned()
        }
        Verdict::NoGo => format!(
            "{} answered otherwise than recorded",
            counted(behaved.changed, "request")
        ),
        Verdict::Error => "the file cannot be used, so nothing was sent".to_owned(),
        Verdict::Empty => "there was no exchange".to_owned(),
        Verdict::Undecided if behaved.undecided.count > 0 => {
            let exchanges = counted(behaved.undecided.count, "exchange");
            format!("of {exchanges} nothing can be told")
        }
        Verdict::Undecided if behaved.is_unproved() => {
            "no base shows that `[replay]` is as strict as it was".to_owned()
        }
        Verdict::Undecided => return chosen(behaved.partial.as_deref()),
    };
    in_part(rest, behaved.partial.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_asks_what_was_asked() {
        let mut asked = BehaviourAsked {
            file: "two days.ndjson".to_owned(),
            notation: "ndjson".to_owned(),
            ..BehaviourAsked::default()
        };
        assert_eq!(
            again(&asked, 7, None),
            "matchmark replay exchanges --from ndjson 'two days.ndjson' --only 7"
        );
        asked.base = Some("1f2e3d4".to_owned());
        asked.config = Some("other dir/it's.toml".to_owned());
        asked.consumer = Some("northwind".to_owned());
        asked.provider_url = Some("https://payer.example/a?b".to_owned());
        asked.states_url = Some("http://127.0.0.1:8080/_states".to_owned());
        asked.allowed_hosts = vec!["payer.example".to_owned(), "b.example".to_owned()];
        asked.patience_s = Some(90);
        assert_eq!(
            again(&asked, 7, Some("demo")),
            "matchmark replay exchanges -C demo --from ndjson 'two days.ndjson' \
             --base 1f2e3d4 --config 'other dir/it'\\''s.toml' --consumer northwind \
             --provider-url 'https://payer.example/a?b' --states-url http://127.0.0.1:8080/_states \
             --allow-net payer.example --allow-net b.example --timeout 90s --only 7"
        );
        asked.file = "-".to_owned();
        assert_eq!(
            again(&asked, 7, Some("demo")),
            "exchange 7 from standard input"
        );
    }
}
