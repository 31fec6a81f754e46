//! What the program says of published examples.
//! Refuses to know what it should say.

use super::manifest::Folder;
use super::support::{matchmark, root};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A file and the version that it was judged by.
pub type Case = (String, String);

/// One problem: finding id and pointer.
pub type Problem = (String, String);

/// What `validate` says of the files, in the circumstances of the examples, as results by path.
fn results(folder: &Folder, files: &[&str], flags: &[&str]) -> BTreeMap<String, Value> {
    let mut command = matchmark(&["validate", "--format", "json"]);
    command.arg("-C").arg(root()).args(flags);
    command.args(files.iter().map(|file| folder.0.join(file)));
    let output = command.output().unwrap();
    let said: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    let payloads = said["payloads"].as_array().unwrap().iter();
    payloads
        .map(|payload| {
            let file = payload["file"].as_str().unwrap();
            let path = std::path::Path::new(file).strip_prefix(&folder.0).unwrap();
            (path.to_str().unwrap().to_owned(), payload.clone())
        })
        .collect()
}

/// The entry that each file is recognised as, and why the others are none.
pub fn recognised(folder: &Folder, files: &[&str]) -> BTreeMap<String, Result<String, String>> {
    let entry = |result: &Value| match result["against"].as_str() {
        Some(against) => Ok(against.split('@').next().unwrap().to_owned()),
        None => Err(result["obstacle"].as_str().unwrap_or_default().to_owned()),
    };
    let results = results(folder, files, &[]);
    let results = results.iter();
    results
        .map(|(path, result)| (path.clone(), entry(result)))
        .collect()
}

/// Every problem of every case, each on the day on which the consent that it carries begins.
pub fn judged(folder: &Folder, cases: &BTreeSet<Case>) -> BTreeMap<Case, Vec<Problem>> {
    let mut together: BTreeMap<(&str, String), Vec<&str>> = BTreeMap::new();
    for (file, version) in cases {
        let day = day(&folder.value(file));
        together.entry((version, day)).or_default().push(file);
    }
    let mut judged = BTreeMap::new();
    for ((version, day), files) in together {
        let noon = format!("{day}T12:00:00Z");
        let flags = ["--as", version, "--as-of", &noon];
        for (file, result) in results(folder, &files, &flags) {
            assert_ne!(
                result["state"], "unreadable",
                "{file}: {}",
                result["obstacle"]
            );
            judged.insert((file, version.to_owned()), problems(&result));
        }
    }
    judged
}

/// The first day on which every consent of the payload has begun; any day when it carries none.
fn day(payload: &Value) -> String {
    let mut days = BTreeSet::from(["2020-01-01".to_owned()]);
    let mut open = vec![payload];
    while let Some(value) = open.pop() {
        if value["resourceType"] == "Consent" {
            let start = value["provision"]["period"]["start"].as_str();
            days.extend(start.and_then(|start| start.get(..10)).map(str::to_owned));
        }
        match value {
            Value::Object(members) => open.extend(members.values()),
            Value::Array(items) => open.extend(items),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    days.into_iter().next_back().unwrap()
}

fn problems(result: &Value) -> Vec<Problem> {
    let text = |problem: &Value, name: &str| problem[name].as_str().unwrap().to_owned();
    let all = result["problems"].as_array().unwrap().iter();
    let mut found: Vec<Problem> = all
        .map(|problem| (text(problem, "rule"), text(problem, "pointer")))
        .collect();
    assert_eq!(found.is_empty(), result["state"] == "valid", "{result:#}");
    found.sort();
    found
}
