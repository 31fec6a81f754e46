//! `cargo xtask tidy`: the house's rules in one word, each step a line of a table.

use crate::fault::Fault;
use crate::{fuzz, generate, shell, tools};

/// One rule of the house.
struct Step {
    name: &'static str,
    run: fn() -> Result<Done, Fault>,
}

/// How a step that did not fail came out.
enum Done {
    Holds,
    /// It could not run here, and why.
    NotRun(&'static str),
}

const STEPS: &[Step] = &[
    Step {
        name: "format",
        run: || cargo(&["fmt", "--all", "--check"]),
    },
    Step {
        name: "lints",
        run: || {
            cargo(&[
                "clippy",
                "--workspace",
                "--all-targets",
                "--quiet",
                "--",
                "-D",
                "warnings",
            ])
        },
    },
    Step {
        name: "the fuzz target's format",
        run: || cargo(&["fmt", "--manifest-path", fuzz::MANIFEST, "--check"]),
    },
    Step {
        name: "the fuzz target's lints",
        run: || {
            cargo(&[
                "clippy",
                "--manifest-path",
                fuzz::MANIFEST,
                // The fuzzer itself needs a C++ compiler.
                "--no-default-features",
                "--locked",
                "--target-dir",
                "target",
                "--quiet",
                "--",
                "-D",
                "warnings",
            ])
        },
    },
    Step {
        name: "pure rooms compile alone",
        run: || {
            cargo(&[
                "check",
                "--package",
                "matchmark",
                "--lib",
                "--no-default-features",
                "--quiet",
            ])
        },
    },
    Step {
        name: "pure rooms have no runtime",
        run: pure_tree,
    },
    Step {
        name: "generated files are fresh",
        run: || generate::run(true).map(|()| Done::Holds),
    },
    Step {
        name: "import table, file lengths, headers",
        run: || {
            cargo(&[
                "test",
                "--package",
                "matchmark",
                "--test",
                "architecture",
                "--quiet",
            ])
        },
    },
    Step {
        name: "workflows and their actions",
        run: workflows,
    },
    Step {
        name: "licences, bans, sources",
        run: deny,
    },
];

/// Crates that must not be among what the pure rooms are built from.
const RUNTIMES: &[&str] = &[
    "tokio", "hyper", "axum", "reqwest", "sqlx", "mio", "clap", "walkdir",
];

/// Runs every step, even after one has failed.
pub fn run() -> Result<(), Fault> {
    let mut failed = Vec::new();
    for step in STEPS {
        match (step.run)() {
            Ok(Done::Holds) => println!("tidy: {} ... holds", step.name),
            Ok(Done::NotRun(why)) => println!("tidy: {} ... NOT RUN, {why}", step.name),
            Err(fault) => {
                println!("tidy: {} ... FAILS, {}", step.name, fault.chain());
                failed.push(step.name);
            }
        }
    }
    if failed.is_empty() {
        Ok(())
    } else {
        Err(Fault::Failed(failed.join("; ")))
    }
}

fn cargo(arguments: &[&str]) -> Result<Done, Fault> {
    shell::run(&mut shell::cargo(arguments)).map(|()| Done::Holds)
}

fn pure_tree() -> Result<Done, Fault> {
    let tree = shell::capture(&mut shell::cargo(&[
        "tree",
        "--package",
        "matchmark",
        "--no-default-features",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]))?;
    let named = |runtime: &&&str| {
        tree.lines()
            .any(|line| line.split(' ').next() == Some(runtime))
    };
    let found: Vec<&str> = RUNTIMES.iter().filter(named).copied().collect();
    if found.is_empty() {
        Ok(Done::Holds)
    } else {
        Err(Fault::Said(format!(
            "the pure rooms are built from {}",
            found.join(", ")
        )))
    }
}

fn workflows() -> Result<Done, Fault> {
    let Some(program) = tools::actionlint() else {
        return Ok(Done::NotRun(
            "actionlint is not installed and could not be fetched",
        ));
    };
    shell::run(&mut shell::program(
        &program.to_string_lossy(),
        &["-no-color"],
    ))
    .map(|()| Done::Holds)
}

/// Advisories need their database from outside; the GitHub workflow runs those.
fn deny() -> Result<Done, Fault> {
    let Some(program) = tools::cargo_deny() else {
        return Ok(Done::NotRun(
            "cargo-deny is not installed and could not be fetched",
        ));
    };
    let arguments = [
        "--log-level",
        "error",
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ];
    shell::run(&mut shell::program(&program.to_string_lossy(), &arguments)).map(|()| Done::Holds)
}
