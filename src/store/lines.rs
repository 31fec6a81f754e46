//! A file that is written piece by piece, and a secret.
//! Refuses to leave a piece of a file where the whole should be.

use super::{StoreError, beside, is_special, parent};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// A file of lines that is there once all of them are.
#[derive(Debug)]
pub struct Lines {
    path: PathBuf,
    /// Where they stand until then; none for a pipe or a device.
    beside: Option<PathBuf>,
    file: BufWriter<File>,
}

impl Lines {
    /// Begins the file that will be `path`.
    ///
    /// Errors: the folder or the file cannot be made
    pub fn begin(path: &Path) -> Result<Self, StoreError> {
        Self::open(path).map_err(|source| failed(path, source))
    }

    fn open(path: &Path) -> io::Result<Self> {
        let (beside, file) = if is_special(path) {
            (None, OpenOptions::new().write(true).open(path)?)
        } else {
            parent(path)?;
            let beside = beside(path)?;
            let file = File::create(&beside)?;
            (Some(beside), file)
        };
        Ok(Self {
            path: path.to_owned(),
            beside,
            file: BufWriter::new(file),
        })
    }

    /// Adds `text`.
    ///
    /// Errors: it cannot be written
    pub fn push(&mut self, text: &str) -> Result<(), StoreError> {
        let written = self.file.write_all(text.as_bytes());
        written.map_err(|source| failed(&self.path, source))
    }

    /// Puts the file in its place; without it nothing is left.
    ///
    /// Errors: it cannot be written
    pub fn finish(mut self) -> Result<(), StoreError> {
        let finish = |lines: &mut Self| {
            lines.file.flush()?;
            let Some(beside) = &lines.beside else {
                return Ok(());
            };
            lines.file.get_ref().sync_all()?;
            fs::rename(beside, &lines.path)?;
            lines.beside = None;
            Ok(())
        };
        finish(&mut self).map_err(|source| failed(&self.path, source))
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            // What failed is said; a stray file of ours need not be.
            let _ = fs::remove_file(beside);
        }
    }
}

/// Makes `path` with `text` for its owner's eyes only, unless something is there. Gives whether it did.
///
/// Errors: the folder or the file cannot be made
pub fn secret(path: &Path, text: &str) -> Result<bool, StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let made = parent(path).and_then(|()| options.open(path));
    match made {
        Ok(mut file) => {
            let written = file
                .write_all(text.as_bytes())
                .and_then(|()| file.sync_all());
            written.map_err(|source| failed(path, source))?;
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(source) => Err(failed(path, source)),
    }
}

fn failed(path: &Path, source: io::Error) -> StoreError {
    StoreError {
        path: path.to_owned(),
        source,
    }
}
