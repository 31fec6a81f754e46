//! What only one room may touch: disks, processes, the screen, crates that are kept behind a door.
//! Refuses to know who imports whom.

use crate::mentions::{Mention, mentions};
use crate::source::Source;

/// A name that only some files may use.
pub struct Reserved {
    /// The path; everything inside it is meant too.
    name: &'static str,
    /// Inside it, but free for everybody.
    except: &'static [&'static str],
    /// Where the rule holds: beginnings of paths.
    across: &'static [&'static str],
    /// Who may use it: beginnings of paths.
    keepers: &'static [&'static str],
    /// Whether tests are free to use it anywhere.
    tests: bool,
    why: &'static str,
}

const HARNESS: &[&str] = &["src/"];
const SHIPPED: &[&str] = &["src/", "wire/", "reference/"];

const fn kept(name: &'static str, keepers: &'static [&'static str], why: &'static str) -> Reserved {
    Reserved {
        name,
        except: &[],
        across: HARNESS,
        keepers,
        tests: true,
        why,
    }
}

const fn silent(name: &'static str) -> Reserved {
    Reserved {
        across: SHIPPED,
        ..kept(
            name,
            &["src/main.rs", "reference/service/src/bin"],
            "only main prints",
        )
    }
}

const fn in_load(name: &'static str) -> Reserved {
    Reserved {
        across: &["src/load"],
        ..kept(name, &[], "load reads; only store writes")
    }
}

/// What is kept by whom. A new keeper is a change of its own, with its reason.
pub const RESERVED: &[Reserved] = &[
    silent("println!"),
    silent("eprintln!"),
    silent("print!"),
    silent("eprint!"),
    silent("dbg!"),
    silent("std::io::stdout"),
    silent("std::io::stderr"),
    kept(
        "std::fs",
        &["src/load", "src/store"],
        "load reads, store writes, nobody else touches a disk",
    ),
    kept(
        "tokio::fs",
        &["src/rehearsal"],
        "load reads, store writes, nobody else touches a disk",
    ),
    in_load("std::fs::write"),
    in_load("std::fs::create_dir"),
    in_load("std::fs::create_dir_all"),
    in_load("std::fs::remove_file"),
    in_load("std::fs::remove_dir_all"),
    in_load("std::fs::rename"),
    in_load("std::fs::OpenOptions"),
    in_load("std::fs::File::create"),
    Reserved {
        except: &["std::process::ExitCode", "std::process::Termination"],
        ..kept(
            "std::process",
            &["src/load", "src/store", "src/app/worker.rs"],
            "load asks git, store writes with git, app/worker runs workers",
        )
    },
    kept(
        "std::env",
        &["src/main.rs", "src/cli"],
        "the edge hands values in",
    ),
    kept("walkdir", &["src/load"], "load walks folders"),
    kept("clap", &["src/cli"], "cli alone knows arguments"),
    kept("clap_complete", &["src/cli"], "cli alone knows arguments"),
    kept("clap_mangen", &["src/cli"], "cli alone knows arguments"),
    kept(
        "wiremock",
        &["src/rehearsal"],
        "rehearsal alone drives partners",
    ),
    kept(
        "reference",
        &["src/rehearsal"],
        "rehearsal alone starts the reference",
    ),
    kept(
        "reqwest",
        &["src/rehearsal", "src/ops"],
        "nobody else speaks http",
    ),
    kept(
        "tokio",
        &["src/rehearsal", "src/ops"],
        "judgement needs no runtime",
    ),
    kept(
        "regorus",
        &["src/rego"],
        "the policy engine stays behind its trait",
    ),
    Reserved {
        across: SHIPPED,
        tests: false,
        ..kept(
            "jsonschema::canonical",
            &["src/inclusion/canonical.rs"],
            "the module is experimental; one file names it",
        )
    },
];

/// Uses of a reserved name by a file that is not among its keepers.
pub fn trespasses(reserved: &[Reserved], sources: &[Source]) -> Vec<String> {
    let mut complaints = Vec::new();
    for source in sources {
        for mention in mentions(source) {
            for rule in reserved
                .iter()
                .filter(|rule| rule.forbids(source, &mention))
            {
                complaints.push(format!(
                    "{}:{}: `{}`: {}",
                    source.path,
                    mention.line,
                    mention.path(),
                    rule.why
                ));
            }
        }
    }
    complaints
}

impl Reserved {
    fn forbids(&self, source: &Source, mention: &Mention) -> bool {
        let stands_in =
            |folders: &[&str]| folders.iter().any(|folder| source.path.starts_with(folder));
        mention.is_within(self.name)
            && !self.except.iter().any(|free| mention.is_within(free))
            && stands_in(self.across)
            && !stands_in(self.keepers)
            && !(self.tests && mention.in_test)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaints(path: &str, text: &str) -> usize {
        trespasses(RESERVED, &[Source::new(path, text)]).len()
    }

    #[test]
    fn printing_outside_main_is_caught() {
        let text = "fn f() { println!(\"x\"); }";
        assert_eq!(complaints("src/app/check.rs", text), 1);
        assert_eq!(complaints("reference/service/src/http.rs", text), 1);
        assert_eq!(complaints("src/main.rs", text), 0);
        assert_eq!(
            complaints("src/app/check.rs", "fn f() -> bool { println != 1 }"),
            0
        );
    }

    #[test]
    fn a_disk_is_touched_by_load_and_store_only() {
        assert_eq!(complaints("src/compat/mod.rs", "use std::fs;"), 1);
        assert_eq!(
            complaints("src/compat/mod.rs", "use std::{fs::File, io};"),
            1
        );
        assert_eq!(
            complaints("src/load/folder.rs", "fn f() { std::fs::read(p); }"),
            0
        );
        assert_eq!(
            complaints(
                "src/load/folder.rs",
                "use std::fs; fn f() { fs::write(p, b); }"
            ),
            1
        );
        assert_eq!(
            complaints("src/store/mod.rs", "fn f() { std::fs::write(p, b); }"),
            0
        );
        let in_test = "#[cfg(test)] mod tests { fn f() { std::fs::read(p); } }";
        assert_eq!(complaints("src/compat/mod.rs", in_test), 0);
    }

    #[test]
    fn a_process_is_started_by_its_keepers_only() {
        assert_eq!(
            complaints("src/report/mod.rs", "use std::process::Command;"),
            1
        );
        assert_eq!(
            complaints("src/load/git.rs", "use std::process::Command;"),
            0
        );
        assert_eq!(complaints("src/main.rs", "use std::process::ExitCode;"), 0);
    }

    #[test]
    fn a_crate_behind_a_door_is_named_by_its_keeper_only() {
        for (name, keeper) in [
            ("wiremock::MockServer", "src/rehearsal/stub.rs"),
            ("reference::serve", "src/rehearsal/mod.rs"),
            ("regorus::Engine", "src/rego/engine.rs"),
            ("clap::Parser", "src/cli.rs"),
            (
                "jsonschema::canonical::Canonical",
                "src/inclusion/canonical.rs",
            ),
        ] {
            let text = format!("use {name};");
            assert_eq!(complaints("src/replay/mod.rs", &text), 1, "{name}");
            assert_eq!(complaints(keeper, &text), 0, "{name}");
        }
        assert_eq!(
            complaints(
                "wire/src/payload/mod.rs",
                "use jsonschema::{canonical, Validator};"
            ),
            1
        );
    }
}
