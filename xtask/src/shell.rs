//! Other programs, run in the repository's root.

use crate::fault::Fault;
use crate::repository;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

/// The cargo that runs us.
pub fn cargo(arguments: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(arguments).current_dir(repository::root());
    command
}

/// Another program.
pub fn program(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(name);
    command.args(arguments).current_dir(repository::root());
    command
}

/// Runs a command and shows what it prints.
pub fn run(command: &mut Command) -> Result<(), Fault> {
    let status = command.status().map_err(not_started(command))?;
    succeed(command, status.success())
}

/// Runs a command and gives what it prints; its complaints go to our own.
pub fn capture(command: &mut Command) -> Result<String, Fault> {
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(not_started(command))?;
    succeed(command, output.status.success())?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a command, hands over each line as it is printed, and says whether it succeeded.
pub fn follow(command: &mut Command, mut line: impl FnMut(&str)) -> Result<bool, Fault> {
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(not_started(command))?;
    if let Some(output) = child.stdout.take() {
        for text in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            line(&String::from_utf8_lossy(&text));
        }
    }
    let status = child.wait().map_err(not_started(command))?;
    Ok(status.success())
}

/// Whether a command runs and succeeds, quietly.
pub fn works(command: &mut Command) -> bool {
    let quiet = command.stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

fn succeed(command: &Command, success: bool) -> Result<(), Fault> {
    if success {
        Ok(())
    } else {
        Err(Fault::Failed(line(command)))
    }
}

pub fn not_started(command: &Command) -> impl FnOnce(std::io::Error) -> Fault + use<> {
    let program = command.get_program().to_string_lossy().into_owned();
    |source| Fault::NotStarted { program, source }
}

/// The command as a person would type it.
pub fn line(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    let arguments = command
        .get_args()
        .map(|argument| argument.to_string_lossy());
    std::iter::once(name)
        .chain(arguments)
        .collect::<Vec<_>>()
        .join(" ")
}
