//! Waits, attempts, and which rule is for which failure.
//! Refuses to look at breakers and budgets: they are tested beside their code.

#![allow(clippy::unwrap_used)]
use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};

fn document() -> Value {
    let rule = |errors: Value, attempts: u32, waits: [u64; 3], jitter: &str| {
        let [base, cap, total] = waits;
        json!({"errors": errors, "attempts": attempts, "base-ms": base, "factor": 2, "cap-ms": cap,
            "total-ms": total, "jitter": jitter})
    };
    let transient = json!([
        "partner/unavailable",
        "transport/timeout",
        "transport/reset"
    ]);
    json!({
        "number": 1,
        "title": "test",
        "transient": rule(transient, 6, [2_000, 60_000, 600_000], "full"),
        "throttled": rule(json!(["partner/throttled"]), 8, [5_000, 300_000, 3_600_000], "upward"),
        "auth-refresh": rule(json!(["auth/token-expired"]), 2, [0, 0, 60_000], "none"),
        "budget": {"earn-thousandths": 100, "reserve": 10, "wait-ms": 1_000},
        "breaker": {"ring": 20, "least-calls": 10, "open-at-per-cent": 50, "wait-ms": 30_000,
            "longest-wait-ms": 300_000, "probes": 3, "probing-wait-ms": 5_000},
        "limits": {"calls-per-partner": 4, "calls-in-all": 16, "busy-wait-ms": 1_000, "open-exchanges": 100,
            "full-wait-ms": 5_000, "paused-wait-ms": 60_000, "replay-batch": 10},
    })
}

fn policy() -> RetryPolicy {
    serde_json::from_value(document()).unwrap()
}

/// The document with one member changed, or added.
fn changed(path: &str, value: Value) -> RetryPolicy {
    let mut document = document();
    let (parent, name) = path.rsplit_once('/').unwrap();
    let parent = document.pointer_mut(parent).unwrap();
    parent
        .as_object_mut()
        .unwrap()
        .insert(name.to_owned(), value);
    serde_json::from_value(document).unwrap()
}

/// A rule of its own for a code.
fn own(code: &str, states: Value, attempts: u32) -> Value {
    json!({"errors": [code], "states": states, "attempts": attempts, "base-ms": 7_000, "factor": 1,
        "cap-ms": 7_000, "total-ms": 600_000, "jitter": "none"})
}

fn failed(code: Code, attempt: u32) -> Failed {
    Failed {
        code,
        state: State::Routed,
        attempt,
        elapsed: Duration::ZERO,
        retry_after: None,
    }
}

const DOWN: Code = Code::PartnerUnavailable;
const THROTTLED: Code = Code::PartnerThrottled;

#[test]
fn waits_double_up_to_the_cap_and_end_after_the_last_attempt() {
    let next = |attempt| policy().next(&failed(DOWN, attempt), 1.0);
    let seconds: Vec<_> = (1..=6)
        .map(|n| next(n).map(|wait| wait.as_secs()))
        .collect();
    assert_eq!(
        seconds,
        [Some(2), Some(4), Some(8), Some(16), Some(32), None]
    );
    let throttled = policy().next(&failed(THROTTLED, 7), 0.0);
    assert_eq!(throttled, Some(Duration::from_secs(300)));
}

#[test]
fn full_jitter_reaches_down_to_nothing() {
    let wait = policy().next(&failed(DOWN, 3), 0.0);
    assert_eq!(wait, Some(Duration::ZERO));
}

#[test]
fn a_wait_that_the_partner_asked_for_is_never_shortened() {
    for code in [DOWN, THROTTLED] {
        let asked = Failed {
            retry_after: Some(Duration::from_secs(400)),
            ..failed(code, 1)
        };
        assert!(policy().next(&asked, 0.0).unwrap() >= Duration::from_secs(400));
    }
}

#[test]
fn the_total_time_is_a_limit() {
    let late = Failed {
        elapsed: Duration::from_secs(599),
        ..failed(DOWN, 2)
    };
    assert_eq!(policy().next(&late, 1.0), None);
    assert!(policy().next(&late, 0.1).is_some());
}

#[test]
fn business_failures_have_no_next_attempt_whatever_a_document_says() {
    for code in Code::all().filter(|code| !code.is_retryable()) {
        assert_eq!(policy().next(&failed(code, 1), 0.5), None, "{code}");
        let bold = changed("/rule", json!([own(&code.to_string(), json!([]), 9)]));
        assert_eq!(bold.next(&failed(code, 1), 0.5), None, "{code}");
        let faults: Vec<_> = bold.faults().into_iter().map(|unfit| unfit.fault).collect();
        assert_eq!(faults, [Fault::NeverRetried], "{code}");
    }
}

#[test]
fn a_retryable_code_that_no_rule_names_is_not_retried() {
    assert_eq!(policy().next(&failed(Code::TransportRefused, 1), 0.5), None);
}

#[test]
fn row_s2_26_a_rule_of_one_code_changes_that_code_only() {
    let rule = own("transport/timeout", json!([]), 2);
    let (before, after) = (policy(), changed("/rule", json!([rule])));
    assert_eq!(after.faults(), []);
    for code in Code::all() {
        for attempt in 1..=8 {
            let next = |policy: &RetryPolicy| policy.next(&failed(code, attempt), 0.5);
            match code {
                Code::TransportTimeout => {
                    let wait = (attempt == 1).then_some(Duration::from_secs(7));
                    assert_eq!(next(&after), wait);
                }
                _ => assert_eq!(next(&after), next(&before), "{code}"),
            }
        }
    }
}

#[test]
fn row_s2_26_a_rule_of_a_state_goes_before_one_of_the_code() {
    let rules = [
        own("transport/timeout", json!([]), 2),
        own("transport/timeout", json!(["acknowledged"]), 9),
    ];
    let policy = changed("/rule", json!(rules));
    assert_eq!(policy.faults(), []);
    let attempts = |state| policy.rule(Code::TransportTimeout, state).unwrap().attempts;
    assert_eq!(attempts(State::Routed), 2);
    assert_eq!(attempts(State::Acknowledged), 9);
}

#[test]
fn row_s0_58_a_policy_without_attempts_backoff_jitter_or_retryable_errors_is_no_policy() {
    for class in ["transient", "throttled", "auth-refresh"] {
        for member in [
            "attempts", "base-ms", "factor", "cap-ms", "jitter", "errors",
        ] {
            let mut document = document();
            let rule = document.get_mut(class).unwrap().as_object_mut().unwrap();
            rule.remove(member).unwrap();
            assert!(
                serde_json::from_value::<RetryPolicy>(document).is_err(),
                "{class} {member}"
            );
        }
    }
    let schema = serde_json::to_value(schemars::schema_for!(RetryRule)).unwrap();
    let required = schema["required"].as_array().unwrap();
    for member in [
        "attempts", "base-ms", "factor", "cap-ms", "jitter", "errors",
    ] {
        assert!(required.contains(&json!(member)), "{member}");
    }
}

#[test]
fn a_document_whose_rules_cannot_work_is_unfit() {
    let faults = |policy: RetryPolicy| -> Vec<(String, Fault)> {
        let faults = policy.faults().into_iter();
        faults.map(|unfit| (unfit.path, unfit.fault)).collect()
    };
    assert_eq!(faults(policy()), []);
    let twice = json!([
        own("transport/reset", json!([]), 2),
        own("transport/reset", json!([]), 3)
    ]);
    for (path, value, place, fault) in [
        ("/rule", twice, "/rule/1", Fault::Claimed),
        ("/transient/attempts", json!(0), "/transient", Fault::Number),
        ("/transient/cap-ms", json!(1), "/transient", Fault::Number),
        (
            "/transient/states",
            json!(["routed"]),
            "/transient/states",
            Fault::StateOfClass,
        ),
        (
            "/throttled/errors",
            json!(["transport/reset"]),
            "/throttled/errors",
            Fault::OtherClass,
        ),
        (
            "/breaker/probes",
            json!(0),
            "/breaker/probes",
            Fault::Number,
        ),
        (
            "/breaker/least-calls",
            json!(21),
            "/breaker/least-calls",
            Fault::Number,
        ),
        (
            "/breaker/wait-ms",
            json!(300_001),
            "/breaker/wait-ms",
            Fault::Number,
        ),
        (
            "/limits/calls-in-all",
            json!(3),
            "/limits/calls-in-all",
            Fault::Number,
        ),
        (
            "/limits/open-exchanges",
            json!(0),
            "/limits/open-exchanges",
            Fault::Number,
        ),
        (
            "/limits/inbound",
            json!({"poll": {"calls": 0, "per-seconds": 1, "burst": 1}}),
            "/limits",
            Fault::Number,
        ),
    ] {
        assert_eq!(
            faults(changed(path, value)),
            [(place.to_owned(), fault)],
            "{path}"
        );
    }
}

#[test]
fn an_expired_token_is_refreshed_once_and_tried_once() {
    let next = |attempt| policy().next(&failed(Code::TokenExpired, attempt), 0.5);
    assert_eq!((next(1), next(2)), (Some(Duration::ZERO), None));
}

proptest! {
    #[test]
    fn every_wait_stays_inside_its_envelope(attempt in 1u32..6, unit in 0.0f64..1.0) {
        let wait = policy().next(&failed(DOWN, attempt), unit).unwrap();
        let ceiling = 2_000 * 2u64.pow(attempt - 1);
        prop_assert!(wait <= Duration::from_millis(ceiling.min(60_000)));
    }

    #[test]
    fn row_s0_58_a_wait_asked_for_is_a_floor_and_the_total_a_ceiling(
        attempt in 1u32..9, unit in 0.0f64..1.0, elapsed in 0u64..700, asked in proptest::option::of(0u64..400)
    ) {
        for code in [DOWN, THROTTLED] {
            let failed = Failed {
                elapsed: Duration::from_secs(elapsed),
                retry_after: asked.map(Duration::from_secs),
                ..failed(code, attempt)
            };
            let policy = policy();
            let rule = policy.rule(code, State::Routed).unwrap();
            match policy.next(&failed, unit) {
                Some(wait) => {
                    prop_assert!(attempt < rule.attempts);
                    prop_assert!(failed.retry_after.is_none_or(|asked| wait >= asked));
                    prop_assert!(failed.elapsed + wait <= Duration::from_millis(rule.total_ms));
                }
                None if attempt < rule.attempts => {
                    let longest = Duration::from_millis(rule.cap_ms).max(failed.retry_after.unwrap_or_default());
                    prop_assert!(failed.elapsed + longest.mul_f64(1.25) > Duration::from_millis(rule.total_ms));
                }
                None => {}
            }
        }
    }

    #[test]
    fn no_input_makes_a_wait_panic(attempt: u32, unit: f64, elapsed: u32, after: Option<u32>) {
        for code in Code::all() {
            let failed = Failed {
                elapsed: Duration::from_secs(u64::from(elapsed)),
                retry_after: after.map(|s| Duration::from_secs(u64::from(s))),
                ..failed(code, attempt)
            };
            let _ = policy().next(&failed, unit);
        }
    }
}
