//! How the exchange is run, as far as documents say it: what they promise, whom they call, what a step tells.

use super::operation::lacking;
use super::{count, known, runbook};
use crate::catalogue::{Operating, OperatingDocument, Raci, Workspace};
use crate::policy::input::{
    AlertFacts, AreaFacts, ExternalFacts, Input, ProcessFacts, ResponseFacts, ReviewFacts,
    SlaFacts, UNKNOWN,
};
use chrono::NaiveDate;
use serde_json::Value;

/// Fills every collection about the running of the exchange.
pub(super) fn fill(input: &mut Input, head: &Workspace, day: NaiveDate) {
    let all = &head.operating;
    input.slas = all.slas.iter().map(|one| sla(head, one)).collect();
    input.alerts = all.alerts.iter().map(|one| alert(head, day, one)).collect();
    input.runbooks = all
        .runbooks
        .iter()
        .map(|one| runbook::of(all, one))
        .collect();
    if let Some(raci) = &all.raci {
        input.areas = areas(raci, day);
        input.processes = processes(raci);
        input.externals = externals(raci);
        input.responses = responses(all, raci);
    }
    input.reviews = review(all, day).into_iter().collect();
}

pub(super) fn text<'a>(one: &'a OperatingDocument, member: &str) -> &'a str {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::super::tests::shipped;
    use super::*;
    use std::sync::Arc;
    use wire::json::{Document, Limits};

    fn day() -> NaiveDate {
        "2026-11-20".parse().unwrap()
    }

    fn with(one: &OperatingDocument, change: impl FnOnce(&mut Value)) -> OperatingDocument {
        let mut value = one.document.value().clone();
        change(&mut value);
        let document = Document::parse(value.to_string().as_bytes(), &Limits::FILE).unwrap();
        OperatingDocument {
            source: one.source.clone(),
            document: Arc::new(document),
        }
    }

    #[test]
    fn row_s0_26_each_promise_that_is_not_made_is_named() {
        let head = shipped();
        for one in &head.operating.slas {
            assert!(sla(&head, one).missing.is_empty(), "{}", one.source.path);
        }
        let first = &head.operating.slas[0];
        for (member, name) in [
            ("availability", "availability"),
            ("latency", "latency"),
            ("deprecation_days", "deprecation-notice"),
            ("correction_days", "data-correction"),
            ("exclusions", "exclusions"),
        ] {
            let poorer = with(first, |it| {
                it.as_object_mut().unwrap().shift_remove(member);
            });
            assert_eq!(sla(&head, &poorer).missing, [name]);
        }
        for (member, name) in [
            ("response_minutes", "support-response"),
            ("update_minutes", "incident-updates"),
        ] {
            let poorer = with(first, |it| {
                let line = it.pointer_mut("/support/0").unwrap();
                line.as_object_mut().unwrap().shift_remove(member);
            });
            assert_eq!(sla(&head, &poorer).missing, [name]);
        }
    }

    #[test]
    fn row_s0_27_duties_of_nobody_are_told_of_the_promises_that_rest_on_them() {
        let mut head = shipped();
        head.partners
            .get_mut("contoso")
            .unwrap()
            .file
            .responsibilities = None;
        let without: Vec<String> = head
            .operating
            .slas
            .iter()
            .map(|one| sla(&head, one))
            .filter(|facts| !facts.shared_responsibilities)
            .map(|facts| facts.id)
            .collect();
        assert_eq!(without, ["contoso", "platform"]);
    }

    #[test]
    fn row_s2_03_an_alert_tells_whether_anybody_comes_and_what_is_opened() {
        let head = shipped();
        for one in &head.operating.alerts {
            let facts = alert(&head, day(), one);
            assert!(
                facts.runbook_known && facts.owner_known && facts.on_call,
                "{}",
                facts.id
            );
        }
        let first = &head.operating.alerts[0];
        let lost = with(first, |it| it["runbook"] = "docs/runbooks/absent.md".into());
        assert!(!alert(&head, day(), &lost).runbook_known);
        let strange = with(first, |it| it["owner"] = "compliance".into());
        let facts = alert(&head, day(), &strange);
        assert!(facts.owner_known && !facts.on_call);
        let nobody = with(first, |it| it["owner"] = "nobody".into());
        assert!(!alert(&head, day(), &nobody).owner_known);
    }

    #[test]
    fn row_s2_65_who_is_accountable_and_not_on_call_is_told() {
        let mut head = shipped();
        let raci = head.operating.raci.as_mut().unwrap();
        assert!(
            areas(raci, day())
                .iter()
                .all(|area| area.on_call && area.accountable.len() == 1)
        );
        raci.file.on_call[0].until = "2026-11-19".parse().ok();
        let away: Vec<String> = areas(raci, day())
            .into_iter()
            .filter(|area| !area.on_call)
            .map(|area| area.area)
            .collect();
        assert_eq!(away, ["identity", "matcher", "identity-issues"]);
    }

    #[test]
    fn what_is_not_agreed_with_an_outside_dependency_is_named() {
        let mut head = shipped();
        let raci = head.operating.raci.as_mut().unwrap();
        assert!(externals(raci).iter().all(|one| one.missing.is_empty()));
        raci.file.externals[0].handover.clear();
        raci.file.externals[0].boundary.clear();
        assert_eq!(externals(raci)[0].missing, ["boundary", "handover"]);
    }

    #[test]
    fn the_last_review_counts_and_none_at_all_is_a_fact() {
        let mut all = shipped().operating;
        let told = review(&all, day()).unwrap();
        assert_eq!((told.known, told.days_since), (true, 31));
        let early = review(&all, "2026-10-19".parse().unwrap()).unwrap();
        assert_eq!(
            (early.known, early.file.as_str()),
            (false, "policies/raci.toml")
        );
        all.reviews.clear();
        all.raci = None;
        assert_eq!(review(&all, day()), None);
    }

    #[test]
    fn the_five_automated_responses_are_registered_with_an_alert_and_a_runbook() {
        let all = shipped().operating;
        let told = responses(&all, all.raci.as_ref().unwrap());
        assert_eq!(told.len(), 5);
        assert!(told.iter().all(|one| one.alert_known && one.runbook_known));
    }
}
