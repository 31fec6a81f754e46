//! Arguments and environment -> one typed `Request`, or the text to print instead.
//! Refuses to know what a check is and how a request is answered.

mod approve;
mod args;
mod catalogue;
mod compat;
mod contract;
mod course;
mod daily;
mod evidence;
mod flags;
#[cfg(feature = "service")]
mod ops;
mod policy;
mod replay;
mod report;
mod request;
mod scrub;
#[cfg(feature = "service")]
mod serve;
mod step;
#[cfg(feature = "service")]
mod stub;
mod transform;
mod validate;
mod value;
mod waiver;

use crate::model::{Request, did_you_mean};
use clap::{Args as _, CommandFactory as _, FromArgMatches as _};
use std::ffi::OsString;
use validate::ValidateArguments;

pub use args::command;

/// What the process stands in, as far as defaults depend on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    pub stdout_is_terminal: bool,
    /// `NO_COLOR` is set to something.
    pub no_color: bool,
    /// `CI` is set to something: the default stage is then `pull-request`.
    pub ci: bool,
}

/// How much is said on standard error while it runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chatter {
    /// Nothing but failures.
    Quiet,
    /// Messages, no progress.
    Messages,
    /// Messages and progress.
    Progress,
}

/// What the arguments ask for.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// A request to run.
    Run(Box<Request>, Chatter),
    /// A text that answers already: help, version, completions, manual.
    Print(String),
    /// The arguments make no sense: usage error.
    Refuse(String),
}

/// Reads the arguments of the process.
#[must_use]
pub fn read(arguments: impl IntoIterator<Item = OsString>, around: &Surroundings) -> Asked {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    if let Some(verb) = validate_alone(&arguments) {
        return request::resolve(verb, around);
    }
    let parsed = command()
        .try_get_matches_from(arguments)
        .and_then(|matches| args::Arguments::from_arg_matches(&matches));
    match parsed {
        Ok(arguments) => request::resolve(arguments.verb, around),
        Err(error) => said(&error, around),
    }
}

/// What is asked for every payload somebody has, read without making all other commands ready: that takes a tenth of
/// judging a small payload. Whatever clap has a word to say about is read once more with them.
fn validate_alone(arguments: &[OsString]) -> Option<args::Verb> {
    let (_, own) = arguments.split_first()?;
    own.first().filter(|verb| *verb == "validate")?;
    let command = ValidateArguments::augment_args(clap::Command::new("validate"));
    let matches = command.try_get_matches_from(own).ok()?;
    let read = ValidateArguments::from_arg_matches(&matches).ok()?;
    Some(args::Verb::Validate(Box::new(read)))
}

/// What clap answers by itself: help and version are results, everything else is a refusal.
fn said(error: &clap::Error, around: &Surroundings) -> Asked {
    let rendered = error.render();
    if error.use_stderr() {
        return Asked::Refuse(rendered.to_string());
    }
    if around.stdout_is_terminal && !around.no_color {
        Asked::Print(rendered.ansi().to_string())
    } else {
        Asked::Print(rendered.to_string())
    }
}

/// The script that completes commands and flags in `shell`.
fn completions(shell: clap_complete::Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command(), "matchmark", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// The manual page of the whole or of one command, in roff.
///
/// Errors: there is no such command
fn manual(command: Option<&str>) -> Result<String, String> {
    let mut whole = args::Arguments::command();
    whole.build();
    let chosen = match command {
        None => whole,
        Some(name) => whole.find_subcommand(name).cloned().ok_or_else(|| {
            let known = whole.get_subcommands().map(clap::Command::get_name);
            format!(
                "error: there is no command `{name}`{}",
                did_you_mean(name, known)
            )
        })?,
    };
    let mut page = Vec::new();
    // Writing to memory cannot fail.
    let _ = clap_mangen::Man::new(chosen).render(&mut page);
    // What stands below the help is about exit codes, and manuals have a name for that.
    Ok(String::from_utf8_lossy(&page).replace(".SH EXTRA\n", ".SH EXIT STATUS\n"))
}

#[cfg(test)]
mod tests;
