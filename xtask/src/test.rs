//! `cargo xtask test`: everything that has to hold before a change is handed in.

use crate::fault::Fault;
use crate::tally::Tally;
use crate::{postgres, published, shell, suite, tidy, tools};
use std::path::Path;

/// Folder of test material that is too large for the repository.
const SHARED: &str = "MATCHMARK_SHARED";

/// Where the test that reads the board's page finds what drives a browser.
const PAGE: &str = "MATCHMARK_PAGE_TOOLS";

/// Builds once, runs every test beside a PostgreSQL server of its own, and `tidy`, and closes with a line of totals.
pub fn run() -> Result<(), Fault> {
    tools::ensure()?;
    say_shared();
    let page = tools::page();
    if page.is_none() {
        println!(
            "xtask: no Chromium or no axe-core can be had: the test that reads the board's page says that it did not run"
        );
    }
    shell::run(&mut shell::cargo(&["test", "--workspace", "--no-run"]))?;
    let server = postgres::Server::start()?;
    let (tally, passed) = tests(&published::fetch(), page.as_deref(), &server)?;
    drop(server);
    let tidied = tidy::run();
    if let Err(fault) = &tidied {
        println!("tidy: {}", fault.chain());
    }
    println!("\n{tally}");
    if tally.passed == 0 {
        return Err(Fault::Said("no test ran".to_owned()));
    }
    if !passed || tally.failed > 0 {
        return Err(Fault::Failed("the test suite".to_owned()));
    }
    tidied
}

fn tests(
    published: &Path,
    page: Option<&Path>,
    server: &postgres::Server,
) -> Result<(Tally, bool), Fault> {
    let mut tally = Tally::default();
    let mut command = shell::cargo(&["test", "--workspace", "--no-fail-fast"]);
    command.env(published::VARIABLE, published);
    command.env(postgres::VARIABLE, &server.address);
    command.envs(page.map(|page| (PAGE, page)));
    command.envs(suite::fetch().map(|suite| (suite::VARIABLE, suite)));
    if let Some(linter) = tools::actionlint() {
        command.env("MATCHMARK_ACTIONLINT", linter);
    }
    if let Some(collector) = tools::rotel() {
        command.env("MATCHMARK_ROTEL", collector);
    }
    let passed = shell::follow(&mut command, |line| {
        println!("{line}");
        if let Some(part) = Tally::of(line) {
            tally += part;
        }
    })?;
    Ok((tally, passed))
}

fn say_shared() {
    match std::env::var(SHARED) {
        Ok(_) => println!("xtask: {SHARED} is set: the tests that read shared material run"),
        Err(_) => println!(
            "xtask: {SHARED} is not set: tests that read shared material say that they did not run"
        ),
    }
}
