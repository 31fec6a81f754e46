//! `docs/PUBLISHED.md`: what became of every published example, in tables.
//! Refuses to judge: it shows the reviewed verdicts.

use super::manifest::Published;
use super::truth::{Class, Rejected, Truth};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

const CLASSES: &[Class] = &[
    Class::TrueDefect,
    Class::VersionDrift,
    Class::DeliberateNegative,
    Class::OtherProfile,
    Class::FinancialAmounts,
    Class::PublishedContradiction,
];

const OPENING: &str = "\
# Published examples, judged

What the catalogue says of the examples that the guides and their tools publish. The files are not in this repository;
`MATCHMARK_SHARED` names the folder, and `cargo test --test published` judges every one of them again, holds the result
against the reviewed table `tests/published/verdicts.toml` and compares this page (`MATCHMARK_WRITE=1` writes it).

*Covered* is a file that `matchmark validate` recognises as an entry of the catalogue, by the profiles that it claims,
its parts or its fixed values; it is judged by the version that was live with its release. A file of a profile that
nobody exchanges here is not covered, and `validate` says so. A file counts once under each reason.
";

const DRIFT: &str = "
## Beyond their own release

The same files, held against a version that they were not written for: what a partner would meet who has not moved yet,
or who sends the right thing to the wrong place.

";

const REJECTED: &str = "
## Rejected, and why

";

const CONTRADICTIONS: &str = "
## Where the guides contradict themselves

The published constraints win over the published examples; each decision has its record.

";

/// The whole page.
pub fn page(files: &[Published], truth: &Truth, deserved: &BTreeMap<String, String>) -> String {
    let mut page = OPENING.to_owned();
    page.push_str(&counted(files, truth, deserved));
    let (own, beyond): (Vec<&Rejected>, Vec<&Rejected>) = truth
        .rejected
        .iter()
        .partition(|r| deserved.get(&r.file) == Some(&r.version));
    page.push_str(REJECTED);
    page.push_str(&listed(&own));
    page.push_str(DRIFT);
    page.push_str(&listed(&beyond));
    page.push_str(CONTRADICTIONS);
    page.push_str(&records());
    page
}

fn counted(files: &[Published], truth: &Truth, deserved: &BTreeMap<String, String>) -> String {
    let mut text = "\n| type | files | covered | accepted | rejected |".to_owned();
    for class in CLASSES {
        write!(text, " {} |", class.word()).unwrap();
    }
    text.push_str("\n|---|");
    text.push_str(&"---:|".repeat(4 + CLASSES.len()));
    text.push('\n');
    let kinds: BTreeSet<&str> = files.iter().map(|file| file.kind.as_str()).collect();
    for kind in kinds {
        let of: Vec<&Published> = files.iter().filter(|file| file.kind == kind).collect();
        row(&mut text, kind, &of, truth, deserved);
    }
    row(
        &mut text,
        "**all**",
        &files.iter().collect::<Vec<_>>(),
        truth,
        deserved,
    );
    text
}

fn row(
    text: &mut String,
    name: &str,
    files: &[&Published],
    truth: &Truth,
    deserved: &BTreeMap<String, String>,
) {
    let covered = files
        .iter()
        .filter(|file| deserved.contains_key(&file.path));
    let rejected = |file: &Published| {
        let own = deserved.get(&file.path);
        let mut all = truth.rejected.iter();
        all.find(|r| r.file == file.path && Some(&r.version) == own)
    };
    let rejections: Vec<&Rejected> = files.iter().filter_map(|file| rejected(file)).collect();
    let (covered, refused) = (covered.count(), rejections.len());
    write!(
        text,
        "| {name} | {} | {covered} | {} | {refused} |",
        files.len(),
        covered - refused
    )
    .unwrap();
    for class in CLASSES {
        let of = rejections
            .iter()
            .filter(|r| r.cause.iter().any(|c| c.class == *class));
        match of.count() {
            0 => text.push_str("  |"),
            count => write!(text, " {count} |").unwrap(),
        }
    }
    text.push('\n');
}

fn listed(rejected: &[&Rejected]) -> String {
    let mut text =
        "| file | judged by | places | statement | class | why |\n|---|---|---:|---|---|---|\n"
            .to_owned();
    for rejected in rejected {
        for cause in &rejected.cause {
            writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} |",
                rejected.file,
                rejected.version,
                cause.at.len(),
                cause.statement,
                cause.class.word(),
                cause.why
            )
            .unwrap();
        }
    }
    text
}

/// The records of the decisions, by their own headings.
fn records() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/adr");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| ("0007".."0015").contains(&name.get(..4).unwrap_or_default()))
        .collect();
    names.sort();
    let mut text = String::new();
    for name in names {
        let record = std::fs::read_to_string(folder.join(&name)).unwrap();
        let heading = record.lines().next().unwrap_or_default();
        writeln!(text, "- [{}](adr/{name})", heading.trim_start_matches("# ")).unwrap();
    }
    text
}
