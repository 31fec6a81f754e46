//! `matchmark serve --dev` as a newcomer meets it: start it, paste the line that it prints, stop it.
#![cfg(all(feature = "service", unix))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

#[path = "support/gate.rs"]
mod support;

use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use support::Repository;

/// The running service; it ends with the test, whatever the test comes to.
struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a shell prints for a line, in whatever folder it stands.
fn pasted(line: &str) -> String {
    let mut shell = Command::new("sh");
    let output = shell.arg("-c").arg(line).env("NO_PROXY", "*").output();
    String::from_utf8(output.unwrap().stdout).unwrap()
}

/// The HTTP status that the same line is answered with.
fn status(line: &str) -> String {
    pasted(&line.replacen("curl -s", "curl -s -o /dev/null -w '%{http_code}'", 1))
}

#[test]
fn the_printed_line_finds_a_synthetic_member() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("not run: there is no curl here");
        return;
    }
    let repository = Repository::bare();
    let child = repository
        .command(&["serve", "--dev"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut service = Service(child);
    let mut lines = BufReader::new(service.0.stdout.take().unwrap()).lines();
    let (mut health, mut curl) = (None, None);
    while curl.is_none() {
        let Some(line) = lines.next().transpose().unwrap() else {
            let mut complaint = String::new();
            let mut stderr = service.0.stderr.take().unwrap();
            stderr.read_to_string(&mut complaint).unwrap();
            panic!("it ended before it said how to call it: {complaint}");
        };
        let line = line.trim().to_owned();
        match line.split_whitespace().next() {
            Some("health") => health = line.split_whitespace().nth(1).map(str::to_owned),
            Some("curl") => curl = Some(line),
            _ => assert!(!line.contains("Bearer ey"), "no token is printed: {line}"),
        }
    }

    let ready = health.expect("the address of the probe");
    assert!(ready.starts_with("http://127.0.0.1:"), "{ready}");
    assert_eq!(status(&format!("curl -s {ready}")), "200");
    let live = ready.replace("/health/ready", "/health/live");
    assert_eq!(status(&format!("curl -s {live}")), "200");

    let curl = curl.unwrap();
    let answer: Value = serde_json::from_str(&pasted(&curl)).unwrap();
    assert_eq!(answer["resourceType"], "Parameters", "{answer}");
    assert_eq!(answer["parameter"][0]["name"], "MemberIdentifier");
    assert!(answer["parameter"][0]["valueIdentifier"]["value"].is_string());

    assert_eq!(status(&curl), "200");

    let id = service.0.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(service.0.wait().unwrap().code(), Some(0));
}
