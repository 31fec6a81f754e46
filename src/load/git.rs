//! Asks git for commits and objects, by running it; hooks and content of a commit are never executed.

use super::LoadError;
use super::tree::watched;
use chrono::{DateTime, Utc};
use std::io::{self, BufRead, BufReader, Read, Write as _};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

/// Bytes of the line before a blob at most: an object name of 64 digits, a word and a size.
const HEAD: u64 = 128;

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
    let ours = watched(root);
    let mut args = vec!["status", "--porcelain", "-z", "--"];
    args.extend(ours.iter().map(String::as_str));
    let clean = run(root, &args)?.is_some_and(|changes| changes.is_empty());
    Ok(Some(Head { commit, clean }))
}

/// What git says of its own version.
///
/// Errors: it cannot be run
pub fn git_version() -> Result<String, LoadError> {
    let said = run(Path::new("."), &["--version"])?;
    Ok(said.map(|bytes| text(&bytes)).unwrap_or_default())
}

/// When the newest commit was made; `None` outside a repository or before its first commit.
///
/// Errors: git cannot be run
pub fn committed_at(root: &Path) -> Result<Option<DateTime<Utc>>, LoadError> {
    if resolve(root, "HEAD")?.is_none() {
        return Ok(None);
    }
    made_at(root, "HEAD")
}

/// When a commit that is there was made.
///
/// Errors: git cannot be run
pub fn made_at(root: &Path, commit: &str) -> Result<Option<DateTime<Utc>>, LoadError> {
    let said = run(root, &["log", "-1", "--format=%ct", commit, "--"])?;
    let seconds = said.and_then(|bytes| text(&bytes).parse().ok());
    Ok(seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0)))
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

/// The top of the repository around `root`, and where in it `file` stands; `None` for a file outside of it.
///
/// Links are followed on the way to the top and not below it: what a link leads to is what the change says.
///
/// Errors: git cannot be run
pub(super) fn below_top(root: &Path, file: &Path) -> Result<Option<(PathBuf, String)>, LoadError> {
    let Some(top) = run(root, &["rev-parse", "--show-toplevel"])? else {
        return Ok(None);
    };
    let top = PathBuf::from(text(&top));
    Ok(path_below(&top, file).map(|path| (top, path)))
}

fn path_below(top: &Path, file: &Path) -> Option<String> {
    let file = std::path::absolute(file).ok()?;
    let whole = top.canonicalize().ok()?;
    let is_top = |folder: &&Path| folder.canonicalize().is_ok_and(|it| it == whole);
    let rest = file.strip_prefix(file.ancestors().find(is_top)?).ok()?;
    let name = |part: Component<'_>| match part {
        Component::Normal(name) => name.to_str().map(str::to_owned),
        _ => None,
    };
    let names: Option<Vec<String>> = rest.components().map(name).collect();
    Some(names?.join("/"))
}

/// Whether the history that is here ends before it begins.
///
/// Errors: git cannot be run
pub fn is_shallow(root: &Path) -> Result<bool, LoadError> {
    let said = run(root, &["rev-parse", "--is-shallow-repository"])?;
    Ok(said.is_some_and(|bytes| text(&bytes) == "true"))
}

/// Whether the repository has a commit with these digits.
///
/// Errors: git cannot be run
pub fn has_commit(root: &Path, commit: &str) -> Result<bool, LoadError> {
    Ok(resolve(root, commit)?.is_some())
}

pub(super) fn resolve(root: &Path, name: &str) -> Result<Option<String>, LoadError> {
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

/// What a commit holds below the asked folders.
#[derive(Default)]
pub(super) struct Listing {
    pub blobs: Vec<Blob>,
    /// Paths of links, submodules, and names that are not UTF-8.
    pub others: Vec<String>,
}

/// The files of `commit` below `folders`, with paths relative to `root`.
pub(super) fn list(root: &Path, commit: &str, folders: &[&str]) -> Result<Listing, LoadError> {
    let mut args = vec!["ls-tree", "-r", "-l", "-z", commit, "--"];
    args.extend(folders);
    let listed = run(root, &args)?.ok_or_else(|| LoadError::UnknownRevision(commit.to_owned()))?;
    let mut listing = Listing::default();
    for line in listed.split(|byte| *byte == 0) {
        match blob(line) {
            Some(Ok(blob)) => listing.blobs.push(blob),
            Some(Err(path)) => listing.others.push(path),
            None => {}
        }
    }
    Ok(listing)
}

/// `<mode> blob <object> <size>\t<path>`, or the path of what is no file.
fn blob(line: &[u8]) -> Option<Result<Blob, String>> {
    let text = String::from_utf8_lossy(line);
    let (meta, path) = text.split_once('\t')?;
    let mut words = meta.split_ascii_whitespace();
    let (mode, kind, object, size) = (words.next()?, words.next()?, words.next()?, words.next()?);
    let is_file = kind == "blob" && mode.starts_with("100");
    if !is_file || std::str::from_utf8(line).is_err() {
        return Some(Err(path.to_owned()));
    }
    Some(Ok(Blob {
        path: path.to_owned(),
        size: size.parse().unwrap_or(u64::MAX),
        object: object.to_owned(),
    }))
}

/// The bytes of each blob, in the order asked.
pub(super) fn read(root: &Path, blobs: Vec<Blob>) -> Result<Vec<(Blob, Vec<u8>)>, LoadError> {
    let mut found = Vec::with_capacity(blobs.len());
    each(root, blobs, |blob, input| {
        let mut bytes = Vec::new();
        input.read_to_end(&mut bytes)?;
        found.push((blob, bytes));
        Ok(())
    })?;
    Ok(found)
}

/// Hands out each blob in the order asked, with what reads its bytes; they are not held.
pub(super) fn each(
    root: &Path,
    blobs: Vec<Blob>,
    mut take: impl FnMut(Blob, &mut dyn Read) -> io::Result<()>,
) -> Result<(), LoadError> {
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
    let mut answers = child.stdout.take().map(BufReader::new);
    let answered = |blob: Blob| answer(answers.as_mut()?, blob, &mut take).ok();
    let whole = blobs.into_iter().map(answered).all(|whole| whole.is_some());
    // Whoever still writes or waits to be read is told that nobody reads any more.
    drop(answers);
    let failed = |message: &str| LoadError::Git {
        command: "cat-file".to_owned(),
        message: message.to_owned(),
    };
    writer.join().map_err(|_| failed("its input broke"))?;
    child.wait().map_err(LoadError::GitMissing)?;
    match whole {
        true => Ok(()),
        false => Err(failed("its answer is incomplete")),
    }
}

/// Each answer is `<object> blob <size>\n<bytes>\n`.
///
/// Errors: it is another, or ends too early
fn answer(
    answers: &mut impl BufRead,
    blob: Blob,
    take: &mut impl FnMut(Blob, &mut dyn Read) -> io::Result<()>,
) -> io::Result<()> {
    let cut_off = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let mut head = Vec::new();
    answers.take(HEAD).read_until(b'\n', &mut head)?;
    let head = text(&head);
    let size = head.rsplit(' ').next().and_then(|size| size.parse().ok());
    let mut bytes = answers.by_ref().take(size.ok_or_else(cut_off)?);
    take(blob, &mut bytes)?;
    let rest = io::copy(&mut bytes, &mut io::sink())?;
    let is_whole = bytes.limit() == 0 && rest == 0;
    let mut end = [0];
    answers.read_exact(&mut end)?;
    (is_whole && end == *b"\n")
        .then_some(())
        .ok_or_else(cut_off)
}

/// Makes an empty bare repository.
pub(super) fn made(folder: &Path) -> Result<(), LoadError> {
    let args = ["init", "--quiet", "--bare", "--template=", "."];
    run(folder, &args).map(|_| ())
}

/// Fetches `branch` of `remote`, without its history. Whether the remote has it.
pub(super) fn fetched(root: &Path, remote: &str, branch: &str) -> Result<bool, LoadError> {
    let pair = format!("+{branch}:{branch}");
    let args = [
        "fetch",
        "--quiet",
        "--no-tags",
        "--depth=1",
        "--end-of-options",
        remote,
        &pair,
    ];
    match run(root, &args) {
        Ok(_) => Ok(true),
        Err(LoadError::Git { message, .. }) if message.contains("couldn't find remote ref") => {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// The URL of a remote of this repository, when there is one of this name.
pub(super) fn remote(root: &Path, name: &str) -> Result<Option<String>, LoadError> {
    let key = format!("remote.{name}.url");
    let found = run(root, &["config", "--get", &key])?;
    Ok(found.map(|bytes| text(&bytes)))
}

/// The branch that is checked out.
pub(super) fn branch(root: &Path) -> Result<Option<String>, LoadError> {
    let found = run(root, &["symbolic-ref", "--quiet", "--short", "HEAD"])?;
    Ok(found.map(|bytes| text(&bytes)))
}

/// What git prints, or `None` when there is no repository or git says no without a word.
///
/// Errors: git refuses to look, for instance into a repository of another user; that is no answer
pub(super) fn run(root: &Path, args: &[&str]) -> Result<Option<Vec<u8>>, LoadError> {
    let output = command(root)
        .args(args)
        .stdin(Stdio::null())
        .output()
        .map_err(LoadError::GitMissing)?;
    if output.status.success() {
        return Ok(Some(output.stdout));
    }
    let said = text(&output.stderr);
    if said.is_empty() || said.contains("not a git repository") {
        return Ok(None);
    }
    Err(LoadError::Git {
        command: args.first().copied().unwrap_or_default().to_owned(),
        message: said.lines().next().unwrap_or_default().to_owned(),
    })
}

fn command(root: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(root)
        .args(["-c", "core.quotePath=false"])
        // The words of a refusal are read, so they must not be translated.
        .env("LC_ALL", "C")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .env("GIT_TERMINAL_PROMPT", "0")
        // A hook of git sets them; they would lead from `root` to the repository of the hook.
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .env_remove("GIT_INDEX_FILE")
        .env("GIT_NO_LAZY_FETCH", "1");
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_is_below_the_top_by_its_own_names_and_a_link_is_the_file_that_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let (top, around) = (folder.path().join("it"), folder.path().join("around"));
        std::fs::create_dir_all(top.join("ci")).unwrap();
        std::fs::write(top.join("ci/strict.toml"), "").unwrap();
        let place = |path: &str| path_below(&top, &folder.path().join(path));
        assert_eq!(place("it/ci/strict.toml").unwrap(), "ci/strict.toml");
        assert_eq!(place("it/./ci/../../it/a.toml").unwrap(), "a.toml");
        assert_eq!(place("a.toml"), None);
        assert_eq!(
            place("it/ci/x/../a.toml"),
            None,
            "a link may lead elsewhere"
        );
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(&top, &around).unwrap();
            std::os::unix::fs::symlink("ci", top.join("link")).unwrap();
            assert_eq!(place("around/ci/strict.toml").unwrap(), "ci/strict.toml");
            assert_eq!(place("it/link/strict.toml").unwrap(), "link/strict.toml");
        }
    }
}
