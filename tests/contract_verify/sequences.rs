//! Sequences: in which order they are sent, and what exchanges show of them.

use crate::shipped::{driven, text, written};
use crate::small::{contract, exchange, judged, rules, sent};
use matchmark::contract::{Call, Contract, courses, plan};
use matchmark::model::{Effects, Exchange, Provider, Sending};
use serde_json::{Value, json};

/// A request of the sequence `s`.
fn step(name: &str, after: &[&str], more: &Value) -> Value {
    let mut sequence = json!({"id": "s", "step": name, "after": after});
    for (key, value) in more.as_object().unwrap() {
        sequence[key] = value.clone();
    }
    json!({"request": sent(&json!({"step": name})), "terms": {"sequence": sequence, "idempotencyKey": "key-1"}})
}

/// What one course sends, in order: the key of the interaction, and whether it is late.
fn sent_in(course: &[Call<'_>]) -> Vec<String> {
    let word = |call: &Call<'_>| match call {
        Call::First(planned) => planned.interaction.clone(),
        Call::Again(planned) => format!("{} again", planned.interaction),
    };
    course.iter().map(word).collect()
}

#[test]
fn the_steps_of_a_sequence_are_one_course_and_what_may_arrive_twice_comes_late() {
    let twice = json!({"deliver": "at-least-once"});
    let contract = contract(vec![
        step("poll", &["ask"], &json!({})),
        step("ask", &[], &twice),
        step("fetch", &["poll"], &twice),
        json!({}),
    ]);
    let planned = plan(&contract);
    let courses: Vec<Vec<String>> = courses(&planned)
        .iter()
        .map(|course| sent_in(course))
        .collect();
    assert_eq!(
        courses,
        [vec!["i2", "i1", "i2 again", "i3", "i3 again"], vec!["i4"],]
    );
}

#[test]
fn a_variant_of_a_step_is_a_course_of_its_own() {
    let mut first = step("ask", &[], &json!({}));
    first["terms"]["optional"] =
        json!([{"part": "request", "path": "$.step", "variants": [{"is": "absent"}]}]);
    let contract = contract(vec![first, step("poll", &["ask"], &json!({}))]);
    let planned = plan(&contract);
    let shown = |course: &Vec<Call<'_>>| {
        let variant = |call: &Call<'_>| match call {
            Call::First(planned) | Call::Again(planned) => planned.variant.clone(),
        };
        course.iter().map(variant).collect::<Vec<_>>()
    };
    let courses: Vec<Vec<String>> = courses(&planned).iter().map(shown).collect();
    assert_eq!(courses, [vec!["", ""], vec!["request $.step absent", ""]]);
}

/// Two steps, the first of which may arrive twice, and what a faithful provider shows of them.
fn two_steps() -> (Contract, Vec<Exchange>) {
    let contract = contract(vec![
        step("ask", &[], &json!({"deliver": "at-least-once"})),
        step("poll", &["ask"], &json!({"withinMs": 1000})),
    ]);
    let planned = plan(&contract);
    let mut ask = exchange(&planned[0], 200, &json!({}));
    ask.effects = Some(Effects {
        rows: 2,
        ..Effects::default()
    });
    let poll = exchange(&planned[1], 200, &json!({}));
    let mut late = exchange(&planned[0], 200, &json!({}));
    late.replay.sending = Sending::Again;
    (contract, vec![ask, poll, late])
}

#[test]
fn steps_in_order_in_time_and_counted_once_hold() {
    let (contract, seen) = two_steps();
    assert_eq!(judged(&contract, &seen), []);
}

/// The one thing that is wrong with the two steps after `change`.
fn wrong(change: impl FnOnce(&mut Vec<Exchange>)) -> (String, String) {
    let (contract, mut seen) = two_steps();
    change(&mut seen);
    let findings = judged(&contract, &seen);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    (findings[0].rule.clone(), findings[0].message.clone())
}

#[test]
fn a_step_before_the_one_that_it_follows_breaks_the_sequence() {
    let (rule, message) = wrong(|seen| seen.swap(0, 1));
    assert_eq!(rule, "contract/sequence-broken");
    assert!(message.contains("`poll` came before `ask`"), "{message}");
}

#[test]
fn a_second_delivery_that_counts_breaks_the_sequence() {
    let effects = Some(Effects {
        rows: 1,
        events: 1,
        ..Effects::default()
    });
    let (rule, message) = wrong(|seen| seen[2].effects = effects);
    assert_eq!(rule, "contract/sequence-broken");
    assert!(message.contains("1 rows written, 1 events"), "{message}");
    let (rule, message) = wrong(|seen| {
        for (index, job) in [(0, "/jobs/1"), (2, "/jobs/2")] {
            let headers = &mut seen[index].answer.as_mut().unwrap().headers;
            headers.push(("Content-Location".into(), job.into()));
        }
    });
    assert_eq!(rule, "contract/sequence-broken");
    assert!(
        message.contains("another thing") && !message.contains("jobs"),
        "{message}"
    );
}

#[test]
fn a_second_delivery_that_was_not_made_or_not_counted_is_not_verified() {
    let (rule, _) = wrong(|seen| {
        seen.pop();
    });
    assert_eq!(rule, "contract/not-verified");
    let (rule, _) = wrong(|seen| seen[2].effects = None);
    assert_eq!(rule, "contract/not-verified");
}

#[test]
fn a_step_that_comes_too_late_breaks_the_sequence() {
    let (rule, message) = wrong(|seen| seen[1].replay.waited_ms = 1001);
    assert_eq!(rule, "contract/sequence-broken");
    assert!(message.contains("1000 ms"), "{message}");
    let (contract, mut seen) = two_steps();
    seen[1].replay.waited_ms = 1000;
    seen[1].answer.as_mut().unwrap().status = 202;
    let findings = judged(&contract, &seen);
    assert_eq!(
        rules(&findings),
        ["contract/status-mismatch", "contract/sequence-broken"]
    );
    seen[1].replay.waited_ms = 0;
    let findings = judged(&contract, &seen);
    assert_eq!(
        rules(&findings),
        ["contract/status-mismatch", "contract/not-verified"]
    );
}

#[test]
fn steps_that_follow_each_other_in_a_circle_are_told() {
    let mut contract = contract(vec![
        step("a", &[], &json!({})),
        step("b", &["a"], &json!({})),
    ]);
    // The reader refuses it in a file; a contract that was put together otherwise may hold it.
    let first = contract.interactions[0].terms.sequence.as_mut();
    first.unwrap().after = vec!["b".into()];
    let planned = plan(&contract);
    assert!(courses(&planned).is_empty());
    let findings = judged(&contract, &[]);
    assert_eq!(
        rules(&findings),
        [
            "contract/not-verified",
            "contract/not-verified",
            "contract/sequence-broken"
        ]
    );
}

/// The member match of `northwind` as two steps: asked under a key, and asked for somebody else in between.
fn matched_twice() -> Contract {
    let mut contract = text("northwind");
    let interactions = contract["interactions"].as_array_mut().unwrap();
    interactions
        .retain(|one| ["nw-one-match", "nw-no-match"].contains(&one["key"].as_str().unwrap()));
    interactions[0]["comments"]["references"]["matchmark"]["sequence"] =
        json!({"id": "match", "step": "one", "deliver": "at-least-once"});
    interactions[1]["comments"]["references"]["matchmark"]["sequence"] =
        json!({"id": "match", "step": "none", "after": ["one"]});
    interactions[0]["comments"]["references"]["matchmark"]["idempotencyKey"] = json!("match-1");
    written("northwind", &contract)
}

#[test]
fn the_reference_counts_a_request_once_under_its_key() {
    let kept = matched_twice();
    let seen = driven(std::slice::from_ref(&kept), Provider::Reference);
    assert_eq!(seen.len(), 3);
    assert!(seen.iter().all(|seen| seen.replay.course == 1));
    assert_ne!(
        seen[0].effects,
        Some(Effects::default()),
        "the first one has an effect"
    );
    assert_eq!(judged(&kept, &seen), []);
}
