//! A real browser that reads pages: Chromium, driven by node, with the rules of axe-core.
//! Refuses to be taken for granted: where it is missing, the tests say that they did not run.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Folder of the packages; `cargo xtask test` installs them and says where.
const TOOLS: &str = "MATCHMARK_PAGE_TOOLS";
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// What `pages` look like in the browser, or why nobody looked.
///
/// Panics where it was promised and does not work.
pub fn read(pages: &[PathBuf]) -> Result<Value, String> {
    let promised = std::env::var_os(TOOLS).map(PathBuf::from);
    let tools = promised.clone().unwrap_or_else(installed);
    let (Some(browser), true) = (browser(), tools.join("node_modules/axe-core").is_dir()) else {
        let why = format!(
            "no Chromium, or no axe-core in {}; `cargo xtask test` installs both",
            tools.display()
        );
        assert!(promised.is_none(), "{why}");
        return Err(why);
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/board_page/read.mjs");
    let output = Command::new("node")
        .arg(script)
        .arg(tools)
        .arg(browser)
        .args(pages)
        .output()
        .expect("node");
    let (said, complained) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{complained}");
    Ok(serde_json::from_str(&said).expect("what the script says"))
}

/// Where `cargo xtask test` puts the packages.
fn installed() -> PathBuf {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    scratch.parent().unwrap_or(scratch).join("tools/page")
}

fn browser() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let found = BROWSERS
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    found.into_iter().find(|file| file.is_file())
}
