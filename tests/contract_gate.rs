//! May this be released: every verdict over two pairs, what is pending or waived, who counts, the way back.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/release.rs"]
mod support;

use chrono::Duration;
use matchmark::catalogue::Participant;
use matchmark::model::{Build, Doubt, Evidence, Format, PairState, Reply, Role, Standing, Verdict};
use matchmark::release::{Exception, Promise, owed};
use matchmark::report::{Content, Style, render};
use support::*;

/// What a pair can come to; `Absent` is not live.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Case {
    Absent,
    Of(PairState),
}

const CASES: [Case; 6] = [
    Case::Absent,
    Case::Of(PairState::Proven),
    Case::Of(PairState::Waived),
    Case::Of(PairState::Pending),
    Case::Of(PairState::Undecided),
    Case::Of(PairState::Failed),
];

fn fails(record: &mut Evidence) {
    let result = record.results.remove(0);
    let result = with(result, "contract/status-mismatch", Standing::Failed);
    record.results.insert(0, result);
}

fn exception() -> Exception {
    Exception {
        id: "WV-0001".to_owned(),
        rule: "contract/status-mismatch".to_owned(),
        fingerprints: vec!["0123456789abcdef".to_owned()],
        owner: "integration".to_owned(),
        expires: "2026-12-01".to_owned(),
    }
}

/// Brings a partner into the world in this state.
fn enter(world: &mut World, name: &str, case: Case) {
    let Case::Of(state) = case else { return };
    world.join(name);
    match state {
        PairState::Proven => {}
        PairState::Undecided => world.evidence.retain(|it| it.consumer.name != name),
        PairState::Failed => fails(world.of(name)),
        PairState::Waived => {
            fails(world.of(name));
            // Each partner has a waiver of its own.
            let mut exception = exception();
            exception.fingerprints = vec![format!("{name:0>16}")];
            let print = exception.fingerprints[0].clone();
            world.of(name).results[0].problems[0].fingerprint = print;
            world.facts.exceptions.push(exception);
        }
        PairState::Pending => {
            fails(world.of(name));
            world.of(name).results[0].pending = true;
        }
    }
    if state == PairState::Undecided {
        // Somebody speaks of the version, else nobody would know what it relies on.
        let mut other = evidence(name);
        other.provider.version = build("1.3.0", OLD);
        world.evidence.push(other);
    }
}

fn expected(cases: [Case; 2], tampered: bool) -> Verdict {
    let has = |state| cases.contains(&Case::Of(state));
    if tampered {
        Verdict::Error
    } else if has(PairState::Failed) {
        Verdict::NoGo
    } else if has(PairState::Undecided) {
        Verdict::Undecided
    } else if cases == [Case::Absent, Case::Absent] {
        Verdict::Empty
    } else {
        Verdict::Go
    }
}

#[test]
fn every_combination_of_two_pairs_has_its_verdict() {
    let mut seen = std::collections::BTreeSet::new();
    for one in CASES {
        for other in CASES {
            for tampered in [false, true] {
                let mut world = World::empty();
                enter(&mut world, "northwind", one);
                enter(&mut world, "contoso", other);
                let mut files = world.files();
                if tampered {
                    files.insert("events/2026-11/x.json".to_owned(), b"{}".to_vec());
                }
                let answer = world.judged_from(&ours(), &files);
                let wanted = expected([one, other], tampered);
                assert_eq!(answer.verdict, wanted, "{one:?} {other:?} {tampered}");
                assert_eq!(answer.exit_code, wanted.exit_code());
                let states: Vec<Case> = answer.pairs.iter().map(|it| Case::Of(it.state)).collect();
                let mut given: Vec<Case> = [other, one].into();
                given.retain(|case| *case != Case::Absent);
                assert_eq!(states, given);
                seen.insert(answer.verdict);
            }
        }
    }
    assert_eq!(seen.len(), 5);
}

#[test]
fn what_is_new_stops_its_consumer_and_not_the_provider() {
    let mut world = World::proven(&["northwind"]);
    enter(&mut world, "contoso", Case::Of(PairState::Pending));
    let answer = world.ours();
    assert_eq!(answer.verdict, Verdict::Go);
    assert_eq!(answer.questions[4].reply, Reply::Yes);
    assert_eq!(
        answer.questions[4].reasons,
        ["pending: mm-found of contracts/contoso/member-match.json: new, never passed on main"]
    );
    world
        .deployments
        .push(deployed(ours(), "blue", Role::Stable));
    let consumer = world.judged(&partner("contoso"));
    assert_eq!(consumer.verdict, Verdict::NoGo);
    assert_eq!(consumer.would_break, [ours().to_string()]);
    // Once it passed on the main branch it is a promise.
    let mut before = evidence("contoso");
    before.provider.version = build("1.3.0", OLD);
    before.ended -= Duration::days(3);
    world.evidence.push(before);
    assert_eq!(world.ours().verdict, Verdict::NoGo);
}

#[test]
fn what_only_passed_on_another_branch_is_still_new() {
    let mut world = World::proven(&["northwind"]);
    enter(&mut world, "contoso", Case::Of(PairState::Pending));
    let mut before = evidence("contoso");
    before.provider.version = build("1.3.0", OLD);
    before.branch = Some("feature".to_owned());
    world.evidence.push(before);
    assert_eq!(world.ours().verdict, Verdict::Go);
}

#[test]
fn a_waiver_covers_its_own_finding_and_says_until_when() {
    let mut world = World::proven(&["northwind"]);
    fails(world.of("northwind"));
    world.facts.exceptions.push(exception());
    let answer = world.ours();
    assert_eq!(answer.verdict, Verdict::Go);
    assert_eq!(answer.pairs[0].state, PairState::Waived);
    assert_eq!(
        answer.questions[4].reasons,
        ["waived: WV-0001 (contract/status-mismatch) by integration until 2026-12-01"]
    );
    world.facts.exceptions[0].fingerprints = vec!["ffffffffffffffff".to_owned()];
    assert_eq!(world.ours().verdict, Verdict::NoGo);
}

#[test]
fn a_promise_that_ended_gates_nothing() {
    let mut world = World::proven(&["northwind", "contoso"]);
    fails(world.of("northwind"));
    for result in &mut world.of("northwind").results {
        result.sunset = Some("2026-11-20".parse().unwrap());
    }
    let answer = world.ours();
    assert_eq!((answer.verdict, answer.pairs.len()), (Verdict::Go, 1));
    world.facts.as_of -= Duration::days(1);
    assert_eq!(world.ours().verdict, Verdict::NoGo);
}

#[test]
fn both_sides_of_a_canary_and_the_rollback_target_count() {
    let mut world = World::proven(&["northwind"]);
    let older = party("northwind", Build::numbered("2.0.0"));
    for (instance, role) in [("canary", Role::Canary), ("back", Role::RollbackTarget)] {
        world
            .deployments
            .push(deployed(older.clone(), instance, role));
    }
    // The older version relies on something else, which nobody verified with the new provider.
    let mut before = evidence("northwind");
    before.consumer = older;
    before.provider.version = build("1.3.0", OLD);
    before.contract.digest = "sha256:older".to_owned();
    world.evidence.push(before);
    let answer = world.ours();
    assert_eq!(answer.verdict, Verdict::Undecided);
    let undecided: Vec<&str> = answer
        .pairs
        .iter()
        .filter(|pair| pair.state == PairState::Undecided)
        .map(|pair| pair.role.as_str())
        .collect();
    assert_eq!(undecided, ["rollback-target", "canary"]);
    assert_eq!(answer.not_verified, ["northwind 2.0.0"]);
}

#[test]
fn an_unchanged_contract_keeps_its_proof() {
    // A version of the consumer that no provider ever saw, with a contract that one did.
    let mut world = World::proven(&["northwind"]);
    let mut known = evidence("northwind");
    known.consumer.version = Build::numbered("3.1.0");
    known.provider.version = build("1.3.0", OLD);
    world.evidence.push(known);
    world.deployments[0].version = Build::numbered("3.1.0");
    assert_eq!(world.ours().verdict, Verdict::Go);
}

#[test]
fn the_way_back_is_judged_with_those_who_are_live() {
    let mut world = World::proven(&["northwind"]);
    let running = party(US, build("1.3.0", OLD));
    let answer = world.ours();
    assert_eq!(answer.questions[6].reply, Reply::Nothing);
    world
        .deployments
        .push(deployed(running.clone(), "blue", Role::Stable));
    assert_eq!(world.ours().questions[6].reply, Reply::Open);
    let mut before = evidence("northwind");
    before.provider = running;
    world.evidence.push(before.clone());
    let answer = world.ours();
    assert_eq!(
        (answer.verdict, answer.questions[6].reply),
        (Verdict::Go, Reply::Yes)
    );
    fails(world.evidence.last_mut().unwrap());
    let answer = world.ours();
    // It may go out, and the reader knows that there is no way back.
    assert_eq!(
        (answer.verdict, answer.questions[6].reply),
        (Verdict::Go, Reply::No)
    );
}

#[test]
fn nobody_to_deal_with_is_a_go_only_if_somebody_answers_for_it() {
    let mut world = World::empty();
    assert_eq!(world.ours().verdict, Verdict::Empty);
    let mut alone = Participant {
        no_counterparts: true,
        ..Participant::default()
    };
    world
        .facts
        .participants
        .insert(US.to_owned(), alone.clone());
    assert_eq!(world.ours().verdict, Verdict::Empty);
    alone.owner = Some("integration".to_owned());
    world.facts.participants.insert(US.to_owned(), alone);
    assert_eq!(world.ours().verdict, Verdict::Go);
}

#[test]
fn somebody_who_is_live_elsewhere_is_not_considered_and_said() {
    let mut world = World::proven(&["northwind"]);
    world.deployments[0].environment = "staging".to_owned();
    let answer = world.ours();
    assert_eq!(answer.verdict, Verdict::Empty);
    assert_eq!(
        answer.not_proved,
        ["Not live in production, so not considered: northwind."]
    );
}

#[test]
fn we_as_a_consumer_wait_for_the_provider_that_is_live() {
    let mut world = World::proven(&[]);
    let provider = party("northwind", Build::numbered("5.0.0"));
    world.facts.promises.push(Promise {
        contract: contract(US),
        consumer: US.to_owned(),
        provider: "northwind".to_owned(),
    });
    let mut record = evidence(US);
    record.consumer = ours();
    record.provider = provider.clone();
    record.results[0].edges.clear();
    world.evidence.push(record);
    world
        .deployments
        .push(deployed(provider, "main", Role::Stable));
    assert_eq!(world.ours().verdict, Verdict::Go);
    world.evidence[0].contract.digest = "sha256:other".to_owned();
    assert_eq!(doubts(&world.ours()), [Doubt::OtherContractDigest]);
}

#[test]
fn the_newest_run_decides() {
    let mut world = World::proven(&["northwind"]);
    let mut later = evidence("northwind");
    later.ended += Duration::hours(1);
    fails(&mut later);
    world.evidence.push(later);
    assert_eq!(world.ours().verdict, Verdict::NoGo);
    world.evidence[0].ended += Duration::hours(2);
    assert_eq!(world.ours().verdict, Verdict::Go);
}

#[test]
fn owed_is_what_a_run_would_settle() {
    let owes = |world: &World| {
        let (archive, faults) = matchmark::evidence::archive(&world.files());
        owed(&world.facts, &archive, faults, None, "dir:store")
    };
    assert_eq!(owes(&World::empty()).verdict, Verdict::Empty);
    let mut world = World::proven(&["northwind", "contoso"]);
    // Where no provider is live there is no pair, and that is no pass.
    assert_eq!(
        (owes(&world).verdict, owes(&world).live),
        (Verdict::Empty, 0)
    );
    world
        .deployments
        .push(deployed(ours(), "blue", Role::Stable));
    assert_eq!((owes(&world).verdict, owes(&world).live), (Verdict::Go, 2));
    // What failed is known; what is stale or was never run is owed.
    fails(world.of("northwind"));
    world.of("contoso").ended -= Duration::days(200);
    let found = owes(&world);
    assert_eq!(
        (found.verdict, found.exit_code, found.owed.len()),
        (Verdict::Undecided, 3, 1)
    );
    assert_eq!(found.owed[0].doubt, Doubt::Stale);
    assert_eq!(found.owed[0].command, "matchmark contract check --record");
    for record in &mut world.evidence {
        record.branch = Some("feature".to_owned());
    }
    assert_eq!(owes(&world).never_published, [US]);
}

#[test]
fn the_answer_reads_well() {
    let mut world = World::proven(&["fabrikam"]);
    enter(&mut world, "northwind", Case::Of(PairState::Failed));
    enter(&mut world, "contoso", Case::Of(PairState::Undecided));
    world.facts.participants.insert(
        US.to_owned(),
        Participant {
            owner: Some("integration-architecture".to_owned()),
            ..Participant::default()
        },
    );
    let answer = world.ours();
    let shown = |format| render(format, Content::Release(&answer), &Style::default()).unwrap();
    insta::assert_snapshot!("can_release_text", shown(Format::Text));
    insta::assert_snapshot!("can_release_markdown", shown(Format::Markdown));
}
