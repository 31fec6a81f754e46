//! What the gate costs, in user and system CPU, beside a floor that only validates.

use crate::fault::Fault;
use crate::{repository, shell};
use std::path::PathBuf;
use std::process::Command;

/// The most that `check` on the shipped repository may cost, in seconds of CPU.
///
/// Source: the performance targets of the gate
const LIMIT: f64 = 5.0;

/// The program as it ships, and this tool.
pub fn build(profile: &str) -> Result<(), Fault> {
    shell::run(&mut shell::cargo(&[
        "build",
        "--profile",
        profile,
        "--package",
        "matchmark",
        "--package",
        "xtask",
    ]))
}

/// Measures both sides in turn, prints the table, and fails over the limit.
pub fn run(profile: &str, runs: u32) -> Result<(), Fault> {
    let mut gate = program(profile, "matchmark", &["check", "--exit-zero", "--quiet"]);
    let mut floor = program(profile, "xtask", &["floor"]);
    let (mut best_gate, mut best_floor) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..runs.max(1) {
        best_gate = best_gate.min(cost(&mut gate)?);
        best_floor = best_floor.min(cost(&mut floor)?);
    }
    println!("{:<44}{:>10}{:>10}", "", "CPU s", "ratio");
    println!(
        "{:<44}{best_floor:>10.2}{:>10.2}",
        "floor: plain validation of the history", 1.0
    );
    println!(
        "{:<44}{best_gate:>10.2}{:>10.2}",
        "matchmark check",
        best_gate / best_floor.max(TICK)
    );
    println!("limit of `check`: {LIMIT:.0} s; profile {profile}; the best of {runs}");
    if profile == "release" && best_gate > LIMIT {
        return Err(Fault::Said(format!(
            "`check` costs more than {LIMIT:.0} s of CPU"
        )));
    }
    Ok(())
}

pub(super) fn program(profile: &str, name: &str, arguments: &[&str]) -> Command {
    let folder = if profile == "dev" { "debug" } else { profile };
    let path: PathBuf = repository::target().join(folder).join(name);
    let mut command = Command::new(path);
    command.args(arguments).current_dir(repository::root());
    command
}

/// One tick of the kernel's accounting, in seconds.
///
/// Source: proc(5), USER_HZ is 100 on every Linux that Rust supports
const TICK: f64 = 0.01;

/// Seconds of CPU that one run of a program costs, its own children included.
fn cost(command: &mut Command) -> Result<f64, Fault> {
    let before = children()?;
    shell::capture(command)?;
    Ok(children()? - before)
}

/// Seconds of CPU of all children that have ended so far.
fn children() -> Result<f64, Fault> {
    let path = PathBuf::from("/proc/self/stat");
    let text = std::fs::read_to_string(&path).map_err(Fault::file(&path))?;
    ended(&text).ok_or_else(|| Fault::Said(format!("{} has an unknown shape", path.display())))
}

/// `cutime` and `cstime` of a `stat` line, in seconds.
///
/// Source: proc(5), fields 16 and 17; the second field may contain spaces and ends at the last parenthesis
fn ended(stat: &str) -> Option<f64> {
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut fields = rest.split(' ').skip(13);
    let user: f64 = fields.next()?.parse().ok()?;
    let system: f64 = fields.next()?.parse().ok()?;
    Some((user + system) * TICK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cost_of_ended_children_is_read_past_a_name_with_spaces() {
        let stat = "12 (a ) b) S 1 2 3 4 5 6 7 8 9 10 11 12 150 50 20 0";
        assert_eq!(ended(stat), Some(2.0));
    }
}
