//! `matchmark stub` as a developer meets it: start it, paste the line that it prints, ask for faults, stop it.
#![cfg(all(feature = "service", unix))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/gate.rs"]
mod support;

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use support::{Repository, text};

const MATCH: &str = "/Patient/$member-match";
const FAULT: &str = "x-matchmark-fault";
const INTERACTION: &str = "x-matchmark-interaction";

/// A running stub and what it printed; it ends with the test, whatever the test comes to.
struct Stub {
    child: Child,
    said: String,
    _repository: Repository,
}

impl Drop for Stub {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Stub {
    fn start(arguments: &[&str]) -> Self {
        let repository = Repository::bare();
        let child = repository
            .command(&["stub"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stub = Self {
            child,
            said: String::new(),
            _repository: repository,
        };
        for line in BufReader::new(stub.child.stdout.take().unwrap()).lines() {
            stub.said.push_str(&line.unwrap());
            stub.said.push('\n');
            if stub.said.contains("Stop it with Ctrl-C") {
                return stub;
            }
        }
        let mut complaint = String::new();
        let mut stderr = stub.child.stderr.take().unwrap();
        stderr.read_to_string(&mut complaint).unwrap();
        panic!("it ended before it said how to call it: {complaint}");
    }

    fn line(&self, first: &str) -> &str {
        let mut lines = self.said.lines().map(str::trim);
        lines.find(|line| line.starts_with(first)).expect("a line")
    }

    fn url(&self) -> String {
        let address = self.line("address").split_whitespace().nth(1).unwrap();
        format!("{address}{MATCH}")
    }

    /// The body that the first printed line sends.
    fn body(&self) -> String {
        let path = self.line("curl").rsplit('@').next().unwrap();
        std::fs::read_to_string(path.trim_end_matches('\'')).unwrap()
    }

    /// Sends the printed call with more headers.
    async fn call(&self, more: &[(&str, &str)]) -> reqwest::Result<(u16, String)> {
        self.call_with(self.body(), more).await
    }

    async fn call_with(
        &self,
        body: String,
        more: &[(&str, &str)],
    ) -> reqwest::Result<(u16, String)> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build()?;
        let mut call = http
            .post(self.url())
            .header("accept", "application/fhir+json")
            .header("content-type", "application/fhir+json")
            .header("x-pdex-spec-version", "2.0")
            .body(body);
        for (name, value) in more {
            call = call.header(*name, *value);
        }
        let answer = call.send().await?;
        let status = answer.status().as_u16();
        Ok((status, answer.text().await?))
    }

    async fn problem(&self, more: &[(&str, &str)]) -> Value {
        let (status, body) = self.call(more).await.unwrap();
        assert_eq!(status, 599, "{body}");
        serde_json::from_str(&body).unwrap()
    }
}

#[test]
fn the_printed_line_is_answered_as_the_contract_shows_and_ctrl_c_ends_it() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("not run: there is no curl here");
        return;
    }
    let mut stub = Stub::start(&["--partner", "northwind"]);
    let address = stub.line("address").to_owned();
    assert!(address.contains("http://127.0.0.1:"), "{address}");
    let mut shell = Command::new("sh");
    let line = stub.line("curl").to_owned();
    let output = shell.args(["-c", &line]).env("NO_PROXY", "*").output();
    let answer: Value = serde_json::from_slice(&output.unwrap().stdout).unwrap();
    assert_eq!(answer["resourceType"], "Parameters", "{answer}");
    let id = stub.child.id().to_string();
    let mut kill = Command::new("kill");
    assert!(kill.args(["-INT", &id]).status().unwrap().success());
    assert_eq!(stub.child.wait().unwrap().code(), Some(0));
}

#[tokio::test]
async fn a_call_chooses_an_interaction_and_meets_its_fault_from_the_first_call_on() {
    let stub = Stub::start(&["--partner", "northwind"]);
    for _ in 0..2 {
        let mut statuses = Vec::new();
        for _ in 0..3 {
            let chosen = [(INTERACTION, "px-nw-busy-twice")];
            statuses.push(stub.call(&chosen).await.unwrap().0);
        }
        assert_eq!(statuses, [503, 503, 200]);
    }
    assert_eq!(stub.call(&[]).await.unwrap().0, 200);
}

#[tokio::test]
async fn a_call_chooses_a_fault() {
    let stub = Stub::start(&["--partner", "northwind"]);
    let (_, whole) = stub.call(&[]).await.unwrap();
    let (status, body) = stub.call(&[(FAULT, "malformed-json")]).await.unwrap();
    assert_eq!(status, 200);
    assert!(serde_json::from_str::<Value>(&body).is_err());
    assert_eq!(stub.call(&[(FAULT, "status")]).await.unwrap().0, 503);
    let (_, drifted) = stub.call(&[(FAULT, "schema-drift")]).await.unwrap();
    assert_ne!(drifted, whole);
    for fault in [
        "truncated-body:bytes=10",
        "reset-after-request",
        "reset-mid-body:bytes=10",
        "empty-reply",
        "garbage",
    ] {
        let broken = stub.call(&[(FAULT, fault)]).await;
        assert!(broken.is_err(), "{fault}: {broken:?}");
    }
    // One call's fault is no other's.
    assert_eq!(stub.call(&[]).await.unwrap(), (200, whole));
}

#[tokio::test]
async fn what_no_contract_shows_is_told_without_a_value() {
    let stub = Stub::start(&["--partner", "northwind"]);
    let mut body: Value = serde_json::from_str(&stub.body()).unwrap();
    body["parameter"][0]["resource"]["birthDate"] = json!("canary-7f3a");
    body["parameter"][0]["resource"]["canary-key"] = json!(1);
    let (status, said) = stub.call_with(body.to_string(), &[]).await.unwrap();
    assert_eq!(status, 599);
    assert!(!said.contains("canary"), "{said}");
    let problem: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(problem["code"], "not-in-contract");
    let parts = problem["differences"].as_array().unwrap();
    assert!(
        parts
            .iter()
            .any(|part| part["part"] == "body"
                && part["pointer"] == "/parameter/0/resource/birthDate"),
        "{said}"
    );
    let problem = stub.problem(&[("accept", "text/html")]).await;
    assert_eq!(problem["differences"][0]["part"], "header", "{problem}");
}

#[tokio::test]
async fn a_choice_that_cannot_be_had_is_told() {
    let stub = Stub::start(&["--partner", "northwind"]);
    for (header, value, code) in [
        (INTERACTION, "nobody", "no-interaction"),
        (FAULT, "statuss", "no-fault"),
        (FAULT, "refused", "not-per-call"),
        (FAULT, "callback-early", "unplayable"),
    ] {
        let problem = stub.problem(&[(header, value)]).await;
        assert_eq!(problem["code"], code, "{problem}");
    }
    let problem = stub.problem(&[(FAULT, "statuss")]).await;
    let title = problem["title"].as_str().unwrap();
    assert!(title.contains("`status`"), "{title}");
}

#[tokio::test]
async fn a_fault_from_the_start_hits_whoever_asks_for_no_other() {
    let stub = Stub::start(&["--partner", "northwind", "--fault", "status:times=1"]);
    assert_eq!(stub.call(&[]).await.unwrap().0, 503);
    assert_eq!(stub.call(&[]).await.unwrap().0, 200);
    let reset = Stub::start(&[
        "--partner",
        "northwind",
        "--fault",
        "reset-on-accept:at=2,times=1",
    ]);
    assert_eq!(reset.call(&[]).await.unwrap().0, 200);
    assert!(reset.call(&[]).await.is_err());
    assert_eq!(reset.call(&[]).await.unwrap().0, 200);
}

/// What the program complains of.
fn complaint(repository: &Repository, arguments: &[&str]) -> String {
    let output = repository.command(&["stub"]).args(arguments).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert!(output.stdout.is_empty());
    text(&output.stderr)
}

#[test]
fn without_a_contract_there_is_nothing_to_play() {
    let repository =
        Repository::bare().remove("contracts/payer-exchange/contoso-member-match.json");
    let said = complaint(&repository, &["--partner", "contoso"]);
    assert!(
        said.contains("contracts/payer-exchange/contoso-<topic>.json"),
        "{said}"
    );
    let said = complaint(&repository, &["--partner", "northwnd"]);
    assert!(said.contains("`northwind`"), "{said}");
    let said = complaint(
        &repository,
        &["--partner", "northwind", "--fault", "refusd"],
    );
    assert!(said.contains("`refused`"), "{said}");
}
