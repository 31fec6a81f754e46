//! Writes records into a store of evidence: files of a folder, or one commit on the branch of a git remote.
//! Refuses to overwrite what it has not read: a branch that moved is left alone, and the caller is told.

use super::StoreError;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// The branch of a remote that holds evidence and nothing else.
const BRANCH: &str = "refs/heads/contract-evidence";
/// Who commits: no person, and nothing of the machine.
const COMMITTER: &str = "matchmark <matchmark@payer-exchange.example>";
/// By these words git says that somebody else was faster.
///
/// Source: git's builtin/push.c and refs/files-backend.c
const MOVED: [&str; 6] = [
    "fetch first",
    "non-fast-forward",
    "cannot lock ref",
    "failed to update ref",
    "reference already exists",
    "incorrect old value",
];

/// Paths with their new text; a path without one is removed.
pub type Changes = [(String, Option<String>)];

/// Whether a change arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivered {
    Yes,
    /// Somebody else was faster: read again, and build on that.
    Moved,
}

/// Held by the one who changes a store on this machine; it is let go when it is dropped.
#[derive(Debug)]
pub struct Turn {
    _file: Option<File>,
}

/// Waits for its turn at `place`, a folder that is a store or a repository on this machine. Where no file can be made
/// there nobody waits, and a branch that moved is what tells.
#[must_use]
pub fn turn(place: &Path) -> Turn {
    let open = |path: PathBuf| {
        let file = OpenOptions::new().create(true).append(true).open(path);
        file.ok().filter(|file| file.lock().is_ok())
    };
    let git = place.join(".git");
    let home = if git.is_dir() { git } else { place.to_owned() };
    Turn {
        _file: open(home.join(".contract-evidence.lock")),
    }
}

/// Makes the folder of a store.
///
/// Errors: it cannot be made
pub fn shelf(folder: &Path) -> Result<(), StoreError> {
    fs::create_dir_all(folder).map_err(|source| StoreError {
        path: folder.to_owned(),
        source,
    })
}

/// Writes `changes` below `folder`, in their order.
///
/// Errors: the first file that cannot be written
pub fn put(folder: &Path, changes: &Changes) -> Result<(), StoreError> {
    for (path, text) in changes {
        let path = folder.join(path);
        match text {
            Some(text) => super::write(&path, text)?,
            None => fs::remove_file(&path).map_err(|source| StoreError { path, source })?,
        }
    }
    Ok(())
}

/// A folder for one piece of work; it goes away when it is dropped.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// A new folder below `root/.matchmark`, which no other process uses.
    ///
    /// Errors: it cannot be made
    pub fn new(root: &Path) -> Result<Self, StoreError> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let home = root.join(".matchmark/scratch");
        shelf(&home)?;
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let path = home.join(format!("{}-{number}", std::process::id()));
            match DirBuilder::new().create(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(source) => return Err(StoreError { path, source }),
            }
        }
    }

    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // It holds nothing that is not elsewhere; what stays is below a folder of ours.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Why a branch could not be written.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    #[error("cannot run git")]
    Git(#[source] io::Error),
    #[error("git {command} failed: {message}")]
    Refused {
        command: &'static str,
        message: String,
    },
}

/// Puts `changes` on the branch of `remote` as one commit after `head`, which the bare repository `scratch` holds.
/// No working tree and no index is touched.
///
/// Errors: git cannot be run, or the remote refuses for another reason than that its branch moved
pub fn push(
    scratch: &Path,
    remote: &str,
    head: Option<&str>,
    changes: &Changes,
    at: i64,
) -> Result<Delivered, PushError> {
    commit(scratch, head, changes, at)?;
    let pair = format!("{BRANCH}:{BRANCH}");
    let pushed = git(scratch)
        .args(["push", "--porcelain", "--no-verify", "--end-of-options"])
        .args([remote, &pair])
        .stdin(Stdio::null())
        .output()
        .map_err(PushError::Git)?;
    if pushed.status.success() {
        return Ok(Delivered::Yes);
    }
    let said = format!("{}{}", text(&pushed.stdout), text(&pushed.stderr));
    if MOVED.iter().any(|words| said.contains(words)) {
        return Ok(Delivered::Moved);
    }
    Err(refused("push", &pushed))
}

/// One commit on the branch of the scratch repository, from a stream that git reads.
fn commit(scratch: &Path, head: Option<&str>, changes: &Changes, at: i64) -> Result<(), PushError> {
    let mut child = git(scratch)
        .args(["fast-import", "--quiet", "--force"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(PushError::Git)?;
    if let Some(mut pipe) = child.stdin.take() {
        // A git that stops reading says why when it ends.
        let _ = pipe.write_all(stream(head, changes, at).as_bytes());
    }
    let ended = child.wait_with_output().map_err(PushError::Git)?;
    if ended.status.success() {
        return Ok(());
    }
    Err(refused("fast-import", &ended))
}

/// Source: git-fast-import(1), section "Input format"
fn stream(head: Option<&str>, changes: &Changes, at: i64) -> String {
    let message = "Keep evidence\n";
    let mut stream = format!(
        "commit {BRANCH}\ncommitter {COMMITTER} {at} +0000\ndata {}\n{message}",
        message.len()
    );
    if let Some(head) = head {
        stream.push_str(&format!("from {head}\n"));
    }
    for (path, text) in changes {
        stream.push_str(&match text {
            Some(text) => format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len()),
            None => format!("D {path}\n"),
        });
    }
    stream.push_str("done\n");
    stream
}

fn git(scratch: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .arg("--git-dir")
        .arg(scratch)
        .args(["-c", "core.hooksPath=", "-c", "gc.auto=0"])
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .env_remove("GIT_OBJECT_DIRECTORY")
        .env("LC_ALL", "C")
        .env("GIT_TERMINAL_PROMPT", "0");
    command
}

fn refused(command: &'static str, output: &Output) -> PushError {
    let said = text(&output.stderr);
    PushError::Refused {
        command,
        message: said.lines().next().unwrap_or_default().to_owned(),
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn bare(path: &Path) {
        let made = git(path)
            .args(["init", "--quiet", "--bare"])
            .arg(path)
            .output()
            .unwrap();
        assert!(made.status.success());
    }

    fn change(path: &str) -> Vec<(String, Option<String>)> {
        vec![(path.to_owned(), Some("{}".to_owned()))]
    }

    #[test]
    fn a_branch_that_moved_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let remote = folder.path().join("remote");
        bare(&remote);
        let at = |name: &str| {
            let path = folder.path().join(name);
            bare(&path);
            path
        };
        let (one, other) = (at("one"), at("other"));
        let url = remote.to_str().unwrap();
        // Both believe that there is no branch yet.
        assert_eq!(
            push(&one, url, None, &change("a.json"), 0).unwrap(),
            Delivered::Yes
        );
        assert_eq!(
            push(&other, url, None, &change("b.json"), 0).unwrap(),
            Delivered::Moved
        );
    }

    #[test]
    fn a_remote_that_is_not_there_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let one = folder.path().join("one");
        bare(&one);
        let nowhere = folder.path().join("nowhere");
        let refused = push(&one, nowhere.to_str().unwrap(), None, &change("a.json"), 0);
        assert!(refused.is_err());
    }

    #[test]
    fn a_scratch_folder_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let scratch = Scratch::new(folder.path()).unwrap();
        let path = scratch.path().to_owned();
        assert!(path.is_dir());
        drop(scratch);
        assert!(!path.exists());
    }
}
