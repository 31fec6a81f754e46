//! The breaker by its rule, and by every order of calls that chance comes up with.
//! Refuses the guard around it, which has tests of its own.

#![allow(clippy::unwrap_used, clippy::panic)]
use super::*;
use proptest::prelude::*;

const RULE: BreakerRule = BreakerRule {
    ring: 20,
    least_calls: 10,
    open_at_per_cent: 50,
    wait_ms: 30_000,
    longest_wait_ms: 300_000,
    probes: 3,
    probing_wait_ms: 5_000,
};

fn at(seconds: i64) -> Timestamp {
    let start: Timestamp = "2026-10-01T12:00:00Z".parse().unwrap();
    start + TimeDelta::seconds(seconds)
}

fn through(breaker: &mut Breaker, now: Timestamp) -> Pass {
    match breaker.admit(&RULE, now) {
        Admission::Through(pass) => pass,
        Admission::Refused { until } => panic!("refused until {until}"),
    }
}

fn call(breaker: &mut Breaker, outcome: Outcome, now: Timestamp) -> Option<Turn> {
    let pass = through(breaker, now);
    breaker.record(&RULE, pass, outcome, now)
}

/// Opened at the time `at(0)`, until `at(30)`.
fn opened() -> Breaker {
    let mut breaker = Breaker::default();
    for _ in 0..9 {
        assert_eq!(call(&mut breaker, Outcome::Faulty, at(0)), None);
    }
    let turn = call(&mut breaker, Outcome::Faulty, at(0));
    assert_eq!(turn, Some(Turn::Opened { until: at(30) }));
    breaker
}

#[test]
fn nine_failures_say_nothing_and_the_tenth_opens() {
    let breaker = opened();
    assert_eq!(breaker.state(at(29)), BreakerState::Open);
    assert_eq!(breaker.open_until(at(29)), Some(at(30)));
}

#[test]
fn it_opens_at_half_of_the_last_twenty() {
    let mut breaker = Breaker::default();
    for _ in 0..20 {
        call(&mut breaker, Outcome::Answered, at(0));
    }
    for failures in 1..10 {
        assert_eq!(
            call(&mut breaker, Outcome::Faulty, at(0)),
            None,
            "{failures}"
        );
    }
    assert_eq!(breaker.last_calls(), (9, 20));
    assert!(call(&mut breaker, Outcome::Faulty, at(0)).is_some());
}

#[test]
fn an_open_breaker_lets_nobody_through_and_says_until_when() {
    let mut breaker = opened();
    for second in 0..30 {
        let refused = Admission::Refused { until: at(30) };
        assert_eq!(breaker.admit(&RULE, at(second)), refused);
    }
}

#[test]
fn exactly_three_probes_of_two_hundred_callers_go_through() {
    let mut breaker = opened();
    let admitted = (0..200)
        .filter(|_| matches!(breaker.admit(&RULE, at(30)), Admission::Through(_)))
        .count();
    assert_eq!(admitted, 3);
    assert_eq!(breaker.state(at(30)), BreakerState::HalfOpen);
    let refused = Admission::Refused { until: at(36) };
    assert_eq!(breaker.admit(&RULE, at(31)), refused);
}

#[test]
fn three_successes_close_it_and_two_do_not() {
    let mut breaker = opened();
    assert_eq!(call(&mut breaker, Outcome::Answered, at(30)), None);
    assert_eq!(call(&mut breaker, Outcome::Answered, at(31)), None);
    assert_eq!(breaker.state(at(31)), BreakerState::HalfOpen);
    let closed = call(&mut breaker, Outcome::Answered, at(32));
    assert_eq!(closed, Some(Turn::Closed));
    assert_eq!(breaker.state(at(32)), BreakerState::Closed);
    // What was before is forgotten.
    assert_eq!(call(&mut breaker, Outcome::Faulty, at(33)), None);
}

#[test]
fn every_failed_probe_doubles_the_wait_up_to_five_minutes() {
    let mut breaker = opened();
    let mut now = 30;
    for wait in [60, 120, 240, 300, 300] {
        let turn = call(&mut breaker, Outcome::Faulty, at(now));
        now += wait;
        assert_eq!(turn, Some(Turn::Opened { until: at(now) }));
    }
}

#[test]
fn one_failed_probe_is_enough_and_its_fellows_say_nothing_any_more() {
    let mut breaker = opened();
    let probes = [(); 3].map(|()| through(&mut breaker, at(30)));
    let [first, second, third] = probes;
    breaker.record(&RULE, first, Outcome::Answered, at(31));
    let turn = breaker.record(&RULE, second, Outcome::Faulty, at(31));
    assert_eq!(turn, Some(Turn::Opened { until: at(91) }));
    assert_eq!(breaker.record(&RULE, third, Outcome::Faulty, at(32)), None);
    assert_eq!(breaker.open_until(at(33)), Some(at(91)));
}

#[test]
fn a_call_from_before_the_opening_neither_closes_nor_opens() {
    let mut breaker = Breaker::default();
    let slow = through(&mut breaker, at(0));
    for _ in 0..10 {
        call(&mut breaker, Outcome::Faulty, at(1));
    }
    assert_eq!(breaker.state(at(2)), BreakerState::Open);
    through(&mut breaker, at(40));
    assert_eq!(breaker.record(&RULE, slow, Outcome::Faulty, at(41)), None);
    assert_eq!(breaker.state(at(41)), BreakerState::HalfOpen);
}

#[test]
fn a_probe_that_was_given_up_makes_room_for_another() {
    let mut breaker = opened();
    let probes = [(); 3].map(|()| through(&mut breaker, at(30)));
    assert!(matches!(
        breaker.admit(&RULE, at(30)),
        Admission::Refused { .. }
    ));
    breaker.record(&RULE, probes[0], Outcome::GivenUp, at(31));
    through(&mut breaker, at(31));
    assert!(matches!(
        breaker.admit(&RULE, at(31)),
        Admission::Refused { .. }
    ));
}

#[derive(Clone, Copy, Debug)]
enum Deed {
    Admit,
    End(prop::sample::Index, Outcome),
    Wait(i64),
}

fn deed() -> impl Strategy<Value = Deed> {
    let outcome = prop_oneof![
        Just(Outcome::Answered),
        Just(Outcome::Faulty),
        Just(Outcome::GivenUp),
    ];
    prop_oneof![
        4 => Just(Deed::Admit),
        4 => (any::<prop::sample::Index>(), outcome).prop_map(|(which, how)| Deed::End(which, how)),
        1 => (0i64..400).prop_map(Deed::Wait),
    ]
}

proptest! {
    /// Whatever happens: no call while open, never more than three probes out, and it is never stuck.
    #[test]
    fn no_order_of_calls_breaks_it(deeds in proptest::collection::vec(deed(), 0..400)) {
        let (mut breaker, mut now) = (Breaker::default(), 0);
        let mut out: Vec<(Pass, bool)> = Vec::new();
        for deed in deeds {
            match deed {
                Deed::Admit => {
                    let state = breaker.state(at(now));
                    if let Admission::Through(pass) = breaker.admit(&RULE, at(now)) {
                        prop_assert_ne!(state, BreakerState::Open);
                        out.push((pass, state == BreakerState::HalfOpen));
                    } else {
                        prop_assert_ne!(state, BreakerState::Closed);
                    }
                }
                Deed::End(which, outcome) if !out.is_empty() => {
                    let (pass, _) = out.swap_remove(which.index(out.len()));
                    if breaker.record(&RULE, pass, outcome, at(now)).is_some() {
                        // Whoever is out now has no say in what follows.
                        out.iter_mut().for_each(|(_, probe)| *probe = false);
                    }
                }
                Deed::End(..) => {}
                Deed::Wait(seconds) => now += seconds,
            }
            prop_assert!(out.iter().filter(|(_, probe)| *probe).count() <= 3);
        }
        for (pass, _) in out {
            breaker.record(&RULE, pass, Outcome::GivenUp, at(now));
        }
        now += 300;
        for _ in 0..3 {
            let pass = through(&mut breaker, at(now));
            breaker.record(&RULE, pass, Outcome::Answered, at(now));
        }
        prop_assert_eq!(breaker.state(at(now)), BreakerState::Closed);
    }
}
