//! What the arguments come to.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::*;
use crate::model::{
    Against, Aim, CheckName, CheckRequest, ContractRequest, Format, Provider, Severity, Stage,
    Target, ValidateRequest,
};

fn ask(line: &str, around: Surroundings) -> Asked {
    read(line.split(' ').map(OsString::from), &around)
}

fn check(line: &str) -> CheckRequest {
    match ask(line, Surroundings::default()) {
        Asked::Run(request, _) => match *request {
            Request::Check(request) => request,
            other => panic!("not a check: {other:?}"),
        },
        other => panic!("not a request: {other:?}"),
    }
}

fn validate(line: &str) -> ValidateRequest {
    match ask(line, Surroundings::default()) {
        Asked::Run(request, _) => match *request {
            Request::Validate(request) => request,
            other => panic!("not a validation: {other:?}"),
        },
        other => panic!("not a request: {other:?}"),
    }
}

#[test]
fn contract_verify_aims_at_what_its_flags_name() {
    let aim = |line: &str| match ask(line, Surroundings::default()) {
        Asked::Run(request, _) => match *request {
            Request::Contract(ContractRequest::Verify(request)) => (request.checks, request.aim),
            other => panic!("not a verification: {other:?}"),
        },
        other => panic!("not a request: {other:?}"),
    };
    let whole = (vec![CheckName::Contract], Aim::default());
    assert_eq!(aim("matchmark contract verify"), whole);
    assert_eq!(aim("matchmark contract verify --reference"), whole);
    let (_, aimed) = aim(
        "matchmark contract verify --provider-url http://a --states-url http://b --allow-net a,b --only x,y",
    );
    let Provider::Remote(remote) = aimed.provider else {
        panic!("not at an address")
    };
    assert_eq!(remote.url, "http://a");
    assert_eq!(remote.states_url.as_deref(), Some("http://b"));
    assert_eq!(remote.allowed_hosts, ["a", "b"]);
    assert_eq!(aimed.only, ["x", "y"]);
    for line in [
        "matchmark contract verify --states-url http://b",
        "matchmark contract verify --reference --provider-url http://a",
    ] {
        assert!(
            matches!(ask(line, Surroundings::default()), Asked::Refuse(_)),
            "{line}"
        );
    }
}

#[test]
fn the_command_is_well_formed() {
    command().debug_assert();
}

#[test]
fn check_without_flags_asks_for_everything_as_text() {
    let request = check("matchmark check");
    assert_eq!(request.checks, CheckName::ALL);
    assert_eq!(request.stage, Stage::Local);
    assert_eq!(request.as_of, None);
    let [wanted] = request.show.wanted.try_into().unwrap();
    assert_eq!(
        (wanted.format, wanted.target),
        (Format::Text, Target::Stdout)
    );
}

#[test]
fn check_honours_its_flags() {
    let request = check(
        "matchmark check -C demo --base HEAD~1 --stage staging --skip replay --fail-on warning \
         --as-of 2026-11-21 --format json=out.json --format markdown --jobs 2 --timeout 2m",
    );
    assert_eq!(request.repository.root.to_str(), Some("demo"));
    assert_eq!(request.base.as_deref(), Some("HEAD~1"));
    assert_eq!(request.stage, Stage::Staging);
    assert_eq!(request.checks.len(), 5);
    assert!(!request.checks.contains(&CheckName::Replay));
    assert_eq!(request.fail_on, Some(Severity::Warning));
    assert_eq!(request.timeout.unwrap().as_secs(), 120);
    let formats: Vec<Format> = request
        .show
        .wanted
        .iter()
        .map(|wanted| wanted.format)
        .collect();
    assert_eq!(formats, [Format::Json, Format::Markdown]);
}

#[test]
fn a_file_alone_leaves_text_on_standard_output_unless_quiet() {
    let loud = check("matchmark check --format json=out.json");
    assert_eq!(loud.show.wanted.len(), 2);
    let quiet = check("matchmark check --format json=out.json --quiet");
    assert_eq!(quiet.show.wanted.len(), 1);
}

#[test]
fn the_stage_is_stricter_in_continuous_integration() {
    let around = Surroundings {
        ci: true,
        ..Surroundings::default()
    };
    let Asked::Run(request, _) = ask("matchmark check", around) else {
        panic!("not a request");
    };
    assert!(matches!(*request, Request::Check(request) if request.stage == Stage::PullRequest));
}

#[test]
fn colour_needs_a_terminal_and_no_objection() {
    let terminal = Surroundings {
        stdout_is_terminal: true,
        ..Surroundings::default()
    };
    let objected = Surroundings {
        no_color: true,
        ..terminal
    };
    for (line, around, expected) in [
        ("matchmark check", terminal, true),
        ("matchmark check", objected, false),
        ("matchmark check", Surroundings::default(), false),
        ("matchmark check --color always", objected, true),
        ("matchmark check --color never", terminal, false),
    ] {
        let Asked::Run(request, _) = ask(line, around) else {
            panic!("not a request");
        };
        assert_eq!(request.show().unwrap().color, expected, "{line}");
    }
}

#[test]
fn a_validation_read_alone_is_what_the_whole_command_reads() {
    let around = Surroundings::default();
    for (line, is_read) in [
        ("matchmark validate a.json", true),
        ("matchmark validate - --as a@1.0.0 --schema-only -q", true),
        (
            "matchmark validate a b --schema s.json --jobs 2 --format json=o.json -C x",
            true,
        ),
        ("matchmark validate -- --as", true),
        ("matchmark validate", false),
        ("matchmark validate --help", false),
        ("matchmark validate a.json --version", false),
        ("matchmark validate a.json --schema s.json --as a", false),
        ("matchmark validat a.json", false),
        ("matchmark --version", false),
        ("matchmark", false),
    ] {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let alone = validate_alone(&words).map(|verb| request::resolve(verb, &around));
        let whole = command().try_get_matches_from(&words);
        let whole = whole.and_then(|found| args::Arguments::from_arg_matches(&found));
        let whole = whole.map(|all| request::resolve(all.verb, &around));
        assert_eq!(alone, whole.ok(), "{line}");
        assert_eq!(alone.is_some(), is_read, "{line}");
    }
}

#[test]
fn validate_names_what_it_judges_against() {
    assert_eq!(
        validate("matchmark validate a.json").against,
        Against::Recognised
    );
    assert_eq!(
        validate("matchmark validate - --as hrex-coverage@next").against,
        Against::Entry("hrex-coverage@next".to_owned())
    );
    assert_eq!(
        validate("matchmark validate a.json --schema s.json").against,
        Against::File("s.json".into())
    );
}

#[test]
fn what_makes_no_sense_is_refused_with_a_proposal() {
    for (line, said) in [
        ("matchmark chekc", "'check'"),
        ("matchmark check --onyl compat", "'--only'"),
        ("matchmark check --only comapt", "'compat'"),
        ("matchmark check --format jsno", "did you mean `json`?"),
        (
            "matchmark check --only compat --skip replay",
            "cannot be used with",
        ),
        (
            "matchmark check --format json --format text",
            "only one format",
        ),
        ("matchmark validate", "<FILE>"),
        ("matchmark compat", "--batch"),
    ] {
        let Asked::Refuse(text) = ask(line, Surroundings::default()) else {
            panic!("not refused: {line}");
        };
        assert!(text.contains(said), "{line}\n{text}");
    }
}

#[test]
fn completions_and_the_manual_are_printed() {
    for (line, part) in [
        ("matchmark completions bash", "_matchmark"),
        ("matchmark completions zsh", "#compdef matchmark"),
        ("matchmark man", ".TH matchmark 1"),
        ("matchmark --version", env!("CARGO_PKG_VERSION")),
    ] {
        let Asked::Print(text) = ask(line, Surroundings::default()) else {
            panic!("not printed: {line}");
        };
        assert!(text.contains(part), "{line}\n{text}");
    }
}
