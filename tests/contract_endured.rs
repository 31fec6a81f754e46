//! What we promise as a consumer, against deliveries written by hand: one that keeps every promise, and broken ones.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use matchmark::catalogue::Workspace;
use matchmark::contract::{Contract, Interaction, Polarity, Versions, endured, play, read};
use matchmark::model::{Call, Delivery, Finding};
use std::path::Path;
use std::time::Duration;

const US: &str = "payer-exchange";
const NOT_HANDLED: &str = "contract/fault-not-handled";

fn shipped() -> Workspace {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (workspace, findings) = matchmark::load::folder(root, None).expect("a readable folder");
    assert!(findings.is_empty(), "{findings:?}");
    workspace
}

/// Our contracts with partners.
fn ours(workspace: &Workspace) -> Vec<Contract> {
    let own = workspace.contracts.iter().filter(|one| one.consumer == US);
    own.map(|source| read(source).unwrap_or_else(|findings| panic!("{findings:#?}")))
        .collect()
}

/// An exchange that keeps the promise of an interaction to the letter.
fn faithful(contract: &Contract, interaction: &Interaction) -> Delivery {
    let fault = interaction.terms.fault.as_ref();
    let fulfilled = interaction.terms.polarity == Polarity::Positive;
    let (attempts, state) = match fault {
        Some(fault) => (fault.expect.attempts, fault.expect.end_state.clone()),
        None if fulfilled => (1, "fulfilled".to_owned()),
        None => (1, "failed".to_owned()),
    };
    let class = match (fault, &interaction.terms.outcome) {
        (Some(fault), _) => Some(fault.expect.class.word()),
        (None, Some(outcome)) => Some(outcome.class.word()),
        (None, None) => None,
    };
    let calls: Vec<Call> = (1..=attempts)
        .map(|number| Call {
            class: class
                .filter(|_| fault.is_none_or(|fault| fault.hits(number)))
                .map(str::to_owned),
            wait: (number < attempts).then_some(Duration::from_secs(60)),
        })
        .collect();
    let mut request = play::call(interaction);
    request
        .headers
        .push(("idempotency-key".into(), "k1".into()));
    let lost =
        |number: &u64| fault.is_some_and(|fault| fault.kind.never_arrives() && fault.hits(*number));
    let arrived = (1..=attempts).filter(|number| !lost(number)).count();
    Delivery {
        partner: contract.provider.clone(),
        contract: contract.path.clone(),
        interaction: interaction.key.clone(),
        requests: vec![request; arrived],
        arrived: arrived as u64,
        calls,
        state,
        code: None,
    }
}

fn deliveries(contract: &Contract) -> Vec<Delivery> {
    let all = contract.interactions.iter();
    all.map(|interaction| faithful(contract, interaction))
        .collect()
}

/// What is said when the delivery of one interaction is changed.
fn with(key: &str, change: impl FnOnce(&mut Delivery)) -> Vec<Finding> {
    let workspace = shipped();
    let contracts = ours(&workspace);
    let has = |contract: &&Contract| contract.interactions.iter().any(|one| one.key == key);
    let contract = contracts
        .iter()
        .find(has)
        .expect("an interaction of that key");
    let mut deliveries = deliveries(contract);
    let delivery = deliveries.iter_mut().find(|one| one.interaction == key);
    change(delivery.unwrap());
    let findings = endured(contract, &deliveries, &Versions::new(&workspace.catalogue));
    for finding in &findings {
        assert!(finding.subject.ends_with(key), "{finding:#?}");
        assert_eq!(finding.hurts[0].who, US);
    }
    findings
}

fn one(findings: Vec<Finding>) -> Finding {
    let [finding] = findings.try_into().expect("one finding");
    finding
}

#[test]
fn whoever_keeps_every_promise_is_not_blamed() {
    let workspace = shipped();
    let versions = Versions::new(&workspace.catalogue);
    let contracts = ours(&workspace);
    assert_eq!(contracts.len(), 3);
    for contract in &contracts {
        let findings = endured(contract, &deliveries(contract), &versions);
        assert!(findings.is_empty(), "{findings:#?}");
    }
}

#[test]
fn a_promise_off_by_one_call_is_caught_for_every_fault() {
    let workspace = shipped();
    let versions = Versions::new(&workspace.catalogue);
    for contract in ours(&workspace) {
        for (at, interaction) in contract.interactions.iter().enumerate() {
            let Some(fault) = &interaction.terms.fault else {
                continue;
            };
            let mut deliveries = deliveries(&contract);
            deliveries[at].calls.push(Call {
                class: Some(fault.expect.class.word().to_owned()),
                wait: None,
            });
            let finding = one(endured(&contract, &deliveries, &versions));
            assert_eq!(finding.rule, NOT_HANDLED, "{}", interaction.key);
            let promised = format!("not {}", fault.expect.attempts);
            assert!(finding.message.contains(&promised), "{}", finding.message);
        }
    }
}

#[test]
fn another_end_and_another_class_are_caught() {
    let finding = one(with("px-nw-busy-twice", |delivery| {
        delivery.state = "dead-lettered".to_owned();
        delivery.code = Some("partner/unavailable".to_owned());
    }));
    assert_eq!(finding.rule, NOT_HANDLED);
    assert!(
        finding
            .message
            .contains("ended dead-lettered, not fulfilled")
    );
    let finding = one(with("px-nw-busy-twice", |delivery| {
        delivery.calls[0].class = Some("permanent".to_owned());
    }));
    assert!(
        finding
            .message
            .contains("counted as permanent, not transient")
    );
    let finding = one(with("px-nw-malformed-json", |delivery| {
        delivery.calls[0].class = None;
    }));
    assert!(
        finding
            .message
            .contains("no call failed, permanent is promised")
    );
}

#[test]
fn an_exchange_without_a_fault_must_end_as_its_answer_says() {
    for (key, state) in [
        ("px-cm-one-match", "failed"),
        ("px-cm-no-match", "fulfilled"),
    ] {
        let finding = one(with(key, |delivery| delivery.state = state.to_owned()));
        assert_eq!(finding.rule, "contract/delivery-failed");
    }
}

#[test]
fn a_wait_that_the_partner_asked_for_is_not_shortened() {
    let finding = one(with("px-nw-throttled", |delivery| {
        delivery.calls[0].wait = Some(Duration::from_secs(29));
    }));
    assert_eq!(finding.rule, NOT_HANDLED);
    assert!(finding.message.contains("shorter than the 30 s"));
}

#[test]
fn the_same_call_again_carries_the_same_key() {
    for change in [
        (|delivery: &mut Delivery| {
            let key = delivery.requests[1].headers.last_mut().unwrap();
            key.1 = "k2".to_owned();
        }) as fn(&mut Delivery),
        |delivery| {
            delivery.requests[1].headers.pop();
        },
    ] {
        let finding = one(with("px-nw-busy-twice", change));
        assert!(
            finding.message.contains("idempotency key"),
            "{}",
            finding.message
        );
    }
}

#[test]
fn what_the_partner_saw_counts_and_not_what_we_say() {
    let finding = one(with("px-nw-timeout", |delivery| delivery.arrived = 3));
    assert!(
        finding
            .message
            .contains("the partner saw 3 calls, we say 2")
    );
    // Calls to a port that nobody listens on are seen by nobody.
    let finding = one(with("px-nw-refused", |delivery| delivery.arrived = 6));
    assert!(
        finding
            .message
            .contains("the partner saw 6 calls, we say 0")
    );
}

#[test]
fn another_request_than_the_contract_shows_is_told_once_and_without_values() {
    let findings = with("px-nw-busy-twice", |delivery| {
        for request in &mut delivery.requests {
            let body = String::from_utf8(request.body.clone()).unwrap();
            request.body = body.replace("1955-04-06", "canary-7f3a").into_bytes();
        }
    });
    let finding = one(findings);
    assert_eq!(finding.rule, "contract/body-mismatch");
    let shown = format!("{finding:?}");
    assert!(!shown.contains("canary"), "{shown}");
    assert!(shown.contains("birthDate"), "{shown}");
}

#[test]
fn what_was_not_tried_is_not_verified() {
    let workspace = shipped();
    let versions = Versions::new(&workspace.catalogue);
    for contract in &ours(&workspace) {
        let findings = endured(contract, &[], &versions);
        assert_eq!(findings.len(), contract.interactions.len());
        assert!(
            findings
                .iter()
                .all(|one| one.rule == "contract/not-verified")
        );
    }
}
