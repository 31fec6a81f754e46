//! Payloads a second: `validate` and `replay` as whole processes beside other validators and parsers, on the same files.
//! Refuses to take a speed for good where the verdicts differ.

mod corpus;
mod cost;
mod machine;
mod peers;
mod round;
mod rows;
mod table;

use super::page;
use crate::fault::Fault;
use crate::repository;
use peers::Peers;
use round::Round;
use std::path::PathBuf;

/// What is measured, and how often.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// Payloads of a corpus; memory and threads are measured on ten times as many.
    #[arg(long, default_value_t = 20_000)]
    lines: usize,
    /// The set-up folder of the other validators; `target/bench` otherwise, set up when `MATCHMARK_SHARED` is set.
    #[arg(long)]
    peers: Option<PathBuf>,
    /// For payloads and the gate, build nothing: measure the programs that are there.
    #[arg(long)]
    pub built: bool,
}

/// Measures, prints the table and writes it.
pub fn run(profile: &str, runs: u32, options: &Options) -> Result<(), Fault> {
    let ours = super::compat::built(profile, "matchmark");
    if !ours.is_file() {
        return Err(Fault::Said(format!("{} is not built", ours.display())));
    }
    let machine = machine::line(&ours);
    let peers = Peers::find(options.peers.as_deref(), !options.built);
    let floor = super::compat::built(profile, "xtask");
    let mut round = Round::new(ours, floor, peers, options.lines.max(1), runs);
    round.measure()?;
    let table = table::table(&round.rows);
    let left_out = round.left_out();
    println!("\n{machine}\n\n{table}\n{left_out}");
    let method = format!(
        "{} lines a corpus, the fastest of {} runs in turn; profile {profile}.",
        options.lines,
        runs.max(1)
    );
    page::write(
        "payloads",
        &format!("{INTRODUCTION}\n{machine}\n{method}\n\n{table}\n{left_out}"),
    )?;
    println!(
        "machine-made files are in {}",
        repository::target().join("bench/payloads").display()
    );
    Ok(())
}

const INTRODUCTION: &str = "## How many payloads does a second of CPU hold?

`matchmark validate --schema SCHEMA CORPUS --quiet` and `matchmark replay` as whole processes, start and compiling the schema
included, beside other programs on the same files, all in turn in one run. Figures without a unit are megabytes of payloads for
each second of CPU, user and system. A ratio of *at least* says how many times the work of the other ours does for the same
CPU; one of *at most* says how many times its CPU ours takes. Wherever both sides judge, their counts of valid and invalid
payloads are compared, and a row where they differ does not hold. Of the FHIR schema ajv has its branches told by a
discriminator as well. Longer files than the set-up folder holds are the same lines again. `cargo xtask bench payloads`
measures this section again.
";
