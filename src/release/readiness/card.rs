//! What somebody who is woken needs to know of a partner, and what is handed over to somebody outside.
//! Refuses everything that is said about a member.

use super::Known;
use super::partner::text;
use crate::catalogue::{OperatingDocument, Partner, Runbook};
use crate::model::{
    CardOwner, ErrorBudget, ExternalCard, Handover, PartnerCard, PartnerContact, Rollback,
    RunbookCard, Verdict,
};
use serde_json::Value;

/// The area whose accountable team answers for an incident.
const AREA: &str = "incident-response";
/// Steps of the way back that a card shows, and words of each.
const STEPS: usize = 3;
const WORDS: usize = 16;

/// What must never be added to a handover.
const NEVER: [&str; 3] = [
    "names, birth dates, numbers or any other data of a member",
    "payloads or parts of them, also as pictures",
    "tokens, keys or certificates with their keys",
];

/// The team that answers for incidents and can be woken, with its address.
///
/// Errors: what is not written down
pub(super) fn incident_owner(known: &Known<'_>) -> Result<CardOwner, String> {
    let operating = &known.workspace.operating;
    let raci = operating.raci.as_ref();
    let areas = raci.iter().flat_map(|raci| &raci.file.areas);
    let mut areas = areas.filter(|area| area.id == AREA);
    let team = areas.find_map(|area| area.accountable.first());
    let Some(team) = team else {
        return Err(format!(
            "policies/raci.toml names nobody accountable for `{AREA}`"
        ));
    };
    if !operating.is_on_call(team, known.day) {
        return Err(format!(
            "`{team}` answers for `{AREA}` and is not on call on {}",
            known.day
        ));
    }
    match known.workspace.board.team(team) {
        Some(found) if !found.contact.is_empty() => Ok(CardOwner {
            team: team.clone(),
            contact: found.contact.clone(),
        }),
        Some(_) | None => Err(format!("policies/board.toml has no contact of `{team}`")),
    }
}

/// The card of a partner.
#[must_use]
pub fn card(known: &Known<'_>, partner: &Partner) -> PartnerCard {
    let file = &partner.file;
    let mut missing = Vec::new();
    let owner = incident_owner(known);
    let owner = owner
        .map_err(|why| missing.push(format!("owner: {why}")))
        .ok();
    let budget = budget(known, &file.id);
    let budget = budget
        .map_err(|why| missing.push(format!("error budget: {why}")))
        .ok();
    let rollback = rollback(known, partner);
    let rollback = rollback
        .map_err(|why| missing.push(format!("rollback path: {why}")))
        .ok();
    let support = file.support.as_ref().map(|support| PartnerContact {
        contact: support.contact.clone(),
        hours: support.hours.clone(),
        response: support
            .response
            .iter()
            .map(|(severity, time)| (severity.clone(), time.clone()))
            .collect(),
    });
    if support.is_none() {
        missing.push(format!(
            "support contact: {} has no [support]",
            partner.source.path
        ));
    }
    let escalation = escalation(known, partner);
    if file.escalation.is_none() {
        missing.push(format!(
            "escalation: {} has no `escalation`",
            partner.source.path
        ));
    }
    let verdict = verdict(&missing);
    PartnerCard {
        verdict,
        exit_code: verdict.exit_code(),
        partner: file.id.clone(),
        name: file.name.clone(),
        criticality: file.criticality.word().to_owned(),
        owner,
        error_budget: budget,
        rollback,
        support,
        escalation,
        missing,
    }
}

fn verdict(missing: &[String]) -> Verdict {
    if missing.is_empty() {
        Verdict::Go
    } else {
        Verdict::NoGo
    }
}

/// Ours first, as the promise says it, then whoever stands above the partner's contact.
fn escalation(known: &Known<'_>, partner: &Partner) -> Vec<String> {
    let promised = promise(known, &partner.file.id);
    let teams =
        promised.and_then(|document| document.document.value().get("escalation")?.as_array());
    let teams = teams.into_iter().flatten().filter_map(Value::as_str);
    let mut calls: Vec<String> = teams
        .map(|id| match known.workspace.board.team(id) {
            Some(team) => format!("{id}, {}", team.contact),
            None => id.to_owned(),
        })
        .collect();
    calls.extend(partner.file.escalation.clone());
    calls
}

/// What was promised to the partner, or by the platform to all.
fn promise<'a>(known: &Known<'a>, partner: &str) -> Option<&'a OperatingDocument> {
    let slas = &known.workspace.operating.slas;
    let own = slas
        .iter()
        .find(|sla| text(sla, "partner") == Some(partner));
    own.or_else(|| {
        slas.iter().find(|sla| {
            sla.document
                .value()
                .get("partner")
                .is_some_and(Value::is_null)
        })
    })
}

fn budget(known: &Known<'_>, partner: &str) -> Result<ErrorBudget, String> {
    let document = promise(known, partner)
        .ok_or_else(|| format!("no service level document is about {partner} or about all"))?;
    let value = document.document.value();
    let path = &document.source.path;
    let number = |key: &str| {
        let number = value.get(key).and_then(Value::as_u64);
        number.ok_or_else(|| format!("{path} has no `{key}`"))
    };
    let marks = value.get("budget").and_then(Value::as_array);
    let notices = marks.into_iter().flatten().filter_map(|mark| {
        let spent = mark.get("spent_percent")?.as_u64()?;
        Some((spent, mark.get("team")?.as_str()?.to_owned()))
    });
    Ok(ErrorBudget {
        document: path.clone(),
        error_rate: number("error_rate")?,
        availability: number("availability")?,
        notices: notices.collect(),
    })
}

fn rollback(known: &Known<'_>, partner: &Partner) -> Result<Rollback, String> {
    let named = known.workspace.config.readiness.rollback.as_ref();
    let named = named.ok_or("`readiness.rollback` of matchmark.toml names no runbook")?;
    let runbooks = &known.workspace.operating.runbooks;
    let runbook = runbooks.iter().find(|one| one.source.path == *named);
    let runbook = runbook.ok_or_else(|| format!("`{named}` is not among the runbooks"))?;
    let steps = first_steps(runbook);
    if steps.is_empty() {
        return Err(format!("`{named}` has no step with a command"));
    }
    let failure = partner.file.failure.as_ref();
    let fallback = failure.and_then(|failure| failure.fallback.clone());
    let fallback =
        fallback.ok_or_else(|| format!("{} has no [failure] fallback", partner.source.path))?;
    Ok(Rollback {
        runbook: named.clone(),
        steps,
        fallback,
    })
}

fn first_steps(runbook: &Runbook) -> Vec<String> {
    let steps = runbook.steps.iter();
    let steps = steps.filter(|step| !step.commands.is_empty());
    steps
        .take(STEPS)
        .map(|step| {
            let words: Vec<&str> = step.text.split_whitespace().collect();
            let cut = words.get(..WORDS.min(words.len())).unwrap_or_default();
            let more = if words.len() > WORDS { " ..." } else { "" };
            format!("{}{more}", cut.join(" "))
        })
        .collect()
}

/// What goes to somebody outside with an incident.
#[must_use]
pub fn handover(known: &Known<'_>, partner: &Partner) -> Handover {
    let card = card(known, partner);
    let operating = &known.workspace.operating;
    let externals = operating.raci.iter().flat_map(|raci| &raci.file.externals);
    let externals: Vec<ExternalCard> = externals
        .map(|external| ExternalCard {
            id: external.id.clone(),
            contact: external.contact.clone(),
            boundary: external.boundary.clone(),
            handover: external.handover.clone(),
        })
        .collect();
    let runbooks = operating.runbooks.iter().map(|runbook| RunbookCard {
        path: runbook.source.path.clone(),
        owner: runbook.head.owner.clone(),
        alerts: runbook.head.alerts.clone(),
    });
    let mut missing = card.missing.clone();
    missing.extend(open(&externals));
    let verdict = verdict(&missing);
    let ids = ["business_transaction_id", "correlation_id", "release"];
    Handover {
        verdict,
        exit_code: verdict.exit_code(),
        card,
        ids: ids.map(|id| (id.to_owned(), String::new())).into(),
        runbooks: runbooks.collect(),
        never: NEVER.map(str::to_owned).into(),
        externals,
        missing,
    }
}

/// What externals must say and do not.
fn open(externals: &[ExternalCard]) -> Vec<String> {
    let mut missing = Vec::new();
    if externals.is_empty() {
        missing.push("externals: policies/raci.toml has no [[external]]".to_owned());
    }
    for external in externals {
        for (what, absent) in [
            ("contact", external.contact.is_empty()),
            ("boundary", external.boundary.is_empty()),
            ("handover", external.handover.is_empty()),
        ] {
            if absent {
                missing.push(format!("external {}: it has no `{what}`", external.id));
            }
        }
    }
    missing
}
