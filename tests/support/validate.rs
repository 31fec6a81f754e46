//! The program's word on one payload.

use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Runs `validate` in `root` over one payload in a file of that name, and gives what it says of it.
pub fn validate(root: &Path, name: &str, payload: &str, flags: &[&str]) -> Value {
    let file = tempfile::Builder::new().suffix(name).tempfile().unwrap();
    std::fs::write(file.path(), payload).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_matchmark"))
        .args(["validate", "--format", "json", "-C"])
        .arg(root)
        .arg(file.path())
        .args(flags)
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    report["payloads"][0].clone()
}
