//! What whole runs of programs cost, one after the other and again: the fastest counts.
//! Refuses to know what the programs do.

use crate::fault::Fault;
use crate::{repository, shell};
use serde::Deserialize;

/// Seconds after which a program is ended.
const LIMIT: &str = "900";

/// A program as it is typed, and the exit codes with which it has done its work.
#[derive(Clone, Debug)]
pub struct Program {
    pub name: String,
    pub words: Vec<String>,
    pub fine: &'static [i32],
}

/// What one run cost, its start included.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Cost {
    /// Seconds of CPU, user and system.
    pub cpu: f64,
    /// Seconds of wall time.
    pub wall: f64,
    /// Peak of resident memory, in KiB.
    pub peak: u64,
    /// None when it was ended for taking too long.
    code: Option<i32>,
    /// The end of what it printed.
    pub said: String,
}

impl Program {
    pub fn new(name: &str, fine: &'static [i32], words: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            words: words.iter().map(|&word| word.to_owned()).collect(),
            fine,
        }
    }

    /// One run; none when it did not do its work.
    pub fn once(&self) -> Result<Option<Cost>, Fault> {
        let script = repository::root().join("xtask/peers/cost.py");
        let mut command = shell::program("python3", &[&script.to_string_lossy(), LIMIT]);
        let line = shell::capture(command.args(&self.words))?;
        let cost: Cost = serde_json::from_str(&line)
            .map_err(|error| Fault::Said(format!("{}: {error}", self.name)))?;
        let done = cost.code.is_some_and(|code| self.fine.contains(&code));
        Ok(done.then_some(cost))
    }
}

/// Runs the programs one after the other, `runs` times; none for one that ever failed.
pub fn in_turn(programs: &[Program], runs: u32) -> Result<Vec<Option<Cost>>, Fault> {
    let mut best: Vec<Option<Cost>> = vec![Some(Cost::slowest()); programs.len()];
    for _ in 0..runs.max(1) {
        for (program, known) in programs.iter().zip(&mut best) {
            if let Some(before) = known.take() {
                *known = program.once()?.map(|now| before.and(now));
            }
        }
    }
    Ok(best)
}

impl Cost {
    fn slowest() -> Self {
        Self {
            cpu: f64::INFINITY,
            wall: f64::INFINITY,
            ..Self::default()
        }
    }

    /// The least time and the most memory of both.
    fn and(self, other: Self) -> Self {
        Self {
            cpu: self.cpu.min(other.cpu),
            wall: self.wall.min(other.wall),
            peak: self.peak.max(other.peak),
            ..other
        }
    }

    /// How many payloads were valid and how many were not, as the program says.
    pub fn verdicts(&self) -> Option<(u64, u64)> {
        told(&self.said).or_else(|| counted(&self.said))
    }
}

/// `{"ok": 3, "bad": 1, ...}` on the last line.
fn told(said: &str) -> Option<(u64, u64)> {
    let line: serde_json::Value = serde_json::from_str(said.trim().lines().last()?).ok()?;
    Some((line.get("ok")?.as_u64()?, line.get("bad")?.as_u64()?))
}

/// `3 valid, 1 invalid, 0 unreadable. ...` on any line; what is unreadable is not valid.
fn counted(said: &str) -> Option<(u64, u64)> {
    let line = said.lines().find(|line| line.contains(" unreadable"))?;
    let (counts, _) = line.split_once('.')?;
    let mut numbers = counts.split(", ").map(|part| {
        let (number, _) = part.trim().split_once(' ')?;
        number.replace(',', "").parse::<u64>().ok()
    });
    let (valid, invalid) = (numbers.next()??, numbers.next()??);
    Some((valid, invalid + numbers.next()??))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn verdicts_are_read_as_either_side_tells_them() {
        let cost = |said: &str| Cost {
            said: said.to_owned(),
            ..Cost::default()
        };
        let ours = cost("rule  3\n19585 valid, 410 invalid, 5 unreadable. Nothing left.\nNO-GO\n");
        let theirs = cost("{\"mode\":\"js\",\"ok\":19585,\"bad\":415}\n");
        assert_eq!(ours.verdicts(), Some((19585, 415)));
        assert_eq!(ours.verdicts(), theirs.verdicts());
        assert_eq!(cost("").verdicts(), None);
    }

    #[test]
    fn the_least_time_and_the_most_memory_of_all_runs_count() {
        let run = |cpu, wall, peak| Cost {
            cpu,
            wall,
            peak,
            ..Cost::default()
        };
        let both = run(2.0, 1.0, 10).and(run(1.0, 3.0, 30));
        assert_eq!((both.cpu, both.wall, both.peak), (1.0, 1.0, 30));
    }

    #[test]
    fn a_program_that_fails_has_no_cost() {
        let sh = |script: &str| Program::new("sh", &[0], &["sh", "-c", script]);
        let absent = Program::new("absent", &[0], &["no-such-program"]);
        let costs = in_turn(&[sh("exit 3"), absent, sh("echo done")], 2).unwrap();
        assert!(costs.iter().take(2).all(Option::is_none));
        let done = costs.get(2).unwrap().as_ref().unwrap();
        assert_eq!(done.said, "done\n");
        assert!(done.wall > 0.0 && done.peak > 0 && done.cpu.is_finite());
    }
}
