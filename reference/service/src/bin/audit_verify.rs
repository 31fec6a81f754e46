//! Says whether an exported audit log is what was written: `audit_verify LOG HEADS KEYS`.
//! Refuses to need a database or a network.

use domain::audit::Verified;
use reference::audit::verify::{Outcome, keys, verify};
use reference::domain;
use std::io::{self, BufReader};
use std::process::ExitCode;

/// How to call it, told to whoever calls otherwise.
const USAGE: &str = "usage: audit_verify LOG HEADS KEYS\n\
    LOG    the log as /audit/export gives it, one entry a line\n\
    HEADS  the signed heads, one a line: the copy outside the database\n\
    KEYS   the key of the log as /audit/head shows it, or a list of keys\n\
    exit:  0 go, 1 no-go, 2 error, 3 undecided, 4 empty";

#[allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a tool for the command line says what it found"
)]
fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let judged = match arguments.as_slice() {
        [log, heads, keys] => judge(log, heads, keys),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match judged {
        Ok((code, told)) => {
            println!("{told}");
            ExitCode::from(code)
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

fn judge(log: &str, heads: &str, key_file: &str) -> io::Result<(u8, String)> {
    let keys = keys(&std::fs::read_to_string(key_file)?)?;
    let heads = std::fs::read_to_string(heads)?;
    let log = BufReader::new(std::fs::File::open(log)?);
    Ok(match verify(log, &heads, &keys)? {
        Outcome::Good(verified) => (0, format!("go: {}", told(&verified))),
        Outcome::Broken(broken) => (1, format!("no-go: {broken}")),
        Outcome::Unsigned(verified) => (3, format!("undecided: {}", told(&verified))),
        Outcome::Empty => (4, "empty: no record and no head".to_owned()),
    })
}

fn told(verified: &Verified) -> String {
    let Verified {
        size,
        root,
        signed,
        removed,
    } = verified;
    format!("{size} records, {signed} signed, {removed} removed, root {root}")
}
