//! `cargo xtask prove [NAME]`: the long proofs at full size.
//! A proof is a test whose name begins with `prove_`; in the suite it runs a seeded slice, here all of it.

use crate::fault::Fault;
use crate::tally::Tally;
use crate::{postgres, shell, suite};
use std::process::Command;

/// Tells a proof how much of itself to run; absent in the suite.
const SCALE: &str = "MATCHMARK_PROVE";

/// A group of proofs that one test program holds whole: nothing else is built for it, and no server is started.
struct Home {
    name: &'static str,
    package: &'static str,
    program: &'static str,
}

const HOMES: &[Home] = &[Home {
    name: "stream",
    package: "wire",
    program: "stream",
}];

/// Runs every proof, or those whose name contains `name`; beside a PostgreSQL server of its own unless they need none.
pub fn run(name: Option<&str>) -> Result<(), Fault> {
    let home = HOMES.iter().find(|home| Some(home.name) == name);
    let filter = filter(name, home);
    let mut command = shell::cargo(&arguments(home));
    command.args(["--", &filter, "--nocapture", "--test-threads", "1"]);
    command.env(SCALE, "full");
    command.envs(suite::fetch().map(|suite| (suite::VARIABLE, suite)));
    if home.is_some() {
        return prove(&mut command, &filter);
    }
    let server = postgres::Server::start()?;
    command.env(postgres::VARIABLE, &server.address);
    prove(&mut command, &filter)
}

/// What has to stand in a proof's name.
fn filter(name: Option<&str>, home: Option<&Home>) -> String {
    match (name, home) {
        (_, Some(home)) => format!("prove_{}", home.name),
        (Some(name), None) => name.to_owned(),
        (None, None) => "prove_".to_owned(),
    }
}

/// What cargo is asked to build and run.
fn arguments(home: Option<&Home>) -> Vec<&'static str> {
    let mut arguments = vec!["test", "--release", "--no-fail-fast"];
    match home {
        Some(home) => {
            arguments.extend(["--package", home.package, "--test", home.program]);
        }
        None => arguments.push("--workspace"),
    }
    arguments
}

fn prove(command: &mut Command, filter: &str) -> Result<(), Fault> {
    let mut tally = Tally::default();
    let passed = shell::follow(command, |line| {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_with_a_program_of_its_own_builds_nothing_else() {
        let own = arguments(HOMES.first());
        assert!(own.ends_with(&["--package", "wire", "--test", "stream"]));
        assert!(!own.contains(&"--workspace"));
        assert_eq!(filter(Some("stream"), HOMES.first()), "prove_stream");
    }

    #[test]
    fn any_other_name_is_looked_for_everywhere() {
        assert!(arguments(None).contains(&"--workspace"));
        assert_eq!(filter(Some("crash"), None), "crash");
        assert_eq!(filter(None, None), "prove_");
    }
}
