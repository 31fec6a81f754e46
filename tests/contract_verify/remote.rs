//! A provider by its address: a small server of our own that is told its states, and answers what it is asked.

use crate::shipped::{driven, text, versions, written};
use matchmark::contract::{Contract, verify};
use matchmark::model::{Exchange, Finding, Provider, Remote};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Method, path, headers in lower case, body.
#[derive(Clone, Debug)]
struct Seen {
    path: String,
    head: String,
    body: Value,
}

/// What the server answers to a request: status, further header lines, body.
type Answers = fn(&Seen) -> (u16, String, String);

struct Server {
    url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Serves one connection after the other until the process ends.
    fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&seen);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let Some(request) = request(&mut stream) else {
                    continue;
                };
                let (status, headers, body) = answers(&request);
                log.lock().unwrap().push(request);
                let length = body.len();
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status} said\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
            }
        });
        Self { url, seen }
    }

    fn provider(&self, states: bool) -> Provider {
        Provider::Remote(Remote {
            url: self.url.clone(),
            states_url: states.then(|| format!("{}/_states", self.url)),
            allowed_hosts: Vec::new(),
        })
    }

    fn seen(&self, path: &str) -> Vec<Seen> {
        let seen = self.seen.lock().unwrap();
        seen.iter()
            .filter(|one| one.path == path)
            .cloned()
            .collect()
    }
}

fn request(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
            if body.len() >= length {
                let path = text.split(' ').nth(1)?.to_owned();
                let body = serde_json::from_str(body).unwrap_or_default();
                return Some(Seen { path, head, body });
            }
        }
        let count = stream.read(&mut chunk).ok()?;
        if count == 0 {
            return None;
        }
        bytes.extend_from_slice(&chunk[..count]);
    }
}

const JSON: &str = "content-type: application/json\r\n";

fn contract() -> Contract {
    written(
        "northwind",
        &json!({
            "consumer": {"name": "northwind"},
            "provider": {"name": "payer-exchange"},
            "interactions": [
                {"type": "Synchronous/HTTP", "key": "ask", "description": "ask",
                 "providerStates": [{"name": "authorization", "params": {}}, {"name": "member", "params": {"ref": "p03", "matches": 1}}],
                 "request": {"method": "POST", "path": "/jobs"},
                 "response": {"status": 202},
                 "comments": {"references": {"matchmark": {"idempotencyKey": "key-1",
                    "sequence": {"id": "job", "step": "ask", "deliver": "at-least-once"}}}}},
                {"type": "Synchronous/HTTP", "key": "poll", "description": "poll",
                 "providerStates": [{"name": "authorization", "params": {}}, {"name": "job", "params": {"kind": "export", "phase": "complete"}}],
                 "request": {"method": "GET", "path": "/jobs/0",
                    "generators": {"path": {"type": "ProviderState", "expression": "${ask.header.content-location}"}}},
                 "response": {"status": 200, "body": {"contentType": "application/json", "encoded": false, "content": {"done": true}}},
                 "comments": {"references": {"matchmark": {"sequence": {"id": "job", "step": "poll", "after": ["ask"], "withinMs": 1000}}}}},
            ],
            "metadata": {"pactSpecification": {"version": "4.0"}, "matchmark": {"formatVersion": "1.0", "owner": "northwind-intake",
                "states": {"authorization": "^1", "job": "^1", "member": "^1"}}},
        }),
    )
}

fn judged(contract: &Contract, seen: &[Exchange]) -> Vec<Finding> {
    verify(contract, seen, versions())
}

fn rules(findings: &[Finding]) -> Vec<&str> {
    findings
        .iter()
        .map(|finding| finding.rule.as_str())
        .collect()
}

fn faithful(seen: &Seen) -> (u16, String, String) {
    match seen.path.as_str() {
        "/_states" if seen.body["state"] == "authorization" => (
            200,
            JSON.into(),
            json!({"authorization": "Bearer of-the-state"}).to_string(),
        ),
        "/_states" => (200, String::new(), String::new()),
        "/jobs" => (202, "content-location: /jobs/7\r\n".into(), String::new()),
        "/jobs/7" => (200, JSON.into(), r#"{"done":true}"#.into()),
        _ => (404, String::new(), String::new()),
    }
}

#[test]
fn a_provider_by_its_address_is_told_its_states_and_driven_step_by_step() {
    let server = Server::start(faithful);
    let contract = contract();
    let seen = driven(std::slice::from_ref(&contract), server.provider(true));
    let findings = judged(&contract, &seen);
    // Its effects cannot be counted, so nobody knows whether the second delivery had any.
    assert_eq!(rules(&findings), ["contract/not-verified"], "{findings:#?}");
    let told: Vec<String> = server
        .seen("/_states")
        .iter()
        .map(|one| {
            format!(
                "{} {} {}",
                one.body["consumer"], one.body["action"], one.body["state"]
            )
            .replace('"', "")
        })
        .collect();
    assert_eq!(
        told,
        [
            "northwind setup authorization",
            "northwind setup member",
            "northwind setup job",
            "northwind teardown job",
            "northwind teardown member",
            "northwind teardown authorization",
        ]
    );
    assert_eq!(
        server.seen("/_states")[1].body["params"],
        json!({"ref": "p03", "matches": 1})
    );
    let asked = server.seen("/jobs");
    assert_eq!(asked.len(), 2, "what may arrive twice does");
    for one in &asked {
        assert!(one.head.contains("idempotency-key: key-1"), "{}", one.head);
        assert!(
            one.head.contains("authorization: bearer of-the-state"),
            "{}",
            one.head
        );
    }
    assert_eq!(
        server.seen("/jobs/7").len(),
        1,
        "the second step goes where the first one said"
    );
}

#[test]
fn a_state_without_a_handler_is_undecided_whatever_says_so() {
    for refuse in [404, 422, 501] {
        let answers: Answers = match refuse {
            404 => |_| (404, String::new(), String::new()),
            422 => |_| (422, String::new(), String::new()),
            _ => |_| (501, String::new(), String::new()),
        };
        let server = Server::start(answers);
        let contract = contract();
        let seen = driven(std::slice::from_ref(&contract), server.provider(true));
        let findings = judged(&contract, &seen);
        assert!(
            rules(&findings).contains(&"contract/state-handler-missing"),
            "{refuse}: {findings:#?}"
        );
        assert!(
            server.seen("/jobs").is_empty(),
            "nothing is sent in another state"
        );
    }
    let server = Server::start(faithful);
    let contract = contract();
    let seen = driven(std::slice::from_ref(&contract), server.provider(false));
    assert!(rules(&judged(&contract, &seen)).contains(&"contract/state-handler-missing"));
}

#[test]
fn a_provider_that_wants_more_time_is_not_waited_for_where_its_clock_stands_beyond_reach() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/jobs/7" => (202, "retry-after: 1\r\n".into(), String::new()),
        _ => faithful(seen),
    });
    let contract = contract();
    let seen = driven(std::slice::from_ref(&contract), server.provider(true));
    assert_eq!(server.seen("/jobs/7").len(), 1);
    let findings = judged(&contract, &seen);
    assert!(
        rules(&findings).contains(&"contract/not-verified"),
        "{findings:#?}"
    );
}

#[test]
fn a_mismatch_is_asked_for_once_and_a_redirect_is_an_answer() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/jobs/7" => (
            302,
            "location: http://192.0.2.1/jobs\r\n".into(),
            String::new(),
        ),
        _ => faithful(seen),
    });
    let contract = contract();
    let seen = driven(std::slice::from_ref(&contract), server.provider(true));
    assert!(rules(&judged(&contract, &seen)).contains(&"contract/status-mismatch"));
    assert_eq!(server.seen("/jobs/7").len(), 1);
}

#[test]
fn row_s0_42_a_running_provider_that_serves_every_negative_fails_each_of_them() {
    let server = Server::start(|seen| match seen.path.as_str() {
        "/_states" => (200, String::new(), String::new()),
        _ => (
            200,
            "content-type: application/fhir+json\r\n".into(),
            r#"{"resourceType":"Parameters"}"#.into(),
        ),
    });
    let mut contract = text("northwind");
    contract["interactions"]
        .as_array_mut()
        .unwrap()
        .retain(|one| one["comments"]["references"]["matchmark"]["polarity"] == "negative");
    let contract = written("northwind", &contract);
    assert!(contract.interactions.len() >= 4);
    let seen = driven(std::slice::from_ref(&contract), server.provider(true));
    let findings = judged(&contract, &seen);
    assert_eq!(
        rules(&findings),
        vec!["contract/negative-accepted"; contract.interactions.len()]
    );
}

#[test]
fn a_provider_that_does_not_answer_is_not_verified() {
    let gone = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let provider = Provider::Remote(Remote {
        url: format!("http://{gone}"),
        states_url: None,
        allowed_hosts: Vec::new(),
    });
    let mut one = text("northwind");
    one["interactions"].as_array_mut().unwrap().truncate(1);
    one["interactions"][0]["providerStates"] = json!([]);
    let contract = written("northwind", &one);
    let seen = driven(std::slice::from_ref(&contract), provider);
    let findings = judged(&contract, &seen);
    assert_eq!(rules(&findings), ["contract/not-verified"]);
    assert!(
        findings[0].message.contains("no connection"),
        "{}",
        findings[0].message
    );
}
