//! What one round has measured so far: ours beside others on one file, and ours alone.
//! Refuses to know which files and which targets there are.

use super::super::page::rounded;
use super::corpus;
use super::cost::{Cost, Program, in_turn};
use super::peers::{Peer, Peers};
use super::table::{FAILED, Row, Target};
use crate::fault::Fault;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The exit codes of a verdict: what is invalid among the payloads is no failure of the run.
const JUDGED: &[i32] = &[0, 1];

/// The most that may be resident, in megabytes.
///
/// Source: the performance targets, memory
const MEMORY: f64 = 64.0;

/// How many times faster two jobs have to be than one.
///
/// Source: the performance targets, threads
const TWO_JOBS: f64 = 1.8;

/// Everything that one round needs, and what came of it.
pub struct Round {
    ours: PathBuf,
    floor: PathBuf,
    pub peers: Option<Peers>,
    pub lines: usize,
    pub runs: u32,
    pub rows: Vec<Row>,
    absent: BTreeSet<String>,
}

/// Another program beside ours.
pub struct Beside {
    program: Program,
    target: Target,
    /// Whether it tells verdicts, which have to be ours.
    pub judges: bool,
}

/// What a figure says.
#[derive(Clone, Copy)]
pub enum Figure {
    /// Of so many megabytes: how many for each second of CPU.
    Speed(f64),
    /// Milliseconds of CPU.
    Time,
}

impl Figure {
    fn of(self, cost: &Cost) -> String {
        match self {
            Self::Speed(megabytes) => rounded(megabytes / cost.cpu),
            Self::Time => format!("{} ms", rounded(cost.cpu * 1e3)),
        }
    }
}

impl Round {
    pub fn new(
        ours: PathBuf,
        floor: PathBuf,
        peers: Option<Peers>,
        lines: usize,
        runs: u32,
    ) -> Self {
        Self {
            ours,
            floor,
            peers,
            lines,
            runs,
            rows: Vec::new(),
            absent: BTreeSet::new(),
        }
    }

    /// What was not measured, as a list.
    pub fn left_out(&self) -> String {
        let lines = self
            .absent
            .iter()
            .map(|what| format!("- Not measured here: {what}.\n"));
        let list: String = lines.collect();
        if list.is_empty() {
            list
        } else {
            format!("\n{list}")
        }
    }

    pub fn matchmark(&self, words: &[&str]) -> Program {
        let program = self.ours.to_string_lossy();
        let words: Vec<&str> = std::iter::once(program.as_ref())
            .chain(words.iter().copied())
            .collect();
        Program::new("matchmark", JUDGED, &words)
    }

    pub fn validate(&self, schema: &Path, corpus: &Path, more: &[&str]) -> Program {
        let (schema, corpus) = (schema.to_string_lossy(), corpus.to_string_lossy());
        let mut words = vec!["validate", "--schema", &schema, &corpus, "--quiet"];
        words.extend(more);
        self.matchmark(&words)
    }

    /// The plain crate in this tool, when that is built.
    pub fn plain(&mut self, words: &[String], judges: bool) -> Vec<Beside> {
        if !self.floor.is_file() {
            self.leave_out("the plain crate over this repository's payloads, which is not built");
            return Vec::new();
        }
        let name = "jsonschema crate, in this tool";
        let program = self.floor.to_string_lossy().into_owned();
        let words = std::iter::once(program)
            .chain(words.iter().cloned())
            .collect();
        vec![Beside {
            program: Program {
                name: name.to_owned(),
                words,
                fine: &[0],
            },
            target: Target::Open,
            judges,
        }]
    }

    pub fn over(
        &mut self,
        what: &str,
        peers: &Peers,
        schema: &Path,
        corpus: &Path,
        beside: &[(Peer, Target)],
    ) -> Result<(), Fault> {
        let figure = Figure::Speed(corpus::megabytes(corpus)?);
        let beside = self.found(peers, schema, corpus, beside);
        let ours = self.validate(schema, corpus, &[]);
        self.compare(what, &ours, beside, figure, self.runs)
    }

    /// Those peers that are there; the others are noted.
    pub fn found(
        &mut self,
        peers: &Peers,
        schema: &Path,
        corpus: &Path,
        wanted: &[(Peer, Target)],
    ) -> Vec<Beside> {
        let mut found = Vec::new();
        for (peer, target) in wanted {
            let Some(program) = peers.program(*peer, schema, corpus) else {
                self.leave_out(&format!(
                    "{}, which is not in the set-up folder",
                    peers.name(*peer)
                ));
                continue;
            };
            let judges = !matches!(peer, Peer::Tape | Peer::Value | Peer::Sourcemeta);
            found.push(Beside {
                program,
                target: *target,
                judges,
            });
        }
        found
    }

    /// One row for each program beside ours; one without a ratio where there is none.
    pub fn compare(
        &mut self,
        what: &str,
        ours: &Program,
        beside: Vec<Beside>,
        figure: Figure,
        runs: u32,
    ) -> Result<(), Fault> {
        println!("payloads: {what}");
        let verdicts = self.verdicts(ours)?;
        let mut programs = vec![ours.clone()];
        programs.extend(beside.iter().map(|other| other.program.clone()));
        let mut costs = in_turn(&programs, runs)?.into_iter();
        let own = costs.next().flatten();
        let told = own
            .as_ref()
            .map_or_else(|| FAILED.to_owned(), |own| figure.of(own));
        if beside.is_empty() {
            self.rows.push(Row::alone(what, &told));
        }
        for (other, cost) in beside.into_iter().zip(costs) {
            let Some(cost) = cost else {
                self.leave_out(&format!("{} on {what}: it failed", other.program.name));
                continue;
            };
            let agrees = !other.judges
                || own.is_none()
                || (verdicts.is_some() && cost.verdicts() == verdicts);
            let own = own.as_ref().map_or(f64::NAN, |own| own.cpu);
            let ratio = match other.target {
                Target::AtMost(_) => own / cost.cpu,
                Target::AtLeast(_) | Target::Open | Target::Megabytes(_) => cost.cpu / own,
            };
            self.rows.push(Row {
                what: what.to_owned(),
                ours: told.clone(),
                peer: format!("{}: {}", other.program.name, figure.of(&cost)),
                ratio,
                target: other.target,
                agrees,
            });
        }
        Ok(())
    }

    /// What ours says of a corpus: the same run with its words.
    fn verdicts(&self, ours: &Program) -> Result<Option<(u64, u64)>, Fault> {
        let mut aloud = ours.clone();
        aloud.words.retain(|word| word != "--quiet");
        let more = ["--no-progress", "--max-findings", "1"];
        aloud.words.extend(more.map(str::to_owned));
        Ok(aloud.once()?.and_then(|cost| cost.verdicts()))
    }

    pub fn memory(&mut self, what: &str, ours: &Program) -> Result<(), Fault> {
        println!("payloads: {what}");
        let cost = in_turn(std::slice::from_ref(ours), self.runs)?
            .into_iter()
            .next()
            .flatten();
        #[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
        let peak = cost.map_or(f64::NAN, |cost| cost.peak as f64 * 1024.0 / 1e6);
        self.rows.push(Row {
            what: what.to_owned(),
            ours: format!("{} MB", rounded(peak)),
            peer: "-".to_owned(),
            ratio: peak,
            target: Target::Megabytes(MEMORY),
            agrees: true,
        });
        Ok(())
    }

    pub fn jobs(&mut self, what: &str, one: Program, two: Program) -> Result<(), Fault> {
        if std::thread::available_parallelism().map_or(1, usize::from) < 2 {
            self.leave_out("two jobs, for which this machine has no two cores");
            return Ok(());
        }
        println!("payloads: two jobs, {what}");
        let costs = in_turn(&[one, two], self.runs)?;
        let mut walls = costs
            .iter()
            .map(|cost| cost.as_ref().map_or(f64::NAN, |cost| cost.wall));
        let (one, two) = (
            walls.next().unwrap_or(f64::NAN),
            walls.next().unwrap_or(f64::NAN),
        );
        self.rows.push(Row {
            what: format!("wall time, two jobs, {what}"),
            ours: format!("{} s", rounded(two)),
            peer: format!("one job: {} s", rounded(one)),
            ratio: one / two,
            target: Target::AtLeast(TWO_JOBS),
            agrees: true,
        });
        Ok(())
    }

    pub fn leave_out(&mut self, what: &str) {
        self.absent.insert(what.to_owned());
    }
}
