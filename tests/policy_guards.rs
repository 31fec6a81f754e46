//! Ways in which a policy can fail open that its text shows, broken once on purpose: each keeps the rule from loading.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/rules.rs"]
mod rules;

use rules::*;

#[test]
fn a_misspelt_name_is_no_fact() {
    for (old, new, fact) in [
        (
            "consent.missing",
            "consent.mising",
            "schemas[].consent.mising",
        ),
        ("input.schemas", "input.shcemas", "shcemas"),
        ("s.consent.anchor", "s.consent", "schemas[].consent"),
    ] {
        let said = refusal(text(old, new));
        assert!(said.contains(&format!("`{fact}`")), "{said}");
    }
}

#[test]
fn a_rule_without_cases_does_not_load() {
    let mut no_quiet = folder(CONSENT);
    no_quiet.quiet.clear();
    assert!(refusal(no_quiet).contains("quiet"));
    let mut no_fires = folder(CONSENT);
    no_fires.fires.clear();
    assert!(refusal(no_fires).contains("fires"));
    let mut no_text = folder(CONSENT);
    no_text.rego = None;
    assert!(refusal(no_text).contains("rule.rego"));
    let mut no_file = folder(CONSENT);
    no_file.toml = None;
    assert!(refusal(no_file).contains("rule.toml"));
}

#[test]
fn declared_reads_and_real_reads_are_the_same() {
    let undeclared = file("  \"schemas[].consent.bearing\",\n", "");
    assert!(refusal(undeclared).contains("does not declare"));
    let idle = file(
        "  \"schemas[].id\",\n",
        "  \"schemas[].id\",\n  \"schemas[].owner\",\n",
    );
    assert!(refusal(idle).contains("does not read"));
    let applies = file(
        "applies = [\"schemas\"]",
        "applies = [\"schemas\", \"fields\"]",
    );
    assert!(refusal(applies).contains("applies"));
    let params = file("[example]", "[params]\nmost = 3\n\n[example]");
    assert!(refusal(params).contains("decides nothing"));
}

#[test]
fn a_call_that_is_not_allowed_is_refused_before_anything_runs() {
    for call in [
        "rand.intn(\"a\", 3)",
        "trace(\"a\")",
        "print(\"a\")",
        "time.now_ns()",
        "http.send({})",
        "net.lookup_ip_addr(\"a\")",
        "opa.runtime()",
        "uuid.rfc4122(\"a\")",
        "object.get(s, \"id\", \"\")",
        "numbers.range(1, 2)",
        "numbers.range_step(1, 2, 1)",
        "sprintf(\"%v\", [1])",
        "walk(s)",
        "frob(s.id)",
    ] {
        let said = refusal(text(
            "\ts.consent.bearing\n",
            &format!("\ts.consent.bearing\n\t{call}\n"),
        ));
        assert!(said.contains("may not be called"), "{call}: {said}");
    }
}

#[test]
fn every_construct_that_hides_a_read_or_a_result_is_refused() {
    let bearing = "\ts.consent.bearing\n";
    for (old, new, why) in [
        (
            "deny contains finding if",
            "violation contains finding if",
            "partial set",
        ),
        (
            "deny contains finding if",
            "deny := finding if",
            "partial set",
        ),
        (
            "deny contains finding if",
            "deny[\"a\"] := finding if",
            "partial set",
        ),
        (
            "package matchmark.rules.consent_metadata_missing",
            "package matchmark.rules.other",
            "package must be",
        ),
        (
            "\n\n# The facts",
            "\n\nimport data.other\n\n# The facts",
            "imported",
        ),
        (
            "\n\n# The facts",
            "\n\ndefault deny := []\n\n# The facts",
            "partial set",
        ),
        (
            "\n\n# The facts",
            "\n\nhelper(x) := x\n\n# The facts",
            "partial set",
        ),
        (
            "\n\n# The facts",
            "\n\nlimit := 3\n\n# The facts",
            "partial set",
        ),
        (
            bearing,
            "\ts.consent.bearing with input.as_of as \"x\"\n",
            "`with`",
        ),
        (
            bearing,
            "\tevery x in s.files { x.name != \"\" }\n\ts.consent.bearing\n",
            "`every`",
        ),
        (
            bearing,
            "\tsome i\n\tinput.schemas[i].consent.bearing\n",
            "walk a collection",
        ),
        (
            bearing,
            "\tinput.schemas[_].consent.bearing\n",
            "`_` is not bound",
        ),
        (bearing, "\ts.consent.bearing = true\n", "`=` both"),
        (
            bearing,
            "\ts.consent.bearing\n\tdata.other.x\n",
            "`data` is not bound",
        ),
        (
            bearing,
            "\ts.consent.bearing\n\tcopy := input\n\tcopy == s\n",
            "whole input",
        ),
        (
            bearing,
            "\ts.consent.bearing\n\tsome part in s.consent\n\tcount(part) == 3\n",
            "no fact `schemas[].consent[]`",
        ),
        (
            bearing,
            "\ts.consent.bearing\n\tpart := s.consent[s.id]\n\tpart == 3\n",
            "no fact `schemas[].consent[]`",
        ),
        (
            bearing,
            "\ts.consent.bearing\n\tnobody.knows\n",
            "`nobody` is not bound",
        ),
        (
            "\"args\": {\"item\": item}}\n}",
            "\"args\": {\"item\": item}}\n} else := 3",
            "else cannot",
        ),
    ] {
        let said = refusal(text(old, new));
        assert!(said.contains(why), "{new}: {said}");
    }
}

#[test]
fn a_flaw_of_rule_toml_is_found_at_its_line() {
    for (old, new, line) in [
        ("id = \"policy/consent", "id = \"policy/consents", 2),
        ("severity = \"error\"", "severity = \"fault\"", 4),
        ("severity = \"error\"", "seriousness = \"error\"", 4),
        ("owner = \"privacy\"", "owner = \"\"", 7),
        ("must require", "should require", 3),
        ("waivable = false", "waivable = true", 19),
        ("{item}` in the schema", "{itme}` in the schema", 18),
    ] {
        let book = book(file(old, new));
        let finding = &book.refused[CONSENT][0];
        assert_eq!(finding.place.line, line, "{new}: {}", finding.message);
        assert!(finding.place.file.ends_with("rule.toml"));
    }
}
