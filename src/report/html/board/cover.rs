//! The first sheet: verdict, decisions, counts, and room for signatures.

use super::change::Group;
use super::{decision, letterhead, trend};
use crate::model::{Bump, Judged, Proof, Report, Severity, counted};
use crate::report::html::mark::{self, Tone, mark};
use crate::report::html::page::{code, escape, list, prose};
use crate::report::html::table::Table;
use crate::report::text::{revision, sentence, short};
use crate::report::weight::worst_first;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Things that fail the gate, as many as the first sheet has room for.
const FRONT: usize = 3;
/// Letters of a finding's sentence that the first sheet has room for.
const LETTERS: usize = 130;
/// Emergency waivers that the banner names.
const NAMED: usize = 6;

/// What a browser shows as the name of the page.
pub(super) fn title(report: &Report) -> String {
    format!(
        "{} - compatibility report as of {}",
        report.verdict.word().to_uppercase(),
        report.header.as_of
    )
}

/// The letterhead, the banner, the verdict and who judged what.
pub(super) fn header(report: &Report) -> String {
    let (tone, sign) = mark::verdict(report.verdict);
    let period = report.governance.period.as_ref();
    let period = period.map_or_else(String::new, |period| {
        format!(" {} to {}", escape(&period.since), escape(&period.until))
    });
    format!(
        "{}<p class=\"tool\">matchmark, for the governance board</p>\n<h1>Compatibility report{period}</h1>\n{}\
         <p class=\"verdict {}\"><strong><span aria-hidden=\"true\">{sign}</span> {}</strong>{}</p>\n{}",
        letterhead::header(report),
        banner(report),
        tone.class(),
        report.verdict.word().to_uppercase(),
        prose(&said(report)),
        facts(report)
    )
}

/// The verdict as one sentence, with what it asks of the board.
fn said(report: &Report) -> String {
    let mut text = sentence(report);
    let waiting = report.governance.decisions.len();
    if waiting > 0 {
        let wait = if waiting == 1 { "waits" } else { "wait" };
        let _ = write!(text, "; {} {wait} for you", counted(waiting, "decision"));
    }
    text.push('.');
    text
}

fn banner(report: &Report) -> String {
    let emergency = &report.governance.emergency;
    if emergency.is_empty() {
        return String::new();
    }
    let until = |id: &String| {
        let line = report.governance.waivers.iter().find(|line| line.id == *id);
        line.map_or_else(String::new, |line| {
            format!(" until {}", escape(&line.expires))
        })
    };
    let named = emergency
        .iter()
        .take(NAMED)
        .map(|id| format!("{}{}", code(id), until(id)));
    let named: Vec<String> = named.collect();
    let more = emergency.len().saturating_sub(NAMED);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    let (are, let_pass) = if emergency.len() == 1 {
        ("is", "It lets")
    } else {
        ("are", "They let")
    };
    format!(
        "<p class=\"emergency\"><strong><span aria-hidden=\"true\">\u{26a0}</span> EMERGENCY</strong> {}{more} {are} in force. \
         {let_pass} an urgent change pass before its review: see the <a href=\"#waivers\">register</a>.</p>\n",
        named.join(", ")
    )
}

fn facts(report: &Report) -> String {
    let header = &report.header;
    let base = match &header.base {
        None => "none: nothing could be compared".to_owned(),
        Some(base) if *base == header.head => {
            format!("{}, the same commit: nothing is new", code(&revision(base)))
        }
        Some(base) => code(&revision(base)),
    };
    let mut rows = vec![
        ("as of", escape(&header.as_of)),
        ("stage", escape(&header.stage)),
        ("judged", code(&revision(&header.head))),
        ("compared with", base),
        ("tool", escape(&header.tool)),
        ("evidence", code(&short(&report.digest))),
    ];
    let page = &report.governance.rules.page;
    if !page.is_empty() {
        rows.push(("rules page", code(&short(page))));
    }
    let pairs = rows
        .iter()
        .map(|(label, text)| format!("<div><dt>{label}</dt><dd>{text}</dd></div>\n"));
    format!("<dl class=\"facts\">\n{}</dl>\n", pairs.collect::<String>())
}

/// What stands below the header on the first sheet.
pub(super) fn cover(report: &Report, groups: &[Group<'_>]) -> String {
    format!(
        "<div class=\"cover\">\n<section aria-labelledby=\"asks\">\n<h2 id=\"asks\">Decisions needed</h2>\n{}</section>\n\
         {}<section aria-labelledby=\"counts\">\n<h2 id=\"counts\">At a glance</h2>\n{}{}{}</section>\n{}</div>\n",
        decision::front(report),
        failing(report, groups),
        tiles(report),
        checks(report),
        trend::sparks(report),
        sign_off(report)
    )
}

/// What fails the gate, and whom it hurts: versions first.
fn failing(report: &Report, groups: &[Group<'_>]) -> String {
    let fails = |found: &&Judged| found.waived.is_none() && found.severity >= Severity::Undecided;
    let mut rows: BTreeMap<String, Vec<&Judged>> = BTreeMap::new();
    for found in report.findings.iter().filter(fails) {
        let group = groups.iter().find(|group| group.owns(found));
        let name = group.map_or_else(|| found.rule.clone(), Group::name);
        rows.entry(name).or_default().push(found);
    }
    if rows.is_empty() {
        return String::new();
    }
    let mut rows: Vec<(String, Vec<&Judged>)> = rows.into_iter().collect();
    let worst = |found: &[&Judged]| found.iter().map(|one| one.severity).max();
    rows.sort_by_key(|(_, found)| (Reverse(worst(found)), Reverse(found.len())));
    let mut out = "<section aria-labelledby=\"failing\">\n<h2 id=\"failing\">What stands against it</h2>\n<ul class=\"asks\">\n".to_owned();
    for (name, found) in rows.iter().take(FRONT) {
        let _ = writeln!(
            out,
            "<li>{}: {} <span class=\"due\">({})</span></li>",
            code(name),
            sentence_of(found),
            weighed(found)
        );
    }
    if rows.len() > FRONT {
        let _ = writeln!(
            out,
            "<li><a href=\"#findings\">{} more</a></li>",
            rows.len() - FRONT
        );
    }
    out.push_str("</ul>\n</section>\n");
    out
}

/// The worst of them in its own words, as far as there is room.
fn sentence_of(found: &[&Judged]) -> String {
    let message = worst_first(found.iter().copied())
        .first()
        .map_or("", |one| one.message.as_str());
    if message.chars().count() <= LETTERS {
        return prose(message);
    }
    let start: String = message.chars().take(LETTERS).collect();
    let whole = start
        .rsplit_once(' ')
        .map_or(start.as_str(), |(whole, _)| whole);
    prose(&format!("{whole} .."))
}

fn weighed(found: &[&Judged]) -> String {
    let count = |severity| found.iter().filter(|one| one.severity == severity).count();
    let weights = [
        (count(Severity::Fault), "unusable file"),
        (count(Severity::Error), "error"),
        (count(Severity::Undecided), "open question"),
    ];
    let weights: Vec<String> = weights
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| counted(count, noun))
        .collect();
    let hurts = found.iter().flat_map(|one| &one.hurts);
    let who: BTreeSet<&str> = hurts
        .map(|hurt| hurt.who.as_str())
        .filter(|who| *who != "history")
        .collect();
    let who: Vec<&str> = who.into_iter().collect();
    match who.as_slice() {
        [] => weights.join(", "),
        who => format!("{}; hurts {}", weights.join(", "), escape(&who.join(", "))),
    }
}

fn tiles(report: &Report) -> String {
    let new: Vec<_> = report.changes.iter().filter(|change| change.new).collect();
    let of = |bump| new.iter().filter(|change| change.required == bump).count();
    let summary = &report.summary;
    let cells = |proof| {
        report
            .matrix
            .iter()
            .filter(|cell| cell.proof == proof)
            .count()
    };
    let waivers = &report.governance.waivers;
    let rows = [
        (
            "Changes",
            format!(
                "<b>{}</b> major {}, minor {}, patch {}",
                new.len(),
                of(Bump::Major),
                of(Bump::Minor),
                of(Bump::Patch) + of(Bump::None)
            ),
        ),
        (
            "Findings",
            format!(
                "<b>{}</b> errors {}, open {}, warnings {}, waived {}",
                report.findings.len(),
                summary.faults + summary.errors,
                summary.undecided,
                summary.warnings,
                summary.waived
            ),
        ),
        (
            "Partners x versions",
            format!(
                "<b>{}</b> tested {}, proved {}, stale {}, unproven {}, broken {}",
                report.matrix.len(),
                cells(Proof::Tested),
                cells(Proof::Proved),
                cells(Proof::Stale),
                cells(Proof::Unproven),
                cells(Proof::Broken)
            ),
        ),
        (
            "Waivers",
            format!("<b>{}</b> {}", waivers.len(), standing(report)),
        ),
        (
            "Limits",
            format!(
                "<b>{}</b> sentences of what is not proved",
                report.not_proved.len()
            ),
        ),
    ];
    list(&rows).replacen("<dl>", "<dl class=\"tiles\">", 1)
}

fn standing(report: &Report) -> String {
    let mut states: BTreeMap<crate::model::WaiverState, u64> = BTreeMap::new();
    for waiver in &report.governance.waivers {
        *states.entry(waiver.state).or_default() += 1;
    }
    let states: Vec<String> = states
        .iter()
        .map(|(state, count)| format!("{} {count}", state.word()))
        .collect();
    if states.is_empty() {
        "no exception is on file".to_owned()
    } else {
        states.join(", ")
    }
}

fn checks(report: &Report) -> String {
    let row = |check: &crate::model::Check| {
        let ran = if check.ran {
            mark(Tone::Good, '\u{2713}', "ran")
        } else {
            mark(Tone::Bad, '\u{2717}', "NOT RUN")
        };
        vec![
            escape(check.name.word()),
            ran,
            format!("{} {}", check.subjects, escape(&check.unit)),
            prose(&check.summary),
        ]
    };
    Table {
        caption: "What was checked".to_owned(),
        columns: &["Check", "Ran", "Judged", "Result"],
        rows: report.checks.iter().map(row).collect(),
        most: usize::MAX,
        noun: "check",
    }
    .html("t-checks")
}

/// Room for a hand; the roles are those of the board.
fn sign_off(report: &Report) -> String {
    let roles = &report.governance.sign_off;
    if roles.is_empty() {
        return "<section aria-labelledby=\"sign\">\n<h2 id=\"sign\">Sign-off</h2>\n\
                <p>matchmark.toml names no roles under <code>[board]</code>, so nobody is asked to sign.</p>\n</section>\n"
            .to_owned();
    }
    let blank = || "<span class=\"blank\">\u{a0}</span>".to_owned();
    let row = |role: &String| vec![escape(role), blank(), blank(), blank()];
    let table = Table {
        caption: "Signatures".to_owned(),
        columns: &["Role", "Account", "Decision and signature", "Date"],
        rows: roles.iter().map(row).collect(),
        most: 12,
        noun: "role",
    };
    format!(
        "<section class=\"sign\" aria-labelledby=\"sign\">\n<h2 id=\"sign\">Sign-off</h2>\n\
         <p>Each role signs for the report whose evidence is {}. A signature records a reading; what counts for the gate is a \
         file in <code>policies/approvals/</code>.</p>\n{}</section>\n",
        code(&short(&report.digest)),
        table.html("t-sign")
    )
}
