//! The project's own commands, one file each: `cargo xtask COMMAND`.
//! Refuses to know how the product judges; it builds, runs and reads it from outside.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool of developers: its words are its result"
)]

mod bench;
mod fault;
mod floor;
mod fuzz;
mod generate;
mod new_rule;
mod new_schema;
mod postgres;
mod prove;
mod published;
mod repository;
mod rows;
mod scenario;
mod score_compat;
mod shell;
mod suite;
mod tally;
mod test;
mod third;
mod tidy;
mod tools;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's own commands")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build once, run every test and `tidy`; the last line counts them.
    Test,
    /// Format, lints, generated files, import table, file lengths, headers, licences.
    Tidy,
    /// Write the files that are made from Rust types.
    Gen {
        /// Write nothing; fail with the list of files that are stale.
        #[arg(long)]
        check: bool,
    },
    /// Run the tests that show a row; print which rows hold, fail, or have no test yet.
    Rows,
    /// Begin a schema: a folder that the gate complains of until it is complete.
    NewSchema {
        /// kebab-case, as it will stand in `schemas/`.
        id: String,
    },
    /// Begin a policy rule: a folder that the gate complains of until it is complete.
    NewRule {
        /// kebab-case, as it will stand in `policies/rules/`.
        name: String,
    },
    /// Write a scenario as a git repository of two commits, to judge it by hand.
    Scenario {
        name: String,
        /// A folder that does not exist yet.
        dir: PathBuf,
    },
    /// Measure what the program costs beside what others cost.
    Bench {
        /// Payloads and then the gate, unless it is named.
        #[arg(value_enum)]
        subject: Option<bench::Subject>,
        /// Cargo profile to build with.
        #[arg(long, default_value = "release")]
        profile: String,
        /// How often each program runs that payloads and the gate compare; the fastest counts.
        #[arg(long, default_value_t = 3)]
        runs: u32,
        #[command(flatten)]
        options: bench::Options,
    },
    /// Hold what `compat --batch` answered against labelled pairs; fail when a target is missed.
    ScoreCompat {
        /// The answers, one a line.
        out: PathBuf,
        /// The pairs; `data/compat-pairs.ndjson` of the folder that MATCHMARK_SHARED names, or of `../shared`.
        pairs: Option<PathBuf>,
    },
    /// Run the long proofs at full size.
    Prove {
        /// Only the proofs whose name contains this.
        name: Option<String>,
    },
    /// Let a fuzzer look for a payload on which the two ways of validating disagree.
    Fuzz {
        /// How long.
        #[arg(default_value_t = 60)]
        seconds: u32,
    },
    /// The floor of `bench`: validate the history, or another file, with the plain crate, nothing else.
    #[command(hide = true)]
    Floor {
        /// `ID/VERSION`: every line of `corpus` is a payload of it; otherwise an envelope.
        #[arg(long, requires = "corpus")]
        against: Option<String>,
        #[arg(long)]
        corpus: Option<PathBuf>,
    },
    /// The measurement of `bench policy`, in a process of its own.
    #[command(hide = true)]
    PolicyCost,
    /// The ground of `bench compat`: containment by the plain crate, one question a line.
    #[command(hide = true)]
    Covers,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Test => test::run(),
        Command::Tidy => tidy::run(),
        Command::Gen { check } => generate::run(check),
        Command::Rows => rows::run(),
        Command::NewSchema { id } => new_schema::run(&id),
        Command::NewRule { name } => new_rule::run(&name),
        Command::Scenario { name, dir } => scenario::run(&name, &dir),
        Command::Bench {
            subject,
            profile,
            runs,
            options,
        } => bench::run(subject, &profile, runs, &options),
        Command::ScoreCompat { out, pairs } => score_compat::run(&out, pairs.as_deref()),
        Command::Prove { name } => prove::run(name.as_deref()),
        Command::Fuzz { seconds } => fuzz::run(seconds),
        Command::Floor { against, corpus } => floor::run(against.as_deref(), corpus.as_deref()),
        Command::Covers => bench::covers(),
        Command::PolicyCost => bench::policy_cost(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("xtask: {}", fault.chain());
            ExitCode::FAILURE
        }
    }
}
