//! The guard by what its callers are told.
//! Refuses to test the breaker and the budget again: the rules do.

#![allow(clippy::unwrap_used, clippy::panic)]
use super::*;
use crate::clock::{ManualClock, Winding};
use crate::config::{organisation, partner};

fn policy() -> RetryPolicy {
    toml::from_str(include_str!("../../../../config/resilience/1.toml")).unwrap()
}

fn at(seconds: i64) -> Timestamp {
    let start: Timestamp = "2026-10-01T12:00:00Z".parse().unwrap();
    start + chrono::TimeDelta::seconds(seconds)
}

fn guard() -> Arc<Guard> {
    Guard::new(Arc::new(ManualClock::new(at(0), Winding::ByHand)))
}

fn payer(id: &str) -> Partner {
    partner(
        id,
        organisation("urn:payers", id),
        "http://127.0.0.1:9",
        "hrex-1.2",
    )
}

fn wish(partner: &Partner, is_retry: bool) -> Wish<'_> {
    Wish {
        partner,
        operation: Operation::MemberMatch,
        is_retry,
    }
}

/// The guard after ten calls that failed at `at(0)`: open until `at(30)`.
fn opened(policy: &RetryPolicy, partner: &Partner) -> Arc<Guard> {
    let guard = guard();
    for _ in 0..10 {
        let permit = guard
            .admit(policy, &wish(partner, false), at(0))
            .ok()
            .unwrap();
        permit.ended(Some(Code::PartnerUnavailable), at(0));
    }
    guard
}

#[test]
fn an_open_breaker_bars_its_own_line_only() {
    let (policy, contoso, other) = (policy(), payer("contoso"), payer("northwind"));
    let guard = opened(&policy, &contoso);
    let barred = guard.admit(&policy, &wish(&contoso, false), at(10)).err();
    let expected = Barred {
        hold: Hold::BreakerOpen,
        code: Code::BreakerOpen,
        wait: Duration::from_secs(20),
        paused: None,
    };
    assert_eq!(barred, Some(expected));
    assert!(guard.admit(&policy, &wish(&other, false), at(10)).is_ok());
    let export = Wish {
        operation: Operation::DataExport,
        ..wish(&contoso, false)
    };
    assert!(guard.admit(&policy, &export, at(10)).is_ok());
    let until = guard.open_until(&contoso, Operation::MemberMatch, at(10));
    assert_eq!(until, Some(at(30)));
}

#[test]
fn a_permit_that_is_dropped_leaves_its_place_and_its_probe_to_another() {
    let (policy, contoso) = (policy(), payer("contoso"));
    let guard = opened(&policy, &contoso);
    let ask = || guard.admit(&policy, &wish(&contoso, true), at(30));
    let probes: Vec<_> = (0..3).map(|_| ask().ok().unwrap()).collect();
    assert!(ask().is_err());
    drop(probes);
    assert_eq!(guard.standings(at(30)).first().unwrap().under_way, 0);
    assert!(ask().is_ok());
}

#[test]
fn places_are_bounded_per_partner_and_in_all() {
    let (mut policy, contoso, other) = (policy(), payer("contoso"), payer("northwind"));
    policy.limits.calls_per_partner = 2;
    policy.limits.calls_in_all = 3;
    let guard = guard();
    let ask = |partner: &Partner| guard.admit(&policy, &wish(partner, false), at(0));
    let held: Vec<_> = (0..2).map(|_| ask(&contoso).ok().unwrap()).collect();
    let barred = ask(&contoso).err().unwrap();
    assert_eq!(
        (barred.hold, barred.wait),
        (Hold::Throttled, Duration::from_secs(1))
    );
    let third = ask(&other).ok().unwrap();
    assert!(ask(&other).is_err());
    drop(held);
    assert!(ask(&other).is_ok());
    drop(third);
}

#[test]
fn a_retry_without_budget_waits_and_a_first_call_does_not() {
    let (policy, contoso) = (policy(), payer("contoso"));
    let guard = guard();
    let ask = |is_retry| guard.admit(&policy, &wish(&contoso, is_retry), at(0));
    for _ in 0..10 {
        // An answer that helps nobody: no failure of the partner, no use of the retry.
        ask(true)
            .ok()
            .unwrap()
            .ended(Some(Code::PartnerThrottled), at(0));
    }
    let barred = ask(true).err().unwrap();
    assert_eq!(
        (barred.hold, barred.wait),
        (Hold::Backoff, Duration::from_secs(30))
    );
    assert!(ask(false).is_ok());
}

#[test]
fn a_retry_that_helps_costs_nothing() {
    let (policy, contoso) = (policy(), payer("contoso"));
    let guard = guard();
    for _ in 0..100 {
        let permit = guard.admit(&policy, &wish(&contoso, true), at(0));
        permit.ok().unwrap().ended(None, at(0));
    }
}

/// 1,000 requests to a partner that is down, each tried as often as its policy and the guard let it be.
#[test]
fn a_partner_that_is_down_is_asked_at_most_a_tenth_more_often_than_there_are_requests() {
    let (policy, contoso) = (policy(), payer("contoso"));
    let guard = guard();
    let mut calls = 0;
    // Due time, attempts made, number: every request asks again when it was told to.
    let mut due: std::collections::BTreeSet<(i64, u32, u32)> =
        (0..1_000).map(|number| (0, 0, number)).collect();
    while let Some((now, attempts, number)) = due.pop_first() {
        if now > 3_600 {
            break;
        }
        let wait = match guard.admit(&policy, &wish(&contoso, attempts > 0), at(now)) {
            Ok(permit) => {
                calls += 1;
                permit.ended(Some(Code::PartnerUnavailable), at(now));
                let attempts = attempts + 1;
                if attempts < policy.transient.attempts {
                    due.insert((now + 2, attempts, number));
                }
                continue;
            }
            Err(barred) => i64::try_from(barred.wait.as_secs()).unwrap().max(1),
        };
        due.insert((now + wait, attempts, number));
    }
    assert!(calls <= 1_100, "{calls} calls for 1,000 requests");
}
