//! `cargo xtask fuzz [SECONDS]`: the fuzz target, with the coverage that a stable compiler gives it.
//! Refuses to need cargo-fuzz, which asks for a nightly compiler; whoever has both may use it on the same target.

use crate::fault::Fault;
use crate::{repository, shell};

/// The crate of the targets, a workspace of its own.
pub const MANIFEST: &str = "fuzz/Cargo.toml";

/// What makes a program tell the fuzzer which way it went.
///
/// Source: cargo-fuzz 0.13, the flags of a build without a sanitizer of memory
const COVERAGE: &str = "--cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table";

/// Bytes of the longest payload that is tried: longer than any example.
const LONGEST: u32 = 16 * 1024;

/// Builds the target and lets the fuzzer have it for so long. What is found to go another way stays in `fuzz/corpus`, what
/// breaks the target in `fuzz/artifacts`.
pub fn run(seconds: u32) -> Result<(), Fault> {
    let host = host()?;
    let built = repository::target().join("fuzz");
    let place = built.to_string_lossy();
    let mut build = shell::cargo(&[
        "build",
        "--release",
        "--locked",
        "--manifest-path",
        MANIFEST,
    ]);
    // With a target named, what runs while building is built without these flags.
    build.args(["--target", &host, "--target-dir", &place]);
    build.env("RUSTFLAGS", COVERAGE);
    shell::run(&mut build)?;
    let root = repository::root();
    let found = root.join("fuzz/corpus/stream");
    let broken = root.join("fuzz/artifacts/stream");
    for folder in [&found, &broken] {
        std::fs::create_dir_all(folder).map_err(|error| {
            Fault::Said(format!("{} cannot be made: {error}", folder.display()))
        })?;
    }
    let program = built.join(host).join("release/stream");
    let seeds = root.join("fuzz/seeds/stream");
    let mut fuzz = shell::program(&program.to_string_lossy(), &[]);
    fuzz.args([&found, &seeds]);
    fuzz.arg(format!("-artifact_prefix={}/", broken.display()));
    fuzz.arg(format!("-max_len={LONGEST}"));
    fuzz.args([
        &format!("-max_total_time={seconds}"),
        "-print_final_stats=1",
    ]);
    shell::run(&mut fuzz)
}

/// The machine that this compiler builds for.
fn host() -> Result<String, Fault> {
    let told = shell::capture(&mut shell::program("rustc", &["-vV"]))?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| Fault::Said("the compiler does not say what it builds for".to_owned()))
}
