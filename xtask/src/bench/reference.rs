//! What a `$member-match` of the reference service costs beside a bare handler that keeps as many durable writes.
//! Refuses to judge: the benchmark of the service measures both sides in turn, here its table is printed and kept.

use super::page;
use crate::fault::Fault;
use crate::{postgres, shell};
use std::fmt::Write as _;

const HEAD: &str = "## What does a member match cost beside its own writes?

The reference service over plain loopback against a handler of the same HTTP library that reads the body, keeps a row in
as many transactions as the service made for one request, and answers. Same driver, same pool, same durability (SQLite: WAL,
`synchronous=FULL`; the PostgreSQL server of the test command runs with `fsync=off`). A ratio says how many times the service
costs what its floor costs; callers share the cores with both. `cargo xtask bench reference` measures this section again.

";

/// Builds in release, measures on both databases, prints the table and writes its section.
pub fn run() -> Result<(), Fault> {
    let server = postgres::Server::start()?;
    let arguments = ["bench", "--package", "reference", "--bench", "member_match"];
    let mut command = shell::cargo(&arguments);
    command.env(postgres::VARIABLE, &server.address);
    let mut text = HEAD.to_owned();
    let passed = shell::follow(&mut command, |line| {
        println!("{line}");
        let _ = writeln!(text, "{line}");
    })?;
    if !passed {
        return Err(Fault::Failed("the benchmark of the service".to_owned()));
    }
    page::write("reference", &text)
}
