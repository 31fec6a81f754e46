//! What was agreed with each partner, and what was not.

use super::known;
use super::operation::lacking;
use crate::catalogue::{ContractSource, Failure, Partner, Support, Workspace};
use crate::policy::input::{DutyFacts, FailureFacts, PartnerFacts, UNKNOWN, UseFacts};
use chrono::NaiveDate;
use wire::json::pointer_escape;

pub(super) fn of(head: &Workspace, day: NaiveDate) -> Vec<PartnerFacts> {
    let partners = head.partners.values();
    partners.map(|partner| facts(head, day, partner)).collect()
}

fn word(text: Option<&String>) -> String {
    known(text.map_or("", String::as_str))
}

/// The pointer of a table of the profile, or of the whole profile that lacks it.
fn table(name: &str, there: bool) -> String {
    if there {
        format!("/{name}")
    } else {
        String::new()
    }
}

fn facts(head: &Workspace, day: NaiveDate, partner: &Partner) -> PartnerFacts {
    let file = &partner.file;
    let duties = file.responsibilities.as_ref();
    let uses = file.uses.iter().map(|(entry, range)| UseFacts {
        schema: entry.clone(),
        range: range.to_string(),
        pointer: format!("/uses/{}", pointer_escape(entry)),
    });
    PartnerFacts {
        id: file.id.clone(),
        maturity: file.maturity,
        criticality: file.criticality,
        live: file.live.is_some_and(|live| live <= day),
        support_pointer: table("support", file.support.is_some()),
        support_missing: support(file.support.as_ref()),
        failure: failure(file.failure.as_ref()),
        contract: has_contract(&head.contracts, &head.config.payer.id, &file.id),
        telemetry: word(file.telemetry.as_ref()),
        escalation: word(file.escalation.as_ref()),
        responsibilities: DutyFacts {
            pointer: table("responsibilities", duties.is_some()),
            ours: duties.map_or_else(Vec::new, |duties| duties.ours.clone()),
            theirs: duties.map_or_else(Vec::new, |duties| duties.theirs.clone()),
        },
        uses: uses.collect(),
    }
}

fn support(support: Option<&Support>) -> Vec<String> {
    let said = |of: fn(&Support) -> &str| support.is_some_and(|it| !of(it).trim().is_empty());
    lacking(&[
        ("contact", said(|it| &it.contact)),
        ("hours", said(|it| &it.hours)),
        (
            "response",
            support.is_some_and(|it| !it.response.is_empty()),
        ),
    ])
}

fn failure(agreed: Option<&Failure>) -> FailureFacts {
    let said = |of: fn(&Failure) -> Option<&String>| word(agreed.and_then(of));
    let idempotency = said(|it| it.idempotency.as_ref());
    let timeout = agreed.and_then(|it| it.timeout_ms).unwrap_or(0);
    let duplicates = said(|it| it.duplicates.as_ref());
    let dead_letter = said(|it| it.dead_letter.as_ref());
    let missing = lacking(&[
        ("idempotency", idempotency != UNKNOWN),
        ("timeout", timeout > 0),
        ("duplicate-suppression", duplicates != UNKNOWN),
        ("dead-letter", dead_letter != UNKNOWN),
    ]);
    FailureFacts {
        pointer: table("failure", agreed.is_some()),
        idempotency,
        timeout_ms: u32::try_from(timeout).unwrap_or(u32::MAX),
        duplicate_suppression: duplicates,
        dead_letter,
        retry: said(|it| it.retry.as_ref()),
        fallback: said(|it| it.fallback.as_ref()),
        missing,
    }
}

/// Whether the two have a contract: one that the partner wrote, or one of ours that is about it.
fn has_contract(contracts: &[ContractSource], us: &str, partner: &str) -> bool {
    let named = |contract: &ContractSource| {
        let name = contract.source.path.rsplit('/').next().unwrap_or_default();
        name.trim_end_matches(".json") == partner
    };
    contracts.iter().any(|contract| {
        contract.consumer == partner || (contract.consumer == us && named(contract))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::super::tests::shipped;
    use super::*;
    use crate::catalogue::Responsibilities;

    fn after(change: impl FnOnce(&mut crate::catalogue::PartnerFile)) -> PartnerFacts {
        let mut head = shipped();
        let partner = head.partners.get_mut("contoso").unwrap();
        change(&mut partner.file);
        let day = "2026-11-20".parse().unwrap();
        of(&head, day)
            .into_iter()
            .find(|one| one.id == "contoso")
            .unwrap()
    }

    #[test]
    fn row_s0_08_each_of_the_four_that_is_not_agreed_is_named() {
        assert!(after(|_| {}).failure.missing.is_empty());
        type Drop = fn(&mut Failure);
        let drops: [(&str, Drop); 4] = [
            ("idempotency", |it| it.idempotency = None),
            ("timeout", |it| it.timeout_ms = None),
            ("duplicate-suppression", |it| {
                it.duplicates = Some(" ".to_owned())
            }),
            ("dead-letter", |it| it.dead_letter = None),
        ];
        for (name, drop) in drops {
            let facts = after(|file| drop(file.failure.as_mut().unwrap()));
            assert_eq!(facts.failure.missing, [name]);
        }
        let nothing = after(|file| file.failure = None).failure;
        assert_eq!((nothing.missing.len(), nothing.pointer.as_str()), (4, ""));
    }

    #[test]
    fn a_partner_is_live_from_its_day_on() {
        for (day, live) in [("2026-11-20", true), ("2026-11-21", false)] {
            let facts = after(|file| file.live = day.parse().ok());
            assert_eq!(facts.live, live, "{day}");
        }
        assert!(!after(|file| file.live = None).live);
    }

    #[test]
    fn what_nobody_agreed_is_unknown_or_empty() {
        let facts = after(|file| {
            file.telemetry = None;
            file.escalation = None;
            file.support = None;
            file.responsibilities = Some(Responsibilities {
                ours: Vec::new(),
                theirs: vec!["x".to_owned()],
            });
        });
        assert_eq!(
            (facts.telemetry.as_str(), facts.escalation.as_str()),
            (UNKNOWN, UNKNOWN)
        );
        assert_eq!(facts.support_missing, ["contact", "hours", "response"]);
        assert!(facts.responsibilities.ours.is_empty());
        assert!(facts.contract);
    }
}
