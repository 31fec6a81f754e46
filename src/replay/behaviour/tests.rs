//! Differences between two answers as a reader is told them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use serde_json::json;

fn manner(unordered: &[&str]) -> Manner {
    let names = [
        "issue",
        "code",
        "severity",
        "id",
        "meta",
        "lastUpdated",
        "status",
        "entry",
        "total",
    ];
    Manner {
        volatile: Patterns::default(),
        unordered: Patterns::of(unordered.iter().copied()).unwrap(),
        volatile_headers: BTreeSet::new(),
        declared: names.map(str::to_owned).into(),
        words: ["Patient"].map(str::to_owned).into(),
    }
}

fn answer(status: u16, body: &Value) -> HttpResponse {
    HttpResponse {
        status,
        headers: vec![(
            "Content-Type".to_owned(),
            "application/fhir+json".to_owned(),
        )],
        body: body.to_string().into_bytes(),
    }
}

fn recorded(line: u32, answer: HttpResponse) -> Recorded {
    Recorded {
        number: u64::from(line),
        access: Access::Ours,
        is_staged: false,
        lost: None,
        place: Place {
            file: "day.ndjson".to_owned(),
            line,
            column: 1,
        },
        partner: "north".to_owned(),
        at: format!("2026-08-0{line}T00:00:00Z").parse().ok(),
        request: HttpRequest {
            method: "get".to_owned(),
            path: "/Patient/canary-1?family=canary".to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        },
        answer,
    }
}

fn told(manner: &Manner, was: HttpResponse, now: &HttpResponse) -> Vec<String> {
    let mut clusters = Clusters::default();
    let is_changed = manner.compare(&recorded(1, was), now, &Bindings::default(), &mut clusters);
    assert_eq!(is_changed, clusters.count() > 0);
    let shown = clusters.sorted().into_iter().map(|it| {
        let cause = it.cause;
        assert_eq!(cause.operation, "GET /Patient/{id}");
        format!(
            "{:?} {} {} -> {}",
            cause.departure, cause.at, cause.was, cause.now
        )
    });
    shown.collect()
}

fn bodies(was: &Value, now: &Value) -> Vec<String> {
    told(&manner(&["/free"]), answer(200, was), &answer(200, now))
}

#[test]
fn the_same_answer_differs_in_nothing_and_neither_does_another_id_or_instant() {
    let body =
        |id: &str, at: &str| json!({"id": id, "meta": {"lastUpdated": at}, "status": "final"});
    let one = body("a1", "2026-08-01T00:00:00Z");
    assert_eq!(bodies(&one, &one), [""; 0]);
    assert_eq!(bodies(&one, &body("b2", "2026-09-01T10:00:00Z")), [""; 0]);
}

#[test]
fn a_volatile_member_that_is_gone_or_of_another_kind_is_told() {
    let was = json!({"id": "a", "meta": {"lastUpdated": "2026-08-01T00:00:00Z"}});
    assert_eq!(
        bodies(&was, &json!({"id": 7, "meta": {}})),
        [
            "MemberMissing /meta/lastUpdated instant -> absent",
            "TypeChanged /id text -> number",
        ]
    );
}

#[test]
fn each_change_is_told_by_place_and_kind() {
    let was = json!({"total": 1, "entry": [{"status": "canary"}], "issue": [{"severity": "error", "code": "invalid"}]});
    for (now, expected) in [
        (json!({"total": "1"}), "TypeChanged /total number -> text"),
        (json!({"total": 2}), "ValueChanged /total number -> number"),
        (
            json!({"entry": [{}]}),
            "MemberMissing /entry/*/status text -> absent",
        ),
        (
            json!({"entry": [{"status": "other"}]}),
            "ValueChanged /entry/*/status text -> text",
        ),
        (
            json!({"issue": [{"severity": "error", "code": "not-found"}]}),
            "ValueChanged /issue/*/code code invalid -> code not-found",
        ),
        (
            json!({"canary": true}),
            "MemberAdded /{key#1} absent -> boolean",
        ),
    ] {
        let mut changed = was.clone();
        for (name, value) in now.as_object().unwrap() {
            changed[name] = value.clone();
        }
        let shown = bodies(&was, &changed);
        assert_eq!(shown, [expected]);
    }
}

#[test]
fn a_member_put_in_front_of_a_list_is_one_addition() {
    let was = json!({"entry": [{"status": "a"}, {"status": "b"}]});
    let now = json!({"entry": [{"status": "z"}, {"status": "a"}, {"status": "b"}]});
    assert_eq!(
        bodies(&was, &now),
        ["MemberAdded /entry/* absent -> object"]
    );
    assert_eq!(
        bodies(&now, &was),
        ["MemberMissing /entry/* object -> absent"]
    );
}

#[test]
fn the_order_of_a_list_counts_unless_it_is_said_not_to() {
    let list = |name: &str, items: Value| json!({ name: items });
    let (one, other) = (json!(["a", "b", "c"]), json!(["c", "a", "b"]));
    assert_eq!(
        bodies(&list("entry", one.clone()), &list("entry", other.clone())),
        ["OrderChanged /entry list -> list"]
    );
    assert_eq!(
        bodies(&list("free", one.clone()), &list("free", other)),
        [""; 0]
    );
    assert_eq!(
        bodies(&list("free", one), &list("free", json!(["c", "a"]))).len(),
        1
    );
}

#[test]
fn another_status_is_told_alone() {
    let (was, now) = (answer(200, &json!({"total": 1})), answer(422, &json!({})));
    assert_eq!(told(&manner(&[]), was, &now), ["Status status 200 -> 422"]);
}

#[test]
fn headers_count_by_what_a_partner_does_with_them() {
    let with = |headers: &[(&str, &str)]| HttpResponse {
        status: 202,
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body: Vec::new(),
    };
    let was = with(&[
        ("Content-Location", "http://a/jobs/1"),
        ("Retry-After", "5"),
        ("Date", "x"),
    ]);
    let other = with(&[
        ("content-location", "http://b/jobs/2"),
        ("retry-after", "9"),
    ]);
    assert_eq!(told(&manner(&[]), was.clone(), &other), [""; 0]);
    for worse in [
        "http://b/canary/2",
        "/jobs/2?x=1",
        "/jobs/2/3",
        "/jobs/canary",
    ] {
        let worse = with(&[("content-location", worse)]);
        assert_eq!(
            told(&manner(&[]), was.clone(), &worse),
            [
                "HeaderMissing retry-after present -> absent",
                "HeaderChanged content-location present -> another value",
            ]
        );
    }
    let lines = |values: &[&str]| {
        let headers: Vec<_> = values.iter().map(|value| ("allow", *value)).collect();
        with(&headers)
    };
    let allowed = told(
        &manner(&[]),
        lines(&["GET", "HEAD"]),
        &lines(&["HEAD, GET"]),
    );
    assert_eq!(allowed, [""; 0]);
    let allowed = told(&manner(&[]), lines(&["GET", "HEAD"]), &lines(&["GET"]));
    assert_eq!(allowed.len(), 1);
}

#[test]
fn what_is_drawn_anew_in_one_place_is_a_fact_in_another() {
    let provenance = |at: &str| json!({"resourceType": "Provenance", "recorded": at});
    let shot = |at: &str| json!({"resourceType": "Immunization", "recorded": at});
    let (one, other) = ("2020-01-01T00:00:00Z", "1990-01-01T00:00:00Z");
    assert_eq!(bodies(&provenance(one), &provenance(other)), [""; 0]);
    assert_eq!(bodies(&shot(one), &shot(other)).len(), 1);
    let manifest = |url: &str| json!({"transactionTime": one, "request": url});
    assert_eq!(
        bodies(&manifest("http://a/x"), &manifest("http://b/x")),
        [""; 0]
    );
    let claim = |id: &str| json!({"resourceType": "ClaimResponse", "request": {"reference": id}});
    assert_eq!(bodies(&claim("Claim/a"), &claim("Claim/b")).len(), 1);
    let named = |value: Value| json!({"id": value});
    assert_eq!(
        bodies(&named(json!({"a": 1})), &named(json!({"a": 2}))).len(),
        1
    );
}

#[test]
fn a_name_that_looks_like_a_mark_or_a_position_is_masked() {
    for name in ["{key#canary 1}", "123456789"] {
        let shown = bodies(&json!({}), &json!({"entry": 1, name: true}));
        let expected = [
            "MemberAdded /entry absent -> number",
            "MemberAdded /{key#1} absent -> boolean",
        ];
        assert_eq!(shown, expected, "{name}");
    }
}

#[test]
fn lists_within_lists_that_have_no_order_are_held_apart_by_what_they_hold() {
    let manner = manner(&["/entry", "/entry/*/code"]);
    let was =
        json!({"entry": [{"code": ["b", "a"], "total": 1}, {"code": ["a", "b"], "total": 2}]});
    let now =
        json!({"entry": [{"code": ["a", "b"], "total": 1}, {"code": ["a", "b"], "total": 2}]});
    assert_eq!(
        told(&manner, answer(200, &was), &answer(200, &now)),
        [""; 0]
    );
}

#[test]
fn bodies_of_lines_are_compared_line_by_line_and_others_as_a_whole() {
    let raw = |text: &str| HttpResponse {
        body: text.as_bytes().to_vec(),
        ..answer(200, &json!(1))
    };
    let manner = manner(&[]);
    let lines = "{\"total\":1}\n{\"total\":2}\n";
    assert_eq!(
        told(
            &manner,
            raw(lines),
            &raw("{\"total\":1}\n{\"total\":\"2\"}\n")
        ),
        ["TypeChanged /*/total number -> text"]
    );
    assert_eq!(
        told(&manner, raw("canary"), &raw("")),
        ["BodyMissing  no JSON -> absent"]
    );
    assert_eq!(
        told(&manner, raw("canary"), &raw("other")),
        ["BodyChanged  no JSON -> no JSON"]
    );
}

#[test]
fn exchanges_that_differ_alike_are_one_cluster_and_nothing_that_was_said_is_in_it() {
    let was = |value: &str| answer(200, &json!({"status": value, "canary-name": "canary"}));
    let now = answer(200, &json!({"status": 1, "canary-name": "canary-now"}));
    let mut clusters = Clusters::default();
    for (line, value) in [(2, "canary-longer"), (1, "canary"), (3, "canary-longest")] {
        assert!(manner(&[]).compare(
            &recorded(line, was(value)),
            &now,
            &Bindings::default(),
            &mut clusters
        ));
    }
    let shown = serde_json::to_string(&clusters).unwrap();
    assert!(!shown.contains("canary"), "{shown}");
    let clusters = clusters.sorted();
    assert_eq!(clusters.len(), 2);
    for cluster in &clusters {
        assert_eq!((cluster.count, cluster.first.line), (3, 1));
        assert_eq!(cluster.smallest.place.line, 1);
        assert_eq!(
            cluster.recorded.unwrap().last.to_rfc3339(),
            "2026-08-03T00:00:00+00:00"
        );
    }
}
