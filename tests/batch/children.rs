//! The children of a process, as the system lists them, and signals to them.
//! Refuses to signal anything that was not found so.

use std::process::Command;
use std::thread::yield_now;
use std::time::{Duration, Instant};

/// How long something that is bound to happen may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Every child of the process `id`, whichever of its threads started it.
pub fn of(id: u32) -> Vec<u32> {
    let mut children = Vec::new();
    for thread in std::fs::read_dir(format!("/proc/{id}/task")).unwrap() {
        let path = thread.unwrap().path().join("children");
        // A thread may end while they are listed.
        let listed = std::fs::read_to_string(path).unwrap_or_default();
        children.extend(
            listed
                .split_whitespace()
                .map(|id| id.parse::<u32>().unwrap()),
        );
    }
    children.sort_unstable();
    children
}

/// The one child of the process `id`.
pub fn only(id: u32) -> u32 {
    match of(id).as_slice() {
        [child] => *child,
        all => panic!("{} children", all.len()),
    }
}

pub fn signal(child: u32, name: &str) {
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &child.to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// Waits until the process is gone, or waits to be collected.
pub fn await_end(id: u32) {
    until("a child is gone", || {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let state = status.lines().find_map(|line| line.strip_prefix("State:"));
        let threads = std::fs::read_dir(format!("/proc/{id}/task"));
        // The first thread goes before the others.
        if threads.is_ok_and(|threads| threads.count() > 1) {
            return false;
        }
        state.is_none_or(|state| state.trim().starts_with('Z'))
    });
}

/// Bytes that the process has written so far, to files and pipes.
pub fn written(id: u32) -> u64 {
    let counts = std::fs::read_to_string(format!("/proc/{id}/io")).unwrap();
    let count = counts.lines().find_map(|line| line.strip_prefix("wchar:"));
    count.unwrap().trim().parse().unwrap()
}

/// Most memory that the process has held so far, in bytes; 0 when it is gone.
pub fn peak(id: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.trim().strip_suffix("kB"));
    number.map_or(0, |number| number.trim().parse::<u64>().unwrap() * 1024)
}

#[expect(
    clippy::disallowed_methods,
    reason = "other processes are waited for, and only the clock tells that one never gets there"
)]
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < PATIENCE, "{what}: not in time");
        yield_now();
    }
}
