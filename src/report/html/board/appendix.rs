//! What the verdict was made from: the digest of every file that was read, and the command that comes to the same.

use crate::model::{Report, counted, digest};
use crate::report::html::page::{code, list, path};
use crate::report::html::table::Table;
use std::collections::BTreeMap;

/// Files that have a row; where there are more, folders have one.
const FILES: usize = 60;
/// Folders that have a row.
const FOLDERS: usize = 1_200;

/// The commands and the digests.
pub(super) fn appendix(report: &Report) -> String {
    format!("{}{}", again(report), inputs(report))
}

fn again(report: &Report) -> String {
    let header = &report.header;
    let mut judge = format!(
        "matchmark check --stage {} --as-of {}",
        header.stage, header.as_of
    );
    if let Some(base) = &header.base {
        judge.push_str(&format!(" --base {base}"));
    }
    judge.push_str(" --format json=again.json");
    let mut rows = vec![("evidence", code(&report.digest))];
    if header.head.contains(' ') {
        rows.push((
            "tree",
            format!(
                "{}: what was not committed can be judged again only where it still lies as it lay then",
                code(&header.head)
            ),
        ));
    } else {
        rows.push(("tree", code(&format!("git checkout {}", header.head))));
    }
    rows.push(("judge again", code(&judge)));
    rows.push(("compare", code("jq -r .digest again.json")));
    rows.push((
        "records",
        code("matchmark evidence verify .matchmark/evidence"),
    ));
    if !report.governance.rules.page.is_empty() {
        rows.push(("rules page", code(&report.governance.rules.page)));
    }
    list(&rows)
}

fn inputs(report: &Report) -> String {
    let inputs = &report.inputs;
    if inputs.len() > FILES {
        return folders(inputs);
    }
    let table = Table {
        caption: "Each with the SHA-256 of its bytes".to_owned(),
        columns: &["File", "Digest"],
        rows: inputs
            .iter()
            .map(|(name, digest)| vec![path(name), code(digest.trim_start_matches("sha256:"))])
            .collect(),
        most: FILES,
        noun: "file",
    };
    format!(
        "<details><summary>{}</summary>\n{}</details>\n",
        counted(inputs.len(), "file"),
        table.html("t-inputs")
    )
}

/// One digest a folder: over the lines `<path> <digest>` of its files, in order.
fn folders(inputs: &BTreeMap<String, String>) -> String {
    let mut folders: BTreeMap<String, (u64, String)> = BTreeMap::new();
    for (name, digest) in inputs {
        let mut parts: Vec<&str> = name.split('/').take(3).collect();
        if parts.len() > 1 {
            parts.pop();
        }
        let (count, lines) = folders.entry(parts.join("/")).or_default();
        *count += 1;
        lines.push_str(&format!("{name} {digest}\n"));
    }
    Table {
        caption: format!(
            "{} in {}; the digest of a folder is that of the lines <code>path digest</code> of its files in order. The json format holds every file.",
            counted(inputs.len(), "file"),
            counted(folders.len(), "folder")
        ),
        columns: &["Folder", "Files", "Digest"],
        rows: folders
            .iter()
            .map(|(name, (count, lines))| {
                let digest = digest(lines.as_bytes());
                vec![path(name), count.to_string(), code(digest.trim_start_matches("sha256:"))]
            })
            .collect(),
        most: FOLDERS,
        noun: "folder",
    }
    .html("t-inputs")
}
