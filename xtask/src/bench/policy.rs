//! What asking the rules costs beside the bare engine: the same texts and facts in one process, turn by turn.
//! Refuses seconds: the ratios hold on any machine, and the fastest of several turns stands for each side.
#![allow(
    clippy::indexing_slicing,
    reason = "indexing a JSON value gives null, and the documents are made here"
)]

use super::gate::program;
use crate::fault::Fault;
use crate::{repository, shell};
use matchmark::catalogue::{RuleFamily, RuleFolder, Source};
use matchmark::model::Place;
use matchmark::policy::{RuleBook, neutral, run as ask};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

/// How often each side is measured.
const TURNS: usize = 5;

/// The most that each ratio may be.
///
/// Source: policy specification, section 10
const LIMITS: [(&str, f64); 4] = [
    ("load, parse, evaluate, guard, join", 1.5),
    ("3,000 schemas against 300", 12.0),
    ("share of the slowest rule", 0.3),
    ("coverage switched on", 1.3),
];

/// Builds, measures in a process of its own, and fails over a limit in a release build.
pub fn run(profile: &str) -> Result<(), Fault> {
    let build = ["build", "--profile", profile, "--package", "xtask"];
    shell::run(&mut shell::cargo(&build))?;
    let said = shell::capture(&mut program(profile, "xtask", &["policy-cost"]))?;
    print!("{said}");
    let over = said.lines().any(|line| line.ends_with("OVER"));
    if profile == "release" && over {
        return Err(Fault::Said("the rules cost more than they may".to_owned()));
    }
    Ok(())
}

/// The measurement itself.
pub fn cost() -> Result<(), Fault> {
    let folders = folders()?;
    let texts: Vec<Text> = folders.values().filter_map(Text::of).collect();
    let (few, many) = (document(300), document(3000));
    let book = RuleBook::read(&folders);
    if !book.refused.is_empty() {
        return Err(Fault::Said(format!("{:?}", book.refused)));
    }
    let place = |_: &str, _: &str| Some(Place::start("schema.json"));
    let mut best = Best::default();
    for _ in 0..TURNS {
        best.time("plain", || plain(&texts, &few, false))?;
        best.time("covered", || plain(&texts, &few, true))?;
        best.time("ours", || {
            let book = RuleBook::read(&folders);
            Ok(ask(&book, &few, &place).findings.len())
        })?;
        best.time("few", || Ok(ask(&book, &few, &place).findings.len()))?;
        for text in &texts {
            best.time(&text.query, || {
                plain(std::slice::from_ref(text), &few, false)
            })?;
        }
    }
    best.time("many", || Ok(ask(&book, &many, &place).findings.len()))?;
    let whole: f64 = texts.iter().map(|text| best.of(&text.query)).sum();
    let (mut most, mut name) = (0.0, "");
    for text in &texts {
        let one = best.of(&text.query);
        if one > most {
            (most, name) = (one, &text.query);
        }
    }
    let ratios = [
        best.of("ours") / best.of("plain"),
        best.of("many") / best.of("few"),
        most / whole,
        best.of("covered") / best.of("plain"),
    ];
    println!(
        "{} rules over {} fields of 300 schemas, {} findings; slowest {name}",
        texts.len(),
        few["fields"].as_array().map_or(0, Vec::len),
        ask(&book, &few, &place).findings.len()
    );
    for ((what, most), ratio) in LIMITS.into_iter().zip(ratios) {
        let over = if ratio > most { "  OVER" } else { "" };
        println!("{what:<40}{ratio:>8.2}  at most {most}{over}");
    }
    Ok(())
}

/// The fastest turn of everything that was measured.
#[derive(Default)]
struct Best(BTreeMap<String, f64>);

impl Best {
    #[allow(
        clippy::disallowed_methods,
        reason = "the time it takes is what is asked"
    )]
    fn time(
        &mut self,
        what: &str,
        work: impl FnOnce() -> Result<usize, Fault>,
    ) -> Result<(), Fault> {
        let started = Instant::now();
        std::hint::black_box(work()?);
        let seconds = started.elapsed().as_secs_f64();
        let known = self.0.entry(what.to_owned()).or_insert(f64::INFINITY);
        *known = known.min(seconds);
        Ok(())
    }

    fn of(&self, what: &str) -> f64 {
        self.0.get(what).copied().unwrap_or(f64::INFINITY)
    }
}

/// A rule without everything that the product holds beside it.
struct Text {
    rego: String,
    query: String,
    params: Value,
}

impl Text {
    fn of(folder: &RuleFolder) -> Option<Self> {
        let toml: toml::Table = folder.toml.as_ref()?.text()?.parse().ok()?;
        let params = toml.get("params").cloned();
        Some(Self {
            rego: folder.rego.as_ref()?.text()?.to_owned(),
            query: format!(
                "data.matchmark.rules.{}.deny",
                folder.name.replace('-', "_")
            ),
            params: serde_json::to_value(params)
                .ok()
                .filter(Value::is_object)
                .unwrap_or(json!({})),
        })
    }
}

/// Parses and evaluates on the bare engine; how many results there are.
fn plain(texts: &[Text], document: &Value, covered: bool) -> Result<usize, Fault> {
    let mut found = 0;
    let facts = regorus::Value::from(document.clone());
    for text in texts {
        let mut engine = regorus::Engine::new();
        let said = |error: &dyn std::fmt::Display| Fault::Said(format!("{}: {error}", text.query));
        engine
            .add_policy("rule.rego".to_owned(), text.rego.clone())
            .map_err(|error| said(&error))?;
        engine.set_enable_coverage(covered);
        let mut input = facts.clone();
        if let Ok(members) = input.as_object_mut() {
            members.insert("params".into(), text.params.clone().into());
        }
        engine.set_input(input);
        let result = engine
            .eval_rule(text.query.clone())
            .map_err(|error| said(&error))?;
        found += result.as_set().map_or(0, |members| members.len());
    }
    Ok(found)
}

/// The facts of that many schemas with 30 to 33 fields each; each twentieth field has no class, each fiftieth is misnamed.
fn document(schemas: usize) -> Value {
    let lists = [
        "schemas",
        "fields",
        "operations",
        "partners",
        "changes",
        "transforms",
        "slas",
        "areas",
    ];
    let partial = lists.map(|list| (list.to_owned(), json!([{}])));
    let mut document = neutral(&partial.into_iter().collect());
    let first = |document: &Value, list: &str| document[list][0].clone();
    let (schema, field) = (first(&document, "schemas"), first(&document, "fields"));
    let (mut all, mut fields) = (Vec::new(), Vec::new());
    for number in 0..schemas {
        let id = format!("entry-{number}@1.0.0");
        let mut one = schema.clone();
        one["id"] = json!(id);
        one["entry"] = json!(format!("entry-{number}"));
        all.push(one);
        for place in 0..30 + number % 4 {
            let mut one = field.clone();
            one["schema"] = json!(id);
            one["entry"] = json!(format!("entry-{number}"));
            one["pointer"] = json!(format!("/properties/field{place}"));
            one["name"] = json!(format!("field{place}"));
            if fields.len() % 20 == 0 {
                one["phi"] = json!("unknown");
            }
            if fields.len() % 50 == 0 {
                one["case"] = json!("snake");
            }
            fields.push(one);
        }
    }
    document["schemas"] = Value::Array(all);
    document["fields"] = Value::Array(fields);
    document
}

/// The rules of this repository as files.
fn folders() -> Result<BTreeMap<String, RuleFolder>, Fault> {
    let home = repository::root().join(RuleFamily::Policy.home());
    let mut folders = BTreeMap::new();
    for path in listed(&home)? {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let folder = RuleFolder {
            family: RuleFamily::Policy,
            toml: Some(source(&path.join("rule.toml"))?),
            rego: Some(source(&path.join("rule.rego"))?),
            fires: sources(&path.join("fires"))?,
            quiet: sources(&path.join("quiet"))?,
            name: name.clone(),
        };
        folders.insert(name, folder);
    }
    Ok(folders)
}

fn listed(folder: &Path) -> Result<Vec<std::path::PathBuf>, Fault> {
    let items = std::fs::read_dir(folder).map_err(Fault::file(folder))?;
    let mut paths: Vec<_> = items.filter_map(|item| Some(item.ok()?.path())).collect();
    paths.sort();
    Ok(paths)
}

fn sources(folder: &Path) -> Result<Vec<Source>, Fault> {
    listed(folder)?.iter().map(|path| source(path)).collect()
}

fn source(path: &Path) -> Result<Source, Fault> {
    let bytes = std::fs::read(path).map_err(Fault::file(path))?;
    Ok(Source::new(path.display().to_string(), bytes))
}
