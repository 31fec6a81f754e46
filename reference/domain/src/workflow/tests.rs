//! Which states follow which, over every pair of them.
//! Refuses to trust the table's own word: it is compared with what transitions really do.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use super::*;
use crate::consent::{Grant, Policy};
use crate::identity::Tier;
use crate::ids::DocumentNumber;
use std::collections::BTreeSet;
use std::num::NonZeroU32;

fn now() -> Timestamp {
    "2026-10-01T12:00:00Z".parse().unwrap()
}

fn row(state: State) -> Row {
    Row {
        id: ExchangeId::new("x1"),
        state,
        submissions: 0,
        resume_at: None,
    }
}

fn event(asked: Move) -> Event {
    let consent = Grant::for_test(Policy::Sensitive, now());
    match asked {
        Move::Validate => Event::Validated {
            schema: "hrex-member-match-request@2.0.1".to_owned(),
        },
        Move::Resolve => Event::MemberResolved {
            tier: Tier::Deterministic,
            consent,
        },
        Move::Choose => Event::RouteChosen {
            set: DocumentNumber(NonZeroU32::MIN),
        },
        Move::Withdraw => Event::RouteWithdrawn,
        Move::Acknowledge => Event::Acknowledged,
        Move::Complete => Event::Completed(Completion::Complete),
        Move::Reject => Event::Rejected {
            code: Code::NoMatch,
            why: Rejection::Refused,
        },
        Move::Exhaust => Event::Exhausted {
            code: Code::TransportTimeout,
        },
        Move::Replay => Event::Replayed { consent },
        Move::Close => Event::Closed {
            operator: "operator-1".to_owned(),
            reason: "duplicate".to_owned(),
            rule: "rule-1".to_owned(),
        },
    }
}

/// Can any event, from any resume state, lead from the one to the other?
fn leads(from: State, to: State) -> bool {
    Move::ALL.iter().any(|asked| {
        let row = Row {
            resume_at: Some(to),
            ..row(from)
        };
        transition(&row, &event(*asked), now()).is_ok_and(|(reached, _)| reached == to)
    })
}

#[test]
fn row_s2_14_of_64_ordered_pairs_exactly_22_are_allowed() {
    let table: BTreeSet<(State, State)> = TABLE.iter().map(|(from, _, to)| (*from, *to)).collect();
    let mut allowed = 0;
    for from in State::ALL {
        for to in State::ALL {
            assert_eq!(
                leads(*from, *to),
                table.contains(&(*from, *to)),
                "{from} to {to}"
            );
            allowed += usize::from(leads(*from, *to));
        }
    }
    assert_eq!((State::ALL.len().pow(2), allowed), (64, 22));
}

#[test]
fn no_state_leads_to_itself_and_final_states_lead_nowhere() {
    assert!(TABLE.iter().all(|(from, _, to)| from != to));
    for last in [State::Fulfilled, State::Failed] {
        assert!(TABLE.iter().all(|(from, _, _)| *from != last));
    }
}

#[test]
fn a_dead_letter_goes_on_only_where_it_stopped() {
    let stopped = Row {
        resume_at: Some(State::Routed),
        ..row(State::DeadLettered)
    };
    let (to, _) = transition(&stopped, &event(Move::Replay), now()).unwrap();
    assert_eq!(to, State::Routed);
    let unknown = row(State::DeadLettered);
    assert!(transition(&unknown, &event(Move::Replay), now()).is_err());
}

#[test]
fn a_route_is_not_withdrawn_once_something_was_sent() {
    let sent = Row {
        submissions: 1,
        ..row(State::Routed)
    };
    let illegal = transition(&sent, &Event::RouteWithdrawn, now()).unwrap_err();
    assert_eq!(illegal.why, "the partner may have been called");
}

#[test]
fn a_deadline_ends_as_rejected_only_when_nothing_was_sent() {
    let overdue = Event::Rejected {
        code: Code::CompletionMissing,
        why: Rejection::Overdue,
    };
    assert!(transition(&row(State::Routed), &overdue, now()).is_ok());
    let sent = Row {
        submissions: 1,
        ..row(State::Routed)
    };
    assert!(transition(&sent, &overdue, now()).is_err());
}

#[test]
fn a_deadline_rejects_what_was_never_sent_and_leaves_the_rest_to_a_person() {
    for state in State::ALL.iter().filter(|state| state.is_open()) {
        for (submissions, reached) in [(0, State::Failed), (1, State::DeadLettered)] {
            let row = Row {
                submissions,
                ..row(*state)
            };
            let (to, _) = transition(&row, &overdue(&row), now()).unwrap();
            assert_eq!(to, reached, "{state}");
        }
    }
}

#[test]
fn what_is_taken_back_has_not_failed_of_anything() {
    let (to, effects) = transition(&row(State::Routed), &Event::Cancelled, now()).unwrap();
    assert_eq!(to, State::Failed);
    assert_eq!(Event::Cancelled.code(), None);
    assert_eq!(Event::Cancelled.disposition(), Disposition::Cancelled);
    assert!(!effects.contains(&Effect::OpenDispute));
}

#[test]
fn a_match_under_review_does_not_resolve_the_member() {
    let under_review = Event::MemberResolved {
        tier: Tier::Review,
        consent: Grant::for_test(Policy::Sensitive, now()),
    };
    assert!(transition(&row(State::Validated), &under_review, now()).is_err());
}

#[test]
fn closing_needs_operator_reason_and_rule() {
    let anonymous = Event::Closed {
        operator: String::new(),
        reason: "duplicate".to_owned(),
        rule: "rule-1".to_owned(),
    };
    assert!(transition(&row(State::DeadLettered), &anonymous, now()).is_err());
}

#[test]
fn every_transition_asks_for_one_audit_event() {
    for (from, asked, to) in TABLE {
        let row = Row {
            resume_at: Some(to),
            ..row(from)
        };
        let (_, effects) = transition(&row, &event(asked), now()).unwrap();
        let audits = effects
            .iter()
            .filter(|effect| matches!(effect, Effect::Audit { .. }))
            .count();
        assert_eq!(audits, 1, "{from} to {to}");
    }
}

#[test]
fn an_open_state_always_has_a_step_due() {
    for state in State::ALL {
        assert_eq!(state.is_open(), Step::due(*state).is_some(), "{state}");
    }
}

#[test]
fn exhaustion_leaves_a_dead_letter_that_knows_where_to_resume() {
    let (_, effects) = transition(&row(State::Acknowledged), &event(Move::Exhaust), now()).unwrap();
    assert!(effects.contains(&Effect::DeadLetter {
        code: Code::TransportTimeout,
        resume_at: State::Acknowledged
    }));
}

#[test]
fn an_identity_rejection_by_the_partner_opens_a_dispute() {
    let sent = Row {
        submissions: 1,
        ..row(State::Routed)
    };
    let (_, effects) = transition(&sent, &event(Move::Reject), now()).unwrap();
    assert!(effects.contains(&Effect::OpenDispute));
    let (_, effects) = transition(&row(State::Validated), &event(Move::Reject), now()).unwrap();
    assert!(!effects.contains(&Effect::OpenDispute));
}

#[test]
fn words_travel_both_ways() {
    for state in State::ALL {
        assert_eq!(state.word().parse::<State>(), Ok(*state));
    }
    assert!("done".parse::<State>().is_err());
}
