//! Where and when something was measured: machine, date, versions, commit.
//! Refuses to guess: what cannot be read is told as unknown.

use crate::shell;
use std::path::Path;

/// One line for the page; `program` is the one that was measured.
pub fn line(program: &Path) -> String {
    let processor = value("/proc/cpuinfo", "model name");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kernel = read("/proc/sys/kernel/osrelease");
    let load = read("/proc/loadavg");
    let load = load.split(' ').next().unwrap_or("unknown").to_owned();
    let date = said("date", &["-u", "+%Y-%m-%d %H:%M UTC"]);
    let rust = said("rustc", &["--version"]);
    let version = said(&program.to_string_lossy(), &["--version"]);
    format!(
        "{date}, {processor}, {cores} cores, Linux {kernel}, {rust}, {version}, commit {}; load average {load} before the run.",
        commit()
    )
}

/// The commit of the working tree, and whether files that it tracks differ.
fn commit() -> String {
    let commit = said("git", &["rev-parse", "--short=12", "HEAD"]);
    let paths = [
        "status",
        "--porcelain",
        "--untracked-files=no",
        "--",
        ".",
        ":!docs/BENCHMARKS.md",
    ];
    let changed = shell::capture(&mut shell::program("git", &paths));
    match changed {
        Ok(changed) if changed.trim().is_empty() => commit,
        _ => format!("{commit} with changes"),
    }
}

fn said(program: &str, arguments: &[&str]) -> String {
    let said = shell::capture(&mut shell::program(program, arguments)).unwrap_or_default();
    known(said.trim())
}

fn read(path: &str) -> String {
    known(std::fs::read_to_string(path).unwrap_or_default().trim())
}

/// What stands behind the first `key : ` of a file.
fn value(path: &str, key: &str) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(key));
    known(
        line.and_then(|line| line.split_once(": "))
            .map_or("", |(_, value)| value),
    )
}

fn known(text: &str) -> String {
    if text.is_empty() { "unknown" } else { text }.to_owned()
}
