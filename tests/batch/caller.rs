//! A caller of `compat --batch`: sends lines, waits for answers.
//! Refuses to know what is asked.

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// How long an answer may take before the test gives up.
const PATIENCE: Duration = Duration::from_secs(120);

/// One question in draft 2020-12, as a line without its end.
pub fn question(n: u64, old: &Value, new: &Value) -> String {
    json!({"n": n, "old": old, "new": new, "draft": "2020-12"}).to_string()
}

fn start(flags: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_matchmark"))
        .args(["compat", "--batch"])
        .args(flags)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Sends everything at once and gives what came back, and the exit code. Nothing may be said beside the answers.
pub fn run(flags: &[&str], input: &[u8]) -> (String, Option<i32>) {
    let mut child = start(flags);
    let mut stdin = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input).unwrap());
        child.wait_with_output().unwrap()
    });
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    (
        String::from_utf8(output.stdout).unwrap(),
        output.status.code(),
    )
}

/// Every line of an output as JSON.
pub fn answers(output: &str) -> Vec<Value> {
    let lines = output.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A caller that keeps the process open.
pub struct Caller {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Receiver<String>,
}

impl Caller {
    pub fn start(flags: &[&str]) -> Self {
        let mut child = start(flags);
        let output = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in output.lines() {
                if line.is_err() || sender.send(line.unwrap()).is_err() {
                    return;
                }
            }
        });
        Self {
            stdin: child.stdin.take(),
            child,
            lines,
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn send(&mut self, line: &str) {
        Self::write(self.stdin.as_mut().unwrap(), line.as_bytes());
    }

    /// The way in, for a thread of its own; whoever drops it ends the input.
    pub fn stdin(&mut self) -> ChildStdin {
        self.stdin.take().unwrap()
    }

    pub fn write(stdin: &mut ChildStdin, line: &[u8]) {
        stdin.write_all(&[line, b"\n"].concat()).unwrap();
    }

    pub fn answer(&self) -> Value {
        let line = self
            .lines
            .recv_timeout(PATIENCE)
            .expect("an answer in time");
        serde_json::from_str(&line).unwrap()
    }

    /// Ends the input; gives the exit code.
    pub fn finish(mut self) -> Option<i32> {
        drop(self.stdin.take());
        self.child.wait().unwrap().code()
    }

    /// Reads no more, but goes on sending `line` until the process ends; gives its exit code and what it complained of.
    pub fn leave(self, line: &str) -> (Option<i32>, String) {
        let Self {
            mut child,
            stdin,
            lines,
        } = self;
        drop(lines);
        let mut stdin = stdin.unwrap();
        while stdin.write_all(format!("{line}\n").as_bytes()).is_ok() {}
        let mut said = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        (child.wait().unwrap().code(), said)
    }
}
