//! Sets, decisions and canaries, by example and by chance.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::time::Duration;

fn number(n: u32) -> DocumentNumber {
    DocumentNumber(NonZeroU32::new(n).unwrap())
}

fn row(id: &str, when: When) -> Row {
    Row {
        id: id.parse().unwrap(),
        payer: PartnerId::new("northwind"),
        when,
        partner: PartnerId::new("northwind"),
        endpoint: format!("https://{id}.northwind.example/r4")
            .parse()
            .unwrap(),
        adapter: "hrex-1.0".parse().unwrap(),
        operation_version: "1.0.0".parse().unwrap(),
    }
}

fn document(rows: Vec<Row>) -> RouteSetDocument {
    RouteSetDocument {
        number: number(2),
        title: "two".to_owned(),
        gaps: Gaps::Allowed,
        rows,
    }
}

fn inputs() -> Inputs {
    Inputs {
        payer: PartnerId::new("northwind"),
        provenance: IdentifierProvenance::MemberNumber,
        relationship: PlanRelationship::Self_,
        region: Region::Oh,
        line_of_business: LineOfBusiness::MedicareAdvantage,
        data_type: DataType::Clinical,
    }
}

fn only<T: Ord>(word: T) -> Option<BTreeSet<T>> {
    Some(BTreeSet::from([word]))
}

#[test]
fn rows_that_share_one_combination_are_refused_with_that_combination() {
    let ohio = When {
        region: only(Region::Oh),
        ..When::default()
    };
    let claims = When {
        data_type: only(DataType::Claims),
        ..When::default()
    };
    let fault = RouteSet::check(document(vec![row("ohio", ohio), row("claims", claims)]));
    let told = fault.unwrap_err().to_string();
    assert_eq!(
        told,
        "rows ohio and claims both fit unique-member, self, OH, medicare-advantage, claims"
    );
}

#[test]
fn rows_of_two_payers_never_overlap() {
    let mut other = row("other", When::default());
    other.payer = PartnerId::new("contoso");
    let set = RouteSet::check(document(vec![row("one", When::default()), other])).unwrap();
    assert!(set.gaps().is_empty());
    assert_eq!(decide(&set, &inputs()).unwrap().row.as_str(), "one");
}

#[test]
fn an_empty_list_and_a_second_name_are_refused() {
    let never = When {
        region: Some(BTreeSet::new()),
        ..When::default()
    };
    let fault = RouteSet::check(document(vec![row("never", never)]));
    assert!(matches!(fault, Err(SetFault::Never(_))));
    let ohio = When {
        region: only(Region::Oh),
        ..When::default()
    };
    let iowa = When {
        region: only(Region::Ia),
        ..When::default()
    };
    let fault = RouteSet::check(document(vec![row("one", ohio), row("one", iowa)]));
    assert!(matches!(fault, Err(SetFault::TwiceNamed(_))));
}

#[test]
fn a_gap_is_counted_shown_and_refused_where_the_set_says_there_is_none() {
    let ohio = When {
        region: only(Region::Oh),
        ..When::default()
    };
    let set = RouteSet::check(document(vec![row("ohio", ohio.clone())])).unwrap();
    let gaps = set.gaps();
    assert_eq!(gaps[0].combinations, 6 * 8 * 56 * 8 * 5);
    assert_ne!(gaps[0].example.region, Some(Region::Oh));
    let mut strict = document(vec![row("ohio", ohio)]);
    strict.gaps = Gaps::Refused;
    assert!(matches!(RouteSet::check(strict), Err(SetFault::Gap(_))));
}

#[test]
fn the_example_of_a_gap_is_a_request_that_fails() {
    let when = When {
        line_of_business: only(LineOfBusiness::MedicareAdvantage),
        ..When::default()
    };
    let set = RouteSet::check(document(vec![row("advantage", when)])).unwrap();
    let wrong = Inputs {
        line_of_business: LineOfBusiness::QualifiedHealthPlan,
        ..inputs()
    };
    let unrouted = decide(&set, &wrong).unwrap_err();
    assert_eq!((unrouted.set, &unrouted.inputs), (number(2), &wrong));
    assert!(decide(&set, &inputs()).is_ok());
    let stranger = Inputs {
        payer: PartnerId::new("contoso"),
        ..inputs()
    };
    assert!(decide(&set, &stranger).is_err());
}

#[test]
fn a_document_reads_back_and_unknown_words_are_refused() {
    let text = r#"
        number = 2
        title = "by region"
        gaps = "allowed"
        [[row]]
        id = "ohio"
        payer = "northwind"
        when = { region = ["OH", "IN"] }
        partner = "northwind"
        endpoint = "https://ohio.northwind.example/r4"
        adapter = "hrex-1.0"
        operation-version = "1.0.0"
    "#;
    let read: RouteSetDocument = toml::from_str(text).unwrap();
    let again = serde_json::from_value(serde_json::to_value(&read).unwrap()).unwrap();
    assert_eq!(read, again);
    for (word, other) in [
        ("\"OH\"", "\"Ohio\""),
        ("region =", "county ="),
        ("/r4", "/r4?a=b"),
    ] {
        assert!(toml::from_str::<RouteSetDocument>(&text.replace(word, other)).is_err());
    }
}

fn policy() -> CanaryPolicy {
    toml::from_str(include_str!("../../../config/canary/1.toml")).unwrap()
}

fn sample(answered: u64, failed: u64, ack_ms: u64) -> Sample {
    Sample {
        answered,
        failed,
        acknowledged: answered - failed,
        ack_ms: vec![ack_ms; usize::try_from(answered - failed).unwrap()],
    }
}

const SOAKED: Duration = Duration::from_secs(7 * 86_400);

#[test]
fn nothing_is_said_before_both_sides_have_enough_samples() {
    let (few, many) = (sample(49, 49, 0), sample(500, 0, 100));
    assert_eq!(judge(&many, &few, &policy(), SOAKED), Verdict::TooFew);
    assert_eq!(judge(&few, &many, &policy(), SOAKED), Verdict::TooFew);
}

#[test]
fn a_canary_that_fails_more_is_rolled_back_and_a_good_one_soaks_first() {
    let stable = sample(450, 4, 400);
    let judge = |canary: &Sample, soaked| judge(&stable, canary, &policy(), soaked);
    let early = Duration::from_secs(60);
    assert_eq!(
        judge(&sample(50, 4, 400), early),
        Verdict::RollBack(Worse::FailureRate)
    );
    assert_eq!(judge(&sample(50, 1, 400), early), Verdict::Soaking);
    assert_eq!(judge(&sample(50, 1, 400), SOAKED), Verdict::Promote);
    assert_eq!(judge(&sample(50, 0, 599), SOAKED), Verdict::Promote);
    assert_eq!(
        judge(&sample(50, 0, 600), SOAKED),
        Verdict::RollBack(Worse::AckP95)
    );
}

#[test]
fn a_small_difference_is_found_once_there_are_enough_samples() {
    let (stable, canary) = (sample(9_000, 90, 400), sample(1_000, 25, 400));
    assert_eq!(
        judge(&stable, &canary, &policy(), SOAKED),
        Verdict::RollBack(Worse::FailuresByTest)
    );
}

#[test]
fn an_endpoint_that_answers_and_does_not_acknowledge_is_worse() {
    let stable = sample(450, 0, 400);
    let mut canary = sample(50, 0, 400);
    canary.acknowledged = 40;
    assert_eq!(
        judge(&stable, &canary, &policy(), SOAKED),
        Verdict::RollBack(Worse::AcksByTest)
    );
}

#[test]
fn the_exact_test_agrees_with_tables_worked_out_by_hand() {
    // The lady tasting tea: 4 of 4 right by chance is 1 in 70; 3 or more is 17 in 70.
    assert!((fisher_worse((4, 4), (0, 4)) - 1.0 / 70.0).abs() < 1e-12);
    assert!((fisher_worse((3, 4), (1, 4)) - 17.0 / 70.0).abs() < 1e-12);
    assert!((fisher_worse((0, 50), (0, 50)) - 1.0).abs() < 1e-12);
    assert!((fisher_worse((0, 0), (0, 0)) - 1.0).abs() < 1e-12);
}

#[test]
fn the_percentile_is_a_value_that_was_measured() {
    assert_eq!(p95(&[]), None);
    assert_eq!(p95(&[7]), Some(7));
    let hundred: Vec<u64> = (1..=100).rev().collect();
    assert_eq!(p95(&hundred), Some(95));
}

#[test]
fn assignment_is_sticky_grows_with_the_share_and_keeps_its_tolerance() {
    let (tenth, half) = (
        Share::try_from(1_000).unwrap(),
        Share::try_from(5_000).unwrap(),
    );
    let ids: Vec<_> = (0..20_000)
        .map(|n| BusinessTransactionId::new(format!("t-{n}")))
        .collect();
    let taken = |set, share| {
        ids.iter()
            .filter(move |id| assigned(number(set), id, share))
            .count()
    };
    // Four standard deviations of 20,000 draws of 0.1 are 170.
    assert!(
        taken(2, tenth).abs_diff(2_000) <= 170,
        "{}",
        taken(2, tenth)
    );
    assert!(
        ids.iter()
            .filter(|id| assigned(number(2), id, tenth))
            .all(|id| assigned(number(2), id, half))
    );
    let both = ids
        .iter()
        .filter(|id| assigned(number(2), id, tenth) && assigned(number(3), id, tenth));
    assert!(both.count() < 400, "two canaries draw apart");
    assert!(Share::try_from(0).is_err() && Share::try_from(10_001).is_err());
}

prop_compose! {
    fn some_when()(
        region in prop::option::of(prop::collection::btree_set(prop::sample::select(&Region::ALL[..4]), 0..4)),
        line in prop::option::of(prop::collection::btree_set(prop::sample::select(LineOfBusiness::ALL), 0..4)),
        data in prop::option::of(prop::collection::btree_set(prop::sample::select(DataType::ALL), 0..4)),
        provenance in prop::option::of(prop::collection::btree_set(prop::sample::select(IdentifierProvenance::ALL), 0..3)),
        relationship in prop::option::of(prop::collection::btree_set(prop::sample::select(PlanRelationship::ALL), 0..3)),
    ) -> When {
        When { provenance, relationship, region, line_of_business: line, data_type: data }
    }
}

fn fits(when: &When, inputs: &Inputs) -> bool {
    fn one<T: Ord>(named: &Option<BTreeSet<T>>, word: &T) -> bool {
        named.as_ref().is_none_or(|words| words.contains(word))
    }
    one(&when.provenance, &inputs.provenance)
        && one(&when.relationship, &inputs.relationship)
        && one(&when.region, &inputs.region)
        && one(&when.line_of_business, &inputs.line_of_business)
        && one(&when.data_type, &inputs.data_type)
}

/// Every combination of the five inputs, written out.
fn everything() -> impl Iterator<Item = Inputs> {
    IdentifierProvenance::ALL.iter().flat_map(|&provenance| {
        PlanRelationship::ALL.iter().flat_map(move |&relationship| {
            Region::ALL.iter().flat_map(move |&region| {
                LineOfBusiness::ALL
                    .iter()
                    .flat_map(move |&line_of_business| {
                        DataType::ALL.iter().map(move |&data_type| Inputs {
                            provenance,
                            relationship,
                            region,
                            line_of_business,
                            data_type,
                            ..inputs()
                        })
                    })
            })
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_set_is_what_its_rows_say_written_out(whens in prop::collection::vec(some_when(), 1..4)) {
        let rows = whens.iter().enumerate().map(|(n, when)| row(&format!("r{n}"), when.clone()));
        let fitting = |inputs: &Inputs| whens.iter().filter(|when| fits(when, inputs)).count();
        match RouteSet::check(document(rows.collect())) {
            Ok(set) => {
                let mut without = 0;
                for inputs in everything() {
                    let count = fitting(&inputs);
                    prop_assert!(count <= 1);
                    prop_assert_eq!(decide(&set, &inputs).is_ok(), count == 1);
                    without += u64::from(count == 0);
                }
                let gaps: u64 = set.gaps().iter().map(|gap| gap.combinations).sum();
                prop_assert_eq!(gaps, without);
            }
            Err(SetFault::Overlap(..)) => prop_assert!(everything().any(|inputs| fitting(&inputs) > 1)),
            Err(SetFault::Never(_)) => prop_assert!(whens.iter().any(|when| everything().all(|inputs| !fits(when, &inputs)))),
            Err(other) => prop_assert!(false, "{}", other),
        }
    }

    #[test]
    fn more_failures_never_look_better(bad in 0u64..60, more in 0u64..40, known in 0u64..100) {
        let tried = |bad: u64| fisher_worse((bad.min(100), 100), (known, 400));
        prop_assert!(tried(bad + more) <= tried(bad) + 1e-9);
        prop_assert!((0.0..=1.0).contains(&tried(bad)));
    }
}
