//! Why a release is undecided: every reason reached alone, and what stops it beside a broken contract.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/release.rs"]
mod support;

use chrono::Duration;
use matchmark::model::{Build, Deployment, Doubt, Reply, Role, Standing, Verdict};
use matchmark::release::Served;
use support::*;

/// A world with one partner in which one thing is changed.
fn doubtful(change: impl FnOnce(&mut World)) -> Vec<Doubt> {
    let mut world = World::proven(&["northwind"]);
    change(&mut world);
    let answer = world.ours();
    assert_eq!(answer.verdict, Verdict::Undecided, "{answer:?}");
    assert_eq!(answer.exit_code, 3);
    assert!(!answer.open.is_empty());
    for point in &answer.open {
        assert!(!point.owner.is_empty());
        assert!(point.command.contains("matchmark contract "), "{point:?}");
    }
    doubts(&answer)
}

fn open(rule: &'static str) -> impl FnOnce(&mut World) {
    move |world| {
        let result = with(passed("mm-open", &[]), rule, Standing::Undecided);
        world.of("northwind").results.push(result);
    }
}

/// The reason that each change must give, alone.
fn reasons() -> Vec<(Doubt, Vec<Doubt>)> {
    use Doubt::*;
    vec![
        (
            NeverVerified,
            doubtful(|world| {
                world.join("contoso");
                world
                    .facts
                    .heads
                    .insert("contoso".to_owned(), Build::numbered("3.0.0"));
                world.evidence.retain(|it| it.consumer.name == "northwind");
            }),
        ),
        (
            OtherContractDigest,
            doubtful(|world| {
                world
                    .facts
                    .heads
                    .insert("northwind".to_owned(), Build::numbered("3.0.0"));
                world.facts.promises[0].contract.digest = "sha256:edited".to_owned();
            }),
        ),
        (
            OtherProviderVersion,
            doubtful(|world| {
                world.of("northwind").provider.version = build("1.4.0", OLD);
            }),
        ),
        (
            OtherSchemaVersion,
            doubtful(|world| {
                world.facts.served.get_mut("a").unwrap()[0].digest = "sha256:other".to_owned();
            }),
        ),
        (
            OtherPolicySet,
            doubtful(|world| world.facts.policy_set.push('x')),
        ),
        (
            OlderMatcher,
            doubtful(|world| world.facts.matcher = "1.1.0".parse().unwrap()),
        ),
        (
            Stale,
            doubtful(|world| world.facts.as_of += Duration::days(90)),
        ),
        (
            StateHandlerMissing,
            doubtful(open("contract/state-handler-missing")),
        ),
        (VariantUnproven, doubtful(open("contract/variant-unproven"))),
        (StaticUndecided, doubtful(open("contract/static-undecided"))),
        (
            UnsupportedContent,
            doubtful(open("contract/unsupported-content")),
        ),
        (
            ReplayMissing,
            doubtful(|world| world.of("northwind").replay = None),
        ),
        (
            EdgeUncovered,
            doubtful(|world| {
                world.facts.edges.insert("partial-history".to_owned());
            }),
        ),
        (
            ProviderNeverPublishes,
            doubtful(|world| {
                world.join("contoso");
                world
                    .facts
                    .heads
                    .insert("contoso".to_owned(), Build::numbered("3.0.0"));
                world.evidence.retain(|it| it.consumer.name == "northwind");
                world.of("northwind").branch = Some("feature".to_owned());
            }),
        ),
        (
            DeployedVersionUnknown,
            doubtful(|world| {
                world.deployments[0].version = Build::numbered("9.9.9");
            }),
        ),
    ]
}

#[test]
fn every_reason_of_an_undecided_release_is_reached_alone() {
    let mut reached: Vec<Doubt> = Vec::new();
    for (wanted, found) in reasons() {
        assert_eq!(found, [wanted], "{}", wanted.word());
        reached.push(wanted);
    }
    reached.push(disagreement());
    reached.sort();
    assert_eq!(reached, Doubt::ALL);
}

/// A deployment that was edited by hand is no event.
fn disagreement() -> Doubt {
    let world = World::proven(&["northwind"]);
    let edited = Deployment {
        role: Role::Canary,
        ..world.deployments[0].clone()
    };
    let path = "deployments/production/northwind/main.json";
    let answer = world.judged_from(&ours(), &replaced(world.files(), path, &edited));
    assert_eq!(answer.verdict, Verdict::Undecided);
    let mut gone = world.files();
    gone.remove(path);
    assert_eq!(doubts(&world.judged_from(&ours(), &gone)), doubts(&answer));
    let [doubt] = doubts(&answer)[..] else {
        panic!("{answer:?}")
    };
    doubt
}

#[test]
fn evidence_of_other_payloads_or_other_states_does_not_count() {
    assert_eq!(
        doubtful(|world| world
            .of("northwind")
            .replay
            .as_mut()
            .unwrap()
            .corpus
            .push('x')),
        [Doubt::ReplayMissing]
    );
    assert_eq!(
        doubtful(|world| {
            world
                .facts
                .states
                .insert("member".to_owned(), "sha256:other".to_owned());
        }),
        [Doubt::OtherSchemaVersion]
    );
    // Neither does an interaction that was left out, or a result that says nothing.
    assert_eq!(
        doubtful(open("contract/not-verified")),
        [Doubt::NeverVerified]
    );
    assert_eq!(
        doubtful(|world| world.of("northwind").results[0].standing = Standing::Undecided),
        [Doubt::NeverVerified]
    );
}

#[test]
fn an_operation_without_a_demanded_case_keeps_the_release_waiting() {
    let found = doubtful(|world| {
        let open = problem("contract/edge-uncovered", Standing::Undecided);
        world.of("northwind").problems.push(open);
    });
    assert_eq!(found, [Doubt::EdgeUncovered]);
}

#[test]
fn a_failed_edge_case_covers_nothing() {
    let mut world = World::proven(&["northwind"]);
    let result = world.of("northwind").results.remove(1);
    let result = with(result, "contract/negative-accepted", Standing::Failed);
    world.of("northwind").results.push(result);
    let answer = world.ours();
    assert_eq!(answer.verdict, Verdict::NoGo);
    assert_eq!(doubts(&answer), [Doubt::EdgeUncovered]);
    assert_eq!(answer.questions[2].reply, Reply::No);
}

#[test]
fn replay_that_rejects_what_was_accepted_stops_the_release() {
    let mut world = World::proven(&["northwind"]);
    let rejected = problem("replay/newly-rejected", Standing::Failed);
    world
        .of("northwind")
        .replay
        .as_mut()
        .unwrap()
        .problems
        .push(rejected);
    let answer = world.ours();
    assert_eq!(answer.verdict, Verdict::NoGo);
    assert_eq!(answer.questions[3].reply, Reply::No);
}

#[test]
fn a_schema_range_must_hold_a_served_version_now_and_says_until_when() {
    let mut world = World::proven(&["northwind"]);
    let served = |version: &str, sunset: Option<&str>| Served {
        version: version.parse().unwrap(),
        digest: "sha256:a1".to_owned(),
        sunset: sunset.map(|day| day.parse().unwrap()),
    };
    world
        .facts
        .served
        .insert("a".to_owned(), vec![served("1.0.0", Some("2027-01-31"))]);
    let answer = world.ours();
    assert_eq!(answer.verdict, Verdict::Go);
    assert_eq!(
        answer.questions[1].reasons,
        ["northwind: nothing in a ^1 after 2027-01-31"]
    );
    // The contract ends before: nothing to say.
    world.of("northwind").schemas[0].until = Some("2027-01-31".parse().unwrap());
    assert!(world.ours().questions[1].reasons.is_empty());
    world
        .facts
        .served
        .insert("a".to_owned(), vec![served("2.0.0", None)]);
    let answer = world.ours();
    assert_eq!(answer.verdict, Verdict::NoGo);
    assert_eq!(answer.questions[1].reply, Reply::No);
    assert_eq!(
        answer.pairs[0].failures[0].problem.rule,
        "contract/range-empty"
    );
}
