//! `cargo xtask bench`: what the program costs beside what others cost.
//! Refuses to know how the program judges; it is run and read from outside.

mod compat;
mod covers;
mod dialogue;
mod gate;
mod page;
mod pairs;
mod payloads;
mod peer;
mod policy;
mod reference;
mod scale;
mod score;

pub use covers::run as covers;
pub use payloads::Options;
pub use policy::cost as policy_cost;

use crate::fault::Fault;

/// What is measured.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum Subject {
    /// `check` on the shipped repository, beside a floor that only validates.
    Gate,
    /// `validate` and `replay` over large files, beside other validators and parsers.
    Payloads,
    /// The engine over labelled pairs beside published checkers, then over large schemas.
    Compat,
    /// The engine over large schemas only.
    Scale,
    /// The rules over many schemas, beside the bare policy engine.
    Policy,
    /// `$member-match` of the reference service, beside a bare handler with as many durable writes.
    Reference,
}

/// Measures `subject`, or payloads and then the gate; `runs` counts for those two.
pub fn run(
    subject: Option<Subject>,
    profile: &str,
    runs: u32,
    options: &Options,
) -> Result<(), Fault> {
    let is_run = matches!(subject, None | Some(Subject::Payloads | Subject::Gate));
    if is_run && !options.built {
        gate::build(profile)?;
    }
    let Some(subject) = subject else {
        let payloads = payloads::run(profile, runs, options);
        let gate = gate::run(profile, runs);
        return payloads.and(gate);
    };
    match subject {
        Subject::Payloads => payloads::run(profile, runs, options),
        Subject::Gate => gate::run(profile, runs),
        Subject::Compat => compat::run(profile).and_then(|()| scale::run(profile)),
        Subject::Scale => scale::run(profile),
        Subject::Policy => policy::run(profile),
        Subject::Reference => reference::run(),
    }
}
