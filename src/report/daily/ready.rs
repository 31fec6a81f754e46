//! Readiness line by line, for a terminal and for a page.

use crate::model::{Readiness, ReadinessLine};
use crate::report::hygiene::clean;
use crate::report::markdown::{code, prose};
use std::fmt::Write as _;

pub(super) fn text(readiness: &Readiness) -> String {
    let mut out = format!(
        "readiness of {}, as of {}\n",
        clean(&readiness.subject),
        clean(&readiness.as_of)
    );
    lines(&mut out, &readiness.lines);
    if !readiness.go_live.is_empty() {
        out.push_str("before it goes live\n");
        lines(&mut out, &readiness.go_live);
    }
    let _ = writeln!(
        out,
        "{}  {}",
        readiness.verdict.word().to_uppercase(),
        sentence(readiness)
    );
    out
}

fn lines(out: &mut String, lines: &[ReadinessLine]) {
    let wide = lines.iter().map(|line| line.title.chars().count()).max();
    let wide = wide.unwrap_or_default();
    for line in lines {
        let mut reasons = line.missing.iter().chain(&line.evidence);
        if line.holds {
            reasons = [].iter().chain(&line.evidence);
        }
        let word = if line.holds { "ok" } else { "NOT YET" };
        let mut title = clean(&line.title);
        let mut word = word.to_owned();
        for reason in reasons {
            let _ = writeln!(out, "  {word:<7}  {title:<wide$}  {}", clean(reason));
            title.clear();
            word.clear();
        }
    }
}

fn sentence(readiness: &Readiness) -> String {
    let all: Vec<&ReadinessLine> = readiness.lines.iter().chain(&readiness.go_live).collect();
    let holding = all.iter().filter(|line| line.holds).count();
    format!("{holding} of {} lines hold", all.len())
}

pub(super) fn markdown(readiness: &Readiness) -> String {
    let mut out = format!(
        "## {} - readiness of {}\n\n{}, as of {}.\n",
        readiness.verdict.word().to_uppercase(),
        prose(&readiness.subject),
        sentence(readiness),
        prose(&readiness.as_of)
    );
    table(&mut out, &readiness.lines);
    if !readiness.go_live.is_empty() {
        out.push_str("\n### Before it goes live\n");
        table(&mut out, &readiness.go_live);
    }
    out
}

fn table(out: &mut String, lines: &[ReadinessLine]) {
    out.push_str("\n| line | | evidence | missing |\n|---|---|---|---|\n");
    for line in lines {
        let evidence: Vec<String> = line.evidence.iter().map(|one| code(one)).collect();
        let missing: Vec<String> = line.missing.iter().map(|one| prose(one)).collect();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            prose(&line.title),
            if line.holds { "ok" } else { "NOT YET" },
            evidence.join("<br>"),
            missing.join("<br>")
        );
    }
}
