//! The engine over the labelled pairs, beside containment alone and the published checkers, all in one run.
//! Refuses to weigh: it counts, and sets every time beside that of containment alone.

use super::dialogue::Dialogue;
use super::page::{self, Row};
use super::pairs::{self, Pair, SHARED};
use super::peer::{PEERS, Start};
use super::score::Score;
use crate::fault::Fault;
use crate::{repository, shell};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// The most that one answer may take before it counts as none: five times what the engine allows itself.
const LIMIT: Duration = Duration::from_secs(10);

/// How often the ground is asked, since one round of it is little more than the kernel counts.
const ROUNDS: u32 = 20;

/// A pair that costs nothing to answer.
pub const WARM_UP: &str = r#"{"n":0,"old":{"type":"object"},"new":{"type":"object"},"draft":"7","draft_old":"7","draft_new":"7"}"#;

/// Builds, asks everybody, prints the table and writes it.
pub fn run(profile: &str) -> Result<(), Fault> {
    let pairs = pairs::read()?;
    if pairs.is_empty() {
        println!("compat: {SHARED} is not set, so that there are no labelled pairs to ask about");
        return Ok(());
    }
    build(profile)?;
    let mut rows = vec![
        ask("matchmark", engine(profile), &pairs, 1)?,
        ask("`covers` alone", alone(profile), &pairs, ROUNDS)?,
    ];
    for peer in PEERS {
        let name = format!("{} {}", peer.name, peer.version);
        match peer.fetch() {
            Some(start) => rows.push(ask(&name, start, &pairs, 1)?),
            None => rows.push(Row::absent(&name)),
        }
    }
    page::pairs(&rows)
}

/// The program and this tool, without the service, which no question needs.
pub fn build(profile: &str) -> Result<(), Fault> {
    let features = ["--no-default-features", "--features", "cli"];
    let program = ["build", "--profile", profile, "--package", "matchmark"];
    shell::run(shell::cargo(&program).args(features))?;
    shell::run(&mut shell::cargo(&[
        "build",
        "--profile",
        profile,
        "--package",
        "xtask",
    ]))
}

/// `compat --batch` of the built program.
pub fn engine(profile: &str) -> Start {
    let program = built(profile, "matchmark");
    Box::new(move || {
        let mut command = Command::new(&program);
        command.args(["compat", "--batch"]);
        command
    })
}

/// Containment alone, as a program.
pub fn alone(profile: &str) -> Start {
    let program = built(profile, "xtask");
    Box::new(move || {
        let mut command = Command::new(&program);
        command.arg("covers");
        command
    })
}

/// Where a built program is.
pub fn built(profile: &str, name: &str) -> PathBuf {
    let folder = if profile == "dev" { "debug" } else { profile };
    repository::target().join(folder).join(name)
}

/// Asks about every pair; only the first of `rounds` is scored, so that nothing gains by being asked twice.
fn ask(name: &str, start: Start, pairs: &[Pair], rounds: u32) -> Result<Row, Fault> {
    println!("compat: asking {name}");
    let mut asked = Dialogue::new(start, WARM_UP, LIMIT);
    let mut score = Score::default();
    for pair in pairs {
        let reply = asked.ask(&pair.line())?;
        score.add(pair, &reply, LIMIT.as_secs_f64() * 1e6);
    }
    for pair in (1..rounds).flat_map(|_| pairs) {
        asked.ask(&pair.line())?;
    }
    Ok(Row::of(name, score, asked.cost().cpu / f64::from(rounds)))
}
