//! What kept runs tell of a period.

use crate::place::Place;
use crate::place::json;
use crate::support::text;
use matchmark::evidence::trend;
use matchmark::model::{ApprovedBy, WaiverUse};

#[test]
fn a_packet_is_the_newest_report_of_its_days_with_what_came_before() {
    let place = Place::with_runs(0);
    for day in ["2026-10-01", "2026-11-05", "2026-11-12", "2026-12-02"] {
        place.check(&["--as-of", day]);
    }
    // A run of some checks only is no run of the gate.
    place.check(&["--as-of", "2026-11-20", "--only", "catalogue"]);
    let packet = |since: &str, until: &str| {
        let output = place.run(&[
            "report", "--since", since, "--until", until, "--format", "json",
        ]);
        (output.status.code().unwrap(), json(&output))
    };
    let (code, report) = packet("2026-11-01", "2026-11-30");
    assert_eq!(code, 0);
    assert_eq!(report["as_of"], "2026-11-12T00:00:00Z");
    assert_eq!(
        report["period"],
        serde_json::json!({"since": "2026-11-01", "until": "2026-11-30"})
    );
    let points: Vec<&str> = report["trend"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|point| point["as_of"].as_str())
        .collect();
    assert_eq!(points, ["2026-11-05T00:00:00Z", "2026-11-12T00:00:00Z"]);
    let report: matchmark::model::Report = serde_json::from_value(report).unwrap();
    assert!(matchmark::evidence::is_intact(&report));
    // First and last day count; outside of them there is nothing to show.
    assert_eq!(
        packet("2026-10-01", "2026-10-01").1["trend"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(packet("2026-10-02", "2026-11-04").0, 2);
    let text_of = |format: &str| {
        place.run(&[
            "report",
            "--since",
            "2026-11-01",
            "--until",
            "2026-11-30",
            "--format",
            format,
        ])
    };
    assert!(!text_of("markdown").stdout.is_empty() && !text_of("text").stdout.is_empty());
    // A report that was cleared away is said; its records still hold.
    std::fs::remove_dir_all(place.folder().join("reports")).unwrap();
    let gone = place.run(&["report", "--since", "2026-11-01", "--until", "2026-11-30"]);
    assert_eq!(gone.status.code(), Some(2));
    assert!(text(&gone.stderr).contains("the report of run 3 is not kept"));
    let (code, answer) = place.verify(&[]);
    assert_eq!((code, &answer["reports"]), (0, &0.into()));
}

#[test]
fn a_trend_counts_what_was_open_and_how_long_the_board_took() {
    let place = Place::with_runs(1);
    let mut kept = place.records().remove(0);
    let approval = |date: &str| ApprovedBy {
        role: "security".to_owned(),
        approver: "board-security".to_owned(),
        date: date.to_owned(),
    };
    let waiver = |id: &str, created: &str, dates: &[&str]| WaiverUse {
        id: id.to_owned(),
        findings: 1,
        created: Some(created.to_owned()),
        approved: dates.iter().map(|date| approval(date)).collect(),
    };
    kept.value.waivers = vec![
        waiver("WV-0001", "2026-11-01", &["2026-11-03", "2026-11-08"]),
        waiver("WV-0002", "2026-11-10", &["2026-11-09"]),
        waiver("WV-0003", "2026-11-10", &[]),
    ];
    let day = |text: &str| text.parse().unwrap();
    let points = trend(
        std::slice::from_ref(&kept),
        day("2026-11-01"),
        day("2026-11-30"),
    );
    assert_eq!(points.len(), 1);
    assert_eq!((points[0].waivers, points[0].days_to_approve), (3, Some(7)));
    let open = kept
        .value
        .findings
        .iter()
        .filter(|mark| mark.waiver.is_none());
    let errors = open
        .filter(|mark| ["error", "fault"].contains(&mark.severity.word()))
        .count();
    assert_eq!(points[0].errors, errors as u64);
    kept.value
        .findings
        .iter_mut()
        .for_each(|mark| mark.waiver = Some("WV-0001".to_owned()));
    let waived = trend(&[kept], day("2026-11-01"), day("2026-11-30"));
    assert_eq!((waived[0].errors, waived[0].warnings), (0, 0));
}
