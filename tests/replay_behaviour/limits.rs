//! What cannot be had again, what may not be told, and services that answer without end.

use crate::recording::{CONSUMER, Case, body, changed, one, recorded, told};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::thread;
use wiremock::matchers::{any, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

#[test]
fn what_cannot_be_had_again_is_neither_green_nor_red() {
    let malformed = one("$member-match", 400);
    let entry = |change: &dyn Fn(&mut Value)| {
        let line = &recorded()[malformed];
        let list = |side: &str| -> Value {
            let members = line[side]["headers"].as_object().unwrap().iter();
            members
                .map(|(name, value)| json!({"name": name, "value": value}))
                .collect()
        };
        let text = line["response"]["body"].as_str().unwrap();
        let mut entry = json!({
            "startedDateTime": "2026-11-01T00:00:00Z",
            "request": {"method": "POST", "url": format!("http://127.0.0.1:1{}", line["request"]["path"].as_str().unwrap()),
                        "headers": list("request"), "postData": {"mimeType": "application/fhir+json", "text": line["request"]["body"]}},
            "response": {"status": 400, "headers": list("response"), "content": {"size": text.len(), "text": text}},
        });
        change(&mut entry);
        Case::written("day.har", &json!({"log": {"entries": [entry]}}).to_string())
    };
    let verdict = |change: &dyn Fn(&mut Value)| {
        let result = entry(change).json(&["--consumer", CONSUMER]);
        let why = result["undecided"]["first"][0]["message"]
            .as_str()
            .unwrap_or_default();
        format!("{} {why}", result["verdict"].as_str().unwrap())
    };
    assert_eq!(verdict(&|_| {}), "go ");
    for (change, why) in [
        (
            (|it| it["request"]["postData"]["mimeType"] = json!("multipart/form-data; boundary=x"))
                as fn(&mut Value),
            "several parts",
        ),
        (
            |it| {
                it["request"]["postData"] =
                    json!({"mimeType": "text/plain", "encoding": "base64", "text": "/w=="})
            },
            "no text",
        ),
        (
            |it| {
                it["request"]["bodySize"] = json!(70_000);
            },
            "a part of the body only",
        ),
        (
            |it| {
                it["response"]["content"]["text"] = json!("");
            },
            "a part of the body only",
        ),
        (
            |it| it["response"]["content"] = json!({"mimeType": "application/json"}),
            "no text of the body",
        ),
        (
            |it| {
                it["request"]["headers"] = json!([{"name": "Content-Encoding", "value": "gzip"}]);
            },
            "an encoding of its own",
        ),
        (
            |it| it["request"]["url"] = json!("http://127.0.0.1:1/a?access_token=x"),
            "lets somebody in",
        ),
        (
            |it| {
                it["response"]["status"] = json!(401);
                it["request"]["headers"] = json!([{"name": "Authorization", "value": "gone"}]);
            },
            "credentials",
        ),
    ] {
        let said = verdict(&change);
        assert!(
            said.starts_with("undecided ") && said.contains(why),
            "{said}"
        );
    }
    // What follows the host of the provider must not become a part of it.
    let mut elsewhere = recorded()[malformed].clone();
    elsewhere["request"]["path"] = json!("@other.example/a");
    let elsewhere = Case::of(&[elsewhere]).json(&[]);
    let why = elsewhere["undecided"]["first"][0]["message"]
        .as_str()
        .unwrap();
    assert!(why.contains("no path"), "{elsewhere:#}");
    let nobody = entry(&|_| {}).run(&[]);
    assert_eq!(nobody.status.code(), Some(2));
    assert_eq!(Case::of(&[]).run(&[]).status.code(), Some(4));
}

/// Holds every format of a red result against the word that stands wherever something was said.
fn tells_nothing(case: &Case) {
    for format in ["text", "json", "markdown", "html", "sarif", "junit"] {
        let output = case.run(&["--format", format, "--verbose"]);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        for stream in [output.stdout, output.stderr] {
            let said = String::from_utf8(stream).unwrap().to_lowercase();
            assert!(!said.contains("canary"), "{said}");
        }
    }
}

#[test]
fn nothing_that_was_said_is_in_any_output() {
    let lines = changed(|all| {
        for line in all {
            line["request"]["headers"]["authorization"] = json!("Bearer canary-token");
            line["request"]["headers"]["x-canary"] = json!("canary-header");
            line["request"]["path"] = json!(format!(
                "{}?canary=canary",
                line["request"]["path"].as_str().unwrap()
            ));
            line["response"]["headers"]["location"] = json!("http://canary/canary/canary");
            line["response"]["status"] = json!(207);
            body(line, |it| it["canary"] = json!({"canary": "canary"}));
        }
    });
    let mut odd = lines[0].clone();
    odd["request"]["method"] = json!("CANARY");
    odd["request"]["path"] = json!("/canary/canary7");
    tells_nothing(&Case::of(&[&lines[..], &[odd]].concat()));
    for (member, value) in [
        ("partner", json!("canary")),
        ("states", json!([{"name": "canary"}])),
        ("request", json!("canary")),
    ] {
        let mut line = recorded()[0].clone();
        line[member] = value;
        let output = Case::of(&[line]).run(&[]);
        assert_eq!(output.status.code(), Some(2));
        assert!(!format!("{output:?}").contains("canary"), "{output:?}");
    }
}

#[test]
fn nothing_of_a_body_a_header_or_a_name_is_in_any_output() {
    let case = Case::of(&changed(|all| {
        for line in all {
            line["request"]["headers"]["authorization"] = json!("Bearer canary-token");
            let headers = &mut line["response"]["headers"];
            headers["x-canary"] = json!("canary-header");
            headers["allow"] = json!("CANARY");
            headers["cache-control"] = json!("canary=1");
            headers["content-type"] = json!("text/canary; canary=canary");
            headers["location"] = json!("http://canary/canary/canary");
            body(line, |it| {
                it["canary"] = json!({"canary": "canary"});
                it["{key#canary-name"] = json!(["canary"]);
                it["resourceType"] = json!("canary");
                if let Some(issue) = it.pointer_mut("/issue/0") {
                    issue["code"] = json!("canary");
                    issue["diagnostics"] = json!("canary");
                    issue["canary/~canary"] = json!(true);
                }
            });
        }
    }));
    // All of it is looked at, which it would not be after another status.
    let seen = told(&case.json(&[]));
    assert!(seen.iter().all(|it| !it.starts_with("status")), "{seen:#?}");
    for part in ["header-changed content-type", "{key#", "/issue/*/code"] {
        assert!(seen.iter().any(|it| it.contains(part)), "{part}: {seen:#?}");
    }
    tells_nothing(&case);
}

/// A service on loopback that says `head` to whoever asks, then `chunk` for as long as somebody listens.
fn endless(head: &'static str, chunk: &'static [u8]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let mut open = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 65_536]);
            let _ = stream.write_all(head.as_bytes());
            while !chunk.is_empty() && stream.write_all(chunk).is_ok() {}
            open.push(stream);
        }
    });
    url
}

#[test]
fn a_service_that_answers_without_end_or_not_at_all_is_left() {
    static CHUNK: [u8; 65_536] = [b'1'; 65_536];
    let malformed = one("$member-match", 400);
    let mut line = recorded()[malformed].clone();
    line.as_object_mut().unwrap().remove("states");
    let case = Case::of(&vec![line; 5]);
    let endless_body = endless(
        "HTTP/1.1 400 no\r\ncontent-type: application/json\r\n\r\n",
        &CHUNK,
    );
    let silent = endless("", &[]);
    for (url, why) in [
        (endless_body, "longer than 16 MiB"),
        (silent, "no answer in time"),
    ] {
        let result = case.json(&["--provider-url", &url, "--timeout", "1"]);
        assert_eq!(result["verdict"], "undecided", "{result:#}");
        let obstacles = result["undecided"]["first"].as_array().unwrap();
        assert_eq!(obstacles.len(), 5);
        assert!(
            obstacles[0]["message"].as_str().unwrap().contains(why),
            "{result:#}"
        );
        // After three in a row nothing more is sent.
        assert!(
            obstacles[4]["message"]
                .as_str()
                .unwrap()
                .contains("no longer answers"),
            "{result:#}"
        );
    }
}

/// A service that says the same to everybody.
async fn saying(answer: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    server
}

async fn seen(server: &MockServer) -> Vec<Request> {
    server.received_requests().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_gets_no_credentials_and_leads_nowhere_else() {
    let elsewhere = saying(ResponseTemplate::new(200)).await;
    let away = format!("{}/taken", elsewhere.uri());
    let provider = saying(ResponseTemplate::new(302).insert_header("location", away)).await;
    let mut line = recorded()[one("$member-match", 400)].clone();
    line.as_object_mut().unwrap().remove("states");
    line["request"]["headers"] = json!({
        "Authorization": "Bearer canary", "Cookie": "canary=canary", "Referer": "http://canary.example",
        "x-forwarded-user": "canary", "Content-Type": "application/fhir+json", "Idempotency-Key": "canary-key",
    });
    let case = Case::of(&[line.clone(), line]);
    let mut keys = Vec::new();
    for run in 1..=2 {
        let result = case.json(&["--provider-url", &provider.uri()]);
        assert_eq!(told(&result), ["status status 400 302"], "{result:#}");
        assert!(!result.to_string().contains("canary"), "{result:#}");
        let seen = seen(&provider).await;
        assert_eq!(seen.len(), 2 * run);
        for request in &seen {
            let text = format!("{:?}", request.headers).to_lowercase();
            for name in [
                "canary",
                "authorization",
                "cookie",
                "referer",
                "x-forwarded-user",
            ] {
                assert!(!text.contains(name), "{name}: {text}");
            }
            assert_eq!(
                request.headers.get("content-type").unwrap(),
                "application/fhir+json"
            );
        }
        let mut found = seen
            .iter()
            .map(|request| request.headers.get("idempotency-key"));
        let key = found.next_back().flatten().unwrap().to_str().unwrap();
        assert_eq!(
            found.next_back().flatten().unwrap(),
            key,
            "one key in one run"
        );
        keys.push(key.to_owned());
    }
    assert_ne!(keys[0], keys[1], "a run is not taken for another");
    assert!(seen(&elsewhere).await.is_empty());
}

fn poll() -> Value {
    json!({"partner": CONSUMER, "request": {"method": "GET", "path": "/metadata"}, "response": {"status": 200}})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_is_busy_until_time_is_up_is_neither_green_nor_red() {
    let case = Case::of(&[poll()]);
    for (status, why) in [
        (202, "was not done in time"),
        (429, "still busy when time was up"),
        (503, "still busy when time was up"),
    ] {
        let provider = saying(ResponseTemplate::new(status)).await;
        let result = case.json(&["--provider-url", &provider.uri(), "--timeout", "2s"]);
        assert_eq!(result["verdict"], "undecided", "{result:#}");
        let told = result["undecided"]["first"][0]["message"].as_str().unwrap();
        assert!(told.contains(why), "{told}");
        let looks = seen(&provider).await.len();
        assert!(looks <= 3, "{looks} looks in two seconds");
    }
    let provider = MockServer::start().await;
    let later = ResponseTemplate::new(429).insert_header("retry-after", "1");
    let later = Mock::given(any()).respond_with(later).up_to_n_times(1);
    later.mount(&provider).await;
    let done = Mock::given(any()).respond_with(ResponseTemplate::new(200));
    done.mount(&provider).await;
    let result = case.json(&["--provider-url", &provider.uri()]);
    assert_eq!(result["verdict"], "go", "{result:#}");
    assert_eq!(seen(&provider).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_asked_without_the_token_that_a_state_owes() {
    let provider = MockServer::start().await;
    let told = Mock::given(path("/_states")).respond_with(ResponseTemplate::new(200));
    told.mount(&provider).await;
    let (url, states) = (provider.uri(), format!("{}/_states", provider.uri()));
    let mut staged = poll();
    staged["states"] = json!([{"name": "authorization", "params": {}}]);
    for line in [poll(), staged] {
        let result = Case::of(&[line]).json(&["--provider-url", &url, "--states-url", &states]);
        assert_eq!(result["verdict"], "undecided", "{result:#}");
        let told = result["undecided"]["first"][0]["message"].as_str().unwrap();
        assert!(told.contains("no token was given"), "{told}");
    }
    let seen = seen(&provider).await;
    assert!(seen.iter().all(|request| request.url.path() == "/_states"));
}
