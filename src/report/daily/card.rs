//! A partner's card and a handover, as the same paragraphs for a terminal and for a page.

use crate::model::{Handover, PartnerCard, counted};
use crate::report::hygiene::clean;
use crate::report::markdown::prose;
use std::fmt::Write as _;

/// A label with what stands behind it.
type Row = (&'static str, String);

pub(super) fn text(card: &PartnerCard) -> String {
    let mut out = format!(
        "{} ({}), criticality {}\n",
        clean(&card.name),
        clean(&card.partner),
        clean(&card.criticality)
    );
    for (label, said) in rows(card) {
        let _ = writeln!(out, "  {label:<13} {}", clean(&said));
    }
    lacking(&mut out, &card.missing);
    out
}

pub(super) fn markdown(card: &PartnerCard) -> String {
    let mut out = format!(
        "## {} ({})\n\nCriticality {}.\n\n",
        prose(&card.name),
        prose(&card.partner),
        prose(&card.criticality)
    );
    table(&mut out, &rows(card));
    lacks(&mut out, &card.missing);
    out
}

fn lacking(out: &mut String, missing: &[String]) {
    for what in missing {
        let _ = writeln!(out, "  MISSING       {}", clean(what));
    }
}

fn lacks(out: &mut String, missing: &[String]) {
    for what in missing {
        let _ = writeln!(out, "\n**Missing** {}", prose(what));
    }
}

/// `text` with its addresses in code spans, from which they can be copied.
fn spelled(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        let bare = word.trim_end_matches([',', ';', '.']);
        if bare.contains('@') && !bare.contains('`') {
            word.replacen(bare, &format!("`{bare}`"), 1)
        } else {
            word.to_owned()
        }
    });
    prose(&words.collect::<Vec<_>>().join(" "))
}

fn table(out: &mut String, rows: &[Row]) {
    out.push_str("| | |\n|---|---|\n");
    for (label, said) in rows {
        let _ = writeln!(out, "| {label} | {} |", spelled(said));
    }
}

/// Hundredths of a per cent as people write them.
fn percent(hundredths: u64) -> String {
    format!("{}.{:02} %", hundredths / 100, hundredths % 100)
}

fn rows(card: &PartnerCard) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    if let Some(owner) = &card.owner {
        rows.push(("owner", format!("{}, {}", owner.team, owner.contact)));
    }
    if let Some(budget) = &card.error_budget {
        let told = budget.notices.iter();
        let told: Vec<String> = told
            .map(|(spent, team)| format!("{team} at {spent} %"))
            .collect();
        rows.push((
            "error budget",
            format!(
                "{} of answers may be our failures, {} of minutes are available; told: {}",
                percent(budget.error_rate),
                percent(budget.availability),
                told.join(", ")
            ),
        ));
        rows.push(("promised in", budget.document.clone()));
    }
    if let Some(rollback) = &card.rollback {
        rows.push(("roll back", rollback.runbook.clone()));
        for step in &rollback.steps {
            rows.push(("", step.clone()));
        }
        rows.push(("meanwhile", format!("fallback {}", rollback.fallback)));
    }
    if let Some(support) = &card.support {
        let response = support.response.iter();
        let response: Vec<String> = response
            .map(|(severity, time)| format!("{severity} {time}"))
            .collect();
        rows.push((
            "call",
            format!(
                "{}, {}; answers within {}",
                support.contact,
                support.hours,
                response.join(", ")
            ),
        ));
    }
    for (index, call) in card.escalation.iter().enumerate() {
        let label = if index == 0 { "then" } else { "" };
        rows.push((label, call.clone()));
    }
    rows
}

pub(super) fn handover(handover: &Handover) -> String {
    let mut out = text(&handover.card);
    out.push_str("\nids to fill in\n");
    for (id, _) in &handover.ids {
        let _ = writeln!(out, "  {id:<24} ____________");
    }
    for external in &handover.externals {
        let _ = writeln!(
            out,
            "\n{}, {}",
            clean(&external.id),
            clean(&external.contact)
        );
        let _ = writeln!(out, "  boundary      {}", clean(&external.boundary));
        let _ = writeln!(
            out,
            "  hand over     {}",
            clean(&external.handover.join("; "))
        );
    }
    let _ = writeln!(out, "\n{}", counted(handover.runbooks.len(), "runbook"));
    for runbook in &handover.runbooks {
        let alerts = runbook.alerts.join(", ");
        let line = format!("  {}  {}  {alerts}", runbook.path, runbook.owner);
        let _ = writeln!(out, "{}", clean(&line).trim_end());
    }
    out.push_str("\nnever add\n");
    for what in &handover.never {
        let _ = writeln!(out, "  - {}", clean(what));
    }
    let own = handover.missing.iter();
    let own: Vec<String> = own
        .filter(|what| !handover.card.missing.contains(what))
        .cloned()
        .collect();
    lacking(&mut out, &own);
    out
}

pub(super) fn handover_page(handover: &Handover) -> String {
    let mut out = markdown(&handover.card);
    out.push_str("\n### Ids to fill in\n\n");
    for (id, _) in &handover.ids {
        let _ = writeln!(out, "- `{id}`:");
    }
    out.push_str("\n### Outside\n\n| who | contact | boundary | hand over |\n|---|---|---|---|\n");
    for external in &handover.externals {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            prose(&external.id),
            spelled(&external.contact),
            prose(&external.boundary),
            prose(&external.handover.join("; "))
        );
    }
    out.push_str("\n### Runbooks\n\n");
    for runbook in &handover.runbooks {
        let said = format!(
            "`{}` {} {}",
            runbook.path,
            runbook.owner,
            runbook.alerts.join(", ")
        );
        let _ = writeln!(out, "- {}", prose(said.trim_end()));
    }
    out.push_str("\n### Never add\n\n");
    for what in &handover.never {
        let _ = writeln!(out, "- {}", prose(what));
    }
    let own = handover.missing.iter();
    let own: Vec<String> = own
        .filter(|what| !handover.card.missing.contains(what))
        .cloned()
        .collect();
    lacks(&mut out, &own);
    out
}
