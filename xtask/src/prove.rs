//! `cargo xtask prove [NAME]`: the long proofs at full size.
//! A proof is a test whose name begins with `prove_`; in the suite it runs a seeded slice, here all of it.

use crate::fault::Fault;
use crate::tally::Tally;
use crate::{postgres, shell};

/// Tells a proof how much of itself to run; absent in the suite.
const SCALE: &str = "MATCHMARK_PROVE";

/// Runs every proof, or those whose name contains `name`, beside a PostgreSQL server of its own.
pub fn run(name: Option<&str>) -> Result<(), Fault> {
    let filter = name.map_or_else(|| "prove_".to_owned(), str::to_owned);
    let mut tally = Tally::default();
    let arguments = [
        "test",
        "--release",
        "--workspace",
        "--no-fail-fast",
        "--",
        &filter,
        "--nocapture",
        "--test-threads",
        "1",
    ];
    let server = postgres::Server::start()?;
    let mut command = shell::cargo(&arguments);
    command.env(postgres::VARIABLE, &server.address);
    let passed = shell::follow(command.env(SCALE, "full"), |line| {
        println!("{line}");
        if let Some(part) = Tally::of(line) {
            tally += part;
        }
    })?;
    println!("\n{tally}");
    if tally == Tally::default() {
        return Err(Fault::Said(format!(
            "no proof has a name with `{filter}` in it"
        )));
    }
    if passed {
        Ok(())
    } else {
        Err(Fault::Failed("at least one proof".to_owned()))
    }
}
