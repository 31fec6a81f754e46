//! How the exchange is run, as far as documents say it: what they promise, whom they call, what a step tells.

use super::operation::lacking;
use super::{count, known};
use crate::catalogue::{Operating, OperatingDocument, Raci, Runbook, RunbookStep, Workspace};
use crate::policy::input::{
    AlertFacts, AreaFacts, ExternalFacts, Input, ProcessFacts, ResponseFacts, ReviewFacts,
    RunbookFacts, SlaFacts, StepFacts, UNKNOWN,
};
use chrono::NaiveDate;
use serde_json::Value;

/// Fills every collection about the running of the exchange.
pub(super) fn fill(input: &mut Input, head: &Workspace, day: NaiveDate) {
    let all = &head.operating;
    input.slas = all.slas.iter().map(|one| sla(head, one)).collect();
    input.alerts = all.alerts.iter().map(|one| alert(head, day, one)).collect();
    input.runbooks = all.runbooks.iter().map(|one| runbook(all, one)).collect();
    if let Some(raci) = &all.raci {
        input.areas = areas(raci, day);
        input.processes = processes(raci);
        input.externals = externals(raci);
        input.responses = responses(all, raci);
    }
    input.reviews = review(all, day).into_iter().collect();
}

fn text<'a>(one: &'a OperatingDocument, member: &str) -> &'a str {
    let found = one.document.value().get(member);
    found.and_then(Value::as_str).unwrap_or("")
}

fn is_listed(one: &OperatingDocument, member: &str) -> bool {
    let found = one.document.value().get(member).and_then(Value::as_array);
    found.is_some_and(|items| !items.is_empty())
}

/// Whether every line of support says how many minutes it takes.
fn is_supported(one: &OperatingDocument, minutes: &str) -> bool {
    let lines = one
        .document
        .value()
        .get("support")
        .and_then(Value::as_array);
    lines.is_some_and(|lines| {
        let said = |line: &Value| line.get(minutes).is_some_and(Value::is_u64);
        !lines.is_empty() && lines.iter().all(said)
    })
}

fn sla(head: &Workspace, one: &OperatingDocument) -> SlaFacts {
    let number = |member: &str| one.document.value().get(member).is_some_and(Value::is_u64);
    let partner = known(text(one, "partner"));
    let exclusions = one
        .document
        .value()
        .get("exclusions")
        .and_then(Value::as_array);
    let shared = |id: &str| {
        let duties = head
            .partners
            .get(id)
            .and_then(|one| one.file.responsibilities.as_ref());
        duties.is_some_and(|duties| !duties.ours.is_empty() && !duties.theirs.is_empty())
    };
    SlaFacts {
        id: known(text(one, "id")),
        file: one.source.path.clone(),
        missing: lacking(&[
            ("availability", number("availability")),
            ("latency", is_listed(one, "latency")),
            ("support-response", is_supported(one, "response_minutes")),
            ("incident-updates", is_supported(one, "update_minutes")),
            ("deprecation-notice", number("deprecation_days")),
            ("data-correction", number("correction_days")),
            ("exclusions", is_listed(one, "exclusions")),
        ]),
        exclusions: count(exclusions.map_or(0, Vec::len)),
        shared_responsibilities: match partner.as_str() {
            UNKNOWN => head.partners.keys().all(|id| shared(id)),
            id => shared(id),
        },
        partner,
    }
}

fn alert(head: &Workspace, day: NaiveDate, one: &OperatingDocument) -> AlertFacts {
    let id = text(one, "id");
    let owner = text(one, "owner");
    let path = text(one, "runbook");
    AlertFacts {
        id: known(id),
        file: one.source.path.clone(),
        runbook: known(path),
        runbook_known: leads(&head.operating, path, id),
        owner: known(owner),
        owner_known: !owner.is_empty() && head.board.team(owner).is_some(),
        on_call: head.operating.is_on_call(owner, day),
    }
}

/// Whether the runbook exists and names the alert.
fn leads(all: &Operating, path: &str, alert: &str) -> bool {
    let mut runbooks = all.runbooks.iter();
    runbooks.any(|one| one.source.path == path && one.head.alerts.iter().any(|id| id == alert))
}

fn runbook(all: &Operating, one: &Runbook) -> RunbookFacts {
    let answers = |id: &&String| {
        let mut alerts = all.alerts.iter();
        alerts.any(|alert| {
            text(alert, "id") == id.as_str() && text(alert, "runbook") == one.source.path
        })
    };
    RunbookFacts {
        id: one.head.id.clone(),
        file: one.source.path.clone(),
        owner: known(&one.head.owner),
        alerts: one.head.alerts.iter().filter(answers).cloned().collect(),
        steps: one
            .steps
            .iter()
            .enumerate()
            .map(|(index, found)| step(index, found))
            .collect(),
    }
}

/// Beginnings of steps that tell nobody what to do, unless a command and its result follow.
const VAGUE: [&str; 24] = [
    "ask",
    "assess",
    "be sure",
    "call",
    "check",
    "clean",
    "coordinate",
    "debug",
    "double-check",
    "ensure",
    "escalate",
    "fix",
    "follow up",
    "have a look",
    "investigate",
    "look",
    "make sure",
    "monitor",
    "reboot",
    "resolve",
    "restart",
    "review",
    "see",
    "verify",
];

/// Results that anybody may claim.
const EMPTY: [&str; 8] = [
    "done",
    "everything is fine",
    "fixed",
    "it is ok",
    "it works",
    "no errors",
    "ok",
    "resolved",
];

fn step(index: usize, found: &RunbookStep) -> StepFacts {
    let command = found.commands.iter().any(|command| is_command(command));
    let words = |text: &str| {
        let trimmed = text.trim().trim_end_matches(['.', '!']);
        trimmed.to_lowercase()
    };
    let said = words(&found.success);
    let success = !said.is_empty() && !EMPTY.contains(&said.as_str());
    let text = words(&found.text);
    let begins = |vague: &&str| {
        let rest = text.strip_prefix(*vague);
        rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
    };
    StepFacts {
        number: count(index + 1),
        pointer: format!("/steps/{index}"),
        command,
        success,
        vague: VAGUE.iter().any(|vague| begins(&vague)) && !(command && success),
    }
}

/// Whether a line can be carried out as it stands: it holds no gap that a reader has to fill without a name.
fn is_command(line: &str) -> bool {
    let line = line.trim_start_matches("$ ").trim();
    !line.is_empty()
        && !["...", "…", "TODO", "<command>"]
            .iter()
            .any(|gap| line.contains(gap))
}

fn areas(raci: &Raci, day: NaiveDate) -> Vec<AreaFacts> {
    let areas = raci.file.areas.iter().enumerate();
    areas
        .map(|(index, area)| AreaFacts {
            area: area.id.clone(),
            file: raci.source.path.clone(),
            pointer: format!("/area/{index}"),
            accountable: area.accountable.clone(),
            responsible: area.responsible.clone(),
            reviewers: area.reviewers.clone(),
            escalation: known(&area.escalation),
            on_call: !area.accountable.is_empty()
                && area
                    .accountable
                    .iter()
                    .all(|team| raci.file.is_on_call(team, day)),
        })
        .collect()
}

fn processes(raci: &Raci) -> Vec<ProcessFacts> {
    let processes = raci.file.processes.iter().enumerate();
    processes
        .map(|(index, process)| ProcessFacts {
            id: process.id.clone(),
            file: raci.source.path.clone(),
            pointer: format!("/process/{index}"),
            owner: known(&process.owner),
            reviewers: process.reviewers.clone(),
            escalation: known(&process.escalation),
        })
        .collect()
}

fn externals(raci: &Raci) -> Vec<ExternalFacts> {
    let externals = raci.file.externals.iter().enumerate();
    externals
        .map(|(index, external)| ExternalFacts {
            id: external.id.clone(),
            file: raci.source.path.clone(),
            pointer: format!("/external/{index}"),
            missing: lacking(&[
                ("contact", !external.contact.trim().is_empty()),
                ("boundary", !external.boundary.trim().is_empty()),
                ("handover", !external.handover.is_empty()),
            ]),
        })
        .collect()
}

fn responses(all: &Operating, raci: &Raci) -> Vec<ResponseFacts> {
    let responses = raci.file.responses.iter().enumerate();
    responses
        .map(|(index, response)| {
            let mut alerts = all.alerts.iter();
            let mut runbooks = all.runbooks.iter();
            ResponseFacts {
                id: response.id.clone(),
                file: raci.source.path.clone(),
                pointer: format!("/response/{index}"),
                alert: known(&response.alert),
                alert_known: alerts.any(|alert| text(alert, "id") == response.alert),
                runbook_known: runbooks.any(|runbook| runbook.source.path == response.runbook),
            }
        })
        .collect()
}

/// The last review. Where duties are on record and no review is, that is a fact of its own.
fn review(all: &Operating, day: NaiveDate) -> Option<ReviewFacts> {
    let last = all.last_review(day);
    let raci = all.raci.as_ref().map(|raci| raci.source.path.clone());
    let file = last.map(|review| review.source.path.clone()).or(raci)?;
    Some(ReviewFacts {
        file,
        pointer: String::new(),
        known: last.is_some(),
        days_since: last.map_or(0, |review| (day - review.file.date).num_days()),
    })
}
