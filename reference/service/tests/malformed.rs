//! Requests that nobody can read, or that are not what they seem: each is refused with its place and leaves nothing.
//! Refuses luck: the damage is seeded, and every run sees the same.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "../../../tests/malformed/damage.rs"]
mod damage;
mod support;

use damage::{Dice, damaged};
use serde_json::{Value, json};
use sqlx::AnyPool;
use std::path::Path;
use support::export::{everything, place, question};
use support::request::{Person, bulk_match, member_match, people};
use support::stores::stores;
use support::{Answer, Scene, Service, catalogue};

/// Damaged requests of one run, for each way in.
const CASES: usize = 150;

/// The ways in for a partner's bodies.
#[derive(Clone, Copy, Debug)]
enum Door {
    Match,
    Bulk,
    Export,
}

const DOORS: [Door; 3] = [Door::Match, Door::Bulk, Door::Export];

impl Door {
    fn sound(self) -> String {
        match self {
            Self::Match => member_match(&Person::number(1), "contoso").to_string(),
            Self::Bulk => bulk_match(&people(&[1, 2]), "contoso").to_string(),
            Self::Export => everything().to_string(),
        }
    }

    async fn sent(self, service: &Service, body: Vec<u8>) -> Answer {
        let call = match self {
            Self::Match => service.asking("contoso", body),
            Self::Bulk => service.submitting("contoso", body),
            Self::Export => service
                .kicking("contoso", "/Group/grp-1", String::new())
                .body(body),
        };
        Answer::of(call.send().await.unwrap()).await
    }
}

/// Everything that a request could leave behind but the log of who called.
async fn left(look: &AnyPool) -> i64 {
    let query = "SELECT (SELECT count(*) FROM payloads) + (SELECT count(*) FROM links) + (SELECT count(*) FROM lists)
        + (SELECT count(*) FROM exports) + (SELECT count(*) FROM exchanges) + (SELECT count(*) FROM outbox)";
    sqlx::query_scalar(query).fetch_one(look).await.unwrap()
}

/// What is no document, and where it stops being one.
fn flaws() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let text = |text: &str| text.as_bytes().to_vec();
    vec![
        ("no bytes", Vec::new(), "1:1"),
        (
            "cut off",
            text("{\"resourceType\":\n \"Parameters\", \"para"),
            "2:21",
        ),
        (
            "a comma too many",
            text("{\"resourceType\": \"Parameters\",,}"),
            "1:31",
        ),
        ("two documents", text("{}\n{}"), "2:1"),
        (
            "two lines of a file",
            text("{\"resourceType\":\"Patient\"}\n{\"resourceType\":\"Pati"),
            "2:1",
        ),
        ("a name twice", text("{\"id\":\"a\",\n\"id\":\"b\"}"), "2:1"),
        (
            "a name twice, once escaped",
            text("{\"id\":\"a\",\n\"i\\u0064\":\"b\"}"),
            "2:1",
        ),
        (
            "too deep",
            text(&("[".repeat(65) + &"]".repeat(65))),
            "1:65",
        ),
        ("no text", vec![b'{', b'"', 0xff, b'"'], "1:3"),
        ("a number beyond all numbers", text("{\"a\": 1e999}"), "1:7"),
        (
            "published, and closed by the wrong bracket",
            text("{\n  \"resourceType\": \"Organization\",\n  \"active\": true\n  ]\n}"),
            "4:3",
        ),
    ]
}

#[tokio::test]
async fn row_s0_47_what_is_no_document_is_refused_with_its_place_and_leaves_nothing() {
    for at in stores().await {
        let mut scene = Scene::new();
        scene.config.store = at.at.clone();
        let service = scene.start().await;
        let look = at.look().await;
        for door in DOORS {
            for (name, body, place) in flaws() {
                let answer = door.sent(&service, body).await;
                let told = (answer.status, answer.code());
                assert_eq!(told, (400, "malformed".to_owned()), "{door:?}, {name}");
                assert_eq!(
                    answer.header("x-malformed-at"),
                    Some(place),
                    "{door:?}, {name}"
                );
            }
        }
        assert_eq!(left(&look).await, 0, "{}", at.name);
    }
}

#[tokio::test]
async fn row_s0_47_the_published_file_that_is_malformed_is_refused_at_its_bracket() {
    let Some(shared) = std::env::var_os("MATCHMARK_SHARED") else {
        println!("NOT RUN: MATCHMARK_SHARED does not say where the published files are");
        return;
    };
    let folder = Path::new(&shared).join("data/fhir-replay/_malformed");
    let service = Scene::new().start().await;
    let files: Vec<_> = std::fs::read_dir(folder).unwrap().collect();
    assert!(!files.is_empty());
    for file in files {
        let body = std::fs::read(file.unwrap().path()).unwrap();
        for door in DOORS {
            let answer = door.sent(&service, body.clone()).await;
            assert_eq!((answer.status, answer.code().as_str()), (400, "malformed"));
            assert_eq!(answer.header("x-malformed-at"), Some("12:3"));
        }
    }
}

#[tokio::test]
async fn row_s0_47_wrong_types_are_refused_by_the_path_of_their_element() {
    let service = Scene::new().start().await;
    let wrong = |pointer: &str, value: Value| {
        let mut request: Value = serde_json::from_str(&Door::Bulk.sound()).unwrap();
        *request.pointer_mut(pointer).unwrap() = value;
        request
    };
    for (request, path) in [
        (wrong("/parameter", json!({})), "Parameters.parameter"),
        (wrong("/resourceType", json!(7)), "Parameters.resourceType"),
        (
            wrong("/parameter/1/part/0/resource/birthDate", json!(19_700_101)),
            "Parameters.parameter[1].part[0].resource.birthDate",
        ),
        (
            wrong(
                "/parameter/0/part/3/resource/provision/period",
                json!("2026"),
            ),
            "Parameters.parameter[0].part[3].resource.provision.period",
        ),
    ] {
        let answer = Door::Bulk
            .sent(&service, request.to_string().into_bytes())
            .await;
        assert_eq!((answer.status, answer.code().as_str()), (422, "bad-bundle"));
        let issues = answer.json()["issue"].as_array().unwrap().clone();
        let at = |issue: &Value| issue["expression"] == json!([path]);
        assert!(issues.iter().any(at), "{path}: {}", answer.text);
    }
    let wish = question(json!([{"name": "_since", "valueInstant": {}}]));
    let answer = Door::Export
        .sent(&service, wish.to_string().into_bytes())
        .await;
    assert_eq!(answer.status, 422, "{}", answer.text);
}

#[tokio::test]
async fn the_service_takes_the_bulk_matches_that_the_catalogue_accepts_and_no_other() {
    let service = Scene::new().with_control().start().await;
    let rows = async || {
        let effects = service
            .control(reqwest::Method::GET, "effects", &json!({}))
            .await;
        effects.json()["rows"].as_i64().unwrap()
    };
    for (version, pdex) in [("1.0.0", "2.1"), ("1.0.1", "2.2")] {
        let folder =
            catalogue::root().join(format!("schemas/pdex-bulk-member-match-request/{version}"));
        for (kind, status) in [("rejected", 422), ("accepted", 202)] {
            let before = rows().await;
            let files = std::fs::read_dir(folder.join(kind)).unwrap();
            let mut seen = 0;
            for file in files {
                let path = file.unwrap().path();
                let body = std::fs::read(&path).unwrap();
                let call = service
                    .submitting("contoso", body)
                    .header("x-pdex-spec-version", pdex);
                let answer = Answer::of(call.send().await.unwrap()).await;
                assert_eq!(answer.status, status, "{} {}", path.display(), answer.text);
                if status == 202 {
                    let ended = service.bulk_ended("contoso", &place(&answer), None).await;
                    assert_eq!(ended.status, 200, "{}", path.display());
                }
                if status == 422 {
                    let path = answer.json()["issue"][0]["expression"][0].clone();
                    assert!(path.as_str().unwrap().starts_with("Parameters"), "{path}");
                }
                seen += 1;
            }
            assert!(seen > 3);
            assert_eq!(rows().await > before, status == 202, "{version} {kind}");
        }
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_not_read() {
    let service = Scene::new().start().await;
    let large = format!("\"{}\"", "x".repeat(33 * 1024 * 1024)).into_bytes();
    let answer = Door::Bulk.sent(&service, large).await;
    assert_eq!((answer.status, answer.code().as_str()), (413, "too-large"));
}

#[tokio::test]
async fn row_s0_47_no_damage_brings_the_service_down_or_makes_it_say_what_it_read() {
    let service = Scene::new().unhurried().start().await;
    let mut dice = Dice::new(47);
    let mut refused = 0;
    for door in DOORS {
        let sound = door.sound();
        for case in 0..CASES {
            let body = damaged(&sound, &mut dice);
            let answer = door.sent(&service, body).await;
            let known = [200, 202, 400, 404, 413, 422].contains(&answer.status);
            assert!(known, "{door:?} {case}: {} {}", answer.status, answer.text);
            if answer.status >= 400 {
                refused += 1;
                assert!(!answer.text.contains("Testmember"), "{door:?} {case}");
                assert!(
                    !answer.code().is_empty(),
                    "{door:?} {case}: {}",
                    answer.text
                );
            }
        }
    }
    assert!(refused > CASES, "{refused} of {} were refused", 3 * CASES);
    let sound = Door::Match.sound().into_bytes();
    assert_eq!(Door::Match.sent(&service, sound).await.status, 200);
}
