//! The page that a board reads: made by the program and from reports on file, and read as browsers and people would.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::disallowed_methods
)]

#[path = "board_page/browser.rs"]
mod browser;
#[path = "board_page/large.rs"]
mod large;
#[path = "board_page/letterhead.rs"]
mod letterhead;
#[path = "board_page/markup.rs"]
mod markup;
#[path = "board_page/outline.rs"]
mod outline;
#[path = "support/gate.rs"]
mod support;

use matchmark::model::{Format, Letterhead, Report};
use matchmark::report::{Content, Style, render};
use std::path::{Path, PathBuf};
use std::time::Instant;
use support::{AS_OF, Repository, root, scenario::Scenario};

/// Reports on file: a green run, a red one, and the packet of a month with an emergency in it.
const EXAMPLES: [&str; 3] = ["go", "no-go", "packet"];

fn example(name: &str) -> Report {
    let path = format!("schemas/matchmark-report/1.2.0/accepted/{name}.json");
    let text = std::fs::read_to_string(root().join(path)).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn page(report: &Report) -> String {
    render(Format::Html, Content::Report(report), &Style::default()).unwrap()
}

/// The pages of `reports` as files, which stay below `target/` so that a person can open them.
fn filed(reports: &[(&str, &Report)]) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("board_page");
    std::fs::create_dir_all(&folder).unwrap();
    let write = |(name, report): &(&str, &Report)| {
        let path = folder.join(format!("{name}.html"));
        std::fs::write(&path, page(report)).unwrap();
        path
    };
    reports.iter().map(write).collect()
}

/// A run that could not settle a question and left a check out.
fn undecided() -> Report {
    let mut report = example("packet");
    report.verdict = matchmark::model::Verdict::Undecided;
    report.exit_code = 3;
    report
        .findings
        .retain(|found| found.rule == "compat/not-proved");
    report.summary = matchmark::model::Summary::of(&report.findings);
    report.checks[3].ran = false;
    report.checks[3].summary = "the reference could not be started".to_owned();
    report.governance.emergency.clear();
    report.governance.decisions.clear();
    report
}

/// A red run with an emergency in force and more to decide than the first sheet names.
fn crowded() -> Report {
    let mut report = example("no-go");
    let packet = example("packet");
    report.governance.emergency = packet.governance.emergency;
    report.governance.waivers = packet.governance.waivers;
    report.governance.sign_off = packet.governance.sign_off;
    let decisions = packet.governance.decisions.iter().cycle().take(6);
    report.governance.decisions = decisions.cloned().collect();
    for decision in &mut report.governance.decisions {
        decision.question =
            "The exception to policy/semantics-missing ends in 1 day: is it fixed, \
                             renewed or closed? It was rejected by security."
                .to_owned();
    }
    report
}

#[test]
fn every_part_of_a_page_stands_where_a_board_looks_for_it() {
    for name in EXAMPLES {
        insta::assert_snapshot!(
            format!("board_{name}"),
            outline::outline(&page(&example(name)))
        );
    }
    insta::assert_snapshot!("board_undecided", outline::outline(&page(&undecided())));
}

#[test]
fn a_page_loads_nothing_and_leads_nowhere_else() {
    for report in EXAMPLES.map(example).into_iter().chain([undecided()]) {
        let page = page(&report);
        assert!(page.contains("content=\"default-src 'none'; style-src 'sha256-"));
        for word in [
            "<script",
            "<img",
            "<link",
            "<iframe",
            " src=",
            " style=",
            "@import",
            "url(",
            "javascript:",
        ] {
            assert!(!page.contains(word), "{word}");
        }
        let links = page.split(" href=\"").skip(1);
        let targets: Vec<&str> = links.map(|rest| rest.split('"').next().unwrap()).collect();
        assert!(targets.len() > 10);
        for target in targets {
            let id = target
                .strip_prefix('#')
                .unwrap_or_else(|| panic!("{target} leads away"));
            assert_eq!(
                page.matches(&format!(" id=\"{id}\"")).count(),
                1,
                "{target}"
            );
        }
        assert_eq!(page.matches("<h1>").count(), 1);
        let tables = page.matches("<table").count();
        assert_eq!(tables, page.matches("<caption").count());
        assert_eq!(tables, page.matches("<thead>").count());
    }
}

#[test]
fn without_colour_and_style_sheet_every_state_says_its_name() {
    let shown = outline::text(page(&example("packet")).split("<main").nth(1).unwrap());
    for word in [
        "\u{25cf} tested",
        "\u{2713} proved",
        "\u{21bb} stale",
        "? unproven",
        "\u{2717} broken",
        "does not live with it",
        "\u{2713} active",
        "\u{21bb} expiring",
        "\u{2717} expired",
        "\u{2026} incomplete",
        "? unapproved",
        "\u{2298} rejected",
        "\u{25cb} unused",
        "\u{2717} no: northwind",
        "? not shown: fabrikam",
        "\u{2713} yes",
        "! still used",
        "\u{2717} breaking",
        "+ addition",
        "\u{2717} too small",
        "\u{2713} fits",
        "\u{2713} holds",
        "\u{25d1} waived",
        "\u{25cb} draft",
        "? not-evaluated",
    ] {
        assert!(shown.contains(word), "{word} in {shown}");
    }
    let verdicts = ["go", "no-go"].map(|name| outline::text(&page(&example(name))));
    assert!(
        verdicts[0].contains("\u{2713} GO everything"),
        "{}",
        verdicts[0]
    );
    assert!(verdicts[1].contains("\u{2717} NO-GO"), "{}", verdicts[1]);
    assert!(outline::text(&page(&undecided())).contains("? UNDECIDED"));
}

#[test]
fn what_a_board_signs_is_on_the_page() {
    let packet = example("packet");
    let shown = outline::text(&page(&packet));
    let governance = &packet.governance;
    let names = governance.waivers.iter().map(|waiver| waiver.id.clone());
    let questions = governance
        .decisions
        .iter()
        .map(|one| outline::text(&one.question.replace('`', " ")));
    let rules = governance
        .trace
        .iter()
        .map(|line| line.rule.replace('/', "/ "));
    let inputs = packet
        .inputs
        .values()
        .map(|digest| digest.trim_start_matches("sha256:").to_owned());
    let trend = governance.trend.iter().map(|point| point.as_of.clone());
    let limits = packet
        .not_proved
        .iter()
        .map(|limit| outline::text(&limit.replace('`', " ")));
    let all = names
        .chain(questions)
        .chain(rules)
        .chain(inputs)
        .chain(trend)
        .chain(limits);
    for part in all
        .chain(governance.sign_off.clone())
        .chain([packet.digest.clone(), governance.rules.page.clone()])
    {
        assert!(shown.contains(&part), "{part} is not on the page");
    }
    assert!(shown.contains("EMERGENCY WV-0044 until 2026-11-23"));
    assert!(!outline::text(&page(&undecided())).contains("EMERGENCY"));
    let again = "matchmark check --stage pull-request --as-of 2026-11-21T00:00:00Z --base 9be01d4";
    assert!(shown.contains(again));
}

#[test]
fn a_page_of_three_hundred_schemas_stays_small_and_says_what_it_leaves_out() {
    let report = large::large(&example("packet"));
    let started = Instant::now();
    let json = render(Format::Json, Content::Report(&report), &Style::default()).unwrap();
    let as_json = started.elapsed();
    let started = Instant::now();
    let page = page(&report);
    let as_page = started.elapsed();
    filed(&[("large", &report)]);
    println!(
        "{} bytes as a page, {} as json; {:.2} times as long to make",
        page.len(),
        json.len(),
        as_page.as_secs_f64() / as_json.as_secs_f64()
    );
    assert!(page.len() < 1_000_000, "{} bytes", page.len());
    let shown = outline::text(&page);
    for (noun, all) in [
        ("decision", report.governance.decisions.len()),
        ("waiver", report.governance.waivers.len()),
        ("step", 600),
        ("new version", 600),
        ("schema with something open", 300),
        ("rule", report.governance.trace.len()),
        ("cause", report.governance.clusters.len()),
        ("run", report.governance.trend.len()),
        ("limit", report.not_proved.len()),
    ] {
        let told = shown.contains(&format!(
            "{noun}s more not shown here: the json format holds all {all}."
        ));
        assert!(told, "{noun} {all}: {shown}");
    }
    assert!(
        shown.contains(&format!("{} files in ", report.inputs.len())),
        "folders"
    );
}

#[test]
fn a_browser_finds_no_barrier_and_every_paper_has_room() {
    let (go, no_go, packet, open, crowded) = (
        example("go"),
        example("no-go"),
        example("packet"),
        undecided(),
        crowded(),
    );
    let reports = [
        ("go", &go),
        ("no-go", &no_go),
        ("packet", &packet),
        ("undecided", &open),
        ("crowded", &crowded),
    ];
    let paths = filed(&reports);
    let read = match browser::read(&paths) {
        Ok(read) => read,
        Err(why) => {
            println!("the page was not read by a browser: {why}");
            return;
        }
    };
    for path in &paths {
        let told = &read[path.to_str().unwrap()];
        let name = path.file_name().unwrap();
        assert_eq!(told["violations"], serde_json::json!([]), "{name:?}");
        assert_eq!(told["errors"], serde_json::json!([]), "{name:?}");
        let requests = told["requests"].as_array().unwrap();
        assert!(
            requests
                .iter()
                .all(|url| url.as_str().unwrap().starts_with("file:")),
            "{requests:?}"
        );
        assert_eq!(
            told["first"],
            serde_json::json!({"name": "skip", "seen": true}),
            "{name:?}"
        );
        assert_ne!(told["schemes"][0], told["schemes"][1], "{name:?}");
        for width in ["1280", "640", "360"] {
            assert_eq!(told["wide"][width], 0, "{name:?} at {width}");
        }
        for sheet in ["A4", "Letter"] {
            let left = told["sheets"][sheet].as_i64().unwrap();
            assert!(
                left >= 0,
                "{name:?}: the first sheet of {sheet} is {left} pixels too long"
            );
        }
        assert_eq!(told["folded"], 0, "{name:?}: something is folded on paper");
    }
}

#[test]
fn the_program_writes_the_page_of_a_run_beside_its_report() {
    let repository = Repository::shipped();
    let scenario = Scenario::read(root(), "required-field-added").unwrap();
    scenario.apply(&repository.path()).unwrap();
    let html = repository.beside("board.html");
    let flag = format!("--format=html={}", html.display());
    let (report, exit) = repository.check(&["--base", "HEAD", &flag]);
    assert_eq!(exit, 1);
    let page = std::fs::read_to_string(&html).unwrap();
    let shown = outline::text(&page);
    let report: Report = serde_json::from_value(report).unwrap();
    assert_eq!(
        self::page(&report),
        page,
        "the page is made from the report alone"
    );
    assert!(shown.contains("hrex-member-match-request@next"), "{shown}");
    assert!(shown.contains(&report.digest), "{shown}");
    assert_eq!(
        report.governance.sign_off,
        ["platform", "security", "compliance", "integration"]
    );
    let rejected: u64 = report
        .governance
        .clusters
        .iter()
        .map(|cluster| cluster.count)
        .sum();
    assert!(rejected > 0);
    assert!(
        shown.contains(&format!("{rejected} recorded payloads judged otherwise")),
        "{shown}"
    );
    assert_eq!(report.header.as_of, AS_OF);
    let change = report.changes.iter().find(|change| change.new).unwrap();
    assert!(
        change
            .lines
            .iter()
            .any(|line| line.starts_with('+') && line.contains("subscriberId"))
    );
    let lines = page.split("The same as lines of the file").nth(1).unwrap();
    assert!(
        lines
            .split("</pre>")
            .next()
            .unwrap()
            .contains("subscriberId")
    );
}
