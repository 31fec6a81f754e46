//! What is in the folder of published examples, and which version of an entry each file deserves to be judged by.
//! Refuses to know what the judge says.

use matchmark::catalogue::{Catalogue, Entry};
use semver::Version;
use serde_json::Value;
use std::path::PathBuf;

/// The folder of published examples, when `MATCHMARK_SHARED` names one.
#[derive(Clone)]
pub struct Folder(pub PathBuf);

/// One line of `MANIFEST.tsv`.
pub struct Published {
    pub path: String,
    pub kind: String,
    pub source: String,
    pub version: String,
}

impl Folder {
    pub fn shared() -> Option<Self> {
        let shared = std::env::var_os("MATCHMARK_SHARED")?;
        Some(Self(PathBuf::from(shared).join("data/fhir-replay")))
    }

    fn lines(&self, name: &str) -> Vec<Vec<String>> {
        let text = std::fs::read_to_string(self.0.join(name)).unwrap();
        let cells = |line: &str| line.split('\t').map(str::to_owned).collect();
        text.lines().skip(1).map(cells).collect()
    }

    pub fn files(&self) -> Vec<Published> {
        let lines = self.lines("MANIFEST.tsv").into_iter();
        lines
            .map(|cells| Published {
                path: cells[0].clone(),
                kind: cells[1].clone(),
                source: cells[2].clone(),
                version: cells[3].clone(),
            })
            .collect()
    }

    /// `NATURAL-DEFECTS.tsv`: path, rule, detail.
    pub fn defects(&self) -> Vec<(String, String, String)> {
        let lines = self.lines("NATURAL-DEFECTS.tsv").into_iter();
        lines
            .map(|cells| (cells[0].clone(), cells[1].clone(), cells[2].clone()))
            .collect()
    }

    pub fn value(&self, path: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.0.join(path)).unwrap()).unwrap()
    }
}

/// Guides with their releases.
type Guides = &'static [(&'static str, &'static str)];

/// Releases that were live together: a source and its version, and the guides by which it deserves to be judged.
///
/// Source: the dependency table of the guides; the reference implementation behaves as PDex 2.1 unless asked otherwise,
/// and the public test kit tests PDex 2.0.0
const LIVE: &[(&str, &str, Guides)] = &[
    ("hrex", "1.0.0", &[("HRex", "1.0.0")]),
    ("hrex", "1.1.0", &[("HRex", "1.1.0")]),
    ("hrex", "1.2.0", &[("HRex", "1.2.0")]),
    ("pdex", "2.0.0", &[("HRex", "1.0.0"), ("PDex", "2.0.0")]),
    ("pdex", "2.1.1-ci", &[("HRex", "1.1.0"), ("PDex", "2.1.0")]),
    ("pdex", "2.2.0", &[("HRex", "1.2.0"), ("PDex", "2.2.0")]),
    (
        "pdex-ri",
        "2024-11",
        &[("HRex", "1.1.0"), ("PDex", "2.1.0")],
    ),
    (
        "pdex-ri",
        "2026-08",
        &[("HRex", "1.1.0"), ("PDex", "2.1.0")],
    ),
    (
        "inferno-pdex",
        "0.13.0",
        &[("HRex", "1.0.0"), ("PDex", "2.0.0")],
    ),
    ("carin-bb", "1.1.0", &[("CARIN", "1.1.0")]),
    ("carin-bb", "2.0.0", &[("CARIN", "2.0.0")]),
    ("carin-bb", "2.0.0-nonfin", &[("CARIN", "2.0.0")]),
    ("bulk-data", "3.0.0", &[("Bulk", "3.0.0")]),
];

/// The version of the entry that the file deserves: the newest one of a guide release that its source knew, the first
/// one when the entry is younger than the source, and the newest one when the source is of another family.
pub fn deserved(catalogue: &Catalogue, entry: &str, file: &Published) -> String {
    let entry = &catalogue.entries[entry];
    let live = LIVE
        .iter()
        .find(|(source, version, _)| *source == file.source && *version == file.version);
    let known = live.and_then(|(_, _, guides)| {
        let guide = guides
            .iter()
            .find(|(name, _)| entry.file.guide.contains(name))?;
        Some(guide.1.parse::<Version>().unwrap())
    });
    let versions: Vec<&Version> = entry.released().map(|version| &version.number).collect();
    let found = match known {
        Some(known) => entry
            .released()
            .filter(|version| guide_version(entry, &version.number) <= known)
            .map(|version| &version.number)
            .next_back()
            .or(versions.first().copied()),
        None => versions.last().copied(),
    };
    format!("{}@{}", entry.file.id, found.unwrap())
}

/// The release of the guide that a version was written from.
fn guide_version(entry: &Entry, number: &Version) -> Version {
    let mut versions = entry.released().filter(|version| version.number == *number);
    let text = versions.next().unwrap().file.guide_version.clone();
    let release = text.expect("an authored version names its guide's release");
    release.parse().unwrap()
}
