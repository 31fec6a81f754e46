//! The files that are measured: slices of the corpora of the set-up folder, and histories made of this repository's own.
//! Refuses to know who reads them. What it makes lies below `target/`.

use crate::fault::Fault;
use crate::{repository, shell};
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// What stands before an envelope's own id.
const ID: &str = "{\"id\":\"";

fn own(name: &str) -> Result<PathBuf, Fault> {
    let folder = repository::target().join("bench/payloads");
    std::fs::create_dir_all(&folder).map_err(Fault::file(&folder))?;
    Ok(folder.join(name))
}

/// The first `lines` of a corpus; none where the folder holds none that is long enough.
pub fn slice(peers: &Path, kind: &str, lines: usize) -> Result<Option<PathBuf>, Fault> {
    let data = peers.join("data");
    let exact = data.join(format!("{kind}.{lines}.jsonl"));
    if exact.is_file() {
        return Ok(Some(exact));
    }
    let Some(source) = longer(&data, kind, lines) else {
        return Ok(None);
    };
    let slice = own(&format!("{kind}.{lines}.jsonl"))?;
    let taken = copy(&source, &slice, lines, |_| true)?;
    Ok((taken == lines).then_some(slice))
}

/// The shortest corpus with at least that many lines, as its name says, or the whole one.
fn longer(data: &Path, kind: &str, lines: usize) -> Option<PathBuf> {
    let entries = std::fs::read_dir(data).ok()?;
    let sized = entries.filter_map(|entry| {
        let path = entry.ok()?.path();
        let name = path.file_name()?.to_str()?;
        let count = name.strip_prefix(kind)?.strip_prefix('.')?;
        let count: usize = count.strip_suffix(".jsonl")?.parse().ok()?;
        (count >= lines).then_some((count, path))
    });
    let whole = data.join(format!("{kind}.jsonl"));
    let whole = whole.is_file().then_some(whole);
    sized.min().map(|(_, path)| path).or(whole)
}

/// The lines that the labels call valid; none without labels for all of them.
pub fn valid(peers: &Path, kind: &str, corpus: &Path) -> Result<Option<PathBuf>, Fault> {
    let path = peers.join("data").join(format!("{kind}.labels"));
    let Ok(labels) = std::fs::read_to_string(&path) else {
        return Ok(None);
    };
    let labels: Vec<bool> = labels
        .lines()
        .map(|line| line.split('\t').nth(1) == Some("valid"))
        .collect();
    let kept = own(&format!("{kind}.valid.jsonl"))?;
    let is_valid = |at: usize| labels.get(at).copied().unwrap_or_default();
    let taken = copy(corpus, &kept, usize::MAX, is_valid)?;
    Ok((taken > 0).then_some(kept))
}

/// The same payloads with the members of every object in another order; none where the folder has no program for it.
pub fn shuffled(peers: &Path, corpus: &Path) -> Result<Option<PathBuf>, Fault> {
    let script = peers.join("gen/shuffle.py");
    if !script.is_file() {
        return Ok(None);
    }
    let made = own("p2p.shuffled.jsonl")?;
    let file = File::create(&made).map_err(Fault::file(&made))?;
    let words = [script.to_string_lossy(), corpus.to_string_lossy()];
    let mut command = shell::program("python3", &words.each_ref().map(AsRef::as_ref));
    shell::run(command.stdout(file))?;
    Ok(Some(made))
}

/// A corpus as often as asked, one after the other.
pub fn repeated(corpus: &Path, times: usize, name: &str) -> Result<PathBuf, Fault> {
    let made = own(name)?;
    let mut file = writer(&made)?;
    for _ in 0..times {
        let mut source = File::open(corpus).map_err(Fault::file(corpus))?;
        std::io::copy(&mut source, &mut file).map_err(Fault::file(&made))?;
    }
    file.flush().map_err(Fault::file(&made))?;
    Ok(made)
}

/// The first payload of a corpus.
pub fn first(corpus: &Path, name: &str) -> Result<PathBuf, Fault> {
    let made = own(name)?;
    copy(corpus, &made, 1, |_| true)?;
    Ok(made)
}

/// The repository's recorded envelopes again and again, each with an id of its own.
pub fn envelopes(lines: usize) -> Result<PathBuf, Fault> {
    let recorded = recorded()?;
    let made = own(&format!("envelopes.{lines}.ndjson"))?;
    let mut file = writer(&made)?;
    for (at, line) in recorded.iter().cycle().take(lines).enumerate() {
        let rest = line.strip_prefix(ID).ok_or_else(|| {
            Fault::Said("a recorded envelope does not begin with its id".to_owned())
        })?;
        writeln!(file, "{ID}{at}-{rest}").map_err(Fault::file(&made))?;
    }
    file.flush().map_err(Fault::file(&made))?;
    Ok(made)
}

/// The payloads that were recorded for one version, again and again.
pub fn payloads(schema: &str, version: &str, lines: usize) -> Result<PathBuf, Fault> {
    let mut found = Vec::new();
    for line in recorded()? {
        let envelope: matchmark::catalogue::Envelope = serde_json::from_str(&line)
            .map_err(|error| Fault::Said(format!("a recorded envelope: {error}")))?;
        if envelope.schema == schema && envelope.version.to_string() == version {
            found.push(envelope.payload.to_string());
        }
    }
    let made = own(&format!("own.{lines}.ndjson"))?;
    let mut file = writer(&made)?;
    for payload in found.iter().cycle().take(lines) {
        writeln!(file, "{payload}").map_err(Fault::file(&made))?;
    }
    file.flush().map_err(Fault::file(&made))?;
    Ok(made)
}

/// Every recorded line of the repository, in the order of the files' names.
fn recorded() -> Result<Vec<String>, Fault> {
    let mut lines = Vec::new();
    for path in crate::floor::files(&repository::root().join("payloads"), "ndjson")? {
        let text = std::fs::read_to_string(&path).map_err(Fault::file(&path))?;
        lines.extend(text.lines().map(str::to_owned));
    }
    Ok(lines)
}

/// Size in megabytes.
pub fn megabytes(path: &Path) -> Result<f64, Fault> {
    let size = std::fs::metadata(path).map_err(Fault::file(path))?.len();
    #[allow(clippy::cast_precision_loss, reason = "far below 2^53")]
    let size = size as f64;
    Ok(size / 1e6)
}

fn writer(path: &Path) -> Result<BufWriter<File>, Fault> {
    let file = File::create(path).map_err(Fault::file(path))?;
    Ok(BufWriter::new(file))
}

/// Copies the first `most` lines, or those of them that `keep` asks for, and says how many there were.
fn copy(from: &Path, to: &Path, most: usize, keep: impl Fn(usize) -> bool) -> Result<usize, Fault> {
    let source = File::open(from).map_err(Fault::file(from))?;
    let mut file = writer(to)?;
    let mut taken = 0;
    for (at, line) in BufReader::new(source).split(b'\n').take(most).enumerate() {
        let mut line = line.map_err(Fault::file(from))?;
        if keep(at) {
            line.push(b'\n');
            file.write_all(&line).map_err(Fault::file(to))?;
            taken += 1;
        }
    }
    file.flush().map_err(Fault::file(to))?;
    Ok(taken)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_shortest_corpus_that_is_long_enough_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "p2p.20.jsonl",
            "p2p.200.jsonl",
            "p2p.jsonl",
            "fhir.50.jsonl",
        ] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let taken = |lines| {
            let path = longer(folder.path(), "p2p", lines)?;
            Some(path.file_name()?.to_string_lossy().into_owned())
        };
        assert_eq!(taken(20).unwrap(), "p2p.20.jsonl");
        assert_eq!(taken(21).unwrap(), "p2p.200.jsonl");
        assert_eq!(taken(201).unwrap(), "p2p.jsonl");
        assert_eq!(longer(folder.path(), "fhir", 51), None);
    }

    #[test]
    fn recorded_envelopes_begin_with_their_id() {
        let lines = recorded().unwrap();
        assert!(!lines.is_empty() && lines.iter().all(|line| line.starts_with(ID)));
    }
}
