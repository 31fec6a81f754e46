//! The shipped catalogue as facts, and what the shipped rules say when one thing in it is broken.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

use super::{Grounds, Shown, facts, places};
use crate::catalogue::{Catalogue, Source, Workspace};
use crate::load;
use crate::model::{Finding, Stage};
use crate::policy::{Outcome, RuleBook, run};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use wire::json::{Document, Limits};

pub(super) fn shipped() -> Workspace {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    load::folder(root, None).unwrap().0
}

/// The facts that the files alone tell.
fn document(head: &Workspace, stage: Stage) -> Value {
    let payload_rules = RuleBook::read(&head.payload_rules);
    let grounds = Grounds {
        head,
        payload_rules: &payload_rules,
        as_of: "2026-11-20".parse().unwrap(),
        stage,
    };
    facts(&grounds, &Shown::default()).to_value()
}

/// What the rules say when the catalogue is another one.
fn judge(head: &Workspace, catalogue: &Catalogue, book: &RuleBook) -> Outcome {
    let head = Workspace {
        catalogue: catalogue.clone(),
        ..head.clone()
    };
    run(book, &document(&head, Stage::PullRequest), &places(&head))
}

fn of<'a>(outcome: &'a Outcome, rule: &str) -> Vec<&'a Finding> {
    let found = outcome.findings.iter();
    found.filter(|finding| finding.rule == rule).collect()
}

/// Replaces the schema of a version by what `edit` makes of it.
fn edit(catalogue: &mut Catalogue, id: &str, edit: impl FnOnce(&mut Value)) {
    let (entry, version) = id.split_once('@').unwrap();
    let entry = catalogue.entries.get_mut(entry).unwrap();
    let version = entry.versions.get_mut(&version.parse().unwrap()).unwrap();
    let mut schema = version.schema.value().clone();
    edit(&mut schema);
    let text = serde_json::to_string_pretty(&schema).unwrap();
    let document = Document::parse(text.as_bytes(), &Limits::FILE).unwrap();
    version.schema = Arc::new(document);
}

#[test]
fn the_shipped_catalogue_breaks_no_rule() {
    let workspace = shipped();
    let outcome = judge(
        &workspace,
        &workspace.catalogue,
        &RuleBook::read(&workspace.rules),
    );
    assert!(outcome.findings.is_empty(), "{:#?}", outcome.findings);
    let over_files = [
        "auth-undeclared",
        "consent-metadata-missing",
        "name-irregular",
    ];
    assert!(
        over_files
            .iter()
            .all(|rule| outcome.evaluated.contains(*rule))
    );
    let asked: std::collections::BTreeSet<String> = outcome
        .evaluated
        .union(&outcome.not_applicable)
        .cloned()
        .collect();
    assert_eq!(outcome.expected, asked);
}

#[test]
fn the_same_files_give_the_same_facts() {
    let workspace = shipped();
    let text = |stage| wire::json::canonical(&document(&workspace, stage));
    assert_eq!(text(Stage::Local), text(Stage::Local));
    assert_ne!(text(Stage::Local), text(Stage::Staging));
}

/// Drops `name` from the `required` list at `pointer`.
fn optional(schema: &mut Value, pointer: &str, name: &str) {
    let required = schema.pointer_mut(&format!("{pointer}/required")).unwrap();
    let names = required.as_array_mut().unwrap();
    let before = names.len();
    names.retain(|required| required != name);
    assert_eq!(names.len() + 1, before, "{name} was not required");
}

fn relax_consent(schema: &mut Value, item: &str) {
    let provision = "/properties/provision";
    let period = "/properties/provision/properties/period";
    match item {
        "source" => optional(schema, "", "sourceReference"),
        "policy.uri" => {
            let policy = schema.pointer_mut("/properties/policy").unwrap();
            let members = policy.as_object_mut().unwrap();
            members.retain(|name, _| !name.to_lowercase().contains("contains"));
        }
        "provision.type" => optional(schema, provision, "type"),
        "provision.action" => optional(schema, provision, "action"),
        "provision.period.start" => optional(schema, period, "start"),
        "provision.period.end" => optional(schema, period, "end"),
        "provision.actor.source" | "provision.actor.recipient" => {
            let roles = schema.pointer_mut("/properties/provision/properties/actor/allOf");
            let index = usize::from(item == "provision.actor.recipient");
            roles.unwrap().as_array_mut().unwrap().remove(index);
        }
        name => optional(schema, "", name),
    }
}

#[test]
fn row_s0_20_each_consent_item_that_a_schema_drops_is_named() {
    let workspace = shipped();
    let book = RuleBook::read(&workspace.rules);
    let items = [
        "status",
        "scope",
        "category",
        "patient",
        "performer",
        "source",
        "policy.uri",
        "provision.type",
        "provision.period.start",
        "provision.period.end",
        "provision.actor.source",
        "provision.actor.recipient",
        "provision.action",
    ];
    for item in items {
        let mut catalogue = workspace.catalogue.clone();
        edit(&mut catalogue, "hrex-consent@2.0.1", |schema| {
            relax_consent(schema, item);
        });
        let outcome = judge(&workspace, &catalogue, &book);
        let found = of(&outcome, "policy/consent-metadata-missing");
        let told: Vec<(&str, &str)> = found
            .iter()
            .map(|finding| (finding.subject.as_str(), finding.kind.as_str()))
            .collect();
        let expected = [
            ("hrex-consent@2.0.1", item),
            ("hrex-member-match-request@2.0.1", item),
            ("pdex-bulk-member-match-request@1.0.1", item),
        ];
        assert_eq!(told, expected);
        assert!(found[0].message.contains(&format!("`{item}`")));
        assert_eq!(outcome.findings.len(), expected.len(), "{item}");
    }
}

#[test]
fn an_item_that_a_closed_schema_no_longer_knows_is_named_too() {
    let workspace = shipped();
    let mut catalogue = workspace.catalogue.clone();
    edit(&mut catalogue, "hrex-consent@2.0.1", |schema| {
        optional(schema, "", "status");
        schema["properties"]["status"] = Value::Bool(false);
    });
    let outcome = judge(&workspace, &catalogue, &RuleBook::read(&workspace.rules));
    let found = of(&outcome, "policy/consent-metadata-missing");
    let kinds: Vec<&str> = found.iter().map(|finding| finding.kind.as_str()).collect();
    assert_eq!(kinds, ["status"; 3]);
}

#[test]
fn a_consent_that_no_example_shows_is_taken_to_require_nothing() {
    let workspace = shipped();
    let mut catalogue = workspace.catalogue.clone();
    let entry = catalogue.entries.get_mut("hrex-consent").unwrap();
    let version = entry.versions.values_mut().next_back().unwrap();
    version.accepted.clear();
    let outcome = judge(&workspace, &catalogue, &RuleBook::read(&workspace.rules));
    assert_eq!(of(&outcome, "policy/consent-metadata-missing").len(), 13);
}

/// The catalogue with a piece of the match request's own file replaced.
fn with_entry(catalogue: &Catalogue, old: &str, new: &str) -> Catalogue {
    let mut catalogue = catalogue.clone();
    let id = "hrex-member-match-request";
    let entry = catalogue.entries.get_mut(id).unwrap();
    let text = entry.source.text().unwrap();
    assert!(text.contains(old), "{old}");
    let text = text.replace(old, new);
    entry.file = toml::from_str(&text).unwrap();
    entry.source = Source::new(entry.source.path.clone(), text.into_bytes());
    catalogue
}

#[test]
fn row_s0_16_an_operation_without_auth_or_with_another_scope_fails_at_its_line() {
    let workspace = shipped();
    let book = RuleBook::read(&workspace.rules);
    let scopes =
        "scopes = [\"http://hl7.org/fhir/us/davinci-hrex/OperationDefinition/member-match\"]";
    let wrong =
        "scopes = [\"http://hl7.org/fhir/us/davinci-hrex/operationdefinition/member-match\"]";
    let scheme = "scheme = \"smart-backend-services\"\n";
    let table = format!("[operation.auth]\n{scheme}{scopes}\n");
    for (old, new, expected) in [
        (
            table.as_str(),
            "",
            vec![
                "policy/auth-undeclared scheme",
                "policy/auth-undeclared scope",
            ],
        ),
        (scheme, "", vec!["policy/auth-undeclared scheme"]),
        (scopes, "scopes = []", vec!["policy/auth-undeclared scope"]),
        (scopes, wrong, vec!["policy/auth-scope-mismatch scope"]),
    ] {
        let outcome = judge(
            &workspace,
            &with_entry(&workspace.catalogue, old, new),
            &book,
        );
        let told: Vec<String> = outcome
            .findings
            .iter()
            .map(|finding| format!("{} {}", finding.rule, finding.kind))
            .collect();
        assert_eq!(told, expected, "{old}");
        let place = &outcome.findings[0].place;
        assert_eq!(place.file, "schemas/hrex-member-match-request/entry.toml");
        assert!(place.line > 10, "{place}");
    }
}

#[test]
fn row_s0_17_ten_misnamed_cases_have_one_finding_each_and_the_catalogue_none() {
    let workspace = shipped();
    let book = RuleBook::read(&workspace.rules);
    let rule = book.rule("policy/name-irregular").unwrap();
    assert_eq!(rule.fires.len(), 10);
    assert!(rule.fires.iter().all(|case| case.findings.len() == 1));
    assert_eq!(crate::policy::test_rule(rule).findings, []);
    let outcome = judge(&workspace, &workspace.catalogue, &book);
    assert_eq!(
        of(&outcome, "policy/name-irregular"),
        Vec::<&Finding>::new()
    );
}

#[test]
fn a_misnamed_field_is_found_where_it_stands() {
    let workspace = shipped();
    let mut catalogue = workspace.catalogue.clone();
    edit(&mut catalogue, "hrex-coverage@2.0.1", |schema| {
        let properties = schema["properties"].as_object_mut().unwrap();
        let field = properties.shift_remove("subscriberId").unwrap();
        properties.insert("subscriber_id".to_owned(), field);
    });
    let outcome = judge(&workspace, &catalogue, &RuleBook::read(&workspace.rules));
    let found = of(&outcome, "policy/name-irregular");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].pointer, "/properties/subscriber_id");
    assert_eq!(
        found[0].place.file,
        "schemas/hrex-coverage/2.0.1/schema.json"
    );
    assert!(found[0].place.line > 1);
}

#[test]
fn a_field_without_a_meaning_is_found_wherever_it_hides() {
    let workspace = shipped();
    let book = RuleBook::read(&workspace.rules);
    let hidden = json!({ "properties": { "memberAlias": { "type": "string" } } });
    let restated = json!({ "type": "string",
        "x-semantics": { "text": "The alias of the member.", "tag": "identity.alias" } });
    let cases: [(&str, Value, &str); 3] = [
        (
            "/properties/memberAlias",
            json!({ "type": "string" }),
            "absent",
        ),
        ("/properties/memberAlias", restated, "restates-name"),
        ("/allOf", json!([hidden]), "absent"),
    ];
    for (pointer, value, kind) in cases {
        let mut catalogue = workspace.catalogue.clone();
        edit(
            &mut catalogue,
            "hrex-patient-demographics@1.0.1",
            |schema| {
                let (parent, name) = pointer.rsplit_once('/').unwrap();
                schema.pointer_mut(parent).unwrap()[name] = value;
            },
        );
        let outcome = judge(&workspace, &catalogue, &book);
        let kinds: Vec<&str> = of(&outcome, "policy/semantics-missing")
            .iter()
            .map(|finding| finding.kind.as_str())
            .collect();
        assert_eq!(kinds, [kind], "{pointer}");
    }
}

#[test]
fn row_s0_01_one_number_under_params_flips_the_decision_of_the_same_program() {
    let mut workspace = shipped();
    let input = document(&workspace, Stage::PullRequest);
    let head = workspace.clone();
    let places = places(&head);
    let before = run(&RuleBook::read(&workspace.rules), &input, &places);
    assert_eq!(before.findings, []);

    let folder = workspace.rules.get_mut("semantics-missing").unwrap();
    let source = folder.toml.take().unwrap();
    let text = source
        .text()
        .unwrap()
        .replace("\nwords = 2\n", "\nwords = 4\n");
    assert_ne!(text, source.text().unwrap());
    folder.toml = Some(Source::new(source.path.clone(), text.into_bytes()));
    let after = run(&RuleBook::read(&workspace.rules), &input, &places);
    assert!(!after.findings.is_empty());
    assert!(after.findings.iter().all(|finding| finding.kind == "thin"));
}

#[test]
fn what_a_rule_names_is_found_or_has_no_place() {
    let workspace = shipped();
    let place = places(&workspace);
    let example = "schemas/hrex-consent/2.0.1/accepted/regular-one-way.json";
    for (subject, pointer) in [
        ("hrex-consent@2.0.1", "/properties/status"),
        ("hrex-consent", "/owner"),
        (example, ""),
    ] {
        assert!(place(subject, pointer).is_some(), "{subject} {pointer}");
    }
    for (subject, pointer) in [
        ("hrex-consent@2.0.1", "/properties/absent"),
        ("hrex-consent@9.0.0", ""),
        ("hrex-consent", "/absent"),
        ("absent", ""),
        (example, "/status"),
    ] {
        assert_eq!(place(subject, pointer), None, "{subject} {pointer}");
    }
}

#[test]
fn the_facts_of_the_shipped_repository_fit_the_schema_of_the_input() {
    let document = document(&shipped(), Stage::PullRequest);
    assert_eq!(crate::policy::input::fault(&document), None);
}
