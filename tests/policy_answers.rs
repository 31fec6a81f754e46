//! Ways in which a policy can fail open that only its answers show, broken once on purpose: none of them passes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/rules.rs"]
mod rules;

use matchmark::catalogue::Source;
use matchmark::model::{Gravity, Place, Severity};
use matchmark::policy::{Outcome, run, test_rule};
use rules::*;
use serde_json::{Value, json};

#[test]
fn a_name_that_no_case_needs_survives_its_misspelling() {
    let mut thin = folder(NAMES);
    thin.fires
        .retain(|case| case.path.ends_with("field-snake.json"));
    let trial = test_rule(&rule(thin));
    assert!(trial.killed < trial.mutants, "{trial:?}");
    assert!(trial.needed < trial.reads, "{trial:?}");
    assert_eq!(kinds(&trial), ["line", "mutant", "idle-read"]);
}

#[test]
fn a_slip_behind_not_is_caught_by_the_near_miss() {
    let mut behind = text("\ts.consent.bearing\n", "\tnot s.consent.bearing\n");
    assert!(
        test_rule(&rule(behind.clone())).findings.len() > 1,
        "the cases are of the rule as it was"
    );
    behind
        .quiet
        .retain(|case| case.path.ends_with("all-items-required.json"));
    behind.fires = vec![Source::new(
        "fires/no-bearing.json",
        json!({
            "note": "fires where no consent travels",
            "input": { "schemas": [{ "id": "a@1.0.0", "consent":
                { "bearing": false, "missing": ["status"], "anchor": "" } }] },
            "findings": [{ "subject": "a@1.0.0", "pointer": "", "kind": "status",
                "args": { "item": "status" } }]
        })
        .to_string()
        .into_bytes(),
    )];
    let without = test_rule(&rule(behind.clone()));
    assert!(kinds(&without).contains(&"mutant"), "{without:?}");
    behind.quiet.push(Source::new(
        "quiet/near-miss.json",
        json!({
            "note": "one fact away",
            "input": { "schemas": [{ "id": "a@1.0.0", "consent":
                { "bearing": true, "missing": ["status"], "anchor": "" } }] }
        })
        .to_string()
        .into_bytes(),
    ));
    let with = test_rule(&rule(behind));
    assert_eq!(with.killed, with.mutants, "{with:?}");
}

#[test]
fn an_input_that_lacks_a_fact_is_an_error_and_nothing_is_evaluated() {
    let mut lacking = document();
    lacking["schemas"][0]["consent"]
        .as_object_mut()
        .unwrap()
        .remove("missing");
    let mut more = document();
    more["schemas"][0]["surprise"] = json!(1);
    let mut null = document();
    null["schemas"][0]["owner"] = Value::Null;
    for input in [json!({}), lacking, more, null] {
        let outcome = judge(folder(CONSENT), &input);
        assert_eq!(outcome.findings.len(), 1, "{outcome:?}");
        assert_eq!(outcome.findings[0].rule, "policy/input-invalid");
        assert_eq!(outcome.not_evaluated, outcome.expected);
    }
}

#[test]
fn an_answer_of_another_shape_is_no_answer() {
    let whole = "{\"subject\": s.id, \"pointer\": s.consent.anchor, \"kind\": item, \"args\": {\"item\": item}}";
    for (old, new) in [
        (whole, "[s.id, s.consent.anchor, item]"),
        ("\"kind\": item", "\"sort\": item"),
        (
            "\"kind\": item, ",
            "\"kind\": item, \"severity\": \"info\", ",
        ),
        ("\"kind\": item", "\"kind\": \"\""),
        ("\"kind\": item", "\"kind\": 3"),
        (
            "\"args\": {\"item\": item}",
            "\"args\": {\"item\": {\"a\": item}}",
        ),
    ] {
        assert!(undecided(text(old, new)).contains("result"), "{new}");
    }
    let unfilled = undecided(text(
        "\"args\": {\"item\": item}",
        "\"args\": {\"thing\": item}",
    ));
    assert!(unfilled.contains("`{item}`"), "{unfilled}");
}

#[test]
fn a_built_in_error_is_no_pass() {
    let said = undecided(text(
        "\ts.consent.bearing\n",
        "\ts.consent.bearing\n\tlower(s.consent.missing) == \"a\"\n",
    ));
    assert!(said.contains("raised an error at line 7"), "{said}");
}

#[test]
fn an_endless_rule_is_stopped_at_its_limit_and_undecided() {
    let mut endless = document();
    let schema = endless["schemas"][0].clone();
    endless["schemas"] = Value::Array(vec![schema; 500]);
    let slow = book(text(
        "\ts.consent.bearing\n",
        "\tsome a in input.schemas\n\tsome b in input.schemas\n\ta.id != b.id\n\ts.consent.bearing\n",
    ));
    let outcome = run(&slow, &endless, &|_, _| Some(Place::start("schema.json")));
    assert!(outcome.findings[0].message.contains("longer than 1000 ms"));
    assert_eq!(outcome.not_evaluated.len(), 1);
}

#[test]
fn a_line_that_no_case_reaches_is_found() {
    let mut thin = folder("auth-undeclared");
    thin.fires
        .retain(|case| case.path.ends_with("scheme-only.json"));
    let trial = test_rule(&rule(thin));
    assert!(kinds(&trial).contains(&"line"), "{trial:?}");
}

#[test]
fn a_finding_that_points_at_nothing_is_no_finding() {
    let mut nowhere = document();
    nowhere["schemas"][0]["consent"]["anchor"] = json!("/nowhere");
    let outcome = judge(folder(CONSENT), &nowhere);
    assert_eq!(outcome.not_evaluated.len(), 1);
    assert!(outcome.findings[0].message.contains("nothing stands"));
    let subject = undecided(text(
        "finding := {\"subject\": s.id, ",
        "s.id != \"\"\n\tfinding := {\"subject\": \"somebody\", ",
    ));
    assert!(subject.contains("subject"), "{subject}");
    let twins = text("\"kind\": item, \"args\"", "\"kind\": \"same\", \"args\"");
    let all = rule(folder(CONSENT)).fires[0].input.clone();
    let outcome = judge(twins, &all);
    assert!(
        outcome.findings.last().unwrap().message.contains("waiver"),
        "{outcome:?}"
    );
}

#[test]
fn a_case_must_come_out_as_it_says_and_hold_no_idle_fact() {
    let mut wrong = folder(CONSENT);
    let case = wrong.fires[1].clone();
    let text = case.text().unwrap();
    let other = text.replace("\"kind\": \"provision.period.end\"", "\"kind\": \"status\"");
    assert_ne!(other, text);
    wrong.fires[1] = Source::new(case.path.clone(), other.into_bytes());
    assert!(kinds(&test_rule(&rule(wrong))).contains(&"case"));

    for (old, new, why) in [
        (
            "\"id\": \"hrex-consent@3.0.0\"",
            "\"id\": \"hrex-consent@3.0.0\", \"owner\": \"x\"",
            "`schemas[].owner`",
        ),
        (
            "\"id\": \"hrex-consent@3.0.0\"",
            "\"di\": \"hrex-consent@3.0.0\"",
            "not valid",
        ),
        ("\"note\"", "\"nota\"", "nota"),
        ("\"findings\"", "\"note\": 3, \"findings\"", "twice"),
    ] {
        let mut idle = folder(CONSENT);
        assert!(text.contains(old), "{old}");
        let other = text.replacen(old, new, 1);
        idle.fires[1] = Source::new(case.path.clone(), other.into_bytes());
        let said = refusal(idle);
        assert!(said.contains(why), "{said}");
    }
}

#[test]
fn a_draft_is_shown_but_never_gates_and_a_retired_rule_does_not_run() {
    let outcome = judge(
        file("status = \"active\"", "status = \"draft\""),
        &document(),
    );
    assert_eq!(
        outcome.findings[0].gravity,
        Gravity::Declared(Severity::Info)
    );
    assert_eq!(outcome.draft.len(), 1);
    let outcome = judge(
        file("status = \"active\"", "status = \"retired\""),
        &document(),
    );
    assert_eq!(outcome, Outcome::default());
}

#[test]
fn a_kind_may_weigh_otherwise_and_an_empty_collection_is_not_a_pass() {
    let kinds = "\n[severity-by-kind]\n\"provision.period.end\" = \"warning\"\n\n[example]";
    let outcome = judge(file("\n[example]", kinds), &document());
    assert_eq!(
        outcome.findings[0].gravity,
        Gravity::Declared(Severity::Warning)
    );
    let mut empty = document();
    empty["schemas"] = json!([]);
    let outcome = judge(folder(CONSENT), &empty);
    assert_eq!(
        (outcome.evaluated.len(), outcome.not_applicable.len()),
        (0, 1)
    );
}

#[test]
fn a_rule_that_is_weakened_and_broken_in_one_go_is_still_found() {
    let weakened = text("\ts.consent.bearing\n", "\tnot s.consent.bearing\n");
    let silent = judge(weakened, &document());
    assert_eq!(silent.findings, []);
    let both = silent.with_base(judge(folder(CONSENT), &document()));
    assert_eq!(both.findings.len(), 1);
    assert_eq!(both.findings[0].notes.last().unwrap().label, "base");

    let lowered = judge(
        file("severity = \"error\"", "severity = \"info\""),
        &document(),
    );
    let both = lowered.with_base(judge(folder(CONSENT), &document()));
    assert_eq!(both.findings.len(), 1);
    assert_eq!(both.findings[0].gravity, Gravity::Declared(Severity::Error));
}
