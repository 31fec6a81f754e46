//! Recorded traffic that a contract is drafted from: one file, or standard input.

use super::tree;
use std::io::Read as _;
use std::path::Path;

/// The bytes of `file`, seen from `root`; `-` is standard input.
///
/// Errors: why it cannot be read
pub fn traffic(root: &Path, file: &Path) -> Result<Vec<u8>, String> {
    if file.as_os_str() != "-" {
        return tree::read(&root.join(file), tree::HISTORY_LIMIT);
    }
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(tree::HISTORY_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("standard input cannot be read: {}", error.kind()))?;
    tree::within(bytes, tree::HISTORY_LIMIT)
}
