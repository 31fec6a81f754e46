//! A program that is asked line by line: its answers within a limit, and what it has cost so far.
//! Refuses to know what a line says.

use crate::fault::Fault;
use crate::shell;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

/// What came back on a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    Line(String),
    /// Nothing within the limit; the program was ended.
    Late,
    /// The program ended by itself.
    Gone,
}

/// What a program and those that it started have cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Seconds of CPU, user and system.
    pub cpu: f64,
    /// Peak of resident memory in KiB, summed over its processes.
    pub peak: u64,
}

/// A running program, started again when it ends before its time.
pub struct Dialogue {
    start: Box<dyn Fn() -> Command>,
    /// Asked first of every start and not counted, so that no start is.
    warm_up: String,
    limit: Duration,
    now: Option<Running>,
    /// CPU of the programs that have ended.
    spent: f64,
}

struct Running {
    child: Child,
    input: ChildStdin,
    output: Receiver<String>,
    /// CPU that its start has cost.
    begun: f64,
}

impl Dialogue {
    pub fn new(start: impl Fn() -> Command + 'static, warm_up: &str, limit: Duration) -> Self {
        Self {
            start: Box::new(start),
            warm_up: warm_up.to_owned(),
            limit,
            now: None,
            spent: 0.0,
        }
    }

    /// Asks one line, and waits for one.
    pub fn ask(&mut self, line: &str) -> Result<Reply, Fault> {
        let mut running = match self.now.take() {
            Some(running) => running,
            None => Running::start((self.start)(), &self.warm_up, self.limit)?,
        };
        let reply = running.exchange(line, self.limit);
        if matches!(reply, Reply::Line(_)) {
            self.now = Some(running);
        } else {
            self.spent += running.cost().cpu - running.begun;
            running.end();
        }
        Ok(reply)
    }

    /// What it has cost since it began, without its starts; memory is that of the program which runs now.
    pub fn cost(&self) -> Cost {
        let now = self.now.as_ref().map(|running| {
            let cost = running.cost();
            Cost {
                cpu: cost.cpu - running.begun,
                ..cost
            }
        });
        let now = now.unwrap_or_default();
        Cost {
            cpu: self.spent + now.cpu,
            ..now
        }
    }
}

impl Drop for Dialogue {
    fn drop(&mut self) {
        if let Some(running) = self.now.take() {
            running.end();
        }
    }
}

impl Running {
    fn start(mut command: Command, warm_up: &str, limit: Duration) -> Result<Self, Fault> {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut child = command.spawn().map_err(shell::not_started(&command))?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(Fault::Failed(shell::line(&command)));
        };
        let (said, heard) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if said.send(line).is_err() {
                    return;
                }
            }
        });
        let mut running = Self {
            child,
            input,
            output: heard,
            begun: 0.0,
        };
        let first = running.exchange(warm_up, limit.max(Duration::from_secs(60)));
        if !matches!(first, Reply::Line(_)) {
            running.end();
            return Err(Fault::Failed(shell::line(&command)));
        }
        running.begun = running.cost().cpu;
        Ok(running)
    }

    fn exchange(&mut self, line: &str, limit: Duration) -> Reply {
        let text = format!("{line}\n");
        let written = self.input.write_all(text.as_bytes());
        if written.and_then(|()| self.input.flush()).is_err() {
            return Reply::Gone;
        }
        match self.output.recv_timeout(limit) {
            Ok(line) => Reply::Line(line),
            Err(RecvTimeoutError::Timeout) => Reply::Late,
            Err(RecvTimeoutError::Disconnected) => Reply::Gone,
        }
    }

    fn cost(&self) -> Cost {
        tree::cost(self.child.id())
    }

    fn end(self) {
        let Self { mut child, .. } = self;
        // One that has ended already cannot be ended again, and that is no fault.
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// A process and those below it, as the kernel counts them.
mod tree {
    use super::Cost;
    use std::collections::BTreeMap;

    /// One tick of the kernel's accounting, in seconds.
    ///
    /// Source: proc(5), USER_HZ is 100 on every Linux that Rust supports
    const TICK: f64 = 0.01;

    /// The sum over `root` and everything below it.
    pub fn cost(root: u32) -> Cost {
        let parents = parents();
        let mut open = vec![root];
        let mut sum = Cost::default();
        while let Some(id) = open.pop() {
            sum.cpu += cpu(&read(id, "stat")).unwrap_or_default();
            sum.peak += peak(&read(id, "status")).unwrap_or_default();
            let below = parents.iter().filter(|(_, parent)| **parent == id);
            open.extend(below.map(|(child, _)| *child));
        }
        sum
    }

    fn read(id: u32, name: &str) -> String {
        std::fs::read_to_string(format!("/proc/{id}/{name}")).unwrap_or_default()
    }

    /// Every process and the one that started it.
    fn parents() -> BTreeMap<u32, u32> {
        let Ok(entries) = std::fs::read_dir("/proc") else {
            return BTreeMap::new();
        };
        let ids = entries
            .filter_map(Result::ok)
            .filter_map(|entry| entry.file_name().to_string_lossy().parse::<u32>().ok());
        ids.filter_map(|id| Some((id, field(&read(id, "stat"), 1)?)))
            .collect()
    }

    /// User and system time of a process and of its ended children.
    ///
    /// Source: proc(5), fields 14 to 17 of `stat`
    fn cpu(stat: &str) -> Option<f64> {
        let ticks: u32 = (11..15).map_while(|at| field(stat, at)).sum();
        Some(f64::from(ticks) * TICK)
    }

    /// A number behind the name, which may contain spaces and ends at the last parenthesis.
    fn field(stat: &str, at: usize) -> Option<u32> {
        let (_, rest) = stat.rsplit_once(") ")?;
        rest.split(' ').nth(at)?.parse().ok()
    }

    fn peak(status: &str) -> Option<u64> {
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().trim_end_matches("kB").trim().parse().ok()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn the_cost_is_read_past_a_name_with_spaces() {
            let stat = "12 (a ) b) S 7 2 3 4 5 6 7 8 9 10 100 50 150 50 20 0";
            assert_eq!(field(stat, 1), Some(7));
            assert_eq!(cpu(stat), Some(3.5));
            assert_eq!(peak("Name:\tx\nVmHWM:\t  5120 kB\n"), Some(5120));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn shell(script: &'static str) -> Dialogue {
        let start = move || {
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            command
        };
        Dialogue::new(start, "first", Duration::from_millis(300))
    }

    #[test]
    fn a_program_that_hangs_or_dies_costs_one_answer_and_is_started_again() {
        let mut asked = shell(
            "while read line; do case $line in hang) exec sleep 60;; die) exit;; *) echo \"<$line>\";; esac; done",
        );
        assert_eq!(asked.ask("a").unwrap(), Reply::Line("<a>".to_owned()));
        assert_eq!(asked.ask("hang").unwrap(), Reply::Late);
        assert_eq!(asked.ask("die").unwrap(), Reply::Gone);
        assert_eq!(asked.ask("b").unwrap(), Reply::Line("<b>".to_owned()));
        assert!(asked.cost().peak > 0);
    }
}
