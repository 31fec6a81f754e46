//! Exchanges of the shipped contracts with the reference service, as lines of a file, and the program that reads them.
//! Refuses to know what must come of it.

use crate::shipped;
use matchmark::contract::{Planned, plan};
use matchmark::model::{Exchange, Provider, Sending};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::OnceLock;

/// What `[replay]` says of exchanges as it is shipped.
pub const SHIPPED: &str = "budget = { newly-rejected = 0, behaviour-changed = 0 }
# Of recorded exchanges: what is another one in each answer, and lists whose order means nothing.
volatile = []
unordered = []";

pub const CONSUMER: &str = "northwind";

/// One line for every exchange of northwind's contracts; the first of a course names its states.
pub fn recorded() -> &'static [Value] {
    static RECORDED: OnceLock<Vec<Value>> = OnceLock::new();
    RECORDED.get_or_init(|| {
        let mut contracts = shipped::contracts();
        contracts.retain(|contract| contract.consumer == CONSUMER);
        let planned: Vec<Planned> = contracts.iter().flat_map(plan).collect();
        let keys = [
            "nw-one-match",
            "nw-no-match",
            "nw-export-kick-off",
            "nw-export-complete",
            "nw-export-records",
            "nw-malformed",
        ];
        let mut seen = shipped::driven(&contracts, Provider::Reference);
        seen.retain(|one| {
            keys.contains(&one.interaction.as_str()) && one.replay.variant.is_empty()
        });
        seen.retain(|one| one.replay.sending == Sending::First);
        seen.dedup_by_key(|one| one.interaction.clone());
        let mut course = 0;
        seen.iter()
            .map(|exchange| {
                let is_first = exchange.replay.course != course;
                course = exchange.replay.course;
                line(
                    exchange,
                    planned
                        .iter()
                        .find(|one| is_first && one.interaction == exchange.interaction),
                )
            })
            .collect()
    })
}

fn line(exchange: &Exchange, opening: Option<&Planned>) -> Value {
    let headers = |headers: &[(String, String)]| -> Value {
        let members = headers
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)));
        Value::Object(members.collect())
    };
    let answer = exchange.answer.as_ref().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let mut line = json!({
        "recorded_at": "2026-11-01T00:00:00Z",
        "partner": CONSUMER,
        "request": {"method": exchange.request.method, "path": exchange.request.path,
                    "headers": headers(&exchange.request.headers), "body": text(&exchange.request.body)},
        "response": {"status": answer.status, "headers": headers(&answer.headers), "body": text(&answer.body)},
    });
    if let Some(planned) = opening {
        let states = planned.states.iter();
        line["states"] = states
            .map(|state| json!({"name": state.name, "params": state.params}))
            .collect();
    }
    line
}

/// The recorded lines after a change.
pub fn changed(change: impl FnOnce(&mut Vec<Value>)) -> Vec<Value> {
    let mut lines = recorded().to_vec();
    change(&mut lines);
    lines
}

pub fn one(path: &str, status: u64) -> usize {
    let found = recorded().iter().position(|line| {
        line["response"]["status"] == status
            && line["request"]["path"].as_str().unwrap().contains(path)
    });
    found.unwrap()
}

/// Changes the body of a recorded answer.
pub fn body(line: &mut Value, change: impl FnOnce(&mut Value)) {
    let text = line["response"]["body"].as_str().unwrap();
    // Some answers are empty, or lines of their own.
    let Ok(mut value) = serde_json::from_str::<Value>(text) else {
        return;
    };
    change(&mut value);
    line["response"]["body"] = json!(value.to_string());
}

/// The recorded lines, in which a refusal has another code.
pub fn recoded() -> Vec<Value> {
    let refused = one("$member-match", 422);
    changed(|all| {
        body(&mut all[refused], |it| {
            it["issue"][0]["code"] = json!("invalid")
        })
    })
}

pub struct Case {
    file: PathBuf,
    /// The repository in which it is judged.
    root: PathBuf,
    _folder: tempfile::TempDir,
}

impl Case {
    pub fn of(lines: &[Value]) -> Self {
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        Self::written("day.ndjson", &text)
    }

    pub fn written(name: &str, text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        Self {
            file,
            root: PathBuf::from(env!("CARGO_MANIFEST_DIR")),
            _folder: folder,
        }
    }

    /// The same in another repository.
    pub fn at(self, root: PathBuf) -> Self {
        Self { root, ..self }
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        let from = match self.file.extension().is_some_and(|end| end == "har") {
            true => "har",
            false => "ndjson",
        };
        Command::new(env!("CARGO_BIN_EXE_matchmark"))
            .args(["replay", "exchanges", "--from", from])
            .arg(&self.file)
            .args(arguments)
            .current_dir(&self.root)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .output()
            .unwrap()
    }

    /// The configuration of the repository with other keys of `[replay]`, by its path.
    pub fn with_config(&self, replay: &str) -> String {
        let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/matchmark.toml");
        let shipped = std::fs::read_to_string(shipped).unwrap();
        let text = shipped.replace(SHIPPED, replay);
        assert_ne!(text, shipped);
        let path = self.file.with_file_name("matchmark.toml");
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.run(&[arguments, &["--format", "json"]].concat());
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"))
    }
}

/// Departure, place and both kinds of every difference.
pub fn told(result: &Value) -> Vec<String> {
    let clusters = result["clusters"].as_array().unwrap();
    let cause = |cluster: &Value, name: &str| cluster["cause"][name].as_str().unwrap().to_owned();
    let mut told: Vec<String> = clusters
        .iter()
        .map(|it| {
            format!(
                "{} {} {} {}",
                cause(it, "departure"),
                cause(it, "at"),
                cause(it, "was"),
                cause(it, "now")
            )
        })
        .collect();
    told.sort();
    told
}
