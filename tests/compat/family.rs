//! Every family looks at every case: never a wrong answer, each break shown, each edit told by its own family.

use super::case::{Case, Found, Verdict, cases};
use super::third;
use matchmark::compat::{Comparison, Side, compare};
use matchmark::inclusion::{Answer, Budget, Dialect, Formats, Reading, Schema};
use matchmark::model::{Direction, Effect};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Areas that need pairs of both verdicts.
///
/// Source: the tests that the compatibility specification asks for
const AREAS: [&str; 9] = [
    "text",
    "bounds",
    "items",
    "properties",
    "branches",
    "unevaluated",
    "recursion",
    "drafts",
    "resources",
];
/// Pairs of an area, at least.
const PAIRS: usize = 8;
/// Edits whose findings are foretold, at least.
const EDITS: usize = 40;

/// Every case with what the engine says.
static COMPARED: LazyLock<BTreeMap<String, (Case, Comparison)>> = LazyLock::new(|| {
    let compared = |(name, case): (String, Case)| {
        let comparison = compared(&case, &case.old, &case.new);
        (name, (case, comparison))
    };
    cases().into_iter().map(compared).collect()
});

fn compared(case: &Case, old: &Value, new: &Value) -> Comparison {
    let side = |schema, draft| Side::read(schema, reading(draft), &Budget::default());
    let (draft_old, draft_new) = case.drafts();
    let (old, new) = (side(old, draft_old), side(new, draft_new));
    compare(&old, &new, Direction::Shared, &Budget::default())
}

fn reading(draft: &str) -> Reading {
    Reading {
        dialect: Dialect::named(draft),
        formats: Formats::Annotation,
    }
}

/// `None` for a schema that no question can be asked about.
fn ready(schema: &Value, draft: &str) -> Option<Schema> {
    Schema::read(schema, reading(draft), &Budget::default().stop).ok()
}

fn is_open(answer: &Answer) -> bool {
    matches!(answer, Answer::Unknown { .. })
}

#[test]
fn every_case_that_has_an_answer_gets_it() {
    let (mut wrong, mut open) = (Vec::new(), BTreeSet::new());
    for (name, (case, comparison)) in COMPARED.iter() {
        let settled = case.verdict != Verdict::Unknown;
        for (answer, lost) in [
            (&comparison.forth, &case.witness),
            (&comparison.back, &case.gained),
        ] {
            if is_open(answer) && settled {
                open.insert(name);
            } else if !is_open(answer) && (!settled || answer.is_breaking() != lost.is_some()) {
                wrong.push(format!("{name}: {answer:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(open.is_empty(), "{} open: {open:#?}", open.len());
}

#[test]
fn every_decided_case_is_explained_by_its_family_alone() {
    let mut wrong = Vec::new();
    for (name, (case, comparison)) in COMPARED.iter() {
        let settled = case.verdict != Verdict::Unknown;
        if settled && (is_open(&comparison.forth) || is_open(&comparison.back)) {
            continue;
        }
        let found = comparison.explanations.iter().map(|explanation| Found {
            rule: explanation.rule.to_owned(),
            pointer: explanation.new_pointer.clone(),
        });
        let mut found: Vec<Found> = found.collect();
        found.sort();
        if (comparison.effect, &found) != (case.effect, &case.wanted()) {
            wrong.push(format!("{name}: {:?} {found:?}", comparison.effect));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_label_is_shown_by_its_value() {
    for (name, (case, _)) in COMPARED.iter() {
        if case.verdict == Verdict::Unknown {
            continue;
        }
        let (draft_old, draft_new) = case.drafts();
        let sides = ready(&case.old, draft_old).zip(ready(&case.new, draft_new));
        if let (Some((old, new)), Some(value)) = (&sides, &case.witness) {
            assert!(old.accepts(value) && !new.accepts(value), "{name} {value}");
        }
        if let (Some((old, new)), Some(value)) = (&sides, &case.gained) {
            assert!(new.accepts(value) && !old.accepts(value), "{name} {value}");
        }
        let breaks = case.verdict == Verdict::Breaking;
        assert_eq!(case.witness.is_some(), breaks, "{name} shows its verdict");
        let effect = match (&case.witness, &case.gained) {
            (None, None) => Effect::None,
            (Some(_), None) => Effect::Narrows,
            (None, Some(_)) => Effect::Widens,
            (Some(_), Some(_)) => Effect::Both,
        };
        assert_eq!(case.effect, effect, "{name} shows its effect");
    }
}

#[test]
fn a_third_validator_confirms_every_witness() {
    let (mut confirmed, mut objections) = (0, Vec::new());
    for (name, (case, comparison)) in COMPARED.iter() {
        let (draft_old, draft_new) = case.drafts();
        let (old, new) = ((&case.old, draft_old), (&case.new, draft_new));
        let mut check = |accepting, rejecting, value: &Value| {
            confirmed += 1;
            let objection = third::objection(accepting, rejecting, value);
            objections.extend(objection.map(|objection| format!("{name}: {objection}")));
        };
        if let Some(value) = &case.witness {
            check(old, new, value);
        }
        if let Some(value) = &case.gained {
            check(new, old, value);
        }
        if let Answer::Breaking { witness } = &comparison.forth {
            check(old, new, &witness.value);
        }
        if let Answer::Breaking { witness } = &comparison.back {
            check(new, old, &witness.value);
        }
        for explanation in &comparison.explanations {
            match (&explanation.witness, explanation.effect) {
                (Some(witness), Effect::Narrows) => check(old, new, &witness.value),
                (Some(witness), _) => check(new, old, &witness.value),
                (None, _) => {}
            }
        }
    }
    assert!(objections.is_empty(), "{objections:#?}");
    assert!(confirmed > 300, "{confirmed} witnesses were looked at");
}

#[test]
fn a_finding_stands_only_where_its_direction_breaks() {
    for (name, (case, comparison)) in COMPARED.iter() {
        for (effect, answer) in [
            (Effect::Narrows, &comparison.forth),
            (Effect::Widens, &comparison.back),
        ] {
            let found = comparison.explanations.iter();
            let found = found.filter(|one| one.effect == effect).count();
            assert_eq!(found > 0, answer.is_breaking(), "{name} {effect:?}");
        }
        let settled = comparison.explanations.iter();
        for explanation in settled.filter(|one| one.effect != Effect::Unsure) {
            let (old, new) = (&explanation.old_pointer, &explanation.new_pointer);
            assert!(case.old.pointer(old).is_some(), "{name} old {old}");
            assert!(case.new.pointer(new).is_some(), "{name} new {new}");
        }
    }
}

#[test]
fn two_findings_of_one_pair_are_told_apart() {
    for (name, (_, comparison)) in COMPARED.iter() {
        let found = comparison.explanations.iter();
        let keys: BTreeSet<_> = found
            .map(|one| (one.rule, &one.new_pointer, &one.kind))
            .collect();
        assert_eq!(keys.len(), comparison.explanations.len(), "{name}");
    }
}

#[test]
fn every_schema_includes_itself() {
    for (name, (case, _)) in COMPARED.iter() {
        if case.verdict == Verdict::Unknown {
            continue;
        }
        let (draft_old, draft_new) = case.drafts();
        for (schema, draft) in [(&case.old, draft_old), (&case.new, draft_new)] {
            let ready = Side::read(schema, reading(draft), &Budget::default());
            let same = compare(&ready, &ready, Direction::Shared, &Budget::default());
            let open = is_open(&same.forth) && is_open(&same.back);
            assert!(open || same.effect == Effect::None, "{name}: {same:?}");
        }
    }
}

#[test]
fn two_runs_give_the_same_witnesses() {
    for (name, (case, comparison)) in COMPARED.iter() {
        let again = compared(case, &case.old, &case.new);
        assert_eq!(*comparison, again, "{name}");
    }
}

#[test]
fn every_area_has_pairs_of_both_verdicts() {
    for area in AREAS {
        let of = |verdict| {
            let all = COMPARED.iter();
            let of_area = all.filter(|(name, _)| name.starts_with(&format!("{area}/")));
            of_area
                .filter(|(_, (case, _))| case.verdict == verdict)
                .count()
        };
        let (holds, breaks) = (of(Verdict::Compatible), of(Verdict::Breaking));
        assert!(holds + breaks >= PAIRS, "{area} has few pairs");
        assert!(holds > 1 && breaks > 1, "{area}: {holds} and {breaks}");
    }
    let told = COMPARED
        .values()
        .filter(|(case, _)| !case.wanted().is_empty());
    assert!(told.count() >= EDITS, "few edits are foretold");
}
