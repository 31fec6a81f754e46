//! What `validate`, `explain` and the gate make of payload rules.

use crate::rows::request;
use matchmark::catalogue::{RuleFolder, Source};
use matchmark::load;
use matchmark::payload::{Circumstances, Organisation, Parties};
use matchmark::policy::{Judged, Judgement, PayloadRules, Rule, RuleBook, Specimen};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use wire::json::{Document, Limits};

pub fn shipped() -> BTreeMap<String, RuleFolder> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    load::folder(root, None).unwrap().0.payload_rules
}

/// What the rules of a book say of a payload in its circumstances.
pub fn judge(book: &RuleBook, payload: &Value, circumstances: &Circumstances) -> Judgement {
    let text = serde_json::to_string_pretty(payload).unwrap();
    ask(&PayloadRules::of(book), &text, circumstances)
}

/// The same, of its text, with what the rules have said before.
fn ask(rules: &PayloadRules<'_>, text: &str, circumstances: &Circumstances) -> Judgement {
    let (entry, version) = circumstances.schema.split_once('@').unwrap();
    let id = matchmark::model::VersionId {
        entry: entry.to_owned(),
        version: version.parse().unwrap(),
    };
    let document = Document::parse(text.as_bytes(), &Limits::FILE).unwrap();
    rules.judge(&Judged {
        payload: document.value(),
        places: &|pointer| document.place(pointer),
        file: "payload.json",
        id: &id,
        number: &version.parse().unwrap(),
        circumstances,
    })
}

/// Every case of a rule, with whether it must fire.
pub fn cases(rule: &Rule) -> impl Iterator<Item = (&str, &Specimen, bool)> {
    let of = |fires: bool| {
        let cases = if fires { &rule.fires } else { &rule.quiet };
        cases
            .iter()
            .map(move |case| (case.path.as_str(), case.payload.as_ref().unwrap(), fires))
    };
    of(true).chain(of(false))
}

/// The program in the shipped repository, deaf to the caller's environment.
pub fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_matchmark"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

/// Exit code and result of `validate` over one payload.
pub fn validated(payload: &Value, flags: &[&str]) -> (i32, Value) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("payload.json");
    std::fs::write(&file, serde_json::to_string_pretty(payload).unwrap()).unwrap();
    let file = file.to_str().unwrap();
    let output = run(&[&["validate", file, "--format", "json"], flags].concat());
    let result = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code().unwrap(), result)
}

#[test]
fn every_case_says_the_same_where_payloads_are_judged() {
    let book = RuleBook::read(&shipped());
    for rule in &book.rules {
        for (path, specimen, fires) in cases(rule) {
            let judgement = judge(&book, &specimen.payload, &specimen.circumstances);
            assert!(judgement.not_evaluated.is_empty(), "{path}: {judgement:?}");
            let own = |id: &str| id == rule.file.id;
            let said = judgement.breaks.iter().filter(|b| own(&b.finding.rule));
            assert_eq!(said.count() > 0, fires, "{path}");
            for found in &judgement.breaks {
                assert!(own(&found.finding.rule), "{path}: {}", found.finding.rule);
                assert_eq!(Some(found.code), rule.file.outcome);
                assert!(found.finding.place.line > 1 || found.finding.pointer.is_empty());
            }
        }
    }
}

#[test]
fn what_a_rule_has_said_before_changes_nothing() {
    let book = RuleBook::read(&shipped());
    let rules = PayloadRules::of(&book);
    let specimens = || book.rules.iter().flat_map(cases).map(|(_, it, _)| it);
    let (mut asked, mut broken) = (0, 0);
    for is_pretty in [true, false, true] {
        for specimen in specimens() {
            let text = match is_pretty {
                true => serde_json::to_string_pretty(&specimen.payload).unwrap(),
                false => specimen.payload.to_string(),
            };
            let of_anew = ask(&PayloadRules::of(&book), &text, &specimen.circumstances);
            let judgement = ask(&rules, &text, &specimen.circumstances);
            assert_eq!(judgement, of_anew, "{}", specimen.circumstances.schema);
            let lines = judgement
                .breaks
                .iter()
                .map(|found| found.finding.place.line);
            broken += lines.filter(|line| (*line > 1) == is_pretty).count();
            asked += 1;
        }
    }
    assert!(asked > 100 && broken > 50, "{broken} of {asked}");
}

#[test]
fn a_payload_that_fits_its_schema_and_breaks_a_rule_is_invalid_at_its_place() {
    let mut payload = request();
    payload["parameter"][1]["resource"]["beneficiary"]["reference"] = json!("Patient/1");
    let (exit, result) = validated(&payload, &["--as-of", "2026-10-01"]);
    assert_eq!(
        (exit, &result["verdict"]),
        (1, &json!("no-go")),
        "{result:#}"
    );
    let problem = &result["payloads"][0]["problems"][0];
    assert_eq!(problem["rule"], "payload/reference-elsewhere");
    assert_eq!(problem["code"], "bad-bundle");
    assert_eq!(
        problem["expression"],
        "Parameters.parameter[1].resource.beneficiary.reference"
    );
    assert!(problem["line"].as_u64().unwrap() > 10 && problem["fix"].is_string());
    assert_eq!(result["payloads"][0]["answer"]["status"], 422);
    assert!(!result.to_string().contains("Patient/1"));
}

#[test]
fn the_parties_are_judged_when_somebody_says_who_calls() {
    let payload = request();
    let as_of = ["--as-of", "2026-10-01"];
    let (exit, unknown) = validated(&payload, &as_of);
    assert_eq!(exit, 0, "{unknown:#}");
    let left = &unknown["payloads"][0]["not_judged"][0];
    assert_eq!(left["rule"], "payload/consent-party-other");
    for (caller, state) in [
        ("contoso", "valid"),
        ("https://payer-exchange.example/payer-ids|contoso", "valid"),
        ("northwind", "invalid"),
    ] {
        let flags = [as_of[0], as_of[1], "--caller", caller];
        let (_, result) = validated(&payload, &flags);
        assert_eq!(
            result["payloads"][0]["state"], state,
            "{caller}: {result:#}"
        );
        assert!(result["payloads"][0]["not_judged"].is_null());
    }
}

#[test]
fn a_rule_without_a_usable_answer_decides_nothing() {
    let mut folders = shipped();
    folders.retain(|name, _| name == "consent-period");
    let folder = folders.get_mut("consent-period").unwrap();
    let rego = folder.rego.as_ref().unwrap();
    let broken = rego.text().unwrap().replace(
        "\"pointer\": c.period.pointer",
        "\"pointer\": c.period.state",
    );
    folder.rego = Some(Source::new(rego.path.clone(), broken.into_bytes()));
    let toml = folder.toml.as_ref().unwrap();
    let reads = toml
        .text()
        .unwrap()
        .replace("  \"consents[].period.pointer\",\n", "");
    folder.toml = Some(Source::new(toml.path.clone(), reads.into_bytes()));
    let book = RuleBook::read(&folders);
    assert!(book.refused.is_empty(), "{:#?}", book.refused);
    let rule = &book.rules[0];
    let specimen = rule.fires[0].payload.as_ref().unwrap();
    let judgement = judge(&book, &specimen.payload, &specimen.circumstances);
    assert!(judgement.breaks.is_empty());
    assert_eq!(judgement.not_evaluated[0].rule, "policy/rule-not-evaluated");

    let mut unusable = shipped();
    unusable.get_mut("consent-period").unwrap().rego = None;
    let book = RuleBook::read(&unusable);
    let judgement = judge(&book, &specimen.payload, &specimen.circumstances);
    assert_eq!(judgement.not_evaluated[0].rule, "policy/rule-unusable");
}

#[test]
fn rules_of_other_entries_are_not_asked() {
    let book = RuleBook::read(&shipped());
    let elsewhere = Circumstances {
        schema: "hrex-coverage@2.0.1".to_owned(),
        as_of: None,
        zone: chrono::FixedOffset::east_opt(0).unwrap(),
        parties: Some(Parties {
            caller: Organisation::default(),
            payer: Organisation::default(),
            either_way: false,
        }),
    };
    assert_eq!(judge(&book, &request(), &elsewhere), Judgement::default());
}

#[test]
fn a_payload_rule_is_explained_like_any_other() {
    let output = run(&["explain", "payload/reference-elsewhere"]);
    let text = String::from_utf8(output.stdout).unwrap();
    for said in ["mm-6", "patient-1", "MemberPatient that stands beside it"] {
        assert!(text.contains(said), "{text}");
    }
    let output = run(&["explain", "payload/reference-elswhere"]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.contains("payload/reference-elsewhere"), "{text}");
}

#[test]
fn a_range_that_holds_nothing_is_told() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = load::folder(root, None).unwrap().0;
    let mut folders = shipped();
    folders.retain(|name, _| name == "consent-period");
    let aimless = |old: &str, new: &str| -> Vec<(String, String)> {
        let mut folders = folders.clone();
        let folder = folders.get_mut("consent-period").unwrap();
        let toml = folder.toml.as_ref().unwrap();
        let text = toml.text().unwrap().replace(old, new);
        folder.toml = Some(Source::new(toml.path.clone(), text.into_bytes()));
        let book = RuleBook::read(&folders);
        assert!(book.refused.is_empty(), "{:#?}", book.refused);
        matchmark::policy::aimless(&book, &workspace.catalogue)
            .into_iter()
            .map(|finding| (finding.rule, finding.kind))
            .collect()
    };
    let told = |entry: &str| {
        let rule = "catalogue/rule-entry-unknown".to_owned();
        (rule, entry.to_owned())
    };
    for (old, new) in [
        ("hrex-consent@>=1.0.0", "hrex-consents@>=1.0.0"),
        ("hrex-consent@>=1.0.0", "hrex-consent@>=9.0.0"),
    ] {
        let entry = new.split('@').next().unwrap();
        assert!(aimless(old, new).contains(&told(entry)), "{new}");
    }
    assert!(!aimless("x", "x").contains(&told("hrex-consent")));
}

#[test]
fn a_range_that_cannot_be_read_keeps_the_rule_from_loading() {
    for (old, new) in [
        ("hrex-consent@>=1.0.0", "hrex-consent"),
        ("hrex-consent@>=1.0.0", "hrex-consent@newest"),
        ("outcome = \"consent-constraint\"\n", ""),
        ("severity = \"error\"", "severity = \"warning\""),
        ("per-member = [\"pdex", "per-member = [\"hrex"),
        (
            "\"hrex-member-match-request@>=1.0.0\"",
            "\"hrex-member-match-request@>=3.0.0\"",
        ),
    ] {
        let mut folders = shipped();
        let folder = folders.get_mut("consent-period").unwrap();
        let toml = folder.toml.as_ref().unwrap();
        let text = toml.text().unwrap();
        assert!(text.contains(old), "{old}");
        let text = text.replace(old, new);
        folder.toml = Some(Source::new(toml.path.clone(), text.into_bytes()));
        let book = RuleBook::read(&folders);
        assert!(book.refused.contains_key("consent-period"), "{new}");
    }
}
