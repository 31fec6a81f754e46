//! Questions of a batch: one a line of standard input.
//! Refuses to hold a line that is too long, and to know what is asked.

use super::LoadError;
use std::io::{BufRead, Read as _};
use std::path::PathBuf;

/// Longest line of a batch that is read.
///
/// Source: the compatibility specification allows 16 MiB
const LINE_LIMIT: u64 = 16 << 20;

/// A line of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Line {
    /// Without its end.
    Read(Vec<u8>),
    /// Over the limit; nothing of it is kept.
    TooLong,
}

/// The lines of standard input, each as soon as it is there.
///
/// Errors: standard input cannot be read
pub fn questions() -> impl Iterator<Item = Result<Line, LoadError>> {
    std::iter::from_fn(move || {
        let line = question(&mut std::io::stdin().lock(), LINE_LIMIT).transpose()?;
        Some(line.map_err(|source| LoadError::Io {
            path: PathBuf::from("-"),
            source,
        }))
    })
}

/// The next line of `input`, of which no more than `limit` bytes are held.
fn question(input: &mut impl BufRead, limit: u64) -> std::io::Result<Option<Line>> {
    let mut line = Vec::new();
    // One more for the end of the line, which does not count.
    let most = limit.saturating_add(1);
    if input.by_ref().take(most).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if line.len() as u64 == most {
        input.skip_until(b'\n')?;
        return Ok(Some(Line::TooLong));
    }
    Ok(Some(Line::Read(line)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_line_over_the_limit_is_dropped_whole_and_the_next_one_is_read() {
        let mut input: &[u8] = b"1234\n12345\n\n12345678901\n123";
        let mut lines = Vec::new();
        while let Some(line) = question(&mut input, 4).unwrap() {
            lines.push(line);
        }
        let read = |text: &str| Line::Read(text.as_bytes().to_vec());
        let wanted = [
            read("1234"),
            Line::TooLong,
            read(""),
            Line::TooLong,
            read("123"),
        ];
        assert_eq!(lines, wanted);
    }
}
