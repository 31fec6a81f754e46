//! The eight things that must be there for an exchange with one partner, each from the file that says it.
//! Takes no file for the proof of two lines, so that what is absent turns one line only.

use super::Known;
use super::proof::{Proof, numbered};
use crate::catalogue::{OperatingDocument, Operation, Partner};
use crate::model::ReadinessLine;
use serde_json::Value;

pub(super) fn lines(known: &Known<'_>, partner: &Partner) -> Vec<ReadinessLine> {
    vec![
        identity(known).line("identity-thresholds", "identity thresholds"),
        routing(known, partner).line("versioned-routing", "versioned routing"),
        retries(known, partner).line("safe-retries", "safe retries with idempotency"),
        audit(known).line("structured-audit", "structured audit"),
        synthetics(known, partner).line("synthetic-checks", "synthetic checks"),
        alerts(known, partner).line("alert-routing", "alert routing"),
        runbooks(known).line("partner-runbooks", "partner runbooks"),
        contacts(known, partner).line("escalation-contacts", "escalation contacts"),
    ]
}

/// Which attributes decide, by a document with a number, and from which score on where it has scores.
pub(super) fn identity(known: &Known<'_>) -> Proof {
    let mut proof = Proof::default();
    let config = &known.workspace.config.readiness;
    let sources = proof.papers(
        &known.papers.matching,
        config.matching.as_deref(),
        "matching",
    );
    if let Some((source, table)) = numbered(&mut proof, sources).last() {
        let decides = table
            .get("attributes")
            .and_then(toml::Value::as_array)
            .is_some_and(|list| !list.is_empty());
        let missing = format!("{} names no attributes that decide", source.path);
        proof.ask(decides, &source.path, missing);
        if let Some(scoring) = table.get("scoring") {
            let bounds = scoring.get("thresholds").and_then(toml::Value::as_table);
            let missing = format!("{} has scores and no thresholds", source.path);
            let bounded = bounds.is_some_and(|table| !table.is_empty());
            proof.ask(bounded, &source.path, missing);
        }
    }
    proof
}

fn routing(known: &Known<'_>, partner: &Partner) -> Proof {
    let mut proof = Proof::default();
    let config = &known.workspace.config.readiness;
    let sources = proof.papers(&known.papers.routing, config.routing.as_deref(), "routing");
    if let Some((source, table)) = numbered(&mut proof, sources).last() {
        let missing = format!(
            "{} has no row that leads to {}",
            source.path, partner.file.id
        );
        proof.ask(names(table, &partner.file.id), &source.path, missing);
    }
    proof
}

/// Whether a row of any list in the table is about the partner.
fn names(table: &toml::Table, partner: &str) -> bool {
    let rows = table.values().filter_map(toml::Value::as_array).flatten();
    let mut rows = rows.filter_map(|row| row.get("partner"));
    rows.any(|named| named.as_str() == Some(partner))
}

/// Operations that the partner uses, each with the file that declares it.
fn operations<'a>(
    known: &'a Known<'_>,
    partner: &'a Partner,
) -> impl Iterator<Item = (String, &'a Operation)> {
    let entries = known.workspace.catalogue.entries.values();
    let used = entries.filter(|entry| partner.file.uses.contains_key(&entry.file.id));
    used.filter_map(|entry| {
        let operation = entry.file.operation.as_ref()?;
        Some((format!("schemas/{}/entry.toml", entry.file.id), operation))
    })
}

fn retries(known: &Known<'_>, partner: &Partner) -> Proof {
    let mut proof = Proof::default();
    let config = &known.workspace.config.readiness;
    let sources = proof.papers(
        &known.papers.resilience,
        config.resilience.as_deref(),
        "resilience",
    );
    if let Some((source, table)) = numbered(&mut proof, sources).last() {
        let bounded = table
            .get("transient")
            .and_then(|class| class.get("attempts"));
        let missing = format!("{} bounds no attempts of transient failures", source.path);
        proof.ask(bounded.is_some(), &source.path, missing);
    }
    let path = &partner.source.path;
    let failure = partner.file.failure.as_ref();
    let retry = failure.and_then(|failure| failure.retry.as_deref());
    proof.ask(
        retry.is_some(),
        &format!("{path} [failure] retry"),
        format!("{path} names no `retry` policy"),
    );
    for (entry, operation) in operations(known, partner) {
        let declared = operation.idempotency.as_ref();
        let key = declared.is_some_and(|it| it.key.is_some() && it.retention_hours.is_some());
        proof.ask(
            key,
            &format!("{entry} [operation.idempotency]"),
            format!(
                "{entry}: {} states no idempotency key with its retention",
                operation.name
            ),
        );
    }
    proof
}

fn audit(known: &Known<'_>) -> Proof {
    let mut proof = Proof::default();
    let Some(id) = &known.workspace.config.readiness.audit else {
        proof.lacks("`readiness.audit` of matchmark.toml names no entry");
        return proof;
    };
    let entry = known.workspace.catalogue.entry(id);
    let newest = entry.and_then(|entry| entry.served().next_back());
    match newest {
        Some(version) => proof.seen(version.path.clone()),
        None => proof.lacks(format!("the catalogue has no version of `{id}` in use")),
    }
    proof
}

fn synthetics(known: &Known<'_>, partner: &Partner) -> Proof {
    let mut proof = Proof::default();
    let id = &partner.file.id;
    let config = &known.workspace.config.readiness;
    let sources = proof.papers(
        &known.papers.synthetics,
        config.synthetics.as_deref(),
        "synthetics",
    );
    let mut driven = false;
    for source in sources {
        let Some(table) = proof.read::<toml::Table>(source) else {
            continue;
        };
        let own = table.get("partner").and_then(toml::Value::as_str) == Some(id);
        if own || names(&table, id) {
            proof.seen(source.path.clone());
            driven = true;
        }
    }
    if !driven && !sources.is_empty() {
        proof.lacks(format!("no synthetic check drives {id}"));
    }
    proof
}

/// A member of a document as text.
pub(super) fn text<'d>(document: &'d OperatingDocument, key: &str) -> Option<&'d str> {
    document.document.value().get(key).and_then(Value::as_str)
}

/// Alerts that watch every partner or this one, each with a team that can be reached.
fn alerts(known: &Known<'_>, partner: &Partner) -> Proof {
    let mut proof = Proof::default();
    let concerned =
        known.workspace.operating.alerts.iter().filter(|alert| {
            text(alert, "partner").is_none_or(|watched| watched == partner.file.id)
        });
    let mut any = false;
    for alert in concerned {
        any = true;
        let path = &alert.source.path;
        let owner = text(alert, "owner").unwrap_or_default();
        let team = known.workspace.board.team(owner);
        let reached = team.is_some_and(|team| !team.contact.is_empty());
        let missing = format!("{path}: its owner `{owner}` is no team with a contact");
        proof.ask(reached, path, missing);
    }
    if !any {
        let folder = known.workspace.config.operating.as_ref();
        let folder = folder.map_or("the operating documents", |it| it.documents.as_str());
        proof.lacks(format!(
            "{folder} hold no alert that watches {}",
            partner.file.id
        ));
    }
    proof
}

/// Runbooks that somebody can carry out.
fn runbooks(known: &Known<'_>) -> Proof {
    let mut proof = Proof::default();
    let runbooks = &known.workspace.operating.runbooks;
    for runbook in runbooks {
        let path = &runbook.source.path;
        let mut steps = runbook.steps.iter();
        let done = steps.all(|step| !step.commands.is_empty() && !step.success.is_empty());
        let missing =
            format!("{path} has a step without a command or without what success looks like");
        proof.ask(done && !runbook.steps.is_empty(), path, missing);
    }
    if runbooks.is_empty() {
        proof.lacks("there is no runbook");
    }
    proof
}

fn contacts(known: &Known<'_>, partner: &Partner) -> Proof {
    let mut proof = Proof::default();
    let path = &partner.source.path;
    let support = partner.file.support.as_ref();
    let contact = support.is_some_and(|support| !support.contact.is_empty());
    proof.ask(
        contact,
        &format!("{path} [support] contact"),
        format!("{path} names no contact"),
    );
    proof.ask(
        partner.file.escalation.is_some(),
        &format!("{path} escalation"),
        format!("{path} names nobody to call when its contact does not answer"),
    );
    match super::card::incident_owner(known) {
        Ok(owner) => proof.seen(format!(
            "{} answers for incidents, {}",
            owner.team, owner.contact
        )),
        Err(missing) => proof.lacks(missing),
    }
    proof
}
