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
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
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
fn the_printed_lines_work_as_they_stand_and_only_with_their_certificates() {
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
    let (mut health, mut curls) = (None, Vec::new());
    while curls.len() < 3 {
        let Some(line) = lines.next().transpose().unwrap() else {
            let mut complaint = String::new();
            let mut stderr = service.0.stderr.take().unwrap();
            stderr.read_to_string(&mut complaint).unwrap();
            panic!("it ended before it said how to call it: {complaint}");
        };
        let line = line.trim().to_owned();
        match line.split_whitespace().next() {
            Some("health") => health = line.split_whitespace().nth(1).map(str::to_owned),
            Some("curl") => curls.push(line),
            _ => assert!(!line.contains("Bearer ey"), "no token is printed: {line}"),
        }
    }

    let ready = health.expect("the address of the probe");
    assert!(ready.starts_with("http://127.0.0.1:"), "{ready}");
    assert_eq!(status(&format!("curl -s {ready}")), "200");
    let live = ready.replace("/health/ready", "/health/live");
    assert_eq!(status(&format!("curl -s {live}")), "200");

    let answer: Value = serde_json::from_str(&pasted(&curls[0])).unwrap();
    assert_eq!(answer["resourceType"], "Parameters", "{answer}");
    assert_eq!(answer["parameter"][0]["name"], "MemberIdentifier");
    assert!(answer["parameter"][0]["valueIdentifier"]["value"].is_string());
    for curl in &curls {
        assert_eq!(status(curl), "200", "{curl}");
        // The token is bound to the certificate, and without one there is no connection.
        let (before, after) = curl.split_once(" --cert ").unwrap();
        let (_, url) = after.split_once(" https://").unwrap();
        assert_eq!(status(&format!("{before} https://{url}")), "000");
        assert_eq!(status(&curl.replace("https://", "http://")), "000");
    }
    let partner = curls[0].split_once(" https://").unwrap().0;
    let stolen = curls[1].split_once(" https://").unwrap().1;
    assert_eq!(status(&format!("{partner} https://{stolen}")), "403");

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

/// `matchmark serve --dev` with these flags, once it has said everything.
fn served(repository: &Repository, flags: &[&str], database: Option<&str>) -> Service {
    let mut command = repository.command(&[&["serve", "--dev"], flags].concat());
    if let Some(database) = database {
        command.env("MATCHMARK_DATABASE", database);
    }
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut service = Service(child);
    let mut lines = BufReader::new(service.0.stdout.take().unwrap()).lines();
    let said = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("Stop it")));
    said.expect("it ended before it said how to call it")
        .unwrap();
    service
}

/// The lines of the page that are meant for a shell.
fn lines_of(page: &str) -> String {
    let text = std::fs::read_to_string(support::root().join(page)).unwrap();
    let blocks = text.split("```sh\n").skip(1);
    let blocks: Vec<&str> = blocks
        .map(|block| block.split("```").next().unwrap())
        .collect();
    assert!(blocks.len() > 3, "{page} has lost its lines");
    blocks.concat()
}

/// What a shell prints for these lines, standing in the repository; every line has to succeed.
fn walked(repository: &Repository, script: &str) -> String {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_matchmark"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let here = std::iter::once(program.parent().unwrap().to_owned());
    let path = std::env::join_paths(here.chain(std::env::split_paths(&path))).unwrap();
    let output = Command::new("sh")
        .args(["-e", "-c", script])
        .current_dir(repository.path())
        .env("PATH", path)
        .env("NO_PROXY", "*")
        .output()
        .unwrap();
    let complaint = support::text(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    support::text(&output.stdout)
}

/// Asks until an exchange is fulfilled, and not for ever.
const UNTIL: &str = "n=0; until matchmark ops txn list --state fulfilled | grep -q fulfilled; \
    do n=$((n+1)); test $n -lt 600; done\n";

#[test]
fn the_lines_of_the_handbook_work_as_they_stand() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("not run: there is no curl here");
        return;
    }
    let repository = Repository::bare();
    let _service = served(&repository, &[], None);
    let lines = lines_of("docs/handbook/operating.md");
    let (start, ask) = lines.split_at(lines.find("matchmark ops txn show").unwrap());
    let said = walked(&repository, &format!("{start}{UNTIL}{ask}"));
    for told in [
        "The service is ok.",
        "MemberIdentifier",
        "It is fulfilled, without a retry.",
        "nobody",
        "deterministic",
        "accepted",
    ] {
        assert!(said.contains(told), "{told} is not in\n{said}");
    }
    assert!(!said.contains("Bearer"), "no token is printed");
}

/// A new database on the server that the suite names.
fn database() -> Option<String> {
    let server = std::env::var("MATCHMARK_POSTGRES").ok()?;
    let since = std::time::UNIX_EPOCH.elapsed().ok()?.as_nanos();
    let name = format!("s_{}_{since}", std::process::id());
    let made = Command::new("psql")
        .args(["-q", "-c", &format!("CREATE DATABASE {name}")])
        .arg(format!("{server}/postgres"))
        .status();
    made.ok()?.success().then(|| format!("{server}/{name}"))
}

#[test]
fn a_postgres_database_keeps_exchanges_over_a_restart() {
    let refused =
        Repository::bare().run(&["serve", "--database", "postgres://us:word@127.0.0.1/x"]);
    assert_eq!(refused.status.code(), Some(2));
    let complaint = support::text(&refused.stderr);
    assert!(complaint.contains("MATCHMARK_DATABASE"), "{complaint}");
    assert!(!complaint.contains("us:word"), "{complaint}");
    let Some(database) = database() else {
        eprintln!("MATCHMARK_POSTGRES is not set, or there is no psql: nothing ran on PostgreSQL");
        return;
    };
    let repository = Repository::bare();
    let begin = format!("sh .matchmark/dev/exchange.sh\n{UNTIL}");
    let first = served(&repository, &["--database", &database], None);
    let begun = walked(&repository, &begin);
    drop(first);
    let _second = served(&repository, &[], Some(&database));
    let listed = walked(&repository, "matchmark ops txn list");
    let id = begun.split("\"id\":\"").nth(1).unwrap();
    let id = id.split('"').next().unwrap();
    assert!(listed.contains(id), "{listed}");
    assert!(
        !repository
            .path()
            .join(".matchmark/serve/exchanges.db")
            .exists()
    );
}

/// What a plain listener answers.
fn got(address: &str) -> Value {
    let plain = address.strip_prefix("http://").unwrap();
    let (host, path) = plain.split_once('/').unwrap();
    let mut line = std::net::TcpStream::connect(host).unwrap();
    let call = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    line.write_all(call.as_bytes()).unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).unwrap();
    serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[test]
fn a_fresh_repository_is_served_well_and_nothing_in_it_counts_as_paused() {
    for flags in [&[][..], &["--dev"][..]] {
        let folder = tempfile::tempdir().unwrap();
        let made = support::matchmark(&["init"])
            .current_dir(folder.path())
            .status();
        assert!(made.unwrap().success());
        let child = support::matchmark(&[&["serve"], flags].concat())
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut service = Service(child);
        let lines = BufReader::new(service.0.stdout.take().unwrap()).lines();
        let mut words = lines.map(|line| line.unwrap());
        let health = words
            .find(|line| line.trim().starts_with("health"))
            .unwrap();
        let told = got(health.split_whitespace().nth(1).unwrap());
        assert_eq!(told["status"], "ok", "{told}");
        assert_eq!(told["checks"]["partners"]["cause"], Value::Null);
    }
}
