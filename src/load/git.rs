//! Asks git for commits and objects, by running it; hooks and content of a commit are never executed.

use super::LoadError;
use super::tree::{CONFIG, FOLDERS};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

/// What a run is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Base {
    Commit(String),
    /// There is none, and why.
    None(String),
}

pub(super) struct Blob {
    pub path: String,
    pub size: u64,
    object: String,
}

/// The commit of the working tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub commit: String,
    /// Whether every file of ours is as it was committed.
    pub clean: bool,
}

/// The commit of the working tree, `None` outside a repository or before its first commit.
///
/// Errors: git cannot be run
pub fn head(root: &Path) -> Result<Option<Head>, LoadError> {
    let Some(commit) = resolve(root, "HEAD")? else {
        return Ok(None);
    };
    let ours = [&FOLDERS[..], &[CONFIG]].concat();
    let args = [&["status", "--porcelain", "-z", "--"][..], &ours].concat();
    let clean = run(root, &args)?.is_some_and(|changes| changes.is_empty());
    Ok(Some(Head { commit, clean }))
}

/// The commit to compare with: `asked`, or the merge base of the head and the default branch.
///
/// Errors: `asked` names no commit, or git cannot be run
pub fn base(root: &Path, asked: Option<&str>, default: &str) -> Result<Base, LoadError> {
    if let Some(asked) = asked {
        return resolve(root, asked)?
            .map(Base::Commit)
            .ok_or_else(|| LoadError::UnknownRevision(asked.to_owned()));
    }
    let Some(head) = resolve(root, "HEAD")? else {
        return Ok(Base::None("there is no commit to compare with".to_owned()));
    };
    for branch in [default, "main", "master"] {
        if resolve(root, branch)?.is_some() {
            let found = run(root, &["merge-base", branch, &head])?;
            return Ok(found.map_or_else(
                || Base::None(format!("the head shares no history with {branch}")),
                |bytes| Base::Commit(text(&bytes)),
            ));
        }
    }
    Ok(Base::Commit(head))
}

fn resolve(root: &Path, name: &str) -> Result<Option<String>, LoadError> {
    let commit = format!("{name}^{{commit}}");
    let found = run(
        root,
        &[
            "rev-parse",
            "--verify",
            "--quiet",
            "--end-of-options",
            &commit,
        ],
    )?;
    Ok(found.map(|bytes| text(&bytes)))
}

/// The files of `commit` below `folders`, with paths relative to `root`.
pub(super) fn list(root: &Path, commit: &str, folders: &[&str]) -> Result<Vec<Blob>, LoadError> {
    let mut args = vec!["ls-tree", "-r", "-l", "-z", commit, "--"];
    args.extend(folders);
    let listed = run(root, &args)?.ok_or_else(|| LoadError::UnknownRevision(commit.to_owned()))?;
    Ok(listed
        .split(|byte| *byte == 0)
        .filter_map(|line| blob(&String::from_utf8_lossy(line)))
        .collect())
}

/// `<mode> blob <object> <size>\t<path>`; links and submodules are passed over.
fn blob(line: &str) -> Option<Blob> {
    let (meta, path) = line.split_once('\t')?;
    let mut words = meta.split_ascii_whitespace();
    let (mode, kind, object, size) = (words.next()?, words.next()?, words.next()?, words.next()?);
    (kind == "blob" && mode.starts_with("100")).then(|| Blob {
        path: path.to_owned(),
        size: size.parse().unwrap_or(0),
        object: object.to_owned(),
    })
}

/// The bytes of each blob, in the order asked.
pub(super) fn read(root: &Path, blobs: Vec<Blob>) -> Result<Vec<(Blob, Vec<u8>)>, LoadError> {
    let mut child = command(root)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(LoadError::GitMissing)?;
    let mut asked = child.stdin.take();
    let objects: Vec<String> = blobs.iter().map(|blob| blob.object.clone()).collect();
    let writer = std::thread::spawn(move || {
        for object in objects {
            let line = format!("{object}\n");
            if asked
                .as_mut()
                .is_none_or(|pipe| pipe.write_all(line.as_bytes()).is_err())
            {
                break;
            }
        }
    });
    let mut answers = Vec::new();
    if let Some(mut pipe) = child.stdout.take() {
        pipe.read_to_end(&mut answers)
            .map_err(LoadError::GitMissing)?;
    }
    let failed = |message: &str| LoadError::Git {
        command: "cat-file".to_owned(),
        message: message.to_owned(),
    };
    writer.join().map_err(|_| failed("its input broke"))?;
    child.wait().map_err(LoadError::GitMissing)?;
    split(blobs, &answers).ok_or_else(|| failed("its answer is incomplete"))
}

/// Each answer is `<object> blob <size>\n<bytes>\n`.
fn split(blobs: Vec<Blob>, mut answers: &[u8]) -> Option<Vec<(Blob, Vec<u8>)>> {
    let mut found = Vec::with_capacity(blobs.len());
    for blob in blobs {
        let end = answers.iter().position(|byte| *byte == b'\n')?;
        let size = text(answers.get(..end)?)
            .rsplit(' ')
            .next()?
            .parse::<usize>()
            .ok()?;
        let start = end + 1;
        found.push((blob, answers.get(start..start + size)?.to_vec()));
        answers = answers.get(start + size + 1..)?;
    }
    Some(found)
}

/// What git prints, or `None` when it says no.
fn run(root: &Path, args: &[&str]) -> Result<Option<Vec<u8>>, LoadError> {
    let output = command(root)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .map_err(LoadError::GitMissing)?;
    Ok(output.status.success().then_some(output.stdout))
}

fn command(root: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(root)
        .args(["-c", "core.quotePath=false"])
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_NO_LAZY_FETCH", "1");
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}
