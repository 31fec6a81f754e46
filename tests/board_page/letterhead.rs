//! The board's own words and style around the page.

use super::*;

/// The shipped repository with a folder of templates.
fn templated(files: &[(&str, &str)]) -> Repository {
    let repository = Repository::bare();
    let config = repository.read("matchmark.toml");
    let named = format!("{config}\n[report]\ntemplates = \"policies/templates\"\n");
    repository.write("matchmark.toml", named);
    for (name, text) in files {
        repository.write(&format!("policies/templates/{name}"), text);
    }
    repository
}

#[test]
fn a_board_puts_its_own_words_and_style_around_the_page() {
    let repository = templated(&[
        (
            "header.txt",
            "Board of <Northwind>, stage {{stage}}.\n\nEvidence {{ evidence }}",
        ),
        ("footer.txt", "Keep for ten years. As of {{as-of}}."),
        ("style.css", "h1 { color: #204060; }\n"),
        ("README.md", "Notes {{of}} people.\n"),
    ]);
    let html = repository.beside("board.html");
    let flag = format!("--format=html={}", html.display());
    let (report, _) = repository.check(&["--only", "catalogue", &flag]);
    let rules = support::deciding(&report);
    assert!(
        !rules.iter().any(|rule| rule.starts_with("catalogue/")),
        "{rules:?}"
    );
    let page = std::fs::read_to_string(html).unwrap();
    assert!(
        page.contains("<p class=\"letterhead\">Board of &lt;Northwind&gt;, stage local.</p>"),
        "{page}"
    );
    assert!(page.contains("Evidence sha256:"));
    assert!(page.contains(&format!("Keep for ten years. As of {AS_OF}.")));
    assert!(page.contains("h1 { color: #204060; }\n</style>"));
}

#[test]
fn a_template_that_no_report_fills_or_that_loads_something_is_refused_at_its_place() {
    for (name, text, line, column, said) in [
        (
            "header.txt",
            "As of\nthe {{member}}",
            2,
            5,
            "has a place that no report fills",
        ),
        ("footer.txt", "open {{as-of", 1, 6, "never closes it"),
        (
            "style.css",
            "h1 {\n  background: url(x) }",
            2,
            15,
            "holds `url(`",
        ),
        ("style.css", "</style>", 1, 1, "holds `<`"),
        ("page.html", "x", 1, 1, "is no template"),
    ] {
        let repository = templated(&[(name, text)]);
        let (_, findings) = matchmark::load::folder(&repository.path(), None).unwrap();
        let found: Vec<_> = findings
            .iter()
            .filter(|one| one.rule == "catalogue/template-unreadable")
            .collect();
        assert_eq!(found.len(), 1, "{name} {text}: {findings:#?}");
        let place = &found[0].place;
        assert_eq!((place.line, place.column), (line, column), "{name} {text}");
        assert!(found[0].message.contains(said), "{}", found[0].message);
    }
    let (_, findings) = matchmark::load::folder(&templated(&[]).path(), None).unwrap();
    assert!(
        findings
            .iter()
            .any(|one| one.message.contains("no template lies there")),
        "{findings:#?}"
    );
}
