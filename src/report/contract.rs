//! Contracts as a person asks for them by name, and one that was brought over.

use super::Style;
use super::card::table;
use super::hygiene::clean;
use super::text::{Paint, SHOWN, finding, verdict_line};
use crate::model::{BroughtOver, ContractCard, ContractList, Judged, counted};
use std::fmt::Write as _;

/// Every contract with its interactions.
pub(super) fn list(list: &ContractList, style: &Style<'_>) -> String {
    let mut out = String::new();
    findings(&mut out, &list.findings, style);
    for contract in &list.contracts {
        card(&mut out, contract);
        out.push('\n');
    }
    let interactions = list
        .contracts
        .iter()
        .map(|one| one.interactions.len())
        .sum::<usize>();
    let _ = writeln!(
        out,
        "{}, {}",
        counted(list.contracts.len(), "contract"),
        counted(interactions, "interaction")
    );
    if !list.findings.is_empty() {
        let sentence = counted(list.findings.len(), "finding");
        let paint = Paint::new(style.color);
        verdict_line(&mut out, list.verdict, list.exit_code, &sentence, paint);
    }
    out
}

/// What was written, and what its reader makes of it.
pub(super) fn brought_over(brought: &BroughtOver, style: &Style<'_>) -> String {
    let mut out = String::new();
    findings(&mut out, &brought.findings, style);
    if let Some(contract) = &brought.contract {
        card(&mut out, contract);
        out.push('\n');
    }
    let sentence = match &brought.written {
        None => format!(
            "nothing was written: {} cannot be used",
            clean(&brought.source)
        ),
        Some(path) => {
            let _ = writeln!(out, "  Written  {}", clean(path));
            told(brought)
        }
    };
    let paint = Paint::new(style.color);
    verdict_line(
        &mut out,
        brought.verdict,
        brought.exit_code,
        &sentence,
        paint,
    );
    out
}

fn told(brought: &BroughtOver) -> String {
    let states = match brought.unmapped {
        0 => String::new(),
        number => format!("; {} not mapped", counted(number, "state")),
    };
    match &brought.contract {
        None => format!("written, and not accepted yet{states}"),
        Some(contract) if contract.plain => format!(
            "written as a plain contract: name an owner and schemas, or nothing is proved of it{states}"
        ),
        Some(_) => format!("written; name the schemas of its interactions{states}"),
    }
}

fn findings(out: &mut String, findings: &[Judged], style: &Style<'_>) {
    let most = style.max_findings.unwrap_or(SHOWN);
    for judged in findings.iter().take(most) {
        finding(out, judged, style);
        out.push('\n');
    }
    let rest = findings.len().saturating_sub(most);
    if rest > 0 {
        let _ = writeln!(
            out,
            "{} more: --max-findings shows them\n",
            counted(rest, "finding")
        );
    }
}

fn card(out: &mut String, contract: &ContractCard) {
    let _ = writeln!(out, "{}", clean(&contract.path));
    let dash = |text: &Option<String>| clean(text.as_deref().unwrap_or("-"));
    let kind = if contract.plain { ", plain" } else { "" };
    for (label, text) in [
        (
            "parties",
            format!("{} -> {}", contract.consumer, contract.provider),
        ),
        ("edition", format!("{}{kind}", contract.edition)),
        ("owner", contract.owner.clone()),
        ("introduced", dash(&contract.introduced)),
        ("sunset", dash(&contract.sunset)),
        ("digest", contract.digest.clone()),
    ] {
        let _ = writeln!(out, "  {label:<12} {}", clean(&text));
    }
    if contract.interactions.is_empty() {
        return;
    }
    let heads = [
        "key",
        "kind",
        "polarity",
        "request",
        "response or contents",
        "edges",
    ];
    let mut rows = vec![heads.map(str::to_owned)];
    rows.extend(contract.interactions.iter().map(|one| {
        let edges = Some(one.edges.join(", ")).filter(|edges| !edges.is_empty());
        let read = one.response.clone().or_else(|| one.contents.clone());
        [
            clean(&one.key),
            clean(&one.kind),
            clean(&one.polarity),
            dash(&one.request),
            dash(&read),
            dash(&edges),
        ]
    }));
    for line in table(&rows).lines() {
        let _ = writeln!(out, "  {line}");
    }
}
